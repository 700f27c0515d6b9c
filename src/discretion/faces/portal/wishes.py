"""Ask for something: what a guest needs from the house, and how it stands."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import GuestSeat
from discretion.office.guest_requests import KINDS, GuestKind, ask_for, requests_of, take_back
from discretion.office.outcome import ActRefusal

Hex = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]


class HelpForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is needed; the id is the form's, so that sending it twice asks once."""

    request_id: Hex
    kind: GuestKind
    words: Annotated[str, Meta(min_length=1, max_length=500)]


class TakeBackForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which request is no longer wanted."""

    request_id: Hex


@get("/my/help")
async def help_page(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Show what was asked for, and ask what is needed."""
    return await _page(guest, {}, {})


@post("/my/help")
async def ask_for_help(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Open a request."""
    filled = await guest.form(HelpForm)
    form = filled.value
    if form is None:
        errors = field_errors(guest.words, filled.errors)
        return await _page(guest, dict(filled.raw), errors, status=422)
    asked = await ask_for(
        guest.office, guest.property_id, guest.guest_id, bytes.fromhex(form.request_id), form.kind, form.words,
    )
    if isinstance(asked, ActRefusal):
        errors = {"words": act_sentence(guest.words, asked.code, asked.params)}
        return await _page(guest, dict(filled.raw), errors, status=422)
    return guest.onward("/my/help?said=guest_asked")


@post("/my/help/back")
async def take_help_back(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Close a request of the guest's own."""
    form = (await guest.form(TakeBackForm)).value
    if form is not None:
        await take_back(guest.office, guest.property_id, guest.guest_id, bytes.fromhex(form.request_id))
    return guest.onward("/my/help?said=guest_kept")


async def _page(
    guest: GuestSeat, raw: dict[str, object], errors: dict[str, str], *, status: int = 200,
) -> Response[bytes]:
    return guest.page(
        "help.html", status=status, here="/my/help", tab="/my/help", raw=raw, errors=errors, kinds=KINDS,
        requests=await requests_of(guest.office, guest.property_id, guest.guest_id),
    )
