"""A ledger in its published form: the signed checkpoint, tiles of hashes, bundles of entries. C2SP tlog-tiles v0.1.0.

Rules:
* It is read with the auditor's rights: entries without their openings, nothing about people.
* A directory gets its checkpoint last: one that was not finished has none, and proves nothing.

Left to others: serving it (`window`), reading what somebody published (`received`).
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from discretion.ledger.errors import ShapeError
from discretion.ledger.tile import TILE_WIDTH, Tile, TiledTree, bundles_of, encode_bundle, tiles_of
from discretion.watch.sql import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

CHECKPOINT = "checkpoint"
SQL = queries("ledger.sql")
_OPTIONS = "-c search_path=pg_catalog -c statement_timeout=60s -c default_transaction_isolation=repeatable\\ read"


class PublishedError(Exception):
    """A published log cannot be read.

    PublishedError
    ├── UnpublishedError  there is no signed checkpoint to read under
    ├── LogAwayError      the database, or the web server, is away
    ├── KeyRefusedError   the web server wants a reader's key, or another one
    └── AddressError      an address that nothing is read from (`received`)
    """


class UnpublishedError(PublishedError):
    """There is no signed checkpoint to read under."""


class LogAwayError(PublishedError):
    """The database or the web server is away; the text says what was met and holds no key."""


class KeyRefusedError(PublishedError):
    """The web server wants a reader's key, or another one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One query that gives a tile: its name, its parameters, how many rows make it whole, and the column to take."""

    query: str
    params: Mapping[str, int]
    rows: int
    column: int = 0


def readings(tile: Tile) -> tuple[Reading, ...]:
    """Return the ways to read a tile or bundle, to be tried in this order: as kept, then from what is below it."""
    run = {"first": tile.n * TILE_WIDTH, "end": tile.n * TILE_WIDTH + tile.width}
    if tile.is_entries:
        return (Reading("leaves", run, tile.width),)
    if tile.level == 0:
        made = Reading("leaves", run, tile.width, column=1)
    else:
        made = Reading("roots", {"level": tile.level - 1, **run}, tile.width)
    if tile.width == TILE_WIDTH:
        return Reading("tile", {"level": tile.level, "n": tile.n}, 1), made
    return (made,)


def put_together(tile: Tile, reading: Reading, rows: Sequence[Sequence[Any]]) -> bytes | None:
    """Return the bytes of a tile or bundle from the rows of one of its readings, None when rows are missing."""
    if len(rows) != reading.rows:
        return None
    parts = [bytes(row[reading.column]) for row in rows]
    return encode_bundle(parts) if tile.is_entries else b"".join(parts)


class StoredLog:
    """One property's ledger in the database, as of one checkpoint; `vkey` is the key the database names."""

    def __init__(self, connection: psycopg.Connection[Any], property_id: bytes, *, is_newest: bool = False) -> None:
        """Read the checkpoint that outsiders are given, or the newest, which no witness may have seen yet.

        Errors: `UnpublishedError` when none is signed yet.
        """
        self._connection = connection
        self._property = property_id.hex()
        rows = self._rows("newest" if is_newest else "published", {})
        if not rows:
            raise UnpublishedError
        self.size: int = rows[0][0]
        self.checkpoint: str = bytes(rows[0][1]).decode()
        self.vkey: str = rows[0][2]

    def read(self, tile: Tile) -> bytes:
        """Return the bytes of a tile or a bundle. Errors: `ShapeError` when entries of it are missing."""
        for reading in readings(tile):
            raw = put_together(tile, reading, self._rows(reading.query, reading.params))
            if raw is not None:
                return raw
        raise ShapeError(f"{tile.path} is not whole")

    def entries(self, first: int, end: int) -> list[bytes]:
        """Return what a run of entries commits to, 120 bytes each. Errors: `ShapeError` when some are missing."""
        rows = self._rows("leaves", {"first": first, "end": end})
        if len(rows) != end - first:
            raise ShapeError(f"entries from {first} to {end} are not whole")
        return [bytes(row[0]) for row in rows]

    def cosigned(self) -> dict[str, int]:
        """Return, by witness, the largest size it has cosigned."""
        return {name: size for name, size, _ in self._rows("cosigned", {})}

    def entry(self, index: int) -> bytes:
        """Return what entry `index` commits to, 120 bytes. Errors: `ShapeError` when it is missing."""
        return self.entries(index, index + 1)[0]

    def _rows(self, query: str, params: Mapping[str, int]) -> list[tuple[Any, ...]]:
        with self._connection.cursor(binary=True) as cursor:
            return cursor.execute(SQL[query], {"property_id": self._property, **params}).fetchall()


@contextmanager
def stored_log(conninfo: str, property_id: bytes, *, is_newest: bool = False) -> Iterator[StoredLog]:
    """Give a ledger of the database, all of it read from one snapshot; `is_newest` as `StoredLog`.

    Errors: `UnpublishedError`; `LogAwayError`.
    """
    try:
        with psycopg.connect(conninfo, options=_OPTIONS) as connection:
            yield StoredLog(connection, property_id, is_newest=is_newest)
    except psycopg.OperationalError as error:
        raise LogAwayError("the database is away") from error


@dataclass(frozen=True, slots=True)
class Witnessed:
    """One ledger's key, the size of its newest checkpoint, and by witness what it has cosigned last, and when."""

    origin: str
    vkey: str
    size: int
    cosigned: dict[str, int]
    times: dict[str, int]


def witnessed(conninfo: str, property_id: bytes) -> Witnessed | None:
    """Return what outsiders hold of a ledger; None when there is no such ledger. Errors: `LogAwayError`."""
    given = {"property_id": property_id.hex()}
    try:
        with psycopg.connect(conninfo, options=_OPTIONS) as connection:
            row = connection.execute(SQL["ledger"], given).fetchone()
            seen = connection.execute(SQL["cosigned"], given).fetchall()
    except psycopg.OperationalError as error:
        raise LogAwayError("the database is away") from error
    if row is None:
        return None
    origin, vkey, size = row
    return Witnessed(
        origin, vkey, size, {name: last for name, last, _ in seen}, {name: at for name, _, at in seen},
    )


def origins_of(conninfo: str) -> dict[bytes, str]:
    """Return the origin of every ledger of the database, by property. Errors: `LogAwayError`."""
    try:
        with psycopg.connect(conninfo, options=_OPTIONS) as connection:
            return {row[0].bytes: row[1] for row in connection.execute(SQL["origins"]).fetchall()}
    except psycopg.OperationalError as error:
        raise LogAwayError("the database is away") from error


def export(log: StoredLog, directory: Path, told: Callable[[int], None] = lambda _: None) -> int:
    """Write the log's published form into an empty directory and return how many files that were.

    Errors: `OSError`; `ShapeError` when entries are missing: then there is no checkpoint in the directory.
    """
    count = 0
    for tile in (*tiles_of(log.size), *bundles_of(log.size)):
        path = directory / tile.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(log.read(tile))
        count += 1
        if tile.is_entries:
            told(tile.n * TILE_WIDTH + tile.width)
    with (directory / CHECKPOINT).open("xb") as file:
        file.write(log.checkpoint.encode())
        file.flush()
        os.fsync(file.fileno())
    return count + 1


def tree_of(log: StoredLog) -> TiledTree:
    """Return the tree under a log's checkpoint, whose proofs read a few tiles."""
    return TiledTree(log.size, log.read)
