"""What the JSON formats share about a stay: its dates and state in our words, and its people in their places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from discretion.hotel.source_state import UnknownStateError, state_from
from discretion.office.imports.drafts import BadRowError, Place, StayRow

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from discretion.office.imports.drafts import Person, Tally

ROOM_LENGTH_MAX: Final = 10
PEOPLE_MAX: Final = 200


def state(source: str, word: str, field: str, reason: str = "") -> str:
    """Return our state. Errors: `BadRowError` with `state_unknown`; a state is never guessed."""
    try:
        return state_from(source, word, reason).value
    except UnknownStateError as error:
        raise BadRowError(field, "state_unknown") from error


def settled(row: StayRow, field: str) -> StayRow:
    """Return the row with the business dates that its state implies.

    A stay under way was begun on its arrival date, one that is over ended on its departure date, unless actual times
    say otherwise. Errors: `BadRowError` with `reversed` for a departure before the arrival.
    """
    if row.departure < row.arrival:
        raise BadRowError(field, "reversed")
    if row.state == "in_house":
        return row._replace(checked_in_on=row.checked_in_on or row.arrival)
    if row.state == "checked_out":
        return row._replace(left_on=row.left_on or row.departure)
    return row


def room(number: str, field: str) -> str | None:
    """Return a room's number, None for none. Errors: `BadRowError` with `length`."""
    if len(number) > ROOM_LENGTH_MAX:
        raise BadRowError(field, "length")
    return number or None


def required(value: date | None, field: str) -> date:
    """Return a date that must be given. Errors: `BadRowError` with `missing`."""
    if value is None:
        raise BadRowError(field, "missing")
    return value


def places(people: Sequence[Person], row: StayRow, tally: Tally, relations: Sequence[str] = ()) -> tuple[Place, ...]:
    """Return as many places as the counts say, the named people first, the first of them primary.

    More people than places is a fact of the file: each gets a place, and it is counted.
    """
    kinds = ["adult"] * row.adults + ["child"] * row.children + ["infant"] * row.babies
    if len(people) > len(kinds):
        tally.noticed["more_people_than_counted"] += 1
        kinds += ["adult"] * (len(people) - len(kinds))
    found = []
    for position, kind in enumerate(kinds):
        someone = people[position] if position < len(people) else None
        relation = relations[position] if position < len(relations) else ""
        found.append(Place(kind, someone, is_primary=position == 0, relation=relation if position else ""))
    return tuple(found)
