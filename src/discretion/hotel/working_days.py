"""Until when a request must be answered: in working days, or in months.

Rules:
* The day of the request does not count; the last day counts whole.
* Monday to Friday are worked, but for the holidays named; a weekend that is worked instead is named too.
* A month ends on the day of the same number, or on the last day of a shorter month. It is never prolonged because that
  day is a holiday: to answer earlier than one must harms nobody.

Left to others: time zones, and which of the two a hotel goes by (the office).
Source: PIPL art. 50 with the 15 working days that hotels promise; GDPR art. 12(3).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SATURDAY: Final = 5
_MONTHS: Final = 12


def is_worked(day: date, special: Mapping[date, bool]) -> bool:
    """Return whether `day` is a working day; `special` says of single days what their weekday does not."""
    return special.get(day, day.weekday() < _SATURDAY)


def after_working_days(first: date, count: int, special: Mapping[date, bool]) -> date:
    """Return the `count`th working day after `first`.

    Errors: `ValueError` when `special` leaves no working day within a year for each that is counted.
    """
    day, left = first, count
    for _ in range(366 * max(count, 1)):
        day += timedelta(days=1)
        left -= is_worked(day, special)
        if left <= 0:
            return day
    raise ValueError("no working days are left")


def after_months(first: date, count: int) -> date:
    """Return the day `count` months after `first`."""
    months = first.month - 1 + count
    year, month = first.year + months // _MONTHS, months % _MONTHS + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def working_days_left(today: date, last: date, special: Mapping[date, bool]) -> int:
    """Return how many working days are left after `today` up to `last`; below 0, how many it is overdue."""
    step = 1 if last >= today else -1
    low, high = sorted((today, last))
    days = (low + timedelta(days=n + 1) for n in range((high - low).days))
    return step * sum(is_worked(day, special) for day in days)
