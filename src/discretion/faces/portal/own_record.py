"""My details: what the hotel holds of the guest, their stays, and what they choose on these pages.

Rules:
* Opening one's own record is an entry like any other, under the guest's own ticket.
* Notes of staff may speak of others; they come with a request for a copy, after somebody has read them.
* A stay can be taken off these pages at once; it comes back only in person, so that nobody can be made to undo it.
"""

from __future__ import annotations

import os
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.kit.record_lines import lines_of
from discretion.faces.kit.seat import GuestSeat
from discretion.hotel.purpose import FieldGroup
from discretion.hotel.record import decode
from discretion.office.guest_door import hidden_count, hide_stay, set_tells, stays_of, tells_of
from discretion.wire.guests import OwnRecord, OwnRecordShown

SHOWN = sum(group.bit for group in FieldGroup) & ~FieldGroup.NOTES.bit


class TellsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the guest wants to be told unasked."""

    tells: Literal["exceptions", "nothing"]


class HideForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The stay to be taken off."""

    stay: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]


@get("/my/record")
async def record_page(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Show the record, group by group."""
    answer = await guest.means.hatches.ask(OwnRecord(ticket=guest.ticket, request_id=os.urandom(16), groups=SHOWN))
    if not isinstance(answer, OwnRecordShown):
        raise TypeError(type(answer).__name__)
    groups = []
    for group in FieldGroup:
        raw = answer.fields.get(group.word)
        if group.bit & SHOWN:
            lines = lines_of(guest, group.word, decode(group.word, bytes(raw))) if raw else ()
            groups.append((group.word, [(name, text) for name, text in lines if text]))
    return guest.page(
        "own_record.html", here="/my/record", tab="/my/record", groups=groups,
        stays=await stays_of(guest.office, guest.property_id, guest.guest_id),
        hidden=await hidden_count(guest.office, guest.property_id, guest.guest_id),
        tells=await tells_of(guest.office, guest.property_id, guest.guest_id),
    )


@post("/my/tells")
async def keep_tells(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Keep what the guest wants to be told."""
    form = (await guest.form(TellsForm)).value
    if form is not None:
        await set_tells(guest.office, guest.property_id, guest.guest_id, form.tells)
    return guest.onward("/my/record?said=guest_kept")


@post("/my/stays/hide")
async def take_off(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Take a stay off these pages."""
    form = (await guest.form(HideForm)).value
    if form is not None:
        await hide_stay(guest.office, guest.property_id, guest.guest_id, bytes.fromhex(form.stay))
    return guest.onward("/my/record?said=guest_kept")
