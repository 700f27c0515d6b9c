"""The guest's own copy, at once: to read and print, or as a file for machines or for another company.

Rules:
* It is made under the guest's own ticket, as one entry of the ledger, and goes into the answer to the form alone.
* Words of staff that may be about somebody else are not in it; a request for access has them read first.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import Literal

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency

from discretion.faces.kit.files import file_of
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.guest_copy import as_json, as_pdf, guest_copy, sections
from discretion.faces.kit.seat import GuestSeat
from discretion.faces.portal.own_record import SHOWN
from discretion.office.rights_map import rows_of
from discretion.wire.guests import OwnRecord, OwnRecordShown


class CopyForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In which form."""

    form: Literal["page", "pdf", "file", "transfer"]


@post("/my/copy", status_code=200)
async def own_copy(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Make the copy."""
    form = (await guest.form(CopyForm)).value
    if form is None:
        raise MalformedFormError("copy")
    answer = await guest.means.hatches.ask(OwnRecord(ticket=guest.ticket, request_id=os.urandom(16), groups=SHOWN))
    if not isinstance(answer, OwnRecordShown):
        raise TypeError(type(answer).__name__)
    async with guest.office.reading() as now:
        rows = await rows_of(now, guest.property_id, guest.guest_id)
    copy = guest_copy(
        guest.property, guest.guest_id, datetime.now(UTC), answer.entry, answer.fields, rows,
        is_for_transfer=form.form == "transfer",
    )
    if form.form in ("file", "transfer"):
        return file_of(as_json(copy), "json")
    parts = sections(copy, rows, guest.property, guest.language)
    if form.form == "pdf":
        return file_of(await asyncio.to_thread(as_pdf, copy, parts, guest.property, guest.language), "pdf")
    return guest.page(
        "my_copy.html", here="/my/requests/new/access", tab="/my/requests", copy=copy, sections=parts,
    )
