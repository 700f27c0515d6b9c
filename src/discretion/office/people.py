"""The people of a stay: places in the count that become persons. Pure; the rows are read and written elsewhere.

Rules (hotel.md, section 2):
* Rows = adults + children + babies. Naming a person re-uses a provisional row, so the count stays right.
* One person stands once in a stay. One of the named is the primary one.
* Of a minor who arrives, the relation and whether a guardian was reached are answered; "no" is an answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from discretion.hotel.stay import Kinship, OccupantState, occupant_back, occupant_before_arrival
from discretion.office.outcome import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from discretion.office.changes import Person

AGE_CATEGORIES = ("adult", "child", "infant")
PEOPLE_MAX = 200
ID_SIZE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Occupant:
    """One place in a stay, and the person in it once known. `arrival` and `departure` are this person's own days."""

    position: int
    guest_id: bytes | None
    state: str
    is_primary: bool
    relation: str
    guardian_reached: bool | None
    age_category: str
    arrival: date | None
    departure: date | None


def filled(rows: Sequence[Occupant], adults: int, children: int, babies: int) -> tuple[Occupant, ...]:
    """Return the rows with a category each and with the places that are missing in the count.

    Imported stays bring rows without a category, or too few: they take the categories that the count still has room
    for, then an adult's.
    """
    need = dict(zip(AGE_CATEGORIES, (adults, children, babies), strict=True))
    live = [row for row in rows if row.state != OccupantState.CANCELLED]
    for row in live:
        if row.age_category:
            need[row.age_category] -= 1
    whole = [row for row in rows if row.state == OccupantState.CANCELLED]
    for row in live:
        category = row.age_category or next((name for name in AGE_CATEGORIES if need[name] > 0), "adult")
        need[category] -= not row.age_category
        whole.append(replace(row, age_category=category))
    whole += [_place(-1, name) for name in AGE_CATEGORIES for _ in range(need[name])]
    return _numbered(whole)


def places(rows: Sequence[Occupant], adults: int, children: int, babies: int) -> tuple[Occupant, ...]:
    """Return the rows with places added or unnamed ones taken away, so that they are the new count.

    Errors: `RefusedError` `value` when a number is out of range or more people are named than would be counted.
    """
    kept = [row for row in rows if row.state == OccupantState.CANCELLED]
    for field, category, count in zip(
        ("adults", "children", "babies"), AGE_CATEGORIES, (adults, children, babies), strict=True,
    ):
        of_category = [row for row in rows if row.age_category == category and row.state != OccupantState.CANCELLED]
        known = [row for row in of_category if row.guest_id is not None]
        free = [row for row in of_category if row.guest_id is None]
        if not len(known) <= count <= PEOPLE_MAX:
            raise RefusedError("value", field=field)
        kept += [*known, *free[: count - len(known)]]
        kept += [_place(-1, category)] * (count - len(known) - len(free))
    if len(kept) > PEOPLE_MAX:
        raise RefusedError("value", field="adults")
    return _numbered(kept)


def counted(rows: Sequence[Occupant]) -> tuple[int, int, int]:
    """Return how many adults, children and babies the rows hold; a place without a category is an adult's."""
    live = [row.age_category or "adult" for row in rows if row.state != OccupantState.CANCELLED]
    return live.count("adult"), live.count("child"), live.count("infant")


def named(rows: Sequence[Occupant], people: Sequence[Person]) -> tuple[Occupant, ...]:
    """Return the rows with `people` in them: known rows re-used, then provisional ones, then new ones.

    Errors: `RefusedError` `person_missing`, `person_twice`, `position_unknown`, `relation_unknown`, `value`.
    """
    if len({person.guest_id for person in people}) != len(people):
        raise RefusedError("person_twice")
    if len(rows) + len(people) > PEOPLE_MAX:
        raise RefusedError("value", field="people")
    by_position = {row.position: row for row in rows}
    for person in people:
        _check(person)
        row = _row_for(person, by_position)
        by_position[row.position] = replace(
            row,
            guest_id=person.guest_id,
            relation=person.relation or row.relation,
            age_category=person.age_category,
            guardian_reached=row.guardian_reached if person.guardian_reached is None else person.guardian_reached,
            state=occupant_before_arrival(is_named=True, is_complete=True)
            if row.state in {OccupantState.UNKNOWN, OccupantState.INCOMPLETE, OccupantState.CANCELLED}
            else row.state,
        )
    return _with_primary(tuple(by_position.values()))


