"""/privacy/assessment: the impact assessment, filled with what the system knows, written and signed off by people.

Rules:
* The form shows today's facts; a version keeps those of its day, and its page shows these.
* Writing makes a new version. Only the newest is signed off, and a signature is never taken back.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.nouns import noun
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.faces.watchroom.asking import today_in
from discretion.faces.watchroom.processing import policy_in_force
from discretion.hotel.purpose import Purpose
from discretion.office import assessments
from discretion.office.assessments import TEXT_CHARACTERS_MAX
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.assessments import Facts

Words = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,8}")
_PLACES: Final = {purpose.value: place for place, purpose in enumerate(Purpose)}  # a database keeps no order
Version = Annotated[int, Meta(ge=0, lt=2**31)]


class AssessmentForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person writes, by section, and the version that was on the page."""

    version: Version
    description: Words = ""
    necessity: Words = ""
    effects: Words = ""
    measures: Words = ""
    consulted: Words = ""
    open_points: Words = ""
    conclusion: Words = ""


class SignForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which version is signed off."""

    version: Version


@get("/privacy/assessment")
async def assessment_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the newest version in a form, beside today's facts, and every version there is."""
    seat.require(Permission.PRIVACY_READ)
    return await _form(seat, None, {})


@post("/privacy/assessment")
async def write_assessment(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Keep what was written as a new version, with today's facts."""
    seat.require(Permission.PRIVACY_WORK)
    form = await seat.form(AssessmentForm)
    if form.value is None:
        errors = field_errors(seat.words, form.errors)
        return await _form(seat, form.raw, errors, status=422)
    texts = msgspec.structs.asdict(form.value)
    version = texts.pop("version")
    outcome = await assessments.write(
        seat.office, seat.property_id, seat.person.staff_id, texts, await _facts(seat), version
    )
    if isinstance(outcome, ActRefusal):
        field = outcome.params.get("field", "description")
        return await _form(seat, form.raw, {field: act_sentence(seat.words, outcome.code, outcome.params)}, status=409)
    return seat.onward("/privacy/assessment?said=assessment_written")


@post("/privacy/assessment/sign")
async def sign_assessment(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Sign the newest version off."""
    seat.require(Permission.PRIVACY_WORK)
    form = (await seat.form(SignForm)).value
    if form is None:
        raise MalformedFormError("version")
    outcome = await assessments.sign(seat.office, seat.property_id, seat.person.staff_id, form.version)
    if isinstance(outcome, ActRefusal):
        return seat.page(
            "error.html", status=409, code=409, title=seat.words.gettext("Nothing was changed"),
            advice=act_sentence(seat.words, outcome.code, outcome.params),
        )
    return seat.onward(f"/privacy/assessment/{form.version}?said=assessment_signed")


@get("/privacy/assessment/{version:str}")
async def version_page(seat: NamedDependency[Seat], version: FromPath[str]) -> Response[bytes]:
    """Show one version as it was written, for reading and print."""
    seat.require(Permission.PRIVACY_READ)
    number = int(version) if _NUMBER.fullmatch(version) else 0
    found = await assessments.version(seat.office, seat.property_id, number)
    lines = {line.version: line for line in await assessments.versions(seat.office, seat.property_id)}
    if found is None or number not in lines:
        raise NotFoundException
    return seat.page(
        "assessment_version.html", here=f"/privacy/assessment/{number}", found=found, line=lines[number],
        is_newest=number == max(lines), may_work=seat.may(Permission.PRIVACY_WORK), **_template(seat, found.facts),
    )


async def _facts(seat: Seat) -> Facts:
    found, policy = await policy_in_force(seat)
    today = today_in(seat.property.time_zone, datetime.now(UTC))
    return await assessments.facts(seat.office, seat.property_id, today, found, policy)


async def _form(
    seat: Seat, raw: Mapping[str, Any] | None, errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    lines = await assessments.versions(seat.office, seat.property_id)
    newest = await assessments.version(seat.office, seat.property_id, lines[0].version) if lines else None
    return seat.page(
        "assessment.html", status=status, here="/privacy/assessment", lines=lines, errors=errors,
        version=newest.version if newest is not None else 0,
        raw=raw if raw is not None else newest.texts if newest is not None else {},
        may_work=seat.may(Permission.PRIVACY_WORK), most=TEXT_CHARACTERS_MAX, **_template(seat, await _facts(seat)),
    )  # fmt: skip


def _template(seat: Seat, facts: Facts) -> dict[str, Any]:
    """Return the template and the facts as the pages show them, in the reader's language."""
    template, is_zh = assessments.template(), seat.language == "zh_Hans"

    def said(each: Any) -> str:  # noqa: ANN401 - whatever is said in both languages
        text: str = each.zh if is_zh else each.en
        return text

    return {
        "facts": facts, "numbers": facts.numbers,
        "sections": [(each.key, said(each.title), said(each.hint)) for each in template.section],
        "sensitive": [said(each) for each in template.sensitive],
        "risks": [(said(each), said(each.stops), said(each.left)) for each in template.risk],
        "sights": [
            (
                noun(seat.words, "purpose", purpose), _groups(seat, sight.clear), _groups(seat, sight.masked),
                " · ".join(noun(seat.words, "role", role) for role in sight.roles), facts.look_ups.get(purpose, 0),
            )
            for purpose, sight in sorted(facts.purposes.items(), key=lambda item: _PLACES.get(item[0], len(_PLACES)))
        ],
    }  # fmt: skip


def _groups(seat: Seat, names: tuple[str, ...]) -> str:
    return " · ".join(noun(seat.words, "group", name) for name in names)
