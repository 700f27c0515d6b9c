"""Numbers of documents: which form each kind has, and whether the check digits agree.

Rules:
* A check tells what it found as a code with parameters; words for it live in the faces. No finding carries the number.
* A finding informs the clerk, it does not decide: the document in the hand is right, a rule of ours may be old.
* The region of an 18-digit number is not checked: demo numbers use an unassigned one, so that they can be nobody's.

Left to others: machine-readable zones (`machine_zone`), exact-match tokens (`exact`), whether the document is real.
Source: experience.md section 6, hotel.md section 6, GB 11643, ISO 7064.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

from stdnum.es import dni, nie
from stdnum.iso7064 import mod_11_2

from discretion.hotel.document_type import DocumentType
from discretion.hotel.machine_zone import MrzReading, ZoneCheck, parse_mrz
from discretion.hotel.record import BirthDate, Document

__all__ = [
    "DocumentType",
    "Finding",
    "MrzReading",
    "ResidentFacts",
    "ZoneCheck",
    "bare_number",
    "check_dni",
    "check_document",
    "check_nie",
    "check_resident_id",
    "parse_mrz",
    "read_resident_id",
]

RESIDENT_ID_LENGTH: Final = 18
_RESIDENT_ID: Final = re.compile(r"[0-9]{17}[0-9X]")
_DNI: Final = re.compile(r"[0-9]{8}[A-Z]")
_NIE: Final = re.compile(r"[XYZ][0-9]{7}[A-Z]")
_SEPARATORS: Final = re.compile(r"[\s\-./·()]+")
_BIRTH_YEAR_MIN: Final = 1850

_RESIDENT_TYPES: Final = frozenset({DocumentType.RIC, DocumentType.TRIC, DocumentType.HMT_RP})

# Kinds whose number has a known form. A kind that is not here has none that we know.
_FORMS: Final = MappingProxyType(
    {
        DocumentType.HM_PERMIT: re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"),
        DocumentType.TW_PERMIT: re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]?"),
        DocumentType.FPR: re.compile(r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}"),
        DocumentType.PASSPORT: re.compile(r"[A-Z0-9]{5,15}"),
    }
)
_CHINESE_PASSPORT: Final = re.compile(r"[A-Z][0-9]{8}|[A-Z]{2}[0-9]{7}")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Shapes: `code` is one of `missing`, `length` (params expected, actual), `form`, `check_digit`, `birth_date`,
    `expired` (params on), `dates_reversed`, `country_missing`; `field` is a field of `Document`.
    """

    code: Literal[
        "missing", "length", "form", "check_digit", "birth_date", "expired", "dates_reversed", "country_missing"
    ]
    field: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ResidentFacts:
    """What an 18-digit number says of its holder, for the clerk to compare."""

    birth: BirthDate
    sex: Literal["F", "M"]


def bare_number(number: str) -> str:
    """Return a document number in capitals without blanks, dashes, dots and slashes."""
    return _SEPARATORS.sub("", number).upper()


def check_document(document: Document, today: date | None = None) -> list[Finding]:
    """Return what is wrong or missing in one document, best known first; empty if nothing is.

    Shapes: `today` is the property's business date; without it nothing is said about expiry.
    Not checked: the region of an 18-digit number, the holder, numbers of kinds without a known form.
    """
    number = bare_number(document.number)
    findings: list[Finding] = []
    if number:
        findings += _check_number(document, number)
    elif not document.held_by:
        findings.append(Finding("missing", "number"))
    if not document.issuing_country and document.type in {DocumentType.PASSPORT, DocumentType.OTHER}:
        findings.append(Finding("country_missing", "issuing_country"))
    if document.issued_on and document.expires_on and document.expires_on < document.issued_on:
        findings.append(Finding("dates_reversed", "expires_on"))
    if today and document.expires_on and document.expires_on < today:
        findings.append(Finding("expired", "expires_on", (("on", document.expires_on.isoformat()),)))
    return findings


def _check_number(document: Document, number: str) -> list[Finding]:
    """Return what is wrong with the number of a kind."""
    kind = document.type
    if kind in _RESIDENT_TYPES or (kind is DocumentType.FPR and len(number) == RESIDENT_ID_LENGTH):
        return check_resident_id(number)
    if kind is DocumentType.OTHER and document.issuing_country == "ESP":
        # Spain's cards come as "other"; anything else from Spain has no form that we know.
        if _NIE.fullmatch(number):
            return check_nie(number)
        return check_dni(number) if _DNI.fullmatch(number) else []
    form = _FORMS.get(kind)
    if kind is DocumentType.PASSPORT and document.issuing_country == "CHN":
        form = _CHINESE_PASSPORT
    return [] if form is None or form.fullmatch(number) else [Finding("form", "number")]


def check_resident_id(number: str) -> list[Finding]:
    """Return what is wrong with an 18-digit number: its length, form, birth date, check digit (ISO 7064 MOD 11-2)."""
    bare = bare_number(number)
    if len(bare) != RESIDENT_ID_LENGTH:
        lengths = (("expected", str(RESIDENT_ID_LENGTH)), ("actual", str(len(bare))))
        return [Finding("length", "number", lengths)]
    if not _RESIDENT_ID.fullmatch(bare):
        return [Finding("form", "number")]
    findings = []
    if _birth(bare) is None:
        findings.append(Finding("birth_date", "number"))
    if mod_11_2.checksum(bare) != 1:
        findings.append(Finding("check_digit", "number"))
    return findings


def read_resident_id(number: str) -> ResidentFacts | None:
    """Return birth date and sex from a right 18-digit number, None from any other."""
    bare = bare_number(number)
    birth = None if check_resident_id(bare) else _birth(bare)
    if birth is None:
        return None
    return ResidentFacts(birth=birth, sex="M" if int(bare[16]) % 2 else "F")


def _birth(bare: str) -> BirthDate | None:
    """Return the birth date in digits 7 to 14, None if there is no such day."""
    try:
        day = date(int(bare[6:10]), int(bare[10:12]), int(bare[12:14]))
    except ValueError:
        return None
    if day.year < _BIRTH_YEAR_MIN:
        return None
    return BirthDate(year=day.year, month=day.month, day=day.day)


def check_dni(number: str) -> list[Finding]:
    """Return what is wrong with a Spanish DNI: eight digits and a letter. `00000000T` is right in form."""
    bare = bare_number(number)
    if not _DNI.fullmatch(bare):
        return [Finding("form", "number")]
    return [] if dni.calc_check_digit(bare[:-1]) == bare[-1] else [Finding("check_digit", "number")]


def check_nie(number: str) -> list[Finding]:
    """Return what is wrong with a Spanish NIE: X, Y or Z, seven digits and a letter."""
    bare = bare_number(number)
    if not _NIE.fullmatch(bare):
        return [Finding("form", "number")]
    return [] if nie.calc_check_digit(bare[:-1]) == bare[-1] else [Finding("check_digit", "number")]
