"""The people of a stay: whatever is booked and named, the rows are the count."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discretion.hotel.stay import OccupantState
from discretion.office.changes import Person
from discretion.office.outcome import RefusedError
from discretion.office.people import Occupant, boarded, counted, filled, left, named, places, positions_of, undone

DAY = date(2026, 11, 23)
counts = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))
persons = st.lists(
    st.builds(
        Person, st.integers(0, 20).map(lambda number: number.to_bytes(16, "big")), st.just("OT"),
        st.sampled_from(["adult", "child", "infant"]), st.booleans(),
    ),
    max_size=8, unique_by=lambda person: person.guest_id,
)


def _imported(count: int) -> tuple[Occupant, ...]:
    """Rows as a file brings them: no category, some with a guest."""
    return tuple(
        Occupant(
            position, bytes([position]) * 16 if position % 2 else None, "unknown", position == 0, "", None, "", None, None,
        )
        for position in range(count)
    )


@given(counts, persons)
def test_naming_never_loses_a_place_or_a_person(booked: tuple[int, int, int], people: list[Person]) -> None:
    before = places((), *booked)
    assert counted(before) == booked
    after = named(before, people)
    assert len(after) == max(sum(booked), len(people))
    assert {row.guest_id for row in after if row.guest_id} == {person.guest_id for person in people}
    assert len({row.position for row in after}) == len(after)
    assert sum(row.is_primary for row in after) == (1 if after else 0)
    primary = next((row for row in after if row.is_primary), None)
    assert primary is None or not people or primary.guest_id is not None
    assert named(after, people) == after


@given(st.integers(0, 12), counts)
def test_imported_rows_are_filled_to_the_count(rows: int, booked: tuple[int, int, int]) -> None:
    after = filled(_imported(rows), *booked)
    assert len(after) == max(rows, sum(booked))
    assert all(row.age_category for row in after)
    if rows <= sum(booked):
        assert counted(after) == booked


@given(counts, counts, persons)
def test_a_new_count_keeps_everybody_named(
    booked: tuple[int, int, int], wanted: tuple[int, int, int], people: list[Person],
) -> None:
    before = named(places((), *booked), people)
    if any(now < known for now, known in zip(wanted, counted([row for row in before if row.guest_id]), strict=True)):
        with pytest.raises(RefusedError, match="value"):
            places(before, *wanted)
        return
    after = places(before, *wanted)
    assert counted(after) == wanted
    assert {row.guest_id for row in after} >= {person.guest_id for person in people}


@given(persons)
def test_going_and_coming_back_is_as_before(people: list[Person]) -> None:
    rows = named((), people)
    here = boarded(rows, {person.guest_id for person in people}, DAY)
    aboard = positions_of(here, OccupantState.ON_BOARD)
    assert len(aboard) == len(people)
    assert undone(left(here, aboard, DAY), aboard) == here
    assert undone(here, aboard) == rows


def test_a_place_that_is_taken_is_not_given_twice() -> None:
    one, two = Person(b"1" * 16, position=0), Person(b"2" * 16, position=0)
    rows = named(places((), 1, 0, 0), [one])
    with pytest.raises(RefusedError, match="position_unknown"):
        named(rows, [two])
    with pytest.raises(RefusedError, match="person_twice"):
        named(rows, [Person(b"1" * 16, position=1)])
    with pytest.raises(RefusedError, match="person_missing"):
        named(rows, [Person(b"1")])
