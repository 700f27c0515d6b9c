"""The hatch for exceptions: a passkey verified anew, approvals and their votes, deputies, emergency viewing.

Rules:
* As in `lookup`: no message names its asker, every text and list is bounded.
* What a passkey is verified for is an `Action`, whose bytes the challenge's hash covers. The keeper makes the action
  again from the message that brings the assertion: verified for one thing, it serves no other.
* Groups are bit masks over the field groups; times are UTC seconds.

Left to others: what is answered (the keeper), words for people (the faces).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from discretion.wire.bounds import Groups, Id, Ticket, TicketedAsk

if TYPE_CHECKING:
    from collections.abc import Iterable

ATTESTED_AT_ONCE_MAX = 50
NOTE_LENGTH_MIN, NOTE_LENGTH_MAX = 10, 1000

_PLAIN = r"^[^\x00-\x08\x0b-\x1f\x7f\u2028\u2029]*\Z"  # what people type: no control characters but tab and new line
Code = Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9_-]+\Z")]  # a purpose, a rule, a fact, a role
Reason = Annotated[str, Meta(min_length=10, max_length=500, pattern=_PLAIN)]
Note = Annotated[str, Meta(max_length=500, pattern=_PLAIN)]
Reference = Annotated[str, Meta(max_length=80, pattern=_PLAIN)]
Moment = Annotated[int, Meta(ge=0, lt=2**40)]

ActionKind = Literal[
    "attest_in", "attest_out", "deputy_accept", "deputy_offer", "emergency", "erase", "look_up", "set_digits",
    "sign_release", "vote_no", "vote_yes",
]


class Action(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """What a passkey is verified for.

    Shapes: `kind` look_up and emergency: `subject` is a guest, with `purpose` and `groups`. vote_yes, vote_no:
    `subject` is a request for approval. deputy_offer: `subject` is who is to vote, `purpose` the role, with its end in
    `until_at`. deputy_accept: `subject` is the offer. erase: `subject` stands for orders (`subject_of`).
    attest_in, attest_out: `subject` stands for people, as of orders.
    sign_release: `subject` is a release of the policy, whose text the keeper puts into the challenge. set_digits:
    `subject` is whoever sets their own.
    """

    kind: ActionKind
    subject: Id
    purpose: Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9_-]*\Z")] = ""
    groups: Groups = 0
    until_at: Moment = 0


class BeginAction(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="begin_action"):
    """Ask for a challenge that names an action."""

    ticket: Ticket
    action: Action


class VerifiedAsk(TicketedAsk, frozen=True, kw_only=True):
    """An ask that brings the browser's assertion over the challenge of its own action.

    `assertion` is empty in a demo, whose people have no passkeys; a keeper of a real installation refuses that.
    """

    challenge_id: Id
    assertion: Annotated[bytes, Meta(max_length=16 * 1024)] = b""


class StepUp(VerifiedAsk, frozen=True, kw_only=True, tag="step_up"):
    """Have verified a passkey for looking up these groups of this guest for this purpose; good for five minutes."""

    guest_id: Id
    purpose: Code
    groups: Groups


class RequestApproval(TicketedAsk, frozen=True, kw_only=True, tag="request_approval"):
    """Ask for the approval that an offer lacks, for exactly these groups."""

    guest_id: Id
    purpose: Code
    groups: Groups
    rule: Code
    fact: Code
    reason: Reason
    reference: Annotated[str, Meta(min_length=1, max_length=80, pattern=_PLAIN)]


class EndRequest(TicketedAsk, frozen=True, kw_only=True, tag="end_request"):
    """Take back a request of one's own, or revoke an approval one may give."""

    approval_id: Id


class PreviewRequest(TicketedAsk, frozen=True, kw_only=True, tag="preview_request"):
    """See, masked, what an approval would show. Only for those who may vote on it."""

    approval_id: Id


