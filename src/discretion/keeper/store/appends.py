"""The one way into the ledger: a round's drafts in one transaction, under a new head.

Rules:
* The head advances by compare-and-swap on (size, root) in the transaction that inserts the entries; no index has a gap.
* `Committed` is made here alone, and only after COMMIT has returned.
* Boxes come back in the statement that enters the asks which name them, and in no other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.keeper.papers import Allowed, Committed, Draft, House
from discretion.keeper.store.database import Uid, uid_or_none
from discretion.keeper.store.sql import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.keeper.papers import Usage
    from discretion.keeper.store.database import Database
    from discretion.ledger.tree import Frontier

_RECORD = queries("round.sql")["record_round"]


class Appends:
    """Appends for one property, over one connection."""

    def __init__(self, database: Database, property_id: bytes) -> None:
        self._database = database
        self._property = Uid(property_id)

    async def append(
        self, drafts: Sequence[Draft], hashes: Sequence[bytes], house: House, after: Frontier, usage: Usage,
    ) -> list[Committed]:
        """Enter all `drafts` in the order given and return them after COMMIT.

        Shapes: `hashes` are the drafts' leaf hashes; `after` is the tree with them; `usage` what the round counts.
        Errors: `LostRaceError` when another round was first (nothing is entered, run again from the facts);
        `WriteRefusedError` when a write of an ask touched no row (nothing is entered); `StoreAwayError` when the
        connection was lost: then the outcome is unknown, and a retry finds its entry by request id.
        """
        params = _params(self._property, drafts, hashes, house, after, usage)
        writes = [write for draft in drafts for write in draft.judged.facts.ask.writes if isinstance(draft.judged, Allowed)]
        if writes:
            async with self._database.transaction():
                for query, values in writes:
                    await self._database.write_one(query, {"p": self._property, **values})
                rows = await self._database.rows(_RECORD, params)
        else:
            rows = await self._database.rows(_RECORD, params)
        opened = {number: (boxes, versions) for number, boxes, versions in rows}
        return [Committed(draft, *opened.get(number, ((), ()))) for number, draft in enumerate(drafts, 1)]


def _params(  # noqa: PLR0913 - the round's whole content
    property_id: Uid, drafts: Sequence[Draft], hashes: Sequence[bytes], house: House, after: Frontier, usage: Usage,
) -> dict[str, object]:
    last = {d.judged.facts.ask.guest_id: d for d in drafts if d.seq}  # the last entry of each guest in this round
    changes = [d for d in drafts if d.judged.facts.ask.change_id]
    opens = [_opens(d) for d in drafts]
    return {
        "p": property_id,
        "old_size": house.size, "old_root": house.root,
        "new_size": after.size, "new_root": after.root(), "new_stack": after.to_bytes(),
        "leaves": [d.leaf for d in drafts], "hashes": list(hashes),
        "requests": [Uid(d.judged.facts.ask.request_id) for d in drafts],
        "guest_keys": [uid_or_none(d.guest_key_id) for d in drafts],
        "staff_keys": [uid_or_none(d.staff_key_id) for d in drafts],
        "guest_parts": [d.sealed_parts[0] for d in drafts],
        "staff_parts": [d.sealed_parts[1] for d in drafts],
        "context_parts": [d.sealed_parts[2] for d in drafts],
        "seq_guests": [Uid(guest) for guest in last],
        "seq_epochs": [d.judged.facts.guest.tag_epoch for d in last.values() if d.judged.facts.guest],
        "seq_values": [d.seq for d in last.values()], "seq_idx": [d.index for d in last.values()],
        "seen_staff": [Uid(seen.staff_id) for seen in usage.seen], "seen_day": house.day,
        "seen_purpose": [seen.limited for seen in usage.seen],
        "seen_guests": [Uid(seen.guest_id) for seen in usage.seen], "seen_levels": [seen.level for seen in usage.seen],
        "day_staff": [Uid(count.staff_id) for count in usage.counts],
        "day_purpose": [count.limited for count in usage.counts],
        "day_clear": [count.clear for count in usage.counts], "day_masked": [count.masked for count in usage.counts],
        "changes": [Uid(d.judged.facts.ask.change_id) for d in changes], "change_idx": [d.index for d in changes],
        "open_guests": [guest for guest, _ in opens], "open_groups": [groups for _, groups in opens],
    }


def _opens(draft: Draft) -> tuple[Uid | None, int]:
    judged = draft.judged
    if isinstance(judged, Allowed) and judged.clear | judged.masked:
        return Uid(judged.facts.ask.guest_id), judged.clear | judged.masked
    return None, 0
