"""An old backup is put in the place of the database, the signer's memory is lost or damaged, a round is committed and not yet
remembered: what must not be served is not, and there is an honest way back (ledger.md §8, row 5).
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from discretion.keeper.store.memory import SLOT_SIZE_BYTES, Memory
from discretion.ledger.leaf import decode_leaf
from discretion.starter.programs import ask_keeper
from discretion.watch.published import export, stored_log
from discretion.wire import lookup, upkeep
from discretion.wire.settings import load
from tests.cast import Stage
from tests.conftest import HARBOUR, DatabaseUnderTest, copied
from tests.journeys.installation import discretion
from tests.ledgers import check_whole, size_now
from tests.stages import FirstStage


@contextmanager
def put_in_its_place(stage: Stage, database: DatabaseUnderTest) -> Iterator[None]:
    """The same data directory over another database, as after a restore; the keeper is stopped before and afterwards."""
    text = stage.settings.path.read_text("utf-8")
    stage.settings.path.write_text(text.replace(f'name = "{stage.database.name}"', f'name = "{database.name}"'), "utf-8")
    stage.settings = stage.keeper.settings = load(stage.settings.path)
    with psycopg.connect(database.superuser, autocommit=True) as superuser:
        before, stage.superuser = stage.superuser, superuser
        try:
            yield
        finally:
            if stage.keeper.process is not None and stage.keeper.process.poll() is None:
                stage.keeper.stop()
            stage.superuser = before


@pytest.fixture
def old_backup(first_stage: FirstStage, own_stage: Stage) -> Iterator[DatabaseUnderTest]:
    """The database of `own_stage` as it was before its look-ups; the stage is stopped, its last checkpoint is out."""
    with copied(first_stage.database) as backup:
        for _ in range(9):
            own_stage.ada.look_up(own_stage.dora, clear=1)
        own_stage.upkeep(upkeep.PublishCheckpoint(property_id=own_stage.ada.property_id))
        assert own_stage.keeper.stop() == 0
        yield backup


def exported(stage: Stage, directory: Path, property_id: bytes | None = None) -> Path:
    directory.mkdir()
    with stored_log(stage.database.conninfo("auditor"), property_id or stage.ada.property_id) as log:
        export(log, directory)
    return directory


def recovered(stage: Stage, *words: str) -> tuple[int, str]:
    done = discretion(
        "--lang", "en", "--settings", str(stage.settings.path), "ledger", "recover", "--property", "harbour", "--yes", *words,
    )
    return done.returncode, done.stdout + done.stderr


def refused(stage: Stage, code: str) -> None:
    assert stage.start() == f"failed {code}"
    assert stage.keeper.process is not None
    stage.keeper.process.wait(10)
    stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]


def memory_file(stage: Stage) -> Path:
    return stage.settings.signer_memory_file(stage.ada.property_id)


def test_an_old_backup_is_not_served_and_comes_forward_by_an_export(own_stage: Stage, old_backup: DatabaseUnderTest, tmp_path: Path) -> None:
    stage, size = own_stage, size_now(own_stage)
    whole = exported(stage, tmp_path / "whole")
    with put_in_its_place(stage, old_backup):
        behind = size_now(stage)
        assert behind < size
        refused(stage, "ledger_behind")
        status, verdict = stage.verify()
        assert (status, verdict["problem"], verdict["index"]) == (3, "behind_signed", behind)
        assert size_now(stage) == behind, "nothing was changed"
        code, said = recovered(stage, "--from", str(whole))
        assert (code, f"{size - behind} entries are back, from {behind} on") == (0, said[:said.index(". ")])
        stage.restart()
        answer = stage.ada.look_up(stage.dora, clear=1)
        assert isinstance(answer, lookup.Disclosure)
        status, verdict = stage.verify()
        assert (status, verdict["problem"], verdict["erased"]) == (0, "", size - behind)
        leaves = stage.superuser.execute("select leaf from ledger.entry where property_id = %s", (HARBOUR.id,)).fetchall()
        tags = Counter(decode_leaf(bytes(leaf)).tag for (leaf,) in leaves)
        assert tags.most_common(1)[0][1] == 1, "no tag is given twice, not even by those that came back"
        stage.keeper.stop()
        assert recovered(stage, "--from", str(whole))[0] != 0, "it holds less than was signed since"


def test_an_export_that_is_too_short_another_hotels_or_damaged_brings_nothing_back(
    own_stage: Stage, old_backup: DatabaseUnderTest, tmp_path: Path,
) -> None:
    stage = own_stage
    whole = exported(stage, tmp_path / "whole")
    stage.restart()
    stage.ada.look_up(stage.dora, clear=1)
    assert stage.keeper.stop() == 0
    damaged = tmp_path / "damaged"
    shutil.copytree(whole, damaged)
    bundle = next(damaged.glob("tile/entries/*.p/*"))
    bundle.write_bytes(bundle.read_bytes()[:-1])
    forged = tmp_path / "forged"
    shutil.copytree(whole, forged)
    note = (forged / "checkpoint").read_text("utf-8")
    (forged / "checkpoint").write_text(note.replace(note.split("\n")[1], "99999", 1), "utf-8")
    with put_in_its_place(stage, old_backup):
        behind = size_now(stage)
        for directory, sentence in (
            (whole, "does not hold every entry that was signed"), (damaged, "is not a whole export"),
            (forged, "is not a whole export"), (tmp_path / "nowhere", "is not there"),
        ):
            code, said = recovered(stage, "--from", str(directory))
            assert code != 0 and sentence in said, said
            assert size_now(stage) == behind
        refused(stage, "ledger_behind")


def test_leaves_that_another_key_signed_or_that_lead_elsewhere_are_refused(
    own_stage: Stage, old_backup: DatabaseUnderTest, tmp_path: Path,
) -> None:
    stage = own_stage
    with stored_log(stage.database.conninfo("auditor"), stage.ada.property_id) as log:
        note, leaves = log.checkpoint.encode(), bytearray(b"".join(log.entry(index) for index in range(log.size)))
    wrong_name = note.replace(b"harbour", b"hilltop")
    altered = bytes(leaves[:-1]) + bytes([leaves[-1] ^ 1])
    with put_in_its_place(stage, old_backup):
        behind = size_now(stage)
        for brought_note, brought, code in (
            (wrong_name, bytes(leaves), "recover_checkpoint"), (b"", bytes(leaves), "recover_checkpoint"),
            (note, altered, "recover_misfit"), (note, bytes(leaves[:-120]), "recover_short"), (note, b"", "recover_short"),
        ):
            raw = len(brought_note).to_bytes(4, "big") + brought_note + brought
            with pytest.raises(Exception, match=code):
                ask_keeper(stage.settings, "recover", "--property", HARBOUR.id, "--how", "restore", brought=raw)
            assert size_now(stage) == behind


def test_a_lost_memory_is_not_made_up_silently(own_stage: Stage) -> None:
    stage = own_stage
    assert stage.keeper.stop() == 0
    memory_file(stage).unlink()
    refused(stage, "signer_memory_missing")
    code, said = recovered(stage, "--new-memory")
    assert code == 0, said
    stage.restart()
    size = stage.size()
    assert Memory(memory_file(stage)).frontier.size == size
    assert stage.ada.look_up(stage.dora, clear=1).entry == size
    check_whole(stage, {})


def test_a_memory_that_others_can_write_is_refused(own_stage: Stage) -> None:
    assert own_stage.keeper.stop() == 0
    memory_file(own_stage).chmod(0o660)
    refused(own_stage, "signer_memory_open")


@pytest.mark.parametrize("slot", [0, 1])
def test_one_torn_slot_leaves_the_other_and_two_are_refused(own_stage: Stage, slot: int) -> None:
    """The older slot may be read after a power cut: the database is ahead of it then, and extends it."""
    stage = own_stage
    stage.ada.look_up(stage.dora, clear=1)
    assert stage.keeper.stop() == 0
    file = memory_file(stage)
    raw = bytearray(file.read_bytes().ljust(2 * SLOT_SIZE_BYTES, b"\x00"))
    raw[slot * SLOT_SIZE_BYTES + 40] ^= 1
    file.write_bytes(raw)
    stage.restart()
    stage.ada.look_up(stage.dora, clear=1)
    assert stage.keeper.stop() == 0
    file.write_bytes(bytes(2 * SLOT_SIZE_BYTES))
    refused(stage, "signer_memory_bad")


def test_a_database_that_goes_back_while_the_keeper_runs_gets_no_signature(own_stage: Stage) -> None:
    """As when connections end at a replica that lags: the head is older than what was signed."""
    stage = own_stage
    stage.ada.look_up(stage.dora, clear=1)
    before = stage.superuser.execute("select size, root, stack from ledger.head where property_id = %s", (HARBOUR.id,)).fetchone()
    assert before is not None
    stage.ada.look_up(stage.dora, clear=1)
    root = stage.superuser
    root.execute("alter table ledger.head disable trigger user; alter table ledger.entry disable trigger user")
    root.execute("delete from ledger.entry where property_id = %s and idx >= %s", (HARBOUR.id, before[0]))
    root.execute("update ledger.head set size = %s, root = %s, stack = %s where property_id = %s", (*before, HARBOUR.id))
    try:
        answer = stage.ada.look_up(stage.dora, clear=1)
        assert isinstance(answer, lookup.Failed) and answer.code == "unavailable"
        found = root.execute("select size from ledger.head where property_id = %s", (HARBOUR.id,)).fetchone()
        assert found == before[:1], "nothing was entered on the fork"
    finally:
        for table in ("head", "entry"):
            for (name,) in root.execute(
                "select format('%%I', tgname) from pg_trigger where tgrelid = %s::regclass and not tgisinternal", (f"ledger.{table}",),
            ).fetchall():
                root.execute(f"alter table ledger.{table} enable always trigger {name}")  # type: ignore[arg-type]
    stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]
    assert stage.expected_errors
