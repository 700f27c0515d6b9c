"""Locks, as those who answer for them set and release them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from discretion.office.locks import Held, NewLock, add_lock, held_by, locks, release_lock
from discretion.office.outcome import ActRefusal, Done
from discretion.office.properties import property_and_locks
from tests.journeys.office.conftest import Hotel, new_id


def code(answer: object) -> str:
    return answer.code if isinstance(answer, ActRefusal) else ""


async def test_a_lock_holds_until_it_is_released_and_says_who_set_it(hotel: Hotel) -> None:
    place = (hotel.office, hotel.property_id)
    new = NewLock(new_id(), "staff", hotel.ada, "badge found on the street", hotel.ben)
    assert await add_lock(*place, new) == Done(new.lock_id, is_repeat=False)
    assert await add_lock(*place, new) == Done(new.lock_id, is_repeat=True)
    (line,) = await locks(*place)
    assert (line.target_number, line.target_name, line.by_name, line.reason) == ("001", "Ada", "Ben", "badge found on the street")
    held = await held_by(*place, hotel.ada, new_id())
    assert held == Held(line.at, None, "Ben")
    found = await property_and_locks(*place)
    assert found is not None and (found[0].property_id, found[1]) == (hotel.property_id, {hotel.ada})
    assert await release_lock(*place, new.lock_id, hotel.cleo) == Done(new.lock_id, is_repeat=False)
    assert await release_lock(*place, new.lock_id, hotel.cleo) == Done(new.lock_id, is_repeat=True)
    assert (await held_by(*place, hotel.ada), await locks(*place)) == (None, ())
    kept = await hotel.rows("select released_by is not null from hotel.lock where property_id = %s::uuid")
    assert kept == [(True,)]
    captured = await hotel.rows("select op from ledger.fact_change where property_id = %s::uuid and fact = 'lock' order by at")
    assert captured == [("insert",), ("update",)]


async def test_a_lock_that_makes_no_sense_is_refused(hotel: Hotel) -> None:
    place = (hotel.office, hotel.property_id)
    past = datetime.now(UTC) - timedelta(minutes=1)
    for new, wanted in (
        (NewLock(new_id(), "room", hotel.ada, "reason", hotel.ben), "kind"), (NewLock(new_id(), "staff", hotel.ada, " ", hotel.ben), "reason"),
        (NewLock(new_id(), "staff", hotel.ada, "reason", hotel.ben, past), "until"),
        (NewLock(new_id(), "staff", hotel.ben, "reason", hotel.ben), "own_lock"),
        (NewLock(new_id(), "staff", new_id(), "reason", hotel.ben), "not_found"),
        (NewLock(new_id(), "guest", new_id(), "reason", hotel.ben), "not_found"),
    ):
        assert code(await add_lock(*place, new)) == wanted
    assert code(await release_lock(*place, new_id(), hotel.ben)) == "not_found"
    assert await locks(*place) == ()
