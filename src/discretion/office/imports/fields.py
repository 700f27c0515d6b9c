"""One object of a file, read field by field: typed, bounded, and with a count of what nothing asked for.

Rules:
* Known fields are read by name; what is left is dropped and counted, after a look for card numbers and images.
* A missing field, null and the texts that mean "not given" read the same. A value of another type is a bad row.
* Numbers written as text and texts written as numbers are taken (Cloudbeds sends counts as text).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from discretion.office.imports import given
from discretion.office.imports.drafts import BadRowError
from discretion.office.imports.payment_and_image import require_harmless, require_no_card, require_no_image

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, time
    from zoneinfo import ZoneInfo

    from discretion.office.imports.drafts import Tally

NAME_LENGTH_MAX = 200
SOURCE_ID_LENGTH_MAX = 80


class Fields:
    """The fields of one object. `at` is where it stands in the file, for errors and counts: `guestList.guestEmail`."""

    def __init__(self, raw: Mapping[str, Any], at: str, tally: Tally) -> None:
        """Begin with nothing read."""
        self.raw = raw
        self._at = at
        self._tally = tally
        self._read: set[str] = set()

    def place(self, key: str) -> str:
        """Return the name of a field in errors and counts."""
        return f"{self._at}.{key}" if self._at else key

    def _value(self, key: str) -> str:
        """Return a field's value as text, empty when there is none."""
        self._read.add(key)
        value = self.raw.get(key)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return value
        if isinstance(value, int | float | Decimal):
            return str(value)
        raise BadRowError(self.place(key), "type")

    def text(self, key: str, at_most: int = NAME_LENGTH_MAX) -> str:
        """Return a name or free text as written: `Null` is a name here."""
        value = self._value(key)
        if not value:
            return ""
        place = self.place(key)
        require_no_image(value, place)
        bare = given.line_text(value, place, at_most)
        require_no_card(bare, place)
        return bare

    def word(self, key: str, at_most: int = 64) -> str:
        """Return a code or number as written, empty when not given."""
        value = self._value(key)
        if not value:
            return ""
        require_no_image(value, self.place(key))
        bare = given.word(value, self.place(key), at_most)
        if not bare:
            self._tally.not_given[self.place(key)] += 1
        return bare

    def identifier(self, key: str) -> str:
        """Return the source's own id of the object. Errors: `BadRowError` with `missing`."""
        value = self.word(key, SOURCE_ID_LENGTH_MAX)
        if not value:
            raise BadRowError(self.place(key), "missing")
        return value

    def count(self, key: str, at_most: int) -> int:
        """Return a number from 0, 0 when not given."""
        value = self.word(key)
        return given.whole(value, self.place(key), at_most) if value else 0

    def amount(self, key: str) -> Decimal | None:
        """Return a sum of money, None when not given."""
        value = self.word(key)
        return given.amount(value, self.place(key)) if value else None

    def day(self, key: str, order: given.DateOrder = "ymd") -> date | None:
        """Return a date, None when not given."""
        value = self.word(key)
        return given.day(value[:10] if order == "ymd" else value, self.place(key), order) if value else None

    def moment(self, key: str, zone: ZoneInfo) -> datetime | None:
        """Return a moment, None when not given; one without an offset is in `zone`."""
        value = self.word(key)
        return given.moment(value, self.place(key), zone) if value else None

    def clock(self, key: str) -> time | None:
        """Return a time of day, None when not given."""
        value = self.word(key)
        return given.clock(value, self.place(key)) if value else None

    def truth(self, key: str) -> bool:
        """Return a yes or no, no when not given."""
        value = self.word(key)
        return given.truth(value, self.place(key)) if value else False

    def country(self, key: str) -> str:
        """Return an alpha-3 code; a code that the table does not have is left out and counted."""
        value = self.word(key)
        code = given.nationality(value) if value else ""
        if value and not code:
            self._tally.unmapped[self.place(key)] += 1
        return code

    def inner(self, key: str) -> Fields:
        """Return an object inside this one, empty when there is none."""
        self._read.add(key)
        value = self.raw.get(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise BadRowError(self.place(key), "type")
        return Fields(value, self.place(key), self._tally)

    def items(self, key: str, at_most: int = 200) -> list[Fields]:
        """Return the objects of a list; an object keyed by id counts as the list of its values."""
        return [Fields(value, self.place(key), self._tally) for value in self.values(key, at_most)]

    def values(self, key: str, at_most: int = 200) -> list[dict[str, Any]]:
        """Return the raw objects of a list. Errors: `BadRowError` with `type` or `range` (too many)."""
        self._read.add(key)
        value = self.raw.get(key)
        if value is None or value == "":
            return []
        if isinstance(value, dict):
            value = list(value.values())
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise BadRowError(self.place(key), "type")
        if len(value) > at_most:
            raise BadRowError(self.place(key), "range")
        return value

    def has(self, key: str) -> bool:
        """Return whether the file gives the field at all."""
        return self.raw.get(key) is not None

    def mark(self, *keys: str) -> None:
        """Note that fields were read by other means than these."""
        self._read.update(keys)

    def skip(self, *keys: str) -> None:
        """Leave fields out on purpose, whatever they hold: they are counted as dropped and not looked at."""
        for key in keys:
            if key in self.raw:
                self._read.add(key)
                self._tally.dropped[self.place(key)] += 1

    def finish(self) -> None:
        """Drop and count what nothing asked for. Errors: `BadRowError` for card data or an image among it."""
        for key, value in self.raw.items():
            if key not in self._read and value is not None and value != "":
                name = key if key.isprintable() else "?"
                require_harmless(key, value, self.place(name[:60]))
                self._tally.dropped[self.place(name[:60])] += 1
