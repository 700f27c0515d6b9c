"""Proofs: that an entry is in the ledger, under a signed checkpoint; and how the ledger stands.

Rules:
* A proof brings leaf, path and checkpoint: what every auditor outside may have, and nothing of an opening.
* The checkpoint is the newest kept one; one is signed and kept first where an entry is younger than that.
* Tiles are read as an outsider reads them: nothing is proved from what is remembered.
* A ledger was closed because something was wrong with it: of its proofs only those that hold are given.

Left to others: checking (whoever asked, with a verifier of their own).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.keeper.publish import publish
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.ledger.errors import LedgerError
from discretion.ledger.proof_file import check_proof, write_proof
from discretion.ledger.tile import TILE_WIDTH, Tile, TiledTree
from discretion.ledger.trust import Trust
from discretion.wire.entries import LedgerState, Proofs, ProvedEntry, ProveEntries, ReadLedgerState, WitnessSeen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.keeper.answer import Room
    from discretion.keeper.store.database import Database

_SQL, _RECORDS = queries("publish.sql"), queries("records.sql")
_HEAD = queries("round.sql")["head"]


async def answer(message: ProveEntries | ReadLedgerState, room: Room, database: Database) -> Proofs | LedgerState:
    """Return what is asked for: of the entries that there are, a proof each; one that cannot be made is an empty text.

    Errors: as `Database.rows`.
    """
    place, vkey = Uid(room.property_id), room.signer.verifier.vkey
    size, note = await _newest_checkpoint(place, database)
    if isinstance(message, ReadLedgerState):
        ((_, _, head_size, root, _),) = await database.rows(_HEAD, {"p": place})
        witnessing = room.witnessing
        return LedgerState(
            size=head_size, root=root, vkey=vkey, checkpoint_size=size, checkpoint=note,
            witnesses=[WitnessSeen(name=name, size=seen, at=at) for name, (seen, at) in witnessing.seen.items()],
            lag_seconds=int(witnessing.lag_seconds()), is_alarm=witnessing.is_alarmed,
        )
    return await prove(message.indexes, room, database)


async def prove(indexes: Sequence[int], room: Room, database: Database) -> Proofs:
    """Return a proof for each of these entries that there is. Errors: as `Database.rows`."""
    place = Uid(room.property_id)
    size, note = await _newest_checkpoint(place, database)
    if size <= max(indexes, default=-1):
        await publish(room, database)
        size, note = await _newest_checkpoint(place, database)
    leaves = dict(await database.rows(_RECORDS["leaves"], {"p": place, "indexes": list(indexes)}))
    tree = _Tree(size, place, database)
    items = [
        ProvedEntry(index=index, leaf=leaves[index], proof=await tree.proof(index, note))
        for index in indexes if index in leaves and index < size
    ]
    return Proofs(items=items, vkey=room.signer.verifier.vkey)


async def prove_closed(number: int, leaves: Mapping[int, bytes], room: Room, database: Database) -> Proofs:
    """Return a proof for each of these entries of a closed ledger, under its newest checkpoint and its own key.

    A proof is "" where no checkpoint covers the entry, or where what is kept does not lead to it.
    Errors: as `Database.rows`.
    """
    place = Uid(room.property_id)
    ((vkey, size, note),) = await database.rows(_SQL["closed_checkpoint"], {"p": place, "closed": number})
    tree, trust = _Tree(size, place, database, number), Trust.of_key(vkey)
    items = []
    for index, leaf in leaves.items():
        proof = await tree.proof(index, note.decode())
        try:
            check_proof(proof, leaf, trust)
        except LedgerError:
            proof = ""
        items.append(ProvedEntry(index=index, leaf=leaf, proof=proof))
    return Proofs(items=items, vkey=vkey)


class _Tree:
    """The tree under a checkpoint, of a closed ledger by its number; each tile is read once, when first needed."""

    def __init__(self, size: int, place: Uid, database: Database, closed: int = 0) -> None:
        self._place = place
        self._closed = closed
        self._database = database
        self._read: dict[Tile, bytes] = {}
        self._tree = TiledTree(size, self._read.__getitem__)

    async def proof(self, index: int, note: str) -> str:
        """Return the proof file of one entry; "" when hashes are gone from the tables: nothing is proved then."""
        while True:
            try:
                return write_proof(self._tree.prove_inclusion(index), note)
            except KeyError as unread:
                (tile,) = unread.args
                self._read[tile] = await self._tile(tile)
            except LedgerError:
                return ""

    async def _tile(self, tile: Tile) -> bytes:
        """Return a tile's hashes: those of entries, or the roots of the full tiles below."""
        first = tile.n * TILE_WIDTH
        params = {"p": self._place, "level": tile.level - 1, "first": first, "end": first + tile.width}
        name = "tile_roots" if tile.level else "leaf_hashes"
        if self._closed:
            name, params["closed"] = f"closed_{name}", self._closed
        rows = await self._database.rows(_SQL[name], params)
        return b"".join(row[0] for row in rows)


async def _newest_checkpoint(place: Uid, database: Database) -> tuple[int, str]:
    rows = await database.rows(_SQL["newest_checkpoint"], {"p": place})
    return (rows[0][0], rows[0][1].decode()) if rows else (-1, "")
