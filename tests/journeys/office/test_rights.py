"""Requests for rights, each from end to end at the office: taken in, known by whom, decided, carried out, answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from time import perf_counter

import psycopg
import pytest

from discretion.faces.kit.guest_copy import as_json, guest_copy, sections
from discretion.office import rights, rights_work
from discretion.office.cases import NewCase, close_case, open_case
from discretion.office.changes import CheckIn
from discretion.office.database import Office
from discretion.office.guest_door import ask_about
from discretion.office.outcome import ActRefusal
from discretion.office.properties import property_of
from discretion.office.rights import RightsDone
from discretion.office.rights_clock import set_clock, set_days
from discretion.office.rights_intake import NewRequest, ask, sort, take_in
from discretion.office.rights_kinds import IDENTITY, KINDS, REASONS
from discretion.office.rights_map import rows_of
from discretion.office.rights_work import Decision
from discretion.office.worker import Jobs
from tests.conftest import DatabaseUnderTest
from tests.journeys.office.conftest import guest, new_id
from tests.rights import Desk, code, composed, desk_of, keep, ok  # noqa: F401 - a fixture


async def test_a_guest_asks_and_is_known_by_how_they_came_in(desk: Desk) -> None:
    number = await desk.ask("access")
    case = await desk.case(number)
    assert number.startswith("R-") and case.request.state == "checked" and case.request.identity_how == "signed_in"
    assert 14 <= case.days_left <= 15 and case.request.clock == "pipl"
    assert code(await ask(desk.hotel.office, desk.hotel.property_id, desk.guest_id, NewRequest(
        case_id=new_id(), kind="access", channel="portal"))) == "rights_open", "one of a kind at a time"
    (mine,) = await rights.requests_of_guest(desk.hotel.office, desk.hotel.property_id, desk.guest_id)
    assert mine.number == number
    (told,) = await desk.hotel.rows("select kind, details ->> 'number' from hotel.notice where property_id = %s::uuid and to_role = 'privacy'")
    assert told == ("rights_received", number)


async def test_a_request_at_the_desk_waits_until_somebody_says_who_asks(desk: Desk) -> None:
    new = NewRequest(case_id=new_id(), kind="restrict", reservation_number=desk.reservation, channel="phone", language="en")
    done = await take_in(desk.hotel.office, desk.clerk, new)
    assert isinstance(done, RightsDone)
    again = await take_in(desk.hotel.office, desk.clerk, new)
    assert isinstance(again, RightsDone) and again.is_repeat and again.number == done.number
    office = desk.hotel.office
    assert code(await rights_work.take_up(office, desk.officer, done.number, new_id())) == "rights_state"
    assert code(await rights.identify(office, desk.clerk, done.number, new_id(), "death_and_kinship")) == "rights_identity"
    assert code(await rights.identify(office, desk.clerk, done.number, new_id(), "signed_in")) == "rights_identity"
    ok(await rights.identify(office, desk.clerk, done.number, new_id(), "document_and_callback"))
    assert code(await rights_work.take_up(office, desk.clerk, done.number, new_id())) == "not_yours"
    ok(await rights_work.take_up(office, desk.officer, done.number, new_id()))
    assert [act.act for act in (await desk.case(done.number)).acts] == ["taken_up", "identity", "received"]


async def test_whoever_takes_a_request_up_answers_for_its_case(desk: Desk) -> None:
    number = await desk.ask("explain")
    assert (await desk.case(number)).request.owner_name == ""
    ok(await rights_work.take_up(desk.hotel.office, desk.officer, number, new_id()))
    assert (await desk.case(number)).request.owner_name == "Privacy"
    ((act,),) = await desk.hotel.rows(
        "select a.act from hotel.case_act a where a.property_id = %s::uuid and a.act = 'owner_changed' and a.staff_id = a.subject_id")
    assert act == "owner_changed"


async def test_access_is_answered_once_the_copy_was_made_under_an_entry(desk: Desk) -> None:
    number = await desk.taken_up("access")
    await desk.suggested(number)
    case = await desk.case(number)
    assert {line.disposition for line in case.lines} == {"copy"} and not case.needs_second
    whats = {line.what for line in case.lines}
    assert {"group.identity", "group.notes", "table.stay", "table.occupant", "table.reservation"} <= whats and not {"key", "backup"} & whats
    ok(await rights_work.carry_out(desk.hotel.office, desk.officer, number, new_id()))
    answer = await rights_work.answer(desk.hotel.office, desk.officer, number, new_id(), "", composed)
    assert code(answer) == "rights_undone", "no copy was made yet"


async def test_a_deletion_says_what_goes_what_stays_and_until_when(desk: Desk) -> None:
    number = await desk.taken_up("delete", why="consent_withdrawn")
    await desk.suggested(number, (keep("document", date(2028, 11, 26)), keep("spending", None)))
    case = await desk.case(number)
    by_what = {line.what: line for line in case.lines}
    assert (by_what["group.contact"].disposition, by_what["group.contact"].reason) == ("delete", "consent_withdrawn")
    assert (by_what["group.document"].disposition, by_what["group.document"].until_on) == ("stop", date(2028, 11, 26))
    assert by_what["group.document"].basis_en == "the law on registration"
    assert (by_what["group.spending"].disposition, by_what["group.spending"].reason) == ("keep", "hold")
    assert by_what["table.stay"].disposition == "stop", "what only goes with the whole record stays with it"
    assert not case.needs_second
    ok(await rights_work.carry_out(desk.hotel.office, desk.officer, number, new_id()))
    ((groups, why, seconded),) = await desk.hotel.rows(
        "select groups, why, seconded_by from hotel.erasure_order where property_id = %s::uuid")
    assert (groups, why, seconded) == (255 & ~4 & ~32, "request", None)
    assert await desk.hotel.rows("select kind from hotel.mark where property_id = %s::uuid and ended_at is null") == [("restriction",)]
    assert code(await rights_work.answer(desk.hotel.office, desk.officer, number, new_id(), "", composed)) == "rights_undone"
    await desk.erase(number)
    zh, en = await desk.answered(number)
    assert "group.contact delete" in en and "group.document stop" in zh
    ok(await rights_work.close(desk.hotel.office, desk.officer, number, new_id()))
    assert (await desk.case(number)).request.is_case_closed


async def test_deleting_a_whole_record_takes_two_people(desk: Desk) -> None:
    office, number = desk.hotel.office, await desk.taken_up("delete")
    assert code(await rights_work.propose(office, desk.officer, number, new_id())) == "rights_undecided"
    await desk.suggested(number)
    assert (await desk.case(number)).needs_second
    assert code(await rights_work.carry_out(office, desk.officer, number, new_id())) == "rights_second"
    ok(await rights_work.propose(office, desk.officer, number, new_id()))
    assert code(await rights_work.decide(office, desk.officer, number, new_id(), [Decision(0, "keep", "contract", date(2030, 1, 1))])) == "rights_proposed"
    assert code(await rights_work.second(office, desk.officer, number, new_id(), is_yes=True)) == "rights_own"
    assert code(await rights_work.second(office, desk.clerk, number, new_id(), is_yes=True)) == "not_yours"
    ok(await rights_work.second(office, desk.manager, number, new_id(), is_yes=False, words="the folio is open"))
    ok(await rights_work.propose(office, desk.officer, number, new_id()))
    ok(await rights_work.second(office, desk.manager, number, new_id(), is_yes=True))
    ok(await rights_work.carry_out(office, desk.officer, number, new_id()))
    ((groups, seconded),) = await desk.hotel.rows("select groups, seconded_by from hotel.erasure_order where property_id = %s::uuid")
    assert groups == 255 and seconded is not None and seconded.bytes == desk.manager.staff_id  # type: ignore[attr-defined]
    await desk.erase(number)
    assert "group.identity delete" in (await desk.answered(number))[1]


async def test_what_an_order_could_not_erase_is_decided_anew_and_said(desk: Desk) -> None:
    office, number = desk.hotel.office, await desk.taken_up("delete", groups=64)
    await desk.suggested(number)
    ok(await rights_work.carry_out(office, desk.officer, number, new_id()))
    assert await rights_work.settle(office, desk.hotel.property_id, number) == 0
    assert code(await rights_work.answer(office, desk.officer, number, new_id(), "", composed)) == "rights_undone"
    ok(await rights_work.decide(office, desk.officer, number, new_id(), [Decision(0, "keep", "hold")]))
    assert "group.preferences keep hold" in (await desk.answered(number))[1]


@pytest.mark.parametrize("kind", ["restrict", "object"])
async def test_storage_only_is_a_mark_in_force_before_it_is_said(desk: Desk, kind: str) -> None:
    number = await desk.taken_up(kind, why="objection", groups=64)
    await desk.suggested(number)
    ok(await rights_work.carry_out(desk.hotel.office, desk.officer, number, new_id()))
    assert await desk.hotel.rows("select kind, reason_code from hotel.mark where property_id = %s::uuid") == [("restriction", "rights_request")]
    assert "stop" in (await desk.answered(number))[1]
    assert code(await rights_work.lift(desk.hotel.office, desk.clerk, number, new_id())) == "not_yours"
    ok(await rights_work.lift(desk.hotel.office, desk.officer, number, new_id()))
    assert code(await rights_work.lift(desk.hotel.office, desk.officer, number, new_id())) == "rights_state"
    assert await desk.hotel.rows("select 1 from hotel.mark where property_id = %s::uuid and ended_at is null") == []


async def test_an_explanation_is_the_letter(desk: Desk) -> None:
    number = await desk.taken_up("explain")
    await desk.suggested(number)
    ok(await rights_work.carry_out(desk.hotel.office, desk.officer, number, new_id()))
    assert code(await rights_work.answer(desk.hotel.office, desk.officer, number, new_id(), "", composed)) == "words"
    assert "explain" in (await desk.answered(number))[1]


async def test_a_transfer_names_its_receiver_and_relatives_speak_for_the_deceased(desk: Desk) -> None:
    new = NewRequest(case_id=new_id(), kind="transfer", receiver="Hilltop Hotel", guest_id=desk.guest_id, asked_by="relative", channel="letter")
    done = await take_in(desk.hotel.office, desk.officer, new)
    assert isinstance(done, RightsDone)
    assert code(await rights.identify(desk.hotel.office, desk.officer, done.number, new_id(), "document_in_person")) == "rights_identity"
    ok(await rights.identify(desk.hotel.office, desk.officer, done.number, new_id(), "death_and_kinship"))
    ok(await rights_work.take_up(desk.hotel.office, desk.officer, done.number, new_id()))
    assert code(await rights_work.handed_over(desk.hotel.office, desk.officer, done.number, new_id(), "ab" * 32)) == "rights_state"
    for wrong, refused in (
        ({"kind": "object", "asked_by": "relative"}, "rights_relative"), ({"kind": "access", "receiver": "Hilltop"}, "receiver"),
        ({"kind": "access", "groups": 1}, "rights_groups"), ({"kind": "erase"}, "rights_kind"), ({"kind": "delete", "why": "because"}, "rights_why"),
        ({"kind": "delete", "channel": "portal"}, "channel"), ({"kind": "delete", "guest_id": new_id()}, "not_found"),
    ):
        values = {"case_id": new_id(), "kind": "delete", "guest_id": desk.guest_id, **wrong}
        assert code(await take_in(desk.hotel.office, desk.officer, NewRequest(**values))) == refused, wrong  # type: ignore[arg-type]


async def test_a_guest_adds_to_a_request_and_withdraws_it(desk: Desk) -> None:
    office, place = desk.hotel.office, desk.hotel.property_id
    number = await desk.ask("delete")
    ok(await rights.supplement(office, place, desk.guest_id, number, new_id(), "also the breakfast wishes"))
    assert code(await rights.supplement(office, place, new_id(), number, new_id(), "hello")) == "not_found", "somebody else's"
    assert code(await rights.withdraw(office, place, number, new_id(), guest_id=new_id())) == "not_found"
    ok(await rights.withdraw(office, place, number, new_id(), guest_id=desk.guest_id))
    assert (await desk.case(number)).request.state == "withdrawn"
    assert code(await rights.withdraw(office, place, number, new_id(), guest_id=desk.guest_id)) == "rights_state"
    ok(await rights_work.close(office, desk.officer, number, new_id()))


async def test_the_clock_of_the_house_counts_from_then_on(desk: Desk) -> None:
    office = desk.hotel.office
    assert code(await set_clock(office, desk.clerk, "gdpr")) == "not_yours"
    assert code(await set_clock(office, desk.officer, "own")) == "clock"
    assert code(await set_days(office, desk.officer, "2027-13-01")) == "calendar_line"
    year = datetime.now(UTC).year
    assert code(await set_days(office, desk.officer, f"{year + 1}-01-01\n\n{year + 1}-01-02 上班\n2001-01-01")) == ""
    assert code(await set_clock(office, desk.officer, "gdpr")) == ""
    number = await desk.ask("access")
    request = (await desk.case(number)).request
    assert request.clock == "gdpr" and timedelta(days=27) < request.due_at - request.received_at < timedelta(days=32)
    ok(await rights.prolong(office, desk.officer, number, new_id(), "records of four years"))
    assert (await desk.case(number)).request.due_at - request.received_at > timedelta(days=88)
    assert code(await rights.prolong(office, desk.officer, number, new_id(), "and more")) == "rights_no_longer"
    lists = {name: await rights.requests(office, desk.officer, name) for name in ("open", "waiting", "ended")}  # type: ignore[arg-type]
    assert [each.number for each, _ in lists["open"]] == [number] and lists["waiting"] == lists["ended"] == ()


async def test_what_is_due_soon_or_late_is_told_once_and_what_is_late_to_the_general_manager_too(
    desk: Desk, module_database: DatabaseUnderTest,
) -> None:
    soon, later = await desk.ask("access"), await desk.ask("explain")

    async def due(number: str, hours: int) -> None:
        async with await psycopg.AsyncConnection.connect(desk.hotel.database.superuser, autocommit=True) as connection:
            await connection.execute(
                "update hotel.rights_request q set due_at = now() + make_interval(hours => %s) from hotel.case_file c"
                " where c.case_id = q.case_id and c.number = %s and c.property_id = %s::uuid and q.property_id = c.property_id",
                (hours, number, desk.hotel.property_id.hex()),
            )

    async def told() -> list[tuple[object, ...]]:
        return sorted(await desk.hotel.rows(
            "select kind, to_role, details ->> 'number' from hotel.notice where property_id = %s::uuid and kind in ('rights_due', 'rights_overdue')",
        ))

    async with Office(module_database.conninfo("worker"), connections_max=1) as office:
        jobs = Jobs(office)
        assert await jobs.remind_of_rights() == 0
        await due(soon, 71)
        assert (await jobs.remind_of_rights(), await jobs.remind_of_rights()) == (1, 0)
        assert await told() == [("rights_due", "privacy", soon)]
        await due(soon, -1)
        assert (await jobs.remind_of_rights(), await jobs.remind_of_rights()) == (2, 0)
        assert await told() == [("rights_due", "privacy", soon), ("rights_overdue", "general_manager", soon), ("rights_overdue", "privacy", soon)]
        await due(later, -1)
        for number in (soon, later):
            ok(await rights.withdraw(desk.hotel.office, desk.hotel.property_id, number, new_id(), guest_id=desk.guest_id))
        assert await jobs.remind_of_rights() == 0


async def test_a_case_opened_at_the_desk_is_told_which_right_it_is(desk: Desk) -> None:

    opened = await open_case(desk.hotel.office, desk.clerk, NewCase(new_id(), "dsr", "wants a copy", guest_id=desk.guest_id))
    assert not isinstance(opened, ActRefusal)
    assert [each.number for each in await rights.unsorted_cases(desk.hotel.office, desk.officer)] == [opened.number]
    ok(await sort(desk.hotel.office, desk.officer, opened.number, NewRequest(case_id=bytes(16), kind="access")))
    assert await rights.unsorted_cases(desk.hotel.office, desk.officer) == ()
    assert (await desk.case(opened.number)).request.state == "received"
    assert code(await close_case(desk.hotel.office, desk.officer, opened.number, new_id(), "done with it")) == "rights_open_case"


async def test_a_question_to_an_entry_is_no_request_for_rights_and_closes_as_before(desk: Desk) -> None:
    number = await ask_about(desk.hotel.office, desk.hotel.property_id, desk.guest_id, (0, 0), "why was this looked at?")
    assert isinstance(number, str)
    assert await rights.unsorted_cases(desk.hotel.office, desk.officer) == ()
    assert code(await sort(desk.hotel.office, desk.officer, number, NewRequest(case_id=bytes(16), kind="access"))) == "not_found"
    assert code(await close_case(desk.hotel.office, desk.officer, number, new_id(), "it was the check-in")) == ""


async def test_the_copys_rows_are_the_guests_own_and_words_of_staff_are_counted(desk: Desk) -> None:
    other = guest()
    await desk.hotel.must(await desk.hotel.book(), CheckIn(room_number="102", people=(other,)))
    await desk.ask("access")
    async with desk.hotel.office.reading() as now:
        tables = {each.table: each for each in await rows_of(now, desk.hotel.property_id, desk.guest_id)}
    assert len(tables["stay"].rows) == 1 and tables["stay"].rows[0]["room_number"] == "101"
    assert tables["case_file"].reviewed == 1 and "summary" not in tables["case_file"].rows[0]
    assert all("property_id" not in row for each in tables.values() for row in each.rows)


async def test_the_copy_of_a_guest_with_two_hundred_stays_is_one_query_a_table(desk: Desk) -> None:
    async with await psycopg.AsyncConnection.connect(desk.hotel.database.superuser, autocommit=True) as connection:
        await connection.execute(
            "with r as (insert into hotel.reservation (property_id, reservation_id, number, source_id)"
            " select %(p)s, gen_random_uuid(), 'M-' || n, 'm' || n from generate_series(1, 200) n returning reservation_id),"
            " s as (insert into hotel.stay (property_id, stay_id, reservation_id, state, arrival, departure, left_on)"
            " select %(p)s, gen_random_uuid(), reservation_id, 'checked_out', '2025-01-01', '2025-01-02', '2025-01-02' from r returning stay_id),"
            " a as (insert into hotel.stay_act (property_id, act_id, stay_id, act, to_state, business_date)"
            " select %(p)s, gen_random_uuid(), stay_id, x, 'checked_out', '2025-01-02' from s cross join unnest(array['book', 'check_in', 'check_out']) x)"
            " insert into hotel.occupant (property_id, stay_id, position, guest_id) select %(p)s, stay_id, 0, %(g)s from s",
            {"p": desk.hotel.property_id.hex(), "g": desk.guest_id.hex()})
    house = await property_of(desk.hotel.office, desk.hotel.property_id)
    assert house is not None
    begun = perf_counter()
    async with desk.hotel.office.reading() as now:
        found = await rows_of(now, desk.hotel.property_id, desk.guest_id)
    made = guest_copy(house, desk.guest_id, datetime.now(UTC), 0, {"identity": b'{"name":"Dora"}'}, found)
    read, written = sections(made, found, house, "zh_Hans"), as_json(made)
    took = perf_counter() - begun
    assert len(made.tables["stay"]) == 201 and len(read) > 4 and len(written) > 10_000
    assert took < 2, f"{took:.2f} s"


def test_whatever_may_be_done_has_reasons_and_every_asker_can_be_known() -> None:
    for dispositions in KINDS.values():
        assert all(REASONS[each] for each in dispositions)
    assert all(IDENTITY.values())
