"""The lists that people are made up from: names by culture, phone ranges by country, both read once."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

_SPELLED: Final = str.maketrans(
    {
        "Ä": "AE",
        "Ö": "OE",
        "Ü": "UE",
        "ß": "SS",
        "Å": "AA",
        "Ø": "OE",
        "Æ": "AE",
        "Ł": "L",
        "Đ": "D",
        "İ": "I",
        "I": "I",
    }
)
_LETTERS: Final = re.compile("[^a-z]+")


@dataclass(frozen=True, slots=True)
class NamePart:
    """One given name or surname: as written, as in a machine-readable zone, as in an e-mail address."""

    written: str
    latin: str
    plain: str


@dataclass(frozen=True, slots=True)
class NameList:
    """The names of one culture, and how they are put together."""

    surnames: tuple[NamePart, ...]
    women: tuple[NamePart, ...]
    men: tuple[NamePart, ...]
    cities: tuple[str, ...]
    street: str
    language: str
    join: str
    is_surname_first: bool
    has_second_surname: bool
    is_single: bool


@dataclass(frozen=True, slots=True)
class PhoneRange:
    """National numbers `first` to `last` of one country."""

    country_code: int
    first: int
    last: int
    is_reserved: bool


@dataclass(frozen=True, slots=True)
class Lists:
    """Everything, by alpha-3 country; `others` are for a country without a list, or none."""

    names: dict[str, NameList]
    others: tuple[NameList, ...]
    phones: dict[str, PhoneRange]
    other_phones: tuple[PhoneRange, ...]


def latin(text: str) -> str:
    """Return a Latin-script name in the capitals of a machine-readable zone, without accents. Source: ICAO Doc 9303."""
    spelled = unicodedata.normalize("NFC", text).translate(_SPELLED).upper().translate(_SPELLED)
    bare = "".join(c for c in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(c))
    return " ".join(re.sub("[^A-Z -]", "", bare).split())


@cache
def lists() -> Lists:
    """Return the lists of this package."""
    raw = _toml("names.toml")
    by_country = raw.pop("countries")
    named = {key: _name_list(value) for key, value in raw.items()}
    others = tuple(named[key] for key in by_country.pop("others"))
    names = {country: named[key] for key, countries in by_country.items() for country in countries}
    phones = _toml("phones.toml")
    ranges = {
        country: PhoneRange(numbers[0], numbers[1], numbers[2], is_reserved=kind == "reserved")
        for kind in ("reserved", "unassigned")
        for country, numbers in phones[kind].items()
    }
    return Lists(names, others, ranges, tuple(ranges[country] for country in phones["others"]["like"]))


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))


def _name_list(raw: dict[str, Any]) -> NameList:
    return NameList(
        surnames=_parts(raw["surnames"]),
        women=_parts(raw["women"]),
        men=_parts(raw["men"]),
        cities=tuple(raw["cities"]),
        street=raw["street"],
        language=raw["language"],
        join=raw["join"],
        is_surname_first=raw["order"] == "surname",
        has_second_surname=raw.get("second_surname", False),
        is_single=raw.get("single", False),
    )


def _parts(texts: list[str]) -> tuple[NamePart, ...]:
    found = []
    for text in texts:
        written, _, zone = text.partition("=")
        zone = zone or latin(written)
        found.append(NamePart(written, zone, _LETTERS.sub("", zone.lower())))
    return tuple(found)
