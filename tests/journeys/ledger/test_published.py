"""An auditor takes a ledger home: exported, proved entry by entry, and checked with nothing but its key."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from discretion.ledger.checkpoint import Signer
from discretion.ledger.tree import leaf_hash
from discretion.wire import upkeep
from tests.cast import Stage
from tests.conftest import HARBOUR
from tests.journeys.installation import discretion
from tests.journeys.ledger.publishing import run
from tests.ledgers import size_now


def verified(house: Stage, directory: Path, key: Path | None = None) -> tuple[int, object, object]:
    code, told, said = run(house, "verify", str(directory), "--key", str(key or directory.with_name("log.vkey")))
    assert told, said
    return code, told["problem"], told["index"]


def test_every_full_tile_is_kept_once_and_its_export_is_whole(house: Stage, exported: Path) -> None:
    size = size_now(house)
    assert house.superuser.execute(
        "select level::int, n::int from ledger.tile where property_id = %s order by 1, 2", (HARBOUR.id,),
    ).fetchall() == [(0, 0), (0, 1)]
    assert sorted(path.relative_to(exported).as_posix() for path in exported.rglob("*") if path.is_file()) == sorted([
        "checkpoint", "tile/0/000", "tile/0/001", f"tile/0/002.p/{size - 512}", "tile/1/000.p/2", "tile/entries/000", "tile/entries/001",
        f"tile/entries/002.p/{size - 512}",
    ])
    assert verified(house, exported) == (0, "", -1)


def test_nothing_about_people_leaves(house: Stage, exported: Path) -> None:
    whole = b"".join(path.read_bytes() for path in sorted(exported.rglob("*")) if path.is_file())
    for word in (b"front_desk", b"check_in", b"look_up", house.ada.staff_id, house.ada.staff_id.hex().encode()):
        assert word not in whole


@pytest.mark.parametrize("index", [0, 1, 255, 256, 511, 512, -1])
def test_one_entry_is_proved_and_another_is_not(house: Stage, exported: Path, tmp_path: Path, index: int) -> None:
    at = index % size_now(house)
    code, told, said = run(house, "prove", str(at), "--property", "harbour", "--out", str(tmp_path / "mine"))
    assert code == 0, said
    key = str(exported.with_name("log.vkey"))
    code, told, _ = run(house, "verify", str(tmp_path / "mine.tlog-proof"), "--key", key)
    assert (code, told["index"], told["problem"]) == (0, at, "")
    (tmp_path / "other.entry").write_bytes(os.urandom(120))
    code, told, _ = run(house, "verify", str(tmp_path / "mine.tlog-proof"), "--key", key, "--entry", str(tmp_path / "other.entry"))
    assert (code, told["problem"]) == (3, "proof")


@pytest.mark.parametrize(("name", "at", "problem", "index"), [
    ("tile/entries/000", 2 + 9, "tile", 0),
    ("tile/entries/001", 122 * 7 + 2 + 100, "tile", 256 + 7),
    ("tile/0/001", 32 * 255, "tile", 511),
    ("tile/1/000.p/2", 33, "tile", 256),
    ("tile/entries/000", 1, "bundle", 0),
])
def test_one_flipped_bit_is_named(house: Stage, exported: Path, tmp_path: Path, name: str, at: int, problem: str, index: int) -> None:
    copy = tmp_path / "log"
    shutil.copytree(exported, copy)
    raw = bytearray((copy / name).read_bytes())
    raw[at] ^= 1
    (copy / name).write_bytes(raw)
    assert verified(house, copy, exported.with_name("log.vkey")) == (3, problem, index)


def test_an_entry_replaced_with_its_tile_shows_at_the_root(house: Stage, exported: Path, tmp_path: Path) -> None:
    copy = tmp_path / "log"
    shutil.copytree(exported, copy)
    size = size_now(house)
    bundle, tile = copy / f"tile/entries/002.p/{size - 512}", copy / f"tile/0/002.p/{size - 512}"
    entry = os.urandom(120)
    bundle.write_bytes(bundle.read_bytes()[:-120] + entry)
    tile.write_bytes(tile.read_bytes()[:-32] + leaf_hash(entry))
    assert verified(house, copy, exported.with_name("log.vkey")) == (3, "root", size)


def test_a_missing_file_is_named(house: Stage, exported: Path, tmp_path: Path) -> None:
    copy = tmp_path / "log"
    shutil.copytree(exported, copy)
    (copy / "tile/entries/001").unlink()
    assert verified(house, copy, exported.with_name("log.vkey")) == (3, "bundle", 256)


def test_another_key_proves_nothing(house: Stage, exported: Path, tmp_path: Path) -> None:
    name = exported.with_name("log.vkey").read_text().split("+")[0]
    (tmp_path / "other.vkey").write_text(Signer(name, os.urandom(32)).verifier.vkey + "\n")
    assert verified(house, exported, tmp_path / "other.vkey")[:2] == (3, "signature")


@pytest.mark.parametrize(("words", "code", "said"), [
    (("prove", "999999"), 4, "[entry_unknown]"),
    (("verify", "/nowhere/at/all", "--key", "/nowhere"), 4, "[published_missing]"),
    (("verify", "/tmp"), 2, "[input_needed]"),
    (("verify", "/tmp", "--key", "/etc/hostname"), 2, "[key_bad]"),
    (("export", "/tmp"), 6, "[export_not_empty]"),
])
def test_what_cannot_be_done_is_said_in_a_sentence(house: Stage, words: tuple[str, ...], code: int, said: str) -> None:
    property_words = ("--property", "harbour") if words[0] != "verify" else ()
    done = discretion("--lang", "zh", "--settings", str(house.settings.path), "ledger", *words, *property_words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_publishing_again_writes_nothing_twice(house: Stage) -> None:
    before = house.superuser.execute("select ctid, xmin from ledger.tile").fetchall()
    assert house.start() == "ready"
    house.upkeep(upkeep.PublishCheckpoint(property_id=house.ada.property_id))
    assert house.keeper.stop() == 0
    assert house.superuser.execute("select ctid, xmin from ledger.tile").fetchall() == before
    done = house.keeper.command("verify", "--property", "harbour")
    assert done.returncode == 0, done.stdout
