"""Two keepers on one ledger: the compare-and-swap on the head lets one win; no gap, no fork, every answer true
(ledger.md §8, row 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from discretion.wire import lookup, upkeep
from tests.cast import Stage, groups, new_id
from tests.ledgers import check_whole
from tests.load import CLIENTS, Load
from tests.stages import second_keeper


@pytest.fixture
def pair(own_stage: Stage, run_directory: Path) -> Iterator[tuple[Stage, Stage]]:
    with second_keeper(own_stage, run_directory / "second") as second:
        yield own_stage, second


def test_under_load_on_both_every_acknowledged_entry_stands(pair: tuple[Stage, Stage]) -> None:
    first, second = pair
    load = Load([first, second], [first.guest() for _ in range(20)])
    load.run(1.5)
    assert len(load.acknowledged) > CLIENTS
    assert load.unanswered == []
    assert set(load.failed.values()) <= {"unavailable"}, "a head lost too many times in a row"
    check_whole(first, load.acknowledged)


def test_each_sees_at_once_what_the_other_entered(pair: tuple[Stage, Stage]) -> None:
    first, second = pair
    guest = first.guest()
    entries = [stage.ada.look_up(guest, clear=1).entry for stage in (first, second) * 5]
    assert entries == list(range(entries[0], entries[0] + 10))


def test_the_same_ask_at_both_has_one_entry_and_opens_once(pair: tuple[Stage, Stage]) -> None:
    first, second = pair
    for _ in range(10):
        guest, request_id = first.guest(), new_id()
        message = lookup.LookUp(
            ticket=first.ada.ticket, request_id=request_id, guest_id=guest.guest_id, purpose="check_in", clear=1, masked=0,
        )
        lines = [stage.line() for stage in (first, second)]
        for line in lines:
            line.send(message)
        answers = [line.answer() for line in lines]
        for line in lines:
            line.close()
        assert sorted(type(answer).__name__ for answer in answers) == ["Disclosure", "Entered"]
        assert len({answer.entry for answer in answers}) == 1


def test_a_fact_that_ends_is_seen_by_both(pair: tuple[Stage, Stage]) -> None:
    first, second = pair
    mallory, guest = first.hire("Mallory", "front_desk"), first.guest()
    there = second.players["Ada"].__class__(second, *[getattr(mallory, name) for name in (
        "name", "property_id", "staff_id", "duty", "authenticator", "ticket")])
    for player in (mallory, there):
        assert isinstance(player.look_up(guest, clear=1), lookup.Disclosure)
    first.lock("staff", mallory.staff_id)
    first.upkeep(upkeep.EnterChanges(property_id=mallory.property_id))  # entered by the one, read by the other
    for player in (there, mallory):
        answer = player.look_up(guest, clear=1)
        assert isinstance(answer, lookup.Refusal), "what it remembered no longer stands"
        assert [line.rule for line in answer.lines] == ["G9"]


def test_a_ticket_that_ended_at_one_is_over_at_the_other(pair: tuple[Stage, Stage]) -> None:
    first, second = pair
    guest, there = first.guest(), second.ada
    mallory = first.ada.sign_in()
    at_second = there.__class__(second, there.name, there.property_id, there.staff_id, there.duty, there.authenticator, mallory.ticket)
    for player in (mallory, at_second):
        assert isinstance(player.look_up(guest, masked=groups("identity")), lookup.Disclosure)
    mallory.ask(lookup.SignOut)
    assert at_second.look_up(guest, masked=groups("identity")) == lookup.Failed(code="ticket")
