"""The codes of the hotel and the policy in words: one table, read by pages and the API alike.

The English stands here, the Chinese in the catalogue under the same context. Source: glossary.md, sections B to D.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.nouns_of_consents import OF_CONSENTS
from discretion.faces.kit.nouns_of_rights import FACTS_OF_RIGHTS, OF_HELD, OF_RIGHTS
from discretion.faces.kit.nouns_of_work import OF_CONTEXT, OF_RETENTION, OF_REVIEWS, OF_STAFF
from discretion.faces.kit.words import marked_in
from discretion.hotel.document_type import DocumentType
from discretion.hotel.purpose import FieldGroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from babel.support import Translations

_TABLE: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "purpose": {
        "check_in": marked_in("purpose", "Check-in"),
        "check_out": marked_in("purpose", "Check-out"),
        "guest_request": marked_in("purpose", "Guest request"),
        "housekeeping": marked_in("purpose", "Housekeeping service"),
        "security_incident": marked_in("purpose", "Security incident"),
        "complaint": marked_in("purpose", "Complaint"),
        "analytics": marked_in("purpose", "Business analysis"),
        "marketing": marked_in("purpose", "Marketing"),
        "lawful_request": marked_in("purpose", "Lawful request"),
        "emergency": marked_in("purpose", "Emergency"),
        "dsr": marked_in("purpose", "Rights request"),
        "audit": marked_in("purpose", "Audit"),
    },
    "situation": {
        "life": marked_in("situation", "A guest's or somebody's life or safety (fire, illness, missing)"),
        "police": marked_in("situation", "The police need it at once (officer's number and telephone required)"),
        "child": marked_in("situation", "Protection of a child"),
        "outage": marked_in("situation", "A fault of the system or of permissions, and the guest is waiting"),
    },
    "approval": {
        "pending": marked_in("approval", "waiting"),
        "approved": marked_in("approval", "approved"),
        "denied": marked_in("approval", "denied"),
        "expired": marked_in("approval", "expired"),
        "cancelled": marked_in("approval", "taken back"),
        "revoked": marked_in("approval", "revoked"),
        "used_up": marked_in("approval", "used"),
    },
    "approval_why": {
        "nobody_decided": marked_in("approval_why", "nobody decided in time"),
        "not_used": marked_in("approval_why", "it was not used in time"),
        "withdrawn": marked_in("approval_why", "the asker took it back"),
        "revoked": marked_in("approval_why", "somebody who may approve took it back"),
        "off_shift": marked_in("approval_why", "the asker's shift ended"),
        "case_closed": marked_in("approval_why", "the case was closed"),
        "approver_left": marked_in("approval_why", "one of the people left the hotel"),
        "locked": marked_in("approval_why", "one of the people was locked"),
        "policy_changed": marked_in("approval_why", "the policy changed"),
    },
    "group": {
        "identity": marked_in("group", "Identity"),
        "contact": marked_in("group", "Contact"),
        "document": marked_in("group", "Documents"),
        "booking": marked_in("group", "Booking"),
        "stay": marked_in("group", "Stay"),
        "spending": marked_in("group", "Spending"),
        "preferences": marked_in("group", "Preferences"),
        "notes": marked_in("group", "Notes"),
    },
    "role": {
        "front_desk": marked_in("role", "Front desk"),
        "reservations": marked_in("role", "Reservations"),
        "concierge": marked_in("role", "Concierge"),
        "housekeeping": marked_in("role", "Housekeeping"),
        "engineering": marked_in("role", "Engineering"),
        "restaurant": marked_in("role", "Restaurant"),
        "duty_manager": marked_in("role", "Duty manager"),
        "general_manager": marked_in("role", "General manager"),
        "security": marked_in("role", "Security"),
        "finance": marked_in("role", "Finance"),
        "marketing": marked_in("role", "Marketing"),
        "analyst": marked_in("role", "Analyst"),
        "privacy": marked_in("role", "Privacy officer"),
        "legal": marked_in("role", "Legal"),
        "auditor": marked_in("role", "Auditor"),
        "it_admin": marked_in("role", "Administrator"),
    },
    "relation": {
        "arriving": marked_in("relation", "due in"),
        "in_house": marked_in("relation", "in house"),
        "departed": marked_in("relation", "departed"),
        "none": marked_in("relation", "no stay here now"),
    },
    "state": {
        "inquired": marked_in("state", "Inquired"),
        "waitlisted": marked_in("state", "Waitlisted"),
        "tentative": marked_in("state", "Tentative"),
        "confirmed": marked_in("state", "Confirmed"),
        "in_house": marked_in("state", "In house"),
        "checked_out": marked_in("state", "Checked out"),
        "cancelled": marked_in("state", "Cancelled"),
        "no_show": marked_in("state", "No-show"),
        "due_in": marked_in("state", "Due in"),
        "arrival_overdue": marked_in("state", "Arrival overdue"),
        "due_out": marked_in("state", "Due out"),
        "departure_overdue": marked_in("state", "Departure overdue"),
    },
    "occupant": {
        "unknown": marked_in("occupant", "not yet named"),
        "incomplete": marked_in("occupant", "incomplete"),
        "expected": marked_in("occupant", "expected"),
        "on_board": marked_in("occupant", "in house"),
        "departed": marked_in("occupant", "departed"),
        "cancelled": marked_in("occupant", "cancelled"),
    },
    "act": {
        "book": marked_in("act", "Book"),
        "confirm": marked_in("act", "Confirm"),
        "amend": marked_in("act", "Change booking"),
        "split": marked_in("act", "Split"),
        "cancel": marked_in("act", "Cancel stay"),
        "no_show": marked_in("act", "Mark no-show"),
        "mark_no_show": marked_in("act", "Mark no-show"),
        "reinstate": marked_in("act", "Reinstate"),
        "check_in": marked_in("act", "Check in"),
        "walk_in": marked_in("act", "Walk-in"),
        "undo_check_in": marked_in("act", "Undo check-in"),
        "join": marked_in("act", "Join"),
        "leave": marked_in("act", "Leave"),
        "move_room": marked_in("act", "Move room"),
        "extend": marked_in("act", "Extend"),
        "check_out": marked_in("act", "Check out"),
        "undo_check_out": marked_in("act", "Undo check-out"),
        "correct": marked_in("act", "Correct"),
        "settle": marked_in("act", "Settle folio"),
    },
    "cancel": {
        "in_time": marked_in("cancel", "In time"),
        "late": marked_in("cancel", "Late"),
        "modified": marked_in("cancel", "Booked anew with changes"),
        "other": marked_in("cancel", "Other"),
    },
    "room": {
        "VC": marked_in("room", "Vacant clean"),
        "VD": marked_in("room", "Vacant dirty"),
        "OC": marked_in("room", "Occupied clean"),
        "OD": marked_in("room", "Occupied dirty"),
        "VI": marked_in("room", "Inspected"),
        "OOO": marked_in("room", "Out of order"),
        "OOS": marked_in("room", "Out of service"),
    },
    "room_set": {
        "VC": marked_in("room_set", "Set clean"),
        "VD": marked_in("room_set", "Set dirty"),
        "OC": marked_in("room_set", "Set clean"),
        "OD": marked_in("room_set", "Set dirty"),
        "VI": marked_in("room_set", "Inspected"),
        "OOO": marked_in("room_set", "Out of order"),
        "OOS": marked_in("room_set", "Out of service"),
    },
    "sex": {
        "F": marked_in("sex", "Female"),
        "M": marked_in("sex", "Male"),
        "other": marked_in("sex", "Other"),
        "unknown": marked_in("sex", "Not given"),
    },
    "age": {
        "adult": marked_in("age", "Adult"),
        "child": marked_in("age", "Child"),
        "infant": marked_in("age", "Infant"),
        "": marked_in("age", "Not given"),
    },
    "kinship": {
        "CY": marked_in("kinship", "Spouse"),
        "HJ": marked_in("kinship", "Child of the primary guest"),
        "PM": marked_in("kinship", "Parent"),
        "HR": marked_in("kinship", "Sibling"),
        "AB": marked_in("kinship", "Grandparent"),
        "NI": marked_in("kinship", "Grandchild"),
        "BA": marked_in("kinship", "Great-grandparent"),
        "BN": marked_in("kinship", "Great-grandchild"),
        "CD": marked_in("kinship", "Sibling-in-law"),
        "SB": marked_in("kinship", "Nephew or niece"),
        "SG": marked_in("kinship", "Parent-in-law"),
        "TI": marked_in("kinship", "Uncle or aunt"),
        "YN": marked_in("kinship", "Child-in-law"),
        "TU": marked_in("kinship", "Guardian"),
        "OT": marked_in("kinship", "Other relation"),
    },
    "check": {
        "passed": marked_in("check", "check digit right"),
        "failed": marked_in("check", "check digit wrong"),
        "accepted": marked_in("check", "check digit wrong, accepted by the desk"),
        "": marked_in("check", "not checked"),
    },
    "meal": {
        "BB": marked_in("meal", "Bed and breakfast"),
        "HB": marked_in("meal", "Half board"),
        "FB": marked_in("meal", "Full board"),
        "SC": marked_in("meal", "No meals"),
    },
    "note": {
        "note": marked_in("note", "Note"),
        "complaint": marked_in("note", "Complaint"),
        "incident": marked_in("note", "Incident"),
        "mark_reason": marked_in("note", "Reason for a mark"),
    },
    "lock": {
        "staff": marked_in("lock", "Person"),
        "guest": marked_in("lock", "Guest record"),
        "session": marked_in("lock", "Sign-in"),
        "terminal": marked_in("lock", "Terminal"),
    },
    "mark": {
        "incognito": marked_in("mark", "Incognito stay"),
        "sealed": marked_in("mark", "Sealed record"),
        "vip": marked_in("mark", "VIP"),
        "do_not_rent": marked_in("mark", "Call the duty manager"),
        "restriction": marked_in("mark", "Storage only"),
        "hold": marked_in("mark", "Legal hold"),
    },
}

_OF_ENTRIES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "action": {
        "alarm": marked_in("action", "Alarm"),
        "change": marked_in("action", "Fact changed"),
        "demo_sign_in": marked_in("action", "Demo sign-in"),
        "deputy": marked_in("action", "Deputy named or ended"),
        "duplicates": marked_in("action", "Same person searched"),
        "attest": marked_in("action", "Presence attested"),
        "duty": marked_in("action", "Duty chosen"),
        "emergency_begin": marked_in("action", "Emergency viewing begun"),
        "emergency_end": marked_in("action", "Emergency viewing ended"),
        "emergency_note": marked_in("action", "Emergency explained"),
        "enrol": marked_in("action", "Passkey enrolled"),
        "erase": marked_in("action", "Guest erased"),
        "explain": marked_in("action", "Entries given to the guest"),
        "find": marked_in("action", "Guest searched"),
        "import": marked_in("action", "Import"),
        "inscribe": marked_in("action", "Record written"),
        "invite": marked_in("action", "Link made"),
        "list": marked_in("action", "Seen in a list"),
        "look_up": marked_in("action", "Record viewed"),
        "merge": marked_in("action", "Records joined"),
        "policy": marked_in("action", "Policy in force"),
        "preview": marked_in("action", "Masked preview for an approver"),
        "read_entries": marked_in("action", "Ledger read"),
        "recover": marked_in("action", "Ledger recovered"),
        "request_end": marked_in("action", "Approval taken back or revoked"),
        "request_open": marked_in("action", "Approval asked for"),
        "reveal": marked_in("action", "Shown in full"),
        "guest_code": marked_in("action", "Code sent to a guest"),
        "guest_code_wrong": marked_in("action", "Wrong code of a guest"),
        "guest_passkey": marked_in("action", "Passkey of a guest"),
        "guest_post": marked_in("action", "Letter to a guest"),
        "guest_read": marked_in("action", "A guest’s list of entries"),
        "guest_sign_in": marked_in("action", "A guest came in"),
        "guest_sign_out": marked_in("action", "A guest left"),
        "guest_view": marked_in("action", "A guest’s own details"),
        "sign_in": marked_in("action", "Sign-in"),
        "sign_out": marked_in("action", "Sign-out"),
        "snapshot": marked_in("action", "Sealed copy kept"),
        "step_up": marked_in("action", "Passkey verified anew"),
        "read_sign_ins": marked_in("action", "Sign-ins of a colleague read"),
        "release_sign": marked_in("action", "Signature of the policy"),
        "succeed": marked_in("action", "Ledger begun after another"),
        "unmerge": marked_in("action", "Records parted"),
        "vote": marked_in("action", "Vote on an approval"),
    },
    "alarm": {
        "opened_without_entry": marked_in("alarm", "opened without an entry"),
        "policy_chain": marked_in("alarm", "a release of the policy does not follow the one in force"),
        "policy_downgraded": marked_in("alarm", "an older release of the policy was set in force"),
        "policy_refused": marked_in("alarm", "a release of the policy would not load"),
        "policy_unsigned": marked_in("alarm", "a release of the policy is not signed as it must be"),
        "policy_unannounced": marked_in("alarm", "a release of the policy was to come sooner than announced"),
        "policy_wide": marked_in("alarm", "a release of the policy shows more, though called a tightening"),
        "witnesses_needed": marked_in("alarm", "a release of the policy waits for witnesses, and none are named"),
        "witness_lag": marked_in("alarm", "outside witnesses do not keep up"),
    },
    "signal": {
        "after_departure": marked_in("signal", "after departure"),
        "no_stay": marked_in("signal", "no stay here"),
        "not_on_shift": marked_in("signal", "off shift"),
        "not_badged_in": marked_in("signal", "not badged in"),
        "in_full": marked_in("signal", "something in full"),
        "erased": marked_in("signal", "a part is erased"),
        "damaged": marked_in("signal", "does not match its leaf"),
    },
    "criterion": {
        "arrival": marked_in("criterion", "arrival"),
        "document": marked_in("criterion", "document number"),
        "email": marked_in("criterion", "e-mail"),
        "name": marked_in("criterion", "name"),
        "phone": marked_in("criterion", "phone"),
        "phone_end": marked_in("criterion", "end of the phone number"),
        "reservation": marked_in("criterion", "reservation number"),
        "room": marked_in("criterion", "room"),
    },
    "decision": {
        "allowed": marked_in("decision", "Allowed"),
        "denied": marked_in("decision", "Refused"),
    },
    "why": {
        "budget": marked_in("why", "the day's number of guests was reached"),
        "budget_purpose": marked_in("why", "the day's number for this purpose was reached"),
        "conflict": marked_in("why", "the record existed already"),
        "guard": marked_in("why", "shift, badge, training or another first condition was missing"),
        "not_allowed": marked_in("why", "not for this duty"),
        "not_found": marked_in("why", "no record that this purpose may see"),
        "policy": marked_in("why", "the purpose shows nothing to this duty"),
        "ticket": marked_in("why", "the sign-in had ended"),
    },
    "fact": {
        **FACTS_OF_RIGHTS,
        "access_request": marked_in("fact", "requests for approval"),
        "approval_vote": marked_in("fact", "votes on approvals"),
        "assessment_signature": marked_in("fact", "signatures of impact assessments"),
        "authority_answer": marked_in("fact", "answers to authorities"),
        "badge": marked_in("fact", "badges"),
        "case_file": marked_in("fact", "cases"),
        "case_guest": marked_in("fact", "guests of cases"),
        "consent": marked_in("fact", "consents of guests"),
        "consent_text": marked_in("fact", "words of consents"),
        "deputy": marked_in("fact", "deputies"),
        "door_source": marked_in("fact", "door controllers"),
        "emergency": marked_in("fact", "emergency viewings"),
        "ledger_reader": marked_in("fact", "readers of the ledger"),
        "lock": marked_in("fact", "locks"),
        "mark": marked_in("fact", "marks of guests"),
        "occupant": marked_in("fact", "people of stays"),
        "policy_release": marked_in("fact", "releases of the policy"),
        "policy_signer": marked_in("fact", "keys of who signs the policy"),
        "policy_text": marked_in("fact", "texts of the policy"),
        "presence": marked_in("fact", "presence"),
        "property": marked_in("fact", "the hotel itself"),
        "service_request": marked_in("fact", "service requests"),
        "review_verdict": marked_in("fact", "verdicts of reviews"),
        "rights_line": marked_in("fact", "what is done about requests for rights"),
        "rights_request": marked_in("fact", "requests for rights"),
        "release_signature": marked_in("fact", "signatures of the policy"),
        "shift": marked_in("fact", "roster"),
        "staff": marked_in("fact", "staff members"),
        "staff_role": marked_in("fact", "roles of staff"),
        "stay": marked_in("fact", "stays"),
        "terminal": marked_in("fact", "shared terminals"),
        "training": marked_in("fact", "training"),
        "transparency_statement": marked_in("fact", "public statements"),
        "travel_time": marked_in("fact", "travel times between hotels"),
    },
}

_ALL: Final = {
    **_TABLE, **OF_CONTEXT, **OF_REVIEWS, **OF_STAFF, **OF_CONSENTS, **OF_RETENTION, **OF_RIGHTS, **OF_HELD,
    **_OF_ENTRIES,
}
NOUNS: Final = MappingProxyType({kind: MappingProxyType(codes) for kind, codes in _ALL.items()})


def noun(words: Translations, kind: str, code: str) -> str:
    """Return the word for `code` in the reader's language; a code that has none, such as a source's own, as it is."""
    found = NOUNS[kind].get(code)
    if found is None:
        return code
    return str(words.pgettext(*found))


def nouns(words: Translations, kind: str, codes: Iterable[str]) -> list[tuple[str, str]]:
    """Return code and word of each of `codes`, as choices of a form take them."""
    return [(code, noun(words, kind, code)) for code in codes]


def group_words(words: Translations, mask: int) -> str:
    """Return the names of the field groups in a bit mask, in the reader's language."""
    return " · ".join(noun(words, "group", group.word) for group in FieldGroup if mask & group.bit)


def document_kinds(language: str) -> list[tuple[str, str]]:
    """Return code and name of every kind of document, as choices of a form take them."""
    return [(kind.value, kind.zh if language == "zh_Hans" else kind.en) for kind in DocumentType]
