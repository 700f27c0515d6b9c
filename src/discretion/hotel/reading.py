"""How Chinese characters may be read, in Latin letters, for search only.

Rules:
* All readings of a character are given: a search that finds one person too many is mended by the second criterion.
* A surname adds how it is read as a surname; a u with two dots is given in the three spellings people type.
* The table of readings is loaded with the first Chinese name, not with this module.

Left to others: which part of a name is the surname (`name`). Never used for display or registration.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import Final

from discretion.hotel.surname import READINGS

COMBINATIONS_MAX: Final = 64
"""Most spellings of one name part; characters beyond it are read in their first reading only."""


def surname_readings(surname: str) -> frozenset[str]:
    """Return the spellings of a Chinese surname: as a surname, and by its characters."""
    named = (spelling for reading in READINGS.get(surname, ()) for spelling in _spellings(reading))
    return readings(surname).union(named)


def readings(text: str) -> frozenset[str]:
    """Return the spellings of Chinese characters written together, at most `COMBINATIONS_MAX` of them.

    Shapes: lower-case Latin letters without tones or spaces. A character without a reading stands for itself.
    """
    choices: list[tuple[str, ...]] = []
    count = 1
    for character in text:
        choice = _character_readings(character)
        if count * len(choice) > COMBINATIONS_MAX:
            choice = choice[:1]
        count *= len(choice)
        choices.append(choice)
    return frozenset("".join(parts) for parts in product(*choices))


def initials(text: str) -> frozenset[str]:
    """Return the first letters of Chinese characters, for every reading, at most `COMBINATIONS_MAX` of them."""
    choices: list[tuple[str, ...]] = []
    count = 1
    for character in text:
        choice = tuple(sorted({reading[0] for reading in _character_readings(character)}))
        if count * len(choice) > COMBINATIONS_MAX:
            choice = choice[:1]
        count *= len(choice)
        choices.append(choice)
    return frozenset("".join(parts) for parts in product(*choices))


@lru_cache(maxsize=8192)
def _character_readings(character: str) -> tuple[str, ...]:
    """Return the spellings of one character, the usual reading first."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - 0.2 s and 20 MB; most programs never need it

    found = pinyin(character, style=Style.NORMAL, heteronym=True)
    spelled = dict.fromkeys(s for reading in (found[0] if found else [character]) for s in _spellings(reading))
    return tuple(spelled) or (character,)


def _spellings(reading: str) -> tuple[str, ...]:
    """Return how people type one reading: LV, LU and, in passports, LYU."""
    if "v" not in reading:
        return (reading,)
    return (reading, reading.replace("v", "u"), reading.replace("v", "yu"))
