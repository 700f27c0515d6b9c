"""A ledger in its published form: the signed checkpoint, tiles of hashes, bundles of entries. C2SP tlog-tiles v0.1.0.

Rules:
* It is read with the auditor's rights: entries without their openings, nothing about people.
* Two sources, the database and a directory, answer alike; whoever checks does not see the difference.
* A directory gets its checkpoint last: one that was not finished has none, and proves nothing.
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
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHECKPOINT = "checkpoint"
FILE_SIZE_BYTES_MAX = TILE_WIDTH * (2 + 65_535)
_OPTIONS = "-c search_path=pg_catalog -c statement_timeout=60s -c default_transaction_isolation=repeatable\\ read"
_SQL = queries("ledger.sql")


class PublishedError(Exception):
    """A published log cannot be read.

    PublishedError
    ├── UnpublishedError  there is no signed checkpoint to read under
    └── LogAwayError      the database is away
    """


class UnpublishedError(PublishedError):
    """There is no signed checkpoint to read under."""


class LogAwayError(PublishedError):
    """The database is away."""


class StoredLog:
    """One property's ledger in the database, as of its newest checkpoint; `vkey` is the key the database names."""

    def __init__(self, connection: psycopg.Connection[Any], property_id: bytes) -> None:
        """Read the checkpoint. Errors: `UnpublishedError` when none is signed yet."""
        self._connection = connection
        self._property = property_id.hex()
        row = self._row("published")
        if row is None:
            raise UnpublishedError
        self.size: int = row[0]
        self.checkpoint: str = bytes(row[1]).decode()
        self.vkey: str = row[2]

    def read(self, tile: Tile) -> bytes:
        """Return the bytes of a tile or a bundle. Errors: `ShapeError` when entries of it are missing."""
        run = {"first": tile.n * TILE_WIDTH, "end": tile.n * TILE_WIDTH + tile.width}
        if tile.is_entries:
            return encode_bundle(self._hashes("leaves", tile, **run))
        if tile.width == TILE_WIDTH:
            kept = self._row("tile", level=tile.level, n=tile.n)
            if kept is not None:
                return bytes(kept[0])
        if tile.level == 0:
            return b"".join(self._hashes("leaves", tile, column=1, **run))
        return b"".join(self._hashes("roots", tile, level=tile.level - 1, **run))

    def entries(self, first: int, end: int) -> list[bytes]:
        """Return what a run of entries commits to, 120 bytes each. Errors: `ShapeError` when some are missing."""
        return self._hashes("leaves", Tile(0, first, end - first), first=first, end=end)

    def cosigned(self) -> dict[str, int]:
        """Return, by witness, the largest size it has cosigned."""
        with self._connection.cursor(binary=True) as cursor:
            rows = cursor.execute(_SQL["cosigned"], {"property_id": self._property}).fetchall()
        return {name: size for name, size, _ in rows}

    def entry(self, index: int) -> bytes:
        """Return what entry `index` commits to, 120 bytes. Errors: `ShapeError` when it is missing."""
        return self.entries(index, index + 1)[0]

    def _hashes(self, query: str, tile: Tile, *, column: int = 0, **params: object) -> list[bytes]:
        with self._connection.cursor(binary=True) as cursor:
            rows = cursor.execute(_SQL[query], {"property_id": self._property, **params}).fetchall()
        if len(rows) != tile.width:
            raise ShapeError(f"{tile.path} is not whole")
        return [bytes(row[column]) for row in rows]

    def _row(self, query: str, **params: object) -> tuple[Any, ...] | None:
        with self._connection.cursor(binary=True) as cursor:
            return cursor.execute(_SQL[query], {"property_id": self._property, **params}).fetchone()


class DirectoryLog:
    """A log in a directory, as `export` or any other tool of the format wrote it."""

    def __init__(self, directory: Path) -> None:
        """Read the checkpoint. Errors: `UnpublishedError` when the directory has none."""
        self._directory = directory
        try:
            self.checkpoint = (directory / CHECKPOINT).read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise UnpublishedError from error

    def read(self, tile: Tile) -> bytes:
        """Return the bytes of a tile or bundle; one that is not full may be cut from the full one that came after it.

        Errors: `ShapeError` when there is neither.
        """
        for path in (tile.path, Tile(tile.level, tile.n, is_entries=tile.is_entries).path):
            try:
                with (self._directory / path).open("rb") as file:
                    raw = file.read(FILE_SIZE_BYTES_MAX + 1)
            except OSError:
                continue
            if path == tile.path:
                return raw
            return _cut(raw, tile)
        raise ShapeError(f"{tile.path} is missing")


def _cut(raw: bytes, tile: Tile) -> bytes:
    """Return the part of a full tile or bundle that the smaller one had."""
    if not tile.is_entries:
        return raw[:tile.width * 32]
    end = 0
    for _ in range(tile.width):
        end += 2 + int.from_bytes(raw[end:end + 2], "big")
    return raw[:end]


@contextmanager
def stored_log(conninfo: str, property_id: bytes) -> Iterator[StoredLog]:
    """Give a ledger of the database, all of it read from one snapshot.

    Errors: `UnpublishedError`; `LogAwayError`.
    """
    try:
        with psycopg.connect(conninfo, options=_OPTIONS) as connection:
            yield StoredLog(connection, property_id)
    except psycopg.OperationalError as error:
        raise LogAwayError from error


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
            row = connection.execute(_SQL["ledger"], given).fetchone()
            seen = connection.execute(_SQL["cosigned"], given).fetchall()
    except psycopg.OperationalError as error:
        raise LogAwayError from error
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
            return {row[0].bytes: row[1] for row in connection.execute(_SQL["origins"]).fetchall()}
    except psycopg.OperationalError as error:
        raise LogAwayError from error


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
