"""Machine-readable zones of passports, cards and visas, as typed, pasted or scanned at the desk.

Rules:
* Input is bounded and strict: 90, 72 or 88 signs of A to Z, 0 to 9 and `<`, once blanks and line ends are gone.
* What the zone says is taken apart and checked (weights 7, 3, 1); nothing is corrected. A failed check is a result,
  not an error: the clerk sees which field to compare.
* Names have no check digit and may be cut: the clerk can always correct them. A document may have one name only.
* Parts of a birth date that the zone gives as `<` stay unknown.
* The zone itself is never kept: only the fields leave this module.

Left to others: dates of two-digit years are settled by the caller's `today`; national layouts outside ICAO Doc 9303
(old French cards, Chinese travel permits) show as failed checks.
Source: ICAO Doc 9303 parts 3 to 7; hotel.md section 6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, TypeAlias

from discretion.hotel.country import country_of_zone
from discretion.hotel.document_type import DocumentType
from discretion.hotel.record import BirthDate, RecordError, Sex

RAW_LENGTH_MAX: Final = 256
_BLANKS: Final = re.compile(r"\s+")
_SIGNS: Final = re.compile(r"[A-Z0-9<]+")
_SIGN_VALUES: Final = {sign: value for value, sign in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
_CARD_WIDTH: Final = 30
_SMALL_WIDTH: Final = 36
_PASSPORT_WIDTH: Final = 44
_WEIGHTS: Final = (7, 3, 1)
_PAST_YEARS_MAX: Final = 60
_SEXES: Final[dict[str, Sex]] = {"F": "F", "M": "M", "X": "other"}

Format: TypeAlias = Literal["TD1", "TD2", "TD3", "MRV-A", "MRV-B"]
CheckedField: TypeAlias = Literal["number", "birth", "expires", "optional", "whole"]


@dataclass(frozen=True, slots=True)
class ZoneCheck:
    """Whether the check digit of one field agrees."""

    field: CheckedField
    passed: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class MrzReading:
    """What a machine-readable zone says. It has no `repr`, so that it cannot be logged by accident.

    Shapes: `kind` is the one or two letters that open the zone; `issuing_country` and `nationality` are as records keep
    them, empty if unknown, the signs as read in `issuer_as_read` and `nationality_as_read`; `birth_parts` and
    `expiry_parts` are two-digit year, month, day, None for an unknown part. `names_cut` means that the name filled its
    field and may go on.
    """

    format: Format
    kind: str
    issuing_country: str
    issuer_as_read: str
    surname: str
    given: str
    names_cut: bool
    number: str
    nationality: str
    nationality_as_read: str
    birth_parts: tuple[int | None, int | None, int | None]
    sex: Sex
    expiry_parts: tuple[int | None, int | None, int | None]
    optional: str
    checks: tuple[ZoneCheck, ...]

    @property
    def passed(self) -> bool:
        """Return whether every check digit agrees."""
        return all(check.passed for check in self.checks)

    @property
    def single_name(self) -> bool:
        """Return whether the document gives one name only."""
        return not self.given

    @property
    def latin(self) -> str:
        """Return the name as `Identity.latin` keeps it: `ZHANG, WEI`, or the one name."""
        return f"{self.surname}, {self.given}" if self.given else self.surname

    @property
    def document_type(self) -> DocumentType:
        """Return the kind of document as far as the zone tells: a passport, or another for the clerk to choose."""
        return DocumentType.PASSPORT if self.kind.startswith("P") else DocumentType.OTHER

    def birth(self, today: date) -> BirthDate | None:
        """Return the birth date, in the latest century that puts it not after `today`. None if it is no date."""
        year, month, day = self.birth_parts
        if year is None:
            return None
        century = today.year // 100 * 100
        known = (century + year, month or 1, (day or 1) if month else 1)
        full = century + year if known <= (today.year, today.month, today.day) else century + year - 100
        try:
            return BirthDate(year=full, month=month, day=day if month else None)
        except ValueError:
            return None

    def expires_on(self, today: date) -> date | None:
        """Return the expiry date, in the century that puts it at most 60 years back. None if it is no day."""
        year, month, day = self.expiry_parts
        if year is None or month is None or day is None:
            return None
        full = today.year // 100 * 100 + year
        if full < today.year - _PAST_YEARS_MAX:
            full += 100
        elif full >= today.year + 100 - _PAST_YEARS_MAX:
            full -= 100
        try:
            return date(full, month, day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _Parts:
    """The parts that all layouts have, as signs."""

    layout: Format
    head: str
    names: str
    number: str
    nationality: str
    birth: str
    sex: str
    expiry: str
    optional: str
    checks: tuple[ZoneCheck, ...]


def check_digit(signs: str) -> int:
    """Return the check digit of `signs`: weights 7, 3, 1, A to Z as 10 to 35, `<` as 0. Source: part 3, section 4.9."""
    return sum(_SIGN_VALUES[sign] * _WEIGHTS[place % 3] for place, sign in enumerate(signs)) % 10


def parse_mrz(lines: str) -> MrzReading:
    """Return what a machine-readable zone says.

    Shapes: two lines of 44 or 36, or three of 30, with or without line ends; any case.
    Errors: `RecordError` on field `machine_zone` with rule `missing`, `length` or `form`.
    Not checked: that the document exists, is valid, or is the holder's.
    """
    if len(lines) > RAW_LENGTH_MAX:
        raise RecordError("document", "machine_zone", "length")
    signs = _BLANKS.sub("", lines)
    if not signs:
        raise RecordError("document", "machine_zone", "missing")
    # ASCII first: upper() makes A to Z of some signs that are none.
    if not signs.isascii() or not _SIGNS.fullmatch(signs := signs.upper()):
        raise RecordError("document", "machine_zone", "form")
    if signs[0] not in "PIACV":
        raise RecordError("document", "machine_zone", "form")
    is_visa = signs[0] == "V"
    if len(signs) == 3 * _CARD_WIDTH and not is_visa:
        return _read_three_lines(signs)
    if len(signs) == 2 * _PASSPORT_WIDTH:
        return _read_two_lines(signs, "MRV-A" if is_visa else "TD3")
    if len(signs) == 2 * _SMALL_WIDTH:
        return _read_two_lines(signs, "MRV-B" if is_visa else "TD2")
    raise RecordError("document", "machine_zone", "length")


def _read_three_lines(signs: str) -> MrzReading:
    """Return the reading of a card, TD1."""
    first, second, names = signs[:30], signs[30:60], signs[60:]
    number, rest, number_check = _number(first[5:14], first[14], first[15:30])
    whole = first[5:30] + second[:7] + second[8:15] + second[18:29]
    checks = (
        number_check,
        ZoneCheck("birth", _agrees(second[:6], second[6])),
        ZoneCheck("expires", _agrees(second[8:14], second[14])),
        ZoneCheck("whole", _agrees(whole, second[29])),
    )
    return _reading(
        _Parts(
            layout="TD1",
            head=first[:5],
            names=names,
            number=number,
            nationality=second[15:18],
            birth=second[:6],
            sex=second[7],
            expiry=second[8:14],
            optional=f"{_text(rest)} {_text(second[18:29])}".strip(),
            checks=checks,
        )
    )


def _read_two_lines(signs: str, layout: Format) -> MrzReading:
    """Return the reading of a passport, a two-line card or a visa."""
    width = len(signs) // 2
    first, second = signs[:width], signs[width:]
    is_passport, is_visa = layout == "TD3", layout.startswith("MRV")
    optional = second[28:42] if is_passport else second[28:] if is_visa else second[28:35]
    if layout == "TD2":
        number, rest, number_check = _number(second[:9], second[9], optional)
    else:
        number, rest = _text(second[:9]), optional
        number_check = ZoneCheck("number", _agrees(second[:9], second[9]))
    checks = [
        number_check,
        ZoneCheck("birth", _agrees(second[13:19], second[19])),
        ZoneCheck("expires", _agrees(second[21:27], second[27])),
    ]
    if is_passport:
        # The digit over empty optional data may be 0 or the filler.
        is_empty = not optional.strip("<")
        checks.append(ZoneCheck("optional", _agrees(optional, second[42]) or (is_empty and second[42] == "<")))
    if not is_visa:
        whole = second[:10] + second[13:20] + second[21 : width - 1]
        checks.append(ZoneCheck("whole", _agrees(whole, second[width - 1])))
    return _reading(
        _Parts(
            layout=layout,
            head=first[:5],
            names=first[5:],
            number=number,
            nationality=second[10:13],
            birth=second[13:19],
            sex=second[20],
            expiry=second[21:27],
            optional=_text(rest),
            checks=tuple(checks),
        )
    )


def _reading(parts: _Parts) -> MrzReading:
    """Return the reading made of the parts that all layouts have."""
    surname, _, given = parts.names.strip("<").partition("<<")
    surname, given = _text(surname), _text(given)
    return MrzReading(
        format=parts.layout,
        kind=parts.head[:2].rstrip("<"),
        issuing_country=country_of_zone(parts.head[2:5]) or "",
        issuer_as_read=parts.head[2:5].rstrip("<"),
        surname=surname or given,
        given=given if surname else "",
        names_cut=not parts.names.endswith("<"),
        number=parts.number,
        nationality=country_of_zone(parts.nationality) or "",
        nationality_as_read=parts.nationality.rstrip("<"),
        birth_parts=_date_parts(parts.birth),
        sex=_SEXES.get(parts.sex, "unknown"),
        expiry_parts=_date_parts(parts.expiry),
        optional=parts.optional,
        checks=parts.checks,
    )


def _number(number: str, digit: str, optional: str) -> tuple[str, str, ZoneCheck]:
    """Return the document number, the optional data left, and the check.

    A number longer than nine goes on in the optional data: a filler stands for its check digit, the digit follows the
    last sign. Source: part 5, section 4.2.2.1, note j; part 6 the same.
    """
    overflow = optional.partition("<")[0]
    if digit == "<" and len(overflow) > 1 and "<" not in number:
        whole = number + overflow[:-1]
        return whole, optional[len(overflow) :], ZoneCheck("number", _agrees(whole, overflow[-1]))
    return _text(number), optional, ZoneCheck("number", _agrees(number, digit))


def _agrees(signs: str, digit: str) -> bool:
    """Return whether `digit` is the check digit of `signs`."""
    return digit.isdigit() and int(digit) == check_digit(signs)


def _text(signs: str) -> str:
    """Return signs with single blanks for fillers, none at the ends."""
    return " ".join(signs.replace("<", " ").split())


def _date_parts(signs: str) -> tuple[int | None, int | None, int | None]:
    """Return year, month and day of six signs, None for a part that is not two digits or, but for the year, 00."""
    year, month, day = (int(part) if part.isdigit() else None for part in (signs[:2], signs[2:4], signs[4:]))
    return year, month or None, day or None
