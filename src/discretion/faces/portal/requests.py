"""My requests: what the guest asks for under the law, one question a page; how far it is; the answer.

Rules:
* Before a deletion is sent the page shows what goes, what must stay and until when, and what remains without identity.
* Answers travel from page to page as codes in the form; nothing typed stands in an address.
* The number, the latest day and what happens next stand on the page of every request.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit.address import Hex
from discretion.faces.kit.certificate import certificate
from discretion.faces.kit.field_groups import GroupWord, mask_of
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.nouns import noun
from discretion.faces.kit.refusals import RULES, act_sentence
from discretion.faces.kit.seat import GuestSeat, fresh_id
from discretion.hotel.purpose import FieldGroup
from discretion.office import erasures, retention, rights, rights_codes
from discretion.office.outcome import ActRefusal
from discretion.office.rights_clock import clock_of
from discretion.office.rights_intake import NewRequest, ask
from discretion.office.rights_kinds import KINDS, NEEDS_GROUPS, WHOLE, WHYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.rights import RightsCase, RightsDone

TAB: Final = "/my/requests"
Kind = Literal["access", "correct", "delete", "explain", "object", "restrict", "transfer"]
_CHOICE: Final = RULES["choice"]
STEPS: Final = ("received", "checked", "in_work", "answered")


class WishForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for: a right, and what it needs."""

    kind: Kind
    case_id: Annotated[str, Meta(max_length=32, pattern="^([0-9a-f]{32})?$")] = ""
    scope: Literal["", "whole", "parts"] = ""
    groups: Annotated[tuple[GroupWord, ...], Meta(max_length=8)] = ()
    why: Annotated[str, Meta(max_length=40)] = ""
    receiver: Annotated[str, Meta(max_length=120)] = ""


class WordsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """More about a request, or its end."""

    act_id: Hex
    words: Annotated[str, Meta(max_length=500)] = ""


