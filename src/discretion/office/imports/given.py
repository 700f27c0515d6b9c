"""Values as files give them: what counts as "not given", and the strict way from text to a type.

Rules:
* `NULL`, `NA`, `N/A`, `null`, `-`, empty, `Undefined`, `0000-00-00` mean "not given" in typed columns only: a surname
  "Null" or "Na" is a name.
* Nothing is guessed. A text that is no number, date or country of the stated form breaks a rule; the rule is named,
  the text is not repeated.
* One order of dates a file: stated by the operator, or proved by a value above 12. Mixed orders stop the file.

Left to others: which column is of which type (the readers). Source: hotel.md section 6.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from discretion.hotel.country import NOT_COUNTRIES, alpha3
from discretion.office.imports.drafts import BadRowError, FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

NOT_GIVEN: Final = frozenset(
    ("", "NULL", "null", "Null", "NA", "N/A", "na", "n/a", "-", "Undefined", "undefined", "0000-00-00")
)
"""What means "not given" in a typed column, after white space is cut from both ends."""

TEXT_LENGTH_MAX: Final = 300

DateOrder = Literal["ymd", "dmy", "mdy"]

_INTEGER: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_AMOUNT: Final = re.compile(r"-?[0-9]{1,10}(?:\.[0-9]{1,12})?", re.ASCII)
_ISO_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T00:00(?::00(?:\.0+)?)?Z?)?", re.ASCII)
_PARTED_DATE: Final = re.compile(r"([0-9]{1,4})[/.-]([0-9]{1,2}|[A-Za-z]{3})[/.-]([0-9]{1,4})", re.ASCII)
_CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])(?::[0-5][0-9])?", re.ASCII)
_MONTH_NAMES: Final = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_SMALL: Final = {str(number): number for number in range(1000)}
_CENTS: Final = Decimal("0.01")
_FULL_YEAR: Final = 1000
_MONTH_MAX: Final = 12
_PIVOT_YEARS: Final = 30


def is_given(text: str) -> bool:
    """Return whether a typed column holds a value."""
    return text.strip() not in NOT_GIVEN


def whole(text: str, field: str, at_most: int) -> int:
    """Return a count of 0 to `at_most`. Errors: `BadRowError` with `type` or `range`."""
    number = _SMALL.get(text)
    if number is None:
        bare = text.strip()
        if _INTEGER.fullmatch(bare) is None:
            raise BadRowError(field, "type")
        number = int(bare)
    if number > at_most:
        raise BadRowError(field, "range")
    return number


def amount(text: str, field: str) -> Decimal:
    """Return a sum of money, to the cent. Errors: `BadRowError` with `type` or `range`."""
    bare = text.strip()
    if _AMOUNT.fullmatch(bare) is None:
        raise BadRowError(field, "type")
    try:
        return Decimal(bare).quantize(_CENTS)
    except InvalidOperation as error:
        raise BadRowError(field, "range") from error


def line_text(text: str, field: str, at_most: int = TEXT_LENGTH_MAX) -> str:
    """Return a text of one line without white space at its ends.

    Errors: `BadRowError` with `encoding` (bytes that were no text, control characters) or `length`: nothing is cut.
    """
    bare = text.strip()
    if not bare.isprintable() and _FORBIDDEN.search(bare) is not None:
        raise BadRowError(field, "encoding")
    if len(bare) > at_most:
        raise BadRowError(field, "length")
    return bare


@lru_cache(maxsize=8192)
def word(text: str, field: str, at_most: int = 80) -> str:
    """Return a text of a typed column, empty when it is not given. Errors: as `line_text`."""
    bare = line_text(text, field, at_most)
    return "" if bare in NOT_GIVEN else bare


def country(text: str) -> str:
    """Return the alpha-3 code, or empty for a code that the table does not have: it is never guessed."""
    return alpha3(text) or ""


def nationality(text: str) -> str:
    """Return the alpha-3 code or a code of documents that is no country, or empty."""
    folded = text.strip().upper()
    return folded if folded in NOT_COUNTRIES else alpha3(folded) or ""


def day(text: str, field: str, order: DateOrder) -> date:
    """Return a date written in ISO 8601, or with its parts in `order`.

    Errors: `BadRowError` with `type` (no date of this form) or `range` (no such day).
    """
    bare = text.strip()
    iso = _ISO_DATE.fullmatch(bare)
    if iso is not None:
        year, month, number = (int(part) for part in iso.groups())
    else:
        year, month, number = _parted(bare, field, order)
    try:
        return date(year, month, number)
    except ValueError as error:
        raise BadRowError(field, "range") from error


def moment(text: str, field: str, zone: ZoneInfo) -> datetime:
    """Return an ISO 8601 moment; one without an offset is the property's. Errors: `BadRowError` with `type`."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadRowError(field, "type") from error
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)


