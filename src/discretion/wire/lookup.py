"""The hatch for faces: every message the house may send to the keeper, and every answer.

Rules:
* No message has a field for its asker: the ticket says who asks, and only the keeper can read it.
* Ids are 16 raw bytes. Times are UTC seconds since 1970, whole. Levels are two bit masks over the field groups.
* Every text and list is bounded here, so that the door refuses before it allocates.

Left to others: what is answered (the keeper), words for people (the faces).
"""

from __future__ import annotations

import asyncio
import itertools
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from discretion.wire.bounds import Groups, Id, PurposeName, RawJson, Ticket, TicketedAsk, Word
from discretion.wire.entries import Entries, LedgerState, Proofs, ProveEntries, ReadEntries, ReadLedgerState
from discretion.wire.erasure import CarryOutErasure, CertifyErasure, ErasureProof, ErasuresDone
from discretion.wire.exceptions import ExceptionRequest, SignIns
from discretion.wire.frame import LOOKUP_FRAME_SIZE_BYTES_MAX, FrameError, HatchClosedError, encode_frame, read_frame
from discretion.wire.guests import GuestAnswer, GuestRequest
from discretion.wire.merging import MergeRequest

GUESTS_AT_ONCE_MAX, HITS_SHOWN_MAX = 500, 20


class LookUp(TicketedAsk, frozen=True, tag="look_up"):
    """Open field groups of one guest for one purpose. `clear` and `masked` are what is wanted, at most."""

    guest_id: Id
    purpose: PurposeName
    clear: Groups
    masked: Groups
    reference: Word = ""  # a case, order or room the ask belongs to
    reason: Word = ""  # coded reason under the purpose, from the prompts
    context: Word = ""  # where in the work it arose: "record", "reveal", "check_in"


class LookUpMany(TicketedAsk, frozen=True, tag="look_up_many"):
    """Open masked field groups of many guests, as a working list does: one entry for each guest, one round.

    Each guest's entry has a request id derived from this one and the guest's.
    """

    guest_ids: Annotated[list[Id], Meta(max_length=GUESTS_AT_ONCE_MAX)]
    purpose: PurposeName
    masked: Groups
    clear: Groups = 0
    context: Word = ""


class FindByName(TicketedAsk, frozen=True, tag="find_by_name"):
    """Find people of the present house; at least two criteria. Dates are ISO texts."""

    purpose: PurposeName
    name: Annotated[str, Meta(max_length=160)] = ""
    room: Annotated[str, Meta(max_length=10)] = ""
    phone_end: Annotated[str, Meta(max_length=4, pattern=r"^[0-9]*\Z")] = ""
    arrival: Annotated[str, Meta(max_length=10)] = ""


class FindExact(TicketedAsk, frozen=True, tag="find_exact"):
    """Find whoever holds an exact value. `kind` is phone, email or document; a document needs its issuing country."""

    purpose: PurposeName
    kind: Annotated[str, Meta(pattern=r"^(document|email|phone|reservation)\Z")]
    value: Annotated[str, Meta(min_length=1, max_length=254)]
    country: Annotated[str, Meta(max_length=3)] = ""


class Inscribe(TicketedAsk, frozen=True, tag="inscribe"):
    """Write whole field groups of one guest; each value is the JSON of its record type.

    `is_new` founds the record. Otherwise only groups may be replaced that the asker may see at least masked.
    """

    guest_id: Id
    purpose: PurposeName
    groups: Annotated[dict[Word, RawJson], Meta(min_length=1, max_length=8)]
    is_new: bool = False
    generated: bool = False


class Snapshot(TicketedAsk, frozen=True, tag="snapshot"):
    """Keep the sealed copy of these guests' records as they stand, for one stay; a corrected one says why."""

    stay_id: Id
    guest_ids: Annotated[list[Id], Meta(min_length=1, max_length=200)]
    occasion: Annotated[str, Meta(pattern=r"^(check_in|check_out|corrected)\Z")] = "check_in"
    reason: Annotated[str, Meta(pattern=r"^(misread|guest_said|missing)?\Z")] = ""


class WhoAmI(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="who_am_i"):
    """Who holds this ticket."""

    ticket: Ticket


class SignOut(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="sign_out"):
    """End the ticket. `is_parked`: displaced at a shared terminal, where its person may come back with four digits."""

    ticket: Ticket
    is_parked: bool = False


class ChooseDuty(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="choose_duty"):
    """Choose the one duty of this sign-in; it cannot be changed without signing in again."""

    ticket: Ticket
    duty: Word


class BeginSignIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="begin_sign_in"):
    """Ask for a challenge to sign in at one property."""

    property_id: Id


class FinishSignIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="finish_sign_in"):
    """Bring the browser's assertion (its JSON, as the browser made it)."""

    property_id: Id
    challenge_id: Id
    assertion: Annotated[bytes, Meta(max_length=16 * 1024)]
    terminal_id: Id | None = None  # the shared terminal it comes from: its lock and its end are the session's


class BeginEnrolment(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="begin_enrolment"):
    """Bring the secret of a one-time link and ask for a challenge to make a passkey."""

    secret: Annotated[bytes, Meta(min_length=48, max_length=48)]


class FinishEnrolment(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="finish_enrolment"):
    """Bring the browser's new credential. A link takes two keys; the second is asked for, not demanded."""

    secret: Annotated[bytes, Meta(min_length=48, max_length=48)]
    challenge_id: Id
    credential: Annotated[bytes, Meta(max_length=16 * 1024)]


class Invite(TicketedAsk, frozen=True, tag="invite"):
    """Make a one-time link for a member of staff.

    `recovery` needs a second person's `ConfirmRecovery` before it works.
    """

    staff_id: Id
    kind: Annotated[str, Meta(pattern=r"^(enrolment|recovery)\Z")] = "enrolment"


class ConfirmRecovery(TicketedAsk, frozen=True, tag="confirm_recovery"):
    """Be the second person who saw the member of staff in person; then the link is made."""

    invitation_id: Id


class DemoSignIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="demo_sign_in"):
    """Be a persona of the demo. A keeper of a real installation does not have this message on its menu."""

    property_id: Id
    staff_id: Id
    duty: Word


Request = (
    LookUp | LookUpMany | FindByName | FindExact | Inscribe | Snapshot | WhoAmI | SignOut | ChooseDuty | BeginSignIn
    | FinishSignIn | BeginEnrolment | FinishEnrolment | Invite | ConfirmRecovery | DemoSignIn | ReadEntries
    | ProveEntries | ReadLedgerState | ExceptionRequest | GuestRequest | CarryOutErasure | CertifyErasure
    | MergeRequest
)


class OfferLine(Struct, frozen=True, forbid_unknown_fields=True):
    """What would open more: the rule, the facts still lacking, and the groups it would add."""

    rule: str
    lacking: list[str]
    clear: int
    masked: int
    text_zh: str
    text_en: str


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One rule that acted, with its sentence in both languages."""

    rule: str
    zh: str
    en: str


class Disclosure(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="disclosure"):
    """What was opened, and where it is entered.

    `fields` holds the JSON of each group's record type, masked or clear.
    """

    guest_id: bytes
    entry: int
    purpose: str
    relation: str
    fields: dict[str, bytes]
    clear: int
    masked: int
    may_clear: int  # what the policy would give for the asking, right now, without an offer
    may_masked: int
    until_at: int
    lines: list[Line]
    offers: list[OfferLine]
    version: int  # of the record, to be named when it is replaced


class Refusal(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="refusal"):
    """Nothing was opened; the refusal is entered too. `reason` is a stable code.

    A guest who does not exist and one hidden from the asker both read `not_found`, with the same lines.
    """

    entry: int
    reason: str
    lines: list[Line]
    offers: list[OfferLine]
    guest_id: bytes = b""


class Answers(Struct, frozen=True, forbid_unknown_fields=True, tag="answers"):
    """One answer for each guest, in the order asked."""

    items: list[Disclosure | Refusal]


class Hit(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One person found; the least that tells people apart is in the masked disclosure."""

    guest_id: bytes
    stay_id: bytes
    answer: Disclosure | Refusal
    by: str = ""  # of a duplicate, the best value shared: document, email or phone


class Found(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="found"):
    """What a search found. Above `HITS_SHOWN_MAX` (by name) or 16 (exact) only the number is told, capped there."""

    entry: int
    hits: int
    items: list[Hit]
    is_too_many: bool


class Inscribed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="inscribed"):
    """The record was written under this entry."""

    guest_id: bytes
    entry: int


