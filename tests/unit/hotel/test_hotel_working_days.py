"""Until when a request is answered: working days with holidays and worked weekends, and months."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from discretion.hotel.working_days import after_months, after_working_days, is_worked, working_days_left
from discretion.office.rights_clock import Clock

MONDAY = date(2026, 11, 23)
FESTIVAL = {date(2027, 2, day): False for day in range(5, 13)} | {date(2027, 2, 14): True}


def test_fifteen_working_days_from_a_monday_end_on_a_monday_three_weeks_later() -> None:
    assert after_working_days(MONDAY, 15, {}) == date(2026, 12, 14)


@pytest.mark.parametrize(("first", "count", "last"), [
    (MONDAY, 1, date(2026, 11, 24)), (date(2026, 11, 27), 1, date(2026, 11, 30)), (date(2026, 11, 28), 1, date(2026, 11, 30)),
    (date(2027, 2, 4), 1, date(2027, 2, 14)), (date(2027, 2, 4), 2, date(2027, 2, 15)),
])
def test_neither_the_first_day_nor_weekends_nor_holidays_count_but_worked_weekends_do(first: date, count: int, last: date) -> None:
    assert after_working_days(first, count, FESTIVAL) == last


def test_a_calendar_without_any_working_day_is_no_calendar() -> None:
    always_off = {date.fromordinal(MONDAY.toordinal() + n): False for n in range(1500)}
    with pytest.raises(ValueError, match="working"):
        after_working_days(MONDAY, 2, always_off)


@pytest.mark.parametrize(("first", "count", "last"), [
    (MONDAY, 1, date(2026, 12, 23)), (date(2027, 1, 31), 1, date(2027, 2, 28)), (date(2026, 12, 31), 3, date(2027, 3, 31)),
    (date(2028, 1, 30), 1, date(2028, 2, 29)),
])
def test_a_month_ends_on_its_day_or_on_the_last_of_a_shorter_one(first: date, count: int, last: date) -> None:
    assert after_months(first, count) == last


def test_days_left_are_working_days_and_run_below_nought() -> None:
    assert working_days_left(date(2026, 12, 1), date(2026, 12, 14), {}) == 9
    assert working_days_left(MONDAY, MONDAY, {}) == 0
    assert working_days_left(date(2026, 12, 16), date(2026, 12, 14), {}) == -2
    assert is_worked(date(2027, 2, 14), FESTIVAL) and not is_worked(date(2027, 2, 13), FESTIVAL)


def test_an_answer_is_due_when_the_last_day_ends_at_the_hotel() -> None:
    late = datetime(2026, 11, 22, 20, tzinfo=UTC)  # Monday already, in Shanghai
    assert Clock("Asia/Shanghai").due_at(late) == datetime(2026, 12, 14, 15, 59, 59, tzinfo=UTC)
    assert Clock("Europe/Madrid", "gdpr", None, 1).due_at(late) == datetime(2026, 12, 22, 22, 59, 59, tzinfo=UTC)
