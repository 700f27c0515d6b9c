"""Tools that nobody here wrote check what we publish: Go's sumdb packages, and a shell with OpenSSL. `make interop`."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cast import Stage
from tests.journeys.ledger.programs import ran
from tests.journeys.ledger.publishing import run
from tests.ledgers import size_now
from tests.made_logs import made_every_size, made_log

pytestmark = pytest.mark.interop
ROOT = Path(__file__).resolve().parents[3]
NO_SHELL = "interop: SKIPPED, openssl or xxd not found"


def agreed(verifier: Path, log: Path, key: Path, *indexes: int) -> tuple[int, str]:
    return ran(verifier, log, key, *map(str, indexes))


def test_go_agrees_with_a_real_ledger_and_its_proofs(house: Stage, exported: Path, go_verifier: Path) -> None:
    size = size_now(house)
    indexes = (0, 1, 42, 255, 256, 511, 512, size - 1)
    for index in indexes:
        code, _, said = run(house, "prove", str(index), "--property", "harbour", "--out", str(exported.with_name(str(index))))
        assert code == 0, said
    code, said = agreed(go_verifier, exported, exported.with_name("log.vkey"), *indexes)
    assert (code, said) == (0, f"agreed: {size} entries, {size} earlier trees, {len(indexes)} proofs\n")


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 600, 65_535, 65_536, 65_537])
def test_go_agrees_at_every_border(tmp_path: Path, go_verifier: Path, size: int) -> None:
    indexes = tuple(sorted({0, size // 2, size - 1}))
    code, said = agreed(go_verifier, tmp_path / "log", made_log(tmp_path, size, indexes), *indexes)
    assert code == 0, said


def test_go_agrees_at_every_size_to_600(tmp_path: Path, go_verifier: Path) -> None:
    key, proofs = made_every_size(tmp_path, 600)
    assert ran(go_verifier, "every", tmp_path / "log", key) == (0, f"agreed: 600 sizes, {proofs} proofs\n")


@pytest.mark.parametrize(("name", "at"), [
    ("log/tile/0/000.p/77", 77 * 32 - 1), ("log/tile/entries/001.p/3", 5), ("log/tile/1/000.p/1", 0), ("log/tile/0/001", 4000), ("sizes", 60_000),
])
def test_go_refuses_one_flipped_bit_at_any_size(tmp_path: Path, go_verifier: Path, name: str, at: int) -> None:
    key, _ = made_every_size(tmp_path, 600)
    raw = bytearray((tmp_path / name).read_bytes())
    raw[at] ^= 1
    (tmp_path / name).write_bytes(raw)
    code, said = ran(go_verifier, "every", tmp_path / "log", key)
    assert (code, said.startswith("refused: ")) == (3, True), said


@pytest.mark.parametrize("name", ["tile/entries/000", "tile/0/000", "tile/1/000.p/2", "checkpoint", "7.tlog-proof", "7.entry", "log.vkey"])
def test_go_refuses_one_flipped_bit_of_any_file(tmp_path: Path, go_verifier: Path, name: str) -> None:
    key = made_log(tmp_path, 600, (7,))
    path = tmp_path / name if (tmp_path / name).exists() else tmp_path / "log" / name
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)
    assert agreed(go_verifier, tmp_path / "log", key, 7)[0] == 3


def test_the_recipes_of_the_documentation_work_as_printed(house: Stage, exported: Path, tmp_path: Path) -> None:
    if not all(map(shutil.which, ("openssl", "xxd", "sha256sum"))):
        pytest.skip(NO_SHELL)
    shutil.copytree(exported, tmp_path / "log")
    shutil.copyfile(exported.with_name("log.vkey"), tmp_path / "log.vkey")
    assert run(house, "prove", "42", "--property", "harbour", "--out", str(tmp_path / "42"))[0] == 0
    for language, verdict in (("中文", "在审计日志中"), ("English", "in the ledger")):
        text = (ROOT / "docs" / "verifying.md").read_text("utf-8").partition(f"\n## {language}\n")[2].partition("\n## ")[0]
        recipes = [block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "discretion" not in block]
        assert len(recipes) == 2
        said = recipe(tmp_path, *recipes)
        assert "Signature Verified Successfully" in said
        assert verdict in said
        for name in ("log/checkpoint", "42.entry", "42.tlog-proof"):
            raw = (tmp_path / name).read_bytes()
            at = raw.index(b"\n", 60) - 9 if name == "42.tlog-proof" else 9
            (tmp_path / name).write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1:])
            broken = recipe(tmp_path, *recipes)
            assert not ("Signature Verified Successfully" in broken and verdict in broken), name
            (tmp_path / name).write_bytes(raw)


def recipe(directory: Path, *recipes: str) -> str:
    """Run recipes as somebody pastes them; return all that they said."""
    done = subprocess.run(["sh"], input="\n".join(recipes), cwd=directory, check=False, capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr
