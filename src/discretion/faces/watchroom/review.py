"""One look-up under review: who, what, for what, what stood around it, and the verdict with the guest's sentence.

Rules:
* The page reads facts of the house in ids, codes and numbers; it opens no record. Where somebody must not be known to
  be in the house, it names no stay either.
* Who may not judge reads why; a form that comes all the same changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit.address import Hex
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import RULES, act_sentence, field_errors
from discretion.faces.kit.seat import Seat, fresh_id
from discretion.faces.watchroom.review_words import PRESETS, preset, verdict_choices
from discretion.hotel import number as numbers
from discretion.office import reviews
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUIRED = RULES["required"]
Words = Annotated[str, Meta(max_length=reviews.WORDS_MAX)]


class VerdictForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A verdict; a sentence left empty is the one that stands beside the verdict."""

    verdict_id: Hex
    verdict: Annotated[str, Meta(pattern="^(justified|too_broad|explain|unjustified)$")]
    guest_zh: Words = ""
    guest_en: Words = ""
    note: Words = ""


class LockForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The second confirmation of a lock."""

    lock_id: Hex
    confirmed: Annotated[str, Meta(pattern="^true$")]


@get("/reviews/{number:str}")
async def review_page(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Show one look-up with what stood around it."""
    return await _review(seat, number, {}, {})


@post("/reviews/{number:str}")
async def judge(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Give a verdict."""
    seat.require(Permission.REVIEW_JUDGE)
    form = await seat.form(VerdictForm)
    if form.value is None:
        errors = field_errors(seat.words, form.errors)
        return await _review(seat, number, form.raw, errors, status=422)
    given = form.value
    texts = {
        language: _one_line(text) or (preset(language, given.verdict) if given.verdict in PRESETS else "")
        for language, text in (("zh_Hans", given.guest_zh), ("en", given.guest_en))
    }
    outcome = await reviews.give_verdict(seat.office, seat.property_id, reviews.NewVerdict(
        bytes.fromhex(given.verdict_id), _read(number), seat.person.staff_id, seat.person.duty, given.verdict,
        texts["zh_Hans"], texts["en"], _one_line(given.note),
    ))  # fmt: skip
    if isinstance(outcome, ActRefusal):
        return await _refused(seat, number, form.raw, outcome)
    said = "review_asked" if given.verdict == reviews.EXPLAIN else "review_closed"
    return seat.onward(f"/reviews/{_read(number)}?said={said}")


@post("/reviews/{number:str}/lock")
async def lock(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Lock the person after a verdict that found no justification, once it is confirmed."""
    seat.require(Permission.REVIEW_JUDGE)
    form = (await seat.form(LockForm)).value
    if form is None:
        return await _review(seat, number, {}, {"confirmed": seat.words.gettext(_REQUIRED)}, status=422)
    outcome = await reviews.lock_person(
        seat.office, seat.property_id, _read(number), seat.person.staff_id, seat.person.duty,
        bytes.fromhex(form.lock_id),
    )
    if isinstance(outcome, ActRefusal):
        return await _refused(seat, number, {}, outcome)
    return seat.onward(f"/reviews/{_read(number)}?said=person_locked")


def _read(number: str) -> str:
    """Return the number as it is written; what is none is found nowhere."""
    found = numbers.read(number)
    if found is None:
        raise NotFoundException
    return found


def _one_line(text: str) -> str:
    return " ".join(text.split())


async def _refused(seat: Seat, number: str, raw: Mapping[str, Any], refusal: ActRefusal) -> Response[bytes]:
    if refusal.code == "not_found":
        raise NotFoundException
    if refusal.code == "choice":
        raise MalformedFormError("verdict")
    sentence = act_sentence(seat.words, refusal.code, refusal.params)
    return await _review(seat, number, raw, {"verdict": sentence}, status=409)


async def _review(
    seat: Seat, number: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response[bytes]:
    seat.require(Permission.REVIEW_READ)
    found = await reviews.review_of(seat.office, seat.property_id, _read(number))
    if found is None:
        raise NotFoundException
    around = await reviews.around(seat.office, seat.property_id, found)
    refused = reviews.why_not(found, around, seat.person.staff_id, seat.person.duty)
    presets = [
        (code, preset("zh_Hans", code), preset("en", code)) for code in PRESETS
    ]
    return seat.page(
        "review.html", status=status, here="/reviews", review=found, around=around, raw=raw, errors=errors,
        refused=act_sentence(seat.words, refused, {}) if refused else "", presets=presets,
        choices=verdict_choices(seat.words), verdict_id=fresh_id(), lock_id=fresh_id(),
        is_own=found.staff_id == seat.person.staff_id,
    )
