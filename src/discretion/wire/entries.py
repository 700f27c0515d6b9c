"""The hatch's part for the watchroom: entries of the ledger for auditors, proofs of them, and how the ledger stands.

Rules:
* A filter is terms that must all hold; of one term's values one must. It holds codes and opaque ids, never a name.
* What an entry says of a person are ids and codes; whoever shows it has the words.
* A proof brings a leaf and its way to the root, and nothing of the opening.

Left to others: the query as people write it (the face), what is decided and opened (the keeper).
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

from discretion.wire.bounds import Ticket, TicketedAsk

ENTRIES_AT_ONCE_MAX = 50
INDEX_MAX = 2**63 - 1
Index = Annotated[int, Meta(ge=0, le=INDEX_MAX)]
SECOND_MAX = 2**35  # beyond the year 3000
Second = Annotated[int, Meta(ge=0, le=SECOND_MAX)]  # UTC seconds since 1970
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_]{1,40}\Z")]


class Span(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """From `from_at` on, until before `until_at`; 0 and `SECOND_MAX` leave it open."""

    from_at: Second
    until_at: Second


class Term(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One condition: any of `values` (of `spans` where the key is `created`); `is_not` turns it round.

    Shapes: an actor is a duty or the 32 hex digits of a staff id; a guest is 32 hex digits.
    """

    key: Annotated[str, Meta(pattern=r"^(action|actor|created|decision|field|guest|purpose|signal)\Z")]
    values: Annotated[list[Code], Meta(max_length=20)] = []
    spans: Annotated[list[Span], Meta(max_length=20)] = []
    is_not: bool = False


class ReadEntries(TicketedAsk, frozen=True, tag="read_entries"):
    """Read entries, newest first, from below `before` on; the keeper stops at `count` of them, or after its own bound.

    `with_counts` reads on to that bound and counts what fits the filter.
    """

    terms: Annotated[list[Term], Meta(max_length=16)] = field(default_factory=list)
    before: Index = INDEX_MAX
    count: Annotated[int, Meta(ge=1, le=ENTRIES_AT_ONCE_MAX)] = ENTRIES_AT_ONCE_MAX
    with_counts: bool = False


class ProveEntries(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="prove_entries"):
    """Prove that these entries are in the ledger, all under one signed checkpoint."""

    ticket: Ticket
    indexes: Annotated[list[Index], Meta(min_length=1, max_length=ENTRIES_AT_ONCE_MAX)]


class ReadLedgerState(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="read_ledger_state"):
    """Say how the ledger stands."""

    ticket: Ticket


class EntryLine(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What one entry says, as far as its opening is still there and is the one that the leaf commits to.

    Shapes: `parts` is the state of guest, staff and context part: `matches`, `erased`, `keyless` or `damaged`; a part
    in any state but the first says nothing. `is_leaf` is false where the leaf kept has another hash than the one kept
    with it. `about` is what the entry is about where that is no guest: a fact, criteria, a filter, in codes.
    """

    index: int
    leaf_hash: bytes
    is_leaf: bool
    parts: tuple[str, str, str]
    at: int = 0
    staff_id: bytes = b""
    duty: str = ""
    kind: str = ""
    action: str = ""
    purpose: str = ""
    asked: tuple[int, int] = (0, 0)  # clear, masked
    given: tuple[int, int] = (0, 0)
    decision: str = ""
    reason: str = ""
    guest_id: bytes = b""
    about: str = ""
    signals: list[str] = []


class EntryCount(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """How many of the entries read have this purpose and decision; "" where an entry has none."""

    purpose: str
    decision: str
    count: int


class Entries(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="entries"):
    """Entries that fit, newest first.

    Shapes: `entry` is the index of this ask's own entry. `next_before` is where to go on, 0 when there is nothing
    older to read. `counts` hold what fits among the `scanned` entries from index `scanned_from` on, the oldest of
    them entered at `since_at`; `damaged` says how many of those read do not match their leaf, whatever the filter.
    """

    entry: int
    lines: list[EntryLine]
    next_before: int
    scanned: int
    scanned_from: int
    since_at: int
    damaged: int = 0
    counts: list[EntryCount] = []


class ProvedEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry's 120 bytes and its proof, a C2SP tlog-proof."""

    index: int
    leaf: bytes
    proof: str


class Proofs(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="proofs"):
    """The proofs asked for, in the order asked, and the key that signed their checkpoint."""

    items: list[ProvedEntry]
    vkey: str


class WitnessSeen(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an outside witness last signed: the checkpoint's size, and when (UTC seconds)."""

    name: str
    size: int
    at: int


class LedgerState(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="ledger_state"):
    """The committed head, the newest checkpoint kept ("" and size -1 where none is), the key, and who has seen it.

    `lag_seconds` is how long what is signed has waited for enough witnesses; 0 where they have seen all of it, or where
    none is set up. A witness that has seen nothing yet has size and time 0.
    """

    size: int
    root: bytes
    vkey: str
    checkpoint_size: int
    checkpoint: str
    witnesses: list[WitnessSeen] = []
    lag_seconds: int = 0
    is_alarm: bool = False
