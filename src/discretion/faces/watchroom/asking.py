"""From the query that a person wrote to what the keeper is asked: days become seconds, staff numbers become ids.

Rules:
* Where the query names no time, the last three months are asked for, and the page says so.
* Days are the hotel's own, from midnight to midnight in its zone.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from discretion.faces.watchroom.query import CODES, Days, Query, QueryError, Term
from discretion.wire import entries as wire

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTHS_BY_DEFAULT: Final = 3
_YEARS: Final = range(1971, 3000)  # nothing was entered before, and nothing will be after


def with_time(query: Query, today: date) -> tuple[Query, date | None]:
    """Return the query with a time in it, and the day that was put there; None where it named a time itself."""
    if any(term.key == "created" for term in query):
        return query, None
    since = months_before(today, MONTHS_BY_DEFAULT)
    return (*query, Term("created", days=(Days(since, None),))), since


def months_before(day: date, months: int) -> date:
    """Return the same day so many months earlier, or the last of its month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def wire_terms(query: Query, zone: str, staff: Mapping[str, bytes]) -> list[wire.Term]:
    """Return the query as the keeper takes it. `staff` is staff number to id.

    Errors: `QueryError` for a staff number that nobody has.
    """
    return [
        wire.Term(
            key=term.key, is_not=term.is_not, values=[_value(term, value, staff) for value in term.values],
            spans=[_span(days, ZoneInfo(zone)) for days in term.days],
        )
        for term in query
    ]


def today_in(zone: str, now: datetime) -> date:
    """Return the day at the hotel."""
    return now.astimezone(ZoneInfo(zone)).date()


def _value(term: Term, value: str, staff: Mapping[str, bytes]) -> str:
    if term.key != "actor" or value in CODES["actor"]:
        return value
    found = staff.get(value)
    if found is None:
        raise QueryError("staff", term.start, term.end, "actor")
    return found.hex()


def _span(days: Days, zone: ZoneInfo) -> wire.Span:
    return wire.Span(
        0 if days.first is None else _midnight(days.first, zone),
        wire.SECOND_MAX if days.last is None or days.last == date.max else _midnight(days.last + timedelta(1), zone),
    )


def _midnight(day: date, zone: ZoneInfo) -> int:
    """Return the second at which a day begins, or the first or last of all where nothing is ever entered."""
    if day.year not in _YEARS:
        return 0 if day.year < _YEARS.start else wire.SECOND_MAX
    return int(datetime.combine(day, time.min, zone).astimezone(UTC).timestamp())
