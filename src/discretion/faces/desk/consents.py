"""Consents at the desk: what a guest decided, asked anew with the guest's own hand, on the tablet or on paper.

Rules:
* The list is a look-up of the record like any other: it names the guest, masked, so that nobody asks the wrong one.
* A tablet is handed over: that browser then shows the one page with the words and two equal answers, whatever is
  typed into it, until a member of staff signs in anew.
* A paper has a number, which stands on the sheet that was signed and in the history.
* What the guest said is recorded by somebody on shift, who is named in the history.
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.desk.record_view import name_of, refused_page
from discretion.faces.desk.relation import present_stay, silent_purpose
from discretion.faces.kit.address import id_in
from discretion.faces.kit.field_groups import BIT
from discretion.faces.kit.formats import Formats
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.hotel import number
from discretion.hotel.consent import Channel
from discretion.hotel.purpose import Purpose
from discretion.office import consents, lists
from discretion.office.guest_door import hidden_count, show_stays
from discretion.office.outcome import ActRefusal
from discretion.wire.lookup import Disclosure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.hotel.consent import ConsentKind
    from discretion.office.consents import Answer, Choice

Language = Literal["zh_Hans", "en"]
TextVersion = Annotated[str, Meta(max_length=20)]
Guardian = Literal["", "parent", "other_guardian"]
_PAPER_PREFIX: Final = "P"


class HandOverForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which language the tablet asks."""

    language: Language


class TabletForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the guest tapped, and the words that were on the screen."""

    consent_id: Hex
    version: TextVersion
    language: Language
    answer: Literal["yes", "no"]
    guardian: Guardian = ""


class PaperForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stands on the signed paper."""

    consent_id: Hex
    version: TextVersion
    language: Language
    answer: Literal["yes", "no"]
    paper: Annotated[str, Meta(max_length=40)]
    signed_on: date
    guardian: Guardian = ""


@get("/guests/{guest:str}/consents")
async def consents_page(
    seat: NamedDependency[Seat], guest: FromPath[str], purpose: FromQuery[Purpose | None] = None,
) -> Response[bytes]:
    """Show what this guest decided and everything said before, under an entry of its own."""
    seat.require(Permission.CONSENT_READ)
    guest_id = id_in(guest)
    stays = await lists.stays_of_guest(seat.office, seat.property_id, guest_id)
    _, relation = present_stay(stays, seat.property.business_date)
    stated = purpose or silent_purpose(seat.person.duty, relation)
    if not stated:
        return seat.onward(f"/guests/{guest}/purpose")
    answer = await seat.look_up(guest_id, stated, clear=0, masked=BIT["identity"], context="consents")
    if not isinstance(answer, Disclosure):
        return await refused_page(seat, answer, guest, stated)
    return seat.page(
        "consents.html", guest=guest, name=name_of(answer), purpose=stated, entry=answer.entry,
        choices=await consents.choices(seat.office, seat.property_id, guest_id, seat.language),
        history=await consents.history(seat.office, seat.property_id, guest_id),
        may_record=seat.may(Permission.CONSENT_RECORD) and seat.is_on_shift, here=f"/guests/{guest}/consents",
        hidden=await hidden_count(seat.office, seat.property_id, guest_id),
    )


