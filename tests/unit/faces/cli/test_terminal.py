"""What the command line prints for people, in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from discretion.faces.cli.terminal import TITLES, Terminal

COMMANDS = Path("src/discretion/faces/cli")


def test_every_list_that_is_printed_as_a_table_has_its_titles() -> None:
    """A list shown without a text of its own becomes a table; the keys of its records are literal."""
    keys = set()
    for path in COMMANDS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "show"
                    and len(node.args) == 1 and isinstance(node.args[0], ast.ListComp)):
                record = node.args[0].elt
                assert isinstance(record, ast.Dict), f"{path.name}:{node.lineno}"
                keys |= {key.value for key in record.keys if isinstance(key, ast.Constant)}
    assert {"number", "duty", "time_zone", "valid_until"} <= keys <= TITLES.keys()


@pytest.mark.parametrize(("language", "title", "yes"), [("zh_Hans", "在职", "是"), ("en", "Active", "yes")])
def test_a_table_speaks_the_language_of_the_run(capsys, language: str, title: str, yes: str) -> None:
    Terminal(language=language).show([{"number": "F1", "name": "王小禾", "active": True}])
    printed = capsys.readouterr().out
    assert title in printed
    assert yes in printed.split()
    assert "王小禾" in printed


def test_keys_for_programs_are_the_same_in_every_language(capsys) -> None:
    for language in ("zh_Hans", "en"):
        Terminal(language=language, form="json").show([{"active": True}])
    one, other = capsys.readouterr().out.split("\n", 1)
    assert one == other.strip() == '{"items": [{"active": true}], "next": null}'
