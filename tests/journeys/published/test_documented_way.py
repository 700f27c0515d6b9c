"""The commands of docs/verifying.md that read a published ledger, as they are printed there, against a running house."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.installation import environment
from tests.windows import Opened

PAGE = Path(__file__).resolve().parents[3] / "docs" / "verifying.md"
PRINTED = "https://desk.example.cn/ledger/CODE"


@pytest.mark.parametrize("language", ["中文", "English"])
def test_the_way_over_the_network_works_as_printed(opened: Opened, ledger_key: Path, tmp_path: Path, language: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl not found")
    text = PAGE.read_text("utf-8").partition(f"\n## {language}\n")[2].partition("\n## ")[0]
    recipes = [block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if PRINTED in block]
    assert len(recipes) == 2
    shutil.copyfile(ledger_key, tmp_path / "log.vkey")
    (tmp_path / "reader.key").write_text(opened.key + "\n")
    shim = tmp_path / "bin" / "discretion"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m discretion --lang en "$@"\n')
    shim.chmod(0o700)
    known = environment()
    done = subprocess.run(
        ["sh", "-e"], input="\n".join(recipes).replace(PRINTED, opened.address), cwd=tmp_path, check=False, capture_output=True, text=True,
        env={**known, "PATH": f"{shim.parent}:{known['PATH']}", "NO_PROXY": "*"}, timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("The log is whole") == 2
    assert (tmp_path / "kept").read_bytes() == opened.get("checkpoint").body
