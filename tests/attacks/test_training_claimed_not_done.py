"""Mallory wants to count as trained without a test: a form sent twice, somebody else's test, statements of the house's role."""

from __future__ import annotations

import psycopg
import pytest

from discretion.office.course_tests import Graded, Test, answer_test, begin_test, read_test
from discretion.office.courses import install_course, packaged
from discretion.office.outcome import ActRefusal
from discretion.office.training import trainings
from tests.journeys.office.conftest import Hotel, hotel, new_id, office  # noqa: F401 - fixtures


def code(answer: object) -> str:
    return answer.code if isinstance(answer, ActRefusal) else ""


@pytest.fixture
async def taught(hotel: Hotel) -> Hotel:  # noqa: F811
    """A hotel whose desk needs the course."""
    await install_course(hotel.office, hotel.property_id, packaged(), ("front_desk",))
    return hotel


async def begun(hotel: Hotel, staff_id: bytes) -> Test:  # noqa: F811
    test = await begin_test(hotel.office, hotel.property_id, staff_id, "privacy", new_id())
    assert isinstance(test, Test)
    return test


def answers(test: Test, *, are_right: bool) -> dict[int, int]:
    return {
        asked.number: (asked.order.index(asked.question.right) + (not are_right)) % len(asked.order) for asked in test.asked
    }


async def test_a_failed_test_cannot_be_answered_again(taught: Hotel) -> None:
    place, test = (taught.office, taught.property_id, taught.ada), await begun(taught, taught.ada)
    graded = await answer_test(*place, test.attempt_id, answers(test, are_right=False))
    assert isinstance(graded, Graded) and not graded.passed
    assert code(await answer_test(*place, test.attempt_id, answers(test, are_right=True))) == "test_over"
    assert await trainings(taught.office, taught.property_id) == ()


async def test_a_passed_test_sent_again_and_by_somebody_else_counts_once_and_for_one(taught: Hotel) -> None:
    test = await begun(taught, taught.ada)
    good = answers(test, are_right=True)
    assert code(await answer_test(taught.office, taught.property_id, taught.ben, test.attempt_id, good)) == "not_found"
    assert await read_test(taught.office, taught.property_id, taught.ben, test.attempt_id) is None
    assert isinstance(await answer_test(taught.office, taught.property_id, taught.ada, test.attempt_id, good), Graded)
    for staff_id in (taught.ada, taught.ben):
        assert code(await answer_test(taught.office, taught.property_id, staff_id, test.attempt_id, good)) in {"test_over", "not_found"}
    assert [line.staff_number for line in await trainings(taught.office, taught.property_id)] == ["001"]


async def test_the_house_itself_cannot_write_a_completion_by_test_that_nobody_passed(taught: Hotel) -> None:
    failed = await begun(taught, taught.ada)
    await answer_test(taught.office, taught.property_id, taught.ada, failed.attempt_id, answers(failed, are_right=False))
    passed = await begun(taught, taught.ada)
    await answer_test(taught.office, taught.property_id, taught.ada, passed.attempt_id, answers(passed, are_right=True))
    forged = (
        "insert into hotel.training (property_id, staff_id, course, version, completed_on, valid_until, how, attempt_id)"
        " values (%s::uuid, %s::uuid, %s, %s, current_date - 1, current_date + 300, %s, %s::uuid)"
    )
    place = taught.property_id.hex()
    async with await psycopg.AsyncConnection.connect(taught.database.conninfo("office"), autocommit=True) as connection:
        for staff_id, course, version, how, attempt_id, wanted in (
            (taught.ada, "privacy", "2026.1", "test", failed.attempt_id, psycopg.errors.InsufficientPrivilege),
            (taught.ben, "privacy", "2026.1", "test", passed.attempt_id, psycopg.errors.InsufficientPrivilege),
            (taught.ada, "privacy", "2027.1", "test", passed.attempt_id, psycopg.errors.InsufficientPrivilege),
            (taught.ada, "other", "2026.1", "test", passed.attempt_id, psycopg.errors.InsufficientPrivilege),
            (taught.ada, "privacy", "2026.1", "test", new_id(), psycopg.errors.InsufficientPrivilege),
            (taught.ada, "privacy", "2026.1", "recorded", passed.attempt_id, psycopg.errors.CheckViolation),
            (taught.ada, "privacy", "2026.1", "test", passed.attempt_id, psycopg.errors.UniqueViolation),
        ):
            with pytest.raises(wanted):
                await connection.execute(forged, (place, staff_id.hex(), course, version, how, attempt_id.hex()))
        for statement in (
            "update hotel.course_attempt set passed = true, correct = 8 where attempt_id = %s::uuid",
            "update hotel.course_attempt set begun_at = now() where attempt_id = %s::uuid",
            "update hotel.course_version set content = '{}' where property_id = (select property_id from hotel.course_attempt where attempt_id = %s::uuid)",
            "delete from hotel.training where attempt_id = %s::uuid",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(statement, (failed.attempt_id.hex(),))
        with pytest.raises(psycopg.errors.CheckViolation):
            await connection.execute(
                "insert into hotel.training (property_id, staff_id, course, version, completed_on, valid_until, by_id)"
                " values (%s::uuid, %s::uuid, 'privacy', 'x', current_date, current_date + 9, %s::uuid)",
                (place, taught.ben.hex(), taught.ben.hex()),
            )
