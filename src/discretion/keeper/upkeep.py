"""Upkeep: the second door, for the operator's account alone. Records come in to be sealed; no opened one goes out.

Rules:
* The socket stands in a directory that only the keeper's own account can enter; the house has no path to it.
* A batch is written whole or not at all, and can be sent again: what exists is left untouched.
"""

from __future__ import annotations

import asyncio
import logging
import os
import struct
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from discretion.hotel.record import RecordError
from discretion.keeper import own
from discretion.keeper.certify import certify
from discretion.keeper.erasure import Erasing, sweep
from discretion.keeper.explain import explain
from discretion.keeper.inscribe import seal_batch
from discretion.keeper.look_ups import read_look_ups
from discretion.keeper.papers import Ask, AskKind, Opened
from discretion.keeper.publish import publish
from discretion.keeper.recorded import read_recorded
from discretion.keeper.rounds import RoundError
from discretion.keeper.store.database import StoreError, Uid
from discretion.ledger.errors import LedgerError
from discretion.wire import upkeep as wire
from discretion.wire.erasure import CarryOutErasures, CertifyErasure, SweepErased
from discretion.wire.frame import UPKEEP_FRAME_SIZE_BYTES_MAX, FrameError, read_frame
from discretion.wire.guests import AddressPost, Letters, TakeLetters
from discretion.wire.lookup import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.keeper.desk import Desk
    from discretion.keeper.erasure import Rows
    from discretion.keeper.guests import Letterbox

_Told: TypeAlias = (
    wire.ExplainGuest | wire.ReadLookUps | wire.ReadRecorded | AddressPost | CarryOutErasures | CertifyErasure
    | SweepErased
)
_log = logging.getLogger("discretion.keeper.upkeep")


