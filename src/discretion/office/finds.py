"""Results of searches, so that no name stands in an address: kept under a random number, for this sign-in, ten minutes.

A result is guest ids and the number of hits. Showing them again is an ask again, in the keeper.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.office.database import Office

_SQL = queries("finds.sql")
VALID = timedelta(minutes=10)
GUESTS_KEPT_MAX = 20


@dataclass(frozen=True, slots=True)
class FindResult:
    """What a search found. `guest_ids` is empty when there were too many hits to tell."""

    find_id: bytes
    purpose: str
    guest_ids: tuple[bytes, ...]
    hits: int
    at: datetime


async def keep_find(
    office: Office, property_id: bytes, session_id: bytes, *, purpose: str, guest_ids: Sequence[bytes], hits: int,
) -> bytes:
    """Return the random number under which the result is kept.

    Errors: `ValueError` for more than 20 guests: so many are never shown.
    """
    if len(guest_ids) > GUESTS_KEPT_MAX:
        raise ValueError(f"at most {GUESTS_KEPT_MAX} guests are kept")
    find_id = secrets.token_bytes(16)
    async with office.reading() as now:
        await now.run(_SQL["keep"], {
            "property_id": property_id, "find_id": find_id, "session_id": session_id, "purpose": purpose,
            "guest_ids": list(guest_ids), "hits": hits,
        })
    return find_id


async def read_find(office: Office, property_id: bytes, session_id: bytes, find_id: bytes) -> FindResult | None:
    """Return the result, None when it is unknown, another sign-in's or older than ten minutes: these read the same."""
    params: dict[str, Any] = {"property_id": property_id, "session_id": session_id, "find_id": find_id, "valid": VALID}
    async with office.reading() as now:
        rows = await now.dicts(_SQL["read"], params)
    if not rows:
        return None
    row = rows[0]
    return FindResult(row["find_id"], row["purpose"], tuple(row["guest_ids"]), row["hits"], row["at"])
