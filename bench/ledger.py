"""A ledger of a million entries: what a proof costs, and what its size and its being published cost a look-up.

Two hotels stand side by side, one with a short ledger and one with a long; turns alternate between them, and on the long one
between publishing to a witness every second and not at all.
"""

from __future__ import annotations

import asyncio
import os
import random
import statistics
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from bench.hotel import PROPERTY, PROPERTY_ID, Hotel, hotel
from discretion.ledger.checkpoint import Verifier
from discretion.ledger.tree import Frontier, leaf_hash
from discretion.watch.published import stored_log, tree_of
from discretion.watch.publishing import Publishing
from discretion.wire.settings import load
from discretion.wire.upkeep import Done, PublishCheckpoint, UpkeepHatch
from tests.witness import Witness, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GUESTS = 5_000
CLIENTS = (1, 32)
PROOFS = 200
ROWS_AT_ONCE = 50_000


def measure(
    entries: int, turns: int, seconds: float, run_load: Callable[[dict[str, Any]], dict[str, Any]], say: Callable[[str], None],
) -> dict[str, Any]:
    """Return proof times in ms, and ratios of medians: long to short ledger, published to not."""
    with ExitStack() as open_:
        short, long = (open_.enter_context(hotel()) for _ in range(2))
        told = {}
        for made in (short, long):
            made.found()
            tickets, guests = made.clerks(4), made.fill(GUESTS)
            told[made] = {
                "guests": [guest.hex() for guest in guests], "tickets": [ticket.hex() for ticket in tickets],
                "socket": str(made.settings.keeper_socket), "warm_up": 0.3, "seconds": seconds,
            }
        say(f"a ledger of {entries:,} entries")
        grow(long, entries)
        result: dict[str, Any] = {"entries": entries, "tiles_s": round(publish(long), 2), "proof_ms": _proof_ms(long)}
        witness = open_.enter_context(_witness(long))
        rates: dict[tuple[str, int], list[float]] = {}
        for turn in range(turns):
            for clients in CLIENTS:
                for what, made in (("short", short), ("long", long), ("published", long)):
                    say(f"look-ups, {what}, {clients} clients, turn {turn + 1} of {turns}")
                    with _publishing(long if what == "published" else None):
                        got = run_load({**told[made], "clients": clients, "seed": turn})
                    rates.setdefault((what, clients), []).append(got["per_s"])
        result["witness_asked"] = len(witness.heads)
    medians = {key: statistics.median(values) for key, values in rates.items()}
    result["long_to_short"] = {str(c): round(medians["short", c] / medians["long", c], 3) for c in CLIENTS}
    result["published_to_not"] = {str(c): round(medians["published", c] / medians["long", c], 3) for c in CLIENTS}
    return result


def grow(made: Hotel, entries: int) -> None:
    """Put so many random leaves in front of everything that follows, as if a year had passed; their openings are none."""
    assert made.process is not None
    made.process.terminate()
    made.process.wait()
    with psycopg.connect(made.superuser(), autocommit=True) as connection:
        size, stack = connection.execute("select size, stack from ledger.head where property_id = %s", (PROPERTY.id,)).fetchone() or (0, b"")
        frontier = Frontier.from_bytes(size, bytes(stack))
        while frontier.size < entries:
            leaves = [b"DISCRET1" + os.urandom(112) for _ in range(min(ROWS_AT_ONCE, entries - frontier.size))]
            hashes = [leaf_hash(leaf) for leaf in leaves]
            with connection.cursor().copy("copy ledger.entry (property_id, idx, leaf, leaf_hash, request_id) from stdin") as copy:
                for index, (leaf, hashed) in enumerate(zip(leaves, hashes, strict=True), frontier.size):
                    copy.write_row((PROPERTY.id, index, leaf, hashed, os.urandom(16).hex()))
            frontier = frontier.append(hashes)
        connection.execute(
            "update ledger.head set size = %s, root = %s, stack = %s where property_id = %s",
            (frontier.size, frontier.root(), frontier.to_bytes(), PROPERTY.id),
        )
        connection.execute("vacuum analyze ledger.entry")
    made.command("recover", "--property", PROPERTY.id, "--how", "memory")
    made.start()


def publish(made: Hotel) -> float:
    """Return the seconds until the keeper has kept every full tile and the checkpoint over them."""
    hatch = UpkeepHatch(str(made.settings.upkeep_socket))
    started = time.perf_counter()
    answer = hatch.ask(PublishCheckpoint(property_id=PROPERTY_ID))
    seconds = time.perf_counter() - started
    hatch.close()
    if not isinstance(answer, Done):
        raise TypeError(f"no checkpoint: {answer}")
    return seconds


def _proof_ms(made: Hotel) -> dict[str, float]:
    """Inclusion proofs of random entries from the stored tiles, each from a tree that has read nothing yet."""
    dice, found = random.Random(1), []
    with stored_log(made.settings.conninfo("auditor"), PROPERTY_ID) as log:
        for _ in range(PROOFS):
            started = time.perf_counter()
            tree_of(log).prove_inclusion(dice.randrange(log.size))
            found.append((time.perf_counter() - started) * 1000)
    found.sort()
    return {"p50": round(statistics.median(found), 3), "p99": round(found[int(len(found) * 0.99)], 3)}


@contextmanager
def _witness(made: Hotel) -> Iterator[Witness]:
    """A witness that the keeper is told of; it is started again for that."""
    witness = Witness("witness.example/bench")
    with psycopg.connect(made.superuser(), autocommit=True) as connection:
        for (vkey,) in connection.execute("select vkey from ledger.head").fetchall():
            log = Verifier.parse(vkey)
            witness.logs[log.name] = log
    for _ in serving(witness):
        text = made.settings.path.read_text("utf-8")
        before, _, after = text.partition("[witnesses]")
        made.settings.path.write_text(f'{before}[witnesses]{after.replace(chr(34) * 2, chr(34) + "w.policy" + chr(34), 1)}', "utf-8")
        (made.settings.directory / "w.policy").write_text(f"witness w {witness.verifier.vkey} {witness.url}\nquorum w\n", "utf-8")
        made.settings = load(made.settings.path)
        assert made.process is not None
        made.process.terminate()
        made.process.wait()
        made.start()
        yield witness


@contextmanager
def _publishing(made: Hotel | None) -> Iterator[None]:
    """Publish to the witness every second, ten times as often as a worker does."""
    if made is None:
        yield
        return
    publishing, ended = Publishing(made.settings), threading.Event()
    asyncio.run(publishing.publish())  # the first reads every entry again

    def work() -> None:
        while not ended.wait(1.0):
            asyncio.run(publishing.publish())

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
