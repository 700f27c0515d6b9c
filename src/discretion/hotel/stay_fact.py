"""What an act on a stay starts from, what it brings with it, and what it ends in.

Rules:
* Plain values. A refusal and a change are both answers; neither is an error.

Left to others: the table that leads from one to the other (`stay`). Source: hotel.md section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from discretion.hotel.stay_state import Act, StayState


class RefusalCode(StrEnum):
    """Why an act is refused."""

    WRONG_STATE = "wrong_state"
    DATES_MISSING = "dates_missing"
    DATES_REVERSED = "dates_reversed"
    NO_PERSONS = "no_persons"
    NOT_BOOKABLE = "not_bookable"
    OUTSIDE_STAY = "outside_stay"
    REASON_MISSING = "reason_missing"
    REASON_UNKNOWN = "reason_unknown"
    ARRIVAL_NOT_PAST = "arrival_not_past"
    DEPARTURE_PAST = "departure_past"
    ARRIVAL_IN_FUTURE = "arrival_in_future"
    ROOM_MISSING = "room_missing"
    ROOM_SAME = "room_same"
    ROOM_TAKEN = "room_taken"
    NOBODY_NAMED = "nobody_named"
    BUSINESS_DATE_TURNED = "business_date_turned"
    HAS_CHARGES = "has_charges"
    DEPARTURE_NOT_LATER = "departure_not_later"


class Effect(StrEnum):
    """What the office does along with an act, in the same transaction."""

    OCCUPANTS_MADE = "occupants_made"
    OLD_VALUES_KEPT = "old_values_kept"
    OCCUPANTS_MOVED = "occupants_moved"
    REPORTS_WITHDRAWN = "reports_withdrawn"
    SNAPSHOT_TAKEN = "snapshot_taken"
    SNAPSHOT_UNDONE = "snapshot_undone"
    REPORT_CREATED = "report_created"
    REPORT_CANCELLED = "report_cancelled"
    REPORT_CORRECTED = "report_corrected"
    SEGMENT_OPENED = "segment_opened"
    SEGMENT_CLOSED = "segment_closed"
    KEYS_VOID = "keys_void"
    ARRIVAL_TIMED = "arrival_timed"
    DEPARTURE_TIMED = "departure_timed"
    TWO_VERSIONS = "two_versions"
    EARLY_DEPARTURE = "early_departure"


@dataclass(frozen=True, slots=True, kw_only=True)
class StayFacts:
    """What is known of a stay before an act.

    Shapes: `state` is None before booking. `arrival` and `departure` are the booked dates. `room` is the room assigned,
    empty if none. `persons` counts adults, children and babies, `named_occupants` those with a guest record.
    `checked_in_on` and `checked_out_on` are business dates. `has_charges` does not count deposits.
    """

    state: StayState | None
    business_date: date
    arrival: date | None = None
    departure: date | None = None
    room: str = ""
    persons: int = 0
    named_occupants: int = 0
    checked_in_on: date | None = None
    checked_out_on: date | None = None
    has_charges: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActDetails:
    """What an act brings with it; what it does not need stays empty.

    Shapes: `into` is the state to book into. `arrival`, `departure`, `persons`, `room`, `named_occupants` are new
    values (book, amend, extend, check in, walk in, move room); None and empty leave what is. `on` is the day to split
    at, or on which somebody joins or leaves. `is_room_free` says whether the room is free for the dates: of the target
    room to move to, of the old room to undo a check-out; None counts as no.
    """

    into: StayState | None = None
    arrival: date | None = None
    departure: date | None = None
    persons: int | None = None
    named_occupants: int | None = None
    room: str = ""
    on: date | None = None
    reason: str = ""
    is_room_free: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StayChange:
    """What a stay is after an act, and what else is to be done.

    Shapes: `second` is the other stay that a split makes, as state, arrival, departure. `left_on` is the business date
    of a check-out, None for other acts: earlier than `departure` is an early departure, and both are kept.
    """

    act: Act
    before: StayState | None
    after: StayState
    arrival: date
    departure: date
    room: str
    effects: tuple[Effect, ...]
    second: tuple[StayState, date, date] | None = None
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class ActRefusal:
    """Why an act does not happen."""

    code: RefusalCode
    act: Act
    state: StayState | None
