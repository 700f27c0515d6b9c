"""A request for rights is answered, closed or carried out on paper alone: undecided, undone, or by one person's two yeses.

The office refuses it, and the database does where the office is somebody else's.
"""

from __future__ import annotations

import psycopg
import pytest

from discretion.office import rights_work
from discretion.office.rights_work import Decision
from tests.journeys.office.conftest import hotel, new_id, office  # noqa: F401 - fixtures
from tests.rights import Desk, code, composed, desk_of, ok  # noqa: F401 - a fixture


async def forced(desk: Desk, *statements: str) -> str:
    """Run statements under the office's own role, as whoever took the house over could; return what stopped them."""
    async with await psycopg.AsyncConnection.connect(desk.hotel.database.conninfo("office")) as connection:
        try:
            for statement in statements:
                await connection.execute(statement, {
                    "p": desk.hotel.property_id.hex(), "me": desk.officer.staff_id.hex(), "guest": desk.guest_id.hex(),
                })
        except psycopg.Error as error:
            return error.sqlstate or ""
    return ""


ALL = "update hotel.rights_line set disposition = '%s', reason = 'asked' where property_id = %%(p)s"
CARRY = "update hotel.rights_request set carried_by = %(me)s, carried_at = now() where property_id = %(p)s"
LETTER = (
    "insert into hotel.rights_letter (property_id, letter_id, case_id, made_by, facts, text_zh, text_en)"
    " select property_id, gen_random_uuid(), case_id, %(me)s, '[]', repeat('已全部删除。', 9), repeat('All is deleted. ', 9)"
    " from hotel.rights_request where property_id = %(p)s"
)
ANSWER = "update hotel.rights_request set state = 'answered', answered_at = now(), answered_by = %(me)s where property_id = %(p)s"
CLOSE = "update hotel.case_file set closed_at = now(), closed_by = %(me)s, outcome = 'done' where property_id = %(p)s and purpose = 'dsr'"
DONE = "update hotel.rights_line set done_at = now(), done_entry = 0 where property_id = %(p)s"
PROPOSE = "update hotel.rights_request set proposed_by = %(me)s, proposed_at = now() where property_id = %(p)s"
SECOND = "update hotel.rights_request set seconded_by = %(me)s, seconded_at = now() where property_id = %(p)s"


async def test_closing_without_decisions_closes_nothing(desk: Desk) -> None:
    number = await desk.taken_up("delete")
    assert code(await rights_work.close(desk.hotel.office, desk.officer, number, new_id())) == "rights_state"
    assert code(await rights_work.carry_out(desk.hotel.office, desk.officer, number, new_id())) == "rights_undecided"
    for statement in (CLOSE, CARRY, ANSWER, LETTER, "delete from hotel.rights_line where property_id = %(p)s"):
        assert await forced(desk, statement) == "42501", statement
    assert (await desk.case(number)).request.state == "in_work"


@pytest.mark.parametrize("disposition", ["delete", "stop", "copy", "correct"])
async def test_a_letter_cannot_promise_what_was_not_done(desk: Desk, disposition: str) -> None:
    await desk.taken_up({"delete": "delete", "stop": "restrict", "copy": "access", "correct": "correct"}[disposition], **(
        {"groups": 64} if disposition != "copy" else {}))
    decided = ALL % disposition
    assert await forced(desk, decided, CARRY, LETTER) == "42501"
    assert await forced(desk, decided, CARRY, DONE) == "42501", "saying that it was done does not do it"
    assert await forced(desk, decided, CARRY, ANSWER) == "42501"


async def test_nobody_is_the_second_person_for_themselves(desk: Desk) -> None:
    number = await desk.taken_up("delete")
    await desk.suggested(number)
    ok(await rights_work.propose(desk.hotel.office, desk.officer, number, new_id()))
    assert code(await rights_work.second(desk.hotel.office, desk.officer, number, new_id(), is_yes=True)) == "rights_own"
    assert await forced(desk, SECOND) == "23514"
    assert await forced(desk, CARRY) == "42501"
    ok(await rights_work.second(desk.hotel.office, desk.manager, number, new_id(), is_yes=True))
    assert await forced(desk, PROPOSE) in {"42501", "23514"}, "nor is what somebody approved put under another's name"
    assert await forced(desk, "update hotel.rights_line set disposition = 'keep', reason = 'hold' where property_id = %(p)s") == "42501"


async def test_ten_single_deletions_are_counted_together(desk: Desk) -> None:
    number = await desk.taken_up("delete")
    await desk.suggested(number)
    case = await desk.case(number)
    keep = [Decision(line.position, "stop", "asked") for line in case.lines if line.groups == 255]
    ok(await rights_work.decide(desk.hotel.office, desk.officer, number, new_id(), keep))
    assert (await desk.case(number)).needs_second, "all eight groups are the whole record"


async def test_what_was_done_and_answered_is_not_rewritten(desk: Desk) -> None:
    number = await desk.taken_up("explain")
    await desk.suggested(number)
    ok(await rights_work.carry_out(desk.hotel.office, desk.officer, number, new_id()))
    await desk.answered(number)
    for statement in (
        "update hotel.rights_letter set text_en = repeat('we did nothing ', 9) where property_id = %(p)s",
        "update hotel.rights_act set detail = 'never' where property_id = %(p)s",
        "update hotel.rights_request set state = 'received' where property_id = %(p)s",
        "update hotel.rights_line set reason = 'unfounded', disposition = 'refuse' where property_id = %(p)s",
    ):
        assert await forced(desk, statement) == "42501", statement
    async with await psycopg.AsyncConnection.connect(desk.hotel.database.superuser) as connection:
        await connection.execute("set session_replication_role = replica")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute("update hotel.rights_letter set text_en = repeat('x', 30)")
    assert await forced(desk, CLOSE) == ""


async def test_a_request_cannot_be_about_a_guest_its_case_does_not_name(desk: Desk) -> None:
    await desk.ask("access")
    assert await forced(
        desk, "insert into hotel.rights_request (property_id, case_id, guest_id, kind, channel, clock, due_at)"
        " select property_id, gen_random_uuid(), %(guest)s, 'delete', 'desk', 'pipl', now() from hotel.property where property_id = %(p)s",
    ) == "42501"
