"""The codes of the hotel and the policy in words: one table, read by pages and the API alike.

The English stands here, the Chinese in the catalogue under the same context. Source: glossary.md, sections B to D.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.words import marked_in as _c
from discretion.hotel.document_type import DocumentType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from babel.support import Translations

_TABLE: Final = {
    "purpose": {
        "check_in": _c("purpose", "Check-in"),
        "check_out": _c("purpose", "Check-out"),
        "guest_request": _c("purpose", "Guest request"),
        "housekeeping": _c("purpose", "Housekeeping service"),
        "security_incident": _c("purpose", "Security incident"),
        "complaint": _c("purpose", "Complaint"),
        "analytics": _c("purpose", "Business analysis"),
        "marketing": _c("purpose", "Marketing"),
        "lawful_request": _c("purpose", "Lawful request"),
        "emergency": _c("purpose", "Emergency"),
        "dsr": _c("purpose", "Rights request"),
        "audit": _c("purpose", "Audit"),
    },
    "group": {
        "identity": _c("group", "Identity"),
        "contact": _c("group", "Contact"),
        "document": _c("group", "Documents"),
        "booking": _c("group", "Booking"),
        "stay": _c("group", "Stay"),
        "spending": _c("group", "Spending"),
        "preferences": _c("group", "Preferences"),
        "notes": _c("group", "Notes"),
    },
    "role": {
        "front_desk": _c("role", "Front desk"),
        "reservations": _c("role", "Reservations"),
        "concierge": _c("role", "Concierge"),
        "housekeeping": _c("role", "Housekeeping"),
        "engineering": _c("role", "Engineering"),
        "restaurant": _c("role", "Restaurant"),
        "duty_manager": _c("role", "Duty manager"),
        "general_manager": _c("role", "General manager"),
        "security": _c("role", "Security"),
        "finance": _c("role", "Finance"),
        "marketing": _c("role", "Marketing"),
        "analyst": _c("role", "Analyst"),
        "privacy": _c("role", "Privacy officer"),
        "legal": _c("role", "Legal"),
        "auditor": _c("role", "Auditor"),
        "it_admin": _c("role", "Administrator"),
    },
    "relation": {
        "arriving": _c("relation", "due in"),
        "in_house": _c("relation", "in house"),
        "departed": _c("relation", "departed"),
        "none": _c("relation", "no stay here now"),
    },
    "state": {
        "inquired": _c("state", "Inquired"),
        "waitlisted": _c("state", "Waitlisted"),
        "tentative": _c("state", "Tentative"),
        "confirmed": _c("state", "Confirmed"),
        "in_house": _c("state", "In house"),
        "checked_out": _c("state", "Checked out"),
        "cancelled": _c("state", "Cancelled"),
        "no_show": _c("state", "No-show"),
        "due_in": _c("state", "Due in"),
        "arrival_overdue": _c("state", "Arrival overdue"),
        "due_out": _c("state", "Due out"),
        "departure_overdue": _c("state", "Departure overdue"),
    },
    "occupant": {
        "unknown": _c("occupant", "not yet named"),
        "incomplete": _c("occupant", "incomplete"),
        "expected": _c("occupant", "expected"),
        "on_board": _c("occupant", "in house"),
        "departed": _c("occupant", "departed"),
        "cancelled": _c("occupant", "cancelled"),
    },
    "act": {
        "book": _c("act", "Book"),
        "confirm": _c("act", "Confirm"),
        "amend": _c("act", "Change booking"),
        "split": _c("act", "Split"),
        "cancel": _c("act", "Cancel stay"),
        "no_show": _c("act", "Mark no-show"),
        "mark_no_show": _c("act", "Mark no-show"),
        "reinstate": _c("act", "Reinstate"),
        "check_in": _c("act", "Check in"),
        "walk_in": _c("act", "Walk-in"),
        "undo_check_in": _c("act", "Undo check-in"),
        "join": _c("act", "Join"),
        "leave": _c("act", "Leave"),
        "move_room": _c("act", "Move room"),
        "extend": _c("act", "Extend"),
        "check_out": _c("act", "Check out"),
        "undo_check_out": _c("act", "Undo check-out"),
        "correct": _c("act", "Correct"),
        "settle": _c("act", "Settle folio"),
    },
    "cancel": {
        "in_time": _c("cancel", "In time"),
        "late": _c("cancel", "Late"),
        "modified": _c("cancel", "Booked anew with changes"),
        "other": _c("cancel", "Other"),
    },
    "room": {
        "VC": _c("room", "Vacant clean"),
        "VD": _c("room", "Vacant dirty"),
        "OC": _c("room", "Occupied clean"),
        "OD": _c("room", "Occupied dirty"),
        "VI": _c("room", "Inspected"),
        "OOO": _c("room", "Out of order"),
        "OOS": _c("room", "Out of service"),
    },
    "room_set": {
        "VC": _c("room_set", "Set clean"),
        "VD": _c("room_set", "Set dirty"),
        "OC": _c("room_set", "Set clean"),
        "OD": _c("room_set", "Set dirty"),
        "VI": _c("room_set", "Inspected"),
        "OOO": _c("room_set", "Out of order"),
        "OOS": _c("room_set", "Out of service"),
    },
    "sex": {
        "F": _c("sex", "Female"),
        "M": _c("sex", "Male"),
        "other": _c("sex", "Other"),
        "unknown": _c("sex", "Not given"),
    },
    "age": {
        "adult": _c("age", "Adult"),
        "child": _c("age", "Child"),
        "infant": _c("age", "Infant"),
        "": _c("age", "Not given"),
    },
    "kinship": {
        "CY": _c("kinship", "Spouse"),
        "HJ": _c("kinship", "Child of the primary guest"),
        "PM": _c("kinship", "Parent"),
        "HR": _c("kinship", "Sibling"),
        "AB": _c("kinship", "Grandparent"),
        "NI": _c("kinship", "Grandchild"),
        "BA": _c("kinship", "Great-grandparent"),
        "BN": _c("kinship", "Great-grandchild"),
        "CD": _c("kinship", "Sibling-in-law"),
        "SB": _c("kinship", "Nephew or niece"),
        "SG": _c("kinship", "Parent-in-law"),
        "TI": _c("kinship", "Uncle or aunt"),
        "YN": _c("kinship", "Child-in-law"),
        "TU": _c("kinship", "Guardian"),
        "OT": _c("kinship", "Other relation"),
    },
    "check": {
        "passed": _c("check", "check digit right"),
        "failed": _c("check", "check digit wrong"),
        "accepted": _c("check", "check digit wrong, accepted by the desk"),
        "": _c("check", "not checked"),
    },
    "meal": {
        "BB": _c("meal", "Bed and breakfast"),
        "HB": _c("meal", "Half board"),
        "FB": _c("meal", "Full board"),
        "SC": _c("meal", "No meals"),
    },
    "presence": {
        "door": _c("presence", "door controller"),
        "badge_desk": _c("presence", "badge read at the desk"),
        "attested": _c("presence", "attested by the duty manager"),
    },
    "note": {
        "note": _c("note", "Note"),
        "complaint": _c("note", "Complaint"),
        "incident": _c("note", "Incident"),
        "mark_reason": _c("note", "Reason for a mark"),
    },
    "mark": {
        "incognito": _c("mark", "Incognito stay"),
        "sealed": _c("mark", "Sealed record"),
        "vip": _c("mark", "VIP"),
        "do_not_rent": _c("mark", "Call the duty manager"),
        "restriction": _c("mark", "Storage only"),
        "hold": _c("mark", "Legal hold"),
    },
}

NOUNS: Final = MappingProxyType({kind: MappingProxyType(codes) for kind, codes in _TABLE.items()})


def noun(words: Translations, kind: str, code: str) -> str:
    """Return the word for `code` in the reader's language; a code that has none, such as a source's own, as it is."""
    found = NOUNS[kind].get(code)
    return code if found is None else words.pgettext(*found)


def nouns(words: Translations, kind: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return code and word of each of `codes`, as choices of a form take them."""
    return [(code, noun(words, kind, code)) for code in codes]


def document_kinds(language: str) -> list[tuple[str, str]]:
    """Return code and name of every kind of document, as choices of a form take them."""
    return [(kind.value, kind.zh if language == "zh_Hans" else kind.en) for kind in DocumentType]
