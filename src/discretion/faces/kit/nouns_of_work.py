"""The codes of requests, cases, reviews and facts about staff in words; part of the one table in `nouns`."""

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
    "shared": {
        "document": marked_in("shared", "the same document"),
        "email": marked_in("shared", "the same e-mail"),
        "phone": marked_in("shared", "the same phone"),
    },
    "merge_why": {
        "document": marked_in("merge_why", "The document in hand stands in both"),
        "email": marked_in("merge_why", "The same own e-mail, and the guest says so"),
        "phone": marked_in("merge_why", "The same phone, and the guest says so"),
        "guest_said": marked_in("merge_why", "The guest says so, and the document in hand fits"),
        "imported": marked_in("merge_why", "One was imported twice"),
    },
    "merge_ended": {
        "asked": marked_in("merge_ended", "The guest asks for it"),
        "erased": marked_in("merge_ended", "One was erased"),
        "mistaken": marked_in("merge_ended", "Joined by mistake"),
        "other_person": marked_in("merge_ended", "They are two people"),
        "refused": marked_in("merge_ended", "Refused"),
        "withdrawn": marked_in("merge_ended", "Taken back"),
    },
    "copy_occasion": {
        "check_in": marked_in("copy_occasion", "at check-in"),
        "check_out": marked_in("copy_occasion", "at check-out"),
        "corrected": marked_in("copy_occasion", "corrected"),
    },
    "copy_reason": {
        "guest_said": marked_in("copy_reason", "The guest asked for it, document in hand"),
        "misread": marked_in("copy_reason", "Something was misread or mistyped"),
        "missing": marked_in("copy_reason", "Something was missing"),
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

OF_RETENTION: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "retention_event": {
        "arrival": marked_in("retention_event", "from arrival"),
        "collection": marked_in("retention_event", "from collection"),
        "departure": marked_in("retention_event", "from departure"),
    },
    "guest_kind": {
        "any": marked_in("guest_kind", "all guests"),
        "domestic": marked_in("guest_kind", "domestic guests"),
        "foreign": marked_in("guest_kind", "foreign guests"),
    },
    "stay_kind": {
        "any": marked_in("stay_kind", "every stay"),
        "cancelled": marked_in("stay_kind", "cancelled"),
        "never_arrived": marked_in("stay_kind", "never arrived"),
        "no_show": marked_in("stay_kind", "no-show"),
        "stayed": marked_in("stay_kind", "stayed here"),
    },
    "retention_basis": {
        "choice": marked_in("retention_basis", "the hotel’s choice"),
        "law": marked_in("retention_basis", "law"),
    },
    "retention_skip": {
        "open_stay": marked_in("retention_skip", "in house, expected, or still to be marked as no-show"),
        "open_case": marked_in("retention_skip", "named by an open case"),
        "marked": marked_in("retention_skip", "storage only, or on the restricted guest list"),
        "held": marked_in("retention_skip", "on legal hold"),
    },
    "plan_state": {
        "made": marked_in("plan_state", "not run"),
        "running": marked_in("plan_state", "being carried out"),
        "done": marked_in("plan_state", "done"),
    },
    "plan_how": {
        "command": marked_in("plan_how", "at the command line"),
        "night": marked_in("plan_how", "night audit"),
        "page": marked_in("plan_how", "by hand"),
    },
    "hold_state": {
        "proposed": marked_in("hold_state", "waits for a second person"),
        "in_force": marked_in("hold_state", "in force"),
        "expired": marked_in("hold_state", "over by its day"),
        "ended": marked_in("hold_state", "ended"),
    },
    "retention_subject": {
        "links": marked_in("retention_subject", "That there was a stay"),
    },
}

OF_STAFF: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "presence": {
        "door": marked_in("presence", "door controller"),
        "badge_desk": marked_in("presence", "badge read at the desk"),
        "attested": marked_in("presence", "attested by the duty manager"),
        "conflict": marked_in("presence", "badge seen at two hotels"),
        "outside": marked_in("presence", "worked from outside the hotel’s network"),
        "elsewhere": marked_in("presence", "seen at another hotel later"),
    },
    "training": {
        "file": marked_in("training", "by a file"),
        "recorded": marked_in("training", "recorded by somebody"),
        "test": marked_in("training", "by a test"),
    },
    "training_state": {
        "current": marked_in("training_state", "current"),
        "ends_soon": marked_in("training_state", "ends within 30 days"),
        "ended": marked_in("training_state", "ended"),
        "missing": marked_in("training_state", "missing"),
    },
}
