"""The window: every property's published ledger, read for outsiders under the auditor's role.

Trust: whoever holds it can read salted commitments and signed heads of every property. It reaches no opening, no
record and no key; nothing asks the keeper.

Rules:
* Nothing is given beyond the newest signed checkpoint. Sizes only grow, so a size once seen is never asked for again.
* A few connections, one query a tile, and as many readers at once: the rest wait their turn, so that a mirror which
  asks without end takes little from the desk, whose connections the readers' keys are checked on.
* What is signed never changes, so no two queries need one snapshot.

Left to others: who may read (the office knows the keys), addresses and headers (the face).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout

from discretion.watch.published import SQL, LogAwayError, UnpublishedError, put_together, readings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from discretion.ledger.tile import Tile

CONNECTIONS_MAX = 3
_WAIT_SECONDS = 5.0
_OPTIONS = "-c search_path=pg_catalog -c statement_timeout=10s -c default_transaction_read_only=on -c jit=off"


class Window:
    """The ledgers of one installation, by property; `turns` is held by whoever serves one reader."""

    def __init__(self, conninfo: str) -> None:
        """Say where the database is; a connection is made when somebody reads."""
        self.turns = asyncio.Semaphore(CONNECTIONS_MAX)
        self._sizes: dict[bytes, int] = {}
        self._pool: AsyncConnectionPool[psycopg.AsyncConnection[Any]] = AsyncConnectionPool(
            conninfo,
            kwargs={"autocommit": True, "options": _OPTIONS},
            min_size=0,
            max_size=CONNECTIONS_MAX,
            timeout=_WAIT_SECONDS,
            open=False,
            check=AsyncConnectionPool.check_connection,
            name="window",
        )

    async def __aenter__(self) -> Self:
        """Be ready for readers. A database that is away shows when somebody reads."""
        await self._pool.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> None:
        """Give every connection back."""
        await self._pool.close()

    async def checkpoint(self, property_id: bytes) -> bytes:
        """Return the newest signed checkpoint. Errors: `UnpublishedError`, `LogAwayError`."""
        rows = await self._rows(property_id, "published", {})
        if not rows:
            raise UnpublishedError
        self._sizes[property_id] = max(rows[0][0], self._sizes.get(property_id, 0))
        return bytes(rows[0][1])

    async def read(self, property_id: bytes, tile: Tile) -> bytes:
        """Return the bytes of a tile or bundle.

        Errors: `UnpublishedError` when no signed checkpoint covers all of it, or entries of it are missing;
        `LogAwayError`.
        """
        if not tile.is_of(self._sizes.get(property_id, 0)):
            await self.checkpoint(property_id)
            if not tile.is_of(self._sizes[property_id]):
                raise UnpublishedError
        for reading in readings(tile):
            raw = put_together(tile, reading, await self._rows(property_id, reading.query, reading.params))
            if raw is not None:
                return raw
        raise UnpublishedError

    async def _rows(self, property_id: bytes, query: str, params: Mapping[str, int]) -> list[tuple[Any, ...]]:
        try:
            async with self._pool.connection() as connection, connection.cursor(binary=True) as cursor:
                await cursor.execute(SQL[query], {"property_id": property_id.hex(), **params})
                return await cursor.fetchall()
        except (psycopg.OperationalError, PoolTimeout, PoolClosed) as error:
            raise LogAwayError("the database is away") from error
