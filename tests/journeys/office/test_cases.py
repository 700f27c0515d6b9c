"""Cases: opened for a purpose, naming guests, given to an owner, noted, closed; each act stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from discretion.hotel import number as numbers
from discretion.office import marks
from discretion.office.case_kinds import CASE_KINDS, purposes_opened_by, purposes_worked_by
from discretion.office.cases import (
    Case,
    CaseDone,
    NewCase,
    add_guest,
    case_by_number,
    cases,
    cases_of_guest,
    change_due,
    change_owner,
    close_case,
    note,
    open_case,
    owners_for,
)
from discretion.office.changes import CheckIn
from discretion.office.outcome import ActRefusal, OnDuty
from tests.journeys.office.conftest import Hotel, guest, new_id


def ada(hotel: Hotel) -> OnDuty:
    return OnDuty(hotel.property_id, hotel.ada, "front_desk")


def ben(hotel: Hotel) -> OnDuty:
    return OnDuty(hotel.property_id, hotel.ben, "duty_manager")


def code(answer: object) -> str:
    return answer.code if isinstance(answer, ActRefusal) else ""


async def in_house(hotel: Hotel, room: str = "101") -> tuple[bytes, str]:
    """Return the id of a guest in house and the number of their reservation."""
    somebody = guest()
    stay = await hotel.must(await hotel.book(), CheckIn(room_number=room, people=(somebody,)))
    return somebody.guest_id, stay.number


async def opened(hotel: Hotel, who: OnDuty, guest_id: bytes, purpose: str = "complaint", **more: str) -> CaseDone:
    done = await open_case(hotel.office, who, NewCase(new_id(), purpose, "noise at night", guest_id=guest_id, **more))
    assert isinstance(done, CaseDone), done
    return done


async def seen(hotel: Hotel, who: OnDuty, number: str) -> Case:
    found = await case_by_number(hotel.office, who, number)
    assert found is not None
    return found


async def test_a_case_names_its_guest_its_owner_and_its_day(hotel: Hotel) -> None:
    guest_id, reservation = await in_house(hotel)
    new = NewCase(new_id(), "complaint", "noise  at night", guest_id=guest_id)
    done = await open_case(hotel.office, ada(hotel), new)
    assert isinstance(done, CaseDone) and done.number.startswith("C-") and numbers.read(done.number) == done.number
    assert await open_case(hotel.office, ada(hotel), new) == CaseDone(done.case_id, done.number, is_repeat=True)
    case = await seen(hotel, ada(hotel), done.number)
    assert (case.line.summary, case.line.owner_id, case.line.guests) == ("noise at night", hotel.ada, 1)
    assert case.line.due_at is not None
    assert timedelta(days=2) < case.line.due_at - datetime.now(UTC) <= timedelta(days=3)
    assert [(stay.number, stay.room_number, stay.state) for stay in case.stays] == [(reservation, "101", "in_house")]
    assert [(act.act, act.staff_name) for act in case.acts] == [("opened", "Ada")]
    assert [line.number for line in await cases_of_guest(hotel.office, ben(hotel), guest_id)] == [done.number]


async def test_a_rights_request_has_the_number_that_guests_are_told(hotel: Hotel) -> None:
    done = await opened(hotel, ada(hotel), (await in_house(hotel))[0], "dsr")
    assert done.number.startswith("R-")


async def test_the_first_guest_may_come_by_the_number_of_a_reservation(hotel: Hotel) -> None:
    guest_id, reservation = await in_house(hotel)
    heard = reservation.lower().replace("-", " ")
    done = await open_case(hotel.office, ben(hotel), NewCase(new_id(), "check_out", "minibar", reservation_number=heard))
    assert isinstance(done, CaseDone)
    assert [each.guest_id for each in (await seen(hotel, ben(hotel), done.number)).guests] == [guest_id]
    for wrong in ("R-0000-00", "", "%"):
        answer = await open_case(hotel.office, ben(hotel), NewCase(new_id(), "check_out", "minibar", reservation_number=wrong))
        assert code(answer) == "reservation_unknown"


@pytest.mark.parametrize(("changed", "refused"), [
    ({"purpose": "marketing"}, "case_purpose"), ({"purpose": "audit"}, "case_purpose"), ({"purpose": "lawful_request"}, "reference"),
    ({"purpose": "lawful_request", "reference": "  "}, "reference"), ({"purpose": "lawful_request", "reference": "2026-0123456"}, ""),
    ({"summary": "no"}, "summary"), ({"summary": "call 13800138000 back"}, "words_number"), ({"guest_id": bytes(16)}, "not_found"),
])
async def test_what_does_not_fit_is_refused_with_its_reason(hotel: Hotel, changed: dict[str, object], refused: str) -> None:
    values = {"case_id": new_id(), "purpose": "complaint", "summary": "noise", "guest_id": (await in_house(hotel))[0]} | changed
    assert code(await open_case(hotel.office, ben(hotel), NewCase(**values))) == refused  # type: ignore[arg-type]


async def test_each_act_on_a_case_stays_and_happens_once(hotel: Hotel) -> None:
    guest_id, _ = await in_house(hotel)
    other, _ = await in_house(hotel, "102")
    number = (await opened(hotel, ben(hotel), guest_id)).number
    act_id = new_id()
    assert code(await note(hotel.office, ben(hotel), number, act_id, "guest heard")) == ""
    again = await note(hotel.office, ben(hotel), number, act_id, "guest heard")
    assert isinstance(again, CaseDone) and again.is_repeat
    assert code(await note(hotel.office, ben(hotel), number, new_id(), "dora@example.org wrote")) == "words_number"
    for _ in range(2):
        assert code(await add_guest(hotel.office, ben(hotel), number, new_id(), guest_id=other)) == ""
    assert code(await change_owner(hotel.office, ben(hotel), number, new_id(), hotel.ada)) == ""
    assert code(await change_owner(hotel.office, ben(hotel), number, new_id(), hotel.cleo)) == "owner", "housekeeping works on none"
    assert code(await change_due(hotel.office, ben(hotel), number, new_id(), datetime.now(UTC) + timedelta(days=9))) == ""
    assert code(await change_due(hotel.office, ben(hotel), number, new_id(), datetime.now(UTC) - timedelta(days=9))) == "until"
    case = await seen(hotel, ben(hotel), number)
    assert [act.act for act in case.acts] == ["due_changed", "owner_changed", "guest_added", "noted", "opened"]
    assert case.acts[1].subject_name == "Ada" and case.line.owner_id == hotel.ada and case.line.guests == 2
    async with await psycopg.AsyncConnection.connect(hotel.database.superuser) as connection:
        await connection.execute("set session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("update hotel.case_act set words = 'never happened'")


async def test_who_owns_a_case_is_somebody_who_works_on_such(hotel: Hotel) -> None:
    assert {each.staff_id for each in await owners_for(hotel.office, hotel.property_id, "complaint")} == {hotel.ada, hotel.ben}
    assert await owners_for(hotel.office, hotel.property_id, "audit") == ()


async def test_a_closed_case_stays_closed_and_the_desk_does_not_close_complaints(hotel: Hotel) -> None:
    guest_id, _ = await in_house(hotel)
    number = (await opened(hotel, ada(hotel), guest_id)).number
    assert code(await close_case(hotel.office, ada(hotel), number, new_id(), "settled")) == "not_yours"
    assert code(await close_case(hotel.office, ben(hotel), number, new_id(), "x")) == "words"
    assert code(await close_case(hotel.office, ben(hotel), number, new_id(), "settled with a breakfast")) == ""
    for answer in (
        await close_case(hotel.office, ben(hotel), number, new_id(), "settled again"),
        await note(hotel.office, ben(hotel), number, new_id(), "later"),
        await add_guest(hotel.office, ben(hotel), number, new_id(), guest_id=guest_id),
        await change_owner(hotel.office, ben(hotel), number, new_id(), hotel.ada),
    ):
        assert code(answer) == "case_closed"
    assert await cases(hotel.office, ben(hotel)) == ()
    (line,) = await cases(hotel.office, ben(hotel), "closed")
    assert (line.outcome, line.closed_by_name, line.is_open) == ("settled with a breakfast", "Ben", False)
    async with await psycopg.AsyncConnection.connect(hotel.database.superuser) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("update hotel.case_file set closed_at = null, closed_by = null")


async def test_a_protected_guests_stays_are_not_listed(hotel: Hotel) -> None:
    guest_id, _ = await in_house(hotel)
    number = (await opened(hotel, ada(hotel), guest_id)).number
    await marks.add_mark(hotel.office, hotel.property_id, marks.NewMark(new_id(), guest_id, "incognito", "wish", hotel.ben))
    case = await seen(hotel, ada(hotel), number)
    assert case.stays == () and [each.is_protected for each in case.guests] == [True]


async def test_every_change_of_a_case_is_captured_for_the_ledger(hotel: Hotel) -> None:
    number = (await opened(hotel, ben(hotel), (await in_house(hotel))[0])).number
    await close_case(hotel.office, ben(hotel), number, new_id(), "settled")
    captured = await hotel.rows(
        "select fact, op from ledger.fact_change where property_id = %s::uuid and fact like 'case%%' order by at, fact")
    assert captured == [("case_file", "insert"), ("case_guest", "insert"), ("case_file", "update")]


def test_whoever_opens_or_closes_a_case_works_on_it() -> None:
    for kind in CASE_KINDS.values():
        assert kind.opens <= kind.works and kind.closes <= kind.works and kind.closes
    assert set(purposes_opened_by("front_desk")) == {"complaint", "check_out", "dsr"}
    assert set(purposes_worked_by("finance")) == {"complaint", "check_out"}
    assert purposes_worked_by("housekeeping") == () and purposes_opened_by("it_admin") == ()
