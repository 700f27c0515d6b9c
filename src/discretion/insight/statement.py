"""The statement of a quarter: what a hotel makes public about looking, as one value that never changes.

Rules:
* A quarter has one statement, made after its end. Nothing is published of a quarter that runs: the difference between
  two days' numbers would be small numbers again.
* It counts what was over within the quarter (look-ups made, reviews closed, requests answered), so that nothing
  counted in it can change afterwards.

Left to others: counting (`counting`), files and words (`transparency`, the faces).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from discretion.hotel.purpose import Purpose
from discretion.insight.suppression import Shown, Total, over, shown, total

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WAIT: Final = timedelta(days=3)  # look-ups of a quarter's last hours are read by then
_MONTHS: Final = 3
_YEAR: Final = re.compile(r"2[0-9]{3}")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months of a year; `number` from 1."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        """Return the quarter that a day lies in."""
        return cls(day.year, (day.month - 1) // _MONTHS + 1)

    @classmethod
    def read(cls, text: str) -> Quarter:
        """Return the quarter that is written `2026-Q3`. Errors: `ValueError`."""
        year, dash, number = text.partition("-Q")
        if not (dash and number in {"1", "2", "3", "4"} and _YEAR.fullmatch(year)):
            raise ValueError("not a quarter")
        return cls(int(year), int(number))

    @property
    def name(self) -> str:
        """The quarter as it is written in addresses and files."""
        return f"{self.year:04d}-Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, (self.number - 1) * _MONTHS + 1, 1)

    @property
    def next(self) -> Quarter:
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)


def due(counted_from: date, today: date) -> Iterator[Quarter]:
    """Yield the quarters that are to be public on `today`: all that had counted days and are over by some days."""
    quarter = Quarter.of(counted_from)
    while quarter.last + WAIT < today:
        yield quarter
        quarter = quarter.next


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted of some days. It holds small numbers: it is never published, kept or logged."""

    look_ups: Mapping[str, int]  # by purpose
    emergencies: int = 0
    reviews: int = 0
    unjustified: int = 0
    review_days: float | None = None
    rights_received: int = 0
    rights_in_time: int = 0
    rights_late: int = 0
    rights_days: float | None = None
    authority_received: int = 0
    authority_given: int = 0
    authority_refused: int = 0


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is public of a quarter. `counted_from` is its first day that was counted; `small` what `<10` stands for."""

    version: int = 1
    quarter: str
    first: date
    last: date
    counted_from: date
    small: str = "numbers from 1 to 9 are written <10, and no sum gives them back"
    look_ups: Total
    look_ups_by_purpose: dict[str, Shown]
    emergency_viewings: Shown
    reviews_closed: Shown
    found_without_justification: Shown
    review_days_mean: float | None
    rights_received: Shown
    rights_answered_in_time: Shown
    rights_answered_late: Shown
    rights_days_median: float | None
    authority_received: Shown
    authority_given: Shown
    authority_refused: Shown


def stated(quarter: Quarter, counted_from: date, counts: Counts) -> Statement:
    """Return the statement of what was counted. Every purpose stands in it, so that none is told by being there."""
    by_purpose = {purpose.value: counts.look_ups.get(purpose.value, 0) for purpose in Purpose}
    return Statement(
        quarter=quarter.name, first=quarter.first, last=quarter.last,
        counted_from=max(quarter.first, counted_from),
        look_ups=total(by_purpose.values()),
        look_ups_by_purpose={purpose: shown(count) for purpose, count in by_purpose.items()},
        emergency_viewings=shown(counts.emergencies),
        reviews_closed=shown(counts.reviews),
        found_without_justification=shown(counts.unjustified),
        review_days_mean=over(counts.review_days, counts.reviews),
        rights_received=shown(counts.rights_received),
        rights_answered_in_time=shown(counts.rights_in_time),
        rights_answered_late=shown(counts.rights_late),
        rights_days_median=over(counts.rights_days, counts.rights_in_time, counts.rights_late),
        authority_received=shown(counts.authority_received),
        authority_given=shown(counts.authority_given),
        authority_refused=shown(counts.authority_refused),
    )  # fmt: skip


def encoded(statement: Statement) -> str:
    """Return the statement as JSON, the same text for the same statement."""
    return msgspec.json.encode(statement).decode()


def read_statement(text: str | bytes) -> Statement:
    """Return the statement that JSON holds, its purposes in the policy's order: a database keeps none.

    Errors: `msgspec.ValidationError`, `msgspec.DecodeError`.
    """
    found = msgspec.json.decode(text, type=Statement)
    known = {purpose.value: place for place, purpose in enumerate(Purpose)}
    by_purpose = sorted(found.look_ups_by_purpose.items(), key=lambda item: known.get(item[0], len(known)))
    return msgspec.structs.replace(found, look_ups_by_purpose=dict(by_purpose))
