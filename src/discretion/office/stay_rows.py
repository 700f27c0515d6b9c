"""A stay and its room as rows: locked, read and written by the acts, one statement each, in the act's transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from psycopg.types.json import Jsonb

from discretion.office.outcome import Changed
from discretion.office.people import Occupant
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime, time
    from decimal import Decimal

    from discretion.office.database import Statements
    from discretion.office.outcome import Doing

_SQL = queries("stays.sql")


@dataclass(frozen=True, slots=True)
class StayRow:
    """A stay as it stands under the lock; `number`, `business_date` and `now_at` are read only."""

    stay_id: bytes
    reservation_id: bytes
    number: str
    state: str
    arrival: date
    departure: date
    actual_in_at: datetime | None
    actual_out_at: datetime | None
    left_on: date | None
    checked_in_on: date | None
    room_number: str
    room_type_reserved: str
    room_type_assigned: str
    adults: int
    children: int
    babies: int
    meal: str
    rate: Decimal | None
    currency: str
    expected_time: time | None
    balance: Decimal
    version: int
    business_date: date
    now_at: datetime


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room under the lock."""

    number: str
    state: str
    type: str


@dataclass(frozen=True, slots=True)
class House:
    """The property's business date and the database's clock."""

    business_date: date
    now_at: datetime


class StayRows:
    """The rows of one property, inside one transaction."""

    def __init__(self, now: Statements, property_id: bytes) -> None:
        self._now = now
        self._property = {"property_id": property_id}

    async def house(self) -> House | None:
        """Return the property's day, None for an unknown property."""
        return await self._now.row(House, _SQL["house"], self._property)

    async def lock(self, stay_id: bytes) -> StayRow | None:
        """Return the stay, held for this transaction; None for an unknown one."""
        return await self._now.row(StayRow, _SQL["lock"], {**self._property, "stay_id": stay_id})

    async def done(self, act_id: bytes) -> Changed | None:
        """Return what the act of this id did, None when it was not done."""
        return await self._now.row(Changed, _SQL["done"], {**self._property, "act_id": act_id})

    async def last_details(self, stay_id: bytes, act: str) -> Mapping[str, Any]:
        """Return what was noted at the last act of this kind; empty when there was none."""
        rows = await self._now.dicts(_SQL["last_details"], {**self._property, "stay_id": stay_id, "act": act})
        return rows[0]["details"] if rows else {}

    async def occupants(self, stay_id: bytes) -> tuple[Occupant, ...]:
        """Return the people of a stay, by position."""
        return await self._now.rows(Occupant, _SQL["occupants"], {**self._property, "stay_id": stay_id})

    async def lock_rooms(self, numbers: Iterable[str]) -> dict[str, RoomRow]:
        """Return those of the rooms that exist, held for this transaction."""
        wanted = sorted({number for number in numbers if number and "\0" not in number})
        if not wanted:
            return {}
        rows = await self._now.rows(RoomRow, _SQL["lock_rooms"], {**self._property, "numbers": wanted})
        return {row.number: row for row in rows}

    async def is_occupied(self, room_number: str, stay_id: bytes) -> bool:
        """Whether another stay is in the house in this room."""
        params = {**self._property, "room_number": room_number, "stay_id": stay_id}
        return bool(await self._now.dicts(_SQL["in_room"], params))

    async def has_clash(self, stay: StayRow, room_number: str) -> bool:
        """Whether another stay has this room for one of the nights of `stay` that are still to come."""
        return bool(await self._now.dicts(_SQL["clashes"], {
            **self._property, "room_number": room_number, "stay_id": stay.stay_id,
            "arrival": max(stay.arrival, stay.business_date), "departure": stay.departure,
            "business_date": stay.business_date,
        }))

    async def add_reservation(self, reservation_id: bytes, number: str, booked_on: date) -> bool:
        """Add a reservation; False when its id or its number is taken."""
        return bool(await self._now.run(_SQL["add_reservation"], {
            **self._property, "reservation_id": reservation_id, "number": number, "source_id": reservation_id.hex(),
            "booked_on": booked_on,
        }))

    async def add_stay(self, stay: StayRow) -> None:
        """Add a stay."""
        await self._now.run(_SQL["add_stay"], {**self._property, **asdict(stay)})

    async def save_stay(self, stay: StayRow) -> None:
        """Write the stay back."""
        await self._now.run(_SQL["save_stay"], {**self._property, **asdict(stay)})

    async def save_people(self, stay_id: bytes, before: Sequence[Occupant], after: Sequence[Occupant]) -> None:
        """Write the people who changed, their guests' rows first, and drop the places that are gone."""
        changed = [row for row in after if row not in before]
        gone = {row.position for row in before} - {row.position for row in after}
        if gone:
            params = {**self._property, "stay_id": stay_id, "positions": sorted(gone)}
            await self._now.run(_SQL["drop_places"], params)
        known = {row.guest_id for row in before}
        if new := [row.guest_id for row in changed if row.guest_id is not None and row.guest_id not in known]:
            await self._now.run(_SQL["add_guests"], {**self._property, "guest_ids": new})
        if changed:
            await self._now.run(_SQL["save_occupants"], {
                **self._property,
                "stay_id": stay_id,
                "positions": [row.position for row in changed],
                "guest_ids": [row.guest_id for row in changed],
                "states": [row.state for row in changed],
                "primaries": [row.is_primary for row in changed],
                "relations": [row.relation for row in changed],
                "guardians": [row.guardian_reached for row in changed],
                "categories": [row.age_category for row in changed],
                "arrivals": [row.arrival for row in changed],
                "departures": [row.departure for row in changed],
            })

    async def move_segment(self, stay: StayRow, *, closes: bool, opens: bool) -> None:
        """Close the segment that runs, and open one in the stay's room."""
        params = {**self._property, "stay_id": stay.stay_id, "room_number": stay.room_number, "at": stay.now_at}
        if closes:
            await self._now.run(_SQL["close_segment"], params)
        if opens:
            await self._now.run(_SQL["open_segment"], params)

    async def set_room_state(self, number: str, state: str) -> None:
        """Write the state of a room."""
        await self._now.run(_SQL["set_room_state"], {**self._property, "number": number, "state": state})

    async def note(self, doing: Doing, act: str, before: str | None, stay: StayRow, details: Mapping[str, Any]) -> None:
        """Append the act; version and room are noted, so that a repeat tells the first result."""
        noted = {**details, "version": stay.version, "room": stay.room_number}
        await self._now.run(_SQL["note_act"], {
            **self._property, "act_id": doing.act_id, "stay_id": stay.stay_id, "act": act, "from_state": before,
            "to_state": stay.state, "staff_id": doing.staff_id, "at": stay.now_at,
            "business_date": stay.business_date, "details": Jsonb(noted),
        })
