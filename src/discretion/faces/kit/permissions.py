"""Which pages a duty may use. What may be *seen* of a guest is not decided here: that is the policy's, in the keeper.

Rules:
* A duty that is not written here may do nothing.
* Changing a stay is a fact that decisions rest on, so it asks for the duty's shift too, as looking does.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from discretion.hotel.purpose import Role


class Permission(StrEnum):
    """What a page does."""

    BOOKING_CHANGE = "booking:stay:change"
    ENTRY_READ = "ledger:entry:read"
    GUEST_FIND = "guest:record:find"
    LOCK_CHANGE = "access:lock:change"
    PRESENCE_ATTEST = "presence:shift:attest"
    ROOM_CHANGE = "room:state:change"
    ROSTER_CHANGE = "roster:shift:change"
    STAFF_CHANGE = "staff:member:change"
    STAFF_RECOVER = "staff:member:recover"
    STAY_CHANGE = "stay:state:change"
    STAY_LIST = "stay:day:list"
    TRAINING_CHANGE = "training:record:change"
    TRAINING_READ = "training:record:read"


_DESK: Final = frozenset({
    Permission.BOOKING_CHANGE, Permission.GUEST_FIND, Permission.ROOM_CHANGE, Permission.STAY_CHANGE,
    Permission.STAY_LIST,
})  # fmt: skip
_FACTS: Final = frozenset({Permission.ROSTER_CHANGE, Permission.TRAINING_CHANGE, Permission.TRAINING_READ})

DUTIES: Final = MappingProxyType({
    Role.FRONT_DESK: _DESK,
    Role.DUTY_MANAGER: _DESK
    | {Permission.LOCK_CHANGE, Permission.PRESENCE_ATTEST, Permission.ROSTER_CHANGE, Permission.STAFF_RECOVER},
    Role.RESERVATIONS: frozenset({Permission.BOOKING_CHANGE, Permission.GUEST_FIND, Permission.STAY_LIST}),
    Role.CONCIERGE: frozenset({Permission.GUEST_FIND, Permission.STAY_LIST}),
    Role.HOUSEKEEPING: frozenset({Permission.ROOM_CHANGE, Permission.STAY_LIST}),
    Role.ENGINEERING: frozenset({Permission.ROOM_CHANGE}),
    Role.RESTAURANT: frozenset({Permission.GUEST_FIND}),
    Role.SECURITY: frozenset({Permission.GUEST_FIND, Permission.LOCK_CHANGE}),
    Role.FINANCE: frozenset({Permission.GUEST_FIND, Permission.STAY_LIST}),
    Role.GENERAL_MANAGER: frozenset({Permission.GUEST_FIND, Permission.STAY_LIST}) | _FACTS,
    Role.PRIVACY: frozenset({
        Permission.ENTRY_READ, Permission.GUEST_FIND, Permission.LOCK_CHANGE, Permission.STAFF_RECOVER,
        Permission.TRAINING_CHANGE, Permission.TRAINING_READ,
    }),
    Role.AUDITOR: frozenset({Permission.ENTRY_READ, Permission.TRAINING_READ}),
    Role.LEGAL: frozenset({Permission.GUEST_FIND}),
    Role.IT_ADMIN: _FACTS | {Permission.LOCK_CHANGE, Permission.STAFF_CHANGE},
})  # fmt: skip

NEEDS_SHIFT: Final = frozenset({
    Permission.BOOKING_CHANGE, Permission.PRESENCE_ATTEST, Permission.ROOM_CHANGE, Permission.STAY_CHANGE,
})  # fmt: skip

_HOMES: Final = (
    (Permission.STAY_LIST, "/desk"), (Permission.ROOM_CHANGE, "/rooms"), (Permission.GUEST_FIND, "/find"),
    (Permission.STAFF_CHANGE, "/staff"), (Permission.ENTRY_READ, "/watch"),
)  # fmt: skip


def may(duty: str, permission: Permission) -> bool:
    """Return whether `duty` may use pages that need `permission`."""
    return permission in DUTIES.get(duty, frozenset())  # type: ignore[call-overload]


def home_of(duty: str) -> str:
    """Return the page a duty begins on; a duty with no page of its own begins on the one that says so."""
    return next((address for permission, address in _HOMES if may(duty, permission)), "/nothing-here")
