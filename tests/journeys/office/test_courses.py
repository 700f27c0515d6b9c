"""Training as people go through it: the course that comes with the product, its test, what it opens, who is reminded, the report."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from discretion.office.course_tests import Graded, Test, answer_test, begin_test, read_test
from discretion.office.courses import (
    content_of,
    courses,
    install_course,
    own_courses,
    packaged,
    read_course,
    release_course,
    require_course,
)
from discretion.office.database import Office
from discretion.office.outcome import ActRefusal, Done
from discretion.office.sheet import CsvReport, RowError
from discretion.office.staff import facts_of_staff
from discretion.office.training import NewTraining, add_training, load_trainings, report_csv, training_report, trainings
from discretion.office.worker import Jobs
from tests.journeys.office.conftest import Hotel, new_id

if TYPE_CHECKING:
    from tests.conftest import DatabaseUnderTest

ROLES = ("front_desk", "duty_manager")


@pytest.fixture
async def taught(hotel: Hotel) -> Hotel:
    """A hotel whose desk needs the privacy course."""
    assert await install_course(hotel.office, hotel.property_id, packaged(), ROLES) == Done(hotel.property_id, is_repeat=False)
    return hotel


def right(test: Test, wrong: int = 0) -> dict[int, int]:
    """The answers to a test, with the last few wrong."""
    answers = {}
    for asked in test.asked:
        place = asked.order.index(asked.question.right)
        is_wrong = asked.number > len(test.asked) - wrong
        answers[asked.number] = (place + 1) % len(asked.order) if is_wrong else place
    return answers


async def taken(hotel: Hotel, staff_id: bytes, wrong: int = 0) -> Graded:
    test = await begin_test(hotel.office, hotel.property_id, staff_id, "privacy", new_id())
    assert isinstance(test, Test)
    graded = await answer_test(hotel.office, hotel.property_id, staff_id, test.attempt_id, right(test, wrong))
    assert isinstance(graded, Graded)
    return graded


def code(answer: object) -> str:
    return answer.code if isinstance(answer, ActRefusal) else ""


async def test_the_course_that_comes_along_is_whole_in_both_languages() -> None:
    content = packaged()
    assert (len(content.sections), len(content.questions), content.needed) == (8, 8, 6)
    assert len({question.right for question in content.questions}) > 2, "not always the same place"
    for section in content.sections:
        assert all(paragraph.zh and paragraph.en for paragraph in section.paragraphs)
    assert {question.section for question in content.questions} >= {"law", "emergency", "callers", "ledger"}


async def test_a_passed_test_is_a_completion_and_opens_what_was_closed(taught: Hotel) -> None:
    (own,) = await own_courses(taught.office, taught.property_id, taught.ada)
    assert (own.needed_for, own.is_current, own.valid_until) == (("front_desk",), False, None)
    graded = await taken(taught, taught.ada, wrong=2)
    assert (graded.correct, graded.passed) == (6, True)
    assert len(graded.again) in (1, 2)
    (own,) = await own_courses(taught.office, taught.property_id, taught.ada)
    assert own.is_current and own.valid_until is not None
    assert 360 < (own.valid_until - own.today).days <= 366
    (line,) = await trainings(taught.office, taught.property_id)
    assert (line.staff_number, line.course, line.version, line.how) == ("001", "privacy", "2026.1", "test")
    facts = {each.member.number: each.trained_until_on for each in await facts_of_staff(taught.office, taught.property_id)}
    assert (facts["001"], facts["002"]) == (own.valid_until, None)
    captured = await taught.rows(
        "select rows -> 0 ->> 'how' from ledger.fact_change where property_id = %s::uuid and fact = 'training'",
    )
    assert captured == [("test",)]


async def test_a_failed_test_says_what_to_read_again_and_records_nothing(taught: Hotel) -> None:
    graded = await taken(taught, taught.ada, wrong=3)
    assert (graded.correct, graded.passed) == (5, False)
    assert 1 <= len(graded.again) <= 3
    assert await trainings(taught.office, taught.property_id) == ()


async def test_each_test_is_drawn_anew_and_has_every_question(taught: Hotel) -> None:
    drawn = []
    for _ in range(5):
        test = await begin_test(taught.office, taught.property_id, taught.ada, "privacy", new_id())
        assert isinstance(test, Test)
        assert {asked.question.text.en for asked in test.asked} == {each.text.en for each in packaged().questions}
        drawn.append([(asked.question.text.en, asked.order) for asked in test.asked])
    assert any(each != drawn[0] for each in drawn[1:])
    assert code(await begin_test(taught.office, taught.property_id, taught.ada, "privacy", new_id())) == "tests_today"
    assert code(await begin_test(taught.office, taught.property_id, taught.ben, "nothing", new_id())) == "not_found"


async def test_a_test_wants_every_answer_and_takes_none_after_two_hours(taught: Hotel) -> None:
    test = await begin_test(taught.office, taught.property_id, taught.ada, "privacy", new_id())
    assert isinstance(test, Test)
    for answers in ({}, {1: 0}, right(test) | {1: 9}, right(test) | {1: -1}):
        assert code(await answer_test(taught.office, taught.property_id, taught.ada, test.attempt_id, answers)) == "unanswered"
    async with await psycopg.AsyncConnection.connect(taught.database.superuser, autocommit=True) as connection:
        await connection.execute("alter table hotel.course_attempt disable trigger attempt_moves")
        await connection.execute(
            "update hotel.course_attempt set begun_at = now() - interval '3 hours' where attempt_id = %s::uuid", (test.attempt_id.hex(),),
        )
        await connection.execute("alter table hotel.course_attempt enable always trigger attempt_moves")
    late = await read_test(taught.office, taught.property_id, taught.ada, test.attempt_id)
    assert late is not None and not late.is_open
    assert code(await answer_test(taught.office, taught.property_id, taught.ada, test.attempt_id, right(test))) == "test_over"


async def test_a_version_never_changes_and_a_new_one_is_the_one_that_is_read(taught: Hotel) -> None:
    again = await install_course(taught.office, taught.property_id, packaged(), ROLES)
    assert again == Done(taught.property_id, is_repeat=True)
    toml = _toml("2026.1")
    other = read_course(toml)
    assert not isinstance(other, ActRefusal)
    assert code(await install_course(taught.office, taught.property_id, other, ())) == "version_taken"
    newer = read_course(_toml("2027.1"))
    assert not isinstance(newer, ActRefusal)
    assert code(await install_course(taught.office, taught.property_id, newer, ("king",))) == "role"
    assert await install_course(taught.office, taught.property_id, newer, ("concierge",)) == Done(taught.property_id, is_repeat=False)
    shown = await content_of(taught.office, taught.property_id, "privacy")
    assert shown is not None and shown.version == "2027.1"
    (course,) = await courses(taught.office, taught.property_id)
    assert (course.version, course.roles) == ("2027.1", ("concierge", "duty_manager", "front_desk"))


@pytest.mark.parametrize(("old", "new"), [
    (b"right = 0", b"right = 5"), (b'section = "why"', b'section = "nowhere"'), (b"months = 12", b"months = 99"),
    (b'version = "2026.1"', b'version = "2026.1\xff"'), (b"[[sections]]", b"[[sections"), (b"months = 12", b"months = 12\nsecret = 1"),
])
async def test_a_course_file_that_is_not_right_is_refused_whole(old: bytes, new: bytes) -> None:
    toml = _toml("2026.1")
    assert old in toml
    assert code(read_course(toml.replace(old, new))) == "course_file"
    assert code(read_course(b"#" * 300_000)) == "course_file"


async def test_who_needs_a_course_is_said_and_taken_back(taught: Hotel) -> None:
    place = (taught.office, taught.property_id)
    assert await require_course(*place, "privacy", "concierge") == Done(taught.property_id, is_repeat=False)
    assert await require_course(*place, "privacy", "concierge") == Done(taught.property_id, is_repeat=True)
    assert code(await require_course(*place, "privacy", "king")) == "role"
    assert code(await require_course(*place, "nothing", "concierge")) == "not_found"
    assert code(await release_course(*place, "privacy", "concierge")) == ""
    assert code(await release_course(*place, "privacy", "concierge")) == "not_found"
    captured = await taught.rows(
        "select op, row_count from ledger.fact_change where property_id = %s::uuid and fact = 'course_role' order by at",
    )
    assert captured == [("insert", 2), ("insert", 1), ("update", 1)]


async def test_nobody_records_or_brings_their_own(taught: Hotel) -> None:
    own = NewTraining(taught.ada, "privacy", "1", date(2026, 11, 1), date(2027, 10, 31))
    assert code(await add_training(taught.office, taught.property_id, own, by_id=taught.ada)) == "own_training"
    assert code(await add_training(taught.office, taught.property_id, own, by_id=taught.ben)) == ""
    file = b"staff number,course,version,completed,valid until\n001,privacy,2,2026-11-01,2027-10-31\n002,privacy,2,2026-11-01,2027-10-31\n"
    report = await load_trainings(taught.office, taught.property_id, file, is_dry_run=False, by_id=taught.ada)
    assert report == CsvReport(2, 1, 0, 0, (RowError(2, "staff number", "own"),), is_dry_run=False)
    assert [(line.staff_number, line.how) for line in await trainings(taught.office, taught.property_id)] == [
        ("001", "recorded"), ("002", "file"),
    ]


async def test_everybody_is_reminded_once_in_time_and_never_by_a_guests_name(
    taught: Hotel, module_database: DatabaseUnderTest,
) -> None:
    async def kinds() -> list[tuple[object, ...]]:
        return await taught.rows(
            "select kind, details ->> 'days' from hotel.notice where property_id = %s::uuid and kind like 'training%%' order by at, kind",
        )

    today = (await own_courses(taught.office, taught.property_id, taught.ada))[0].today
    await add_training(
        taught.office, taught.property_id, NewTraining(taught.ben, "privacy", "1", today - timedelta(300), today + timedelta(30)),
    )
    async with Office(module_database.conninfo("worker"), connections_max=1) as office:
        jobs = Jobs(office)
        assert await jobs.remind_of_training() >= 2
        assert await jobs.remind_of_training() == 0
        assert sorted(await kinds(), key=str) == [("training_ends", "30"), ("training_needed", None)]  # Ben, and Ada; Cleo needs none
        for days, said in ((7, "7"), (0, "0")):
            await add_training(
                taught.office, taught.property_id,
                NewTraining(taught.ada, "privacy", str(days), today - timedelta(300), today + timedelta(max(days, 1))),
            )
            if days == 0:
                async with await psycopg.AsyncConnection.connect(taught.database.superuser, autocommit=True) as connection:
                    await connection.execute(
                        "update hotel.training set valid_until = %s where property_id = %s::uuid and staff_id = %s::uuid",
                        (today, taught.property_id.hex(), taught.ada.hex()),
                    )
            assert await jobs.remind_of_training() == 1
            assert (await kinds())[-1] == ("training_ends", said)


async def test_the_report_puts_what_is_to_be_mended_on_top(taught: Hotel) -> None:
    await taken(taught, taught.ben)
    old = NewTraining(taught.cleo, "fire", "1", date(2024, 1, 1), date(2025, 1, 1))
    await add_training(taught.office, taught.property_id, old)
    report = await training_report(taught.office, taught.property_id)
    assert [(line.staff_number, line.course, line.required, line.state, line.tests) for line in report] == [
        ("001", "privacy", True, "missing", 0), ("002", "privacy", True, "current", 1), ("003", "fire", False, "ended", 0),
    ]
    lines = report_csv(report).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("staff number,name,roles,course,required,state")
    assert lines[1] == "001,Ada,front_desk,privacy,yes,missing,,,,,0"


def _toml(version: str) -> bytes:
    said = '{ zh = "文", en = "text" }'
    return f"""course = "privacy"
version = "{version}"
name = {{ zh = "保护", en = "Privacy" }}
months = 12
pass_percent = 80
[[sections]]
key = "why"
title = {said}
paragraphs = [{said}]
[[questions]]
section = "why"
text = {said}
choices = [{said}, {said}]
right = 0
""".encode()
