"""The codes of requests, cases and reviews in words; part of the one table in `nouns`."""

from __future__ import annotations

from typing import Final

from discretion.faces.kit.words import marked_in

OF_CONTEXT: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "request_kind": {
        "concierge": marked_in("request_kind", "Concierge"),
        "engineering": marked_in("request_kind", "Repair"),
        "front_desk": marked_in("request_kind", "Front desk"),
        "housekeeping": marked_in("request_kind", "Housekeeping"),
        "lost_property": marked_in("request_kind", "Lost and found"),
        "restaurant": marked_in("request_kind", "Restaurant"),
    },
    "request_channel": {
        "desk": marked_in("request_channel", "at the desk"),
        "phone": marked_in("request_channel", "by phone"),
        "portal": marked_in("request_channel", "by the guest’s own page"),
    },
    "identity_check": {
        "in_person": marked_in("identity_check", "in person"),
        "called_back": marked_in("identity_check", "called back in the room, or at the number on record"),
        "answered": marked_in("identity_check", "surname, room and arrival answered right"),
        "": marked_in("identity_check", "signed in"),
    },
    "request_outcome": {
        "": marked_in("request_outcome", "Open"),
        "done": marked_in("request_outcome", "Done"),
        "cancelled": marked_in("request_outcome", "Cancelled"),
    },
    "case_purpose": {
        "check_out": marked_in("case_purpose", "Billing"),
        "complaint": marked_in("case_purpose", "Complaint"),
        "security_incident": marked_in("case_purpose", "Security incident"),
        "lawful_request": marked_in("case_purpose", "Lawful request"),
        "dsr": marked_in("case_purpose", "Rights request"),
        "audit": marked_in("case_purpose", "Audit"),
    },
    "case_act": {
        "opened": marked_in("case_act", "Opened"),
        "guest_added": marked_in("case_act", "Guest added"),
        "owner_changed": marked_in("case_act", "Owner changed"),
        "due_changed": marked_in("case_act", "Due date changed"),
        "noted": marked_in("case_act", "Note"),
        "withheld": marked_in("case_act", "Secrecy changed"),
        "closed": marked_in("case_act", "Closed"),
    },
}

OF_REVIEWS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "ended": {
        "approver_left": marked_in("ended", "An approver has left."),
        "case_closed": marked_in("ended", "Its case was closed."),
        "locked": marked_in("ended", "Somebody was locked."),
        "nobody_decided": marked_in("ended", "Nobody decided in time."),
        "not_used": marked_in("ended", "It was not used in time."),
        "off_shift": marked_in("ended", "The shift ended."),
        "policy_changed": marked_in("ended", "The policy changed."),
        "revoked": marked_in("ended", "Somebody who may approve took it back."),
        "withdrawn": marked_in("ended", "It was withdrawn."),
    },
    "review_why": {
        "emergency": marked_in("review_why", "Emergency"),
        "obligation": marked_in("review_why", "its rule asks for it"),
        "other": marked_in("review_why", "reason “other”"),
        "unexplained": marked_in("review_why", "nothing explains it"),
        "sampled": marked_in("review_why", "drawn at random"),
        "approval_sampled": marked_in("review_why", "drawn among approvals"),
    },
    "review_state": {
        "open": marked_in("review_state", "to be reviewed"),
        "asked": marked_in("review_state", "person was asked"),
        "answered": marked_in("review_state", "person has answered"),
        "closed": marked_in("review_state", "reviewed"),
    },
    "explained": {
        "emergency": marked_in("explained", "an emergency"),
        "approval": marked_in("explained", "an approval"),
        "case": marked_in("explained", "an open case"),
        "request": marked_in("explained", "a service request"),
        "act": marked_in("explained", "an act on the stay"),
        "list": marked_in("explained", "a working list"),
        "arrival": marked_in("explained", "an arrival"),
        "in_house": marked_in("explained", "service in house"),
        "departure": marked_in("explained", "a departure"),
        "consent": marked_in("explained", "the guest's consent"),
        "": marked_in("explained", "nothing"),
    },
    "verdict": {
        "justified": marked_in("verdict", "Justified"),
        "too_broad": marked_in("verdict", "Justified, but too broad"),
        "explain": marked_in("verdict", "The person has to say"),
        "unjustified": marked_in("verdict", "No justification"),
    },
    "direction": {
        "in": marked_in("direction", "came"),
        "out": marked_in("direction", "went"),
    },
}