@get("/my/requests")
async def requests_page(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """List the guest's requests, and what may be asked for."""
    found = await rights.requests_of_guest(guest.office, guest.property_id, guest.guest_id)
    return guest.page("my_requests.html", here=TAB, tab=TAB, found=found, kinds=list(KINDS))


@get("/my/requests/new/{kind:str}")
async def wish_page(guest: NamedDependency[GuestSeat], kind: FromPath[str]) -> Response[bytes]:
    """Ask the first question of one right."""
    if kind not in KINDS:
        raise NotFoundException
    return _wish(guest, kind, {}, {})


@post("/my/requests/check", status_code=200)
async def check_page(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Show what would happen, before anything is sent."""
    form = await guest.form(WishForm)
    wish = form.value
    if wish is None:
        raise MalformedFormError("wish")
    if wish.kind in NEEDS_GROUPS and (not wish.scope or (wish.scope == "parts" and not wish.groups)):
        return _wish(guest, wish.kind, form.raw, {"groups": guest.words.gettext(_CHOICE)}, status=422)
    groups = _groups(wish)
    async with guest.office.reading() as now:
        kept = await retention.kept(now, guest.property_id, guest.guest_id)
        clock = await clock_of(now, guest.property_id)
    stopped = await erasures.stopped(guest.office, guest.property_id, guest.guest_id, groups)
    staying = {each.group: each for each in kept}
    asked = [group.word for group in FieldGroup if groups & group.bit]
    return guest.page(
        "my_request_check.html", here=f"/my/requests/new/{wish.kind}", tab=TAB, wish=wish, case_id=fresh_id(),
        goes=[word for word in asked if word not in staying],
        stays=[staying[word] for word in asked if word in staying],
        stopped=stopped, is_whole=groups == WHOLE, due_at=clock.due_at(datetime.now(UTC)),
    )


@post("/my/requests", status_code=200)
async def send(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Take the request in, and go to its page."""
    form = await guest.form(WishForm)
    wish = form.value
    if wish is None or not wish.case_id:
        raise MalformedFormError("wish")
    outcome = await ask(guest.office, guest.property_id, guest.guest_id, NewRequest(
        case_id=bytes.fromhex(wish.case_id), kind=wish.kind, groups=_groups(wish), why=wish.why, channel="portal",
        language=guest.language, receiver=wish.receiver,
    ))
    if isinstance(outcome, ActRefusal):
        field = "receiver" if outcome.code == "receiver" else "groups"
        sentence = act_sentence(guest.words, outcome.code, outcome.params)
        return _wish(guest, wish.kind, form.raw, {field: sentence}, status=409)
    if wish.kind == "delete":  # the answer may come when nobody can come in as this guest any more
        return await _code(guest, outcome.number, is_new=True)
    return guest.onward(f"/my/requests/{outcome.number}?said=rights_received")


@get("/my/requests/{number:str}")
async def request_page(guest: NamedDependency[GuestSeat], number: FromPath[str]) -> Response[bytes]:
    """Show how far a request is, and its answer."""
    return await _request(guest, number, {}, {})


@post("/my/requests/{number:str}/supplement")
async def supplement(guest: NamedDependency[GuestSeat], number: FromPath[str]) -> Response[bytes]:
    """Add something to it."""
    form = await guest.form(WordsForm)
    if (new := form.value) is None:
        return await _request(guest, number, form.raw, {"words": guest.words.gettext(_CHOICE)}, status=422)
    outcome = await rights.supplement(
        guest.office, guest.property_id, guest.guest_id, number, bytes.fromhex(new.act_id), new.words,
    )
    return await _after(guest, number, outcome, "rights_supplemented", form.raw)


@post("/my/requests/{number:str}/withdraw")
async def withdraw(guest: NamedDependency[GuestSeat], number: FromPath[str]) -> Response[bytes]:
    """End it."""
    form = await guest.form(WordsForm)
    if (new := form.value) is None:
        raise MalformedFormError("act_id")
    outcome = await rights.withdraw(
        guest.office, guest.property_id, number, bytes.fromhex(new.act_id), guest_id=guest.guest_id,
    )
    return await _after(guest, number, outcome, "rights_withdrawn", form.raw)


@post("/my/requests/{number:str}/code", status_code=200)
async def code(guest: NamedDependency[GuestSeat], number: FromPath[str]) -> Response[bytes]:
    """Make the code of the answer anew, and show it."""
    return await _code(guest, number, is_new=False)


@get("/my/requests/{number:str}/certificate")
async def own_certificate(guest: NamedDependency[GuestSeat], number: FromPath[str]) -> Response[bytes]:
    """Give the certificate of the deletion that the request has led to."""
    found = await _own(guest, number)
    return await certificate(guest, guest.property, found.request.order_id)


async def _code(guest: GuestSeat, number: str, *, is_new: bool) -> Response[bytes]:
    made = await rights_codes.make(guest.office, guest.property_id, number, guest_id=guest.guest_id)
    if isinstance(made, ActRefusal):
        raise NotFoundException
    return guest.page(
        "my_request_code.html", here=f"/my/requests/{number}", tab=TAB, number=number, code=made, is_new=is_new,
        address=f"{guest.settings.origin}/my/answer?at={guest.property.code}",
    )


def _groups(wish: WishForm) -> int:
    if wish.kind not in NEEDS_GROUPS or wish.scope != "parts":
        return WHOLE
    return mask_of(wish.groups) or WHOLE


def _wish(
    guest: GuestSeat, kind: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    return guest.page(
        "my_request_new.html", status=status, here=f"/my/requests/new/{kind}", tab=TAB, kind=kind, raw=raw,
        errors=errors, needs_groups=kind in NEEDS_GROUPS,
        whys=[(code, noun(guest.words, "guest_why", code)) for code in WHYS],
    )


async def _after(
    guest: GuestSeat, number: str, outcome: RightsDone | ActRefusal, said: str, raw: Mapping[str, Any],
) -> Response[bytes]:
    if isinstance(outcome, ActRefusal):
        if outcome.code == "not_found":
            raise NotFoundException
        sentence = act_sentence(guest.words, outcome.code, outcome.params)
        return await _request(guest, number, raw, {"words": sentence}, status=409)
    return guest.onward(f"/my/requests/{outcome.number}?said={said}")


async def _request(
    guest: GuestSeat, number: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    found = await _own(guest, number)
    request = found.request
    async with guest.office.reading() as now:
        is_gone = await erasures.is_done(now, guest.property_id, request.order_id)
    return guest.page(
        "my_request.html", status=status, here=f"/my/requests/{request.number}", tab=TAB, found=found,
        request=request, raw=raw, errors=errors, steps=STEPS, reached=reached(request.state),
        is_gone=is_gone,
        own=[act for act in found.acts if act.act in ("supplemented", "prolonged")],
    )


def reached(state: str) -> int:
    """Return which of the steps a request has reached, -1 where it was withdrawn."""
    known = "answered" if state == "closed" else state
    return STEPS.index(known) if known in STEPS else -1


async def _own(guest: GuestSeat, number: str) -> RightsCase:
    """Return a request of this guest's. Errors: `NotFoundException`."""
    found = await rights.request_by_number(guest.office, guest.property_id, number)
    if found is None or found.request.guest_id != guest.guest_id:
        raise NotFoundException
    return found
