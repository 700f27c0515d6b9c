"""Rules that contradict each other are resolved in the open: the longest obligation, the shortest limit, and what is an alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from discretion.hotel.retention import (
    NO_STAY,
    STAYED,
    SUBJECTS,
    Basis,
    Event,
    GuestKind,
    Line,
    Period,
    Rule,
    StayKind,
    clashes,
    dates_of,
    is_shortened,
    mask_of,
    read_period,
    words_of,
)

KEEP = Rule("L-keep", 4, GuestKind.ANY, StayKind.STAYED, Event.DEPARTURE, Period(36, 0), None, Basis.LAW, "CHN")
GONE = replace(KEEP, code="L-gone", keep=None, gone=Period(12, 0))
OWN = replace(GONE, code="own", gone=Period(0, 30), basis=Basis.CHOICE)
STAY = Line(STAYED, "CHN", date(2024, 1, 29), date(2024, 1, 31), date(2024, 1, 29))


def document(*rules: Rule, lines: tuple[Line, ...] = (STAY,)):
    return next(each for each in dates_of(rules, lines) if each.subject == "document")


def test_the_longest_obligation_and_the_shortest_limit_count() -> None:
    found = document(KEEP, replace(KEEP, code="short", keep=Period(3, 0)), replace(GONE, gone=Period(48, 0)), replace(GONE, code="x", gone=Period(40, 0)))
    assert (found.keep_until, found.keep_rule and found.keep_rule.code) == (date(2027, 1, 31), "L-keep")
    assert (found.gone_by, found.gone_rule and found.gone_rule.code) == (date(2027, 5, 31), "x")
    assert found.due_on == date(2027, 5, 31) and not found.is_contradiction


def test_an_obligation_outlasts_a_limit_and_two_laws_are_a_contradiction() -> None:
    assert document(KEEP, GONE).is_contradiction
    assert document(KEEP, GONE).due_on == date(2027, 1, 31)
    assert not document(KEEP, OWN).is_contradiction, "what the hotel chose itself only waits"
    assert [(each.gone.code, each.is_alarm) for each in clashes((OWN, KEEP, GONE))] == [("L-gone", True), ("own", False)]


def test_rules_about_other_people_or_other_stays_do_not_clash() -> None:
    assert clashes((replace(KEEP, guests=GuestKind.FOREIGN), replace(GONE, guests=GuestKind.DOMESTIC))) == ()
    assert clashes((KEEP, replace(GONE, stays=StayKind.NO_SHOW))) == ()
    assert clashes((KEEP, replace(GONE, groups=8))) == ()
    assert clashes((KEEP, replace(GONE, stays=StayKind.ANY)))


def test_of_several_stays_the_newest_says_how_long_and_one_without_a_limit_has_no_end() -> None:
    later = replace(STAY, arrival=date(2025, 5, 1), departure=date(2025, 5, 2), collection=date(2025, 5, 1))
    assert document(OWN, KEEP, lines=(later, STAY)).keep_until == date(2028, 5, 2)
    assert document(OWN, lines=(STAY, later)).gone_by == date(2025, 6, 1)
    foreign = replace(OWN, guests=GuestKind.FOREIGN)
    assert document(foreign, lines=(replace(STAY, country="FRA"), later)).due_on is None


@pytest.mark.parametrize(("country", "guests", "is_meant"), [
    ("CHN", GuestKind.DOMESTIC, True), ("CHN", GuestKind.FOREIGN, False), ("FRA", GuestKind.FOREIGN, True),
    ("FRA", GuestKind.DOMESTIC, False), ("", GuestKind.DOMESTIC, True), ("", GuestKind.FOREIGN, True), ("FRA", GuestKind.ANY, True),
])
def test_whose_country_is_unknown_is_taken_as_either(country: str, guests: GuestKind, is_meant: bool) -> None:
    assert replace(KEEP, guests=guests).is_about(replace(STAY, country=country)) is is_meant


def test_a_record_without_a_stay_has_never_arrived() -> None:
    assert replace(KEEP, stays=StayKind.NEVER_ARRIVED).is_about(replace(STAY, outcome=NO_STAY))
    assert not KEEP.is_about(replace(STAY, outcome=NO_STAY))


@pytest.mark.parametrize(("months", "days"), [(0, 0), (1, 0), (12, 0), (36, 0), (0, 30), (13, 5)])
def test_a_period_is_over_from_one_day_on(months: int, days: int) -> None:
    period = Period(months, days)
    for back in range(800):
        today = date(2025, 12, 31) - timedelta(days=back)
        last = period.over_since(today)
        assert period.after(last) <= today < period.after(last + timedelta(days=1))


def test_a_month_from_the_last_of_january_is_the_last_of_february() -> None:
    assert (Period(1, 0).after(date(2024, 1, 31)), Period(12, 0).after(date(2024, 2, 29))) == (date(2024, 2, 29), date(2025, 2, 28))


@pytest.mark.parametrize(("text", "period"), [
    ("30 days", Period(0, 30)), ("1 day", Period(0, 1)), ("15 months", Period(15, 0)), ("3 years", Period(36, 0)), ("0 days", Period(0, 0)),
    ("3 年", Period(36, 0)), ("15个月", Period(15, 0)), ("30 天", Period(0, 30)), ("", None), ("3", None), ("3 weeks", None), ("-1 days", None),
    ("03 days", None), ("99 years", None), ("3 years 1 day", None), ("4000 days", None),
])
def test_periods_are_read_strictly(text: str, period: Period | None) -> None:
    assert read_period(text) == period
    assert period is None or read_period(str(period)) == period


def test_what_goes_earlier_is_a_shortening() -> None:
    limit = replace(KEEP, gone=Period(48, 0))
    assert is_shortened(limit, replace(limit, gone=Period(40, 0)))
    assert is_shortened(limit, replace(limit, keep=Period(12, 0)))
    assert is_shortened(limit, replace(limit, keep=None))
    assert is_shortened(KEEP, limit), "a limit where there was none"
    assert not is_shortened(limit, replace(limit, keep=Period(40, 0), gone=Period(60, 0)))
    assert not is_shortened(limit, replace(limit, gone=None))


def test_subjects_are_a_mask() -> None:
    assert mask_of(["identity", "links", "identity"]) == 257
    assert words_of(257) == ("identity", "links") and words_of(511) == tuple(SUBJECTS)
