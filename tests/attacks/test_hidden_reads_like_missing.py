"""A guest out of somebody's reach and one who does not exist are told in the same words, and in the same time."""

from __future__ import annotations

import statistics
import time

import pytest

from discretion.hotel.purpose import Purpose
from discretion.wire import lookup
from tests.cast import ALL, Guest, Player, Stage, groups, new_id
from tests.conftest import HILLTOP
from tests.reading import bare

# Purposes under which the desk has something to offer for somebody who left: there, and only there, it may know them.
DESK = [purpose for purpose in Purpose if purpose != "check_out"]


@pytest.fixture(scope="module")
def hidden(stage: Stage) -> dict[str, Guest]:
    """Guests that the desk may not know of."""
    locked = stage.guest("departed", departed_days=400)
    stage.lock("guest", locked.guest_id)
    sealed = stage.guest("departed", departed_days=400)
    stage.mark(sealed, "sealed")
    restricted = stage.guest("none")
    stage.mark(restricted, "restriction")
    return {
        "long gone": stage.guest("departed", departed_days=400), "gone a month ago": stage.guest("departed", departed_days=45),
        "due in next week": stage.guest("expected_later"), "never stayed": stage.guest("none"), "elsewhere": stage.guest("in_house", at=HILLTOP),
        "locked": locked, "sealed": sealed, "restricted": restricted,
    }


@pytest.mark.parametrize("purpose", DESK)
def test_a_look_up_reads_the_same(stage: Stage, hidden: dict[str, Guest], purpose: str) -> None:
    nobody = bare(stage.ada.look_up(new_id(), purpose, clear=ALL))
    for which, guest in hidden.items():
        for clear, masked in ((ALL, 0), (0, ALL), (groups("identity"), groups("contact"))):
            assert bare(stage.ada.look_up(guest, purpose, clear=clear, masked=masked)) == nobody, which


@pytest.mark.parametrize("purpose", ["check_in", "guest_request", "audit"])
def test_a_list_reads_the_same(stage: Stage, hidden: dict[str, Guest], purpose: str) -> None:
    guests = [new_id(), *(guest.guest_id for guest in hidden.values())]
    answers = stage.ada.ask(lookup.LookUpMany, guest_ids=guests, purpose=purpose, masked=ALL)
    nobody, *others = map(bare, answers.items)
    assert others == [nobody] * len(others)


@pytest.mark.parametrize("purpose", ["check_in", "guest_request", "marketing"])
def test_writing_reads_the_same(stage: Stage, hidden: dict[str, Guest], purpose: str) -> None:
    written = {"groups": {"preferences": b'{"diet":"x"}'}, "purpose": purpose}
    nobody = bare(stage.ada.ask(lookup.Inscribe, guest_id=new_id(), **written))
    for which, guest in hidden.items():
        assert bare(stage.ada.ask(lookup.Inscribe, guest_id=guest.guest_id, **written)) == nobody, which


def test_an_exact_search_reads_the_same(stage: Stage, hidden: dict[str, Guest]) -> None:
    for purpose in ("check_in", "guest_request"):
        nobody = bare(stage.ada.ask(lookup.FindExact, purpose=purpose, kind="email", value="nobody@example.org"))
        for which, guest in hidden.items():
            assert bare(stage.ada.ask(lookup.FindExact, purpose=purpose, kind="email", value=guest.email)) == nobody, which


def test_off_duty_staff_learn_no_more(stage: Stage, hidden: dict[str, Guest]) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    stage.office.execute(
        "update hotel.shift set ended_at = clock_timestamp() where property_id = %s and staff_id = %s",
        (mallory.property_id.hex(), mallory.staff_id.hex()),
    )
    nobody = bare(mallory.look_up(new_id(), clear=ALL))
    assert nobody["reason"] == "guard"
    for which, guest in hidden.items():
        assert bare(mallory.look_up(guest, clear=ALL)) == nobody, which


def test_it_takes_the_same_time(stage: Stage, hidden: dict[str, Guest]) -> None:
    """The path is the same one; what differs is a key unwrapped, some ten microseconds of a thousand."""
    spent: dict[str, list[float]] = {"nobody": [], "long gone": [], "elsewhere": []}
    for _ in range(60):
        for which, times in spent.items():
            guest_id = new_id() if which == "nobody" else hidden[which].guest_id
            times.append(_seconds(stage.ada, guest_id))
    typical = {which: statistics.median(times[10:]) for which, times in spent.items()}
    assert max(typical.values()) < 1.5 * min(typical.values()), typical


def _seconds(player: Player, guest_id: bytes) -> float:
    message = lookup.LookUp(ticket=player.ticket, request_id=new_id(), guest_id=guest_id, purpose="check_in", clear=1, masked=0)
    started = time.perf_counter()
    player.stage.ask(message)
    return time.perf_counter() - started
