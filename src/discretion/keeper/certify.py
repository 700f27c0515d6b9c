"""Certify: what proves that an erasure was carried out, for whoever asked for it.

Rules:
* Only the context part of the erasure's entry leaves, with its salt: who carried it out stays in the ledger.
* What it says can be checked without the keeper: the leaf commits to the context, the proof leads to a signed head.
* An entry that does not name the order proves nothing of it, and is not given.

Left to others: the file it becomes, and checking it (the command line).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.keeper.proofs import prove, prove_closed
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.opening import key_ids_of, opening_keys, plain_parts
from discretion.ledger.leaf import SALT_SIZE_BYTES
from discretion.wire.erasure import ErasureProof
from discretion.wire.lookup import Failed

if TYPE_CHECKING:
    from discretion.keeper.answer import Room
    from discretion.keeper.store.database import Database
    from discretion.wire.erasure import CertifyErasure

_SQL, _RECORDS, _GUESTS = queries("erasure.sql"), queries("records.sql"), queries("guests.sql")


async def certify(message: CertifyErasure, room: Room, database: Database) -> ErasureProof | Failed:
    """Return the proof of a done order. `Failed` is `not_found`, or `unavailable` when it cannot be proved.

    Errors: as `Database.rows`.
    """
    place = Uid(room.property_id)
    rows = await database.rows(_SQL["certified"], {"p": place, "order": Uid(message.order_id)})
    if not rows:
        return Failed(code="not_found")
    ((entry, counts, swept_at, closed),) = rows
    found = await database.rows(_GUESTS["entries_at"], {"p": place, "indexes": [entry], "ledger": closed})
    named = {"p": place, "keys": key_ids_of(found)}
    keys = opening_keys(room.keyring, await database.rows(_RECORDS["opening_keys"], named))
    context = plain_parts(room.keyring, found[0], keys)[2] if found else b""
    if not context or message.order_id.hex().encode() not in context:
        return Failed(code="unavailable")
    leaves = {entry: found[0][1]}
    proved = await (prove_closed(closed, leaves, room, database) if closed else prove(list(leaves), room, database))
    if not proved.items or not proved.items[0].proof:
        return Failed(code="unavailable")
    (item,) = proved.items
    return ErasureProof(
        entry=entry, leaf=item.leaf, salt=context[:SALT_SIZE_BYTES], context=context[SALT_SIZE_BYTES:],
        proof=item.proof, vkey=proved.vkey, counts=counts.encode(), swept_at=swept_at,
    )
