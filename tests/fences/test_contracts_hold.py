"""Each import contract, broken once in a copy of the source, is reported: a contract that cannot break protects nothing."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Contract → the module that breaks it, and the import that does.
BREAKS = {
    "parts": ("wire/frame.py", "import discretion.office.sql"),
    "wall": ("starter/programs.py", "import discretion.keeper.papers"),
    "keeper": ("keeper/papers.py", "import discretion.keeper.store.sql"),
    "answer": ("keeper/search.py", "import discretion.policy.decide"),
    "opens": ("keeper/search.py", "import discretion.keeper.vault.unseal"),
    "tickets": ("keeper/search.py", "import discretion.keeper.tickets"),
    "appends": ("keeper/search.py", "import discretion.keeper.store.appends"),
    "blind": ("policy/decide.py", "import discretion.ledger.tree"),
    "pure": ("hotel/purpose.py", "import time"),
    "opened": ("office/sql.py", "import discretion.wire.lookup"),
    "faces": ("faces/kit/words.py", "import discretion.faces.desk.stay"),
    "keys": ("keeper/search.py", "import cryptography"),
    "sql": ("faces/kit/words.py", "import psycopg"),
    "acyclic": ("hotel/guest.py", "import discretion.hotel.record"),
}


@dataclass
class Copy:
    """A copy of the source that may be broken."""

    directory: Path

    def lint(self) -> dict[str, bool]:
        """Return for each contract, by its name, whether it is kept."""
        done = subprocess.run(
            [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--config", ".importlinter"],
            check=False, capture_output=True, text=True, cwd=self.directory, env={**os.environ, "PYTHONPATH": str(self.directory), "COLUMNS": "400"},
        )
        found = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", done.stdout, re.MULTILINE))
        assert found, done.stdout + done.stderr
        return {name: said == "KEPT" for name, said in found.items()}

    @contextmanager
    def with_line(self, module: str, line: str) -> Iterator[None]:
        """Have one more import at the end of a module."""
        path = self.directory / "discretion" / module
        before = path.read_text("utf-8")
        path.write_text(f"{before}\n{line}\n", "utf-8")
        try:
            yield
        finally:
            path.write_text(before, "utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    directory = tmp_path_factory.mktemp("contracts")
    shutil.copytree(ROOT / "src" / "discretion", directory / "discretion", ignore=shutil.ignore_patterns("__pycache__", "*.po", "*.mo", "static"))
    shutil.copyfile(ROOT / ".importlinter", directory / ".importlinter")
    return Copy(directory)


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """The contracts of the repository: their names, by id."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / ".importlinter", "utf-8")
    return {section.rpartition(":")[2]: parser[section]["name"] for section in parser.sections() if ":contract:" in section}


def test_every_contract_is_broken_here(names: dict[str, str]) -> None:
    assert set(BREAKS) == set(names)


def test_unbroken_all_are_kept(copy: Copy, names: dict[str, str]) -> None:
    assert copy.lint() == dict.fromkeys(names.values(), True)


@pytest.mark.parametrize("contract", BREAKS)
def test_a_contract_finds_its_break(copy: Copy, names: dict[str, str], contract: str) -> None:
    with copy.with_line(*BREAKS[contract]):
        assert copy.lint()[names[contract]] is False
