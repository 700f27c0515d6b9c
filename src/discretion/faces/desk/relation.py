"""The working relation: what a guest's stays are to this duty today, and the purpose that follows without asking.

Rules:
* Only the plainest relation sets a purpose silently; everything else asks the person. The page always says which.
* Nothing is decided here: the keeper reads the same facts itself.

Source: experience.md, P1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from discretion.hotel.purpose import Purpose, Relation, Role
from discretion.hotel.stay import StayState, relation_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from discretion.office.lists import StayLine

_ORDER: Final = (Relation.IN_HOUSE, Relation.ARRIVING, Relation.DEPARTED, Relation.NONE)
_DESK: Final = {Relation.ARRIVING: Purpose.CHECK_IN, Relation.IN_HOUSE: Purpose.GUEST_REQUEST}
_SILENT: Final = {
    Role.FRONT_DESK: _DESK,
    Role.DUTY_MANAGER: _DESK,
    Role.RESERVATIONS: {Relation.ARRIVING: Purpose.CHECK_IN},
    Role.CONCIERGE: {Relation.ARRIVING: Purpose.CHECK_IN, Relation.IN_HOUSE: Purpose.GUEST_REQUEST},
    Role.HOUSEKEEPING: {Relation.ARRIVING: Purpose.HOUSEKEEPING, Relation.IN_HOUSE: Purpose.HOUSEKEEPING},
}

COMMON: Final = (Purpose.GUEST_REQUEST, Purpose.CHECK_IN, Purpose.CHECK_OUT, Purpose.COMPLAINT)
"""The purposes a desk needs most; the others stand behind them."""


def present_stay(stays: Sequence[StayLine], business_date: date) -> tuple[StayLine | None, Relation]:
    """Return the stay that ties the guest closest to the house, and how."""
    ranked = sorted(
        ((_ORDER.index(relation_of(StayState(s.state), s.arrival, s.departure, business_date)), s) for s in stays),
        key=lambda pair: pair[0],
    )
    return (ranked[0][1], _ORDER[ranked[0][0]]) if ranked else (None, Relation.NONE)


def silent_purpose(duty: str, relation: Relation) -> str:
    """Return the purpose that this duty's work with such a guest has by itself; empty when it must be asked."""
    return _SILENT.get(duty, {}).get(relation, "")  # type: ignore[call-overload,no-any-return]


def purpose_of_names(duty: str, relation: Relation, *, is_leaving: bool = False) -> str:
    """Return the purpose under which a working list may name such a guest to this duty; empty when it names nobody."""
    if duty == Role.HOUSEKEEPING:
        return ""  # rooms and preferences, never who
    if is_leaving and relation is Relation.IN_HOUSE and duty in {Role.FRONT_DESK, Role.DUTY_MANAGER}:
        return Purpose.CHECK_OUT
    return silent_purpose(duty, relation)


def purposes_first(chosen: str = "") -> tuple[str, ...]:
    """Return every purpose, the common ones first, `chosen` before them all."""
    ordered = [*COMMON, *(purpose for purpose in Purpose if purpose not in COMMON)]
    return tuple(sorted(ordered, key=lambda purpose: purpose != chosen))
