"""W3: one guest's record for one stated purpose: masked groups, reveal, offers, refusals.

Rules:
* Every view is an ask with its entry; a reveal is a second ask with one more group in clear.
* The purpose follows from the working relation, or the person states it; it is not remembered between guests.
* A revealed value is in the answer to the form that asked for it and nowhere else; that answer is masked again after
  60 seconds, with or without scripts.
* A guest who does not exist and one hidden from this person take the same path and read the same.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.desk.record_view import (
    CLEAR_ON_RECORD,
    MASKED_IN_LISTS,
    groups_in,
    name_of,
    refused_page,
    shown_groups,
)
from discretion.faces.desk.relation import present_stay, purposes_first, silent_purpose
from discretion.faces.desk.verify import VerifiedForm, brought, new_request_id
from discretion.faces.kit.address import id_in
from discretion.faces.kit.field_groups import BIT
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.reasons import OTHER, codes_under, reasons
from discretion.faces.kit.seat import EnteredBeforeError, Seat
from discretion.hotel import number
from discretion.hotel.purpose import Purpose
from discretion.office import approvals, consents, lists, merges
from discretion.wire.exceptions import Action, StepUp
from discretion.wire.lookup import Disclosure

if TYPE_CHECKING:
    from discretion.hotel.purpose import Relation
    from discretion.office.approvals import Approval
    from discretion.office.lists import StayLine
    from discretion.wire.lookup import Refusal

REVEALED_SECONDS: Final = 60


class RevealForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reveal says: which group, for which purpose, why, and for which task."""

    group: Literal["identity", "contact", "document", "booking", "stay", "spending", "preferences", "notes"]
    purpose: Purpose
    request_id: Annotated[str, Meta(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")]
    reason: Annotated[str, Meta(max_length=40)] = ""
    reference: Annotated[str, Meta(max_length=80)] = ""
    script: Literal["", "1"] = ""  # "1" where app.js counts down itself, so that the countdown can be paused
    verify: Literal["", "1"] = ""  # "1" where the part is shown once a passkey was verified anew
    challenge: Annotated[str, Meta(max_length=32, pattern="^([0-9a-f]{32})?$")] = ""
    assertion: Annotated[str, Meta(max_length=16_000)] = ""


class UseForm(VerifiedForm, frozen=True, kw_only=True):
    """Which approval is used, and whether a passkey is verified for it."""

    approval_id: Hex
    verify: Literal["", "1"] = ""


@get("/guests/{guest:str}")
async def guest_page(
    seat: NamedDependency[Seat], guest: FromPath[str], purpose: FromQuery[Purpose | None] = None,
    reference: FromQuery[str] = "",
) -> Response[bytes]:
    """Show the record, masked, for the purpose that follows from the guest's stay or was stated.

    `reference` is the number of the case or request that the look-up is for; anything else is not taken.
    """
    guest_id = id_in(guest)
    task = number.read(reference) or ""
    stays = await lists.stays_of_guest(seat.office, seat.property_id, guest_id)
    stay, relation = present_stay(stays, seat.property.business_date)
    silent = silent_purpose(seat.person.duty, relation)
    stated = purpose or silent
    if not stated:
        return _purpose_page(seat, guest)
    answer = await seat.look_up(
        guest_id, stated, clear=CLEAR_ON_RECORD, masked=CLEAR_ON_RECORD | MASKED_IN_LISTS, context="record",
        reference=task,
    )
    asked = await approvals.approvals_of_guest(seat.office, seat.property_id, seat.person.staff_id, guest_id, stated)
    return await _record(
        seat, answer, guest, stay, relation, stated, is_silent=stated == silent, asked=asked, reference=task,
    )


@get("/guests/{guest:str}/purpose")
async def purpose_page(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Ask for the purpose; nothing has been looked up yet."""
    id_in(guest)
    return _purpose_page(seat, guest)


@get("/guests/{guest:str}/reveal/{group:str}")
async def reveal_page(
    seat: NamedDependency[Seat], guest: FromPath[str], group: FromPath[str], purpose: FromQuery[Purpose],
    verify: FromQuery[Literal["", "1"]] = "", reference: FromQuery[str] = "",
) -> Response[bytes]:
    """Show the reveal form as a page of its own, for browsers without dialogs."""
    id_in(guest)
    if group not in BIT:
        raise NotFoundException
    return seat.page(
        "reveal.html", guest=guest, group=group, purpose=purpose, reasons=reasons(seat.words, purpose), errors={},
        raw={"reference": number.read(reference) or ""}, verify=verify,
    )


@post("/guests/{guest:str}/reveal", status_code=200)
async def reveal(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Ask for one group in clear, and show it for 60 seconds."""
    guest_id = id_in(guest)
    form = await seat.form(RevealForm)
    wish = form.value
    if wish is None:
        return seat.page("error.html", status=422, code=422, title=seat.words.gettext("The form is incomplete"),
                         advice=seat.words.gettext("Open the record again and choose what to show."))  # fmt: skip
    if errors := _missing(seat, wish):
        return seat.page(
            "reveal.html", status=422, guest=guest, group=wish.group, purpose=wish.purpose,
            reasons=reasons(seat.words, wish.purpose), errors=errors, raw=form.raw, verify=wish.verify,
        )
    stays = await lists.stays_of_guest(seat.office, seat.property_id, guest_id)
    stay, relation = present_stay(stays, seat.property.business_date)
    task = number.read(wish.reference) or ""
    try:
        answer = await seat.look_up(
            guest_id, wish.purpose, clear=CLEAR_ON_RECORD | BIT[wish.group], masked=CLEAR_ON_RECORD | MASKED_IN_LISTS,
            context="reveal", reference=wish.reference, reason=wish.reason,
            request_id=bytes.fromhex(wish.request_id),
        )
    except EnteredBeforeError:  # the page was loaded again: back to the masked one
        return seat.onward(_address(guest, wish.purpose, task))
    if wish.verify and isinstance(answer, Disclosure):
        answer = await _verified(seat, guest_id, wish, answer)
    silent = silent_purpose(seat.person.duty, relation)
    return await _record(
        seat, answer, guest, stay, relation, wish.purpose, is_silent=wish.purpose == silent, revealed=(wish.group,),
        is_counted_down=wish.script == "1", reference=task,
    )


@post("/guests/{guest:str}/approved", status_code=200)
async def use_approval(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Look up exactly what was approved; where the rule wants a passkey besides, ask for it first."""
    guest_id = id_in(guest)
    wish = (await seat.form(UseForm)).value
    if wish is None:
        raise MalformedFormError("the use of an approval")
    found = await approvals.approval(
        seat.office, seat.property_id, seat.person.staff_id, seat.person.duty, bytes.fromhex(wish.approval_id),
    )
    if found is None or found[0].is_for_me or found[0].guest_id != guest_id:
        raise NotFoundException
    one = found[0]
    if wish.verify:
        await step_up(seat, guest_id, one.purpose, one.groups, wish)
    stays = await lists.stays_of_guest(seat.office, seat.property_id, guest_id)
    stay, relation = present_stay(stays, seat.property.business_date)
    try:
        answer = await seat.look_up(
            guest_id, one.purpose, clear=one.groups, masked=0, context="approved", reference=one.reference,
            request_id=bytes.fromhex(wish.request_id),
        )
    except EnteredBeforeError:
        return seat.onward(f"/guests/{guest}?purpose={one.purpose}")
    if any(offer.lacking == ["fresh_passkey"] for offer in answer.offers):
        return seat.page("approved.html", guest=guest, one=one, here=f"/guests/{guest}")
    return await _record(
        seat, answer, guest, stay, relation, one.purpose, is_silent=False, revealed=tuple(groups_in(one.groups)),
    )


async def _verified(seat: Seat, guest_id: bytes, wish: RevealForm, record: Disclosure) -> Disclosure:
    """Return the record with one more part, which a passkey verified for exactly it has opened."""
    bit = BIT[wish.group]
    form = VerifiedForm(challenge=wish.challenge, assertion=wish.assertion, request_id=new_request_id().hex())
    await step_up(seat, guest_id, wish.purpose, bit, form)
    more = await seat.look_up(
        guest_id, wish.purpose, clear=bit, masked=0, context="reveal", reference=wish.reference, reason=wish.reason,
    )
    if not isinstance(more, Disclosure):
        return record
    clear = record.clear | more.clear
    return msgspec.structs.replace(
        record, fields={**record.fields, **more.fields}, clear=clear, masked=(record.masked | more.masked) & ~clear,
        entry=more.entry, until_at=min(record.until_at, more.until_at), lines=more.lines,
    )


async def step_up(seat: Seat, guest_id: bytes, purpose: str, groups: int, form: VerifiedForm) -> None:
    """Have the passkey that a form brings verified for these field groups of one guest."""
    proof = await brought(seat, Action("look_up", guest_id, purpose, groups), form)
    await seat.means.hatches.ask(
        StepUp(
            ticket=seat.ticket, request_id=new_request_id(), guest_id=guest_id, purpose=purpose, groups=groups,
            challenge_id=proof.challenge_id, assertion=proof.assertion,
        )
    )


def _missing(seat: Seat, wish: RevealForm) -> dict[str, str]:
    """Return what the form still lacks, by field, in the reader's words."""
    if wish.reason not in codes_under(wish.purpose):
        return {"reason": seat.words.gettext("Choose why this is needed.")}
    if wish.reason == OTHER and not wish.reference:
        return {"reference": seat.words.gettext("Name the task or case that needs it.")}
    return {}


def _purpose_page(seat: Seat, guest: str) -> Response[bytes]:
    seat.require(Permission.GUEST_FIND)
    return seat.page("purpose.html", guest=guest, purposes=purposes_first(), here=f"/guests/{guest}/purpose")


async def _record(  # noqa: PLR0913 - a record is whose, what for, and what was asked of it
    seat: Seat, answer: Disclosure | Refusal, guest: str, stay: StayLine | None, relation: Relation, purpose: str,
    *, is_silent: bool, revealed: tuple[str, ...] = (), is_counted_down: bool = False,
    asked: tuple[Approval, ...] = (), reference: str = "",
) -> Response[bytes]:
    """Return the page of a record, or of a calm refusal."""  # fmt: skip
    back = f"/guests/{guest}" if is_silent and not reference else _address(guest, purpose, reference)
    if not isinstance(answer, Disclosure):
        return await refused_page(seat, answer, guest, purpose, asked)
    now = datetime.now(UTC)
    shown = tuple(group for group in revealed if answer.clear & BIT[group])
    said, links = await asyncio.gather(
        consents.on_record(seat.office, seat.property_id, bytes.fromhex(guest), seat.language),
        merges.merges_of(seat.office, seat.property_id, bytes.fromhex(guest)),
    )
    headers = {"refresh": f"{REVEALED_SECONDS}; url={back}"} if shown and not is_counted_down else {}
    return seat.page(
        "guest.html", headers=headers, guest=guest, answer=answer, stay=stay, relation=relation, purpose=purpose,
        is_silent=is_silent, name=name_of(answer), groups=shown_groups(seat, answer), back=back,
        revealed=shown, wanted=tuple(group for group in revealed if group not in shown),
        seconds=REVEALED_SECONDS, asked=asked, choices=said.choices, restrictions=said.restrictions,
        reasons=reasons(seat.words, purpose), here=f"/guests/{guest}",
        now=int(now.timestamp()), minute=seat.formats.local(now).strftime("%m%d%H%M"), reference=reference,
        links=links,
    )


def _address(guest: str, purpose: str, reference: str) -> str:
    """Return the record's address for a purpose and the case or request that it is for."""
    return f"/guests/{guest}?purpose={purpose}" + (f"&reference={reference}" if reference else "")
