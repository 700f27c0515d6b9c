"""The load over HTTP: so many keep-alive connections in a closed loop on POST /api/v1/asks, in a process of its own.

Run as `python -m bench.load_http`, with a description on standard input; prints its result as JSON.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from base64 import urlsafe_b64encode

import uvloop

_BODY = '{"guest_id":"%s","purpose":"check_in","clear":["identity","contact","booking","preferences"]}'


class _Client(asyncio.Protocol):
    """One clerk's program: a request, its answer, the next request."""

    def __init__(self, load: Load, ticket: bytes) -> None:
        self.load = load
        token = urlsafe_b64encode(ticket).decode()
        self.head = (
            f"POST /api/v1/asks HTTP/1.1\r\nHost: {load.host}\r\nAuthorization: Bearer {token}\r\n"
            "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        )
        self.buffer = bytearray()
        self.sent_at = 0.0
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.ask()

    def ask(self) -> None:
        body = _BODY % self.load.guests[self.load.pick(len(self.load.guests))]
        self.sent_at = time.perf_counter()
        assert self.transport is not None
        self.transport.write((self.head % len(body) + body).encode())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self.buffer[:end]).lower()
        at = head.find(b"content-length:")
        size = int(head[at + 15:].split(b"\r\n", 1)[0])
        if len(self.buffer) < end + 4 + size:
            return
        is_disclosed = head.startswith(b"http/1.1 200") and b'"fields"' in self.buffer
        if not is_disclosed and not self.load.sample:
            self.load.sample = bytes(self.buffer[:600]).decode(errors="replace")
        del self.buffer[:end + 4 + size]
        self.load.count(time.perf_counter() - self.sent_at, is_disclosed=is_disclosed)
        if not self.load.is_over:
            self.ask()


class Load:
    """What all clients share."""

    def __init__(self, host: str, guests: list[str]) -> None:
        self.host = host
        self.guests = guests
        self.pick = random.Random(1).randrange
        self.latencies: list[float] = []
        self.wrong = 0
        self.sample = ""  # of an answer that is no disclosure: for whoever has to find out why
        self.is_over = False
        self.is_counting = False

    def count(self, seconds: float, *, is_disclosed: bool) -> None:
        """Count one answer."""
        if self.is_counting:
            self.latencies.append(seconds)
            self.wrong += not is_disclosed


async def _main() -> None:
    told = json.load(sys.stdin)
    load = Load(f"localhost:{told['port']}", told["guests"])
    tickets = [bytes.fromhex(ticket) for ticket in told["tickets"]]
    loop = asyncio.get_running_loop()
    lines = []
    for number in range(told["clients"]):
        ticket = tickets[number % len(tickets)]
        transport, _ = await loop.create_connection(
            lambda ticket=ticket: _Client(load, ticket), "127.0.0.1", told["port"]
        )  # type: ignore[misc]
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
        "per_s": round(len(ordered) / seconds, 1), "wrong": load.wrong, "sample": load.sample,
        **{name: round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 3)
           for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99), ("max_ms", 1.0))},
    }))


if __name__ == "__main__":
    uvloop.run(_main())
