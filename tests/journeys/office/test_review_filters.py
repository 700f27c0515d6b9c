"""Filters that a reviewer keeps: for themselves alone, twelve at most, and none that names a guest."""

from __future__ import annotations

from discretion.office.outcome import ActRefusal, Done
from discretion.office.review_filters import KEPT_MAX, SavedFilter, drop_filter, save_filter, saved_filters
from tests.journeys.office.conftest import Hotel


async def test_a_filter_is_kept_replaced_and_dropped_by_whoever_made_it(hotel: Hotel) -> None:
    ben, ada = (hotel.office, hotel.property_id, hotel.ben), (hotel.office, hotel.property_id, hotel.ada)
    assert await save_filter(*ben, SavedFilter(" 夜班 ", "purpose:complaint")) == Done(hotel.ben, is_repeat=False)
    assert await save_filter(*ben, SavedFilter("夜班", "-actor:front_desk")) == Done(hotel.ben, is_repeat=False)
    assert await saved_filters(*ben) == (SavedFilter("夜班", "-actor:front_desk"),)
    assert await saved_filters(*ada) == ()
    await drop_filter(*ada, "夜班")
    assert len(await saved_filters(*ben)) == 1
    await drop_filter(*ben, "夜班")
    assert await saved_filters(*ben) == ()


async def test_what_names_a_guest_or_holds_a_number_is_not_kept(hotel: Hotel) -> None:
    ben = (hotel.office, hotel.property_id, hotel.ben)
    assert await save_filter(*ben, SavedFilter("one guest", "guest:" + "0" * 32)) == ActRefusal("filter_guest")
    for name in ("", "x" * 41, "call 13800138000"):
        assert await save_filter(*ben, SavedFilter(name, "purpose:complaint")) == ActRefusal("filter_name")
    for number in range(KEPT_MAX):
        assert isinstance(await save_filter(*ben, SavedFilter(f"f {number}", "purpose:complaint")), Done)
    assert await save_filter(*ben, SavedFilter("one more", "purpose:complaint")) == ActRefusal("filter_full")
    assert isinstance(await save_filter(*ben, SavedFilter("f 1", "purpose:audit")), Done)