def clock(text: str, field: str) -> time:
    """Return a time of day, `HH:MM` or `HH:MM:SS`. Errors: `BadRowError` with `type`."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise BadRowError(field, "type")
    return time(int(found[1]), int(found[2]))


def truth(text: str, field: str) -> bool:
    """Return a yes or no. Errors: `BadRowError` with `type`."""
    folded = text.strip().lower()
    if folded in {"1", "true", "yes", "y"}:
        return True
    if folded in {"0", "false", "no", "n"}:
        return False
    raise BadRowError(field, "type")


def proved_order(
    values: Iterable[tuple[int, str]], stated: DateOrder | None, usual: DateOrder | None, field: str
) -> DateOrder:
    """Return the one order of dates that a file uses.

    Shapes: `values` are pairs of line and text, of one or more columns; `usual` is the order that the layout is known
    for, used when nothing in the file proves another. Values that are no dates are left to their rows.
    Errors: `FileRefusedError` with `date_order_mixed`, `date_order_other` (the file proves another than `stated`) or
    `date_order_unknown` (say it with --date-order).
    """
    found: set[DateOrder] = set()
    is_open = False
    for line, text in values:
        order = _order_of(text.strip())
        if order is None:
            is_open = is_open or _PARTED_DATE.fullmatch(text.strip()) is not None
            continue
        found.add(order)
        if len(found) > 1:
            raise FileRefusedError("date_order_mixed", field, line)
    return _settled_order(next(iter(found), None), stated, usual, field, is_open=is_open)


def _settled_order(
    proved: DateOrder | None, stated: DateOrder | None, usual: DateOrder | None, field: str, *, is_open: bool
) -> DateOrder:
    """Return the order the file proves, else the one stated, else the usual one; `is_open`: some dates need one."""
    if proved == "ymd" and is_open:
        raise FileRefusedError("date_order_mixed", field)
    if proved is not None:
        if stated is not None and proved not in {stated, "ymd"}:
            raise FileRefusedError("date_order_other", field)
        return proved
    if stated is None and usual is None and is_open:
        raise FileRefusedError("date_order_unknown", field)
    return stated or usual or "ymd"


def _order_of(text: str) -> DateOrder | None:
    """Return the only order in which `text` can be a date, None if it says nothing."""
    if _ISO_DATE.fullmatch(text) is not None:
        return "ymd"
    parts = _PARTED_DATE.fullmatch(text)
    if parts is None or not parts[2].isdigit():
        return None
    first, second = int(parts[1]), int(parts[2])
    if len(parts[1]) > 2:  # noqa: PLR2004 - a year has four digits
        return "ymd"
    if first > _MONTH_MAX and second <= _MONTH_MAX:
        return "dmy"
    if second > _MONTH_MAX and first <= _MONTH_MAX:
        return "mdy"
    return None


def _parted(text: str, field: str, order: DateOrder) -> tuple[int, int, int]:
    """Return year, month and day of a date in parts. A two-digit year is of 1970 to 2069, as `01-OCT-26` means."""
    found = _PARTED_DATE.fullmatch(text)
    if found is None:
        raise BadRowError(field, "type")
    first, second, third = found.groups()
    if not second.isdigit():
        month = _MONTHS.get(second.upper())
        if month is None or len(first) > 2:  # noqa: PLR2004 - a day has at most two digits
            raise BadRowError(field, "type")
        return _year(third, field), month, int(first)
    if order == "ymd" or len(first) > 2:  # noqa: PLR2004
        if order != "ymd" or len(first) != 4:  # noqa: PLR2004
            raise BadRowError(field, "type")
        return int(first), int(second), int(third)
    if order == "dmy":
        return _year(third, field), int(second), int(first)
    return _year(third, field), int(first), int(second)


def _year(text: str, field: str) -> int:
    """Return a year of two or four digits."""
    number = int(text)
    if len(text) == 4 and number >= _FULL_YEAR:  # noqa: PLR2004
        return number
    if len(text) != 2:  # noqa: PLR2004
        raise BadRowError(field, "type")
    return number + (2000 if number < 100 - _PIVOT_YEARS else 1900)
