"""Numbers of reservations, cases and requests that can be read over the phone: `R-7F3K-22`.

Rules:
* 31 signs that do not sound or look alike: no I, L, O, S, U. What is heard as O, I, L, S or U is read as 0, 1, 1, 5, V.
* The last sign checks the others and the prefix: it finds every single wrong sign and every two signs that changed
  places.
* The number is random and says nothing: not how many there are, not when.

Left to others: that no two are the same (a unique index; make another), random bytes (the caller's).
Source: experience.md section 5, P20.
"""

from __future__ import annotations

import re
from typing import Final

SIGNS: Final = "0123456789ABCDEFGHJKMNPQRTVWXYZ"
BODY_LENGTH: Final = 5
RANDOM_SIZE_BYTES_MIN: Final = 8
TEXT_LENGTH_MAX: Final = 32

_VALUES: Final = {sign: value for value, sign in enumerate(SIGNS)}
_HEARD: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "S": "5", "U": "V"})
_PREFIX: Final = re.compile(r"[A-Z]")
_SEPARATORS: Final = re.compile(r"[\s\-]+")
_FIRST_BLOCK: Final = 4


def make(prefix: str, random_bytes: bytes) -> str:
    """Return a number such as `R-7F3K-22`: prefix, four signs, one more and the check sign.

    Shapes: `prefix` is one letter A to Z; `random_bytes` at least 8, so that no sign is likelier than another.
    28,629,151 numbers per prefix. Errors: `ValueError` on other shapes.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("prefix: one letter A to Z")
    if len(random_bytes) < RANDOM_SIZE_BYTES_MIN:
        raise ValueError("random_bytes: at least 8")
    rest = int.from_bytes(random_bytes, "big")
    body = ""
    for _ in range(BODY_LENGTH):
        rest, value = divmod(rest, len(SIGNS))
        body += SIGNS[value]
    return _written(prefix, body + _check_sign(prefix, body))


def check(text: str) -> bool:
    """Return whether `text` is a number that could have been made here, as written or as heard."""
    return read(text) is not None


def read(text: str) -> str | None:
    """Return the number that `text` means, in its one spelling, or None if it is none.

    Shapes: any case, blanks and dashes anywhere, O, I, L, S, U for the signs they are mistaken for.
    """
    if len(text) > TEXT_LENGTH_MAX:
        return None
    bare = _SEPARATORS.sub("", text.upper())
    prefix, signs = bare[:1], heard(bare[1:])
    if not _PREFIX.fullmatch(prefix) or len(signs) != BODY_LENGTH + 1 or not set(signs) <= _VALUES.keys():
        return None
    if signs[-1] != _check_sign(prefix, signs[:-1]):
        return None
    return _written(prefix, signs)


def heard(text: str) -> str:
    """Return the signs that `text` means, without blanks and dashes; what is no sign stays as it is."""
    return _SEPARATORS.sub("", text.upper()).translate(_HEARD)


def _check_sign(prefix: str, body: str) -> str:
    """Return the sign that checks `body`: a sum modulo the prime 31, each place with a weight of its own."""
    total = (ord(prefix) - ord("A")) * (BODY_LENGTH + 2)
    for place, sign in enumerate(body):
        total += _VALUES[sign] * (place + 2)
    return SIGNS[total % len(SIGNS)]


def _written(prefix: str, signs: str) -> str:
    """Return prefix and signs with their dashes."""
    return f"{prefix}-{signs[:_FIRST_BLOCK]}-{signs[_FIRST_BLOCK:]}"
