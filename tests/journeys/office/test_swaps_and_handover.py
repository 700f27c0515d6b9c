"""Shifts that change hands, marks on one's own shift, and what is handed over at its end."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from discretion.office.database import Office
from discretion.office.handovers import (
    NewHandover,
    hand_over,
    mark_read,
    next_people,
    notes_for,
    open_things,
)
from discretion.office.outcome import ActRefusal, Done
from discretion.office.roster import NewShift, add_shift, begin_shift, end_shift, resume_shift, shifts_of
from discretion.office.staff import StaffRole, give_role
from discretion.office.swaps import (
    NewSwap,
    accept_swap,
    decide_swap,
    offer_swap,
    open_swaps,
    swaps_for,
    withdraw_swap,
)
from discretion.office.worker import Jobs
from tests.journeys.office.conftest import Hotel, new_id

if TYPE_CHECKING:
    from tests.conftest import DatabaseUnderTest

TOMORROW = timedelta(days=1)


def code(answer: object) -> str:
    return answer.code if isinstance(answer, ActRefusal) else ""


async def shift(hotel: Hotel, staff_id: bytes, duty: str, begins: timedelta = TOMORROW, hours: float = 8) -> bytes:
    """Roster a shift that begins so long from now."""
    starts = datetime.now(UTC) + begins
    new = NewShift(new_id(), staff_id, duty, starts, starts + timedelta(hours=hours))
    assert code(await add_shift(hotel.office, hotel.property_id, new)) == ""
    return new.shift_id


@pytest.fixture
async def two_at_the_desk(hotel: Hotel) -> Hotel:
    """Cleo has worked at the desk for a month, too."""
    since = datetime.now(UTC).date() - timedelta(30)
    await give_role(hotel.office, hotel.property_id, hotel.cleo, StaffRole("front_desk", since, None))
    return hotel


async def whose(hotel: Hotel, shift_id: bytes) -> str:
    rows = await hotel.rows("select staff_id::text from hotel.shift where property_id = %s::uuid and shift_id = '" + shift_id.hex() + "'")
    return str(rows[0][0]).replace("-", "")


async def test_a_shift_goes_over_at_once_when_both_hold_its_role(two_at_the_desk: Hotel) -> None:
    hotel = two_at_the_desk
    place = (hotel.office, hotel.property_id)
    swap = NewSwap(new_id(), await shift(hotel, hotel.ada, "front_desk"), hotel.ada)
    assert await offer_swap(*place, swap) == Done(swap.swap_id, is_repeat=False)
    assert await offer_swap(*place, swap) == Done(swap.swap_id, is_repeat=True)
    assert code(await offer_swap(*place, NewSwap(new_id(), swap.shift_id, hotel.ada))) == "offered_before"
    assert [each.swap_id for each in await swaps_for(*place, hotel.cleo)] == [swap.swap_id]
    assert await swaps_for(*place, hotel.ben) == (), "a duty manager without the role is offered nothing"
    assert code(await accept_swap(*place, swap.swap_id, hotel.ada)) == "own_shift"
    assert await accept_swap(*place, swap.swap_id, hotel.cleo) == Done(swap.swap_id, is_repeat=False)
    assert await whose(hotel, swap.shift_id) == hotel.cleo.hex()
    assert code(await accept_swap(*place, swap.swap_id, hotel.cleo)) == "not_found"
    assert await open_swaps(*place) == ()
    told = await hotel.rows("select kind from hotel.notice where property_id = %s::uuid order by at")
    assert told == [("swap_done",)]
    captured = await hotel.rows("select fact, op from ledger.fact_change where property_id = %s::uuid and fact in ('shift_swap', 'shift') order by at")
    assert captured[-3:] == [("shift_swap", "insert"), ("shift_swap", "update"), ("shift", "update")]


async def test_a_duty_manager_decides_when_the_first_holds_the_role_no_more(two_at_the_desk: Hotel) -> None:
    hotel = two_at_the_desk
    place = (hotel.office, hotel.property_id)
    first, second = await shift(hotel, hotel.ada, "front_desk"), await shift(hotel, hotel.ada, "front_desk", timedelta(days=3))
    ids = []
    async with await psycopg.AsyncConnection.connect(hotel.database.superuser, autocommit=True) as connection:
        await connection.execute(
            "update hotel.staff_role set from_on = from_on - 30, until_on = from_on - 1 where property_id = %s::uuid and staff_id = %s::uuid",
            (hotel.property_id.hex(), hotel.ada.hex()),
        )
    for shift_id in (first, second):
        swap = NewSwap(new_id(), shift_id, hotel.ada, hotel.cleo)
        await offer_swap(*place, swap)
        assert code(await accept_swap(*place, swap.swap_id, hotel.ben)) == "not_found", "it is offered to Cleo"
        assert code(await accept_swap(*place, swap.swap_id, hotel.cleo)) == ""
        ids.append(swap.swap_id)
    assert await whose(hotel, first) == hotel.ada.hex()
    assert [each.state for each in await open_swaps(*place)] == ["waiting", "waiting"]
    for by in (hotel.ada, hotel.cleo):
        assert code(await decide_swap(*place, ids[0], by, is_allowed=True)) == "own_shift"
    assert code(await decide_swap(*place, ids[0], hotel.ben, is_allowed=True)) == ""
    assert code(await decide_swap(*place, ids[1], hotel.ben, is_allowed=False)) == ""
    assert (await whose(hotel, first), await whose(hotel, second)) == (hotel.cleo.hex(), hotel.ada.hex())
    assert code(await decide_swap(*place, ids[1], hotel.ben, is_allowed=True)) == "not_found"


async def test_two_who_take_a_shift_at_once_have_one_winner(two_at_the_desk: Hotel) -> None:
    hotel = two_at_the_desk
    await give_role(hotel.office, hotel.property_id, hotel.ben, StaffRole("front_desk", datetime.now(UTC).date() - timedelta(1), None))
    swap = NewSwap(new_id(), await shift(hotel, hotel.ada, "front_desk"), hotel.ada)
    await offer_swap(hotel.office, hotel.property_id, swap)
    answers = await asyncio.gather(*(
        accept_swap(hotel.office, hotel.property_id, swap.swap_id, each) for each in (hotel.ben, hotel.cleo, hotel.ben, hotel.cleo)
    ))
    assert sorted(code(each) for each in answers) == ["", "not_found", "not_found", "not_found"]


async def test_a_shift_that_has_begun_overlaps_or_was_taken_back_does_not_go_over(two_at_the_desk: Hotel) -> None:
    hotel = two_at_the_desk
    place = (hotel.office, hotel.property_id)
    running = (await shifts_of(*place, hotel.ada))[0].shift_id
    assert code(await offer_swap(*place, NewSwap(new_id(), running, hotel.ada))) == "not_found"
    swap = NewSwap(new_id(), await shift(hotel, hotel.ada, "front_desk"), hotel.ada)
    assert code(await offer_swap(*place, NewSwap(new_id(), swap.shift_id, hotel.ada, hotel.ada))) == "own_shift"
    await offer_swap(*place, swap)
    await shift(hotel, hotel.cleo, "housekeeping", TOMORROW + timedelta(hours=4))
    assert code(await accept_swap(*place, swap.swap_id, hotel.cleo)) == "overlap"
    assert code(await withdraw_swap(*place, swap.swap_id, hotel.cleo)) == "not_found"
    assert code(await withdraw_swap(*place, swap.swap_id, hotel.ada)) == ""
    assert code(await accept_swap(*place, swap.swap_id, hotel.cleo)) == "not_found"
    assert code(await offer_swap(*place, NewSwap(new_id(), swap.shift_id, hotel.ada))) == "", "and it may be offered again"


async def test_marks_begin_a_little_early_and_end_early_and_only_a_manager_takes_an_end_back(hotel: Hotel) -> None:
    place = (hotel.office, hotel.property_id)
    soon = await shift(hotel, hotel.cleo, "housekeeping", timedelta(minutes=20))
    later = await shift(hotel, hotel.cleo, "housekeeping", timedelta(hours=12))
    assert code(await begin_shift(*place, soon, hotel.ada)) == "not_found"
    assert code(await begin_shift(*place, later, hotel.cleo)) == "too_early"
    assert await begin_shift(*place, soon, hotel.cleo) == Done(soon, is_repeat=False)
    assert await begin_shift(*place, soon, hotel.cleo) == Done(soon, is_repeat=True)
    assert code(await end_shift(*place, soon, hotel.ada, is_own=True)) == "not_found"
    assert await end_shift(*place, soon, hotel.cleo, is_own=True) == Done(soon, is_repeat=False)
    assert code(await begin_shift(*place, soon, hotel.cleo)) == "not_found", "what has ended begins no more"
    assert code(await resume_shift(*place, soon, hotel.cleo)) == "own_shift"
    assert code(await resume_shift(*place, soon, hotel.ben)) == ""
    assert code(await resume_shift(*place, soon, hotel.ben)) == "not_found"
    assert [line.ended_at for line in await shifts_of(*place, hotel.cleo)] == [None, None]


async def request(hotel: Hotel, staff_id: bytes) -> bytes:
    """A guest's request that is somebody's to do."""
    request_id, guest_id = new_id(), new_id()
    async with await psycopg.AsyncConnection.connect(hotel.database.superuser, autocommit=True) as connection:
        await connection.execute(
            "insert into hotel.guest (property_id, guest_id, source_id) values (%s, %s, %s)",
            (hotel.property_id.hex(), guest_id.hex(), guest_id.hex()),
        )
        await connection.execute(
            "insert into hotel.service_request (property_id, request_id, number, guest_id, kind, channel, words, opened_by, assigned_to)"
            " values (%s, %s, %s, %s, 'housekeeping', 'desk', 'two towels', %s, %s)",
            (hotel.property_id.hex(), request_id.hex(), f"S-{request_id.hex()[:8]}", guest_id.hex(), staff_id.hex(), staff_id.hex()),
        )
    return request_id


def handed(hotel: Hotel, **changed: object) -> NewHandover:
    values: dict[str, object] = {
        "handover_id": new_id(), "from_id": hotel.ada, "duty": "front_desk", "words": "1208 wants a late check-out.",
        "to_duty": "front_desk", "to_id": None, "request_ids": (), "requests_to": None, "ends_shift": False,
    }
    return NewHandover(**{**values, **changed})  # type: ignore[arg-type]


async def test_one_form_hands_everything_over_and_ends_the_shift(two_at_the_desk: Hotel) -> None:
    hotel = two_at_the_desk
    place = (hotel.office, hotel.property_id)
    one, other = await request(hotel, hotel.ada), await request(hotel, hotel.ada)
    assert {each.request_id for each in (await open_things(*place, hotel.ada)).requests} == {one, other}
    assert [staff_id for staff_id, _ in await next_people(*place, hotel.ada)] == [hotel.ben]
    new = handed(hotel, request_ids=(one,), requests_to=hotel.ben, ends_shift=True)
    assert await hand_over(*place, new) == Done(new.handover_id, is_repeat=False)
    assert await hand_over(*place, new) == Done(new.handover_id, is_repeat=True)
    assert [each.request_id for each in (await open_things(*place, hotel.ada)).requests] == [other]
    assert [each.request_id for each in (await open_things(*place, hotel.ben)).requests] == [one]
    assert (await shifts_of(*place, hotel.ada))[0].ended_at is not None
    (note,) = await notes_for(*place, hotel.cleo, "front_desk", unread_only=True)
    assert (note.from_name, note.words) == ("Ada", "1208 wants a late check-out.")
    assert await notes_for(*place, hotel.ben, "duty_manager") == ()
    assert await notes_for(*place, hotel.ada, "front_desk") == (), "nobody hands over to themselves"
    assert code(await mark_read(*place, new.handover_id, hotel.ben, "duty_manager")) == "not_found"
    assert await mark_read(*place, new.handover_id, hotel.cleo, "front_desk") == Done(new.handover_id, is_repeat=False)
    assert await mark_read(*place, new.handover_id, hotel.cleo, "front_desk") == Done(new.handover_id, is_repeat=True)
    assert await notes_for(*place, hotel.cleo, "front_desk", unread_only=True) == ()
    assert [each.is_read for each in await notes_for(*place, hotel.cleo, "front_desk")] == [True]


@pytest.mark.parametrize(("changed", "wanted"), [
    ({"words": "x" * 1001}, "handover_words"), ({"to_duty": ""}, "recipient"), ({"to_id": b"\0" * 16}, "recipient"),
])
async def test_a_handover_that_is_not_right_changes_nothing(hotel: Hotel, changed: dict[str, object], wanted: str) -> None:
    request_id = await request(hotel, hotel.ada)
    new = handed(hotel, request_ids=(request_id,), requests_to=hotel.ben, ends_shift=True, **changed)
    assert code(await hand_over(hotel.office, hotel.property_id, new)) == wanted
    assert code(await hand_over(hotel.office, hotel.property_id, handed(hotel, request_ids=(request_id,)))) == "recipient"
    gone = handed(hotel, request_ids=(request_id, new_id()), requests_to=hotel.ben, ends_shift=True)
    assert code(await hand_over(hotel.office, hotel.property_id, gone)) == "requests_gone"
    assert [each.request_id for each in (await open_things(hotel.office, hotel.property_id, hotel.ada)).requests] == [request_id]
    assert (await shifts_of(hotel.office, hotel.property_id, hotel.ada))[0].ended_at is None
    assert await notes_for(hotel.office, hotel.property_id, hotel.cleo, "front_desk") == ()


async def test_notes_are_dropped_after_thirty_days_and_stand_nowhere_else(hotel: Hotel, module_database: DatabaseUnderTest) -> None:
    new = handed(hotel, to_id=hotel.ben)
    await hand_over(hotel.office, hotel.property_id, new)
    assert await hotel.rows("select 1 from ledger.fact_change where property_id = %s::uuid and rows::text like '%%late check-out%%'") == []
    async with Office(module_database.conninfo("worker"), connections_max=1) as office:
        assert await Jobs(office).drop_old_handovers() == 0
        async with await psycopg.AsyncConnection.connect(hotel.database.superuser, autocommit=True) as connection:
            await connection.execute("update hotel.handover set at = now() - interval '31 days' where property_id = %s::uuid", (hotel.property_id.hex(),))
        assert await Jobs(office).drop_old_handovers() == 1


async def test_cases_go_to_somebody_who_works_on_such_cases_and_to_nobody_else(two_at_the_desk: Hotel) -> None:
    hotel = two_at_the_desk
    place, case_id, audit_id = (hotel.office, hotel.property_id), new_id(), new_id()
    async with await psycopg.AsyncConnection.connect(hotel.database.superuser, autocommit=True) as connection:
        for each, purpose in ((case_id, "complaint"), (audit_id, "audit")):
            await connection.execute(
                "insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by, owner_id) values (%s, %s, %s, %s, 'a case', %s, %s)",
                (hotel.property_id.hex(), each.hex(), f"C-{each.hex()[:8]}", purpose, hotel.ada.hex(), hotel.ada.hex()),
            )
    assert code(await hand_over(*place, handed(hotel, case_ids=(case_id,)))) == "cases_recipient"
    assert code(await hand_over(*place, handed(hotel, case_ids=(case_id, audit_id), cases_to=hotel.ben))) == "cases_gone"
    assert {each.case_id for each in (await open_things(*place, hotel.ada)).cases} == {case_id, audit_id}, "all of it, or nothing"
    new = handed(hotel, case_ids=(case_id,), cases_to=hotel.ben)
    assert await hand_over(*place, new) == Done(new.handover_id, is_repeat=False)
    assert await hand_over(*place, new) == Done(new.handover_id, is_repeat=True)
    assert [each.case_id for each in (await open_things(*place, hotel.ben)).cases] == [case_id]
    acts = await hotel.rows("select act, subject_id::text from hotel.case_act where property_id = %s::uuid")
    assert acts == [("owner_changed", str(uuid.UUID(bytes=hotel.ben)))]
    assert code(await hand_over(*place, handed(hotel, case_ids=(case_id,), cases_to=hotel.ben))) == "cases_gone"
