"""Programs that nobody here wrote check exports, proofs and a running house: tessera's fsck, aics-tlog, @sigstore/verify. `make interop`."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import pytest

from tests.cast import Stage
from tests.journeys.ledger.programs import fsck_of, go_program, node_program, python_program, ran
from tests.journeys.ledger.publishing import run
from tests.ledgers import size_now
from tests.made_logs import made_log

pytestmark = pytest.mark.interop
SEED = bytes(range(32))
INDEXES = (0, 1, 42, 255, 256, 300)


@pytest.fixture(scope="session")
def aics_tlog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return python_program("aics-tlog", tmp_path_factory.mktemp("python"))


@pytest.fixture(scope="session")
def sigstore(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return node_program("sigstore", "verify.js", tmp_path_factory.mktemp("node"))


@pytest.fixture(scope="session")
def fsck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return go_program("tessera", "github.com/transparency-dev/tessera/cmd/fsck", tmp_path_factory.mktemp("go"))


@pytest.fixture
def proved(house: Stage, exported: Path) -> Path:
    """The export, with proofs and entries beside it."""
    for index in INDEXES:
        base = exported.with_name(str(index))
        if not base.with_suffix(".entry").exists():
            code, _, said = run(house, "prove", str(index), "--property", "harbour", "--out", str(base))
            assert code == 0, said
    return exported


def flipped(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


# ---------------------------------------------------------------------------------------------------------------- aics-tlog


def test_aics_tlog_agrees_with_an_export(house: Stage, proved: Path, aics_tlog: Path) -> None:
    key = ("--vkey-file", proved.with_name("log.vkey"))
    code, said = ran(aics_tlog, "verify-checkpoint", "--note", proved / "checkpoint", *key)
    assert code == 0, said
    for index in INDEXES:
        code, said = ran(
            aics_tlog, "verify-inclusion", "--tiles", proved, *key, "--index", str(index), "--leaf", proved.with_name(f"{index}.entry"),
        )
        assert code == 0, said
    code, said = ran(
        aics_tlog, "verify-inclusion", "--tiles", proved, *key, "--index", "41", "--leaf", proved.with_name("42.entry"),
    )
    assert code != 0, said
    assert size_now(house) > 512


@pytest.mark.parametrize(("old", "new"), [(1, 2), (7, 13), (255, 256), (256, 257), (300, 70_000), (65_536, 65_537)])
def test_aics_tlog_follows_a_log_that_grows(tmp_path: Path, aics_tlog: Path, old: int, new: int) -> None:
    made_log(tmp_path / "old", old, (), seed=SEED)
    key = made_log(tmp_path / "new", new, (), seed=SEED)
    words = ("verify-consistency", "--vkey-file", key, "--old-checkpoint", tmp_path / "old" / "log" / "checkpoint", "--tiles")
    code, said = ran(aics_tlog, *words, tmp_path / "new" / "log")
    assert code == 0, said
    other = tmp_path / "other"
    made_log(other, new, (), seed=SEED, changed=0)
    assert ran(aics_tlog, *words, other / "log")[0] != 0, "another history"


@pytest.mark.parametrize(("name", "at"), [("checkpoint", 40), ("tile/0/000", 5), ("tile/1/000.p/2", 40)])
def test_aics_tlog_refuses_one_flipped_bit(tmp_path: Path, proved: Path, aics_tlog: Path, name: str, at: int) -> None:
    log = tmp_path / "log"
    shutil.copytree(proved, log)
    flipped(log / name, at)
    code, said = ran(
        aics_tlog, "verify-inclusion", "--tiles", log, "--vkey-file", proved.with_name("log.vkey"), "--index", "1",
        "--leaf", proved.with_name("1.entry"),
    )
    assert code != 0, said


# ----------------------------------------------------------------------------------------------------------------- sigstore


def test_sigstore_agrees_with_exported_proofs(house: Stage, proved: Path, sigstore: list[str]) -> None:
    for index in INDEXES:
        base = proved.with_name(str(index))
        found = ran(*sigstore, base.with_suffix(".tlog-proof"), base.with_suffix(".entry"), proved.with_name("log.vkey"))
        assert found == (0, f"agreed: entry {index} of {size_now(house)}\n")


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 600, 65_537])
def test_sigstore_agrees_at_every_border(tmp_path: Path, sigstore: list[str], size: int) -> None:
    key = made_log(tmp_path, size, (0, size // 2, size - 1))
    for index in {0, size // 2, size - 1}:
        code, said = ran(*sigstore, tmp_path / f"{index}.tlog-proof", tmp_path / f"{index}.entry", key)
        assert code == 0, said


@pytest.mark.parametrize("what", ["index", "hash", "root", "signature", "entry", "key"])
def test_sigstore_refuses_one_change(tmp_path: Path, sigstore: list[str], what: str) -> None:
    key = made_log(tmp_path, 600, (7,))
    proof, entry = tmp_path / "7.tlog-proof", tmp_path / "7.entry"
    lines = proof.read_text("utf-8").split("\n")
    places = {"index": 1, "hash": 3, "root": lines.index("600") + 1}
    if what == "index":
        lines[1] = "index 8"
    elif what in places:
        lines[places[what]] = base64.b64encode(bytes(32)).decode()
    elif what == "signature":
        name, _, encoded = lines[-2].rpartition(" ")
        raw = bytearray(base64.b64decode(encoded))
        raw[30] ^= 1
        lines[-2] = f"{name} {base64.b64encode(raw).decode()}"
    elif what == "entry":
        flipped(entry, 60)
    else:
        key = made_log(tmp_path / "other", 1, ())
    proof.write_text("\n".join(lines), "utf-8")
    code, said = ran(*sigstore, proof, entry, key)
    assert (code, said.startswith("refused: ")) == (3, True), said


# ------------------------------------------------------------------------------------------------------------------ tessera


def test_tessera_agrees_with_an_export(exported: Path, fsck: Path) -> None:
    is_whole, said = fsck_of(fsck, f"file://{exported}", exported.with_name("log.vkey"))
    assert is_whole, said


@pytest.mark.parametrize(("name", "at"), [("checkpoint", 40), ("tile/0/000", 5), ("tile/1/000.p/2", 40), ("tile/entries/001", 500)])
def test_tessera_refuses_one_flipped_bit(tmp_path: Path, exported: Path, fsck: Path, name: str, at: int) -> None:
    shutil.copytree(exported, tmp_path / "log")
    flipped(tmp_path / "log" / name, at)
    is_whole, said = fsck_of(fsck, f"file://{tmp_path / 'log'}", exported.with_name("log.vkey"))
    assert not is_whole, said
