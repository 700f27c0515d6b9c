"""Recorded asks: what look-ups were decided on, counted, so that they can be decided again under another policy.

Rules:
* What leaves is counts by purpose, duty, relation, facts and field groups: no guest, nobody who asked, no time.
* Each opening counts only when it is the one its leaf commits to. Between two of them the look-ups of others go first.

Left to others: deciding again (`discretion.policy.replay`, in the office).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from discretion.keeper.papers import AskKind
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.opening import PartState, key_ids_of, open_parts, opening_keys
from discretion.ledger.errors import LeafError
from discretion.wire.upkeep import Recorded, RecordedAsks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.keeper.answer import Room
    from discretion.keeper.store.database import Database

RUN = 256
ENTRIES_BETWEEN_YIELDS = 2
CLOCKS_APART_SECONDS = 600  # two keepers of a property may stamp entries that far out of order
_LOOKING = frozenset({AskKind.LOOK_UP.value, AskKind.LIST.value})
_SQL = queries("records.sql")


class _Said(Struct):
    at: int = 0
    kind: str = ""
    purpose: str = ""
    duty: str = ""
    asked: tuple[int, int] = (0, 0)
    facts: int = 0
    relation: str = ""
    policy: str = ""


_decode = msgspec.json.Decoder(_Said).decode


async def read_recorded(since_at: int, room: Room, database: Database, lock: asyncio.Lock) -> Recorded:
    """Return the look-ups since `since_at`, in UTC seconds, counted. Errors: as `Database.rows`."""
    place = Uid(room.property_id)
    async with lock:
        ((_, before),) = await database.rows(_SQL["entry_count"], {"p": place})
    counts: Counter[tuple[str, str, str, str, int, int, int]] = Counter()
    unread, is_older = 0, False
    while before > 0 and not is_older:
        first = max(0, before - RUN)
        async with lock:
            rows = await database.rows(_SQL["entries"], {"p": place, "first": first, "count": before - first})
            found = await database.rows(_SQL["opening_keys"], {"p": place, "keys": key_ids_of(rows)})
        keys = opening_keys(room.keyring, found)
        for row in rows:
            if row[0] % ENTRIES_BETWEEN_YIELDS == 0:
                await asyncio.sleep(0)
            said = _opened(room, row, keys)
            if said is None:
                unread += 1
                continue
            staff, context = said
            is_older = is_older or 0 < context.at < since_at - CLOCKS_APART_SECONDS
            if context.at >= since_at and context.kind in _LOOKING and context.policy:
                counts[
                    context.policy, context.purpose, staff.duty, context.relation, context.facts, *context.asked
                ] += 1
        before = first
    items = [RecordedAsks(bytes.fromhex(key[0]), *key[1:], asks) for key, asks in sorted(counts.items())]
    return Recorded(items=items, unread=unread)


def _opened(room: Room, row: Sequence[Any], keys: Mapping[object, bytes]) -> tuple[_Said, _Said] | None:
    """Return what the staff and the context part say; None where either would not open."""
    try:
        _, *parts = open_parts(room.keyring, row, keys)
    except LeafError:
        return None
    if any(state is not PartState.MATCHES for state, _ in parts):
        return None
    return _decode(parts[0][1]), _decode(parts[1][1])
