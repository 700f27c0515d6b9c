"""The door: the one list of everything that may be asked of the keeper, and what each may cost.

Rules:
* What is not on the menu does not exist. The demo's sign-in is on the menu of a demo only.
* A message is decoded strictly or refused with the place to mend, never with what stood there. A frame that is no frame
  ends the connection.
* The door believes nothing about who asks but the ticket, and does not judge: every ask goes to its property's rounds.

Left to others: judging (`answer`), words for people (the faces).
"""

from __future__ import annotations

import asyncio
import logging
import re
import struct
from typing import TYPE_CHECKING, Any, cast

import msgspec

from discretion.hotel.record import RecordError
from discretion.keeper import attest, copies, digits, emergency, entries, merges, proofs, search, signing
from discretion.keeper.approvals import Approvals
from discretion.keeper.desk import FailError
from discretion.keeper.guests import Guests, Letterbox
from discretion.keeper.inscribe import inscribe_ask
from discretion.keeper.judge import READING_DUTIES
from discretion.keeper.papers import Ask, AskKind, Opened
from discretion.keeper.reply import told
from discretion.keeper.rounds import RoundError
from discretion.keeper.store.database import StoreError
from discretion.wire import exceptions, merging
from discretion.wire import lookup as wire
from discretion.wire.entries import ProveEntries, ReadEntries, ReadLedgerState
from discretion.wire.erasure import CarryOutErasure
from discretion.wire.frame import LENGTH_SIZE_BYTES, LOOKUP_FRAME_SIZE_BYTES_MAX

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from discretion.keeper.desk import Desk
    from discretion.keeper.papers import Reply
    from discretion.keeper.people import People
    from discretion.keeper.tickets import Live, Sessions
    from discretion.wire.bounds import TicketedAsk
    from discretion.wire.lookup import Answer, Request

ASKS_UNDER_WAY_MAX = 1024  # for one connection
_PATH = re.compile(r"`(\$[^`]*)`")
_log = logging.getLogger("discretion.keeper.door")


