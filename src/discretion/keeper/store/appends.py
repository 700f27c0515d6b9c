"""The one way into the ledger: a round's drafts in one transaction, under a new head.

Rules:
* The head advances by compare-and-swap on (size, root) in the transaction that inserts the entries; no index has a gap.
* `Committed` is made here alone, and only after COMMIT has returned.
* Boxes come back in the statement that enters the asks which name them, and in no other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.keeper.papers import Allowed, Committed, Draft
from discretion.keeper.store.database import LostRaceError, Uid, WriteRefusedError
from discretion.keeper.store.sql import queries
from discretion.keeper.store.statement import (
    BYTEA,
    DATE,
    INT2,
    INT4,
    INT8,
    UUID,
    Statement,
    array_type,
    bytes_array,
    number,
    number_array,
    read_bytes_array,
    read_numbers_array,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.keeper.papers import Usage
    from discretion.keeper.store.database import Database
    from discretion.ledger.tree import Frontier

_BYTES, _UUIDS = array_type(BYTEA), array_type(UUID)
_INT2S, _INT4S, _INT8S = array_type(INT2), array_type(INT4), array_type(INT8)
_RECORD = Statement("record_round", queries("round.sql")["record_round"], [
    UUID, INT8, BYTEA, INT8, BYTEA, BYTEA, _BYTES, _BYTES, _UUIDS, _UUIDS, _UUIDS, _BYTES, _BYTES, _BYTES,
    _UUIDS, _INT4S, _INT8S, _INT8S, _UUIDS, DATE, _INT2S, _UUIDS, _INT2S, _UUIDS, _INT2S, _INT4S, _INT4S,
    _UUIDS, _INT8S, _UUIDS, _INT4S,
])
_USE = queries("round.sql")["use_approval"]
_LEAF_HASHES = queries("publish.sql")["leaf_hashes"]
_DAY_ONE = 730_120  # date(2000, 1, 1).toordinal(): PostgreSQL counts days from there


class Appends:
    """Appends for one property, over one connection."""

    def __init__(self, database: Database, property_id: bytes) -> None:
        self._database = database
        self._property = Uid(property_id)

    async def append(self, drafts: Sequence[Draft], before: Frontier, after: Frontier, usage: Usage) -> list[Committed]:
        """Enter all `drafts` in the order given and return them after COMMIT.

        Shapes: `before` is the tree without, `after` the tree with them; `usage` what the round counts.
        Errors: `LostRaceError` when another round was first (nothing is entered, run again from the facts);
        `WriteRefusedError` when a write of an ask touched no row (nothing is entered); `StoreAwayError` when the
        connection was lost: then the outcome is unknown, and a retry finds its entry by request id.
        """
        params = _params(self._property, drafts, before, after, usage)
        doing = [
            (draft, draft.judged) for draft in drafts
            if isinstance(draft.judged, Allowed) and (draft.judged.facts.ask.writes or draft.judged.uses)
        ]
        if doing:
            async with self._database.transaction():
                for draft, allowed in doing:
                    await self._write(draft, allowed)
                result = await self._database.run(_RECORD, params)
        else:
            # One statement outside a transaction block: its result is here only once it is committed.
            result = await self._database.run(_RECORD, params)
        value = result.get_value
        opened: dict[int, int] = {number(value(row, 0) or b""): row for row in range(result.ntuples)}
        return [
            Committed(draft, (), ()) if (row := opened.get(place)) is None
            else Committed(draft, read_bytes_array(value(row, 1) or b""), read_numbers_array(value(row, 2) or b""))
            for place, draft in enumerate(drafts, 1)
        ]

    async def _write(self, draft: Draft, allowed: Allowed) -> None:
        """Do what an ask is for, and use up the approvals it rests on.

        Shapes: a write may name what was judged: `entry`, `fact_bits`, `policy`, `relation`.
        """
        guest, decision = allowed.facts.guest, allowed.decision
        judged = {
            "p": self._property, "entry": draft.index, "fact_bits": allowed.fact_bits,
            "policy": decision.policy if decision else b"", "relation": guest.relation if guest else "none",
        }
        for query, values in allowed.facts.ask.writes:
            await self._database.write_one(query, {**judged, **values})
        for use in allowed.uses:
            try:
                await self._database.write_one(_USE, {"p": self._property, "use": Uid(use)})
            except WriteRefusedError as error:  # taken, ended or revoked since the facts were read: read them again
                raise LostRaceError("an approval was used by another") from error

    async def leaf_hashes(self, first: int, end: int) -> list[bytes]:
        """Return the hashes of a run of entries, in order; fewer when some are missing. Errors: as `Database.rows`."""
        rows = await self._database.rows(_LEAF_HASHES, {"p": self._property, "first": first, "end": end})
        return [row[0] for row in rows]


def _params(
    property_id: bytes, drafts: Sequence[Draft], before: Frontier, after: Frontier, usage: Usage,
) -> list[bytes]:
    last = {d.judged.facts.ask.guest_id: d for d in drafts if d.seq}  # the last entry of each guest in this round
    changes = [d for d in drafts if d.judged.facts.ask.change_id]
    opens = [
        d.judged.clear | d.judged.masked if isinstance(d.judged, Allowed) and not d.judged.facts.ask.is_of_copy else 0
        for d in drafts
    ]
    seen, counts = usage.seen, usage.counts
    return [
        property_id,
        before.size.to_bytes(8, "big"),
        before.root(),
        after.size.to_bytes(8, "big"),
        after.root(),
        after.to_bytes(),
        bytes_array(BYTEA, [d.leaf for d in drafts]),
        bytes_array(BYTEA, [d.leaf_hash for d in drafts]),
        bytes_array(UUID, [d.judged.facts.ask.request_id for d in drafts]),
        bytes_array(UUID, [d.guest_key_id for d in drafts]),
        bytes_array(UUID, [d.staff_key_id for d in drafts]),
        *(bytes_array(BYTEA, [d.sealed_parts[part] for d in drafts]) for part in range(3)),
        bytes_array(UUID, list(last)),
        number_array(INT4, [d.judged.facts.guest.tag_epoch if d.judged.facts.guest else 0 for d in last.values()]),
        number_array(INT8, [d.seq for d in last.values()]),
        number_array(INT8, [d.index for d in last.values()]),
        bytes_array(UUID, [s.staff_id for s in seen]),
        (usage.day.toordinal() - _DAY_ONE).to_bytes(4, "big"),
        number_array(INT2, [s.limited for s in seen]),
        bytes_array(UUID, [s.guest_id for s in seen]),
        number_array(INT2, [s.level for s in seen]),
        bytes_array(UUID, [c.staff_id for c in counts]),
        number_array(INT2, [c.limited for c in counts]),
        number_array(INT4, [c.clear for c in counts]),
        number_array(INT4, [c.masked for c in counts]),
        bytes_array(UUID, [d.judged.facts.ask.change_id for d in changes]),
        number_array(INT8, [d.index for d in changes]),
        bytes_array(
            UUID, [d.judged.facts.ask.guest_id if groups else b"" for d, groups in zip(drafts, opens, strict=True)]
        ),
        number_array(INT4, opens),
    ]
