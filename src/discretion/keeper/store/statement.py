"""Prepared statements in PostgreSQL's own binary form, for the two queries that every look-up waits for.

Everything else goes through the driver's cursors. These two spare its conversions: a round sends and reads a few
thousand
values, nearly all of them 16 or 32 bytes that need no conversion at all.
"""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg.pq.abc import PGconn, PGresult

BYTEA, INT2, INT4, INT8, UUID, DATE = 17, 21, 23, 20, 2950, 1082
_ARRAYS = {BYTEA: 1001, INT2: 1005, INT4: 1007, INT8: 1016, UUID: 2951}
# A loop by libuv stops watching a socket that reports an error, without a word: whoever waits looks again by itself.
LOOK_EVERY_SECONDS = 0.5
_HEAD = struct.Struct(">iiIii")
_LENGTH = struct.Struct(">i")
_NULL = b"\xff\xff\xff\xff"
_UUID_LENGTH = _LENGTH.pack(16)
_PACKERS = {INT2: struct.Struct(">ih"), INT4: struct.Struct(">ii"), INT8: struct.Struct(">iq")}


class Statement:
    """One statement and the types of its parameters, prepared once a connection."""

    def __init__(self, name: str, sql: str, types: Sequence[int]) -> None:
        self.name = name.encode()
        self.sql = sql.encode()
        self.types = list(types)
        self.formats = [1] * len(self.types)


def array_type(element: int) -> int:
    """Return the type of an array of `element`."""
    return _ARRAYS[element]


def bytes_array(element: int, values: Sequence[bytes | None]) -> bytes:
    """Return a one-dimensional array of byte strings or uuids; empty values of a uuid array are null."""
    if not values:
        return _HEAD.pack(0, 0, element, 0, 1)[:12]
    parts = [_HEAD.pack(1, 1, element, len(values), 1)]
    if element == UUID:
        parts += [_UUID_LENGTH + value if value else _NULL for value in values]
    else:
        pack = _LENGTH.pack
        parts += [_NULL if value is None else pack(len(value)) + value for value in values]
    return b"".join(parts)


def number_array(element: int, values: Sequence[int]) -> bytes:
    """Return a one-dimensional array of whole numbers."""
    if not values:
        return _HEAD.pack(0, 0, element, 0, 1)[:12]
    packer = _PACKERS[element]
    size = packer.size - 4
    return _HEAD.pack(1, 0, element, len(values), 1) + b"".join([packer.pack(size, value) for value in values])


def number(raw: bytes) -> int:
    """Return a whole number of any width."""
    return int.from_bytes(raw, "big", signed=True)


def read_bytes_array(raw: bytes) -> list[bytes | None]:
    """Return the elements of a one-dimensional array of byte strings."""
    values: list[bytes | None] = []
    at = _HEAD.size
    while at < len(raw):
        (size,) = _LENGTH.unpack_from(raw, at)
        at += 4
        if size < 0:
            values.append(None)
        else:
            values.append(raw[at:at + size])
            at += size
    return values


def read_numbers_array(raw: bytes) -> Sequence[int]:
    """Return the elements of a one-dimensional array of four-byte numbers without nulls."""
    count = (len(raw) - _HEAD.size) // 8
    return struct.unpack_from(">" + "4xi" * count, raw, _HEAD.size)


class Answers:
    """Runs statements on one connection; between them its socket stays registered with the loop.

    Not for two tasks at once. `leave` before the driver itself waits on the connection: both would take the socket.
    """

    def __init__(self, pgconn: PGconn) -> None:
        self._pgconn = pgconn
        self._loop = asyncio.get_running_loop()
        self._prepared: set[bytes] = set()
        self._waiter: asyncio.Future[None] | None = None
        self._socket = -1  # while it is registered
        self._looking: asyncio.TimerHandle | None = None

    async def run(self, statement: Statement, params: Iterable[bytes | None]) -> PGresult:
        """Return the binary result of a statement, preparing it first on a connection that does not know it.

        Errors: the driver's, by SQLSTATE; `psycopg.OperationalError` when the connection is lost.
        """
        pgconn = self._pgconn
        try:
            if statement.name not in self._prepared:
                pgconn.send_prepare(statement.name, statement.sql, statement.types)
                await self._result()
                self._prepared.add(statement.name)
            pgconn.send_query_prepared(statement.name, list(params), statement.formats, 1)
            return await self._result()
        except BaseException:
            self.leave()  # at once: of a lost connection the socket is closed, and its number soon another's
            raise

    def forget(self) -> None:
        """Prepare everything anew: the driver deallocates all statements with a rollback, ours too."""
        self._prepared.clear()

    def leave(self) -> None:
        """Give the socket back."""
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        if self._socket >= 0:
            self._loop.remove_reader(self._socket)
            self._socket = -1

    async def _result(self) -> PGresult:
        pgconn = self._pgconn
        found: PGresult | None = None
        while pgconn.flush():
            await self._writable()
        while True:
            while pgconn.is_busy():
                await self._readable()
                pgconn.consume_input()
            result = pgconn.get_result()
            if result is None:
                break
            found = result  # a COMMIT that fails comes as a second result, after the rows
        if found is None or pgconn.transaction_status == TransactionStatus.UNKNOWN:
            raise psycopg.OperationalError("the connection was lost")
        if found.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise psycopg.errors.error_from_result(found)
        return found

    async def _readable(self) -> None:
        self._waiter = self._loop.create_future()
        if self._socket < 0:
            self._socket = self._pgconn.socket
            self._loop.add_reader(self._socket, self._heard)
            self._looking = self._loop.call_later(LOOK_EVERY_SECONDS, self._look)
        await self._waiter

    def _look(self) -> None:
        self._looking = self._loop.call_later(LOOK_EVERY_SECONDS, self._look)
        if self._waiter is not None:
            _set(self._waiter)

    def _heard(self) -> None:
        if self._waiter is None or self._waiter.done():
            self.leave()  # the server speaks and nobody asked: it went away, which the next statement will find
        else:
            self._waiter.set_result(None)

    async def _writable(self) -> None:
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_writer(self._pgconn.socket, _set, waiter)
        try:
            await asyncio.wait([waiter], timeout=LOOK_EVERY_SECONDS)
        finally:
            self._loop.remove_writer(self._pgconn.socket)


def _set(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
