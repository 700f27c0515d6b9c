"""Counting: the numbers of some days of one property, from what the worker has counted and from what cases say.

Rules:
* No record is opened and no entry is read: look-ups were counted when they were read for review.
* Days are the hotel's own, in its time zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from discretion.insight.sql import queries
from discretion.insight.statement import Counts, Quarter, Statement, encoded, read_statement, stated

if TYPE_CHECKING:
    from datetime import date

    import psycopg

SQL = queries("counting.sql")


@dataclass(frozen=True, slots=True)
class Kept:
    """A statement that is public, and when it was made."""

    statement: Statement
    made_at: datetime


class Counter:
    """One property's counts on one connection, under the worker's role."""

    def __init__(self, connection: psycopg.Connection[Any], property_id: bytes, time_zone: str) -> None:
        """Say which property, and in which zone its days begin."""
        self._connection = connection
        self._place = {"p": property_id.hex()}
        self._zone = ZoneInfo(time_zone)

    def counted_from(self) -> date | None:
        """Return the first day whose look-ups were counted, None before anybody looked."""
        row = self._row("counted_from", {})
        found: date | None = row[0]
        return found

    def counts(self, first: date, last: date) -> Counts:
        """Return what was counted from one day to another, both included. Small numbers stand in it."""
        span = {
            "first": first, "last": last, "from_at": self._begin(first), "until_at": self._begin(last + timedelta(1)),
        }
        look_ups = dict(self._connection.execute(SQL["look_ups"], {**self._place, **span}).fetchall())
        emergencies, reviews, unjustified, review_days = self._row("reviews", span)
        received, in_time, late, days = self._row("rights", span)
        asked, given, refused = self._row("authority", span)
        return Counts(
            look_ups=look_ups, emergencies=emergencies, reviews=reviews, unjustified=unjustified,
            review_days=review_days, rights_received=received, rights_in_time=in_time, rights_late=late,
            rights_days=days, authority_received=asked, authority_given=given, authority_refused=refused,
        )

    def statement(self, quarter: Quarter, counted_from: date) -> Statement:
        """Return the statement that a quarter would have."""
        return stated(quarter, counted_from, self.counts(quarter.first, quarter.last))

    def keep(self, statement: Statement) -> bool:
        """Return whether the statement is the quarter's now; False when there is one already."""
        params = {**self._place, "quarter": statement.quarter, "body": encoded(statement)}
        return self._connection.execute(SQL["keep"], params).rowcount == 1

    def kept(self) -> tuple[Kept, ...]:
        """Return the statements that are public, oldest first."""
        rows = self._connection.execute(SQL["statements"], self._place).fetchall()
        return tuple(Kept(read_statement(body), made_at) for _, body, made_at in rows)

    def contact(self) -> str:
        """Return where people write about their data; empty where nobody has stated it."""
        row = self._connection.execute(SQL["contact"], self._place).fetchone()
        return row[0] if row else ""

    def _begin(self, day: date) -> datetime:
        return datetime.combine(day, time(), self._zone).astimezone(UTC)

    def _row(self, query: str, params: dict[str, Any]) -> tuple[Any, ...]:
        row = self._connection.execute(SQL[query], {**self._place, **params}).fetchone()
        if row is None:
            raise TypeError
        found: tuple[Any, ...] = row
        return found
