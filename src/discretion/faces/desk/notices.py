"""Notices: what somebody signed in should know, for themselves and for their duty."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.kit.address import Hex
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.notices import address_of, sentence_of, title_of
from discretion.faces.kit.seat import Seat
from discretion.office import notices


class ReadForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which notices were read."""

    ids: Annotated[list[Hex], Meta(max_length=notices.SHOWN_MAX)]


@get("/notices")
async def notices_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show what is for this person or this duty, newest first."""
    found = await notices.notices_of(seat.office, seat.property_id, seat.person.staff_id, seat.person.duty)
    lines = [
        (each, title_of(seat.words, each.kind), sentence_of(seat.words, each.kind, each.details),
         address_of(each.kind, each.details))
        for each in found
    ]  # fmt: skip
    return seat.page(
        "notices.html", here="/notices", lines=lines, unread=[each for each in found if each.read_at is None]
    )


@post("/notices/read")
async def read_notices(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Mark as read what was shown."""
    form = (await seat.form(ReadForm)).value
    if form is None:
        raise MalformedFormError("ids")
    ids = [bytes.fromhex(each) for each in form.ids]
    await notices.mark_read(seat.office, seat.property_id, seat.person.staff_id, seat.person.duty, ids)
    return seat.onward("/notices?said=notices_read")
