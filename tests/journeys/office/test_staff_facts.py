"""The facts that guards read about staff: who works here, on shift, present, trained, locked."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta

from discretion.office.locks import NewLock, add_lock, locks, release_lock
from discretion.office.outcome import ActRefusal, Done
from discretion.office.presence import PresenceChange, badge, report
from discretion.office.properties import Property, add_property, declare_presence
from discretion.office.roster import NewShift, add_shift, end_shift, load_shifts, shifts
from discretion.office.sheet import CsvReport, RowError
from discretion.office.staff import (
    NewStaff,
    StaffFacts,
    StaffRole,
    add_staff,
    assign_badge,
    disable_staff,
    end_role,
    facts_of_staff,
    give_role,
    staff_by_number,
    staff_list,
    withdraw_badge,
)
from discretion.office.training import NewTraining, add_training, load_trainings, trainings
from tests.journeys.office.conftest import TODAY, Hotel, new_id


async def _facts(hotel: Hotel, number: str) -> StaffFacts:
    return {facts.member.number: facts for facts in await facts_of_staff(hotel.office, hotel.property_id)}[number]


def _code(answer: object) -> str:
    return answer.code if isinstance(answer, ActRefusal) else ""


async def test_somebody_is_added_once(hotel: Hotel) -> None:
    new = NewStaff(new_id(), "A-17", "Eve 王", "zh", ("concierge",))
    assert await add_staff(hotel.office, hotel.property_id, new) == Done(new.staff_id, is_repeat=False)
    assert await add_staff(hotel.office, hotel.property_id, new) == Done(new.staff_id, is_repeat=True)
    mallory = NewStaff(new_id(), "A-17", "Mallory")
    assert _code(await add_staff(hotel.office, hotel.property_id, mallory)) == "number_taken"
    for wrong, code in (
        (NewStaff(new_id(), "A 18", "X"), "number"), (NewStaff(new_id(), "18", " "), "name"),
        (NewStaff(new_id(), "18", "X\0"), "name"),
        (NewStaff(new_id(), "18", "X", "fr"), "language"), (NewStaff(new_id(), "18", "X", "", ("king",)), "role"),
    ):
        assert _code(await add_staff(hotel.office, hotel.property_id, wrong)) == code
    found = await staff_by_number(hotel.office, hotel.property_id, "A-17")
    assert found is not None
    assert (found.staff_id, [role.role for role in found.roles]) == (new.staff_id, ["concierge"])
    assert await disable_staff(hotel.office, hotel.property_id, new.staff_id) == Done(new.staff_id, is_repeat=False)
    assert [member.active for member in await staff_list(hotel.office, hotel.property_id)] == [True, True, True, False]
    assert _code(await disable_staff(hotel.office, hotel.property_id, new_id())) == "not_found"


async def test_a_role_has_a_first_and_a_last_day(hotel: Hotel) -> None:
    first, last = date(2026, 12, 1), date(2026, 12, 31)
    role = StaffRole("concierge", first, None)
    assert _code(await give_role(hotel.office, hotel.property_id, hotel.cleo, role)) == ""
    assert _code(await end_role(hotel.office, hotel.property_id, hotel.cleo, "concierge", last)) == ""
    assert _code(await end_role(hotel.office, hotel.property_id, hotel.cleo, "finance", last)) == "role"
    assert _code(await give_role(hotel.office, hotel.property_id, hotel.cleo, StaffRole("x", first, None))) == "role"
    assert _code(
        await give_role(hotel.office, hotel.property_id, hotel.cleo, StaffRole("finance", last, first)),
    ) == "dates"
    member = (await _facts(hotel, "003")).member
    assert StaffRole("concierge", first, last) in member.roles


async def test_a_shift_counts_while_it_runs(hotel: Hotel) -> None:
    facts = await _facts(hotel, "001")
    assert [shift.duty for shift in facts.on_shift] == ["front_desk"]
    assert (await _facts(hotel, "003")).on_shift == ()
    assert await end_shift(hotel.office, hotel.property_id, facts.on_shift[0].shift_id) == Done(
        facts.on_shift[0].shift_id, is_repeat=False,
    )
    assert (await _facts(hotel, "001")).on_shift == ()
    now_at = datetime.now(UTC)
    for starts, ends, duty, code in (
        (now_at, now_at, "finance", "times"), (now_at, now_at + timedelta(hours=25), "finance", "times"),
        (now_at, now_at + timedelta(hours=1), "king", "duty"),
    ):
        wrong = NewShift(new_id(), hotel.cleo, duty, starts, ends)
        assert _code(await add_shift(hotel.office, hotel.property_id, wrong)) == code
    nobody = NewShift(new_id(), new_id(), "finance", now_at, now_at + timedelta(hours=1))
    assert _code(await add_shift(hotel.office, hotel.property_id, nobody)) == "not_found"
    listed = await shifts(hotel.office, hotel.property_id, from_at=now_at, until_at=now_at + timedelta(hours=1))
    assert [(shift.staff_number, shift.ended_at is not None) for shift in listed] == [("001", True), ("002", False)]


ROSTER = b"""staff number,duty,starts,ends
001,front_desk,2026-12-01 07:00,2026-12-01 15:00
002,duty_manager,2026-12-01 22:00,2026-12-02 06:00
999,front_desk,2026-12-01 07:00,2026-12-01 15:00
001,king,2026-12-01 07:00,2026-12-01 15:00
001,front_desk,1 Dec 7am,2026-12-01 15:00
001,front_desk,2026-12-01 15:00,2026-12-01 07:00
001,front_desk,2026-12-01 07:00,2026-12-01 16:00
001,front_desk,2026-12-01 07:00,2026-12-01 15:00
001,"front_desk,2026-12-01 07:00
too,few
"""


async def test_a_roster_file_keeps_its_good_rows(hotel: Hotel) -> None:
    errors = (
        RowError(4, "staff number", "unknown"), RowError(5, "duty", "unknown"), RowError(6, "starts", "time"),
        RowError(7, "ends", "times"), RowError(8, "ends", "twice"), RowError(10, "", "quotes"),
        RowError(11, "", "columns"),
    )
    planned = await load_shifts(hotel.office, hotel.property_id, ROSTER, is_dry_run=True)
    assert planned == CsvReport(10, 2, 0, 1, errors, is_dry_run=True)
    span = {"from_at": datetime(2026, 11, 30, tzinfo=UTC), "until_at": datetime(2026, 12, 3, tzinfo=UTC)}
    assert await shifts(hotel.office, hotel.property_id, **span) == ()
    done = await load_shifts(hotel.office, hotel.property_id, ROSTER, is_dry_run=False)
    assert done == CsvReport(10, 2, 0, 1, errors, is_dry_run=False)
    again = await load_shifts(hotel.office, hotel.property_id, ROSTER, is_dry_run=False)
    assert again == CsvReport(10, 0, 0, 3, errors, is_dry_run=False)
    rostered = await shifts(hotel.office, hotel.property_id, **span)
    assert [(shift.staff_number, shift.starts_at.isoformat()) for shift in rostered] == [
        ("001", "2026-11-30T23:00:00+00:00"), ("002", "2026-12-01T14:00:00+00:00"),
    ]
    longer = b"staff number,duty,starts,ends\n001,front_desk,2026-12-01T07:00,2026-12-01T17:00\n"
    assert await load_shifts(hotel.office, hotel.property_id, longer, is_dry_run=False) == CsvReport(
        1, 0, 1, 0, (), is_dry_run=False,
    )
    captured = await hotel.rows(
        "select op, row_count from ledger.fact_change where property_id = %s::uuid and fact = 'shift' order by at",
    )
    assert ("insert", 2) in captured


async def test_a_file_that_is_none_is_refused_whole(hotel: Hotel) -> None:
    async def code(raw: bytes) -> str:
        return _code(await load_shifts(hotel.office, hotel.property_id, raw, is_dry_run=False))

    assert await code(b"") == "csv_header"
    assert await code(b"staff,duty\n") == "csv_header"
    assert await code(b"\xff\xfe") == "csv_encoding"
    assert await code(b"x" * 3_000_000) == "csv_size"
    assert _code(await load_shifts(hotel.office, new_id(), ROSTER, is_dry_run=True)) == "not_found"


async def test_training_counts_until_its_last_day(hotel: Hotel) -> None:
    raw = (
        "\ufeffstaff number,course,version,completed,valid until\n"
        "001,privacy,2026-1,2026-01-10,2027-01-10\n"
        "002,privacy,2026-1,2126-01-10,2127-01-10\n"
        "002,privacy,2026-1,2026-01-10,2026-01-10\n"
        "002,,2026-1,2026-01-10,2027-01-10\n"
        "002,privacy,2026-1,10/01/2026,2027-01-10\n"
    ).encode()
    done = await load_trainings(hotel.office, hotel.property_id, raw, is_dry_run=False)
    assert done == CsvReport(5, 1, 0, 0, (
        RowError(3, "completed", "future"), RowError(4, "valid until", "dates"), RowError(5, "course", "course"),
        RowError(6, "completed", "date"),
    ), is_dry_run=False)
    assert (await _facts(hotel, "001")).trained_until_on == date(2027, 1, 10)
    assert (await _facts(hotel, "002")).trained_until_on is None
    new = NewTraining(hotel.ben, "privacy", "2026-1", date(2026, 2, 1), date(2027, 2, 1))
    assert await add_training(hotel.office, hotel.property_id, new) == Done(hotel.ben, is_repeat=False)
    assert await add_training(hotel.office, hotel.property_id, new) == Done(hotel.ben, is_repeat=True)
    assert [line.staff_number for line in await trainings(hotel.office, hotel.property_id)] == ["001", "002"]


async def test_a_badge_says_in_and_out(hotel: Hotel) -> None:
    tara, number, card = new_id(), f"T-{new_id().hex()[:8]}", f"AB-{new_id().hex()[:8]}"  # of this test alone: what a badge says depends on what it said before
    await add_staff(hotel.office, hotel.property_id, NewStaff(tara, number, "Tara", "en", ("front_desk",)))
    assert _code(await badge(hotel.office, hotel.property_id, new_id(), card)) == "badge_unknown"
    assert _code(await assign_badge(hotel.office, hotel.property_id, tara, card)) == ""
    assert _code(await assign_badge(hotel.office, hotel.property_id, hotel.ben, card)) == "badge_taken"
    assert _code(await assign_badge(hotel.office, hotel.property_id, hotel.ben, "x y")) == "badge"
    event_id = new_id()
    came = await badge(hotel.office, hotel.property_id, event_id, card)
    assert isinstance(came, PresenceChange)
    assert (came.direction, came.staff_id, came.is_repeat) == ("in", tara, False)
    twice = await badge(hotel.office, hotel.property_id, new_id(), card)
    assert isinstance(twice, PresenceChange)
    assert (twice.direction, twice.event_id, twice.is_repeat) == ("in", event_id, True)
    same = await badge(hotel.office, hotel.property_id, event_id, card)
    assert isinstance(same, PresenceChange)
    assert same.is_repeat
    facts = await _facts(hotel, number)
    assert (facts.present, facts.present_how, facts.member.badges) == (True, "badge_desk", (card,))
    assert _code(await withdraw_badge(hotel.office, hotel.property_id, card)) == ""
    assert _code(await badge(hotel.office, hotel.property_id, new_id(), card)) == "badge_unknown"


async def test_a_badge_tapped_at_the_desks_of_two_hotels_counts_at_neither(hotel: Hotel) -> None:
    other, twin = new_id(), new_id()
    await add_property(hotel.office, Property(
        other, f"o{other.hex()[:12]}", "山顶酒店", "Hilltop Hotel", "Asia/Shanghai", TODAY, time(4), "badge_desk", generated=False,
    ))
    await add_staff(hotel.office, other, NewStaff(twin, "001", "Ada", "en", ("front_desk",)))
    number = f"TW-{other.hex()[:8]}"
    for place, staff_id in ((hotel.property_id, hotel.ada), (other, twin)):
        assert _code(await assign_badge(hotel.office, place, staff_id, number)) == ""
    assert isinstance(await badge(hotel.office, hotel.property_id, new_id(), number), PresenceChange)
    assert (await _facts(hotel, "001")).present
    assert _code(await badge(hotel.office, other, new_id(), number)) == "two_hotels"
    assert not (await _facts(hotel, "001")).present
    until_at = datetime.now(UTC) + timedelta(minutes=1)
    for place in (hotel.property_id, other):
        lines = await report(hotel.office, place, from_at=until_at - timedelta(days=1), until_at=until_at)
        assert [(line.how, line.by_name) for line in lines] == [("conflict", "")]
    told = await hotel.rows("select to_role, kind from hotel.notice where property_id = %s::uuid")
    assert told == [("security", "badge_at_two_hotels")]
    await hotel.attested(hotel.ada, hotel.ben)
    assert (await _facts(hotel, "001")).present


async def test_a_withdrawn_badge_says_nothing_any_more(hotel: Hotel) -> None:
    tara, number, card = new_id(), f"T-{new_id().hex()[:8]}", f"AB-{new_id().hex()[:8]}"  # of this test alone: what a badge says depends on what it said before
    await add_staff(hotel.office, hotel.property_id, NewStaff(tara, number, "Tara", "en", ("front_desk",)))
    await assign_badge(hotel.office, hotel.property_id, tara, card)
    await badge(hotel.office, hotel.property_id, new_id(), card)
    assert (await _facts(hotel, number)).present
    await withdraw_badge(hotel.office, hotel.property_id, card)
    assert not (await _facts(hotel, number)).present


async def test_a_badge_tapped_at_two_readers_at_once_is_one_coming(hotel: Hotel) -> None:
    tara, number, card = new_id(), f"T-{new_id().hex()[:8]}", f"AB-{new_id().hex()[:8]}"  # of this test alone: what a badge says depends on what it said before
    await add_staff(hotel.office, hotel.property_id, NewStaff(tara, number, "Tara", "en", ("front_desk",)))
    await assign_badge(hotel.office, hotel.property_id, tara, card)
    answers = await asyncio.gather(*(badge(hotel.office, hotel.property_id, new_id(), card) for _ in range(4)))
    told = [answer for answer in answers if isinstance(answer, PresenceChange)]
    assert {answer.direction for answer in told} == {"in"}
    assert sorted(answer.is_repeat for answer in told) == [False, True, True, True]


async def test_what_was_attested_is_read_from_the_facts(hotel: Hotel) -> None:
    await declare_presence(hotel.office, hotel.property_id, "attested")
    assert _code(await badge(hotel.office, hotel.property_id, new_id(), "AB-1001")) == "presence_by"
    await hotel.attested(hotel.ada, hotel.ben)
    facts = await _facts(hotel, "001")
    assert (facts.present, facts.present_how) == (True, "attested")
    await hotel.attested(hotel.ada, hotel.ben, "out")
    assert (await _facts(hotel, "001")).present is False


async def test_a_lock_holds_until_it_is_released(hotel: Hotel) -> None:
    new = NewLock(new_id(), "staff", hotel.ada, "badge lost", hotel.ben)
    assert await add_lock(hotel.office, hotel.property_id, new) == Done(new.lock_id, is_repeat=False)
    assert await add_lock(hotel.office, hotel.property_id, new) == Done(new.lock_id, is_repeat=True)
    assert (await _facts(hotel, "001")).locked
    past = NewLock(new_id(), "staff", hotel.ada, "x", hotel.ben, datetime.now(UTC) - timedelta(hours=1))
    assert _code(await add_lock(hotel.office, hotel.property_id, past)) == "until"
    assert [lock.lock_id for lock in await locks(hotel.office, hotel.property_id)] == [new.lock_id]
    assert await release_lock(hotel.office, hotel.property_id, new.lock_id) == Done(new.lock_id, is_repeat=False)
    assert not (await _facts(hotel, "001")).locked
    assert _code(await release_lock(hotel.office, hotel.property_id, new_id())) == "not_found"


async def test_nobody_can_rewrite_a_presence_event_or_an_act(hotel: Hotel) -> None:
    import psycopg
    import pytest

    await assign_badge(hotel.office, hotel.property_id, hotel.ada, "AB-1001")
    await badge(hotel.office, hotel.property_id, new_id(), "AB-1001")
    await hotel.book()
    async with await psycopg.AsyncConnection.connect(hotel.database.conninfo("office"), autocommit=True) as connection:
        for statement in (
            "update hotel.presence set direction = 'out'", "delete from hotel.presence", "delete from hotel.stay_act",
            "update hotel.stay_act set staff_id = null", "delete from hotel.staff", "delete from hotel.shift",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(statement)