class _Envelope(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    number: int
    body: msgspec.Raw


class Door:
    """Answers messages of the house for all properties of this keeper."""

    def __init__(
        self, desks: Mapping[bytes, Desk], people: People, sessions: Sessions, letters: Letterbox, *, is_demo: bool,
    ) -> None:
        self._desks = desks
        self._people = people
        self._approvals = Approvals(people)
        self._sessions = sessions
        self._decoder = msgspec.msgpack.Decoder(wire.Request)
        self._envelopes = msgspec.msgpack.Decoder(_Envelope)
        self.encoder = msgspec.msgpack.Encoder()
        # The menu. A message that is not here is answered with `menu`.
        self._menu: dict[type, Callable[[Any], Awaitable[Answer]]] = {
            exceptions.AcceptDeputy: self._approve,
            exceptions.AttestPresence: self._by(attest.attest),
            exceptions.BeginAction: self._begin_action,
            exceptions.BeginEmergency: self._by(emergency.answer),
            CarryOutErasure: self._approve,
            exceptions.EndDeputy: self._approve,
            exceptions.EndEmergency: self._by(emergency.answer),
            exceptions.EndRequest: self._approve,
            exceptions.NoteEmergency: self._by(emergency.answer),
            exceptions.OfferDeputy: self._approve,
            exceptions.PreviewRequest: self._approve,
            exceptions.RequestApproval: self._approve,
            exceptions.ReadSignIns: self._by(people.sign_ins),
            exceptions.SetDigits: self._by(digits.set_digits),
            exceptions.SignRelease: self._by(signing.answer),
            exceptions.StepUp: self._approve,
            exceptions.Vote: self._approve,
            merging.AskMerge: self._merge,
            merging.FindDuplicates: self._find,
            merging.JoinRecords: self._merge,
            merging.LookUpCopy: self._copies,
            merging.PartRecords: self._merge,
            wire.BeginEnrolment: self._begin_enrolment,
            wire.BeginSignIn: self._begin_sign_in,
            wire.ChooseDuty: self._choose_duty,
            wire.ConfirmRecovery: self._confirm_recovery,
            wire.FindByName: self._find,
            wire.FindExact: self._find,
            wire.FinishEnrolment: self._finish_enrolment,
            wire.FinishSignIn: self._finish_sign_in,
            wire.Inscribe: self._inscribe,
            wire.Invite: self._invite,
            wire.LookUpMany: self._look_up_many,
            ProveEntries: self._watch,
            ReadEntries: self._read_entries,
            ReadLedgerState: self._watch,
            exceptions.ReturnByDigits: self._come_back,
            wire.SignOut: self._sign_out,
            wire.Snapshot: self._copies,
            wire.WhoAmI: self._who_am_i,
        }
        self._menu |= Guests(people, letters, self._desk, is_demo=is_demo).menu
        if is_demo:
            self._menu[wire.DemoSignIn] = self._demo_sign_in

    def receive(self, line: Line, body: bytes) -> None:
        """Take one frame's body; the answer is written to `line` when it is there.

        Errors: `msgspec.DecodeError` when the body is no envelope: the line must then end.
        """
        try:
            envelope = self._envelopes.decode(body)
        except (RecursionError, UnicodeDecodeError) as error:
            raise msgspec.DecodeError("no envelope") from error
        number = envelope.number
        try:
            message = self._decoder.decode(envelope.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            place = _PATH.search(str(error))
            line.answer(number, wire.Failed(code="malformed", field=place.group(1) if place else ""))
            return
        if isinstance(message, wire.LookUp):
            live = self._sessions.find(message.ticket)
            if live is not None:
                self._look_up(line, number, message, live)
                return
        line.begin(self._served(line, number, message))

    async def _served(self, line: Line, number: int, message: Request) -> None:
        try:
            if isinstance(message, wire.LookUp):
                self._look_up(line, number, message, await self._live(message.ticket))
                return
            serve = self._menu.get(type(message))
            answer = await serve(message) if serve else wire.Failed(code="menu")
        except FailError as failed:
            answer = wire.Failed(code=failed.code, field=failed.field)
        except RoundError as error:
            answer = wire.Failed(code=error.code)
        except RecordError as error:
            answer = wire.Failed(code="malformed", field=f"$.groups.{error.group}.{error.field}")
        except StoreError:
            answer = wire.Failed(code="unavailable")
        except Exception:  # noqa: BLE001 - whatever went wrong, the asker must hear of it
            _log.exception("a message was not served: %s", type(message).__name__)
            answer = wire.Failed(code="unavailable")
        line.answer(number, answer)

    def _look_up(self, line: Line, number: int, message: wire.LookUp, live: Live) -> None:
        ask = Ask(
            AskKind.LOOK_UP, message.request_id, live.session_id, b"", message.guest_id, message.purpose, message.clear,
            message.masked & ~message.clear, _said(message),
        )
        desk = self._desks[live.property_id]

        def done(outcome: list[Reply] | RoundError) -> None:
            if isinstance(outcome, RoundError):
                line.answer(number, wire.Failed(code=outcome.code))
            else:
                line.answer(number, told(outcome[0], ask, desk.rounds.room.policy))

        desk.rounds.submit((ask,), done)

    async def _live(self, ticket: bytes) -> Live:
        live = self._sessions.find(ticket)
        if live is None and ticket[:16] in self._desks:
            row = await self._people.session(ticket)
            live = self._sessions.keep(ticket, row) if row else None
        if live is None:
            raise FailError("ticket")
        return live

    def _desk(self, property_id: bytes) -> Desk:
        desk = self._desks.get(property_id)
        if desk is None:
            raise FailError("not_allowed")
        return desk

    async def _look_up_many(self, message: wire.LookUpMany) -> Answer:
        live = await self._live(message.ticket)
        desk = self._desk(live.property_id)
        guests = list(dict.fromkeys(message.guest_ids))
        asks = [
            Ask(
                AskKind.LIST, search.derived_id(message.request_id, guest), session_id=live.session_id, guest_id=guest,
                purpose=message.purpose, clear=message.clear, masked=message.masked & ~message.clear,
                details=(("context", message.context),),
            )
            for guest in guests
        ]
        replies = await desk.rounds.ask(asks) if asks else []
        answers = {
            ask.guest_id: told(reply, ask, desk.rounds.room.policy) for ask, reply in zip(asks, replies, strict=True)
        }
        items = [answers[guest] for guest in message.guest_ids]
        if any(not isinstance(item, (wire.Disclosure, wire.Refusal)) for item in items):
            return wire.Failed(code="conflict")  # the same list under the same request id: each entry opens once
        return wire.Answers([item for item in items if isinstance(item, (wire.Disclosure, wire.Refusal))])

    async def _find(self, message: wire.FindByName | wire.FindExact | merging.FindDuplicates) -> Answer:
        live = await self._live(message.ticket)
        desk = self._desk(live.property_id)
        if isinstance(message, merging.FindDuplicates):
            return await search.find_duplicates(message, live.session_id, desk.rounds, desk.database, desk.lock)
        return await search.find(message, live.session_id, desk.rounds, desk.reads, desk.lock)

    async def _read_entries(self, message: ReadEntries) -> Answer:
        live = await self._live(message.ticket)
        desk = self._desk(live.property_id)
        async with desk.reading:
            return await entries.read(message, live.session_id, desk.rounds, desk.database, desk.lock)

    async def _watch(self, message: ProveEntries | ReadLedgerState) -> Answer:
        """Answer what opens nothing: without an entry, and by the duty alone."""
        live = await self._live(message.ticket)
        desk = self._desk(live.property_id)
        if live.duty not in READING_DUTIES:
            raise FailError("not_allowed")
        async with desk.lock:
            return await proofs.answer(message, desk.rounds.room, desk.database)

    async def _inscribe(self, message: wire.Inscribe) -> Answer:
        live = await self._live(message.ticket)
        desk = self._desk(live.property_id)
        async with desk.lock:
            ask = await inscribe_ask(message, live.session_id, desk.rounds.room.keyring, desk.database)
        (reply,) = await desk.rounds.ask([ask])
        if isinstance(reply, Opened):
            return wire.Inscribed(guest_id=message.guest_id, entry=reply.receipt.committed.draft.index)
        return told(reply, ask, desk.rounds.room.policy)

    async def _merge(self, message: merging.AskMerge | merging.JoinRecords | merging.PartRecords) -> Answer:
        live = await self._live(message.ticket)
        desk = self._desk(live.property_id)
        return await merges.answer(message, (live.session_id, live.staff_id), desk.rounds, desk.database, desk.lock)

    async def _copies(self, message: wire.Snapshot | merging.LookUpCopy) -> Answer:
        live = await self._live(message.ticket)
        desk = self._desk(live.property_id)
        return await copies.answer(message, (live.session_id, live.staff_id), desk.rounds, desk.database, desk.lock)

    async def _begin_action(self, message: exceptions.BeginAction) -> Answer:
        live = await self._live(message.ticket)
        return await self._people.begin_action(
            message.action, live, await signing.text_of(message.action, live, self._people),
        )

    async def _approve(self, message: TicketedAsk) -> Answer:
        live = await self._live(message.ticket)
        return await self._approvals.answer(message, live, self._desk(live.property_id).rounds)

    def _by(self, answer: Callable[..., Awaitable[Answer]]) -> Callable[[Any], Awaitable[Answer]]:
        async def served(message: TicketedAsk) -> Answer:
            live = await self._live(message.ticket)
            return await answer(message, live, self._people, self._desk(live.property_id).rounds)

        return served

    async def _who_am_i(self, message: wire.WhoAmI) -> Answer:
        return await self._people.person(await self._live(message.ticket))

    async def _sign_out(self, message: wire.SignOut) -> Answer:
        live = await self._live(message.ticket)
        self._sessions.forget(message.ticket)
        return await self._people.sign_out(live, self._desk(live.property_id).rounds, is_parked=message.is_parked)

    async def _come_back(self, message: exceptions.ReturnByDigits) -> Answer:
        return await digits.come_back(message, self._people, self._desk(message.property_id).rounds)

    async def _choose_duty(self, message: wire.ChooseDuty) -> Answer:
        live = await self._live(message.ticket)
        answer = await self._people.choose_duty(message, live, self._desk(live.property_id).rounds)
        self._sessions.forget(message.ticket)
        return answer

    async def _begin_sign_in(self, message: wire.BeginSignIn) -> Answer:
        self._desk(message.property_id)
        return await self._people.begin_sign_in(message.property_id)

    async def _finish_sign_in(self, message: wire.FinishSignIn) -> Answer:
        return await self._people.finish_sign_in(message, self._desk(message.property_id).rounds)

    async def _begin_enrolment(self, message: wire.BeginEnrolment) -> Answer:
        self._desk(message.secret[:16])
        return await self._people.begin_enrolment(message.secret)

    async def _finish_enrolment(self, message: wire.FinishEnrolment) -> Answer:
        return await self._people.finish_enrolment(message, self._desk(message.secret[:16]).rounds)

    async def _invite(self, message: wire.Invite) -> Answer:
        live = await self._live(message.ticket)
        return await self._people.invite(message, live, self._desk(live.property_id).rounds)

    async def _confirm_recovery(self, message: wire.ConfirmRecovery) -> Answer:
        live = await self._live(message.ticket)
        return await self._people.confirm_recovery(message, live, self._desk(live.property_id).rounds)

    async def _demo_sign_in(self, message: wire.DemoSignIn) -> Answer:
        return await self._people.demo_sign_in(message, self._desk(message.property_id).rounds)


def _said(message: wire.LookUp) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, value)
        for name, value in (
            ("context", message.context),
            ("reason_given", message.reason),
            ("reference", message.reference),
        )
        if value
    )