class Upkeep:
    """Answers the upkeep hatch, one message of a connection after the other."""

    def __init__(self, desks: Mapping[bytes, Desk], wanted: asyncio.Event, letters: Letterbox) -> None:
        """Shapes: `wanted` is set whenever somebody waits for outside witnesses."""
        self._letters = letters
        self._desks = desks
        self._wanted = wanted
        self._decoder = msgspec.msgpack.Decoder(wire.UpkeepFrame)
        self._encoder = msgspec.msgpack.Encoder()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends."""
        try:
            while (body := await read_frame(reader, UPKEEP_FRAME_SIZE_BYTES_MAX)) is not None:
                frame = self._decoder.decode(body)
                answer = self._encoder.encode(wire.UpkeepAnswerFrame(frame.number, await self._answer(frame.body)))
                writer.write(struct.pack(">I", len(answer)) + answer)
                await writer.drain()
        except (FrameError, msgspec.DecodeError, RecursionError, UnicodeDecodeError, ConnectionError) as error:
            _log.warning("an upkeep line was ended: %s", type(error).__name__)
        except asyncio.CancelledError:
            return  # the keeper stops while somebody waits; the line ends, and nothing was half done
        finally:
            writer.close()

    async def _of_all(self, message: wire.AwaitWanted | wire.Health | TakeLetters) -> wire.UpkeepAnswer:
        """Return what is asked of the keeper as a whole."""
        if isinstance(message, wire.Health):
            rounds = [desk.rounds for desk in self._desks.values()]
            return wire.Done(counts={
                "properties": len(rounds), "asks": sum(each.asks_count for each in rounds),
                "rounds": sum(each.rounds_count for each in rounds),
            })
        if isinstance(message, TakeLetters):
            return Letters(items=await self._letters.take(message.within_seconds))
        try:
            await asyncio.wait_for(self._wanted.wait(), message.within_seconds)
        except TimeoutError:
            return wire.Done(counts={"wanted": 0})
        self._wanted.clear()  # who waits from now on is heard by the next who asks
        return wire.Done(counts={"wanted": 1})

    async def _answer(self, message: wire.UpkeepRequest) -> wire.UpkeepAnswer:
        if isinstance(message, wire.AwaitWanted | wire.Health | TakeLetters):
            return await self._of_all(message)
        desk = self._desks.get(message.property_id)
        if desk is None:
            return Failed(code="not_allowed")
        try:
            return await self._serve(message, desk)
        except (RecordError, LedgerError) as error:
            field = f"{error.group}.{error.field}: {error.rule}" if isinstance(error, RecordError) else ""
            return Failed(code="malformed", field=field)
        except RoundError as error:
            return Failed(code=error.code)
        except StoreError:
            return Failed(code="unavailable")

    async def _serve(self, message: wire.UpkeepRequest, desk: Desk) -> wire.UpkeepAnswer:
        room = desk.rounds.room
        if isinstance(message, _Told):
            return await _told(message, desk)
        if isinstance(message, wire.PublishCheckpoint | wire.AddCosignatures | wire.StopLedger):
            return wire.Done(counts=await _outside(message, desk))
        if isinstance(message, wire.GuestIds):
            return wire.Ids([room.keyring.guest_id(message.source, source_id) for source_id in message.source_ids])
        if isinstance(message, wire.SealBatch):
            async with desk.lock:
                sealed, known = await seal_batch(message.guests, room.keyring, desk.database)
            return wire.Done(counts={"sealed": sealed, "known": known})
        if isinstance(message, wire.EnterImport):
            details = (
                ("by", message.by), ("counts", [f"{name}={count}" for name, count in sorted(message.counts.items())]),
                ("file", message.file_sha256.hex()), ("source", message.source),
            )
            (reply,) = await desk.rounds.ask([Ask(AskKind.IMPORT, message.request_id, details=details)])
            return wire.Done(counts={}, entry=reply.receipt.committed.draft.index if isinstance(reply, Opened) else -1)
        await desk.rounds.ask([])
        return wire.Done(counts={})


async def _told(message: _Told, desk: Desk) -> wire.UpkeepAnswer:
    """Return what entries say: of one guest, for a review, counted for a replay; an address; or what erasures did."""
    if isinstance(message, AddressPost):
        return await own.address(message, desk.rounds)
    if isinstance(message, CarryOutErasures | CertifyErasure | SweepErased):
        return await _erasures(message, desk)
    if isinstance(message, wire.ReadRecorded):
        return await read_recorded(message.since_at, desk.rounds.room, desk.database, desk.lock)
    if isinstance(message, wire.ReadLookUps):
        return await read_look_ups(message, desk.rounds.room, desk.database, desk.lock)
    async with desk.lock:
        return await explain(message, desk.rounds, desk.database)


async def _erasures(message: CarryOutErasures | CertifyErasure | SweepErased, desk: Desk) -> wire.UpkeepAnswer:
    """Carry out a plan's orders, prove one, or sweep what they left."""
    if isinstance(message, CarryOutErasures):
        return await Erasing(desk.rounds, _rows(desk)).by_upkeep(message.plan_id, message.order_id)
    async with desk.lock:
        if isinstance(message, CertifyErasure):
            return await certify(message, desk.rounds.room, desk.database)
        return wire.Done(counts=await sweep(desk.rounds.room, desk.database))


def _rows(desk: Desk) -> Rows:
    async def rows(query: str, params: Mapping[str, object]) -> list[tuple[Any, ...]]:
        async with desk.lock:
            return await desk.database.rows(query, {"p": Uid(desk.rounds.room.property_id), **params})

    return rows


async def _outside(
    message: wire.PublishCheckpoint | wire.AddCosignatures | wire.StopLedger, desk: Desk,
) -> dict[str, int]:
    """Do what the worker brings from, or takes to, outside witnesses; return the counts to tell it."""
    room, witnessing = desk.rounds.room, desk.rounds.room.witnessing
    if isinstance(message, wire.StopLedger):
        witnessing.stop(message.why, message.who, message.evidence)
        return {}
    async with desk.lock:
        if isinstance(message, wire.AddCosignatures):
            added = await witnessing.add(Uid(room.property_id), message.size, message.lines, desk.database)
            return {"added": added, "cosigned": witnessing.cosigned_size}
        size, has_grown = await publish(room, desk.database)
        while await own.carry_on_index(desk.rounds, desk.database) == own.INDEXED_AT_ONCE:
            pass  # what was missed while nobody published
    return {"size": size, "published": int(has_grown), "lag": int(witnessing.lag_seconds())}


async def serve_private(upkeep: Upkeep, socket_path: str) -> asyncio.Server:
    """Listen on `socket_path`, readable by this account alone."""
    before = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(upkeep.serve, socket_path, limit=1 << 20)
    finally:
        os.umask(before)
