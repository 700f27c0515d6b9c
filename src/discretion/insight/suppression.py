"""Small numbers, hidden so that nothing else that is published gives them back.

Rules:
* A number from one to nine is published as `<10`. Zero is published: it is about nobody.
* A sum is published exactly only when each of its parts is; otherwise what is published is the sum of the parts that
  are shown, as a bound. So whatever is published stays the same, byte for byte, if a hidden number were another one.
* A mean or a median is published only over numbers that are shown themselves.

Left to others: publishing one span of time once (`statement`): two counts of spans that overlap could be subtracted.
Source: glossary.md, 60; decision 0034.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

SMALL_BELOW: Final = 10
HIDDEN: Final = "<10"
Shown: TypeAlias = int | Literal["<10"]


class Total(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sum: `exactly` where every part is shown, otherwise `more_than` the parts that are."""

    exactly: int | None = None
    more_than: int | None = None


def is_small(number: int) -> bool:
    """Whether so few are hidden."""
    return 0 < number < SMALL_BELOW


def shown(number: int) -> Shown:
    """Return a count as it may be published."""
    return HIDDEN if is_small(number) else number


def total(parts: Iterable[int]) -> Total:
    """Return the sum of counts that are published one by one beside it."""
    numbers = list(parts)
    kept = sum(number for number in numbers if not is_small(number))
    return Total(more_than=kept) if any(map(is_small, numbers)) else Total(exactly=kept)


def over(value: float | None, *numbers: int) -> float | None:
    """Return a mean or median over so many of each kind, to one digit; None when it would be over few, or over none."""
    if value is None or any(map(is_small, numbers)) or not sum(numbers):
        return None
    return round(value, 1)
