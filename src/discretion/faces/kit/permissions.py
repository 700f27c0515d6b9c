"""Which pages a duty may use. What may be *seen* of a guest is not decided here: that is the policy's, in the keeper.

Rules:
* A duty that is not written here may do nothing.
* Changing a stay or a request is a fact that decisions rest on, so it asks for the duty's shift too, as looking does.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final

from discretion.hotel.purpose import Role


class Permission(StrEnum):
    """What a page does."""

    BOOKING_CHANGE = "booking:stay:change"
    DEPUTY_NAME = "approval:deputy:name"
    EMERGENCY_BEGIN = "guest:emergency:begin"
    CASE_WORK = "case:file:work"
    CONSENT_READ = "guest:consent:read"
    CONSENT_RECORD = "guest:consent:record"
    CONSENT_WORDS = "consent:words:change"
    ENTRY_READ = "ledger:entry:read"
    GUEST_FIND = "guest:record:find"
    HOLD_WORK = "retention:hold:work"
    LOCK_CHANGE = "access:lock:change"
    POLICY_READ = "policy:release:read"
    POLICY_SIGN = "policy:release:sign"
    PRESENCE_ATTEST = "presence:shift:attest"
    PRIVACY_READ = "privacy:desk:read"
    PRIVACY_WORK = "privacy:desk:work"
    REQUEST_DISPATCH = "service:request:dispatch"
    REQUEST_WORK = "service:request:work"
    RETENTION_CHANGE = "retention:rule:change"
    RETENTION_READ = "retention:rule:read"
    REVIEW_JUDGE = "review:lookup:judge"
    REVIEW_READ = "review:lookup:read"
    RECORD_JOIN = "guest:record:join"
    RIGHTS_JUDGE = "rights:request:judge"
    RIGHTS_TAKE = "rights:request:take"
    RIGHTS_WORK = "rights:request:work"
    ROOM_CHANGE = "room:state:change"
    ROSTER_CHANGE = "roster:shift:change"
    STAFF_CHANGE = "staff:member:change"
    STAFF_RECOVER = "staff:member:recover"
    STAY_CHANGE = "stay:state:change"
    STAY_LIST = "stay:day:list"
    TERMINAL_CHANGE = "terminal:machine:change"
    TRAINING_CHANGE = "training:record:change"
    TRAINING_READ = "training:record:read"


_DESK: Final = frozenset({
    Permission.BOOKING_CHANGE, Permission.CASE_WORK, Permission.CONSENT_READ, Permission.CONSENT_RECORD,
    Permission.EMERGENCY_BEGIN, Permission.GUEST_FIND, Permission.REQUEST_DISPATCH, Permission.REQUEST_WORK,
    Permission.ROOM_CHANGE, Permission.STAY_CHANGE, Permission.STAY_LIST,
})  # fmt: skip
_REVIEWS: Final = frozenset({Permission.REVIEW_JUDGE, Permission.REVIEW_READ})
_FACTS: Final = frozenset({Permission.ROSTER_CHANGE, Permission.TRAINING_CHANGE, Permission.TRAINING_READ})

DUTIES: Final = MappingProxyType({
    Role.FRONT_DESK: _DESK | {Permission.RIGHTS_TAKE},
    Role.DUTY_MANAGER: _DESK
    | _REVIEWS
    | {
        Permission.DEPUTY_NAME, Permission.LOCK_CHANGE, Permission.PRESENCE_ATTEST, Permission.RECORD_JOIN,
        Permission.ROSTER_CHANGE, Permission.STAFF_RECOVER,
    },
    Role.RESERVATIONS: frozenset({Permission.BOOKING_CHANGE, Permission.GUEST_FIND, Permission.STAY_LIST}),
    Role.CONCIERGE: frozenset({
        Permission.CASE_WORK, Permission.CONSENT_READ, Permission.CONSENT_RECORD, Permission.EMERGENCY_BEGIN,
        Permission.GUEST_FIND, Permission.REQUEST_DISPATCH, Permission.REQUEST_WORK, Permission.STAY_LIST,
    }),
    Role.HOUSEKEEPING: frozenset({
        Permission.EMERGENCY_BEGIN, Permission.REQUEST_WORK, Permission.ROOM_CHANGE, Permission.STAY_LIST,
    }),
    Role.ENGINEERING: frozenset({Permission.EMERGENCY_BEGIN, Permission.REQUEST_WORK, Permission.ROOM_CHANGE}),
    Role.RESTAURANT: frozenset({Permission.EMERGENCY_BEGIN, Permission.GUEST_FIND, Permission.REQUEST_WORK}),
    Role.SECURITY: _REVIEWS | {
        Permission.CASE_WORK, Permission.EMERGENCY_BEGIN, Permission.GUEST_FIND, Permission.LOCK_CHANGE,
    },
    Role.FINANCE: frozenset({Permission.CASE_WORK, Permission.GUEST_FIND, Permission.STAY_LIST}),
    Role.GENERAL_MANAGER: _FACTS | _REVIEWS | {
        Permission.CASE_WORK, Permission.DEPUTY_NAME, Permission.EMERGENCY_BEGIN, Permission.GUEST_FIND,
        Permission.HOLD_WORK, Permission.POLICY_READ, Permission.POLICY_SIGN, Permission.PRIVACY_READ,
        Permission.RETENTION_READ, Permission.RIGHTS_JUDGE, Permission.STAY_LIST,
    },
    Role.PRIVACY: _REVIEWS | {
        Permission.CASE_WORK, Permission.CONSENT_READ, Permission.CONSENT_WORDS, Permission.DEPUTY_NAME,
        Permission.ENTRY_READ, Permission.GUEST_FIND, Permission.HOLD_WORK, Permission.LOCK_CHANGE,
        Permission.POLICY_READ, Permission.POLICY_SIGN, Permission.PRIVACY_READ, Permission.PRIVACY_WORK,
        Permission.RECORD_JOIN, Permission.RETENTION_CHANGE, Permission.RETENTION_READ, Permission.RIGHTS_JUDGE,
        Permission.RIGHTS_TAKE, Permission.RIGHTS_WORK, Permission.STAFF_RECOVER, Permission.TRAINING_CHANGE,
        Permission.TRAINING_READ,
    },
    Role.AUDITOR: frozenset({
        Permission.CASE_WORK, Permission.ENTRY_READ, Permission.POLICY_READ, Permission.PRIVACY_READ,
        Permission.RETENTION_READ, Permission.REVIEW_READ, Permission.TRAINING_READ,
    }),
    Role.LEGAL: frozenset({
        Permission.CASE_WORK, Permission.GUEST_FIND, Permission.HOLD_WORK, Permission.POLICY_READ,
        Permission.POLICY_SIGN, Permission.PRIVACY_READ, Permission.RETENTION_READ, Permission.RIGHTS_JUDGE,
    }),
    Role.IT_ADMIN: _FACTS | {Permission.LOCK_CHANGE, Permission.STAFF_CHANGE, Permission.TERMINAL_CHANGE},
})  # fmt: skip

NEEDS_SHIFT: Final = frozenset({
    Permission.BOOKING_CHANGE, Permission.CONSENT_RECORD, Permission.PRESENCE_ATTEST, Permission.REQUEST_DISPATCH,
    Permission.REQUEST_WORK, Permission.ROOM_CHANGE, Permission.STAY_CHANGE,
})  # fmt: skip

_HOMES: Final = (
    (Permission.PRIVACY_WORK, "/privacy"),
    (Permission.STAY_LIST, "/desk"), (Permission.ROOM_CHANGE, "/rooms"), (Permission.GUEST_FIND, "/find"),
    (Permission.STAFF_CHANGE, "/staff"), (Permission.ENTRY_READ, "/watch"),
)  # fmt: skip


def may(duty: str, permission: Permission) -> bool:
    """Return whether `duty` may use pages that need `permission`."""
    return permission in DUTIES.get(duty, frozenset())  # type: ignore[call-overload]


def home_of(duty: str) -> str:
    """Return the page a duty begins on; a duty with no page of its own begins on the one that says so."""
    return next((address for permission, address in _HOMES if may(duty, permission)), "/nothing-here")