class Entered(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="entered"):
    """Something was done and entered; `detail` is what the asker needs next (a link's secret, an invitation's id)."""

    entry: int
    detail: bytes = b""


class Person(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="person"):
    """The member of staff who holds the ticket, and the facts their asks rest on."""

    property_id: bytes
    session_id: bytes
    staff_id: bytes
    number: str
    name: str
    language: str
    duty: str  # "" until chosen
    duties: list[str]  # what may be chosen now
    on_shift_until_at: int  # 0 = not on shift
    badged_in_until_at: int
    trained_until_at: int
    ends_at: int
    keys_count: int
    is_demo: bool
    emergency_id: bytes = b""  # of the emergency viewing that is open, if one is
    emergency_until_at: int = 0


class Challenge(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="challenge"):
    """Options for the browser's passkey call, as the JSON it takes."""

    challenge_id: bytes
    options: bytes


class SignedIn(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="signed_in"):
    """A ticket, shown once. `person.duty` is "" when a duty must be chosen first."""

    ticket: bytes
    person: Person


class Enrolled(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="enrolled"):
    """A passkey was added; two are asked for."""

    name: str
    keys_count: int


class Failed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag="failed"):
    """Nothing was done, and `code` says why.

    Shapes: `ticket`, `duty`, `malformed`, `menu`, `busy`, `conflict`, `passkey`, `link`, `no_emergency` for a search in
    an emergency, `not_allowed`, `unavailable`, `unwitnessed`. `field` names what to mend where the message was
    malformed; it never repeats a value.
    """

    code: str
    field: str = ""


Answer = (
    Disclosure | Refusal | Answers | Found | Inscribed | Entered | Person | Challenge | SignedIn | Enrolled | Failed
    | Entries | Proofs | LedgerState | SignIns | GuestAnswer | ErasuresDone | ErasureProof
)


class RequestFrame(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A message and the asker's number for it."""

    number: Annotated[int, Meta(ge=0, lt=2**63)]
    body: Request


class AnswerFrame(Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """An answer under the asker's number."""

    number: int
    body: Answer


class Hatch:
    """One connection of a face to the keeper; many asks may be under way on it at once.

    A lost connection fails every ask under way with `HatchClosedError`: the asker does not know whether it was entered,
    and may ask again with the same request id. The next ask connects anew.
    """

    def __init__(self, socket_path: str) -> None:
        self._path = socket_path
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._connecting = asyncio.Lock()
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(AnswerFrame)

    async def ask(self, message: Request, *, within_seconds: float = 30.0) -> Answer:
        """Return the keeper's answer to `message`.

        Errors: `HatchClosedError` when the keeper is away or does not answer in time, `FrameError` when the message
        is too large.
        """
        writer = await self._connected()
        number = next(self._numbers)
        frame = encode_frame(RequestFrame(number, message), self._encoder, LOOKUP_FRAME_SIZE_BYTES_MAX)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            writer.write(frame)
            async with asyncio.timeout(within_seconds):
                return await answer
        except TimeoutError as error:
            raise HatchClosedError("no answer in time") from error
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """End the connection; asks under way fail."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        self._lose()

    async def _connected(self) -> asyncio.StreamWriter:
        if self._writer is not None and not self._writer.is_closing():
            return self._writer
        async with self._connecting:
            if self._writer is not None and not self._writer.is_closing():
                return self._writer
            try:
                reader, writer = await asyncio.open_unix_connection(self._path, limit=LOOKUP_FRAME_SIZE_BYTES_MAX * 4)
            except OSError as error:
                raise HatchClosedError("the keeper is not there") from error
            self._writer = writer
            self._reading = asyncio.create_task(self._read(reader))
            return writer

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while (body := await read_frame(reader, UPSTREAM_FRAME_SIZE_BYTES_MAX)) is not None:
                frame = self._decoder.decode(body)
                waiting = self._waiting.get(frame.number)
                if waiting is not None and not waiting.done():
                    waiting.set_result(frame.body)
        except (FrameError, msgspec.DecodeError):
            # The stream can no longer be trusted to hold frames: losing it tells every asker below.
            pass
        finally:
            self._lose()

    def _lose(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(HatchClosedError("the keeper went away"))
        self._waiting.clear()


UPSTREAM_FRAME_SIZE_BYTES_MAX = 4 * 1024 * 1024  # a working list of 500 guests in one answer
