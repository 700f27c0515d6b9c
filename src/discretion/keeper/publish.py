"""Publish: what outsiders may be given of a ledger: the signed head, and the tree's full tiles, each kept once.

Rules:
* What is signed is the last head that the signer remembers: committed, and durable on disk before it goes out.
* The tiles under it are kept before it is.
* No look-up waits for this: tiles are made from committed entries, when the operator's worker asks.
* A tile is written once; another keeper's is as good, since both follow from the same entries.

Left to others: what is not full yet (whoever exports reads it from the entries), checking (`rescan`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.ledger.checkpoint import sign_checkpoint
from discretion.ledger.tile import TILE_HEIGHT, TILE_WIDTH, tile_root

if TYPE_CHECKING:
    from discretion.keeper.answer import Room
    from discretion.keeper.store.database import Database

TILES_AT_ONCE = 64
_SQL = queries("publish.sql")


async def publish(room: Room, database: Database) -> tuple[int, bool]:
    """Return the size signed last, and whether it grew; its full tiles are kept then, and its checkpoint.

    Errors: as `Database.rows`; `OSError` when the signer's memory cannot be brought to the disk.
    """
    place, head = Uid(room.property_id), room.memory.frontier.head()
    await keep_tiles(place, head.size, database)
    ((last,),) = await database.rows(_SQL["last_checkpoint"], {"p": place})
    if head.size > last:
        await asyncio.to_thread(room.memory.sync)
        note = sign_checkpoint(room.signer, head)
        await database.rows(_SQL["add_checkpoint"], {"p": place, "size": head.size, "note": note.encode()})
    room.witnessing.publish(head.size)
    return head.size, head.size > last


async def keep_tiles(place: Uid, size: int, database: Database) -> None:
    """Keep every full tile of the first `size` entries that is not kept yet, level by level.

    Errors: as `Database.rows`.
    """
    level, count = 0, size
    while count >= TILE_WIDTH:
        source = _SQL["leaf_hashes"] if level == 0 else _SQL["tile_roots"]
        ((kept,),) = await database.rows(_SQL["tiles_kept"], {"p": place, "level": level})
        for first in range(kept, count // TILE_WIDTH, TILES_AT_ONCE):
            last = min(first + TILES_AT_ONCE, count // TILE_WIDTH)
            rows = await database.rows(source, {
                "p": place, "level": level - 1, "first": first * TILE_WIDTH, "end": last * TILE_WIDTH,
            })
            hashes = [row[0] for row in rows]
            tiles = [hashes[at:at + TILE_WIDTH] for at in range(0, len(hashes), TILE_WIDTH)]
            await database.rows(_SQL["add_tiles"], {
                "p": place, "level": level, "numbers": list(range(first, last)),
                "roots": [tile_root(tile) for tile in tiles], "datas": [b"".join(tile) for tile in tiles],
            })
        level, count = level + 1, count >> TILE_HEIGHT