class Line(asyncio.Protocol):
    """One connection: frames in, frames out."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._under_way = 0
        self._answered: list[bytes] = []
        self._loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are not of asyncio's class

    def data_received(self, data: bytes) -> None:
        """Take every whole frame that has come; a length out of bounds ends the line."""
        buffer = self._buffer
        buffer += data
        start = 0
        while len(buffer) - start >= LENGTH_SIZE_BYTES:
            (size_bytes,) = struct.unpack_from(">I", buffer, start)
            if not 0 < size_bytes <= LOOKUP_FRAME_SIZE_BYTES_MAX:
                self._end("a frame out of bounds")
                return
            end = start + LENGTH_SIZE_BYTES + size_bytes
            if len(buffer) < end:
                break
            body = bytes(memoryview(buffer)[start + LENGTH_SIZE_BYTES:end])
            start = end
            self._under_way += 1
            if self._under_way > ASKS_UNDER_WAY_MAX:
                self._end("too many asks under way")
                return
            try:
                self._door.receive(self, body)
            except msgspec.DecodeError:
                self._end("a frame that is no message")
                return
        if start:
            del buffer[:start]

    def begin(self, served: Awaitable[None]) -> None:
        """Serve a slower message beside the others."""
        task: asyncio.Task[None] = asyncio.ensure_future(served)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def answer(self, number: int, answer: Answer) -> None:
        """Take one answer to be written, together with the others of its round."""
        self._under_way -= 1
        body = self._door.encoder.encode((number, answer))
        if not self._answered:
            self._loop.call_soon(self._write)
        self._answered += (struct.pack(">I", len(body)), body)

    def _write(self) -> None:
        """Write what was answered; nothing, if the asker has gone."""
        answered, self._answered = self._answered, []
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(answered))

    def connection_lost(self, _error: Exception | None) -> None:
        """Forget the transport; asks under way are still entered, and answered to nobody."""
        self._transport = None

    def _end(self, why: str) -> None:
        _log.warning("a line was ended: %s", why)
        self._buffer.clear()
        if self._transport is not None:
            self._transport.close()
