"""A small number that is hidden cannot be had back: what is published is the same whatever it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discretion.faces.portal.transparency_files import sheet
from discretion.hotel.purpose import Purpose
from discretion.insight.statement import Counts, Quarter, due, encoded, read_statement, stated
from discretion.insight.suppression import HIDDEN, Total, is_small, over, shown, total

COUNTS = st.integers(0, 60) | st.integers(0, 10**7)
SMALL = st.integers(1, 9)
QUARTER = Quarter(2026, 3)
NAMES = ("emergencies", "reviews", "unjustified", "rights_received", "rights_in_time", "rights_late", "authority_received", "authority_given", "authority_refused")


@st.composite
def counted(draw: st.DrawFn) -> Counts:
    days = st.none() | st.floats(0, 90)
    return Counts(
        look_ups={purpose.value: draw(COUNTS) for purpose in Purpose}, review_days=draw(days), rights_days=draw(days),
        **{name: draw(COUNTS) for name in NAMES},
    )


def published(counts: Counts) -> tuple[str, bytes]:
    statement = stated(QUARTER, QUARTER.first, counts)
    return encoded(statement), sheet(statement)


@given(counted(), st.data())
def test_what_is_published_is_the_same_whatever_a_hidden_number_was(counts: Counts, data: st.DataObject) -> None:
    purposes = {purpose: data.draw(SMALL) for purpose, count in counts.look_ups.items() if is_small(count)}
    others = {name: data.draw(SMALL) for name in NAMES if is_small(getattr(counts, name))}
    assert published(replace(counts, look_ups={**counts.look_ups, **purposes}, **others)) == published(counts)


@given(counted())
def test_no_number_below_ten_but_nought_is_published(counts: Counts) -> None:
    statement = stated(QUARTER, QUARTER.first, counts)
    numbers = [statement.emergency_viewings, statement.reviews_closed, statement.found_without_justification, statement.rights_received,
               statement.rights_answered_in_time, statement.rights_answered_late, statement.authority_received, statement.authority_given,
               statement.authority_refused, *statement.look_ups_by_purpose.values()]
    assert not [number for number in numbers if isinstance(number, int) and is_small(number)]
    hidden = [number for number in statement.look_ups_by_purpose.values() if number == HIDDEN]
    assert (statement.look_ups.exactly is None) == bool(hidden)


@given(st.lists(COUNTS, min_size=1))
def test_a_sum_is_exact_only_where_each_part_is_shown(parts: list[int]) -> None:
    found = total(parts)
    if any(map(is_small, parts)):
        assert found == Total(more_than=sum(part for part in parts if not is_small(part)))
        assert found.more_than is not None and found.more_than < sum(parts)
    else:
        assert found == Total(exactly=sum(parts))


def test_nought_is_shown_and_a_mean_over_few_is_not() -> None:
    assert (shown(0), shown(1), shown(9), shown(10)) == (0, HIDDEN, HIDDEN, 10)
    assert (over(1.66, 40), over(1.66, 9), over(1.66, 40, 3), over(1.66, 0), over(None, 40)) == (1.7, None, None, None, None)


@given(counted())
def test_a_statement_is_read_back_as_it_was(counts: Counts) -> None:
    statement = stated(QUARTER, date(2026, 8, 1), counts)
    assert read_statement(encoded(statement)) == statement
    assert statement.counted_from == date(2026, 8, 1)


def test_a_quarter_is_public_some_days_after_its_end_and_never_while_it_runs() -> None:
    begun = date(2026, 5, 20)
    assert list(due(begun, date(2026, 6, 30))) == []
    assert list(due(begun, date(2026, 7, 3))) == []
    assert list(due(begun, date(2026, 7, 4))) == [Quarter(2026, 2)]
    assert [quarter.name for quarter in due(begun, date(2027, 1, 4))] == ["2026-Q2", "2026-Q3", "2026-Q4"]


@given(st.dates(date(2001, 1, 1), date(2999, 12, 31)))
def test_every_day_lies_in_one_quarter(day: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.first <= day <= quarter.last < quarter.next.first
    assert Quarter.read(quarter.name) == quarter


@pytest.mark.parametrize("text", ["", "2026", "2026-Q0", "2026-Q5", "2026-Q11", "x026-Q1", "2026Q1", "99999-Q1", "２０２６-Q1"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a quarter"):
        Quarter.read(text)
