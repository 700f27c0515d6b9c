"""A guest's passkey: to make one on a visit, and to come in by it.

A passkey needs a script of the browser, and the guest's pages have none. So these two pages stand beside them and not
among them: the one door with a script, for whoever wants it. The code opens the same pages without (decision 0027).
"""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.seat import Caller, GuestSeat, NoVisitError
from discretion.office.properties import properties
from discretion.wire.guests import BeginGuestPasskey, FinishGuestPasskey, GuestVisit
from discretion.wire.lookup import Challenge, Entered

Body = TypeVar("Body", bound=msgspec.Struct)
Hex = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]


class BeginBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At which hotel, and whether a passkey is to be made."""

    property: Hex
    is_new: bool = False


class FinishBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser's passkey answered."""

    property: Hex
    challenge: Hex
    answer: msgspec.Raw
    is_new: bool = False


@get("/my-passkey")
async def come_in_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Show the one button."""
    houses = await properties(caller.means.office)
    return caller.page("guest_passkey.html", houses=houses, here="/my-passkey", is_new=False)


@get("/my-passkey/new")
async def new_page(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Show the button that makes one, to a guest on a visit."""
    return guest.page("guest_passkey.html", houses=[guest.property], here="/my-passkey/new", is_new=True)


@post("/my-passkey/begin", status_code=200)
async def begin(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Hand out a challenge."""
    body = _read(await caller.request.body(), BeginBody)
    answer = await caller.means.hatches.ask(BeginGuestPasskey(
        property_id=bytes.fromhex(body.property), ticket=_ticket(caller) if body.is_new else None,
    ))
    if not isinstance(answer, Challenge):
        raise TypeError(type(answer).__name__)
    told = {"challenge": answer.challenge_id.hex(), "options": msgspec.Raw(answer.options)}
    return Response(msgspec.json.encode(told), media_type="application/json")


@post("/my-passkey/finish", status_code=200)
async def finish(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Bring the answer: a visit begins, or the passkey is kept."""
    body = _read(await caller.request.body(), FinishBody)
    answer = await caller.means.hatches.ask(FinishGuestPasskey(
        property_id=bytes.fromhex(body.property), challenge_id=bytes.fromhex(body.challenge),
        answer=bytes(body.answer), ticket=_ticket(caller) if body.is_new else None,
    ))
    if isinstance(answer, Entered):
        return caller.data({"to": "/my/record?said=guest_kept"})
    if not isinstance(answer, GuestVisit):
        raise TypeError(type(answer).__name__)
    caller.take_guest(answer.ticket)
    return caller.data({"to": "/my"})


def _ticket(caller: Caller) -> bytes:
    if caller.raw_guest is None:
        raise NoVisitError
    return caller.raw_guest


def _read(raw: bytes, kind: type[Body]) -> Body:
    """Return the request's JSON as `kind`. Errors: `MalformedFormError`, without what it quoted."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MalformedFormError("the JSON of a passkey page") from None
