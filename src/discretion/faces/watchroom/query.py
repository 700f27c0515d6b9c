"""The query of the watchroom: `key:value` terms, the same in every language, strictly read and printed back.

Rules:
* All terms must hold; of the values of one term, parted by commas, one must. A minus before a term turns it round.
* Values are codes, staff numbers and opaque ids. There is no free text: a word without a key is refused.
* What was read prints as a query that reads as the same.
* Keyboards of Chinese write “：” and “，” for the marks of the grammar; they mean the same.

Left to others: which staff number is whom, what the hotel's day is in seconds (`asking`). Source: experience.md, P10.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from discretion.hotel.purpose import FIELD_GROUPS, Purpose, Role

TEXT_LENGTH_MAX: Final = 1000
TERMS_MAX: Final = 15  # one less than the keeper takes: the default time is a term too
VALUES_MAX: Final = 20
ACTIONS: Final = (
    "alarm", "attest", "change", "demo_sign_in", "deputy", "duplicates", "duty", "emergency_begin", "emergency_end",
    "emergency_note", "enrol", "erase", "explain", "find", "guest_code", "guest_code_wrong", "guest_passkey",
    "guest_post", "guest_read", "guest_sign_in", "guest_sign_out", "guest_view", "import", "inscribe", "invite", "list",
    "look_up", "merge", "policy", "preview", "read_entries", "read_sign_ins", "recover", "release_sign", "request_end",
    "request_open", "reveal", "sign_in", "sign_out", "snapshot", "step_up", "succeed", "unmerge", "vote",
)  # fmt: skip
SIGNALS: Final = ("after_departure", "no_stay", "not_on_shift", "not_badged_in", "in_full", "erased", "damaged")
CODES: Final = MappingProxyType({
    "action": ACTIONS,
    "actor": tuple(role.value for role in Role),
    "purpose": tuple(purpose.value for purpose in Purpose),
    "field": FIELD_GROUPS,
    "signal": SIGNALS,
    "decision": ("allowed", "denied"),
})  # fmt: skip
"""The codes that each key takes; an actor may also be a staff number."""
KEYS: Final = ("actor", "action", "purpose", "field", "signal", "created", "guest", "decision")
_STAFF_NUMBER: Final = re.compile(r"[A-Za-z0-9-]{1,20}")
_GUEST: Final = re.compile(r"[0-9a-f]{32}")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TOKEN: Final = re.compile(r"\S+")
_WIDE: Final = str.maketrans({"：": ":", "，": ",", "　": " ", "－": "-"})


class QueryError(Exception):
    """A text that is no query. `code` says why, `start` and `end` where in the text.

    Shapes: `code` is one of `bare`, `key`, `value`, `empty`, `day`, `days`, `twice`, `terms`, `length`, `staff`.
    """

    def __init__(self, code: str, start: int, end: int, key: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.start = start
        self.end = end
        self.key = key


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included; None = open on that side."""

    first: date | None
    last: date | None

    def __str__(self) -> str:
        """The span as a query writes it."""
        if self.first and self.last:
            return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"
        return f">={self.first}" if self.first else f"<={self.last}"


@dataclass(frozen=True, slots=True)
class Term:
    """One condition; `days` where the key is `created`, `values` elsewhere. `start` and `end` are its place."""

    key: str
    values: tuple[str, ...] = ()
    days: tuple[Days, ...] = ()
    is_not: bool = False
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)

    def __str__(self) -> str:
        """The term as a query writes it."""
        return f"{'-' if self.is_not else ''}{self.key}:{','.join([*self.values, *map(str, self.days)])}"


Query = tuple[Term, ...]


def printed(query: Query) -> str:
    """Return the text of a query."""
    return " ".join(map(str, query))


def parse(text: str) -> Query:
    """Return the query that `text` writes; nothing written is no condition. Errors: `QueryError`."""
    if len(text) > TEXT_LENGTH_MAX:
        raise QueryError("length", TEXT_LENGTH_MAX, len(text))
    terms: list[Term] = []
    for token in _TOKEN.finditer(text.translate(_WIDE)):
        if len(terms) == TERMS_MAX:
            raise QueryError("terms", token.start(), token.end())
        term = _term(token[0], token.start())
        if term in terms:
            raise QueryError("twice", token.start(), token.end())
        terms.append(term)
    return tuple(terms)


def toggled(query: Query, term: Term) -> Query:
    """Return the query with `term`, or without it where it was there; another `created` gives way to a new one."""
    if term in query:
        return tuple(each for each in query if each != term)
    return (*(each for each in query if term.key != "created" or each.key != "created"), term)


def _term(token: str, start: int) -> Term:
    is_not = token.startswith("-")
    key, colon, rest = token[is_not:].partition(":")
    end = start + len(token)
    if not colon:
        raise QueryError("bare", start, end)
    if key not in KEYS:
        raise QueryError("key", start + is_not, start + is_not + len(key), key[:20])
    at = start + is_not + len(key) + 1
    values: list[str] = []
    days: list[Days] = []
    for value in rest.split(","):
        if not value:
            raise QueryError("empty", start, end, key)
        if len(values) + len(days) == VALUES_MAX:
            raise QueryError("terms", at, end)
        if key == "created":
            days.append(_days(value, at))
        else:
            values.append(_checked(key, value, at))
        at += len(value) + 1
    if len(set(values)) != len(values) or len(set(days)) != len(days):
        raise QueryError("twice", start, end)
    return Term(key, tuple(values), tuple(days), is_not, start, end)


def _checked(key: str, value: str, at: int) -> str:
    if key == "guest":
        is_known = bool(_GUEST.fullmatch(value))
    else:
        is_known = value in CODES[key] or (key == "actor" and bool(_STAFF_NUMBER.fullmatch(value)))
    if not is_known:
        raise QueryError("value", at, at + len(value), key)
    return value


def _days(value: str, at: int) -> Days:
    """Return the days that `2026-08-25`, `2026-08-25..2026-09-01`, `>=…`, `>…`, `<=…` or `<…` writes."""
    end = at + len(value)
    first, dots, last = value.partition("..")
    if dots:
        days = Days(_day(first, at, end), _day(last, at, end))
    elif value.startswith((">=", "<=")):
        day = _day(value[2:], at, end)
        days = Days(day, None) if value[0] == ">" else Days(None, day)
    elif value.startswith((">", "<")):
        days = _beside(value[0], _day(value[1:], at, end), at, end)
    else:
        days = Days(_day(value, at, end), _day(value, at, end))
    if days.first and days.last and days.first > days.last:
        raise QueryError("days", at, end)
    return days


def _beside(sign: str, day: date, at: int, end: int) -> Days:
    try:
        return Days(day + timedelta(1), None) if sign == ">" else Days(None, day - timedelta(1))
    except OverflowError as error:
        raise QueryError("day", at, end) from error


def _day(text: str, at: int, end: int) -> date:
    if not _DAY.fullmatch(text):
        raise QueryError("day", at, end)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise QueryError("day", at, end) from error