def boarded(rows: Sequence[Occupant], guest_ids: set[bytes], business_date: date) -> tuple[Occupant, ...]:
    """Return the rows with these guests in the house; who is there already stays as they are.

    Errors: `RefusedError` `relation_missing`, `guardian_missing` for a minor of whom that was not answered.
    """
    for row in rows:
        if row.guest_id in guest_ids:
            _check_minor(row)
    return tuple(
        replace(row, state=OccupantState.ON_BOARD, arrival=business_date, departure=None)
        if row.guest_id in guest_ids and row.state != OccupantState.ON_BOARD
        else row
        for row in rows
    )


def left(rows: Sequence[Occupant], positions: set[int], business_date: date) -> tuple[Occupant, ...]:
    """Return the rows with these people departed."""
    return tuple(
        replace(row, state=OccupantState.DEPARTED, departure=business_date) if row.position in positions else row
        for row in rows
    )


def undone(rows: Sequence[Occupant], positions: set[int]) -> tuple[Occupant, ...]:
    """Return the rows with these people one step back: expected again, or in the house again."""
    return tuple(_back(row) if row.position in positions else row for row in rows)


def positions_of(rows: Sequence[Occupant], state: OccupantState) -> set[int]:
    """Return the positions of the rows in this state."""
    return {row.position for row in rows if row.state == state}


def _back(row: Occupant) -> Occupant:
    before = occupant_back(OccupantState(row.state))
    if before is None:
        return row
    return replace(row, state=before, arrival=row.arrival if before == OccupantState.ON_BOARD else None, departure=None)


def _place(position: int, category: str) -> Occupant:
    unknown = occupant_before_arrival(is_named=False, is_complete=False)
    return Occupant(position, None, unknown, False, "", None, category, None, None)


def _numbered(rows: Sequence[Occupant]) -> tuple[Occupant, ...]:
    """Give new places the lowest positions that are free; the first place of all is the primary one's."""
    taken = {row.position for row in rows if row.position >= 0}
    free = (position for position in range(len(rows) * 2 + 1) if position not in taken)
    numbered = [replace(row, position=next(free)) if row.position < 0 else row for row in rows]
    return _with_primary(tuple(sorted(numbered, key=lambda row: row.position)))


def _with_primary(rows: tuple[Occupant, ...]) -> tuple[Occupant, ...]:
    """Make exactly one row the primary one: a named one before a place, else the first."""
    live = [row for row in rows if row.state != OccupantState.CANCELLED]
    if not live:
        return rows
    first = min(live, key=lambda row: (row.guest_id is None, not row.is_primary, row.position))
    return tuple(replace(row, is_primary=row.position == first.position) for row in rows)


def _row_for(person: Person, by_position: dict[int, Occupant]) -> Occupant:
    here = next((row for row in by_position.values() if row.guest_id == person.guest_id), None)
    if here is not None:
        if person.position not in {None, here.position}:
            raise RefusedError("person_twice")
        return here
    if person.position is not None:
        row = by_position.get(person.position)
        if row is None or row.guest_id is not None:
            raise RefusedError("position_unknown", position=str(person.position))
        return row
    free = [row for row in by_position.values() if row.guest_id is None and row.state != OccupantState.CANCELLED]
    alike = [row for row in free if (row.age_category or "adult") == person.age_category]
    if alike or free:
        return min(alike or free, key=lambda row: (not row.is_primary, row.position))
    return _place(max(by_position, default=-1) + 1, person.age_category)


def _check(person: Person) -> None:
    if len(person.guest_id) != ID_SIZE_BYTES:
        raise RefusedError("person_missing")
    if person.age_category not in AGE_CATEGORIES:
        raise RefusedError("value", field="age_category")
    if person.relation and person.relation not in Kinship.__members__:
        raise RefusedError("relation_unknown")


def _check_minor(row: Occupant) -> None:
    if row.age_category not in {"child", "infant"}:
        return
    if not row.is_primary and not row.relation:
        raise RefusedError("relation_missing", position=str(row.position))
    if row.guardian_reached is None:
        raise RefusedError("guardian_missing", position=str(row.position))
