"""The words every ask is made of: what for, as whom, how the guest stands to the house, which part of the record.

Rules:
* The values are the words of the policy file, the wire and the ledger; they never change once entered.
* A field group's number is its bit in every mask of field groups, sealed boxes included: it is never reused or moved.

Left to others: which of these may see what (the policy), and how they are shown to people (the faces).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Purpose(StrEnum):
    """What an ask is for, in the order of the policy."""

    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    GUEST_REQUEST = "guest_request"
    HOUSEKEEPING = "housekeeping"
    SECURITY_INCIDENT = "security_incident"
    COMPLAINT = "complaint"
    ANALYTICS = "analytics"
    MARKETING = "marketing"
    LAWFUL_REQUEST = "lawful_request"
    EMERGENCY = "emergency"
    DSR = "dsr"
    AUDIT = "audit"


class Role(StrEnum):
    """The duty a person acts in: one at a time, chosen at sign-in from the roster."""

    FRONT_DESK = "front_desk"
    RESERVATIONS = "reservations"
    CONCIERGE = "concierge"
    HOUSEKEEPING = "housekeeping"
    ENGINEERING = "engineering"
    RESTAURANT = "restaurant"
    DUTY_MANAGER = "duty_manager"
    GENERAL_MANAGER = "general_manager"
    SECURITY = "security"
    FINANCE = "finance"
    MARKETING = "marketing"
    ANALYST = "analyst"
    PRIVACY = "privacy"
    LEGAL = "legal"
    AUDITOR = "auditor"
    IT_ADMIN = "it_admin"


FREE_ROLES = ("it_admin", "privacy", "auditor", "legal", "marketing", "analyst", "finance", "general_manager")
"""The duties that need no roster: held by office hours, not by shifts."""


class Relation(StrEnum):
    """How the guest stands to the house today."""

    ARRIVING = "arriving"
    IN_HOUSE = "in_house"
    DEPARTED = "departed"
    NONE = "none"


class FieldGroup(IntEnum):
    """A part of a guest record that is sealed, asked for and shown as one; the value is its bit position."""

    IDENTITY = 0
    CONTACT = 1
    DOCUMENT = 2
    BOOKING = 3
    STAY = 4
    SPENDING = 5
    PREFERENCES = 6
    NOTES = 7

    @property
    def word(self) -> str:
        """The group's name in the policy file, on the wire and in links."""
        return self.name.lower()

    @property
    def bit(self) -> int:
        """The group's mask: 1 at its position."""
        return 1 << self.value


FIELD_GROUPS: tuple[str, ...] = tuple(group.word for group in FieldGroup)
"""Names of the field groups; the index is the bit position."""
