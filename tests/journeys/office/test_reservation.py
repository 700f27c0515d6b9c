"""A reservation before anybody arrives; and those who arrive without one."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta
from decimal import Decimal

import pytest

from discretion.hotel import number
from discretion.office.changes import (
    Amend,
    Booking,
    Cancel,
    CheckIn,
    Confirm,
    MoveRoom,
    NoShow,
    Reinstate,
    WalkIn,
)
from discretion.office.lists import stays_by_number, stays_of_guest
from discretion.office.night_audit import no_show_candidates
from discretion.office.outcome import ActRefusal, Changed, Doing
from discretion.office.stay_view import StayView, stay
from discretion.office.stays import book, walk_in
from tests.journeys.office.conftest import TODAY, TOMORROW, Hotel, guest, new_id


async def _view(hotel: Hotel, done: Changed) -> StayView:
    view = await stay(hotel.office, hotel.property_id, done.stay_id)
    assert view is not None
    return view


async def test_a_booking_makes_a_place_for_everyone(hotel: Hotel) -> None:
    somebody = guest()
    made = await hotel.book(
        adults=2, children=1, babies=1, room_number="1001", expected_time=time(16, 30), meal="BB",
        rate=Decimal("1288.00"), currency="CNY", people=(somebody,),
    )
    assert number.check(made.number)
    view = await _view(hotel, made)
    assert [(row.guest_id, row.age_category, row.is_primary) for row in view.occupants] == [
        (somebody.guest_id, "adult", True), (None, "adult", False), (None, "child", False), (None, "infant", False),
    ]
    assert (view.line.derived, view.line.room_type, view.line.expected_time) == ("due_in", "STE", time(16, 30))
    heard = made.number.lower().replace("-", " ")
    by_number = await stays_by_number(hotel.office, hotel.property_id, heard)
    of_guest = await stays_of_guest(hotel.office, hotel.property_id, somebody.guest_id)
    assert [line.stay_id for line in (*by_number, *of_guest)] == [made.stay_id] * 2


async def test_the_same_booking_twice_is_one(hotel: Hotel) -> None:
    doing = Doing(hotel.property_id, new_id(), hotel.ada)
    wanted = Booking(arrival=TODAY, departure=TOMORROW, adults=1)
    made = await asyncio.gather(*(book(hotel.office, doing, wanted) for _ in range(4)))
    assert len({answer.number for answer in made if isinstance(answer, Changed)}) == 1
    assert sorted(answer.is_repeat for answer in made if isinstance(answer, Changed)) == [False, True, True, True]


@pytest.mark.parametrize(("wanted", "code"), [
    ({"departure": TODAY - timedelta(days=1)}, "dates_reversed"),
    ({"adults": 0}, "no_persons"),
    ({"adults": 201}, "value"),
    ({"adults": 3, "children": -1}, "value"),
    ({"state": "in_house"}, "not_bookable"),
    ({"state": "asleep"}, "not_bookable"),
    ({"departure": TODAY + timedelta(days=2000)}, "value"),
    ({"currency": "yuan"}, "value"),
    ({"rate": Decimal("NaN")}, "value"),
    ({"rate": Decimal("1.005")}, "value"),
    ({"rate": Decimal(-1)}, "value"),
    ({"meal": "\0"}, "value"),
    ({"room_type": "\n"}, "value"),
    ({"room_number": "\0"}, "room_unknown"),
    ({"room_number": "777"}, "room_unknown"),
])
async def test_it_refuses_a_booking_that_cannot_be(hotel: Hotel, wanted: dict[str, object], code: str) -> None:
    values = {"arrival": TODAY, "departure": TOMORROW, "adults": 1} | wanted
    answer = await book(hotel.office, hotel.doing(), Booking(**values))  # type: ignore[arg-type]
    assert isinstance(answer, ActRefusal)
    assert answer.code == code
    assert await hotel.rows("select 1 from hotel.reservation where property_id = %s::uuid") == []


async def test_one_room_is_promised_once_for_the_same_night(hotel: Hotel) -> None:
    await hotel.book(room_number="102", departure=TODAY + timedelta(days=3))
    overlapping = Booking(arrival=TOMORROW, departure=TOMORROW + timedelta(days=1), adults=1, room_number="102")
    assert await book(hotel.office, hotel.doing(), overlapping) == ActRefusal("room_taken", {"room": "102"})
    after = await hotel.book(arrival=TODAY + timedelta(days=3), departure=TODAY + timedelta(days=4), room_number="102")
    assert after.room_number == "102"


async def test_two_clerks_do_not_promise_one_room(hotel: Hotel) -> None:
    wanted = Booking(arrival=TODAY, departure=TOMORROW, adults=1, room_number="101")
    answers = await asyncio.gather(*(book(hotel.office, hotel.doing(), wanted) for _ in range(4)))
    assert sorted(type(answer).__name__ for answer in answers) == ["ActRefusal"] * 3 + ["Changed"]


async def test_an_amendment_changes_the_places_and_keeps_what_was(hotel: Hotel) -> None:
    made = await hotel.book(adults=2, room_number="101")
    less = await hotel.must(made, Amend(adults=1, children=2, room_number="102", departure=TODAY + timedelta(days=2)))
    view = await _view(hotel, less)
    assert [row.age_category for row in view.occupants] == ["adult", "child", "child"]
    assert view.acts[0].details["was"] == {
        "adults": "2", "children": "0", "departure": TOMORROW.isoformat(), "room_number": "101",
    }
    assert await hotel.do(less, Amend(adults=1)) == ActRefusal("nothing_changed")
    free = await hotel.must(less, Amend(room_number=""))
    assert free.room_number == ""
    named = await hotel.book(adults=2, people=(guest(), guest(relation="CY")))
    assert await hotel.do(named, Amend(adults=1)) == ActRefusal("value", {"field": "adults"})


async def test_a_booking_that_waits_is_confirmed(hotel: Hotel) -> None:
    made = await hotel.book(state="tentative")
    assert (await hotel.must(made, Confirm())).state == "confirmed"


async def test_a_cancelled_booking_stands_again_without_a_room_that_went(hotel: Hotel) -> None:
    made = await hotel.book(room_number="101")
    refused = await hotel.do(made, Cancel("because"))
    assert isinstance(refused, ActRefusal)
    assert refused.code == "reason_unknown"
    cancelled = await hotel.must(made, Cancel("late"))
    await hotel.book(room_number="101")
    again = await hotel.must(cancelled, Reinstate())
    assert (again.state, again.room_number) == ("confirmed", "")


async def test_a_late_arrival_is_reinstated_and_checked_in(hotel: Hotel) -> None:
    made = await hotel.book(departure=TODAY + timedelta(days=3), room_number="101")
    early = await hotel.do(made, NoShow())
    assert isinstance(early, ActRefusal)
    assert early.code == "arrival_not_past"
    await hotel.turn_date()
    assert [line.stay_id for line in await no_show_candidates(hotel.office, hotel.property_id)] == [made.stay_id]
    missing = await hotel.must(made, NoShow())
    back = await hotel.must(missing, Reinstate())
    assert (await hotel.must(back, CheckIn(people=(guest(),)))).state == "in_house"


async def test_a_walk_in_is_one_act_and_two_versions(hotel: Hotel) -> None:
    doing = hotel.doing()
    wanted = WalkIn(departure=TOMORROW, room_number="103", adults=1, people=(guest(),), currency="CNY")
    made = await walk_in(hotel.office, doing, wanted)
    assert isinstance(made, Changed)
    assert (made.state, made.version, made.room_number) == ("in_house", 2, "103")
    view = await _view(hotel, made)
    assert [(act.act, act.from_state, act.to_state) for act in view.acts] == [("walk_in", "", "in_house")]
    assert (view.room_state, view.line.checked_in_on, view.line.arrival) == ("OD", TODAY, TODAY)
    again = await walk_in(hotel.office, doing, wanted)
    assert isinstance(again, Changed)
    assert again.is_repeat
    taken = await walk_in(hotel.office, hotel.doing(), wanted)
    assert taken == ActRefusal("room_taken", {"room": "103"})


async def test_a_room_move_keeps_both_times(hotel: Hotel) -> None:
    here = await hotel.must(await hotel.book(room_number="101"), CheckIn(people=(guest(),)))
    same = await hotel.do(here, MoveRoom("101"))
    assert isinstance(same, ActRefusal)
    assert same.code == "room_same"
    await hotel.must(await hotel.book(room_number="102"), CheckIn(people=(guest(),)))
    assert await hotel.do(here, MoveRoom("102")) == ActRefusal("room_taken", {"room": "102"})
    moved = await hotel.must(here, MoveRoom("1001", "noise"))
    view = await _view(hotel, moved)
    assert [(segment.room_number, segment.until_at is None) for segment in view.segments] == [
        ("101", False), ("1001", True),
    ]
    states = await hotel.rows("select number, state from hotel.room where property_id = %s::uuid")
    assert {("101", "VD"), ("1001", "OC")} <= set(states)


async def test_two_who_swap_rooms_at_once_do_not_wait_for_each_other_for_ever(hotel: Hotel) -> None:
    one = await hotel.must(await hotel.book(room_number="101"), CheckIn(people=(guest(),)))
    two = await hotel.must(await hotel.book(room_number="102"), CheckIn(people=(guest(),)))
    answers = await asyncio.gather(hotel.do(one, MoveRoom("102")), hotel.do(two, MoveRoom("101")))
    assert [answer.code for answer in answers if isinstance(answer, ActRefusal)] == ["room_taken", "room_taken"]


async def test_a_stay_of_another_property_is_not_found(hotel: Hotel) -> None:
    made = await hotel.book()
    elsewhere = Doing(new_id(), new_id(), hotel.ada)
    from discretion.office.outcome import SeenStay
    from discretion.office.stays import change

    assert await change(hotel.office, elsewhere, SeenStay(made.stay_id, 1), Confirm()) == ActRefusal("not_found")
    assert await stay(hotel.office, elsewhere.property_id, made.stay_id) is None
