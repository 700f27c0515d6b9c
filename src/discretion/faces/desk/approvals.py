"""Approvals: asking for one out of an offer, deciding on it, using it, and who votes in whose place.

Rules:
* Only what the keeper offered can be asked for; the keeper judges again whatever a form says.
* Who decides sees the scope in numbers, who is affected, and a masked preview, which is an ask with its entry.
* An approval is used by looking up exactly its field groups.
"""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.desk.record_view import refused_page, shown_groups
from discretion.faces.desk.verify import VerifiedForm, brought, end_of_day, new_request_id
from discretion.faces.kit.address import id_in
from discretion.faces.kit.field_groups import BIT, GroupWord, mask_of
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission, may
from discretion.faces.kit.seat import NotPermittedError, Seat
from discretion.hotel.purpose import Purpose, Role
from discretion.office import approvals
from discretion.wire.exceptions import (
    AcceptDeputy,
    Action,
    EndDeputy,
    EndRequest,
    OfferDeputy,
    PreviewRequest,
    RequestApproval,
    Vote,
)
from discretion.wire.lookup import Disclosure, Entered, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.faces.desk.record_view import ShownGroup
    from discretion.office.approvals import Approval, VoteLine

Line = Annotated[str, Meta(max_length=80)]


class AskForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is asked for, and why."""

    request_id: Hex
    purpose: Purpose
    rule: Annotated[str, Meta(max_length=16)]
    fact: Annotated[str, Meta(max_length=40)]
    groups: Annotated[tuple[GroupWord, ...], Meta(max_length=8)] = ()
    offered: Annotated[tuple[GroupWord, ...], Meta(max_length=8)] = ()
    reason: Annotated[str, Meta(max_length=500)] = ""
    reference: Line = ""


class VoteForm(VerifiedForm, frozen=True, kw_only=True):
    """Yes or no, with a note; `opened_at` is when the page was made."""

    vote: Literal["vote_yes", "vote_no"]
    note: Annotated[str, Meta(max_length=500)] = ""
    opened_at: Annotated[int, Meta(ge=0, lt=2**40)]


class RequestIdForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An act without words."""

    request_id: Hex


class DeputyForm(VerifiedForm, frozen=True, kw_only=True):
    """Who votes in one's place, in which role, until the end of which day."""

    subject: Hex
    purpose: Role
    until: date


@get("/guests/{guest:str}/approval")
async def ask_page(
    seat: NamedDependency[Seat], guest: FromPath[str], purpose: FromQuery[Purpose], rule: FromQuery[str] = "",
    fact: FromQuery[str] = "", group: FromQuery[list[str] | None] = None,
) -> Response[bytes]:
    """Show the form that asks for an approval; nothing has been looked up for it."""
    _require(seat)
    id_in(guest)
    offered = [name for name in group or () if name in BIT]
    if not offered or not rule or not fact or len(rule) > 16 or len(fact) > 40:  # noqa: PLR2004 - as the form's own bounds
        raise NotFoundException
    raw = {"purpose": purpose, "rule": rule, "fact": fact, "groups": offered, "offered": offered}
    return _ask_page(seat, guest, raw)


