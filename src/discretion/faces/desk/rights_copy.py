"""The privacy officer's part that needs the keeper: the copy, readable or for machines, corrections, erasures.

Rules:
* Each is a look-up for `dsr` with the request's number, by a passkey verified anew, and an entry; what was opened goes
  into the answer to the form that asked and nowhere else.
* A copy counts for the request under the entry that opened it; a correction under the entry that wrote it.
* What was ordered to be erased is erased on the officer's own ticket; nobody else's starts it.
* A correction replaces one field of one group. What earlier stays and reports said stays in their sealed copies.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.desk.guest import step_up
from discretion.faces.desk.rights import case_for
from discretion.faces.desk.verify import VerifiedForm, brought
from discretion.faces.kit.correctable import FIELDS, CorrectionError, corrected
from discretion.faces.kit.duty import on_duty
from discretion.faces.kit.files import file_of
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.guest_copy import as_json, as_pdf, guest_copy, sections
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import RULES, act_sentence, field_errors
from discretion.faces.kit.seat import EnteredBeforeError, Seat, fresh_id
from discretion.hotel.purpose import FieldGroup, Purpose
from discretion.office import rights_work
from discretion.office.outcome import ActRefusal
from discretion.office.rights_kinds import WHOLE
from discretion.office.rights_map import rows_of
from discretion.wire.erasure import CarryOutErasure, ErasuresDone
from discretion.wire.exceptions import Action, subject_of
from discretion.wire.lookup import Disclosure, Inscribe, Inscribed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.rights import RightsCase, RightsRequest
    from discretion.wire.lookup import Refusal

_CHOICE: Final = RULES["choice"]
_FORM: Final = RULES["form"]


class CopyForm(VerifiedForm, frozen=True, kw_only=True):
    """In which form the copy is wanted."""

    form: Literal["page", "pdf", "file"]


class CorrectForm(VerifiedForm, frozen=True, kw_only=True):
    """Which field, and what it is from now on."""

    field: Annotated[str, Meta(max_length=60)]
    value: Annotated[str, Meta(max_length=300)] = ""


@get("/rights/{number:str}/copy")
async def copy_page(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Say what making a copy does; nothing is opened yet."""
    found = await _in_work(seat, number)
    return seat.page("rights_copy.html", request=found.request, refusal=None, here=f"/rights/{number}/copy")


