"""Two things no record ever holds: numbers of payment cards, and images. A row that brings one is refused.

Rules:
* Free text that holds a card number (13 to 19 digits of a card issuer's range with the right check digit) is refused.
* A field named as card data is refused if it holds digits; known lists of cards (Cloudbeds `cardsOnFile`) are ignored
  whole by their reader.
* Bytes of an image or a scan, in base64 or as a `data:` address, are refused wherever they stand.

Left to others: numbers of documents, phones and reservations, which may look like a card's by chance (typed fields).
"""

from __future__ import annotations

import re
from typing import Final

from discretion.office.imports.drafts import BadRowError

_CARD_KEYS_WORDS: Final = (
    "cardnumber creditcardnumber cardno ccnumber pan primaryaccountnumber cvv cvv2 cvc cvc2 securitycode track1 track2"
)
_CARD_KEYS: Final = frozenset(_CARD_KEYS_WORDS.split())
_DIGITS: Final = re.compile(r"(?<![0-9])[2-6](?:[ -]?[0-9]){12,18}(?![0-9])", re.ASCII)
_ANY_DIGITS: Final = re.compile(r"[0-9]{3,19}", re.ASCII)
_PLAIN_KEY: Final = re.compile(r"[^a-z0-9]+")
_IMAGE: Final = re.compile(
    r"^\s*(?:data:(?:image|application/pdf)|/9j/|iVBORw0KGgo|R0lGOD|JVBERi0|UklGR|Qk[0-9A-Za-z+/]{2}A)", re.ASCII
)
_IMAGE_CHARACTERS_MIN: Final = 60
_DEPTH_MAX: Final = 20


def require_no_card(text: str, field: str) -> None:
    """Refuse a free text that holds a card number. Errors: `BadRowError` with `card_number`."""
    for found in _DIGITS.finditer(text):
        digits = re.sub("[ -]", "", found.group())
        if _is_checked(digits):
            raise BadRowError(field, "card_number")


def require_no_image(text: str, field: str) -> None:
    """Refuse a text that is an image or a scan. Errors: `BadRowError` with `image`."""
    if len(text) >= _IMAGE_CHARACTERS_MIN and _IMAGE.match(text) is not None:
        raise BadRowError(field, "image")


def require_harmless(key: str, value: object, field: str, depth: int = 0) -> None:
    """Refuse card data or an image in a field that nothing keeps, however deep. Errors: `BadRowError`."""
    if depth > _DEPTH_MAX:
        raise BadRowError(field, "depth")
    if isinstance(value, dict):
        for inner, part in value.items():
            require_harmless(str(inner), part, field, depth + 1)
    elif isinstance(value, list):
        for part in value:
            require_harmless(key, part, field, depth + 1)
    elif isinstance(value, str | int) and not isinstance(value, bool):
        text = str(value)
        if (
            _PLAIN_KEY.sub("", key.lower()) in _CARD_KEYS
            and _ANY_DIGITS.fullmatch(re.sub("[ -]", "", text)) is not None
        ):
            raise BadRowError(field, "card_number")
        require_no_image(text, field)


def _is_checked(digits: str) -> bool:
    """Return whether the last digit checks the others (ISO/IEC 7812-1, Luhn)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 - sum of two digits
    return total % 10 == 0
