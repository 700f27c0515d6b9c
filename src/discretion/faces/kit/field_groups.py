"""Field groups as forms name them: their words, and the bit mask that several make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from discretion.hotel.purpose import FieldGroup

if TYPE_CHECKING:
    from collections.abc import Iterable

GroupWord = Literal["identity", "contact", "document", "booking", "stay", "spending", "preferences", "notes"]
BIT: Final = {group.word: group.bit for group in FieldGroup}


def mask_of(groups: Iterable[str]) -> int:
    """Return the bit mask of field groups named by their words, each counted once. Errors: `KeyError` for no group."""
    return sum({BIT[group] for group in groups})
