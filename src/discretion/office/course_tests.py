"""Tests at the end of a course: drawn, answered once and judged here. A completion rests on one that was passed.

Rules:
* Order of questions and choices is drawn for each test, so what somebody else answered says nothing about it.
* Right answers never leave this module before the test is over, and then only as the section to read again.
* The database takes one answer a test, and no completion by test without a passed one of the same person.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from discretion.office.courses import Content, Question, Section, read_content
from discretion.office.outcome import ActRefusal, RefusedError
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.database import Office, Statements

_SQL = queries("courses.sql")
TESTS_A_DAY_MAX: Final = 5
_RANDOM: Final = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as drawn: its number from 1, and the places of its choices in the order shown."""

    number: int
    question: Question
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """A test under way, or one that is over."""

    __test__ = False  # no test of ours, whatever pytest thinks of the name

    attempt_id: bytes
    content: Content
    asked: tuple[Asked, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Graded:
    """What became of a test; `again` are the sections to read once more, in their order."""

    attempt_id: bytes
    content: Content
    correct: int
    passed: bool
    again: tuple[Section, ...]


async def begin_test(
    office: Office, property_id: bytes, staff_id: bytes, course: str, attempt_id: bytes,
) -> Test | ActRefusal:
    """Draw a test of the newest version. Refusals: `not_found`, `tests_today` after five within a day."""
    params: dict[str, Any] = {"property_id": property_id, "staff_id": staff_id, "course": course}
    async with office.changing() as now:
        known = await now.dicts(_SQL["attempts_today"], params)
        content = await read_content(now, property_id, course)
        if not known or content is None:
            return ActRefusal("not_found")
        if known[0]["attempts"] >= TESTS_A_DAY_MAX:
            return ActRefusal("tests_today", {"most": str(TESTS_A_DAY_MAX)})
        drawn = [
            (number, _shuffled(len(content.questions[number].choices)))
            for number in _shuffled(len(content.questions))
        ]
        await now.run(_SQL["begin"], {
            **params, "attempt_id": attempt_id, "version": content.version, "questions": len(drawn),
            "drawn": msgspec.json.encode(drawn).decode(),
        })
    return Test(attempt_id, content, _asked(content, drawn), is_open=True)


async def read_test(office: Office, property_id: bytes, staff_id: bytes, attempt_id: bytes) -> Test | None:
    """Return a test of this person, None for one that is unknown or somebody else's."""
    async with office.reading() as now:
        return await _test(now, {"property_id": property_id, "staff_id": staff_id, "attempt_id": attempt_id})


async def answer_test(
    office: Office, property_id: bytes, staff_id: bytes, attempt_id: bytes, answers: Mapping[int, int],
) -> Graded | ActRefusal:
    """Judge the answers, and record the completion when enough are right.

    Shapes: `answers` by the number of the question, from 1: the place of the choice as shown, from 0.
    Refusals: `not_found`; `test_over` when it was answered before, or began over two hours ago; `unanswered`.
    """
    params: dict[str, Any] = {"property_id": property_id, "staff_id": staff_id, "attempt_id": attempt_id}
    try:
        async with office.changing() as now:
            test = await _test(now, params)
            if test is None:
                raise RefusedError("not_found")
            if not test.is_open:
                raise RefusedError("test_over")
            if any(not 0 <= answers.get(asked.number, -1) < len(asked.order) for asked in test.asked):
                raise RefusedError("unanswered")
            wrong = {
                asked.question.section for asked in test.asked
                if asked.order[answers[asked.number]] != asked.question.right
            }
            correct = sum(asked.order[answers[asked.number]] == asked.question.right for asked in test.asked)
            passed = correct >= test.content.needed
            if not await now.run(_SQL["answer"], {**params, "correct": correct, "passed": passed}):
                raise RefusedError("test_over")  # the same form came twice at once
            if passed:
                known = await now.dicts(_SQL["attempts_today"], {**params, "course": test.content.course})
                await now.run(_SQL["complete"], {
                    **params, "course": test.content.course, "version": test.content.version,
                    "today": known[0]["today"], "months": known[0]["months"],
                })
    except RefusedError as refused:
        return refused.refusal
    again = tuple(section for section in test.content.sections if section.key in wrong)
    return Graded(attempt_id, test.content, correct, passed, again)


async def _test(now: Statements, params: Mapping[str, Any]) -> Test | None:
    rows = await now.dicts(_SQL["attempt"], params)
    if not rows:
        return None
    content = await read_content(now, params["property_id"], rows[0]["course"], rows[0]["version"])
    if content is None:
        return None
    return Test(params["attempt_id"], content, _asked(content, rows[0]["drawn"]), is_open=rows[0]["is_open"])


def _asked(content: Content, drawn: Any) -> tuple[Asked, ...]:  # noqa: ANN401 - as JSON brings it back
    return tuple(
        Asked(place, content.questions[number], tuple(order)) for place, (number, order) in enumerate(drawn, start=1)
    )


def _shuffled(count: int) -> list[int]:
    return _RANDOM.sample(range(count), count)
