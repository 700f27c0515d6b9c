"""Cases: opened for a purpose, naming guests, owned by somebody, closed with what came of it.

Rules:
* The page is pseudonymous: reservation numbers, dates, rooms. Who a guest is, is a look-up for the case's purpose, and
  the case's number goes with it.
* Cases whose look-ups need a shift are changed on shift only.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.desk.requests import SomeId
from discretion.faces.kit.address import id_in
from discretion.faces.kit.duty import on_duty
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import RULES, act_sentence, field_errors
from discretion.faces.kit.seat import NotPermittedError, Seat
from discretion.office import cases
from discretion.office.case_kinds import CASE_KINDS, purposes_opened_by
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.cases import CaseDone

Words = Annotated[str, Meta(max_length=500)]
_END_OF_DAY: Final = time(23, 59)
_FIELD_OF: Final = {
    "case_purpose": "purpose", "reference": "reference", "reservation_unknown": "reservation", "not_found": "number",
    "case_closed": "number", "case_full": "number",
}  # fmt: skip


class CaseForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new case: its purpose, what it is about, and the first guest."""

    case_id: Hex
    purpose: Literal["complaint", "check_out", "security_incident", "lawful_request", "dsr", "audit"]
    summary: Words
    reference: Annotated[str, Meta(max_length=80)] = ""
    guest: SomeId = ""
    reservation: Annotated[str, Meta(max_length=40)] = ""


class JoinCaseForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A guest for a case that there is."""

    act_id: Hex
    number: Annotated[str, Meta(max_length=20)]


class AddGuestForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One more guest, by the number of a reservation."""

    act_id: Hex
    reservation: Annotated[str, Meta(max_length=40)]


class OwnerForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another owner."""

    act_id: Hex
    owner_id: Hex


class DueForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another due date: the end of that day at the hotel."""

    act_id: Hex
    due_on: date


class WithheldForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Until which day the law keeps it secret."""

    act_id: Hex
    until_on: date


class WordsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note, or what came of the case."""

    act_id: Hex
    words: Words


@get("/cases")
async def cases_page(
    seat: NamedDependency[Seat], list: FromQuery[Literal["open", "closed"]] = "open",  # noqa: A002 - as in the address
) -> Response[bytes]:
    """Show the cases that this duty works on."""
    seat.require(Permission.CASE_WORK)
    lines = await cases.cases(seat.office, on_duty(seat), list)
    return seat.page(
        "cases.html", list=list, lines=lines, may_open=bool(purposes_opened_by(seat.person.duty)), here="/cases"
    )


@get("/cases/new")
async def new_case_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the form for a case whose first guest comes by a reservation number."""
    return await _form(seat, "", {}, {})


@get("/guests/{guest:str}/cases/new")
async def new_case_of_guest_page(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Show the form for a case of this guest; nothing of the guest is looked up."""
    id_in(guest)
    return await _form(seat, guest, {}, {})


