"""People leave: on the day, early, not before they paid, and not after all."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from decimal import Decimal

from discretion.office.changes import CheckIn, CheckOut, Correct, Extend, UndoCheckOut
from discretion.office.outcome import ActRefusal, Changed, SeenStay
from discretion.office.stay_view import StayView, stay
from discretion.office.stays import settle
from tests.journeys.office.conftest import TODAY, TOMORROW, Hotel, guest


async def _in_house(hotel: Hotel, **wanted: object) -> Changed:
    return await hotel.must(await hotel.book(room_number="101", **wanted), CheckIn(people=(guest(),)))


async def _view(hotel: Hotel, stay_id: bytes) -> StayView:
    view = await stay(hotel.office, hotel.property_id, stay_id)
    assert view is not None
    return view


async def test_an_early_departure_keeps_both_days(hotel: Hotel) -> None:
    here = await _in_house(hotel, departure=TODAY + timedelta(days=3))
    out = await hotel.must(here, CheckOut())
    view = await _view(hotel, out.stay_id)
    assert view.line.state == "checked_out"
    assert (view.line.departure, view.line.left_on) == (TODAY + timedelta(days=3), TODAY)
    assert view.room_state == "VD"
    assert [(row.state, row.departure) for row in view.occupants] == [("departed", TODAY)]
    assert view.segments[0].until_at is not None
    assert "early_departure" in view.acts[0].details["effects"]  # type: ignore[operator]


async def test_an_open_balance_is_refused_until_it_is_settled(hotel: Hotel) -> None:
    here = await _in_house(hotel, currency="CNY")
    seen = SeenStay(here.stay_id, here.version)
    owing = await settle(hotel.office, hotel.doing(), seen, Decimal("1288.00"))
    assert isinstance(owing, Changed)
    assert await hotel.do(owing, CheckOut()) == ActRefusal("has_balance", {"amount": "1288.00", "currency": "CNY"})
    paid = await settle(hotel.office, hotel.doing(), SeenStay(owing.stay_id, owing.version), Decimal(0))
    assert isinstance(paid, Changed)
    assert (await hotel.must(paid, CheckOut())).state == "checked_out"
    assert await settle(hotel.office, hotel.doing(), seen, Decimal("1.005")) == ActRefusal("stale", {"version": "5"})


async def test_undone_the_people_are_back_in_the_same_room(hotel: Hotel) -> None:
    here = await _in_house(hotel)
    out = await hotel.must(here, CheckOut())
    back = await hotel.must(out, UndoCheckOut())
    view = await _view(hotel, back.stay_id)
    assert (view.line.state, view.line.left_on, view.room_state) == ("in_house", None, "OD")
    assert [(row.state, row.departure) for row in view.occupants] == [("on_board", None)]
    assert [segment.until_at is None for segment in view.segments] == [False, True]


async def test_undo_is_refused_when_the_room_went_to_somebody_else(hotel: Hotel) -> None:
    out = await hotel.must(await _in_house(hotel), CheckOut())
    await hotel.must(await hotel.book(), CheckIn("101", (guest(),)))
    assert await hotel.do(out, UndoCheckOut()) == ActRefusal("room_taken", {"room": "101"})


async def test_of_two_desks_one_checks_out(hotel: Hotel) -> None:
    here = await _in_house(hotel)
    answers = await asyncio.gather(*(hotel.do(here, CheckOut()) for _ in range(3)))
    assert sorted(type(answer).__name__ for answer in answers) == ["ActRefusal", "ActRefusal", "Changed"]


async def test_a_longer_stay_leaves_later(hotel: Hotel) -> None:
    here = await _in_house(hotel)
    refused = await hotel.do(here, Extend(TOMORROW))
    assert isinstance(refused, ActRefusal)
    assert refused.code == "departure_not_later"
    longer = await hotel.must(here, Extend(TOMORROW + timedelta(days=2)))
    view = await _view(hotel, longer.stay_id)
    assert view.line.nights == 3
    assert view.acts[0].details["was"] == {"departure": TOMORROW.isoformat()}
    assert await hotel.do(longer, Extend(TODAY + timedelta(days=1500))) == ActRefusal("value", {"field": "departure"})


async def test_a_correction_needs_a_reason_and_keeps_what_was(hotel: Hotel) -> None:
    out = await hotel.must(await _in_house(hotel, rate=Decimal(600), currency="CNY"), CheckOut())
    refused = await hotel.do(out, Correct(reason="", rate=Decimal(500)))
    assert isinstance(refused, ActRefusal)
    assert refused.code == "reason_missing"
    assert await hotel.do(out, Correct(reason="Frau Weber said so", rate=Decimal(500))) == ActRefusal("reason_unknown")
    right = await hotel.must(out, Correct(reason="rate_error", rate=Decimal("500.00")))
    view = await _view(hotel, right.stay_id)
    assert view.rate == Decimal(500)
    assert view.acts[0].details["was"] == {"rate": "600.00"}
