"""Emergency viewings as pages show them. The keeper alone begins and ends one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING

from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office

_SQL = queries("emergencies.sql")


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency viewing. `situation` is a code; `room` is where its guest stays now, empty when nowhere."""

    emergency_id: bytes
    staff_id: bytes
    staff_name: str
    duty: str
    guest_id: bytes
    groups: int
    situation: str
    words: str
    reference: str
    begun_at: datetime
    until_at: datetime
    ended_at: datetime | None
    note: str
    note_at: datetime | None
    is_open: bool
    room: str


@dataclass(frozen=True, slots=True)
class InRoom:
    """Somebody who stays in a room now, by their place in the stay."""

    guest_id: bytes
    position: int
    is_primary: bool
    age_category: str


async def emergency(office: Office, property_id: bytes, emergency_id: bytes) -> Emergency | None:
    """Return one emergency viewing."""
    async with office.reading() as now:
        found = await now.rows(
            Emergency, _SQL["emergency"], {"property_id": property_id, "emergency_id": emergency_id},
        )
    return found[0] if found else None


async def emergencies(
    office: Office, property_id: bytes, staff_id: bytes, *, is_told: bool,
) -> tuple[Emergency, ...]:
    """Return those of the last thirty days: all for whoever is told of them, else somebody's own."""
    about = {"property_id": property_id, "staff_id": staff_id, "is_told": is_told}
    async with office.reading() as now:
        return await now.rows(Emergency, _SQL["emergencies"], about)


async def people_in_room(office: Office, property_id: bytes, room: str) -> tuple[InRoom, ...]:
    """Return who stays in a room now."""
    async with office.reading() as now:
        return await now.rows(InRoom, _SQL["people_in_room"], {"property_id": property_id, "room": room})
