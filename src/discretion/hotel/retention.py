"""How long what is kept: rules, the dates that follow from them, and what is done where they contradict each other.

Rules:
* A rule says of some field groups of some guests and stays: *keep until*, an obligation, and *gone by*, a limit. Both
  count from an event of the stay.
* Of one stay the longest *keep* and the shortest *gone by* count; of several stays of one guest the latest of each, for
  a record is one, and its newest stay needs it longest.
* *Keep* is stronger than *gone by*. Where both come from laws that is a contradiction, and it is shown as one.
* What is not known of a guest counts as each kind: of a guest without a country the rules for foreign and for domestic
  guests hold alike.

Left to others: which rules a hotel has, holds, what goes when (the office). Source: hotel.md, section 10.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from discretion.hotel.purpose import FieldGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LINKS: Final = 256
"""The bit of what stands in clear without a name: that a guest had a stay. It goes with the whole record alone."""

WHOLE: Final = 255
"""Every field group: the record, with its key and its links."""

SUBJECTS: Final = {**{group.word: group.bit for group in FieldGroup}, "links": LINKS}
MONTHS_MAX: Final = 600
DAYS_MAX: Final = 3660
_PERIOD: Final = re.compile(r"(?:0|([1-9][0-9]{0,3})) ?(day|month|year|天|个月|年)s?")
_YEAR_MONTHS: Final = 12
_LAST_DAY_MAX: Final = 31
_ANCHOR: Final = date(2023, 3, 1)


class Event(StrEnum):
    """What a period counts from."""

    ARRIVAL = "arrival"
    COLLECTION = "collection"
    DEPARTURE = "departure"


class GuestKind(StrEnum):
    """Whom a rule is about, by the country that the reservation names."""

    ANY = "any"
    DOMESTIC = "domestic"
    FOREIGN = "foreign"


class StayKind(StrEnum):
    """Which stays a rule is about."""

    ANY = "any"
    CANCELLED = "cancelled"
    NEVER_ARRIVED = "never_arrived"
    NO_SHOW = "no_show"
    STAYED = "stayed"


class Basis(StrEnum):
    """Why there is a rule: a law says so, or the hotel chose it."""

    CHOICE = "choice"
    LAW = "law"


STAYED, CANCELLED, NO_SHOW, LAPSED, NO_STAY = 1, 2, 4, 8, 16
"""How a stay came out, as bits; the last is a record without any stay."""

STAY_BITS: Final = {
    StayKind.ANY: 31, StayKind.STAYED: STAYED, StayKind.CANCELLED: CANCELLED, StayKind.NO_SHOW: NO_SHOW,
    StayKind.NEVER_ARRIVED: CANCELLED | NO_SHOW | LAPSED | NO_STAY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Period:
    """So many months and days. A month from the last of January is the last of February."""

    months: int
    days: int

    def after(self, day: date) -> date:
        """Return the day on which the period is over that began on `day`."""
        month = day.year * _YEAR_MONTHS + day.month - 1 + self.months
        first = date(month // _YEAR_MONTHS, month % _YEAR_MONTHS + 1, 1)
        following = date((month + 1) // _YEAR_MONTHS, (month + 1) % _YEAR_MONTHS + 1, 1)
        return min(first + timedelta(days=day.day - 1), following - timedelta(days=1)) + timedelta(days=self.days)

    def over_since(self, today: date) -> date:
        """Return the latest day from which the period is over today: what began then or before is past it."""
        month = max(today.year * _YEAR_MONTHS + today.month - 1 - self.months, _YEAR_MONTHS)
        day = date(month // _YEAR_MONTHS, month % _YEAR_MONTHS + 1, 1) + timedelta(days=_LAST_DAY_MAX + 1 - self.days)
        while self.after(day) > today:
            day -= timedelta(days=1)
        return day

    def is_shorter_than(self, other: Period) -> bool:
        """Whether it ends earlier, begun on the first of March 2023, a year without a leap day ahead."""
        return self.after(_ANCHOR) < other.after(_ANCHOR)

    def __str__(self) -> str:
        """Write it as `read_period` reads it."""
        if self.days or not self.months:
            return _written(self.months * 30 + self.days, "day")
        years, months = divmod(self.months, _YEAR_MONTHS)
        return _written(self.months, "month") if months else _written(years, "year")


def _written(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def read_period(text: str) -> Period | None:
    """Return the period that `30 days`, `15 months`, `3 years` (or 天, 个月, 年) means, None for anything else."""
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        return None
    count = int(found[1] or 0)
    if found[2] in {"day", "天"}:
        period = Period(0, count)
    else:
        period = Period(count * (1 if found[2] in {"month", "个月"} else _YEAR_MONTHS), 0)
    return period if period.months <= MONTHS_MAX and period.days <= DAYS_MAX else None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `home` is the country, alpha-3, whose guests are the domestic ones; `groups` a mask of `SUBJECTS`."""

    code: str
    groups: int
    guests: GuestKind
    stays: StayKind
    event: Event
    keep: Period | None
    gone: Period | None
    basis: Basis
    home: str

    def is_about(self, line: Line) -> bool:
        """Whether it holds for a guest's stay."""
        if not STAY_BITS[self.stays] & line.outcome:
            return False
        return (
            self.guests is GuestKind.ANY or not line.country
            or (line.country == self.home) is (self.guests is GuestKind.DOMESTIC)
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One stay of a guest, or that there is none: how it came out, the reservation's country, the days of events."""

    outcome: int
    country: str
    arrival: date
    departure: date
    collection: date

    def day_of(self, event: Event) -> date:
        """Return the day of an event."""
        return {
            Event.ARRIVAL: self.arrival, Event.COLLECTION: self.collection, Event.DEPARTURE: self.departure,
        }[event]


@dataclass(frozen=True, slots=True)
class GroupDates:
    """What the rules say of one field group (or `links`) of one guest; None = nothing says so."""

    subject: str
    keep_until: date | None
    keep_rule: Rule | None
    gone_by: date | None
    gone_rule: Rule | None

    @property
    def due_on(self) -> date | None:
        """The day on which it goes by itself: its limit, or the end of the obligation that outlasts the limit."""
        if self.gone_by is None or self.keep_until is None:
            return self.gone_by
        return max(self.gone_by, self.keep_until)

    @property
    def is_contradiction(self) -> bool:
        """Whether two laws cannot both be met."""
        return (
            self.keep_until is not None and self.gone_by is not None and self.keep_until > self.gone_by
            and _is_law(self.keep_rule) and _is_law(self.gone_rule)
        )


def dates_of(rules: Sequence[Rule], lines: Sequence[Line]) -> tuple[GroupDates, ...]:
    """Return what the rules say of each subject of a guest with these stays, in the order of `SUBJECTS`."""
    return tuple(_dates(subject, bit, rules, lines) for subject, bit in SUBJECTS.items())


def _dates(subject: str, bit: int, rules: Sequence[Rule], lines: Sequence[Line]) -> GroupDates:
    keep: tuple[date, Rule] | None = None
    gone: tuple[date, Rule] | None = None
    is_limited = bool(lines)
    for line in lines:
        own = [rule for rule in rules if rule.groups & bit and rule.is_about(line)]
        keeps = [(rule.keep.after(line.day_of(rule.event)), rule) for rule in own if rule.keep]
        goes = [(rule.gone.after(line.day_of(rule.event)), rule) for rule in own if rule.gone]
        if keeps:
            keep = _latest(keep, max(keeps, key=_day))
        if goes:
            gone = _latest(gone, min(goes, key=_day))
        else:
            is_limited = False  # nothing limits this stay, so nothing limits the record it stands in
    keep_until, keep_rule = keep or (None, None)
    gone_by, gone_rule = gone if gone and is_limited else (None, None)
    return GroupDates(subject, keep_until, keep_rule, gone_by, gone_rule)


def _latest(before: tuple[date, Rule] | None, found: tuple[date, Rule]) -> tuple[date, Rule]:
    return found if before is None or found[0] > before[0] else before


def _day(found: tuple[date, Rule]) -> date:
    return found[0]


def _is_law(rule: Rule | None) -> bool:
    return rule is not None and rule.basis is Basis.LAW


@dataclass(frozen=True, slots=True)
class Clash:
    """Two rules that cannot both be met for the same guest and stay: `keep` outlasts `gone` in these subjects."""

    keep: Rule
    gone: Rule
    groups: int

    @property
    def is_alarm(self) -> bool:
        """Whether both are law; a limit that the hotel chose only waits for the obligation."""
        return self.keep.basis is Basis.LAW and self.gone.basis is Basis.LAW


def clashes(rules: Iterable[Rule]) -> tuple[Clash, ...]:
    """Return the pairs of rules that contradict each other whatever the dates, those of laws first.

    Rules that count from different events are compared as if a stay were of one day; the plan compares real dates.
    """
    known = tuple(rules)
    found = [
        Clash(keep, gone, keep.groups & gone.groups)
        for keep in known for gone in known
        if keep.keep and gone.gone and keep.groups & gone.groups and gone.gone.is_shorter_than(keep.keep)
        and STAY_BITS[keep.stays] & STAY_BITS[gone.stays]
        and (GuestKind.ANY in {keep.guests, gone.guests} or keep.guests is gone.guests)
    ]
    return tuple(sorted(found, key=lambda clash: (not clash.is_alarm, clash.keep.code, clash.gone.code)))


def mask_of(words: Iterable[str]) -> int:
    """Return the mask of these subjects. Errors: `KeyError` for a word that is none."""
    return sum(SUBJECTS[word] for word in set(words))


def words_of(mask: int) -> tuple[str, ...]:
    """Return the subjects in a mask, in their order."""
    return tuple(word for word, bit in SUBJECTS.items() if mask & bit)


def is_shortened(old: Rule, new: Rule) -> bool:
    """Whether something goes earlier, or may go earlier, under `new` than under `old`."""
    if old.keep and (new.keep is None or new.keep.is_shorter_than(old.keep)):
        return True
    return new.gone is not None and (old.gone is None or new.gone.is_shorter_than(old.gone))