@post("/rights/{number:str}/copy", status_code=200)
async def make_copy(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Open everything, and give it as a page to print or as a file."""
    form = (await seat.form(CopyForm)).value
    found = await _in_work(seat, number)
    if form is None:
        raise MalformedFormError("copy")
    request = found.request
    answer = await _opened(seat, request, WHOLE, form, "copy")
    if not isinstance(answer, Disclosure) or answer.clear != WHOLE:
        return seat.page(
            "rights_copy.html", status=409, request=request, refusal=answer, here=f"/rights/{number}/copy"
        )
    async with seat.office.reading() as now:
        rows = await rows_of(now, seat.property_id, request.guest_id)
    copy = guest_copy(
        seat.property, request.guest_id, datetime.now(UTC), answer.entry, answer.fields, rows,
        is_for_transfer=request.kind == "transfer",
    )
    outcome = await rights_work.recorded(
        seat.office, on_duty(seat), number, bytes.fromhex(form.request_id), "copy", answer.entry,
    )
    if isinstance(outcome, ActRefusal):
        raise NotFoundException
    if form.form == "file":
        return file_of(as_json(copy), "json", request.number)
    parts = sections(copy, rows, seat.property, request.language if form.form == "pdf" else seat.language)
    if form.form == "pdf":
        body = await asyncio.to_thread(as_pdf, copy, parts, seat.property, request.language)
        return file_of(body, "pdf", request.number)
    return seat.page(
        "rights_copy_shown.html", request=request, copy=copy, sections=parts, here=f"/rights/{number}/copy",
    )


@get("/rights/{number:str}/correct")
async def correct_page(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Show the form for a correction."""
    found = await _in_work(seat, number)
    return _correct(seat, found, {}, {})


@post("/rights/{number:str}/correct")
async def correct(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Write one field anew."""
    form = await seat.form(CorrectForm)
    found = await _in_work(seat, number)
    if (new := form.value) is None or new.field not in FIELDS:
        errors = field_errors(seat.words, form.errors)
        return _correct(seat, found, form.raw, errors or {"field": seat.words.gettext(_CHOICE)}, status=422)
    group = FieldGroup[FIELDS[new.field].group.upper()]
    line = next((each for each in found.lines if each.groups == group.bit and each.disposition == "correct"), None)
    if line is None:
        sentence = act_sentence(seat.words, "rights_disposition", {})
        return _correct(seat, found, form.raw, {"field": sentence}, status=409)
    answer = await _opened(seat, found.request, group.bit, new, "correct")
    if not isinstance(answer, Disclosure) or not answer.clear & group.bit:
        sentence = seat.words.gettext("This part could not be opened. The page of the record says what is missing.")
        return _correct(seat, found, form.raw, {"field": sentence}, status=409)
    try:
        written = corrected(new.field, bytes(answer.fields.get(group.word, b"{}")), new.value)
    except CorrectionError:
        return _correct(seat, found, form.raw, {"value": seat.words.gettext(_FORM)}, status=422)
    done = await seat.means.hatches.ask(Inscribe(
        ticket=seat.ticket, request_id=bytes.fromhex(fresh_id()), guest_id=found.request.guest_id,
        purpose=Purpose.DSR.value, groups={group.word: written},
    ))
    if not isinstance(done, Inscribed):
        sentence = seat.words.gettext("This part could not be written. Nothing was changed.")
        return _correct(seat, found, form.raw, {"field": sentence}, status=409)
    await rights_work.recorded(
        seat.office, on_duty(seat), number, bytes.fromhex(new.request_id), "correct", done.entry,
        position=line.position, detail=new.field,
    )
    return seat.onward(f"/rights/{found.request.number}?said=rights_corrected")


@post("/rights/{number:str}/erase")
async def erase(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Have the keeper carry out what was ordered to be erased, by a passkey verified for exactly that."""
    form = (await seat.form(VerifiedForm)).value
    found = await _in_work(seat, number)
    if form is None or found.request.order_id is None:
        raise MalformedFormError("erase")
    order_ids = [found.request.order_id]
    proof = await brought(seat, Action("erase", subject_of(order_ids)), form)
    done = await seat.means.hatches.ask(CarryOutErasure(
        ticket=seat.ticket, request_id=bytes.fromhex(form.request_id), order_ids=order_ids,
        challenge_id=proof.challenge_id, assertion=proof.assertion,
    ))
    if not isinstance(done, ErasuresDone):
        raise TypeError(type(done).__name__)
    await rights_work.settle(seat.office, seat.property_id, number)
    said = "rights_erased" if done.done else "rights_not_erased"
    return seat.onward(f"/rights/{found.request.number}?said={said}")


async def _opened(
    seat: Seat, request: RightsRequest, groups: int, form: VerifiedForm, context: str,
) -> Disclosure | Refusal:
    """Open field groups for a request, by a passkey verified for exactly them."""
    await step_up(seat, request.guest_id, Purpose.DSR.value, groups, form)
    try:
        return await seat.look_up(
            request.guest_id, Purpose.DSR.value, clear=groups, masked=0, context=context, reference=request.number,
            request_id=bytes.fromhex(form.request_id),
        )
    except EnteredBeforeError:
        raise MalformedFormError("sent twice") from None


async def _in_work(seat: Seat, number: str) -> RightsCase:
    seat.require(Permission.RIGHTS_WORK)
    found = await case_for(seat, number)
    if found.request.state != "in_work" or found.request.carried_at is None:
        raise NotFoundException
    return found


def _correct(
    seat: Seat, found: RightsCase, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    groups = {each.groups for each in found.lines if each.disposition == "correct"}
    fields = [name for name, each in FIELDS.items() if FieldGroup[each.group.upper()].bit in groups]
    return seat.page(
        "rights_correct.html", status=status, request=found.request, raw=raw, errors=errors, fields=fields,
        groups=sorted({FIELDS[name].group for name in fields}), here=f"/rights/{found.request.number}/correct",
    )
