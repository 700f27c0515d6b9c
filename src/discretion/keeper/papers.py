"""Papers: the values passed on inside the keeper, from an ask to its answer.

Rules:
* A paper is frozen. A later step makes a new one; it never edits an earlier one.
* The order is in the types: `Ask` → `Facts` → `Decision` → `Allowed | Denied` → `Committed` → `Receipt | Refusal`.
* Nothing here touches a machine, a clock or a key.
* Papers of the hot path are frozen msgspec structs: made ten times faster than frozen dataclasses, and as closed.

Left to others: how facts are found (`facts`), how they are judged (`policy`), how they are entered (`record`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from discretion.ledger.leaf import Opening
    from discretion.policy.decision import Decision


class AskKind(StrEnum):
    """What an ask wants done. The word stands in the entry."""

    ALARM = "alarm"
    ATTEST = "attest"
    CHANGE = "change"
    DEMO_SIGN_IN = "demo_sign_in"
    DEPUTY = "deputy"
    DUPLICATES = "duplicates"
    DUTY = "duty"
    EMERGENCY_BEGIN = "emergency_begin"
    EMERGENCY_END = "emergency_end"
    EMERGENCY_NOTE = "emergency_note"
    ENROL = "enrol"
    ERASE = "erase"
    EXPLAIN = "explain"
    FIND = "find"
    GUEST_CODE = "guest_code"
    GUEST_CODE_WRONG = "guest_code_wrong"
    GUEST_PASSKEY = "guest_passkey"
    GUEST_POST = "guest_post"
    GUEST_READ = "guest_read"
    GUEST_SIGN_IN = "guest_sign_in"
    GUEST_SIGN_OUT = "guest_sign_out"
    GUEST_VIEW = "guest_view"
    IMPORT = "import"
    INSCRIBE = "inscribe"
    INVITE = "invite"
    LIST = "list"
    LOOK_UP = "look_up"
    MERGE = "merge"
    POLICY = "policy"
    PREVIEW = "preview"
    READ_ENTRIES = "read_entries"
    READ_SIGN_INS = "read_sign_ins"
    RECOVER = "recover"
    RELEASE_SIGN = "release_sign"
    REQUEST_END = "request_end"
    REQUEST_OPEN = "request_open"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    SNAPSHOT = "snapshot"
    STEP_UP = "step_up"
    SUCCEED = "succeed"
    UNMERGE = "unmerge"
    VOTE = "vote"


class Ask(Struct, frozen=True):
    """One thing that somebody wants done under one entry.

    Shapes: ids are 16 bytes; `session_id` is empty where no session stands behind it (sign-in, import, captured
    change).
    `clear` and `masked` are what is wanted at most, disjoint bit masks. `details` go into the entry as they are: they
    hold no personal data. `writes` are statements to run in the round's transaction before its entry, each of which
    must touch exactly one row (`store.appends`). `seen_as` is, of a preview, the duty and the fact bits as which an
    approval would let somebody else look. `is_of_copy`: what is opened is the copy that a stay has, not the record.
    """

    kind: AskKind
    request_id: bytes
    session_id: bytes = b""
    staff_id: bytes = b""
    guest_id: bytes = b""
    purpose: str = ""
    clear: int = 0
    masked: int = 0
    details: tuple[tuple[str, str | int | list[str]], ...] = ()
    writes: tuple[tuple[str, Mapping[str, object]], ...] = ()
    change_id: bytes = b""
    founds: GuestFacts | None = None  # the key of the record this ask founds
    seen_as: tuple[str, int] | None = None
    is_of_copy: bool = False


class StaffFacts(Struct, frozen=True):
    """What the keeper read about the asker. Times are UTC seconds; 0 = not so."""

    session_id: bytes
    staff_id: bytes
    duty: str
    is_over: bool
    shift_until_at: int
    badge_until_at: int
    trained_until_at: int
    session_until_at: int
    is_locked: bool
    key_id: bytes
    wrapped_key: bytes
    by_digits: bool = False  # come back at a shared terminal without the passkey


class GuestFacts(Struct, frozen=True):
    """What the keeper read about the guest asked for.

    `key_id` is empty when there is no such guest at this property.
    """

    key_id: bytes
    wrapped_key: bytes
    tag_epoch: int
    seq: int
    last_idx: int
    relation: str
    departed_days: int
    is_minor: bool
    is_sealed: bool
    is_restricted: bool
    is_held: bool
    is_locked: bool
    version: int


class Claim(Struct, frozen=True):
    """What makes one fact true for one guest, beyond what the running stay says: a case, an order, an approval, …

    Shapes: `fact` is a name of the policy's, or `emergency`. Empty `staff_id`, `session_id` and `purpose` hold for all;
    `groups` are those it reaches. `until_at` is 0 where it stands until it is closed. `ref` is the row it comes from.
    Of an approval: `policy` is the hash it was asked under, `roles` those that said yes, `quorum` how many must have,
    `uses` how often it may still be used. `of` is the guest it names, where it came along with a joined record.
    """

    fact: str
    staff_id: bytes
    session_id: bytes
    purpose: str
    groups: int
    until_at: int
    ref: bytes
    policy: bytes
    roles: tuple[str, ...]
    quorum: int
    uses: int = 0
    of: bytes = b""


class Facts(Struct, frozen=True):
    """One ask with everything read for it, from one snapshot.

    `entered_idx` is the index of an entry this ask already has. `claims` are those that reach this ask.
    """

    ask: Ask
    staff: StaffFacts | None
    guest: GuestFacts | None
    entered_idx: int
    now_at: int
    midnight_at: int
    limited: int
    claims: tuple[Claim, ...] = ()


class Allowed(Struct, frozen=True):
    """The ask may be done; of its guest, exactly `clear` and `masked` may be opened.

    `uses` are the approvals without which less would be shown: each is used up by one, in the round.
    """

    facts: Facts
    decision: Decision | None
    fact_bits: int
    clear: int
    masked: int
    until_at: int
    uses: tuple[bytes, ...] = ()


class Denied(Struct, frozen=True):
    """The ask is refused for `reason`, a stable code; nothing is opened."""

    facts: Facts
    decision: Decision | None
    fact_bits: int
    reason: str


Judged = Allowed | Denied


class Draft(Struct, frozen=True):
    """An entry ready to be appended: leaf, opening (salts and texts, and sealed), and what the round must count.

    `index` holds only under the head the round gathered; the compare-and-swap of the append keeps it true.
    """

    judged: Judged
    index: int
    leaf: bytes
    leaf_hash: bytes
    opening: Opening
    guest_key: bytes  # unwrapped, for this round alone
    guest_key_id: bytes
    staff_key_id: bytes
    sealed_parts: tuple[bytes, bytes, bytes]
    seq: int


class Committed(Struct, frozen=True):
    """A draft that is in the ledger, durably; `boxes` are the sealed field groups its entry allowed, 8 or none."""

    draft: Draft
    boxes: Sequence[bytes | None]
    versions: Sequence[int]


class Receipt(Struct, frozen=True):
    """Proof that an allowed ask stands in the ledger: inclusion path and signed checkpoint.

    Only this opens the vault.
    """

    committed: Committed
    path: tuple[bytes, ...]
    checkpoint: str


class Refused(Struct, frozen=True):
    """A denied ask that stands in the ledger."""

    draft: Draft
    judged: Denied


class Opened(Struct, frozen=True):
    """What was opened against a receipt: for each field group its record in JSON, masked or clear."""

    receipt: Receipt
    fields: Mapping[str, bytes]


class Unopened(Struct, frozen=True):
    """Entered, but a box would not open: that asker's trouble, not the round's."""

    receipt: Receipt


class AlreadyEntered(Struct, frozen=True):
    """This request id already has an entry. An entry opens once: ask again under a new id to see anything."""

    index: int


Reply = Opened | Unopened | Refused | AlreadyEntered


class Seen(Struct, frozen=True):
    """A guest newly seen by a person today, or at a higher level. `level` 1 = masked only, 2 = clear."""

    staff_id: bytes
    guest_id: bytes
    limited: int
    level: int


class DayCount(Struct, frozen=True):
    """How many distinct guests a person has seen today, after this round."""

    staff_id: bytes
    limited: int
    clear: int
    masked: int


class Usage(Struct, frozen=True):
    """What a round adds to the daily counts."""

    day: date
    seen: Sequence[Seen]
    counts: Sequence[DayCount]


class WaitingChange(Struct, frozen=True):
    """One captured change of facts that is not in the ledger yet; `digest` is the SHA-256 of what changed."""

    change_id: bytes
    fact: str
    op: str
    by_role: str
    row_count: int
    at: int
    digest: bytes
