"""Somebody with a reservation arrives, in every way that a desk knows."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from discretion.office.changes import CheckIn, Join, Leave, UndoCheckIn
from discretion.office.outcome import ActRefusal, Changed
from discretion.office.rooms import rooms
from discretion.office.stay_view import stay
from tests.journeys.office.conftest import TODAY, TOMORROW, Hotel, guest, new_id


async def test_it_brings_the_people_into_the_room(hotel: Hotel) -> None:
    booked = await hotel.book(adults=2, children=1, room_number="101")
    mother, son = guest(), guest(relation="HJ", age_category="child", guardian_reached=True)
    done = await hotel.must(booked, CheckIn(people=(mother, son)))
    assert (done.state, done.room_number, done.version) == ("in_house", "101", 2)
    view = await stay(hotel.office, hotel.property_id, booked.stay_id)
    assert view is not None
    assert [(row.guest_id, row.state, row.is_primary, row.age_category) for row in view.occupants] == [
        (mother.guest_id, "on_board", True, "adult"),
        (None, "unknown", False, "adult"),
        (son.guest_id, "on_board", False, "child"),
    ]
    assert (view.line.adults, view.line.children, view.line.occupants, view.line.named) == (2, 1, 3, 2)
    assert [(segment.room_number, segment.until_at) for segment in view.segments] == [("101", None)]
    assert [act.act for act in view.acts] == ["check_in", "book"]
    assert view.room_state == "OC"
    assert "check_out" in view.may
    assert "check_in" not in view.may


async def test_the_same_act_twice_is_one_check_in(hotel: Hotel) -> None:
    booked, act_id = await hotel.book(room_number="101"), new_id()
    what = CheckIn(people=(guest(),))
    first = await hotel.do(booked, what, act_id=act_id)
    again = await hotel.do(booked, what, act_id=act_id)
    assert isinstance(first, Changed)
    assert isinstance(again, Changed)
    assert (again.is_repeat, again.version, again.state) == (True, first.version, "in_house")
    other = await hotel.book(room_number="102")
    assert await hotel.do(other, what, act_id=act_id) == ActRefusal("act_id_used")


async def test_of_two_desks_one_checks_in_the_stay(hotel: Hotel) -> None:
    booked = await hotel.book(room_number="101")
    answers = await asyncio.gather(*(hotel.do(booked, CheckIn(people=(guest(),))) for _ in range(4)))
    assert sorted(type(answer).__name__ for answer in answers) == ["ActRefusal"] * 3 + ["Changed"]
    assert {answer.code for answer in answers if isinstance(answer, ActRefusal)} == {"stale"}


async def test_of_two_stays_one_gets_the_room(hotel: Hotel) -> None:
    booked = [await hotel.book() for _ in range(4)]
    answers = await asyncio.gather(*(hotel.do(each, CheckIn("102", (guest(),))) for each in booked))
    assert sorted(type(answer).__name__ for answer in answers) == ["ActRefusal"] * 3 + ["Changed"]
    assert {answer.code for answer in answers if isinstance(answer, ActRefusal)} == {"room_taken"}
    assert [room.stay_id is not None for room in await rooms(hotel.office, hotel.property_id)].count(True) == 1


async def test_the_same_act_from_two_desks_at_once_is_one(hotel: Hotel) -> None:
    booked, act_id, what = await hotel.book(room_number="101"), new_id(), CheckIn(people=(guest(),))
    answers = await asyncio.gather(*(hotel.do(booked, what, act_id=act_id) for _ in range(4)))
    assert sorted(answer.is_repeat for answer in answers if isinstance(answer, Changed)) == [False, True, True, True]


async def test_it_refuses_what_the_house_cannot_do(hotel: Hotel) -> None:
    booked = await hotel.book()
    assert await hotel.do(booked, CheckIn("", (guest(),))) == ActRefusal(
        "room_missing", {"act": "check_in", "state": "confirmed"},
    )
    assert await hotel.do(booked, CheckIn("101")) == ActRefusal(
        "nobody_named", {"act": "check_in", "state": "confirmed"},
    )
    assert await hotel.do(booked, CheckIn("999", (guest(),))) == ActRefusal("room_unknown", {"room": "999"})
    assert await hotel.do(booked, CheckIn("104", (guest(),))) == ActRefusal(
        "room_out_of_order", {"room": "104", "state": "OOO"},
    )
    tomorrow = await hotel.book(arrival=TOMORROW, departure=TOMORROW + timedelta(days=1))
    refused = await hotel.do(tomorrow, CheckIn("101", (guest(),)))
    assert isinstance(refused, ActRefusal)
    assert refused.code == "arrival_in_future"


async def test_it_refuses_a_minor_of_whom_nothing_was_asked(hotel: Hotel) -> None:
    booked = await hotel.book(adults=1, children=1, room_number="101")
    parent = guest()
    child = guest(age_category="child", relation="HJ")
    assert await hotel.do(booked, CheckIn(people=(parent, child))) == ActRefusal("guardian_missing", {"position": "1"})
    child = guest(age_category="child", guardian_reached=False)
    assert await hotel.do(booked, CheckIn(people=(parent, child))) == ActRefusal("relation_missing", {"position": "1"})
    child = guest(age_category="child", relation="XX", guardian_reached=False)
    assert await hotel.do(booked, CheckIn(people=(parent, child))) == ActRefusal("relation_unknown")
    assert await hotel.do(booked, CheckIn(people=(parent, parent))) == ActRefusal("person_twice")


async def test_more_people_than_booked_are_counted(hotel: Hotel) -> None:
    booked = await hotel.book(adults=1, room_number="101")
    await hotel.must(booked, CheckIn(people=(guest(), guest(relation="CY"))))
    view = await stay(hotel.office, hotel.property_id, booked.stay_id)
    assert view is not None
    assert (view.line.adults, view.line.occupants, view.line.named) == (2, 2, 2)


async def test_those_named_before_arrive_without_being_named_again(hotel: Hotel) -> None:
    ada, eve = guest(), guest(relation="CY")
    booked = await hotel.book(adults=2, room_number="101", people=(ada, eve))
    await hotel.must(booked, CheckIn())
    view = await stay(hotel.office, hotel.property_id, booked.stay_id)
    assert view is not None
    assert [(row.guest_id, row.state, row.arrival) for row in view.occupants] == [
        (ada.guest_id, "on_board", TODAY), (eve.guest_id, "on_board", TODAY),
    ]


async def test_undone_on_the_same_day_the_people_are_expected_again(hotel: Hotel) -> None:
    booked = await hotel.book(room_number="103")
    done = await hotel.must(booked, CheckIn(people=(guest(),)))
    undone = await hotel.must(done, UndoCheckIn())
    assert (undone.state, undone.room_number) == ("confirmed", "103")
    view = await stay(hotel.office, hotel.property_id, booked.stay_id)
    assert view is not None
    assert [(row.state, row.arrival) for row in view.occupants] == [("expected", None)]
    assert view.room_state == "VD"
    assert view.actual_in_at is None
    assert [segment.until_at is not None for segment in view.segments] == [True]
    again = await hotel.must(undone, CheckIn())
    assert again.version == 4


async def test_undo_is_refused_on_the_next_business_date(hotel: Hotel) -> None:
    done = await hotel.must(await hotel.book(room_number="101"), CheckIn(people=(guest(),)))
    await hotel.turn_date()
    refused = await hotel.do(done, UndoCheckIn())
    assert isinstance(refused, ActRefusal)
    assert refused.code == "business_date_turned"


async def test_people_join_and_leave_a_stay_in_the_house(hotel: Hotel) -> None:
    stays = await hotel.must(await hotel.book(room_number="101"), CheckIn(people=(guest(),)))
    friend = guest()
    stays = await hotel.must(stays, Join((friend,)))
    assert await hotel.do(stays, Join((friend,))) == ActRefusal("nothing_changed")
    assert await hotel.do(stays, Leave((0, 1))) == ActRefusal("last_occupant")
    assert await hotel.do(stays, Leave((7,))) == ActRefusal("position_unknown", {"position": "7"})
    await hotel.must(stays, Leave((1,)))
    view = await stay(hotel.office, hotel.property_id, stays.stay_id)
    assert view is not None
    assert [(row.state, row.departure) for row in view.occupants] == [("on_board", None), ("departed", TODAY)]
    assert view.line.adults == 2


async def test_every_act_is_captured_for_the_ledger(hotel: Hotel) -> None:
    booked = await hotel.book(room_number="101")
    await hotel.must(booked, CheckIn(people=(guest(),)))
    facts = await hotel.rows(
        "select fact, op, by_role from ledger.fact_change where property_id = %s::uuid and fact in ('stay', 'occupant')"
        " order by at",
    )
    assert facts == [
        ("stay", "insert", "discretion_office"), ("occupant", "insert", "discretion_office"),
        ("stay", "update", "discretion_office"), ("occupant", "update", "discretion_office"),
    ]
