"""Service requests: opened at the desk or for a caller who was identified, given to somebody on shift, closed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from discretion.hotel import number as numbers
from discretion.office import marks
from discretion.office.changes import CheckIn, MoveRoom
from discretion.office.outcome import ActRefusal, OnDuty
from discretion.office.roster import NewShift, add_shift, end_shift, shifts
from discretion.office.service_requests import (
    DISPATCHERS,
    DUTIES_OF,
    NewRequest,
    RequestDone,
    assign,
    assignable,
    close_request,
    kinds_of,
    open_by_person,
    open_request,
    request_by_number,
    requests,
    requests_of_guest,
)
from tests.journeys.office.conftest import Hotel, guest, new_id

if TYPE_CHECKING:
    from discretion.office.service_requests import ServiceRequest


def ada(hotel: Hotel) -> OnDuty:
    return OnDuty(hotel.property_id, hotel.ada, "front_desk")


def ben(hotel: Hotel) -> OnDuty:
    return OnDuty(hotel.property_id, hotel.ben, "duty_manager")


def cleo(hotel: Hotel) -> OnDuty:
    return OnDuty(hotel.property_id, hotel.cleo, "housekeeping")


async def cleo_on_shift(hotel: Hotel, duty: str = "housekeeping") -> None:
    now_at = datetime.now(UTC)
    shift = NewShift(new_id(), hotel.cleo, duty, now_at - timedelta(hours=1), now_at + timedelta(hours=7))
    await add_shift(hotel.office, hotel.property_id, shift)


async def in_house(hotel: Hotel, room: str = "101") -> bytes:
    """Return the id of a guest in house."""
    somebody = guest()
    await hotel.must(await hotel.book(), CheckIn(room_number=room, people=(somebody,)))
    return somebody.guest_id


async def opened(hotel: Hotel, guest_id: bytes, kind: str = "housekeeping", **more: object) -> RequestDone:
    new = NewRequest(new_id(), guest_id, kind, "desk", "two more towels", **more)  # type: ignore[arg-type]
    done = await open_request(hotel.office, ada(hotel), new)
    assert isinstance(done, RequestDone), done
    return done


def code(answer: object) -> str:
    return answer.code if isinstance(answer, ActRefusal) else ""


async def test_a_request_knows_room_and_words_and_has_a_number_that_can_be_read_aloud(hotel: Hotel) -> None:
    guest_id = await in_house(hotel)
    new = NewRequest(new_id(), guest_id, "housekeeping", "desk", "two more\n towels")
    done = await open_request(hotel.office, ada(hotel), new)
    assert isinstance(done, RequestDone) and done.number.startswith("S-") and numbers.read(done.number) == done.number
    assert await open_request(hotel.office, ada(hotel), new) == RequestDone(done.request_id, done.number, is_repeat=True)
    found = await request_by_number(hotel.office, ada(hotel), done.number.lower().replace("-", " "))
    assert found is not None
    assert (found.room_number, found.words, found.identity_check) == ("101", "two more towels", "in_person")
    assert (found.guest_id, found.opened_by, found.is_open) == (guest_id, hotel.ada, True)
    assert [each.number for each in await requests_of_guest(hotel.office, ada(hotel), guest_id)] == [done.number]
    assert await request_by_number(hotel.office, ada(hotel), "S-0000-00") is None


async def test_a_caller_is_identified_before_anything_is_opened(hotel: Hotel) -> None:
    guest_id = await in_house(hotel)
    for check, refused in (("", "identity_check"), ("in_person", "identity_check"), ("called_back", ""), ("answered", "")):
        new = NewRequest(new_id(), guest_id, "front_desk", "phone", "a late check-out", identity_check=check)
        assert code(await open_request(hotel.office, ada(hotel), new)) == refused, check


async def test_a_request_from_the_guests_own_page_was_taken_in_by_nobody(hotel: Hotel) -> None:
    new = NewRequest(new_id(), await in_house(hotel), "restaurant", "portal", "a table for two")
    done = await open_request(hotel.office, OnDuty(hotel.property_id, b"", ""), new)
    assert isinstance(done, RequestDone)
    found = await request_by_number(hotel.office, ben(hotel), done.number)
    assert found is not None and (found.opened_by, found.identity_check) == (None, "")


@pytest.mark.parametrize(("changed", "refused"), [
    ({"kind": "king"}, "kind"), ({"channel": "letter"}, "channel"), ({"words": " "}, "words"), ({"words": "x" * 501}, "words"),
    ({"words": "passport E12345678"}, "words_number"), ({"guest_id": bytes(16)}, "not_found"), ({"assigned_to": bytes(16)}, "assignee"),
])
async def test_what_does_not_fit_is_refused_with_its_reason(hotel: Hotel, changed: dict[str, object], refused: str) -> None:
    values = {"request_id": new_id(), "guest_id": await in_house(hotel), "kind": "concierge", "channel": "desk", "words": "x"} | changed
    assert code(await open_request(hotel.office, ada(hotel), NewRequest(**values))) == refused  # type: ignore[arg-type]


async def test_it_is_given_to_somebody_on_shift_for_such_work(hotel: Hotel) -> None:
    done = await opened(hotel, await in_house(hotel))
    assert await assignable(hotel.office, hotel.property_id, "housekeeping") == ()
    assert code(await assign(hotel.office, ada(hotel), done.number, hotel.cleo, seen=None)) == "assignee", "off shift"
    await cleo_on_shift(hotel)
    assert code(await assign(hotel.office, ada(hotel), done.number, hotel.ben, seen=None)) == "assignee", "another duty"
    given = await assign(hotel.office, ada(hotel), done.number, hotel.cleo, seen=None)
    assert given == RequestDone(done.request_id, done.number, is_repeat=False)
    assert await assign(hotel.office, ada(hotel), done.number, hotel.cleo, seen=None) == RequestDone(
        done.request_id, done.number, is_repeat=True)
    assert code(await assign(hotel.office, ada(hotel), done.number, None, seen=None)) == "stale", "somebody had it meanwhile"
    (able,) = await assignable(hotel.office, hotel.property_id, "housekeeping")
    assert (able.staff_id, able.duty, able.open_count) == (hotel.cleo, "housekeeping", 1)
    assert await open_by_person(hotel.office, hotel.property_id) == {hotel.cleo: 1}


async def test_a_shift_that_ended_gets_no_work(hotel: Hotel) -> None:
    done = await opened(hotel, await in_house(hotel))
    await cleo_on_shift(hotel)
    now_at = datetime.now(UTC)
    span = {"from_at": now_at, "until_at": now_at + timedelta(hours=1)}
    for shift in await shifts(hotel.office, hotel.property_id, **span):
        if shift.staff_id == hotel.cleo:
            await end_shift(hotel.office, hotel.property_id, shift.shift_id)
    assert code(await assign(hotel.office, cleo(hotel), done.number, hotel.cleo, seen=None)) == "assignee"


async def test_housekeeping_takes_its_own_work_and_gives_nothing_to_others(hotel: Hotel) -> None:
    await cleo_on_shift(hotel)
    done = await opened(hotel, await in_house(hotel))
    before = await request_by_number(hotel.office, cleo(hotel), done.number)
    assert before is not None and before.guest_id is None, "room and words, and nothing of the guest"
    assert code(await assign(hotel.office, cleo(hotel), done.number, hotel.ben, seen=None)) == "not_yours"
    assert code(await close_request(hotel.office, cleo(hotel), done.number, "done")) == "not_yours"
    assert code(await assign(hotel.office, cleo(hotel), done.number, hotel.cleo, seen=None)) == ""
    mine = await requests(hotel.office, cleo(hotel), "mine")
    assert [each.number for each in mine] == [done.number] and mine[0].guest_id is not None, "a look-up may rest on it now"
    assert code(await assign(hotel.office, cleo(hotel), done.number, None, seen=hotel.cleo)) == ""
    assert await requests(hotel.office, cleo(hotel), "mine") == ()
    assert [each.number for each in await requests(hotel.office, cleo(hotel), "queue")] == [done.number]


async def test_a_closed_request_stays_closed(hotel: Hotel) -> None:
    await cleo_on_shift(hotel)
    done = await opened(hotel, await in_house(hotel), assigned_to=hotel.cleo)
    assert code(await close_request(hotel.office, cleo(hotel), done.number, "lost")) == "outcome"
    assert code(await close_request(hotel.office, cleo(hotel), done.number, "done")) == ""
    assert code(await close_request(hotel.office, cleo(hotel), done.number, "done")) == "request_closed"
    assert code(await assign(hotel.office, ada(hotel), done.number, hotel.cleo, seen=hotel.cleo)) in ("request_closed", "not_found")
    (closed,) = await requests(hotel.office, cleo(hotel), "closed")
    assert (closed.outcome, closed.closed_by_name, closed.is_open) == ("done", "Cleo", False)
    assert await open_by_person(hotel.office, hotel.property_id) == {}


async def test_each_duty_sees_its_own_work_and_the_duty_manager_all(hotel: Hotel) -> None:
    guest_id = await in_house(hotel)
    made = {kind: (await opened(hotel, guest_id, kind)).number for kind in DUTIES_OF}

    async def seen(who: OnDuty, which: str = "all", **by: str) -> set[str]:
        return {each.kind for each in await requests(hotel.office, who, which, **by)}  # type: ignore[arg-type]

    assert await seen(ben(hotel)) == set(DUTIES_OF)
    assert await seen(ben(hotel), kind="restaurant") == {"restaurant"}
    assert await seen(ben(hotel), room_number="101") == set(DUTIES_OF) and await seen(ben(hotel), room_number="102") == set()
    for duty in ("housekeeping", "engineering", "restaurant", "concierge"):
        somebody = OnDuty(hotel.property_id, hotel.cleo, duty)
        assert await seen(somebody) == set(kinds_of(duty))
        for kind, number in made.items():
            found = await request_by_number(hotel.office, somebody, number)
            assert (found is not None) == (kind in kinds_of(duty)), (duty, kind)
    assert await seen(OnDuty(hotel.property_id, hotel.cleo, "it_admin")) == set()
    assert await seen(ada(hotel)) == set(DUTIES_OF), "she took them in"


async def test_a_protected_guests_request_stands_in_no_queue(hotel: Hotel) -> None:
    await cleo_on_shift(hotel)
    guest_id = await in_house(hotel)
    done = await opened(hotel, guest_id)
    await marks.add_mark(hotel.office, hotel.property_id, marks.NewMark(new_id(), guest_id, "incognito", "wish", hotel.ben))
    assert await requests(hotel.office, cleo(hotel), "queue") == ()
    assert await request_by_number(hotel.office, cleo(hotel), done.number) is None

    def numbers_of(found: tuple[ServiceRequest, ...]) -> list[str]:
        return [each.number for each in found]

    assert numbers_of(await requests(hotel.office, ben(hotel), "all")) == [done.number]
    assert code(await assign(hotel.office, ada(hotel), done.number, hotel.cleo, seen=None)) == ""
    assert numbers_of(await requests(hotel.office, cleo(hotel), "mine")) == [done.number]


async def test_a_request_follows_its_guest_into_another_room(hotel: Hotel) -> None:
    somebody = guest()
    stay = await hotel.must(await hotel.book(), CheckIn(room_number="101", people=(somebody,)))
    done = await opened(hotel, somebody.guest_id)
    await hotel.must(stay, MoveRoom("102", "noise"))
    found = await request_by_number(hotel.office, ben(hotel), done.number)
    assert found is not None and found.room_number == "102"
    assert [each.number for each in await requests(hotel.office, ben(hotel), "all", room_number="102")] == [done.number]
    assert await requests(hotel.office, ben(hotel), "all", room_number="101") == ()


async def test_every_change_of_a_request_is_captured_for_the_ledger(hotel: Hotel) -> None:
    await cleo_on_shift(hotel)
    done = await opened(hotel, await in_house(hotel))
    await assign(hotel.office, ada(hotel), done.number, hotel.cleo, seen=None)
    await close_request(hotel.office, cleo(hotel), done.number, "done")
    captured = await hotel.rows(
        "select op from ledger.fact_change where property_id = %s::uuid and fact = 'service_request' order by at")
    assert captured == [("insert",), ("update",), ("update",)]


def test_every_kind_of_work_has_a_duty_and_whoever_opens_does_some() -> None:
    assert all(DUTIES_OF.values())
    assert all(kinds_of(duty) for duty in DISPATCHERS)
