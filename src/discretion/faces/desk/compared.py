"""Two records side by side: what a page shows of each, masked, and for which purpose.

Rules:
* To compare is to look: each record is an ask with its entry, for the purpose that its own relation gives, or the
  stated one.
* Nothing is shown in full here, whatever the policy would allow.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from discretion.faces.desk.record_view import shown_groups
from discretion.faces.desk.relation import present_stay, silent_purpose
from discretion.faces.kit.field_groups import BIT
from discretion.hotel.purpose import FieldGroup, Purpose
from discretion.office import lists
from discretion.wire.lookup import Disclosure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.faces.desk.record_view import ShownGroup
    from discretion.faces.kit.seat import Seat
    from discretion.office.lists import StayLine
    from discretion.wire.lookup import Refusal

GROUPS: Final = tuple(group.word for group in FieldGroup)
_ALL: Final = sum(BIT.values())
FAULTS: Final = frozenset({
    "conflict", "merge_emergency", "merge_held", "merge_marked", "merge_protected", "merge_same", "not_found",
    "own_merge", "too_late",
})  # fmt: skip
"""What can be in the way of joining or parting: told on the page that asked for it."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One record as it is compared."""

    guest: str
    purpose: str
    answer: Disclosure | Refusal
    groups: Mapping[str, ShownGroup]
    stay: StayLine | None
    stays: int

    @property
    def is_shown(self) -> bool:
        """Whether something of it may be seen."""
        return isinstance(self.answer, Disclosure)


async def purpose_for(seat: Seat, guest_id: bytes, stated: str) -> tuple[str, StayLine | None, int]:
    """Return for which purpose this duty works with a guest, the nearest stay, and how many there are.

    Where no work of today leads to the guest it is the stated purpose; a rights request where none is stated.
    """
    stays = await lists.stays_of_guest(seat.office, seat.property_id, guest_id)
    stay, relation = present_stay(stays, seat.property.business_date)
    return silent_purpose(seat.person.duty, relation) or stated or Purpose.DSR, stay, len(stays)


async def looked(seat: Seat, guest_id: bytes, stated: str) -> Looked:
    """Look a record up, masked. Errors: as `Hatches.ask`."""
    purpose, stay, count = await purpose_for(seat, guest_id, stated)
    answer = await seat.look_up(guest_id, purpose, clear=0, masked=_ALL, context="compare")
    groups = shown_groups(seat, answer) if isinstance(answer, Disclosure) else ()
    return Looked(guest_id.hex(), purpose, answer, {group.name: group for group in groups}, stay, count)


async def two(seat: Seat, survivor_id: bytes, absorbed_id: bytes, stated: str) -> tuple[Looked, Looked]:
    """Look both up. Errors: as `Hatches.ask`."""
    first, second = await asyncio.gather(looked(seat, survivor_id, stated), looked(seat, absorbed_id, stated))
    return first, second
