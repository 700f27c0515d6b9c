"""What a guest waits for on their own pages: who looked, with a long ledger behind it, over HTTP and in the keeper."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import statistics
import time
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psycopg

from bench.hotel import PROPERTY, PROPERTY_ID, hotel
from bench.ledger import grow, publish
from discretion.wire.guests import OwnEntries, OwnEntriesShown
from discretion.wire.lookup import Disclosure, LookUp, LookUpMany

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from bench.hotel import Hotel

GUESTS, LOOKS, TURNS = 50, 100, 4


def measure(entries: int, house: Callable[[Hotel], AbstractContextManager[None]], say: Callable[[str], None]) -> dict[str, Any]:
    """Return times in ms of the page and of the keeper's part, and the page's size in bytes."""
    with hotel() as made:
        made.found()
        tickets, guests = made.clerks(1), made.fill(1_000)[:GUESTS]
        say(f"guests in a ledger of {entries:,} entries")
        grow(made, entries)
        look(made, tickets[0], guests)
        publish(made)
        visits = visits_of(made, guests)
        keeper = [_own_ms(made, ticket) for _ in range(TURNS) for ticket in visits]
        with house(made):
            pages = [page_ms(made, ticket) for _ in range(TURNS) for ticket in visits]
            proof_bytes = len(_got(made, visits[0], "/my/proof"))
    times = [ms for ms, _ in pages]
    return {
        "entries": entries, "of_the_guest": LOOKS, "keeper_ms": spread(keeper), "page_ms": spread(times),
        "page_bytes": max(size for _, size in pages), "proof_bytes": proof_bytes,
    }


def spread(times: list[float]) -> dict[str, float]:
    """Return p50 and p95."""
    found = sorted(times)
    return {"p50": round(statistics.median(found), 2), "p95": round(found[int(len(found) * 0.95)], 2)}


def look(made: Hotel, ticket: bytes, guests: list[bytes]) -> None:
    """Have each guest looked at so often, in lists and one by one."""
    for turn in range(LOOKS):
        if turn % 10:
            made.ask(LookUpMany(ticket=ticket, request_id=os.urandom(16), guest_ids=guests, purpose="check_in", masked=1))
            continue
        for guest in guests:
            answer = made.ask(LookUp(
                ticket=ticket, request_id=os.urandom(16), guest_id=guest, purpose="check_in", clear=0, masked=3,
            ))
            if not isinstance(answer, Disclosure):
                raise TypeError(f"not shown: {answer}")


def visits_of(made: Hotel, guests: list[bytes]) -> list[bytes]:
    """Return tickets of visits, put where a right code puts them."""
    tickets = [PROPERTY_ID + os.urandom(32) for _ in guests]
    with psycopg.connect(made.superuser(), autocommit=True) as connection, connection.cursor() as cursor:
        cursor.executemany(
            "insert into keys.guest_session (property_id, session_id, ticket_hash, guest_id, how, ends_at)"
            " values (%s, gen_random_uuid(), %s, %s, 'code', now() + interval '1 hour')",
            [(PROPERTY.id, hashlib.sha256(ticket).digest(), guest.hex()) for ticket, guest in zip(tickets, guests, strict=True)],
        )
    return tickets


def _own_ms(made: Hotel, ticket: bytes) -> float:
    began = time.perf_counter()
    shown = made.ask(OwnEntries(ticket=ticket, request_id=os.urandom(16)))
    took = (time.perf_counter() - began) * 1000
    if not isinstance(shown, OwnEntriesShown) or shown.missing or len(shown.lines) < LOOKS:
        raise TypeError(f"not all told: {type(shown).__name__}")
    return took


def page_ms(made: Hotel, ticket: bytes) -> tuple[float, int]:
    """Return the milliseconds of `/my`, and its bytes as sent."""
    began = time.perf_counter()
    body = _got(made, ticket, "/my")
    took = (time.perf_counter() - began) * 1000
    if b"k-ok" not in gzip.decompress(body):
        raise TypeError("not the page")
    return took, len(body)


def _got(made: Hotel, ticket: bytes, path: str) -> bytes:
    at = urlsplit(made.settings.house.origin)
    connection = http.client.HTTPConnection(at.hostname or "", at.port)
    connection.request("GET", path, headers={
        "cookie": f"my={urlsafe_b64encode(ticket).decode()}", "accept-encoding": "gzip", "host": at.netloc,
    })
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise TypeError(f"no page: {answer.status}")
    return body