class Vote(VerifiedAsk, frozen=True, kw_only=True, tag="vote"):
    """Say yes or no to a request. `seconds` is how long the request was looked at."""

    approval_id: Id
    yes: bool
    note: Note = ""
    seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0


class OfferDeputy(VerifiedAsk, frozen=True, kw_only=True, tag="offer_deputy"):
    """Offer that somebody votes in one's place, in a role one holds, until a moment."""

    to_id: Id
    role: Code
    until_at: Moment


class AcceptDeputy(VerifiedAsk, frozen=True, kw_only=True, tag="accept_deputy"):
    """Accept such an offer."""

    deputy_id: Id


class EndDeputy(TicketedAsk, frozen=True, kw_only=True, tag="end_deputy"):
    """End it, from either side."""

    deputy_id: Id


class SignRelease(VerifiedAsk, frozen=True, kw_only=True, tag="sign_release"):
    """Sign a release of the policy, in the duty of this sign-in."""

    release_id: Id


class SetDigits(VerifiedAsk, frozen=True, kw_only=True, tag="set_digits"):
    """Set one's own four digits for coming back at shared terminals."""

    digits: Annotated[str, Meta(pattern=r"^[0-9]{4}\Z")]


class AttestPresence(VerifiedAsk, frozen=True, kw_only=True, tag="attest_presence"):
    """Attest that these people are here, or have gone. For a duty manager on shift."""

    staff_ids: Annotated[list[Id], Meta(min_length=1, max_length=ATTESTED_AT_ONCE_MAX)]
    direction: Literal["in", "out"]


class ReturnByDigits(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="return_by_digits"):
    """Come back with four digits at the shared terminal where one was displaced a short while ago."""

    property_id: Id
    terminal_id: Id
    staff_id: Id
    digits: Annotated[str, Meta(pattern=r"^[0-9]{4}\Z")]


class ReadSignIns(TicketedAsk, frozen=True, kw_only=True, tag="read_sign_ins"):
    """See when and where somebody of this hotel signed in, of the last thirty days."""

    staff_id: Id


class SignInLine(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One sign-in. Times are UTC seconds; `ended_at` is 0 while it is live, `terminal` the name of a shared one."""

    session_id: bytes
    duty: str
    started_at: int
    seen_at: int
    ended_at: int
    terminal: str
    by_digits: bool


class SignIns(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="sign_ins"):
    """Somebody's sign-ins, newest first, at most fifty."""

    items: list[SignInLine]


class BeginEmergency(VerifiedAsk, frozen=True, kw_only=True, tag="begin_emergency"):
    """Begin to view these groups of one guest in an emergency, for fifteen minutes.

    `situation` police needs a `reference`: the officer's number and a telephone number of the station.
    """

    guest_id: Id
    groups: Annotated[int, Meta(ge=1, le=255)]
    situation: Annotated[str, Meta(pattern=r"^(life|police|child|outage)\Z")]
    words: Reason
    reference: Reference = ""


class EndEmergency(TicketedAsk, frozen=True, kw_only=True, tag="end_emergency"):
    """End one's own emergency viewing."""

    emergency_id: Id


class NoteEmergency(TicketedAsk, frozen=True, kw_only=True, tag="note_emergency"):
    """Add what happened, once, within 48 hours."""

    emergency_id: Id
    words: Annotated[str, Meta(min_length=NOTE_LENGTH_MIN, max_length=NOTE_LENGTH_MAX, pattern=_PLAIN)]


ExceptionRequest = (
    BeginAction | StepUp | RequestApproval | EndRequest | PreviewRequest | Vote | OfferDeputy | AcceptDeputy | EndDeputy
    | SignRelease | SetDigits | AttestPresence | ReturnByDigits | ReadSignIns | BeginEmergency | EndEmergency
    | NoteEmergency
)


def subject_of(ids: Iterable[bytes]) -> bytes:
    """Return what a passkey is verified for, of an action on several: 16 bytes, whatever their order."""
    return hashlib.sha256(b"".join(sorted(set(ids)))).digest()[:16]
