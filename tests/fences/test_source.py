"""What contracts and types cannot say of the source: who makes which paper, what lies where, and how large it may get."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "discretion"
TRUSTED = ("keeper", "ledger", "policy", "hotel", "wire")
LINES_OF_MODULE_MAX, LINES_OF_FUNCTION_MAX, COLUMNS_MAX = 400, 60, 120
# What is larger for now may shrink and never grow.
LARGER_MODULES = {"wire/lookup.py": 426}
LARGER_FUNCTIONS = {"office/imports/bookings.py:_draft": 66}
TRUSTED_ROOMS = (
    "keeper/", "ledger/", "policy/decide.py", "policy/decision.py", "policy/load.py", "policy/soundness.py", "policy/table.py", "policy/explain.py",
    "policy/compare.py", "policy/release.py", "policy/situations.py",
)
CODE_OF_TRUSTED_ROOMS_MAX = 8634  # docs/decisions/0012: the target of 3,000 is missed; it does not drift further unseen


@cache
def sources() -> tuple[tuple[Path, ast.Module], ...]:
    return tuple((path, ast.parse(path.read_text("utf-8"))) for path in sorted(SOURCE.rglob("*.py")))


def name_of(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def made(name: str) -> Iterator[str]:
    """Every module that calls `name(…)` or copies one by `replace`."""
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
                yield name_of(path)


@pytest.mark.parametrize(("paper", "where"), [
    ("Committed", "keeper/store/appends.py"), ("Receipt", "keeper/record.py"), ("Opened", "keeper/vault/unseal.py"),
    ("Unopened", "keeper/vault/unseal.py"), ("Refused", "keeper/record.py"),
    ("Draft", "keeper/vault/entry.py"), ("Disclosure", "keeper/reply.py"),
])
def test_a_paper_is_made_in_one_place(paper: str, where: str) -> None:
    assert {module for module in made(paper) if module.startswith("keeper/")} == {where}


def test_boxes_are_opened_in_two_places() -> None:
    assert set(made("open_boxes")) == {"keeper/vault/unseal.py", "keeper/search.py"}


def test_a_head_is_signed_after_its_commit_and_on_request_of_the_operator() -> None:
    assert set(made("sign_checkpoint")) == {"keeper/record.py", "keeper/publish.py"}


def test_no_part_is_named_after_nothing() -> None:
    nothing = re.compile(r"(^|_)(utils?|common|base|manager|handler|misc|helpers?)($|_)")
    assert [name_of(path) for path, _ in sources() if nothing.search(path.stem) or nothing.search(path.parent.name)] == []


@pytest.mark.parametrize("folder", ["migrations", "locale"])
def test_there_is_no_python_beside_sql_and_catalogues(folder: str) -> None:
    assert (SOURCE / folder).is_dir()
    assert [path.name for path in (SOURCE / folder).rglob("*.py*")] == []


def test_no_module_comes_in_by_a_name_that_contracts_cannot_see() -> None:
    hidden = {"import_module", "__import__", "exec", "eval", "run_path", "run_module"}
    found = []
    for path, tree in sources():
        found += [
            f"{name_of(path)}:{node.lineno}" for node in ast.walk(tree)
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in hidden
        ]
    assert found == []


def test_the_keeper_logs_no_value_it_was_given() -> None:
    """Its log lines are constants, with counts, codes and the names of types."""
    allowed = {
        "verdict.problem", "verdict.index", "type(error).__name__", "type(message).__name__", "why", "len(desks)", "excess", "count",
    }
    for path, tree in sources():
        if not name_of(path).startswith("keeper/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "_log":
                assert isinstance(node.args[0], ast.Constant), f"{name_of(path)}:{node.lineno}"
                for argument in node.args[1:]:
                    assert ast.unparse(argument) in allowed, f"{name_of(path)}:{node.lineno}: {ast.unparse(argument)}"


def test_statements_stand_in_sql_files_alone() -> None:
    """A text that begins like a statement is one; COPY has no parameters, so it names its columns where it is used."""
    statement = re.compile(r"^\s*(select|insert|update|delete|with|alter|create|drop|grant|truncate)\s+\S+\s+\S+", re.IGNORECASE)
    found = []
    for path, tree in sources():
        if not name_of(path).startswith(("keeper/", "office/", "wire/")):
            continue
        docs = {id(node.body[0].value) for node in ast.walk(tree)
                if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body
                and isinstance(node.body[0], ast.Expr)}
        found += [
            f"{name_of(path)}:{node.lineno}: {node.value[:40]}" for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs and statement.match(node.value)
        ]
    assert [each for each in found if re.search(r"\b(from|into|set|table|where)\b", each)] == []


# -------------------------------------------------------------------------------------------------------------------- sizes


def test_modules_are_small() -> None:
    sizes = {name_of(path): len(path.read_text("utf-8").splitlines()) for path, _ in sources()}
    assert {name: size for name, size in sizes.items() if size > LARGER_MODULES.get(name, LINES_OF_MODULE_MAX)} == {}


def test_functions_are_short() -> None:
    sizes = {
        f"{name_of(path)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, tree in sources() for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert {name: size for name, size in sizes.items() if size > LARGER_FUNCTIONS.get(name, LINES_OF_FUNCTION_MAX)} == {}


def test_lines_of_the_trusted_parts_fit_a_screen() -> None:
    found = [
        f"{name_of(path)}:{number}" for path, _ in sources() if name_of(path).startswith(TRUSTED)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(re.sub(r"\s+# noqa.*", "", line)) > COLUMNS_MAX
    ]
    assert found == []


def test_keeper_ledger_and_policy_stay_readable() -> None:
    sizes = {
        name_of(path): code_lines(path.read_text("utf-8"), tree) for path, tree in sources() if name_of(path).startswith(TRUSTED_ROOMS)
    }
    for path in sorted((SOURCE / "keeper").rglob("*.sql")):
        sizes[name_of(path)] = sum(bool(line.strip()) and not line.startswith("--") for line in path.read_text("utf-8").splitlines())
    assert sum(sizes.values()) <= CODE_OF_TRUSTED_ROOMS_MAX, sorted(sizes.items(), key=lambda size: -size[1])[:10]


def code_lines(text: str, tree: ast.Module) -> int:
    """Lines that are neither blank nor comment nor docstring."""
    lines: set[int] = set()
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER, tokenize.ENCODING}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in skipped:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            lines -= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return len(lines)


# ---------------------------------------------------------------------------------------------------------------------- map


def test_every_path_on_the_map_exists() -> None:
    page = ROOT / "ARCHITECTURE.md"
    named = re.findall(r"`((?:src|tests|docs|bench)/[\w./*-]+|\.?[\w-]+\.(?:md|toml|ini|lock)|Makefile)`", page.read_text("utf-8"))
    assert len(named) > 20
    assert [name for name in named if not list(ROOT.glob(name.rstrip("/")))] == []


@pytest.mark.parametrize("part", ["keeper", "ledger", "policy", "wire", "hotel"])
def test_a_module_of_the_trusted_parts_says_what_it_is_for(part: str) -> None:
    silent = [
        name_of(path) for path, tree in sources()
        if name_of(path).startswith(f"{part}/") and path.name != "__init__.py" and not ast.get_docstring(tree)
    ]
    assert silent == []


def test_nothing_at_run_time_knows_where_it_was_built() -> None:
    for path in sorted(SOURCE.rglob("*")):
        if path.suffix in (".py", ".sql", ".toml", ".html", ".po", ".css", ".js"):
            assert "/work/" not in path.read_text("utf-8"), name_of(path)
