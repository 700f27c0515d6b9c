"""Made-up documents: right in form, and of nobody.

Rules:
* A Chinese number has the region 990000, which is no region, and the right check digit (ISO 7064 MOD 11-2).
* Passports and permits begin with letters and zeros that are given out nowhere known: `ZX`, `H00`, `M00`.
* A Spanish card's letter is right, its number begins with 000.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from discretion.hotel.document_type import DocumentType
from discretion.hotel.record import Document

if TYPE_CHECKING:
    from discretion.hotel.record import Sex

NOBODYS_REGION: Final = "990000"
_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS: Final = "10X98765432"
_SPANISH_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_VALID_DAYS: Final = 3652


def resident_number(birth: date, sex: Sex, order: int) -> str:
    """Return an 18-digit number; `order` 0 to 499 tells people of one birth date apart. An odd 17th digit means man."""
    body = f"{NOBODYS_REGION}{birth:%Y%m%d}{order * 2 + (1 if sex == 'M' else 0):03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, _RESIDENT_WEIGHTS, strict=True))
    return body + _RESIDENT_CHECKS[total % 11]


def document(country: str, home: str, bits: int, birth: date, sex: Sex, on: date) -> Document:
    """Return the document that somebody from `country` shows in a hotel of `home` on the day `on`.

    Shapes: countries are alpha-3, `country` may be empty; `bits` is at least 40 random bits.
    """
    bits, days = divmod(bits, _VALID_DAYS - 400)
    expires_on = on + timedelta(days + 200)
    issued_on = expires_on - timedelta(_VALID_DAYS)
    number = bits % 10_000_000
    if country == "CHN" == home:
        order = number % 500
        return Document(
            type=DocumentType.RIC, number=resident_number(birth, sex, order), issuing_country="CHN",
            issued_on=issued_on, expires_on=expires_on, check="passed",
        )  # fmt: skip
    kind, text, issuer = _abroad(country, home, number)
    return Document(
        type=kind, number=text, issuing_country=issuer, issued_on=issued_on, expires_on=expires_on, check=""
    )


def _abroad(country: str, home: str, number: int) -> tuple[DocumentType, str, str]:
    """Return kind, number and issuing country for everybody but Chinese at home."""
    if home == "CHN" and country in {"HKG", "MAC"}:
        return DocumentType.HM_PERMIT, f"{country[0]}00{number % 1_000_000:06d}", "CHN"
    if home == "CHN" and country == "TWN":
        return DocumentType.TW_PERMIT, f"00{number % 1_000_000:06d}", "CHN"
    if home == "ESP" == country:
        return DocumentType.OTHER, f"000{number % 100_000:05d}{_SPANISH_LETTERS[number % 100_000 % 23]}", "ESP"
    if home == country:
        return DocumentType.OTHER, f"00{number % 1_000_000:06d}ZX", country
    # Somebody without a country still shows something that a country issued; `UTO` is the specimen's of ICAO Doc 9303.
    return DocumentType.PASSPORT, f"ZX{number:07d}", country or "UTO"
