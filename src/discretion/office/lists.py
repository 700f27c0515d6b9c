"""The working lists of the desk: the day's tiles, arrivals, in house, departures, and stays by an exact key.

Rules:
* One query a list, never one a line; a page holds at most 100 lines.
* Incognito stays and sealed records stand in no list and in no tile; they come up by their exact room or number only.
* What is derived (due in, overdue …) is computed from state and business date, never stored.

Left to others: who the guests are (the keeper), who may open a list (the faces).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from discretion.hotel import number as reservation_number
from discretion.hotel.stay import StayState, derived_state
from discretion.office.properties import Property
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime, time
    from decimal import Decimal

    from discretion.office.database import Office

_SQL = queries("lists.sql")
LINES_ON_PAGE = 100
_CANDIDATES_MAX = 1000
_PAGES_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Day:
    """The business day at a glance.

    Shapes: `arrivals` are those of the business date and the overdue, `arrived` of them included; `departures`
    likewise, with `left`. `rooms_free` are free tonight, no due-in stay assigned to them; `rooms_clean` of these are
    clean or inspected. `now_at` is the database's clock.
    """

    property: Property
    now_at: datetime
    arrivals: int
    arrived: int
    arrivals_without_room: int
    in_house_rooms: int
    in_house_persons: int
    departures: int
    left: int
    rooms_free: int
    rooms_clean: int


@dataclass(frozen=True, slots=True)
class StayLine:
    """One stay in a list: pseudonymous, the name comes from the keeper.

    Shapes: `derived` is "", `due_in`, `arrival_overdue`, `due_out` or `departure_overdue`; `guest_id` is the primary
    occupant's; `occupants` counts people, `named` those with a record; `generated` says that the people are invented.
    """

    stay_id: bytes
    reservation_id: bytes
    number: str
    state: str
    derived: str
    room_number: str
    room_type: str
    arrival: date
    departure: date
    nights: int
    expected_time: time | None
    adults: int
    children: int
    babies: int
    guest_id: bytes | None
    occupants: int
    named: int
    checked_in_on: date | None
    left_on: date | None
    balance: Decimal
    currency: str
    group_code: str
    generated: bool
    version: int


@dataclass(frozen=True, slots=True)
class StayPage:
    """One page of a list; `page` counts from 1 and never lies beyond `pages`."""

    lines: tuple[StayLine, ...]
    page: int
    pages: int
    total: int


async def day(office: Office, property_id: bytes) -> Day | None:
    """Return the tiles of today, None for an unknown property."""
    async with office.reading() as now:
        rows = await now.dicts(_SQL["day"], {"property_id": property_id})
    if not rows:
        return None
    row = rows[0]
    house = Property(**{field.name: row.pop(field.name) for field in fields(Property)})
    return Day(property=house, **row)


async def arrivals(
    office: Office,
    property_id: bytes,
    *,
    show: Literal["all", "due", "arrived"] = "all",
    on: date | None = None,
    page: int = 1,
) -> StayPage:
    """Return those who come: on the business date with the overdue, or on another day."""
    return await _page(office, "arrivals", {"property_id": property_id, "show": show, "on": on}, page)


async def in_house(office: Office, property_id: bytes, *, page: int = 1) -> StayPage:
    """Return those in the house, by room."""
    return await _page(office, "in_house", {"property_id": property_id}, page)


async def departures(
    office: Office, property_id: bytes, *, show: Literal["all", "due", "left"] = "all", page: int = 1,
) -> StayPage:
    """Return those who go: due out today and overdue, and those who left today."""
    return await _page(office, "departures", {"property_id": property_id, "show": show}, page)


async def stays_at_room(office: Office, property_id: bytes, room_number: str) -> tuple[StayLine, ...]:
    """Return who is in exactly this room, or due in with it."""
    return await _lines(office, "at_room", {"property_id": property_id, "room_number": room_number})


async def stays_by_number(office: Office, property_id: bytes, number: str) -> tuple[StayLine, ...]:
    """Return the stays of exactly this reservation number, as written or, of our own numbers, as heard."""
    wanted = number.strip().replace("\0", "\ufffd")
    numbers = [wanted, reservation_number.read(wanted) or wanted]
    return await _lines(office, "by_number", {"property_id": property_id, "numbers": numbers})


async def stays_of_guest(office: Office, property_id: bytes, guest_id: bytes) -> tuple[StayLine, ...]:
    """Return the guest's stays, newest first, at most 100."""
    return await _lines(office, "of_guest", {"property_id": property_id, "guest_id": guest_id})


async def no_show_candidates(office: Office, property_id: bytes) -> tuple[StayLine, ...]:
    """Return confirmed stays whose arrival has passed, oldest first, at most 1000."""
    return await _lines(office, "no_show_candidates", {"property_id": property_id}, _CANDIDATES_MAX)


async def line_of_stay(office: Office, property_id: bytes, stay_id: bytes) -> StayLine | None:
    """Return one stay as a line, None for an unknown one."""
    found = await _lines(office, "one", {"property_id": property_id, "stay_id": stay_id})
    return found[0] if found else None


async def _page(office: Office, name: str, params: Mapping[str, object], page: int) -> StayPage:
    wanted = min(max(page, 1), _PAGES_MAX)
    async with office.reading() as now:
        rows = await now.dicts(_SQL[name], _window(params, wanted))
        if not rows and wanted > 1:  # the list has shrunk since the link was drawn: its first page instead
            wanted = 1
            rows = await now.dicts(_SQL[name], _window(params, wanted))
    total = rows[0]["total"] if rows else 0
    return StayPage(_told(rows), wanted, max(-(-total // LINES_ON_PAGE), 1), total)


async def _lines(
    office: Office, name: str, params: Mapping[str, object], limit: int = LINES_ON_PAGE,
) -> tuple[StayLine, ...]:
    async with office.reading() as now:
        return _told(await now.dicts(_SQL[name], {**params, "limit": limit}))


def _window(params: Mapping[str, object], page: int) -> dict[str, object]:
    return {**params, "limit": LINES_ON_PAGE, "offset": (page - 1) * LINES_ON_PAGE}


def _told(rows: Iterable[dict[str, Any]]) -> tuple[StayLine, ...]:
    lines = []
    for row in rows:
        del row["total"]
        today = row.pop("business_date")
        derived = derived_state(StayState(row["state"]), row["arrival"], row["departure"], today)
        lines.append(StayLine(derived=derived or "", **row))
    return tuple(lines)