@post("/guests/{guest:str}/stays/show")
async def put_back_stays(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Put every stay back on the guest's own pages, as they ask in person."""
    seat.require(Permission.CONSENT_RECORD)
    await show_stays(seat.office, seat.property_id, id_in(guest))
    return seat.onward(f"/guests/{guest}/consents?said=stays_shown")


@post("/guests/{guest:str}/consents/{kind:str}/hand-over")
async def hand_over(seat: NamedDependency[Seat], guest: FromPath[str], kind: FromPath[str]) -> Response[bytes]:
    """Turn this screen over to the guest."""
    seat.require(Permission.CONSENT_RECORD)
    form = (await seat.form(HandOverForm)).value
    if form is None:
        raise MalformedFormError("language")
    choice = await _choice(seat, guest, kind, form.language)
    address = _tablet(guest, choice.kind)
    seat.hand_over(address)
    return seat.onward(f"{address}?language={form.language}")


@get("/guests/{guest:str}/consents/{kind:str}/tablet")
async def tablet_page(
    seat: NamedDependency[Seat], guest: FromPath[str], kind: FromPath[str], language: FromQuery[Language | None] = None,
    said: FromQuery[Literal["", "given", "withdrawn", "unchanged"]] = "",
) -> Response[bytes]:
    """Show the guest the words and two equal answers, or thank them."""
    seat.require(Permission.CONSENT_RECORD)
    if not seat.handed:
        return seat.onward(f"/guests/{id_in(guest).hex()}/consents")
    return await _tablet_page(seat, guest, kind, language, said)


@post("/guests/{guest:str}/consents/{kind:str}/tablet")
async def answer_tablet(seat: NamedDependency[Seat], guest: FromPath[str], kind: FromPath[str]) -> Response[bytes]:
    """Write down what the guest tapped."""
    seat.require(Permission.CONSENT_RECORD)
    form = (await seat.form(TabletForm)).value
    if not seat.handed or form is None:
        raise MalformedFormError("the answer on the tablet")
    _speak(seat, form.language)
    choice = await _choice(seat, guest, kind, form.language)
    said = consents.Answer(
        bytes.fromhex(form.consent_id), id_in(guest), choice.kind, form.answer == "yes", form.version, form.language,
        Channel.DESK_TABLET, form.guardian,
    )
    code, error = await _recorded(seat, said)
    if error:
        return await _tablet_page(seat, guest, kind, form.language, "", error, form.guardian)
    return seat.onward(f"{_tablet(guest, choice.kind)}?language={form.language}&said={code}")


@get("/guests/{guest:str}/consents/{kind:str}/sheet")
async def sheet_page(
    seat: NamedDependency[Seat], guest: FromPath[str], kind: FromPath[str], paper: FromQuery[str] = "",
    language: FromQuery[Language | None] = None,
) -> Response[bytes]:
    """Show the sheet to be printed and signed, with its number."""
    seat.require(Permission.CONSENT_RECORD)
    asked = language or _language(seat)
    choice = await _choice(seat, guest, kind, asked)
    if choice.words is None:
        raise NotFoundException
    _speak(seat, asked)
    return seat.page(
        "consent_sheet.html", guest=guest, choice=choice, words=choice.words, paper=_number(paper),
        here=f"/guests/{guest}/consents/{choice.kind}/sheet",
    )


@get("/guests/{guest:str}/consents/{kind:str}/paper")
async def paper_page(
    seat: NamedDependency[Seat], guest: FromPath[str], kind: FromPath[str], paper: FromQuery[str] = "",
    language: FromQuery[Language | None] = None,
) -> Response[bytes]:
    """Show the form that records a signed paper."""
    return await _paper_page(seat, guest, kind, {"paper": _number(paper), "language": language or _language(seat)}, {})


@post("/guests/{guest:str}/consents/{kind:str}/paper")
async def record_paper(seat: NamedDependency[Seat], guest: FromPath[str], kind: FromPath[str]) -> Response[bytes]:
    """Write down what stands on the signed paper."""
    seat.require(Permission.CONSENT_RECORD)
    form = await seat.form(PaperForm)
    new = form.value
    if new is None:
        errors = field_errors(seat.words, form.errors)
        return await _paper_page(seat, guest, kind, form.raw, errors, status=422)
    choice = await _choice(seat, guest, kind, new.language)
    said = consents.Answer(
        bytes.fromhex(new.consent_id), id_in(guest), choice.kind, new.answer == "yes", new.version, new.language,
        Channel.DESK_PAPER, new.guardian, new.paper.strip(), new.signed_on,
    )
    code, error = await _recorded(seat, said)
    if error:
        return await _paper_page(seat, guest, kind, form.raw, {_FIELD_OF.get(code, "answer"): error}, status=409)
    return seat.onward(f"/guests/{guest}/consents?said=consent_{code}")


_FIELD_OF: Final = {
    "paper": "paper", "paper_date": "signed_on", "guardian_needed": "guardian", "guardian_of_adult": "guardian",
}  # fmt: skip


async def _recorded(seat: Seat, said: Answer) -> tuple[str, str]:
    """Return what came of it and no error, or the code of a refusal and its sentence in the reader's language."""
    by = consents.By(seat.property_id, seat.person.session_id, seat.person.staff_id)
    outcome = await consents.record(seat.office, by, said)
    if not isinstance(outcome, ActRefusal):
        return "given" if said.given else "withdrawn", ""
    if outcome.code == "nothing_changed":  # no after no, yes after yes: no error to anybody
        return "unchanged", ""
    if outcome.code == "not_found":
        raise NotFoundException
    return outcome.code, act_sentence(seat.words, outcome.code, outcome.params)


async def _choice(seat: Seat, guest: str, kind: str, language: str) -> Choice:
    """Return the consent meant by the address, as this guest may decide it. Errors: `NotFoundException`."""
    guest_id = id_in(guest)
    if not await consents.is_guest(seat.office, seat.property_id, guest_id):
        raise NotFoundException
    every = await consents.choices(seat.office, seat.property_id, guest_id, language)
    found = next((each for each in every if each.kind == kind), None)
    if found is None:
        raise NotFoundException
    return found


async def _tablet_page(
    seat: Seat, guest: str, kind: str, language: Language | None, said: str, error: str = "", guardian: str = "",
) -> Response[bytes]:
    asked = language or _language(seat)
    choice = await _choice(seat, guest, kind, asked)
    _speak(seat, asked)
    back = "/welcome" if seat.settings.is_demo else "/sign-in" if seat.raw_terminal is None else "/terminal"
    return seat.page(
        "consent_tablet.html", status=409 if error else 200, choice=choice, words=choice.words, said=said, error=error,
        guardian=guardian,
        address=_tablet(guest, choice.kind), language=asked, back=back, here="",
    )


async def _paper_page(
    seat: Seat, guest: str, kind: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    seat.require(Permission.CONSENT_RECORD)
    language = "en" if raw.get("language") == "en" else "zh_Hans"
    choice = await _choice(seat, guest, kind, language)
    return seat.page(
        "consent_paper.html", status=status, guest=guest, choice=choice, words=choice.words, raw=raw, errors=errors,
        language=language, today=seat.formats.local(datetime.now(UTC)).date().isoformat(),
        here=f"/guests/{guest}/consents",
    )


def _tablet(guest: str, kind: ConsentKind) -> str:
    return f"/guests/{guest}/consents/{kind}/tablet"


def _number(paper: str) -> str:
    """Return the number of a sheet: the one it has, or a new one."""
    return number.read(paper) or number.make(_PAPER_PREFIX, os.urandom(16))


def _language(seat: Seat) -> Language:
    return "en" if seat.language == "en" else "zh_Hans"


def _speak(seat: Seat, language: Language) -> None:
    """Let the page be in the guest's language, whatever its keeper reads."""
    seat.language, seat.formats = language, Formats(language, seat.property.time_zone)