@post("/cases")
async def open_case(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Open a case, and show it."""
    seat.require(Permission.CASE_WORK)
    form = await seat.form(CaseForm)
    new = form.value
    guest = form.raw["guest"] if new is None or new.guest else ""
    if new is None:
        errors = field_errors(seat.words, form.errors)
        return await _form(seat, "" if "guest" in errors else guest, form.raw, errors, status=422)
    _on_shift_for(seat, new.purpose)
    outcome = await cases.open_case(
        seat.office, on_duty(seat),
        cases.NewCase(
            bytes.fromhex(new.case_id), new.purpose, new.summary, new.reference,
            bytes.fromhex(new.guest) or None, new.reservation,
        ),
    )
    if isinstance(outcome, ActRefusal):
        if outcome.code == "not_found":
            raise NotFoundException
        field = _FIELD_OF.get(outcome.code, "summary")
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _form(seat, guest, form.raw, {field: sentence}, status=409)
    return seat.onward(f"/cases/{outcome.number}?said=case_opened")


@post("/guests/{guest:str}/cases")
async def join_case(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Add this guest to a case that there is."""
    seat.require(Permission.CASE_WORK)
    form = await seat.form(JoinCaseForm)
    if form.value is None:
        errors = field_errors(seat.words, form.errors)
        return await _form(seat, guest, form.raw, errors, status=422)
    number = form.value.number
    await _must_be_on_shift(seat, number)
    outcome = await cases.add_guest(
        seat.office, on_duty(seat), number, bytes.fromhex(form.value.act_id), guest_id=id_in(guest)
    )
    if isinstance(outcome, ActRefusal):
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _form(seat, guest, form.raw, {"number": sentence}, status=409)
    return seat.onward(f"/cases/{outcome.number}?said=case_guest_added")


@get("/cases/{number:str}")
async def case_page(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Show one case."""
    return await _case(seat, number, {}, {})


@post("/cases/{number:str}/guests")
async def add_case_guest(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Name one more guest."""
    form = await seat.form(AddGuestForm)
    await _must_be_on_shift(seat, number)
    if (new := form.value) is None:
        return await _refilled(seat, number, "reservation", form.raw, form.errors)
    outcome = await cases.add_guest(
        seat.office, on_duty(seat), number, bytes.fromhex(new.act_id), reservation_number=new.reservation
    )
    return await _after(seat, number, outcome, "case_guest_added", "reservation", form.raw)


@post("/cases/{number:str}/owner")
async def change_case_owner(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Give the case to somebody."""
    form = await seat.form(OwnerForm)
    await _must_be_on_shift(seat, number)
    if (new := form.value) is None:
        return await _refilled(seat, number, "owner_id", form.raw, form.errors)
    outcome = await cases.change_owner(
        seat.office, on_duty(seat), number, bytes.fromhex(new.act_id), bytes.fromhex(new.owner_id)
    )
    return await _after(seat, number, outcome, "case_owner", "owner_id", form.raw)


@post("/cases/{number:str}/due")
async def change_case_due(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Set another due date."""
    form = await seat.form(DueForm)
    await _must_be_on_shift(seat, number)
    if (new := form.value) is None:
        return await _refilled(seat, number, "due_on", form.raw, form.errors)
    due_at = datetime.combine(new.due_on, _END_OF_DAY, ZoneInfo(seat.property.time_zone))
    outcome = await cases.change_due(seat.office, on_duty(seat), number, bytes.fromhex(new.act_id), due_at)
    return await _after(seat, number, outcome, "case_due", "due_on", form.raw)


@post("/cases/{number:str}/withheld")
async def withhold_case(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Keep its look-ups from their guests until a day."""
    form = await seat.form(WithheldForm)
    await _must_be_on_shift(seat, number)
    if (new := form.value) is None:
        return await _refilled(seat, number, "until_on", form.raw, form.errors)
    outcome = await cases.withhold(seat.office, on_duty(seat), number, bytes.fromhex(new.act_id), new.until_on)
    return await _after(seat, number, outcome, "case_withheld", "until_on", form.raw)


@post("/cases/{number:str}/notes")
async def add_case_note(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Add a note."""
    form = await seat.form(WordsForm)
    await _must_be_on_shift(seat, number)
    if (new := form.value) is None:
        return await _refilled(seat, number, "note", form.raw, form.errors)
    outcome = await cases.note(seat.office, on_duty(seat), number, bytes.fromhex(new.act_id), new.words)
    return await _after(seat, number, outcome, "case_noted", "note", form.raw)


@post("/cases/{number:str}/close")
async def close_case(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Close the case."""
    form = await seat.form(WordsForm)
    await _must_be_on_shift(seat, number)
    if (new := form.value) is None:
        return await _refilled(seat, number, "outcome", form.raw, form.errors)
    outcome = await cases.close_case(seat.office, on_duty(seat), number, bytes.fromhex(new.act_id), new.words)
    return await _after(seat, number, outcome, "case_closed", "outcome", form.raw)


def _on_shift_for(seat: Seat, purpose: str) -> None:
    """Return only if cases of this purpose may be changed now. Errors: `NotPermittedError`."""
    if CASE_KINDS[purpose].is_of_shift and not seat.is_on_shift:
        raise NotPermittedError


async def _must_be_on_shift(seat: Seat, number: str) -> None:
    """Return only if this person may change this case now. Errors: `NotPermittedError`, `NotFoundException`."""
    seat.require(Permission.CASE_WORK)
    found = await cases.case_by_number(seat.office, on_duty(seat), number)
    if found is not None:
        _on_shift_for(seat, found.line.purpose)


async def _after(
    seat: Seat, number: str, outcome: CaseDone | ActRefusal, said: str, field: str, raw: Mapping[str, Any]
) -> Response[bytes]:
    if isinstance(outcome, ActRefusal):
        if outcome.code == "not_found":
            raise NotFoundException
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _case(seat, number, {field: raw.get("words", "")}, {field: sentence}, status=409)
    return seat.onward(f"/cases/{outcome.number}?said={said}")


async def _refilled(
    seat: Seat, number: str, field: str, raw: Mapping[str, Any], errors: Mapping[str, str]
) -> Response[bytes]:
    """Return the case's page with what is wrong in one of its forms."""
    sentence = seat.words.gettext(RULES[next(iter(errors.values()))])
    return await _case(seat, number, {field: raw.get("words", "")}, {field: sentence}, status=422)


async def _case(
    seat: Seat, number: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response[bytes]:
    seat.require(Permission.CASE_WORK)
    found = await cases.case_by_number(seat.office, on_duty(seat), number)
    if found is None:
        raise NotFoundException
    kind = CASE_KINDS[found.line.purpose]
    may_change = found.line.is_open and (seat.is_on_shift or not kind.is_of_shift)
    owners = await cases.owners_for(seat.office, seat.property_id, found.line.purpose) if may_change else ()
    return seat.page(
        "case.html", status=status, found=found, line=found.line, raw=raw, errors=errors, owners=owners,
        may_change=may_change, may_close=may_change and seat.person.duty in kind.closes and not found.line.is_right,
        here=f"/cases/{found.line.number}",
    )


async def _form(
    seat: Seat, guest: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response[bytes]:
    seat.require(Permission.CASE_WORK)
    purposes = [
        purpose for purpose in purposes_opened_by(seat.person.duty)
        if seat.is_on_shift or not CASE_KINDS[purpose].is_of_shift
    ]  # fmt: skip
    known = await cases.cases_of_guest(seat.office, on_duty(seat), id_in(guest)) if guest else ()
    return seat.page(
        "case_form.html", status=status, guest=guest, raw=raw, errors=errors, purposes=purposes, known=known,
        days={purpose: CASE_KINDS[purpose].due_within.days for purpose in purposes},
        here=f"/guests/{guest}/cases/new" if guest else "/cases/new",
    )
