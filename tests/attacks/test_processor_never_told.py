"""A guest is answered as if everybody who holds the same had been told: nobody was, somebody else was, or the list was made shorter.

The office refuses it, and the database does where the office is somebody else's.
"""

from __future__ import annotations

import psycopg
import pytest

from discretion.office import rights_work
from tests.attacks.test_rights_answered_without_being_done import ANSWER, LETTER, forced
from tests.journeys.office.conftest import hotel, new_id, office  # noqa: F401 - fixtures
from tests.journeys.office.test_processors_told import (
    CHANNEL,
    CONTACT,
    MAIL_HOUSE,
    PREFERENCES,
    carried_out,
    confirm,
    listed,
    tell,
)
from tests.rights import Desk, desk_of, ok  # noqa: F401 - a fixture

TOLD = (
    "insert into hotel.rights_told (property_id, case_id, processor_id, act, on_day, how, by_id)"
    " select q.property_id, q.case_id, r.processor_id, 'told', hotel.today(q.property_id) + {days}, 'mail', %(me)s"
    "   from hotel.rights_request q join hotel.processor r on r.property_id = q.property_id and r.name = '{name}'"
    "  where q.property_id = %(p)s and q.groups = {groups}"
)
CONFIRMED = TOLD.replace("'told'", "'confirmed'").replace("on_day, how,", "on_day,").replace("'mail', ", "")


def said(statement: str, name: str = MAIL_HOUSE.name, groups: int = CONTACT, days: int = 0) -> str:
    return statement.format(name=name, groups=groups, days=days)


async def test_no_answer_and_no_letter_before_everybody_was_told(desk: Desk) -> None:
    sms = await listed(desk, MAIL_HOUSE)
    number = await carried_out(desk, "restrict", CONTACT)
    assert await forced(desk, LETTER) == "42501"
    assert await forced(desk, LETTER, ANSWER) == "42501"
    assert await forced(desk, ANSWER) == "42501"
    ok(await tell(desk, number, sms))
    assert await forced(desk, LETTER, ANSWER) == ""


async def test_nobody_is_told_in_a_case_that_does_not_concern_them(desk: Desk) -> None:
    await listed(desk, MAIL_HOUSE)
    await listed(desk, CHANNEL)
    await carried_out(desk, "restrict", PREFERENCES)
    assert await forced(desk, said(TOLD, CHANNEL.name, PREFERENCES)) == "42501", "it holds no preferences"
    await desk.taken_up("correct", groups=CONTACT)
    assert await forced(desk, said(TOLD)) == "42501", "nothing is carried out there"
    assert await forced(desk, said(TOLD, MAIL_HOUSE.name, PREFERENCES)) == ""


async def test_nothing_is_told_ahead_twice_or_confirmed_unheard(desk: Desk) -> None:
    await listed(desk, MAIL_HOUSE)
    await carried_out(desk, "restrict", CONTACT)
    assert await forced(desk, said(CONFIRMED)) == "42501", "nobody told them"
    assert await forced(desk, said(TOLD, days=1)) == "42501"
    assert await forced(desk, said(TOLD, days=-1)) == "42501", "before it was carried out"
    assert await forced(desk, said(TOLD), said(CONFIRMED, days=1)) == "42501"
    assert await forced(desk, said(TOLD), said(TOLD)) == "23505"
    assert await forced(desk, said(TOLD), said(CONFIRMED)) == ""


async def test_a_confirmation_comes_after_the_answer_too_and_nobody_says_by_hand_whom_a_request_concerns(desk: Desk) -> None:
    await listed(desk, MAIL_HOUSE)
    await carried_out(desk, "restrict", CONTACT)
    assert await forced(desk, said(TOLD), LETTER, ANSWER, said(CONFIRMED)) == ""
    assert await forced(desk, "insert into hotel.rights_concern (property_id, case_id, processor_id, name, kind, groups)"
                              " select property_id, case_id, gen_random_uuid(), 'x', 'processor', 1 from hotel.rights_request where property_id = %(p)s") == "42501"


async def test_what_was_told_is_never_taken_back_and_the_list_never_gets_shorter(desk: Desk) -> None:
    sms = await listed(desk, MAIL_HOUSE)
    number = await carried_out(desk, "restrict", CONTACT)
    ok(await tell(desk, number, sms))
    ok(await confirm(desk, number, sms))
    for statement in (
        "update hotel.rights_told set on_day = on_day - 30 where property_id = %(p)s", "delete from hotel.rights_told where property_id = %(p)s",
        "delete from hotel.rights_concern where property_id = %(p)s", "update hotel.rights_concern set groups = 1 where property_id = %(p)s",
        "delete from hotel.processor where property_id = %(p)s", "update hotel.processor set added_by = %(me)s where property_id = %(p)s",
    ):
        assert await forced(desk, statement) == "42501", statement
    ended = "update hotel.processor set ended_at = now(), ended_by = %(me)s where property_id = %(p)s"
    assert await forced(desk, ended, "update hotel.processor set ended_at = null, ended_by = null where property_id = %(p)s") == "42501"
    with psycopg.connect(desk.hotel.database.superuser) as connection:
        connection.execute("set session_replication_role = replica")
        for table in ("rights_told", "rights_concern", "processor"):
            for statement in (f"delete from hotel.{table}", f"truncate hotel.{table} cascade"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                    connection.execute(statement)  # type: ignore[arg-type]


async def test_a_deletion_that_was_refused_after_all_is_told_to_nobody(desk: Desk) -> None:
    await listed(desk, MAIL_HOUSE)
    await carried_out(desk, "delete", CONTACT)
    anew = "update hotel.rights_line set disposition = 'refuse', reason = 'unfounded' where property_id = %(p)s"
    assert await forced(desk, anew, said(TOLD)) == "42501", "nothing is deleted any more"
    assert await forced(desk, anew, LETTER, ANSWER) == ""


async def test_a_deletion_decided_anew_as_stopped_is_told_too(desk: Desk) -> None:
    await listed(desk, MAIL_HOUSE)
    await carried_out(desk, "delete", CONTACT)
    stopped = "update hotel.rights_line set disposition = 'stop', reason = 'legal_duty' where property_id = %(p)s"
    mark = (
        "insert into hotel.mark (property_id, mark_id, guest_id, kind, reason_code, author_id)"
        " values (%(p)s, gen_random_uuid(), %(guest)s, 'restriction', 'rights_request', %(me)s)"
    )
    done = "update hotel.rights_line set done_at = now() where property_id = %(p)s"
    assert await forced(desk, stopped, mark, done, LETTER) == "42501"
    assert await forced(desk, stopped, mark, done, said(TOLD), LETTER, ANSWER) == ""


async def test_the_office_itself_answers_nothing_untold(desk: Desk) -> None:
    await listed(desk, MAIL_HOUSE)
    number = await carried_out(desk, "restrict", CONTACT)
    refused = await rights_work.answer(desk.hotel.office, desk.officer, number, new_id(), "", lambda _: ("x" * 30, "y" * 30))
    assert getattr(refused, "code", "") == "rights_untold"
