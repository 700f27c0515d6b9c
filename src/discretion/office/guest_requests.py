"""Service requests that guests make on their own pages: the same queue, the same ground for a look-up, as at the desk.

Rules:
* A guest asks for something during a stay, or before one that is booked; at most ten of one guest are open.
* Whoever is signed in has shown who they are: no other check of identity is asked for.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Final, Literal, get_args

from discretion.hotel import number as numbers
from discretion.office.free_words import fault_of, one_line
from discretion.office.outcome import ActRefusal
from discretion.office.service_requests import PREFIX
from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office

_SQL = queries("guest_requests.sql")
OPEN_MAX: Final = 10
GuestKind = Literal["housekeeping", "front_desk", "concierge", "engineering", "restaurant", "lost_property"]
KINDS: Final[tuple[str, ...]] = get_args(GuestKind)


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """What a guest asked for, and how it stands."""

    request_id: bytes
    number: str
    kind: str
    channel: str
    words: str
    opened_at: datetime
    assigned_at: datetime | None
    closed_at: datetime | None
    outcome: str


@dataclass(frozen=True, slots=True)
class _Count:
    count: int


async def requests_of(office: Office, property_id: bytes, guest_id: bytes) -> tuple[OwnRequest, ...]:
    """Return what a guest asked for, newest first."""
    async with office.reading() as now:
        return await now.rows(OwnRequest, _SQL["requests"], {"property_id": property_id, "guest_id": guest_id})


async def ask_for(
    office: Office, property_id: bytes, guest_id: bytes, request_id: bytes, kind: str, words: str,
) -> str | ActRefusal:
    """Open a request; return its number. The same id twice is one request.

    Refusals: `request_words`, `words`, `words_number`, `request_many`, `request_stay` where no stay runs or is booked.
    """
    words = one_line(words)
    if not words:
        return ActRefusal("request_words")
    if fault := fault_of(words):
        return ActRefusal(fault)
    place = {"property_id": property_id, "guest_id": guest_id}
    number = numbers.make(PREFIX, secrets.token_bytes(16))
    async with office.changing() as now:
        found = await now.row(_Count, _SQL["open_count"], place)
        if found and found.count >= OPEN_MAX:
            return ActRefusal("request_many")
        opened = await now.run(_SQL["open"], {
            **place, "request_id": request_id, "number": number, "kind": kind, "words": words,
        })
        if opened:
            return number
        known = await now.rows(OwnRequest, _SQL["requests"], place)
    return next((each.number for each in known if each.request_id == request_id), ActRefusal("request_stay"))


async def take_back(office: Office, property_id: bytes, guest_id: bytes, request_id: bytes) -> None:
    """Close a request of the guest's own; of another's nothing happens."""
    async with office.changing() as now:
        await now.run(_SQL["take_back"], {
            "property_id": property_id, "guest_id": guest_id, "request_id": request_id,
        })
