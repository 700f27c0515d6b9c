"""Legal holds: proposed by one, seconded by another, and nothing of what they name is deleted while they last."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from discretion.hotel import number as numbers
from discretion.hotel.retention import Basis, Event, GuestKind, Period, Rule, StayKind
from discretion.office import legal_holds, retention, retention_plans
from discretion.office.legal_holds import HoldDone, NewHold
from discretion.office.outcome import ActRefusal
from discretion.office.staff import NewStaff, add_staff
from tests.journeys.office.conftest import Hotel, new_id
from tests.journeys.office.test_retention import add_guest, add_rules, adopted, ago, what_stays

OLD = ("checked_out", ago(1200), ago(1198))
ALL = 255


async def officer(hotel: Hotel, role: str) -> bytes:
    staff_id = new_id()
    await add_staff(hotel.office, hotel.property_id, NewStaff(staff_id, staff_id.hex()[:8], role, "en", (role,)))
    return staff_id


def hold(**changed: object) -> NewHold:
    new = NewHold(new_id(), ALL, "letter of the court, answer due in spring", datetime.now(UTC) + timedelta(days=200), "2026-77")
    return replace(new, **changed)  # type: ignore[arg-type]


async def proposed(hotel: Hotel, by: bytes, **changed: object) -> str:
    done = await legal_holds.propose(hotel.office, hotel.property_id, by, hold(**changed))
    assert isinstance(done, HoldDone), done
    return done.number


async def in_force(hotel: Hotel, **changed: object) -> str:
    number = await proposed(hotel, await officer(hotel, "privacy"), **changed)
    done = await legal_holds.second(hotel.office, hotel.property_id, await officer(hotel, "general_manager"), number)
    assert done == HoldDone(done.hold_id, number, is_repeat=False), done  # type: ignore[union-attr]
    return number


async def due(hotel: Hotel) -> retention_plans.Due:
    return await retention_plans.due(hotel.office, hotel.property_id)


async def test_a_hold_needs_two_people_and_holds_from_the_second_on(hotel: Hotel) -> None:
    await adopted(hotel)
    guest_id = add_guest(hotel, OLD)
    privacy, manager = await officer(hotel, "privacy"), await officer(hotel, "general_manager")
    number = await proposed(hotel, privacy, guest_id=guest_id)
    assert number.startswith("H-")
    assert (await due(hotel)).records == 1, "one person alone holds nothing"
    assert isinstance(await legal_holds.second(hotel.office, hotel.property_id, manager, number), HoldDone)
    assert ((await due(hotel)).records, (await due(hotel)).counts.skipped["held"]) == (0, 1)
    (line,) = await legal_holds.holds(hotel.office, hotel.property_id)
    assert (line.state, line.proposed_by_name, line.seconded_by_name) == ("in_force", "privacy", "general_manager")
    assert set((await what_stays(hotel, guest_id)).values()) == {None}, "until the hold ends, which nobody knows"


async def test_a_hold_of_some_groups_lets_the_others_go(hotel: Hotel) -> None:
    await adopted(hotel)
    guest_id = add_guest(hotel, OLD)
    await in_force(hotel, guest_id=guest_id, groups=3)
    plan = await retention_plans.make_plan(hotel.office, hotel.property_id, "page")
    assert plan is not None and (plan.records, plan.counts.whole, plan.counts.partly_held) == (1, 0, 1)
    assert await retention_plans.run_plan(hotel.office, hotel.property_id, plan.plan_id) == 1
    assert await hotel.rows("select groups from hotel.erasure_order where property_id = %s::uuid") == [(252,)]


async def test_a_hold_of_some_days_is_about_everybody_who_stayed_then(hotel: Hotel) -> None:
    await adopted(hotel)
    there = [add_guest(hotel, OLD), add_guest(hotel, ("checked_out", ago(1199), ago(1190)))]
    add_guest(hotel, ("checked_out", ago(1300), ago(1298)))
    await in_force(hotel, first_day=ago(1200), last_day=ago(1199))
    assert await legal_holds.guests_held(hotel.office, hotel.property_id) == len(there)
    assert ((await due(hotel)).records, (await due(hotel)).counts.skipped["held"]) == (1, 2)


async def test_a_hold_of_a_case_is_about_whom_it_names_now(hotel: Hotel) -> None:
    await adopted(hotel)
    guest_id, case_id, number = add_guest(hotel, OLD), new_id().hex(), numbers.make("C", new_id())
    with psycopg.connect(hotel.database.superuser, autocommit=True) as connection:
        connection.execute(
            "insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by, closed_at, closed_by, outcome)"
            " values (%s, %s, %s, 'complaint', 'noise', %s, now(), %s, 'settled')", (hotel.property_id.hex(), case_id, number, hotel.ada.hex(), hotel.ada.hex()),
        )
        await in_force(hotel, case_number=number)
        assert (await due(hotel)).records == 1
        connection.execute(
            "insert into hotel.case_guest (property_id, case_id, guest_id, added_by) values (%s, %s, %s, %s)",
            (hotel.property_id.hex(), case_id, guest_id.hex(), hotel.ada.hex()),
        )
    assert ((await due(hotel)).records, (await due(hotel)).counts.skipped["held"]) == (0, 1)


async def test_a_hold_ends_with_a_reason_and_stays_in_the_history(hotel: Hotel) -> None:
    await adopted(hotel)
    guest_id = add_guest(hotel, OLD)
    number, privacy = await in_force(hotel, guest_id=guest_id), await officer(hotel, "privacy")
    assert await legal_holds.end(hotel.office, hotel.property_id, privacy, number, "") == ActRefusal("words")
    assert isinstance(await legal_holds.end(hotel.office, hotel.property_id, privacy, number, "the court has decided"), HoldDone)
    assert (await due(hotel)).records == 1
    (line,) = await legal_holds.holds(hotel.office, hotel.property_id)
    assert (line.state, line.end_reason) == ("ended", "the court has decided")
    assert await legal_holds.second(hotel.office, hotel.property_id, await officer(hotel, "legal"), number) == ActRefusal("hold_ended")


@pytest.mark.parametrize(("changed", "code"), [
    ({}, "hold_scope"), ({"first_day": ago(5)}, "hold_scope"), ({"first_day": ago(5), "last_day": ago(9)}, "hold_scope"),
    ({"first_day": ago(200), "last_day": ago(1)}, "hold_scope"), ({"guest_id": b"x" * 16, "case_number": "C-7F3K-22"}, "hold_scope"),
    ({"guest_id": b"x" * 16}, "not_found"), ({"case_number": "C-0000-00"}, "not_found"), ({"guest_id": b"x" * 16, "groups": 0}, "groups"),
    ({"guest_id": b"x" * 16, "groups": 256}, "groups"), ({"guest_id": b"x" * 16, "reason": "no"}, "words"),
    ({"guest_id": b"x" * 16, "reason": "call 13800138000"}, "words_number"), ({"guest_id": b"x" * 16, "reference": "x" * 81}, "hold_reference"),
    ({"guest_id": b"x" * 16, "until_at": datetime(2020, 1, 1, tzinfo=UTC)}, "until"), ({"guest_id": b"x" * 16, "until_at": datetime(2040, 1, 1, tzinfo=UTC)}, "until"),
])
async def test_what_is_wrong_with_a_hold_is_said(hotel: Hotel, changed: dict[str, object], code: str) -> None:
    done = await legal_holds.propose(hotel.office, hotel.property_id, await officer(hotel, "privacy"), hold(**changed))
    assert isinstance(done, ActRefusal) and done.code == code, done


async def test_the_same_form_twice_is_one_hold(hotel: Hotel) -> None:
    privacy, new = await officer(hotel, "privacy"), hold(guest_id=add_guest(hotel, OLD))
    first = await legal_holds.propose(hotel.office, hotel.property_id, privacy, new)
    again = await legal_holds.propose(hotel.office, hotel.property_id, privacy, new)
    assert isinstance(first, HoldDone) and again == HoldDone(first.hold_id, first.number, is_repeat=True)


async def test_open_cases_and_marks_are_left_alone(hotel: Hotel) -> None:
    await add_rules(hotel, Rule("A-gone", 255, GuestKind.ANY, StayKind.ANY, Event.DEPARTURE, None, Period(1, 0), Basis.LAW, "CHN"))
    restricted, named = add_guest(hotel, OLD), add_guest(hotel, OLD)
    place, case_id = hotel.property_id.hex(), new_id().hex()
    with psycopg.connect(hotel.database.superuser, autocommit=True) as connection:
        connection.execute(
            "insert into hotel.mark (property_id, mark_id, guest_id, kind, reason_code, author_id) values (%s, %s, %s, 'restriction', 'dispute', %s)",
            (place, new_id().hex(), restricted.hex(), hotel.ada.hex()),
        )
        connection.execute(
            "insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by) values (%s, %s, 'C-1', 'complaint', 'noise', %s)",
            (place, case_id, hotel.ada.hex()),
        )
        connection.execute(
            "insert into hotel.case_guest (property_id, case_id, guest_id, added_by) values (%s, %s, %s, %s)", (place, case_id, named.hex(), hotel.ada.hex()),
        )
    found = await due(hotel)
    assert (found.records, found.counts.skipped) == (0, {"open_stay": 0, "open_case": 1, "marked": 1, "held": 0})


async def test_rules_and_holds_are_captured(hotel: Hotel) -> None:
    await adopted(hotel)
    await in_force(hotel, guest_id=add_guest(hotel, OLD))
    assert await retention_plans.make_plan(hotel.office, hotel.property_id, "page") is not None
    assert await hotel.rows(
        "select fact, op, row_count from ledger.fact_change where property_id = %s::uuid and fact in ('retention_rule', 'legal_hold', 'retention_plan') order by at",
    ) == [("retention_rule", "insert", len(await retention.rules_in_force(hotel.office, hotel.property_id))), ("legal_hold", "insert", 1),
          ("legal_hold", "update", 1), ("retention_plan", "insert", 1)]
