"""Rooms: the board, free rooms, and the states that housekeeping sets. Acts on stays set the others (`stay_acts`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from discretion.hotel.room import RoomState
from discretion.office.outcome import ActRefusal, Done
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from discretion.office.database import Office

_SQL = queries("rooms.sql")
NUMBER_CHARACTERS_MAX = 10


@dataclass(frozen=True, slots=True)
class Room:
    """A room on the board.

    Shapes: `stay_id` and `guest_id` are who is in it, `arrival_stay_id` who is due in with it; all None where the guest
    is incognito or sealed. `due_out` says that who is in it should leave today or before.
    """

    number: str
    floor: str
    type: str
    state: str
    stay_id: bytes | None
    guest_id: bytes | None
    due_out: bool
    arrival_stay_id: bytes | None


@dataclass(frozen=True, slots=True)
class NewRoom:
    """A room to be added."""

    number: str
    floor: str = ""
    type: str = ""
    state: str = RoomState.VC


async def rooms(office: Office, property_id: bytes) -> tuple[Room, ...]:
    """Return the room board, by floor and number, at most 5000 rooms."""
    async with office.reading() as now:
        return await now.rows(Room, _SQL["board"], {"property_id": property_id})


async def free_rooms(
    office: Office, property_id: bytes, arrival: date, departure: date, *, room_type: str = "",
) -> tuple[Room, ...]:
    """Return the rooms that nobody has between these days, those that are ready first, at most 500.

    A room whose guest is still there counts as taken today, and as free from the day of the booked departure.
    """
    params = {"property_id": property_id, "arrival": arrival, "departure": departure, "room_type": room_type}
    async with office.reading() as now:
        return await now.rows(Room, _SQL["free"], params)


async def set_state(office: Office, property_id: bytes, number: str, state: str, *, seen: str) -> Done | ActRefusal:
    """Set a room's state. Refusals: `state` (no such), `room_unknown`, `stale` (state), `occupied`, `vacant`.

    Whether a room is occupied is known from its stay: it can be made clean or dirty, not vacant, here.
    """
    if state not in RoomState.__members__:
        return ActRefusal("state")
    wanted = RoomState(state)
    params = {"property_id": property_id, "number": number, "state": state}
    async with office.changing() as now:
        found = await now.dicts(_SQL["state"], params)
        if not found:
            return ActRefusal("room_unknown", {"room": number})
        if found[0]["state"] == state:
            return Done(property_id, is_repeat=True)
        if found[0]["state"] != seen:
            return ActRefusal("stale", {"state": found[0]["state"]})
        if found[0]["is_occupied"] != wanted.is_occupied:
            return ActRefusal("occupied" if found[0]["is_occupied"] else "vacant", {"room": number})
        await now.run(_SQL["set_state"], params)
    return Done(property_id, is_repeat=False)


async def add_rooms(office: Office, property_id: bytes, new: Sequence[NewRoom]) -> int:
    """Return how many rooms were added; those that are there stay as they are.

    Errors: `ValueError` for a number that is empty or longer than 10 characters, or an unknown state.
    """
    for room in new:
        texts = (room.number, 1), (room.floor, 0), (room.type, 0)
        is_fit = all(is_plain(text, NUMBER_CHARACTERS_MAX, at_least=least) for text, least in texts)
        if not is_fit or room.state not in RoomState.__members__:
            raise ValueError("a room needs a number, a floor and a type of at most 10 characters, and a known state")
    async with office.changing() as now:
        return await now.run(_SQL["add"], {
            "property_id": property_id,
            "numbers": [room.number for room in new],
            "floors": [room.floor for room in new],
            "types": [room.type for room in new],
            "states": [room.state for room in new],
        })
