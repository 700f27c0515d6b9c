"""The office's connections to PostgreSQL, under the role `discretion_office`.

Trust: whoever holds them can change facts (each change is captured by triggers this role cannot disable) and can read
no sealed record, no key and no ledger.

Ids are 16 raw bytes here, as on the hatch: these connections send `bytes` as uuid and bring a uuid back as `bytes`.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self, TypeVar

import psycopg
from psycopg.adapt import AdaptersMap, Buffer, Dumper, Loader
from psycopg.pq import Format
from psycopg.rows import class_row, dict_row
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from types import TracebackType

Row = TypeVar("Row")

_UUID_OID = 2950
_OPTIONS = "-c search_path=pg_catalog -c statement_timeout=30s -c lock_timeout=10s -c jit=off -c timezone=UTC"
_CONNECT_SECONDS = 10.0


class OfficeUnavailableError(Exception):
    """The database is away, or went away before it answered: nobody knows whether the last change was kept."""


class _IdDumper(Dumper):
    oid = _UUID_OID
    format = Format.TEXT

    def dump(self, obj: bytes) -> Buffer:
        return obj.hex().encode("ascii")


class _BinaryIdDumper(Dumper):
    oid = _UUID_OID
    format = Format.BINARY

    def dump(self, obj: bytes) -> Buffer:
        return obj


class _IdLoader(Loader):
    format = Format.TEXT

    def load(self, data: Buffer) -> bytes:
        return bytes.fromhex(bytes(data).replace(b"-", b"").decode("ascii"))


class _BinaryIdLoader(Loader):
    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


def id_adapters() -> AdaptersMap:
    """Return adapters under which `bytes` is a uuid both ways."""
    adapters = AdaptersMap(psycopg.adapters)
    adapters.register_dumper(bytes, _IdDumper)  # lists are sent as text
    adapters.register_dumper(bytes, _BinaryIdDumper)
    adapters.register_loader(_UUID_OID, _IdLoader)
    adapters.register_loader(_UUID_OID, _BinaryIdLoader)
    return adapters


class Statements:
    """Statements on one connection, in the few shapes in which the office asks the database."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self.connection = connection

    async def rows(self, kind: type[Row], query: bytes, params: Mapping[str, object]) -> tuple[Row, ...]:
        """Return every row as `kind`, a class whose fields are the columns."""
        async with self.connection.cursor(row_factory=class_row(kind), binary=True) as cursor:
            await cursor.execute(query, _sendable(params))
            return tuple(await cursor.fetchall())

    async def row(self, kind: type[Row], query: bytes, params: Mapping[str, object]) -> Row | None:
        """Return the first row as `kind`, None when there is none."""
        found = await self.rows(kind, query, params)
        return found[0] if found else None

    async def dicts(self, query: bytes, params: Mapping[str, object]) -> list[dict[str, Any]]:
        """Return every row by column name."""
        async with self.connection.cursor(row_factory=dict_row, binary=True) as cursor:
            await cursor.execute(query, _sendable(params))
            return await cursor.fetchall()

    async def run(self, query: bytes, params: Mapping[str, object]) -> int:
        """Return how many rows the statement touched."""
        return (await self.connection.execute(query, _sendable(params))).rowcount


def _sendable(params: Mapping[str, object]) -> Mapping[str, object]:
    """Return the parameters with NUL, which PostgreSQL has no text for, as a character that nothing stored holds."""
    return {
        name: value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value
        for name, value in params.items()
    }


class Office:
    """The pool of one process."""

    def __init__(self, conninfo: str, *, connections_max: int = 8, is_dry_run: bool = False) -> None:
        """Say where the database is; nothing is connected yet. With `is_dry_run` no change is ever kept."""
        self._is_dry_run = is_dry_run
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] = AsyncConnectionPool(
            conninfo,
            kwargs={"autocommit": True, "options": _OPTIONS, "context": id_adapters()},
            min_size=1,
            max_size=connections_max,
            timeout=_CONNECT_SECONDS,
            open=False,
            check=AsyncConnectionPool.check_connection,
            name="office",
        )

    async def open(self) -> None:
        """Connect. Errors: `OfficeUnavailableError` when the database does not take a connection within 10 seconds."""
        with _told():
            await self._pool.open(wait=True, timeout=_CONNECT_SECONDS)

    async def close(self) -> None:
        """Give every connection back."""
        await self._pool.close()

    async def __aenter__(self) -> Self:
        """Open the pool for the length of the block."""
        try:
            await self.open()
        except OfficeUnavailableError:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        """Close the pool."""
        await self.close()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Statements]:
        """Give a connection on which each statement stands alone. Errors: `OfficeUnavailableError`."""
        with _told():
            async with self._pool.connection() as connection:
                yield Statements(connection)

    @asynccontextmanager
    async def changing(self, *, is_dry_run: bool = False) -> AsyncIterator[Statements]:
        """Give a connection in a transaction: all that is done inside is kept, or nothing; of a dry run, nothing.

        Errors: `OfficeUnavailableError`, also at COMMIT; the outcome is then unknown, and a retry by the same act id
        finds out.
        """
        with _told():
            async with self._pool.connection() as connection, connection.transaction(
                force_rollback=is_dry_run or self._is_dry_run,
            ):
                yield Statements(connection)


class _told:  # noqa: N801 - reads as a word at its use
    """Turn the driver's loss of the database into the office's one error."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, psycopg.errors.QueryCanceled | psycopg.errors.LockNotAvailable):
            raise OfficeUnavailableError("the database did not answer in time") from error
        if isinstance(error, psycopg.errors.OperationalError | PoolTimeout | PoolClosed) and not isinstance(
            error, psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected
        ):
            raise OfficeUnavailableError("the database is away") from error
