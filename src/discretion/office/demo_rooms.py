"""The rooms of the demo hotel, and who has which: every stay of the window in a room of its own, no two at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

FLOORS: Final = ("08", "09", "10", "11", "12")
ROOMS_ON_FLOOR: Final = 12
CLOSED: Final = {"0811": "OOS", "0812": "OOO"}
"""Rooms that nobody gets, and why: not for sale, under repair."""

_TYPES: Final = ("A", "A", "A", "A", "A", "D", "D", "D", "E", "E", "G", "F")


@dataclass(frozen=True, slots=True)
class Room:
    """One room: its number says its floor, its type is a letter of the bookings file."""

    number: str
    floor: str
    type: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A stay that needs a room: from its arrival until the morning of its end, of a type if one is free."""

    key: int
    arrival: date
    end: date
    type: str


def rooms() -> tuple[Room, ...]:
    """Return the 60 rooms: 12 on each of five floors."""
    return tuple(
        Room(f"{floor}{door:02d}", floor.lstrip("0"), _TYPES[door - 1])
        for floor in FLOORS
        for door in range(1, ROOMS_ON_FLOOR + 1)
    )


def night_end(arrival: date, departure: date) -> date:
    """Return the day on which the room is free again; day use takes it for its day."""
    return max(departure, arrival + timedelta(1))


def allocate(wishes: Sequence[Wish]) -> dict[int, str]:
    """Return a room number for each wish that finds one, by its key.

    Rules: in the order of arrival; a free room of the type wished before any other; one that stood empty last night
    before one left this morning; then the one empty for longest, so that guests spread over the house.
    """
    free_since = dict.fromkeys((room.number for room in rooms() if room.number not in CLOSED), date.min)
    types = {room.number: room.type for room in rooms()}
    found: dict[int, str] = {}
    for wish in sorted(wishes, key=lambda each: (each.arrival, each.end, each.key)):
        free = [number for number, since in free_since.items() if since <= wish.arrival]
        if not free:
            continue
        number = min(
            free,
            key=lambda each: (types[each] != wish.type, free_since[each] == wish.arrival, free_since[each], each),
        )
        free_since[number] = wish.end
        found[wish.key] = number
    return found


def named_so(given: dict[int, str], key: int, number: str) -> dict[int, str]:
    """Return the same rooms with two numbers exchanged, so that the stay `key` is in room `number`."""
    other = given[key]
    exchanged = {other: number, number: other}
    return {each: exchanged.get(room, room) for each, room in given.items()}
