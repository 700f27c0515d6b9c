"""The load: so many clients in a closed loop on the keeper's socket, in a process of its own.

Run as `python -m bench.load`, with a description on standard input; prints its result as JSON.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import struct
import sys
import time

import msgspec
import uvloop

from discretion.wire.lookup import LookUp, RequestFrame

CLEAR = 0b01001011  # identity, contact, booking, preferences
_encode = msgspec.msgpack.Encoder().encode


class _Client(asyncio.Protocol):
    """One clerk: an ask, its answer, the next ask."""

    def __init__(self, load: Load, ticket: bytes) -> None:
        self.load = load
        self.ticket = ticket
        self.buffer = bytearray()
        self.sent_at = 0.0
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.ask()

    def ask(self) -> None:
        load = self.load
        guest = load.guests[load.pick(len(load.guests))]
        if load.refusal_share and load.chance() < load.refusal_share:
            guest = os.urandom(16)
        body = _encode(RequestFrame(next(load.numbers), LookUp(
            ticket=self.ticket, request_id=os.urandom(16), guest_id=guest, purpose="check_in", clear=CLEAR, masked=0,
        )))
        self.sent_at = time.perf_counter()
        assert self.transport is not None
        self.transport.write(struct.pack(">I", len(body)) + body)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while len(self.buffer) >= 4:
            (size,) = struct.unpack_from(">I", self.buffer)
            if len(self.buffer) < 4 + size:
                return
            body = bytes(self.buffer[4:4 + size])
            del self.buffer[:4 + size]
            self.load.count(time.perf_counter() - self.sent_at, body)
            if not self.load.is_over:
                self.ask()


class Load:
    """What all clients share."""

    def __init__(self, told: dict[str, object]) -> None:
        self.guests = [bytes.fromhex(guest) for guest in told["guests"]]  # type: ignore[attr-defined]
        self.refusal_share = float(told.get("refusals", 0.0))  # type: ignore[arg-type]
        generator = random.Random(int(told.get("seed", 1)))  # type: ignore[call-overload]
        self.pick, self.chance = generator.randrange, generator.random
        self.numbers = itertools.count(1)
        self.latencies: list[float] = []
        self.kinds: dict[str, int] = {}
        self.is_over = False
        self.is_counting = False

    def count(self, seconds: float, body: bytes) -> None:
        """Count one answer; its kind is read from the tag, its content is not decoded."""
        if self.is_counting:
            self.latencies.append(seconds)
            kind = "disclosure" if b"disclosure" in body[:40] else "refusal" if b"refusal" in body[:40] else "failed"
            self.kinds[kind] = self.kinds.get(kind, 0) + 1


async def _main() -> None:
    told = json.load(sys.stdin)
    load = Load(told)
    tickets = [bytes.fromhex(ticket) for ticket in told["tickets"]]
    loop = asyncio.get_running_loop()
    lines = []
    for number in range(told["clients"]):
        ticket = tickets[number % len(tickets)]
        transport, _ = await loop.create_unix_connection(
            lambda ticket=ticket: _Client(load, ticket), told["socket"],  # type: ignore[misc]
        )
        lines.append(transport)
    await asyncio.sleep(told["warm_up"])
    load.is_counting = True
    started = time.perf_counter()
    await asyncio.sleep(told["seconds"])
    seconds = time.perf_counter() - started
    load.is_counting = False
    load.is_over = True
    for line in lines:
        line.close()
    ordered = sorted(load.latencies)
    print(json.dumps({
        "per_s": round(len(ordered) / seconds, 1), "kinds": load.kinds,
        **{name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 3)
           for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99), ("max_ms", 1.0))},
    }))


if __name__ == "__main__":
    uvloop.run(_main())
