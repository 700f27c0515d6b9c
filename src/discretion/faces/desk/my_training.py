"""One's own training: what is needed, the text, the test. The completion is written by the house after a passed test.

Rules:
* Everybody signed in may read and be tested, on shift or not; whose training has ended finds the way here.
* A test's form names places, never answers. What was right is not said; which section to read again is.
"""

from __future__ import annotations

import os
import re
from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.kit.address import id_in
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import Seat, fresh_id
from discretion.office import course_tests, courses
from discretion.office.outcome import ActRefusal

_KEY: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_Place = Annotated[int, Meta(ge=0, le=5)]
QUESTIONS_MAX: Final = 40
AnswersForm: Final = msgspec.defstruct(
    "AnswersForm", [(f"q{number}", _Place | None, None) for number in range(1, QUESTIONS_MAX + 1)],
    frozen=True, forbid_unknown_fields=True, kw_only=True,
)


class BeginForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A test to be drawn; its id makes it one, however often the form is sent."""

    attempt_id: Hex


@get("/my-training")
async def my_training_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show every course as it concerns oneself."""
    found = await courses.own_courses(seat.office, seat.property_id, seat.person.staff_id)
    return seat.page("my_training.html", courses=found, here="/my-training")


@get("/my-training/{course:str}")
async def course_page(seat: NamedDependency[Seat], course: FromPath[str]) -> Response[bytes]:
    """Show the text of a course."""
    content = await _content(seat, course)
    return seat.page(
        "course.html", content=content, new_id=fresh_id(), refused="", tests_max=course_tests.TESTS_A_DAY_MAX,
        here=f"/my-training/{course}",
    )


@post("/my-training/{course:str}/test")
async def begin_test(seat: NamedDependency[Seat], course: FromPath[str]) -> Response[bytes]:
    """Draw a test."""
    content = await _content(seat, course)
    form = (await seat.form(BeginForm)).value
    if form is None:
        raise MalformedFormError("attempt_id")
    attempt_id = bytes.fromhex(form.attempt_id)
    if await course_tests.read_test(seat.office, seat.property_id, seat.person.staff_id, attempt_id) is None:
        outcome = await course_tests.begin_test(
            seat.office, seat.property_id, seat.person.staff_id, course, attempt_id,
        )
        if isinstance(outcome, ActRefusal):
            return seat.page(
                "course.html", status=409, content=content, new_id=fresh_id(), tests_max=course_tests.TESTS_A_DAY_MAX,
                refused=act_sentence(seat.words, outcome.code, outcome.params), here=f"/my-training/{course}",
            )
    return seat.onward(f"/my-training/tests/{form.attempt_id}")


@get("/my-training/tests/{attempt:str}")
async def test_page(seat: NamedDependency[Seat], attempt: FromPath[str]) -> Response[bytes]:
    """Show the questions of one's own test."""
    return await _test(seat, attempt, {}, "")


@post("/my-training/tests/{attempt:str}", status_code=200)
async def answer_test(seat: NamedDependency[Seat], attempt: FromPath[str]) -> Response[bytes]:
    """Judge the answers and say what became of it."""
    attempt_id = id_in(attempt)
    form = await seat.form(AnswersForm)
    if form.value is None:
        raise MalformedFormError("answers")
    places = {number: getattr(form.value, f"q{number}") for number in range(1, QUESTIONS_MAX + 1)}
    answers = {number: place for number, place in places.items() if place is not None}
    outcome = await course_tests.answer_test(
        seat.office, seat.property_id, seat.person.staff_id, attempt_id, answers,
    )
    if isinstance(outcome, ActRefusal):
        if outcome.code == "not_found":
            raise NotFoundException
        return await _test(seat, attempt, answers, act_sentence(seat.words, outcome.code, outcome.params), status=409)
    return seat.page(
        "test_result.html", graded=outcome, new_id=os.urandom(16).hex(), here="/my-training",
    )


async def _test(
    seat: Seat, attempt: str, answers: dict[int, int], refused: str, *, status: int = 200,
) -> Response[bytes]:
    test = await course_tests.read_test(seat.office, seat.property_id, seat.person.staff_id, id_in(attempt))
    if test is None:
        raise NotFoundException
    if not test.is_open and not refused:
        return seat.onward(f"/my-training/{test.content.course}")
    return seat.page(
        "course_test.html", status=status, test=test, answers=answers, refused=refused, here="/my-training",
    )


async def _content(seat: Seat, course: str) -> courses.Content:
    if not _KEY.fullmatch(course):
        raise NotFoundException
    content = await courses.content_of(seat.office, seat.property_id, course)
    if content is None:
        raise NotFoundException
    return content
