"""A query prints as a text that reads as the same query, and whatever else is typed is refused with its place."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from discretion.faces.watchroom.query import (
    CODES,
    KEYS,
    TERMS_MAX,
    TEXT_LENGTH_MAX,
    Days,
    Query,
    QueryError,
    Term,
    parse,
    printed,
    toggled,
)
from discretion.faces.watchroom.words import ERRORS

dates = st.dates(date(1, 1, 2), date(9999, 12, 30))
spans = st.one_of(
    st.builds(lambda day: Days(day, day), dates), st.builds(lambda day: Days(day, None), dates), st.builds(lambda day: Days(None, day), dates),
    st.builds(lambda one, two: Days(min(one, two), max(one, two)), dates, dates),
)
guests = st.text("0123456789abcdef", min_size=32, max_size=32)
numbers = st.from_regex(r"[A-Za-z0-9-]{1,20}", fullmatch=True)


def _values(key: str) -> st.SearchStrategy[str]:
    if key == "guest":
        return guests
    known = st.sampled_from(CODES[key])
    return known | numbers if key == "actor" else known


def _terms(key: str) -> st.SearchStrategy[Term]:
    if key == "created":
        return st.builds(lambda days, is_not: Term(key, (), tuple(days), is_not), st.lists(spans, min_size=1, max_size=3, unique=True), st.booleans())
    return st.builds(
        lambda values, is_not: Term(key, tuple(values), (), is_not), st.lists(_values(key), min_size=1, max_size=4, unique=True), st.booleans(),
    )


terms = st.sampled_from(KEYS).flatmap(_terms)
queries = st.lists(terms, max_size=6, unique=True).map(tuple).filter(lambda query: len(printed(query)) <= TEXT_LENGTH_MAX)


@given(queries)
def test_what_is_printed_reads_as_the_same(query: Query) -> None:
    assert parse(printed(query)) == query


@given(queries)
def test_the_marks_of_chinese_keyboards_mean_the_same(query: Query) -> None:
    assert parse(printed(query).replace(":", "：").replace(",", "，").replace(" ", "　")) == query


@given(st.text(max_size=60) | st.text("actionpurpose:,-.<>= 20260827", max_size=60))
def test_any_text_is_a_query_or_an_error_with_its_place_and_a_sentence(text: str) -> None:
    read = outcome(text)
    if isinstance(read, QueryError):
        assert 0 <= read.start <= read.end <= len(text)
        assert read.code in ERRORS
    else:
        assert parse(printed(read)) == read
        assert len(read) <= TERMS_MAX


def outcome(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


@given(queries, terms)
def test_a_chip_that_is_pressed_twice_leaves_no_trace(query: Query, term: Term) -> None:
    once = toggled(query, term)
    assert (term in once) is (term not in query)
    if term not in query and term.key != "created":
        assert toggled(once, term) == query
