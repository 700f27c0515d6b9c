"""One's own look-ups that nothing explains, and what one says of them. Nobody sees or answers another's here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.hotel import number as numbers
from discretion.office import reviews
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReplyForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the person says."""

    words: Annotated[str, Meta(max_length=reviews.WORDS_MAX)]


@get("/my-look-ups")
async def own_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the last seven days."""
    lines = await reviews.own(seat.office, seat.property_id, seat.person.staff_id)
    return seat.page("own_look_ups.html", here="/my-look-ups", lines=lines)


@get("/reviews/{number:str}/reply")
async def reply_page(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Show one look-up of one's own, to say what it was for."""
    return await _reply(seat, number, {}, {})


@post("/reviews/{number:str}/reply")
async def reply(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Send what one says to the reviewer."""
    form = await seat.form(ReplyForm)
    if form.value is None:
        errors = field_errors(seat.words, form.errors)
        return await _reply(seat, number, form.raw, errors, status=422)
    words = " ".join(form.value.words.split())
    outcome = await reviews.say(
        seat.office, seat.property_id, numbers.read(number) or "", seat.person.staff_id, words
    )
    if isinstance(outcome, ActRefusal):
        if outcome.code == "not_found":
            raise NotFoundException
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _reply(seat, number, form.raw, {"words": sentence}, status=409)
    return seat.onward("/my-look-ups?said=review_said")


async def _reply(
    seat: Seat, number: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response[bytes]:
    found = await reviews.review_of(seat.office, seat.property_id, numbers.read(number) or "")
    if found is None or found.staff_id != seat.person.staff_id:
        raise NotFoundException
    around = await reviews.around(seat.office, seat.property_id, found)
    return seat.page(
        "own_look_up.html", status=status, here="/my-look-ups", review=found, stays=around.stays, raw=raw,
        errors=errors,
    )
