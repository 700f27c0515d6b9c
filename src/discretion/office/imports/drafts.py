"""What a reader makes of a file: drafts of reservations, stays and people, or the rule that a row breaks.

Rules:
* A draft is complete before anything is sealed or written: what cannot become a draft is a `BadRow`.
* An error names line, field and rule. It never holds a value of the file.
* The fields of `ReservationRow` and `StayRow` are the columns of their tables, in the order they are written.

Left to others: what a layout means (one module a format), sealing and writing (`run`, `writing`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date, datetime, time
    from decimal import Decimal


class BadRowError(Exception):
    """One row cannot be read: `field` as the file names it, `rule` a stable code. The rows around it are unharmed."""

    def __init__(self, field_name: str, rule: str) -> None:
        """Name the place and the rule."""
        super().__init__(f"{field_name}: {rule}")
        self.field = field_name
        self.rule = rule


class FileRefusedError(Exception):
    """The whole file cannot be read as what it was said to be; nothing of it was sealed or written.

    Shapes: `rule` is a stable code, `field` a column or key or empty, `line` 0 when it is about the whole file.
    """

    def __init__(self, rule: str, field_name: str = "", line: int = 0) -> None:
        """Name the rule and the place."""
        super().__init__(f"{rule} {field_name}".strip())
        self.rule = rule
        self.field = field_name
        self.line = line


class BadRow(NamedTuple):
    """A row that is left out, and why."""

    line: int
    field: str
    rule: str


class ReservationRow(NamedTuple):
    """Columns of hotel.reservation after its two ids."""

    number: str
    source: str
    source_id: str
    source_version: str
    booked_on: date | None = None
    status_on: date | None = None
    lead_days: int | None = None
    changes: int = 0
    waiting_days: int = 0
    market_segment: str = ""
    distribution_channel: str = ""
    agent: str = ""
    company: str = ""
    customer_type: str = ""
    deposit_type: str = ""
    country: str = ""
    country_as_given: str = ""
    repeated_guest: bool | None = None
    previous_cancellations: int | None = None
    previous_kept: int | None = None
    parking_spaces: int = 0
    special_requests: int = 0
    group_code: str = ""


class StayRow(NamedTuple):
    """Columns of hotel.stay after its three ids."""

    state: str
    arrival: date
    departure: date
    actual_in_at: datetime | None = None
    actual_out_at: datetime | None = None
    left_on: date | None = None
    checked_in_on: date | None = None
    room_number: str | None = None
    room_type_reserved: str = ""
    room_type_assigned: str = ""
    adults: int = 1
    children: int = 0
    babies: int = 0
    meal: str = ""
    rate: Decimal | None = None
    currency: str = ""
    expected_time: time | None = None
    balance: Decimal | int = 0


class Person(NamedTuple):
    """A guest as the file gives one: `groups` is the JSON of each field group, ready to be sealed."""

    source_id: str
    groups: dict[str, bytes]
    generated: bool = False


class Place(NamedTuple):
    """One place in the count of a stay. `person` is None while nobody is named for it."""

    age_category: str
    person: Person | None = None
    is_primary: bool = False
    relation: str = ""
    guardian_reached: bool | None = None


class StayDraft(NamedTuple):
    """One room line of a reservation. `key` tells it from the others of the same reservation."""

    key: str
    row: StayRow
    places: tuple[Place, ...]


class Draft(NamedTuple):
    """What one row or object of the file becomes: a reservation with its stays, or people alone.

    `hotel` is the property's name or code as the file gives it, or empty.
    """

    line: int
    hotel: str
    reservation: ReservationRow | None
    stays: tuple[StayDraft, ...] = ()
    people: tuple[Person, ...] = ()

    def everyone(self) -> list[Person]:
        """Return all people named in it."""
        named = [place.person for stay in self.stays for place in stay.places if place.person is not None]
        return [*named, *self.people] if self.people else named


@dataclass(slots=True)
class Tally:
    """What was noticed and is no error, counted: values not given, codes left unmapped, fields that nothing keeps."""

    not_given: Counter[str] = field(default_factory=Counter)
    unmapped: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    noticed: Counter[str] = field(default_factory=Counter)


OCCUPANT_STATES = {"checked_out": "departed", "cancelled": "cancelled", "no_show": "cancelled"}
"""State of an occupant by the state of the stay, where it does not depend on the person."""


def occupant_state(stay_state: str, person: Person | None) -> str:
    """Return the state of one place: hotel.md section 2, people in a stay."""
    settled = OCCUPANT_STATES.get(stay_state)
    if settled is not None:
        return settled
    if person is None:
        return "unknown"
    if stay_state == "in_house":
        return "on_board"
    return "expected" if "document" in person.groups else "incomplete"
