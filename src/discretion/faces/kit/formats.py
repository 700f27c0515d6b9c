"""Dates, times, money and counts as people of each language write them. Source: experience.md, section 6.

Rules:
* Times are kept in UTC and shown in the hotel's zone. The business date is a field of its own and never passes a zone.
* No short dates: 05/09 is two different days in two countries.
"""

from __future__ import annotations

import datetime as dt
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_date,
    format_interval,
    format_skeleton,
    format_timedelta,
)
from babel.numbers import format_currency, format_decimal

from discretion.faces.kit.language import BABEL_LOCALE
from discretion.hotel.country import ALPHA2_OF_ALPHA3

if TYPE_CHECKING:
    from decimal import Decimal

_YEAR_MONTH: Final = {"zh_Hans": "y年M月", "en": "MMM y"}


class Formats:
    """How one language writes things, in one time zone."""

    def __init__(self, language: str, time_zone: str = "UTC") -> None:
        """Read the locale once; a page makes one of these for each hotel and language it meets."""
        self.language = language
        self._locale = Locale.parse(BABEL_LOCALE[language])
        self._zone = ZoneInfo(time_zone)

    def date(self, day: dt.date) -> str:
        """Return `2026年11月23日` or `23 Nov 2026`."""
        return format_date(day, "long" if self.language == "zh_Hans" else "medium", locale=self._locale)

    def month(self, day: dt.date) -> str:
        """Return `1985年4月` or `Apr 1985`."""
        return format_date(day, _YEAR_MONTH[self.language], locale=self._locale)

    def weekday(self, day: dt.date) -> str:
        """Return `11月23日周一` or `Mon 23 Nov`."""
        return format_skeleton("MMMEd", day, locale=self._locale)

    def interval(self, first: dt.date, last: dt.date) -> str:
        """Return `2026年11月23日至26日` or `23–26 Nov 2026`; one day is written once."""
        if first == last:
            return self.date(first)
        return format_interval(first, last, "yMMMd", locale=self._locale)

    def days(self, first: dt.date, last: dt.date) -> str:
        """Return the interval without its year, for a list that is about now: `11-23 至 11-26`, `23 Nov – 26 Nov`."""
        if self.language == "zh_Hans":
            return f"{first:%m-%d} 至 {last:%m-%d}"
        return f"{first.day} {first:%b} – {last.day} {last:%b}"

    def moment(self, at: datetime) -> str:
        """Return the dense form of a time, `11-23 15:04` or `23 Nov 15:04`, in the hotel's zone."""
        local = at.astimezone(self._zone)
        if self.language == "zh_Hans":
            return f"{local:%m-%d %H:%M}"
        return f"{local.day} {format_skeleton('MMM', local, locale=self._locale)} {local:%H:%M}"

    def clock(self, at: datetime) -> str:
        """Return `15:04` in the hotel's zone."""
        return f"{at.astimezone(self._zone):%H:%M}"

    def local(self, at: datetime) -> datetime:
        """Return the same moment in the hotel's zone."""
        return at.astimezone(self._zone)

    def unix(self, at: int) -> datetime:
        """Return the moment that is `at` seconds after 1970, in UTC."""
        return datetime.fromtimestamp(at, UTC)

    def relative(self, at: datetime, now: datetime) -> str:
        """Return `3小时前` or `3 hours ago`."""
        return format_timedelta(at - now, add_direction=True, locale=self._locale)

    def money(self, amount: Decimal, currency: str) -> str:
        """Return `¥1,288.00` or `CN¥1,288.00`; a sum without a currency is written as a plain number."""
        if not currency:
            return format_decimal(amount, "#,##0.00", locale=self._locale)
        return format_currency(amount, currency, locale=self._locale)

    def number(self, value: int) -> str:
        """Return a whole number with its thousands marked."""
        return format_decimal(value, locale=self._locale)

    def country(self, alpha3: str) -> str:
        """Return the name of a country from its alpha-3 code; a code nobody knows is shown as it is."""
        name: str = self._locale.territories.get(ALPHA2_OF_ALPHA3.get(alpha3, ""), alpha3)
        return name

    def tongue(self, code: str) -> str:
        """Return the name of a language from its code; a code nobody knows is shown as it is."""
        name: str = self._locale.languages.get(code, code)
        return name
