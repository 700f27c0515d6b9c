"""The hatch's part for guests: coming in, one's own record, who looked at it, and proofs of that.

Rules:
* A guest's ticket is another thing than one of staff: neither is taken where the other is asked for.
* Whether a reservation exists is told to nobody: a code is always said to be on its way, and a decoy is never right.
* A code leaves the keeper on the upkeep hatch alone, to the worker that posts it; the house never holds one.
* Of staff only the duty leaves here. Who it was, the hotel's privacy officer says.

Left to others: what is answered (the keeper), words for guests (the portal), mail (the worker).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from discretion.wire.bounds import Groups, Id, Ticket, TicketedAsk
from discretion.wire.entries import ENTRIES_AT_ONCE_MAX, Index

OWN_ENTRIES_MAX = 500
CODE_DIGITS = 8
LedgerNumber = Annotated[int, Meta(ge=0, lt=2**31)]
_TYPED = r"^[^\x00-\x1f\x7f]*\Z"
Number = Annotated[str, Meta(min_length=1, max_length=40, pattern=_TYPED)]
Contact = Annotated[str, Meta(min_length=3, max_length=254, pattern=_TYPED)]


class BeginGuestSignIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="begin_guest_sign_in"):
    """Have a code sent: to `contact`, if it is on the record of a guest of the reservation `number`."""

    property_id: Id
    number: Number
    contact: Contact
    language: Annotated[str, Meta(pattern=r"^(zh_Hans|en)\Z")]


class FinishGuestSignIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="finish_guest_sign_in"):
    """Bring the code."""

    property_id: Id
    code_id: Id
    code: Annotated[str, Meta(pattern=rf"^[0-9]{{{CODE_DIGITS}}}\Z")]


class BeginGuestPasskey(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="begin_guest_passkey"):
    """Ask for a challenge to come in by a passkey, or with a ticket to make one."""

    property_id: Id
    ticket: Ticket | None = None


class FinishGuestPasskey(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="finish_guest_passkey"):
    """Bring what the browser's passkey answered: an assertion, or with a ticket a new credential."""

    property_id: Id
    challenge_id: Id
    answer: Annotated[bytes, Meta(max_length=16 * 1024)]
    ticket: Ticket | None = None


class DemoGuestSignIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="demo_guest_sign_in"):
    """Be a guest of the demo. A keeper of a real installation does not have this message on its menu."""

    property_id: Id
    guest_id: Id


class WhichGuest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="which_guest"):
    """Which guest holds this ticket; `ends` ends the visit."""

    ticket: Ticket
    ends: bool = False


class OwnRecord(TicketedAsk, frozen=True, tag="own_record"):
    """Open one's own record."""

    groups: Groups


class OwnEntries(TicketedAsk, frozen=True, tag="own_entries"):
    """List what the ledger says about oneself, newest first, from below `before` on, and then what closed ones say.

    `ledger` is where `before` stands: 0 in the ledger in use, else in the closed one of this number.
    """

    ledger: LedgerNumber = 0
    before: Index = 2**62
    count: Annotated[int, Meta(ge=1, le=OWN_ENTRIES_MAX)] = OWN_ENTRIES_MAX
    is_quiet: bool = False  # a part of a list that has its entry already


class OwnProofs(TicketedAsk, frozen=True, tag="own_proofs"):
    """Prove these entries about oneself, with what their openings say but for the part that names staff.

    `ledger` is where they stand: 0 for the ledger in use, else the closed one of this number.
    """

    indexes: Annotated[list[Index], Meta(min_length=1, max_length=ENTRIES_AT_ONCE_MAX)]
    ledger: LedgerNumber = 0


GuestRequest = (
    BeginGuestSignIn | FinishGuestSignIn | BeginGuestPasskey | FinishGuestPasskey | DemoGuestSignIn | WhichGuest
    | OwnRecord | OwnEntries | OwnProofs
)


class CodeSent(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="code_sent"):
    """A code is on its way, if there is somebody for it. `demo_code` is told in a demo alone, which has no mail."""

    code_id: bytes
    demo_code: str = ""


class GuestVisit(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="guest_visit"):
    """A guest's visit. `ticket` is told once, when it begins."""

    property_id: bytes
    session_id: bytes
    guest_id: bytes
    ends_at: int
    passkeys_count: int
    how: str
    ticket: bytes = b""


class OwnRecordShown(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="own_record_shown"):
    """One's own record: the JSON of each group's record type, and where the showing is entered."""

    entry: int
    fields: dict[str, bytes]
    version: int


class OwnEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one entry says about oneself.

    Shapes: `ledger` is 0 for the ledger in use, else the number of the closed one that the entry stands in at `index`.
    `seq` counts one's entries from 1, through all ledgers; times are UTC seconds. `is_told` is false where the opening
    is gone or damaged: then nothing but index and number is known. `claims` are what made facts true (a case, an
    order), `uses` the approvals it used up, as ids of rows; `emergency` is the viewing it belongs to.
    """

    index: int
    seq: int
    ledger: int = 0
    is_told: bool = True
    at: int = 0
    kind: str = ""
    duty: str = ""
    purpose: str = ""
    decision: str = ""
    reason: str = ""
    given: tuple[int, int] = (0, 0)
    relation: str = ""
    context: str = ""
    reason_given: str = ""
    claims: list[tuple[str, bytes]] = []
    uses: list[bytes] = []
    emergency: bytes = b""


class OwnEntriesShown(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="own_entries_shown"):
    """Entries about oneself, newest first.

    Shapes: `last_seq` is the number of the newest there is; `next_before` in `next_ledger` is where to go on, 0 at the
    end. `missing` counts numbers that stand in no entry of those read: the list is whole where it is 0.
    """

    entry: int
    lines: list[OwnEntry]
    last_seq: int
    next_before: int
    missing: int
    next_ledger: int = 0


class OwnProof(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry's proof (C2SP tlog-proof), and the salt and text of its guest's and its context part.

    `proof` is "" where there is none: no checkpoint of a closed ledger covers the entry, or hashes are gone.
    """

    index: int
    leaf: bytes
    proof: str
    guest_part: bytes
    context_part: bytes


class OwnProofsShown(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="own_proofs_shown"):
    """The proofs asked for of entries that are about the asker, and the key that signed."""

    items: list[OwnProof]
    vkey: str


GuestAnswer = CodeSent | GuestVisit | OwnRecordShown | OwnEntriesShown | OwnProofsShown


class GuestLetter(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the worker brings to one guest: `code` holds the digits of a sign-in, else `what` says what waits.

    Trust: an address that the guest typed or that stands on record, known to the worker while it posts and kept
    nowhere by it.
    """

    kind: str  # email or phone
    address: str
    language: str
    what: str
    code: str = ""


class TakeLetters(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="take_letters"):
    """Take the codes that wait to be sent, waiting for one at most so long. Each is given out once."""

    within_seconds: Annotated[int, Meta(ge=0, le=60)]


class AddressPost(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="address_post"):
    """Say where a post that waits is to go: an entry of its guest, then an address of their record."""

    property_id: Id
    request_id: Id
    post_id: Id
    guest_id: Id
    what: Annotated[str, Meta(max_length=40)]


class Letters(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="letters"):
    """What is to be brought; none where there is nothing, or no address."""

    items: list[GuestLetter]
