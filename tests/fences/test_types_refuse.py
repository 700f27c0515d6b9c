"""The order of a round is in the types: each attempt in `types/` is refused by mypy, on the line and for the reason it names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ATTEMPTS = Path(__file__).with_name("types")
ROOT = Path(__file__).resolve().parents[2]
_SAID = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error: .*\[(?P<code>[a-z-]+)\]$")
_EXPECTED = re.compile(r"#\s*refused: (?P<code>[a-z-]+)\s*$")


def expected() -> set[tuple[str, int, str]]:
    found = set()
    for path in sorted(ATTEMPTS.glob("*.py")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if matched := _EXPECTED.search(line):
                found.add((path.name, number, matched["code"]))
    return found


def test_every_attempt_is_refused_and_nothing_else_is(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", str(tmp_path), str(ATTEMPTS)],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    said = {(Path(m["file"]).name, int(m["line"]), m["code"]) for line in done.stdout.splitlines() if (m := _SAID.match(line))}
    assert said == expected(), done.stdout
    assert len(said) > 20
