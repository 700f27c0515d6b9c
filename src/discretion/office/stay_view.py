"""One stay as its page shows it: the line, the people, the times in rooms, what was done to it and what may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from discretion.hotel.stay import StayState, acts_from
from discretion.office.lists import line_of_stay
from discretion.office.people import Occupant
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime
    from decimal import Decimal

    from discretion.office.database import Office
    from discretion.office.lists import StayLine

_SQL = queries("stay_view.sql")


@dataclass(frozen=True, slots=True)
class Segment:
    """A time in a room; `until_at` None = still there."""

    position: int
    room_number: str
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActLine:
    """Something done to the stay; `details` holds codes, positions and the values it replaced, never a name."""

    act_id: bytes
    act: str
    from_state: str
    to_state: str
    staff_id: bytes | None
    staff_name: str
    at: datetime
    business_date: date
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class StayView:
    """A stay's page. `may` are the acts that its state allows, before any guard."""

    line: StayLine
    business_date: date
    actual_in_at: datetime | None
    actual_out_at: datetime | None
    room_state: str
    room_type_reserved: str
    meal: str
    rate: Decimal | None
    source: str
    booked_on: date | None
    market_segment: str
    distribution_channel: str
    agent: str
    company: str
    customer_type: str
    deposit_type: str
    special_requests: int
    parking_spaces: int
    occupants: tuple[Occupant, ...]
    segments: tuple[Segment, ...]
    acts: tuple[ActLine, ...]
    may: tuple[str, ...]

    def leaving(self, *, is_repeat: bool) -> tuple[bytes, ...]:
        """Return the records of those whom a check-out of this view sends away; all there were, when it is a repeat."""
        gone = {"cancelled"} if is_repeat else {"cancelled", "departed"}
        return tuple(dict.fromkeys(o.guest_id for o in self.occupants if o.guest_id and o.state not in gone))


async def stay(office: Office, property_id: bytes, stay_id: bytes) -> StayView | None:
    """Return the stay, None for an unknown one."""
    params = {"property_id": property_id, "stay_id": stay_id}
    line = await line_of_stay(office, property_id, stay_id)
    if line is None:
        return None
    async with office.reading() as now:
        details = (await now.dicts(_SQL["details"], params))[0]
        occupants = await now.rows(Occupant, _SQL["occupants"], params)
        segments = await now.rows(Segment, _SQL["segments"], params)
        acts = await now.rows(ActLine, _SQL["acts"], params)
    may = tuple(str(act) for act in acts_from(StayState(line.state)))
    return StayView(line=line, occupants=occupants, segments=segments, acts=acts, may=may, **details)
