"""A ledger that no longer agrees with what was signed is closed, kept as evidence, and succeeded by one that commits to it."""

from __future__ import annotations

import json

import psycopg
import pytest

from discretion.ledger.checkpoint import Verifier, open_checkpoint
from discretion.ledger.tree import Frontier, leaf_hash
from discretion.wire import lookup, upkeep
from tests.cast import Stage
from tests.closings import key_of, recovered
from tests.conftest import HARBOUR
from tests.ledgers import check_whole, size_now


def rewritten(stage: Stage) -> None:
    """Somebody with the database changes one entry, and rebuilds hashes and head so that all agrees with itself."""
    rows = stage.superuser.execute("select leaf from ledger.entry where property_id = %s order by idx", (HARBOUR.id,)).fetchall()
    leaves = [bytes(leaf) for (leaf,) in rows]
    leaves[3] = leaves[3][:-1] + bytes([leaves[3][-1] ^ 1])
    frontier = Frontier.empty().append([leaf_hash(leaf) for leaf in leaves])
    root = stage.superuser
    for table in ("ledger.entry", "ledger.head", "ledger.checkpoint"):
        root.execute(f"alter table {table} disable trigger user")  # type: ignore[arg-type]
    root.execute(
        "update ledger.entry set leaf = %s, leaf_hash = %s where property_id = %s and idx = 3", (leaves[3], leaf_hash(leaves[3]), HARBOUR.id),
    )
    root.execute("update ledger.head set root = %s, stack = %s where property_id = %s", (frontier.root(), frontier.to_bytes(), HARBOUR.id))
    root.execute("delete from ledger.checkpoint where property_id = %s", (HARBOUR.id,))


def test_a_rewritten_ledger_is_refused_closed_and_succeeded(own_stage: Stage) -> None:
    stage = own_stage
    for _ in range(3):
        stage.ada.look_up(stage.dora, clear=1)
    stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
    assert stage.keeper.stop() == 0
    size = size_now(stage)
    old_key = key_of(stage)
    rewritten(stage)
    assert stage.start() == "failed ledger_forked"
    assert stage.keeper.process is not None
    stage.keeper.process.wait(10)
    stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]
    code, said = recovered(stage, "--close", "--because", "restore drill")
    assert (code, f"is closed at {size} entries" in said) == (0, True), said
    new_key = key_of(stage)
    assert new_key != old_key and new_key.split("+")[0] == "log localhost/ledger/harbour/2"
    stage.restart()
    answer = stage.ada.look_up(stage.dora, clear=1)
    assert isinstance(answer, lookup.Disclosure)
    stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
    check_whole(stage, {})
    first = stage.superuser.execute("select context_part from ledger.entry where property_id = %s and idx = 0", (HARBOUR.id,)).fetchone()
    assert first is not None
    note = stage.superuser.execute("select note from ledger.checkpoint where property_id = %s", (HARBOUR.id,)).fetchone()
    assert note is not None
    assert open_checkpoint(bytes(note[0]).decode(), Verifier.parse(new_key.split()[1])).size == size_now(stage)
    kept = stage.superuser.execute(
        "select h.size, (select count(*) from ledger.closed_entry e where e.property_id = h.property_id and e.context_part is not null)"
        " from ledger.closed_head h where h.property_id = %s", (HARBOUR.id,),
    ).fetchall()
    assert kept == [(size, size)], "the openings are evidence too"
    for table in ("entry", "head", "tile", "checkpoint", "cosignature", "closed_entry"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stage.superuser.execute(f"truncate ledger.{table} cascade")  # type: ignore[arg-type]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        stage.superuser.execute("delete from ledger.entry")


def test_a_closing_that_was_interrupted_is_finished_and_a_second_one_follows(own_stage: Stage) -> None:
    stage = own_stage
    assert stage.keeper.stop() == 0
    done = stage.keeper.command("recover", "--property", HARBOUR.id, "--how", "successor")
    told = json.loads(done.stdout)
    stage.superuser.execute("set role discretion_owner")
    stage.superuser.execute(
        "select ledger.close(%s, %s, %s, %s)", (HARBOUR.id, told["origin"], told["vkey"], bytes.fromhex(told["wrapped"])),
    )
    stage.superuser.execute("reset role")
    assert stage.start().startswith("failed ")
    assert stage.keeper.process is not None
    stage.keeper.process.wait(10)
    stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]
    assert recovered(stage, "--close")[0] == 0
    stage.restart()
    assert isinstance(stage.ada.look_up(stage.dora, clear=1), lookup.Disclosure)
    assert stage.keeper.stop() == 0
    assert recovered(stage, "--close")[0] == 0
    assert key_of(stage).startswith("log localhost/ledger/harbour/3+")
    stage.restart()
    check_whole(stage, {})


def test_nobody_but_the_owner_closes_a_ledger(own_stage: Stage) -> None:
    for program in ("keeper", "office", "worker", "auditor"):
        with psycopg.connect(own_stage.database.conninfo(program), autocommit=True) as connection, \
                pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select ledger.close(%s, 'x', 'y', '')", (HARBOUR.id,))


def test_a_ledger_that_was_stopped_goes_on_when_somebody_says_so(own_stage: Stage) -> None:
    stage = own_stage
    stage.upkeep(upkeep.StopLedger(property_id=stage.ada.property_id, why="fork", who="w", evidence="two roots"))
    assert isinstance(stage.ada.look_up(stage.dora, clear=1), lookup.Failed)
    assert stage.keeper.stop() == 0
    size = size_now(stage)
    assert stage.start() == "failed ledger_stopped"
    assert stage.keeper.process is not None
    stage.keeper.process.wait(10)
    stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]
    assert recovered(stage, "--go-on", "--because", "x" * 201)[0] == 2
    code, said = recovered(stage, "--go-on", "--because", "the witness was set back")
    assert code == 0, said
    assert size_now(stage) == size + 1
    evidence = list(stage.settings.stopped_file(stage.ada.property_id).parent.glob("*.stopped.*"))
    assert json.loads(evidence[0].read_text("utf-8"))["evidence"] == "two roots"
    stage.restart()
    check_whole(stage, {})
    assert stage.keeper.stop() == 0
    assert recovered(stage, "--go-on")[0] == 6, "nothing is stopped"
