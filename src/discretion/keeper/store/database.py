"""The keeper's connections to PostgreSQL, under its own role.

Trust: whoever holds these connections reads facts, wrapped keys and ledger, but no sealed box: those leave only through
`ledger.record_round` and the two search functions, each against an entry.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from discretion.keeper.store.statement import Answers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from psycopg.pq.abc import PGresult

    from discretion.keeper.store.statement import Statement

# Point look-ups by primary key, whatever the planner believes of tables that were empty when it planned.
_OPTIONS = (
    "-c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off -c enable_hashjoin=off "
    "-c enable_mergejoin=off -c enable_material=off -c synchronous_commit=on -c search_path=pg_catalog "
    "-c statement_timeout=30s"
)


class StoreError(Exception):
    """The database did not do what was asked.

    StoreError
    ├── LostRaceError      another round advanced the head first; run again from the facts
    ├── WriteRefusedError  a write of an ask touched no row: what it rested on has changed
    └── StoreAwayError     the database is away, or its answer was lost: nobody knows whether the round is in
    """


class LostRaceError(StoreError):
    """Another round was first."""


class WriteRefusedError(StoreError):
    """A write rested on something that has changed."""


class StoreAwayError(StoreError):
    """No connection, or the connection was lost."""


class Uid(bytes):
    """Sixteen bytes that PostgreSQL knows as a uuid; spares the uuid objects on the hot path."""

    __slots__ = ()


class _UidDumper(Dumper):
    oid = 2950
    format = Format.BINARY

    def dump(self, obj: Uid) -> bytes:
        return obj


psycopg.adapters.register_dumper(Uid, _UidDumper)


def uid_or_none(raw: bytes) -> Uid | None:
    """Return `raw` as a uuid, or None when it is empty."""
    return Uid(raw) if raw else None


class Database:
    """One connection, opened again after it was lost. Not for use by two tasks at once."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._answers: Answers | None = None

    async def connection(self) -> psycopg.AsyncConnection[Any]:
        """Return an open connection in autocommit, for the driver's own use.

        Errors: `StoreAwayError`.
        """
        if self._answers is not None:
            self._answers.leave()
        if self._connection is None or self._connection.closed:
            try:
                self._connection = await psycopg.AsyncConnection.connect(
                    self._conninfo, autocommit=True, prepare_threshold=0, options=_OPTIONS,
                )
            except psycopg.Error as error:
                raise StoreAwayError("the database does not take connections") from error
            self._answers = Answers(self._connection.pgconn)
        return self._connection

    async def rows(self, query: str, params: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Return all rows of `query`, in binary format.

        Errors: `StoreAwayError`; `LostRaceError` for a lost compare-and-swap or a request id that another round took.
        """
        with _told():
            connection = await self.connection()
            cursor = connection.cursor(binary=True)
            await cursor.execute(query, params)
            return await cursor.fetchall() if cursor.description else []

    async def run(self, statement: Statement, params: Iterable[bytes | None]) -> PGresult:
        """Return the binary result of a prepared statement. Errors: as `rows`."""
        with _told():
            if self._answers is None or self._connection is None or self._connection.closed:
                await self.connection()
            return await cast("Answers", self._answers).run(statement, params)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit what is done inside, or nothing.

        Errors: as `rows`; an error at COMMIT is `StoreAwayError`, and the outcome is then unknown.
        """
        with _told():
            connection = await self.connection()
            try:
                async with connection.transaction():
                    try:
                        yield
                    finally:
                        cast("Answers", self._answers).leave()
            except BaseException:
                cast("Answers", self._answers).forget()
                raise

    async def write_one(self, query: str, params: Mapping[str, object]) -> None:
        """Run a write that must touch exactly one row.

        Errors: `WriteRefusedError` when it touched another number, or broke a constraint.
        """
        with _told():
            connection = await self.connection()
            try:
                cursor = await connection.execute(query, params)
            except psycopg.IntegrityError as error:
                raise WriteRefusedError("what this write rested on has changed") from error
            if cursor.rowcount != 1:
                raise WriteRefusedError("what this write rested on has changed")

    async def copy_rows(self, query: str, types: list[str], rows: list[tuple[Any, ...]]) -> None:
        """Write `rows` by a binary COPY. Errors: as `rows`."""
        with _told():
            connection = await self.connection()
            async with connection.cursor().copy(query) as copy:
                copy.set_types(types)
                for row in rows:
                    await copy.write_row(row)

    async def close(self) -> None:
        """Close the connection; the next use opens another."""
        if self._connection is not None:
            cast("Answers", self._answers).leave()
            await self._connection.close()
            self._connection = None


class _told:  # noqa: N801 - reads as a word at its use
    """Turn the driver's errors into the store's family; `LostRaceError` also for a request id entered meanwhile."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (psycopg.errors.SerializationFailure, psycopg.errors.UniqueViolation)):
            raise LostRaceError("another round was first") from error
        if isinstance(error, psycopg.OperationalError):
            raise StoreAwayError("the database went away") from error
