"""The day at the desk: tiles and the lists behind them say the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from discretion.office.changes import CheckIn, CheckOut
from discretion.office.lists import arrivals, day, departures, in_house, stays_at_room
from discretion.office.marks import NewMark, add_mark, end_mark, marks_of_guest
from discretion.office.outcome import ActRefusal, Done
from discretion.office.rooms import free_rooms, rooms, set_state
from tests.journeys.office.conftest import TODAY, TOMORROW, Hotel, guest, new_id


async def test_the_tiles_count_what_the_lists_show(hotel: Hotel) -> None:
    await hotel.book()
    await hotel.book(arrival=TODAY - timedelta(days=1), departure=TODAY + timedelta(days=2))
    await hotel.book(arrival=TOMORROW, departure=TOMORROW + timedelta(days=1))
    await hotel.must(await hotel.book(adults=2, room_number="101"), CheckIn(people=(guest(), guest(relation="CY"))))
    gone = await hotel.must(await hotel.book(departure=TODAY, room_number="102"), CheckIn(people=(guest(),)))
    await hotel.must(gone, CheckOut())
    await hotel.must(await hotel.book(departure=TODAY, room_number="103"), CheckIn(people=(guest(),)))
    today = await day(hotel.office, hotel.property_id)
    assert today is not None
    assert (today.arrivals, today.arrived, today.arrivals_without_room) == (5, 3, 2)
    assert (today.in_house_rooms, today.in_house_persons) == (2, 3)
    assert (today.departures, today.left) == (2, 1)
    assert (today.rooms_free, today.rooms_clean) == (2, 1)
    everyone = await arrivals(hotel.office, hotel.property_id)
    assert (everyone.total, len(everyone.lines)) == (today.arrivals, today.arrivals)
    assert {line.derived for line in everyone.lines if line.state == "confirmed"} == {"due_in", "arrival_overdue"}
    assert (await arrivals(hotel.office, hotel.property_id, show="arrived")).total == today.arrived
    assert (await arrivals(hotel.office, hotel.property_id, show="due")).total == 2
    assert (await arrivals(hotel.office, hotel.property_id, on=TOMORROW)).total == 1
    assert (await in_house(hotel.office, hotel.property_id)).total == today.in_house_rooms
    leaving = await departures(hotel.office, hotel.property_id)
    assert [(line.room_number, line.state, line.derived) for line in leaving.lines] == [
        ("103", "in_house", "due_out"), ("102", "checked_out", ""),
    ]
    assert (await departures(hotel.office, hotel.property_id, show="left")).total == today.left
    free = await free_rooms(hotel.office, hotel.property_id, TODAY, TOMORROW)
    assert [(room.number, room.state) for room in free] == [("1001", "VC"), ("102", "VD")]


async def test_a_long_list_comes_in_pages(hotel: Hotel) -> None:
    for _ in range(101):
        await hotel.book()
    second = await arrivals(hotel.office, hotel.property_id, page=2)
    assert (len(second.lines), second.page, second.pages, second.total) == (1, 2, 2, 101)
    beyond = await arrivals(hotel.office, hotel.property_id, page=10**30)
    assert (len(beyond.lines), beyond.page, beyond.total) == (100, 1, 101)


async def test_an_incognito_guest_stands_in_no_list(hotel: Hotel) -> None:
    secret = guest()
    here = await hotel.must(await hotel.book(room_number="101"), CheckIn(people=(secret,)))
    mark = NewMark(new_id(), secret.guest_id, "incognito", "guest_wish", hotel.ben)
    assert isinstance(await add_mark(hotel.office, hotel.property_id, mark), Done)
    today = await day(hotel.office, hotel.property_id)
    assert today is not None
    assert (today.in_house_rooms, today.in_house_persons, today.arrived) == (0, 0, 0)
    assert (await in_house(hotel.office, hotel.property_id)).lines == ()
    assert (await arrivals(hotel.office, hotel.property_id)).lines == ()
    board = {room.number: room for room in await rooms(hotel.office, hotel.property_id)}
    assert (board["101"].stay_id, board["101"].guest_id, board["101"].state) == (None, None, "OC")
    assert [line.stay_id for line in await stays_at_room(hotel.office, hotel.property_id, "101")] == [here.stay_id]
    assert isinstance(await end_mark(hotel.office, hotel.property_id, mark.mark_id), Done)
    assert (await in_house(hotel.office, hotel.property_id)).total == 1
    marks = await marks_of_guest(hotel.office, hotel.property_id, secret.guest_id)
    assert [each.ended_at is None for each in marks] == [False]


async def test_a_strong_mark_needs_two_people_and_an_end(hotel: Hotel) -> None:
    somebody = guest()
    await hotel.book(people=(somebody,))
    soon, late = datetime.now(UTC) + timedelta(days=30), datetime.now(UTC) + timedelta(days=400)

    def mark(**more: object) -> NewMark:
        values = {
            "mark_id": new_id(), "guest_id": somebody.guest_id, "kind": "sealed", "reason_code": "threat",
            "author_id": hotel.ben, "second_id": hotel.ada, "until_at": soon,
        }
        return NewMark(**(values | more))  # type: ignore[arg-type]

    async def code(**more: object) -> str:
        answer = await add_mark(hotel.office, hotel.property_id, mark(**more))
        return answer.code if isinstance(answer, ActRefusal) else ""

    assert await code(second_id=None) == "second"
    assert await code(second_id=hotel.ben) == "second"
    assert await code(until_at=None) == "until"
    assert await code(until_at=late) == "until"
    assert await code(reason_code="Because He Said") == "reason"
    assert await code(kind="blacklist") == "kind"
    assert await code(guest_id=new_id()) == "not_found"
    assert await code() == ""


async def test_housekeeping_sets_what_it_saw(hotel: Hotel) -> None:
    async def code(number: str, state: str, seen: str) -> str:
        answer = await set_state(hotel.office, hotel.property_id, number, state, seen=seen)
        return answer.code if isinstance(answer, ActRefusal) else ""

    assert await code("103", "VC", "VD") == ""
    assert await code("103", "VI", "VD") == "stale"
    assert await code("999", "VC", "VD") == "room_unknown"
    assert await code("103", "XX", "VC") == "state"
    assert await code("103", "OC", "VC") == "vacant"
    await hotel.must(await hotel.book(room_number="101"), CheckIn(people=(guest(),)))
    assert await code("101", "VC", "OC") == "occupied"
    assert await code("101", "OD", "OC") == ""
