"""The load: so many clients in a closed loop on the keeper's socket, in a process of its own.

A client is somebody who asks, waits for the answer, and asks again. As in the house, clients share a few connections, on
which many asks are under way at once.

Run as `python -m bench.load`, with a description on standard input; prints its result as JSON.
"""

from __future__ import annotations

import asyncio
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
CONNECTIONS = 4  # as many as a house keeps
_encode = msgspec.msgpack.Encoder().encode
_numbered = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw]).decode


class _Line(asyncio.Protocol):
    """One connection and the clients on it; a client's asks all carry its own number."""

    def __init__(self, load: Load, tickets: list[bytes]) -> None:
        self.load = load
        self.tickets = tickets
        self.sent_at = [0.0] * len(tickets)
        self.buffer = b""
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.ask(range(len(self.tickets)))

    def ask(self, clients: range | list[int]) -> None:
        load, frames, now = self.load, [], time.perf_counter()
        for client in clients:
            guest = load.guests[load.pick(len(load.guests))]
            if load.refusal_share and load.chance() < load.refusal_share:
                guest = os.urandom(16)
            body = _encode(RequestFrame(client, LookUp(
                ticket=self.tickets[client], request_id=os.urandom(16), guest_id=guest, purpose="check_in", clear=CLEAR, masked=0,
            )))
            self.sent_at[client] = now
            frames.append(struct.pack(">I", len(body)) + body)
        assert self.transport is not None
        self.transport.write(b"".join(frames))

    def data_received(self, data: bytes) -> None:
        buffer = self.buffer + data if self.buffer else data
        at, answered, now = 0, [], time.perf_counter()
        while len(buffer) - at >= 4:
            (size,) = struct.unpack_from(">I", buffer, at)
            if len(buffer) < at + 4 + size:
                break
            client, body = _numbered(buffer[at + 4:at + 4 + size])
            self.load.count(now - self.sent_at[client], bytes(body))
            answered.append(client)
            at += 4 + size
        self.buffer = buffer[at:]
        if answered and not self.load.is_over:
            self.ask(answered)


class Load:
    """What all clients share."""

    def __init__(self, told: dict[str, object]) -> None:
        self.guests = [bytes.fromhex(guest) for guest in told["guests"]]  # type: ignore[attr-defined]
        self.refusal_share = float(told.get("refusals", 0.0))  # type: ignore[arg-type]
        generator = random.Random(int(told.get("seed", 1)))  # type: ignore[call-overload]
        self.pick, self.chance = generator.randrange, generator.random
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
    clients = [tickets[number % len(tickets)] for number in range(told["clients"])]
    lines = []
    for number in range(min(CONNECTIONS, len(clients))):
        own = clients[number::CONNECTIONS]
        transport, _ = await loop.create_unix_connection(
            lambda own=own: _Line(load, own), told["socket"],  # type: ignore[misc]
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
