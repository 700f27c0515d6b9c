"""The hatch for upkeep: what the operator and the worker may bring to the keeper. Never an opened record comes back.

Rules:
* This socket is a second one, in a directory only the operator's account can enter: the house has no path to it.
* What is brought here is written, counted or checked; the answers are numbers. Three tell more: what the entries of a
  guest say, after the asking was entered among them; for the review, who looked in ids and codes (decision 0023); and
  where a guest is written to, for the one letter that waits (decision 0027).

Left to others: reading files (the office's imports), posting checkpoints to witnesses (`watch.publishing`).
"""

from __future__ import annotations

import socket
import struct
from contextlib import closing
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from discretion.wire.bounds import Id, RawJson, Word  # noqa: TC001 - msgspec reads the annotations
from discretion.wire.entries import EntryLine  # noqa: TC001 - as above
from discretion.wire.erasure import (
    CarryOutErasures,
    CertifyErasure,
    ErasureProof,
    ErasuresDone,
    SweepErased,
)
from discretion.wire.frame import UPKEEP_FRAME_SIZE_BYTES_MAX, FrameError, HatchClosedError
from discretion.wire.guests import AddressPost, Letters, TakeLetters
from discretion.wire.lookup import Failed

GUESTS_IN_BATCH_MAX = 4000
EXPLAINED_MAX = 1000
LOOK_UPS_READ_MAX = 500
COSIGNATURES_SIZE_MAX = EVIDENCE_SIZE_MAX = 65_536


class SealedGuest(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One person to seal: the JSON of each field group given."""

    guest_id: Id
    groups: Annotated[dict[Word, RawJson], Meta(max_length=8)]


class GuestIds(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="guest_ids"):
    """Ask for the guest ids that belong to source ids; the same source id always gets the same id.

    They are derived under a key of the property, so that an import can be repeated and nobody can guess one.
    """

    property_id: Id
    source: Word
    source_ids: Annotated[list[Annotated[str, Meta(min_length=1, max_length=120)]], Meta(max_length=20000)]


class SealBatch(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="seal_batch"):
    """Seal records that do not exist yet; those that do are left untouched and counted."""

    property_id: Id
    guests: Annotated[list[SealedGuest], Meta(max_length=GUESTS_IN_BATCH_MAX)]


class EnterImport(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="enter_import"):
    """Enter that a file was imported: who ran it, the file's SHA-256, counts."""

    property_id: Id
    request_id: Id
    by: Word
    source: Word
    file_sha256: Annotated[bytes, Meta(min_length=32, max_length=32)]
    counts: dict[Word, int]


class EnterChanges(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="enter_changes"):
    """Enter every captured change of facts that waits."""

    property_id: Id


class PublishCheckpoint(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="publish_checkpoint"):
    """Sign the committed head and keep the note, if the ledger grew since the last one."""

    property_id: Id


class AddCosignatures(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="add_cosignatures"):
    """Bring the lines with which a witness answered for the checkpoint of `size`; the keeper verifies them."""

    property_id: Id
    size: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    lines: Annotated[str, Meta(max_length=COSIGNATURES_SIZE_MAX)]


class ExplainGuest(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="explain_guest"):
    """List the entries of one guest with proofs, for whoever answers that guest; `by` says who asks, in a code."""

    property_id: Id
    request_id: Id
    guest_id: Id
    by: Word
    before_seq: Annotated[int, Meta(ge=1, le=2**62)] = 2**62


class ReadLookUps(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="read_look_ups"):
    """Read what entries from `first` on say of guests' records being opened, oldest first, `limit` entries at most."""

    property_id: Id
    first: Annotated[int, Meta(ge=0, le=2**62)]
    limit: Annotated[int, Meta(ge=1, le=LOOK_UPS_READ_MAX)] = LOOK_UPS_READ_MAX


class AwaitWanted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="await_wanted"):
    """Wait until an ask at any property waits for outside witnesses (`wanted` is 1 then), at most so long."""

    within_seconds: Annotated[int, Meta(ge=0, le=60)]


class StopLedger(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="stop_ledger"):
    """Stop a ledger that somebody outside has found inconsistent: nothing more is entered or opened.

    Shapes: `why` is `fork` (a witness refuses the proof), `ahead` (it has cosigned more than there is) or `stored` (the
    entries stored do not make the root that was signed); `who` the witness, or empty.
    """

    property_id: Id
    why: Literal["fork", "ahead", "stored"]
    who: Annotated[str, Meta(max_length=200)]
    evidence: Annotated[str, Meta(max_length=EVIDENCE_SIZE_MAX)]


class ReadRecorded(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="read_recorded"):
    """Count the recorded look-ups since a time by what was decided on: to decide them again under another policy."""

    property_id: Id
    since_at: Annotated[int, Meta(ge=0, le=2**53)]


class Health(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="health"):
    """Ask how the keeper is."""


UpkeepRequest = (
    ExplainGuest | GuestIds | SealBatch | EnterImport | EnterChanges | PublishCheckpoint | AddCosignatures | AwaitWanted
    | ReadLookUps | StopLedger | ReadRecorded | Health | TakeLetters | AddressPost | CarryOutErasures | SweepErased
    | CertifyErasure
)


class Ids(Struct, frozen=True, forbid_unknown_fields=True, tag="ids"):
    """Guest ids, in the order asked."""

    guest_ids: list[bytes]


class Done(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="done"):
    """Counts of what was done; `entry` is the last entry made, or -1."""

    counts: dict[str, int]
    entry: int = -1


class ExplainedEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry of a guest: the how-manieth, what it says, and what outsiders can check.

    Shapes: `parts` are guest, staff and context part, each a salt of 32 bytes and a text, empty where it is gone;
    `leaf` is 120 bytes, `proof` a C2SP tlog-proof; each is empty where it could not be made. `closed` is the number of
    the closed ledger that it stands in, 0 for the one in use.
    """

    seq: int
    closed: int = 0
    line: EntryLine
    parts: tuple[bytes, bytes, bytes]
    leaf: bytes
    proof: str


class Explained(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="explained"):
    """A guest's entries from `first_seq` on, oldest first; there are `last_seq` in all.

    `is_complete` is false when an entry stands beyond the last one. A `seq` that is not among `items` is missing from
    the ledger. `entry` is the index of the asking itself. `closed_vkeys` are the keys of closed ledgers, by number.
    """

    entry: int
    first_seq: int
    last_seq: int
    is_complete: bool
    items: list[ExplainedEntry]
    vkey: str
    closed_vkeys: dict[int, str] = {}


class LookUpLine(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One entry under which something of a guest was opened: ids, codes and bits, never what was opened.

    Shapes: `at` is UTC seconds; `clear` and `masked` are what was given. `reference` is a number with its check
    character, or empty: free words stay in the entry, `has_reference` says that there are some. `facts` are the bits
    under the release whose hash is `policy`.
    """

    index: int
    at: int
    staff_id: bytes
    duty: str
    session_id: bytes
    guest_id: bytes
    kind: str
    purpose: str
    clear: int
    masked: int
    relation: str
    rules: list[str]
    obligations: list[str]
    facts: int
    policy: str
    context: str = ""
    reason_given: str = ""
    reference: str = ""
    has_reference: bool = False


class LookUpsRead(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="look_ups_read"):
    """What was read: `next` is the first entry not read; it stays where it was when there is none yet.

    `origin` names the ledger: one that was begun after another counts its entries from 0 again.
    `refused` counts asks about guests that opened nothing, `unreadable` those whose opening is erased or damaged.
    """

    origin: str
    items: list[LookUpLine]
    next: int
    refused: int
    unreadable: int


class RecordedAsks(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """So many look-ups that were decided on the same: policy, purpose, duty, relation, facts, groups asked for."""

    policy: bytes
    purpose: str
    role: str
    relation: str
    facts: int
    clear: int
    masked: int
    asks: int


class Recorded(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="recorded"):
    """Look-ups since the time asked for, counted; no guest, nobody who asked. `unread` would not open."""

    items: list[RecordedAsks]
    unread: int


UpkeepAnswer = Ids | Done | Explained | LookUpsRead | Recorded | Letters | ErasuresDone | ErasureProof | Failed


class UpkeepFrame(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A message under a number."""

    number: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    body: UpkeepRequest


class UpkeepAnswerFrame(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """An answer under the same number."""

    number: int
    body: UpkeepAnswer


class UpkeepHatch:
    """A blocking connection of the command line or the worker to the keeper: one message at a time."""

    def __init__(self, socket_path: str, *, within_seconds: float = 120.0) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(within_seconds)
        try:
            self._socket.connect(socket_path)
        except OSError as error:
            self._socket.close()
            raise HatchClosedError("the keeper is not there") from error
        self._number = 0
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(UpkeepAnswerFrame)

    def send(self, message: UpkeepRequest) -> None:
        """Send `message` without waiting; `receive` brings the answers in order.

        Lets the next batch be prepared meanwhile.

        Errors: `FrameError` when the message is too large.
        """
        self._number += 1
        body = self._encoder.encode(UpkeepFrame(self._number, message))
        if len(body) > UPKEEP_FRAME_SIZE_BYTES_MAX:
            raise FrameError(f"a frame of {len(body)} bytes; at most {UPKEEP_FRAME_SIZE_BYTES_MAX} are sent")
        try:
            self._socket.sendall(struct.pack(">I", len(body)) + body)
        except OSError as error:
            raise HatchClosedError("the keeper went away") from error

    def receive(self) -> UpkeepAnswer:
        """Return the next answer. Errors: `HatchClosedError` when the keeper went away."""
        (size_bytes,) = struct.unpack(">I", self._exactly(4))
        if not 0 < size_bytes <= UPKEEP_FRAME_SIZE_BYTES_MAX:
            raise FrameError(f"a frame of {size_bytes} bytes")
        return self._decoder.decode(self._exactly(size_bytes)).body

    def ask(self, message: UpkeepRequest) -> UpkeepAnswer:
        """Return the keeper's answer to `message`."""
        self.send(message)
        return self.receive()

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def _exactly(self, size_bytes: int) -> bytes:
        parts = bytearray()
        while len(parts) < size_bytes:
            try:
                part = self._socket.recv(min(size_bytes - len(parts), 1 << 20))
            except OSError as error:
                raise HatchClosedError("the keeper does not answer") from error
            if not part:
                raise HatchClosedError("the keeper went away")
            parts += part
        return bytes(parts)


def asked(socket_path: str, message: UpkeepRequest, *, within_seconds: float = 120.0) -> UpkeepAnswer:
    """Return the keeper's answer to `message`, over a connection of its own. Errors: `FrameError`."""
    with closing(UpkeepHatch(socket_path, within_seconds=within_seconds)) as hatch:
        return hatch.ask(message)
