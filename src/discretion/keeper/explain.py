"""Explain: all entries of one guest, with proofs, for the privacy officer who answers that guest.

Rules:
* The asking is an entry of that guest before anything is read, and stands in the list.
* Entries are found by the guest's own tags, 1 to the last, in closed ledgers too; the tag after it must stand nowhere.
  So the list is complete, or says which of them are missing.
* What comes back is what the entries say, each part with its salt: whoever has it can make the leaf again.

Left to others: words for people, files (the command line).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discretion.keeper.entries import line_of
from discretion.keeper.papers import Ask, AskKind, Opened
from discretion.keeper.proofs import prove, prove_closed
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.keyring import SealError, tag_key
from discretion.keeper.vault.opening import key_ids_of, opening_keys, plain_parts
from discretion.ledger.leaf import decode_leaf, tag
from discretion.wire.lookup import Failed
from discretion.wire.upkeep import EXPLAINED_MAX, Explained, ExplainedEntry, ExplainGuest

if TYPE_CHECKING:
    from discretion.keeper.rounds import Rounds
    from discretion.keeper.store.database import Database

_SQL = queries("records.sql")


async def explain(message: ExplainGuest, rounds: Rounds, database: Database) -> Explained | Failed:
    """Enter the asking, and return the guest's entries below `message.before_seq`, oldest first.

    `Failed` is `not_found` when there is no such guest, `unavailable` when the guest's key does not open.
    Errors: `RoundError`; as `Database.rows`.
    """
    place = Uid(rounds.room.property_id)
    ask = Ask(AskKind.EXPLAIN, message.request_id, guest_id=message.guest_id, details=(("by", message.by),))
    (reply,) = await rounds.ask([ask])
    if not isinstance(reply, Opened):
        return Failed(code="conflict")
    rows = await database.rows(_SQL["counter"], {"p": place, "guest": Uid(message.guest_id)})
    if not rows:
        return Failed(code="not_found")
    ((key_id, wrapped, epoch, last),) = rows
    try:
        key = rounds.room.keyring.guest_key(message.guest_id, key_id, wrapped)
    except SealError:
        return Failed(code="unavailable")
    secret = tag_key(key, epoch)
    end = min(last, message.before_seq - 1)
    first = max(1, end - EXPLAINED_MAX + 1)
    seqs = {tag(secret, seq): seq for seq in (*range(first, end + 1), last + 1)}
    found = await database.rows(_SQL["entries_by_tag"], {"p": place, "tags": list(seqs)})
    items, vkeys = await _explained({seqs[decode_leaf(row[1]).tag]: row for row in found}, rounds, database)
    has_more = items and items[-1].seq > last  # a tag that was never given: the counter was set back
    return Explained(
        entry=reply.receipt.committed.draft.index, last_seq=last, first_seq=first, is_complete=not has_more,
        items=[item for item in items if item.seq <= last], vkey=rounds.room.signer.verifier.vkey, closed_vkeys=vkeys,
    )


async def _explained(
    rows: dict[int, tuple[Any, ...]], rounds: Rounds, database: Database,
) -> tuple[list[ExplainedEntry], dict[int, str]]:
    """Return the entries of these rows by seq, with what their parts say and proofs; and the keys of closed ledgers."""
    room = rounds.room
    found = await database.rows(
        _SQL["opening_keys"], {"p": Uid(room.property_id), "keys": key_ids_of(list(rows.values()))},
    )
    keys = opening_keys(room.keyring, found)
    leaves: dict[int, dict[int, bytes]] = {}
    for row in rows.values():
        leaves.setdefault(row[9] or 0, {})[row[0]] = row[1]
    proved = {
        number: await (prove_closed(number, some, room, database) if number else prove(list(some), room, database))
        for number, some in leaves.items()
    }
    proofs = {(number, each.index): each for number, some in proved.items() for each in some.items}
    items = []
    for seq, row in sorted(rows.items()):
        line = line_of(room, row, keys)
        parts = plain_parts(room.keyring, row, keys)
        closed = row[9] or 0
        proof = proofs.get((closed, line.index))
        items.append(ExplainedEntry(
            seq=seq, closed=closed, line=line, parts=(parts[0], parts[1], parts[2]),
            leaf=proof.leaf if proof else b"", proof=proof.proof if proof else "",
        ))
    return items, {number: some.vkey for number, some in proved.items() if number}