@post("/guests/{guest:str}/approval", status_code=200)
async def ask(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Ask; the page of the request is next."""
    _require(seat)
    guest_id = id_in(guest)
    form = await seat.form(AskForm)
    wish = form.value
    if wish is None:
        raise MalformedFormError("a request for approval")
    errors = _missing(seat, wish)
    if errors:
        return _ask_page(seat, guest, form.raw, errors, status=422)
    answer = await seat.means.hatches.ask(
        RequestApproval(
            ticket=seat.ticket, request_id=bytes.fromhex(wish.request_id), guest_id=guest_id, purpose=wish.purpose,
            groups=mask_of(wish.groups), rule=wish.rule, fact=wish.fact, reason=wish.reason, reference=wish.reference,
        )
    )
    if isinstance(answer, Refusal):
        return await refused_page(seat, answer, guest, wish.purpose)
    if not isinstance(answer, Entered):
        raise TypeError(type(answer).__name__)
    if not answer.detail:  # the same form twice: its entry stands, and the list shows the request
        return seat.onward("/approvals")
    return seat.onward(f"/approvals/{answer.detail.hex()}?said=approval_asked")


@get("/approvals")
async def approvals_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """List what waits for this person, and what this person waits for."""
    _require(seat)
    found = await approvals.approvals(seat.office, seat.property_id, seat.person.staff_id, seat.person.duty)
    return seat.page(
        "approvals.html", here="/approvals",
        to_decide=[one for one in found if one.is_for_me and one.state == "pending"],
        own=[one for one in found if not one.is_for_me],
        decided=[one for one in found if one.is_for_me and one.state != "pending"],
    )


@get("/approvals/{approval:str}")
async def approval_page(seat: NamedDependency[Seat], approval: FromPath[str]) -> Response[bytes]:
    """Show one request: its scope, its clocks, its votes, and what this person may do."""
    one, votes = await _found(seat, approval)
    return _page(seat, one, votes)


@post("/approvals/{approval:str}/preview", status_code=200)
async def preview(seat: NamedDependency[Seat], approval: FromPath[str]) -> Response[bytes]:
    """Show, masked, what the approval would show."""
    one, votes = await _found(seat, approval)
    form = (await seat.form(RequestIdForm)).value
    answer = await seat.means.hatches.ask(
        PreviewRequest(
            ticket=seat.ticket, request_id=bytes.fromhex(form.request_id) if form else new_request_id(),
            approval_id=one.request_id,
        )
    )
    if isinstance(answer, Entered):  # the page was loaded again
        return seat.onward(f"/approvals/{approval}")
    groups = shown_groups(seat, answer) if isinstance(answer, Disclosure) else ()
    return _page(seat, one, votes, preview=[group for group in groups if group.level != "hidden"], is_previewed=True)


@post("/approvals/{approval:str}/vote")
async def vote(seat: NamedDependency[Seat], approval: FromPath[str]) -> Response[bytes]:
    """Say yes or no, over a passkey verified for this vote."""
    one, votes = await _found(seat, approval)
    form = await seat.form(VoteForm)
    wish = form.value
    if wish is None:
        raise MalformedFormError("a vote")
    if wish.vote == "vote_no" and not wish.note:
        errors = {"note": seat.words.gettext("Say what is missing, so that it can be asked better.")}
        return _page(seat, one, votes, errors=errors, status=422)
    action = Action(wish.vote, one.request_id)
    proof = await brought(seat, action, wish)
    await seat.means.hatches.ask(
        Vote(
            ticket=seat.ticket, request_id=bytes.fromhex(wish.request_id), approval_id=one.request_id,
            yes=wish.vote == "vote_yes", note=wish.note, challenge_id=proof.challenge_id, assertion=proof.assertion,
            seconds=min(max(int(time.time()) - wish.opened_at, 0), 86_400),
        )
    )
    return seat.onward(f"/approvals/{approval}?said=voted")


@post("/approvals/{approval:str}/end")
async def end(seat: NamedDependency[Seat], approval: FromPath[str]) -> Response[bytes]:
    """Take a request back, or revoke what was approved."""
    await _found(seat, approval)
    form = (await seat.form(RequestIdForm)).value
    request_id = bytes.fromhex(form.request_id) if form else new_request_id()
    await seat.means.hatches.ask(
        EndRequest(ticket=seat.ticket, request_id=request_id, approval_id=id_in(approval))
    )
    return seat.onward(f"/approvals/{approval}?said=approval_ended")


@get("/deputies")
async def deputies_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show who votes in whose place, and the form to name somebody."""
    return await _deputies(seat, {}, {})


@post("/deputies")
async def offer_deputy(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Offer that somebody votes in one's place."""
    form = await seat.form(DeputyForm)
    wish = form.value
    if wish is None:
        return await _deputies(seat, form.raw, form.errors, status=422)
    until_at = end_of_day(seat, wish.until)
    if not time.time() < until_at <= time.time() + 93 * 86_400:
        return await _deputies(seat, form.raw, {"until": "range"}, status=422)
    to_id = bytes.fromhex(wish.subject)
    proof = await brought(seat, Action("deputy_offer", to_id, wish.purpose, until_at=until_at), wish)
    await seat.means.hatches.ask(
        OfferDeputy(
            ticket=seat.ticket, request_id=bytes.fromhex(wish.request_id), to_id=to_id, role=wish.purpose,
            until_at=until_at, challenge_id=proof.challenge_id, assertion=proof.assertion,
        )
    )
    return seat.onward("/deputies?said=deputy_offered")


@post("/deputies/{deputy:str}/accept")
async def accept_deputy(seat: NamedDependency[Seat], deputy: FromPath[str]) -> Response[bytes]:
    """Accept to vote for somebody."""
    deputy_id = id_in(deputy)
    form = (await seat.form(VerifiedForm)).value
    if form is None:
        raise MalformedFormError("an acceptance")
    proof = await brought(seat, Action("deputy_accept", deputy_id), form)
    await seat.means.hatches.ask(
        AcceptDeputy(
            ticket=seat.ticket, request_id=bytes.fromhex(form.request_id), deputy_id=deputy_id,
            challenge_id=proof.challenge_id, assertion=proof.assertion,
        )
    )
    return seat.onward("/deputies?said=deputy_accepted")


@post("/deputies/{deputy:str}/end")
async def end_deputy(seat: NamedDependency[Seat], deputy: FromPath[str]) -> Response[bytes]:
    """End it, from either side."""
    form = (await seat.form(RequestIdForm)).value
    request_id = bytes.fromhex(form.request_id) if form else new_request_id()
    await seat.means.hatches.ask(EndDeputy(ticket=seat.ticket, request_id=request_id, deputy_id=id_in(deputy)))
    return seat.onward("/deputies?said=deputy_ended")


def _require(seat: Seat) -> None:
    """Return only for whoever finds guests or works on cases: they ask. Errors: `NotPermittedError`."""
    if not (seat.may(Permission.GUEST_FIND) or seat.may(Permission.CASE_WORK)):
        raise NotPermittedError


def _missing(seat: Seat, wish: AskForm) -> dict[str, str]:
    words = seat.words
    errors = {}
    if not set(wish.groups) & set(wish.offered):
        errors["groups"] = words.gettext("Tick at least one part.")
    if len(wish.reason.strip()) < 10:  # noqa: PLR2004 - as the page says
        errors["reason"] = words.gettext("Say why in at least ten characters.")
    if not wish.reference.strip():
        errors["reference"] = words.gettext("Name the case, the task or the room.")
    return errors


def _ask_page(
    seat: Seat, guest: str, raw: Mapping[str, Any], errors: Mapping[str, str] | None = None, *, status: int = 200,
) -> Response[bytes]:
    return seat.page(
        "approval_ask.html", status=status, guest=guest, raw=raw, errors=errors or {}, here=f"/guests/{guest}",
    )


async def _found(seat: Seat, approval: str) -> tuple[Approval, tuple[VoteLine, ...]]:
    found = await approvals.approval(
        seat.office, seat.property_id, seat.person.staff_id, seat.person.duty, id_in(approval),
    )
    if found is None:
        raise NotFoundException
    return found


def _page(
    seat: Seat, one: Approval, votes: tuple[VoteLine, ...], *, preview: Sequence[ShownGroup] = (),
    is_previewed: bool = False, errors: Mapping[str, str] | None = None, status: int = 200,
) -> Response[bytes]:
    return seat.page(
        "approval.html", status=status, one=one, votes=votes, preview=preview, is_previewed=is_previewed,
        errors=errors or {}, opened_at=int(time.time()), here=f"/approvals/{one.request_id.hex()}",
        has_voted=any(line.name == seat.person.name for line in votes),
    )


async def _deputies(
    seat: Seat, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    colleagues, held = await approvals.deputy_choices(seat.office, seat.property_id, seat.person.staff_id)
    roles = tuple(role for role in held if may(role, Permission.DEPUTY_NAME))
    known = await approvals.deputies(seat.office, seat.property_id, seat.person.staff_id)
    return seat.page(
        "deputies.html", status=status, deputies=known, colleagues=colleagues, roles=roles, raw=raw, errors=errors,
        here="/deputies",
    )
