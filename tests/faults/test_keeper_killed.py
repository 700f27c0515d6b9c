"""SIGKILL of the keeper: at each step of an ask, and under load. Nothing acknowledged is lost, nothing is shown without an
entry, and the same command starts it again (ledger.md §8, rows 1 and 2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from discretion.wire import lookup, upkeep
from discretion.wire.frame import HatchClosedError
from tests.cast import Stage, groups, new_id
from tests.ledgers import check_whole, entry_of, size_now
from tests.load import CLIENTS, Load

if TYPE_CHECKING:
    from tests.database_proxy import When
    from tests.faults.conftest import Breakable


@pytest.mark.parametrize(("statement", "when", "is_entered"), [
    (r"ledger\.fact_change", "after", False), (r"ledger\.record_round", "before", False), (r"ledger\.record_round", "after", True),
])
def test_killed_at_a_step_it_has_shown_nothing_and_a_retry_meets_the_entry(
    breakable: Breakable, statement: str, when: When, is_entered: bool,
) -> None:
    stage, guest, request_id = breakable.stage, breakable.stage.guest(), new_id()
    before = stage.size()
    with breakable.proxy.broken_at(statement, when, stage.keeper.kill), pytest.raises(OSError):
        stage.ada.look_up(guest, clear=1, request_id=request_id)
    assert size_now(stage) == before + is_entered
    stage.restart()
    again = stage.ada.look_up(guest, clear=1, request_id=request_id)
    assert again.entry == before
    assert isinstance(again, lookup.Entered if is_entered else lookup.Disclosure)
    check_whole(stage, {request_id: before})


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_a_checkpoint_is_kept_it_signs_the_same_again(breakable: Breakable, when: When) -> None:
    stage = breakable.stage
    stage.ada.look_up(stage.guest(), clear=1)
    size = stage.size()
    message = upkeep.PublishCheckpoint(property_id=stage.ada.property_id)
    with breakable.proxy.broken_at(r"insert into ledger\.checkpoint", when, stage.keeper.kill), pytest.raises(HatchClosedError):
        stage.upkeep(message)
    kept = _notes(stage).get(size)
    assert (kept is not None) == (when == "after")
    stage.restart()
    stage.upkeep(message)
    assert kept in (None, _notes(stage)[size])
    check_whole(stage, {})


def killed_under_load(stage: Stage) -> int:
    load = Load([stage], [stage.guest() for _ in range(20)])
    load.run(0.8, stage.keeper.kill)
    assert len(load.acknowledged) > CLIENTS, "there was no load to kill"
    assert load.failed == {}
    stage.restart()
    for request_id in load.unanswered:
        was_entered = entry_of(stage, request_id)
        again = stage.ada.look_up(load.guests[0], masked=groups("contact"), request_id=request_id)
        assert isinstance(again, lookup.Disclosure if was_entered < 0 else lookup.Entered)
        load.acknowledged[request_id] = again.entry if was_entered < 0 else was_entered
    check_whole(stage, load.acknowledged)
    assert set(load.disclosed) <= load.acknowledged.keys()
    return len(load.acknowledged)


def test_killed_under_load_it_loses_nothing_acknowledged(own_stage: Stage) -> None:
    killed_under_load(own_stage)


@pytest.mark.torture
def test_killed_again_and_again_it_loses_nothing_acknowledged(own_stage: Stage) -> None:
    assert sum(killed_under_load(own_stage) for _ in range(25)) > 1000


def test_stopped_under_load_it_answers_what_it_had_taken_or_nothing(own_stage: Stage) -> None:
    stage = own_stage
    load = Load([stage], [stage.guest() for _ in range(20)])
    load.run(0.8, lambda: _stop(stage))
    stage.restart()
    check_whole(stage, load.acknowledged)


def _stop(stage: Stage) -> None:
    assert stage.keeper.stop() == 0


def _notes(stage: Stage) -> dict[int, bytes]:
    return dict(stage.superuser.execute(
        "select size, note from ledger.checkpoint where property_id = %s", (stage.ada.property_id.hex(),),
    ).fetchall())
