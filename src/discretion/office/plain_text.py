"""Short texts that the house writes down in clear: names of staff, courses, reasons. One line, bounded, no controls."""

from __future__ import annotations

import unicodedata


def is_plain(text: str, at_most: int, *, at_least: int = 1) -> bool:
    """Whether `text` has so many characters beside blanks at its ends, and no control, surrogate or private one."""
    return at_least <= len(text.strip()) and len(text) <= at_most and all(
        unicodedata.category(character) not in {"Cc", "Cs", "Co", "Cn"} for character in text
    )
