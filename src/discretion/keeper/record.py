"""Record: a round's judged asks become entries in one transaction, and receipts after it.

Rules:
* Daily counts are spent here, ask by ask in the order asked; the head's compare-and-swap makes them hold.
* Every paper given gets an entry, refusals too, and captured changes of facts stand before the asks of their round.
* A head is signed only after its commit has returned. On any error nobody is answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.keeper.papers import Allowed, DayCount, Denied, Receipt, Refused, Seen, Usage
from discretion.ledger.checkpoint import sign_checkpoint
from discretion.ledger.tree import Frontier, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.keeper.papers import Draft, House, Judged
    from discretion.keeper.store.appends import Appends
    from discretion.ledger.checkpoint import Signer

MASKED, CLEAR = 1, 2


def spend(judged: Sequence[Judged], per_day: int, masked_per_day: int, limits: Mapping[str, int]) -> tuple[list[Judged], Usage]:
    """Return the round with every ask past its person's daily number denied, and what the round adds to the counts.

    Shapes: `limits` holds the lower daily number of some purposes. A guest counts once a person and day, and once more
    when first opened clear; what was shown only masked counts against the wider number.
    """
    seen: dict[tuple[bytes, bytes, int], int] = {}
    clear: dict[tuple[bytes, int], int] = {}
    masked: dict[bytes, int] = {}
    spent: list[Judged] = []
    for paper in judged:
        facts = paper.facts
        staff, guest = facts.staff, facts.guest
        if not isinstance(paper, Allowed) or staff is None or guest is None or not paper.clear | paper.masked:
            spent.append(paper)
            continue
        level = CLEAR if paper.clear else MASKED
        who, whom = staff.staff_id, facts.ask.guest_id
        clear.setdefault((who, 0), staff.day_clear)
        masked.setdefault(who, staff.day_masked)
        before = max(guest.seen_level, seen.get((who, whom, 0), 0))
        before_limited = max(guest.seen_level_limited, seen.get((who, whom, facts.limited), 0))
        reason = ""
        if level > before:
            if level == CLEAR and clear[who, 0] >= per_day or level == MASKED and masked[who] >= masked_per_day:
                reason = "budget"
        if not reason and facts.limited and level == CLEAR and before_limited < CLEAR:
            used = clear.setdefault((who, facts.limited), guest.day_clear_limited)
            if used >= limits[facts.ask.purpose]:
                reason = "budget_purpose"
            else:
                clear[who, facts.limited] = used + 1
                seen[who, whom, facts.limited] = level
        if reason:
            spent.append(Denied(facts, paper.decision, paper.fact_bits, reason))
            continue
        if level > before:
            if level == CLEAR:
                clear[who, 0] += 1
            else:
                masked[who] += 1
            seen[who, whom, 0] = level
        spent.append(paper)
    counted = {(who, limited) for who, _, limited in seen}
    return spent, Usage(
        [Seen(who, whom, limited, level) for (who, whom, limited), level in seen.items()],
        [DayCount(who, limited, clear.get((who, limited), 0), masked.get(who, 0) if not limited else 0) for who, limited in counted],
    )


async def record(
    drafts: Sequence[Draft], house: House, usage: Usage, ledger: Appends, signer: Signer,
) -> list[Receipt | Refused]:
    """Enter the round in one transaction. Return after COMMIT, or raise: then nobody is answered.

    Errors: those of `Appends.append`.
    """
    hashes = [leaf_hash(draft.leaf) for draft in drafts]
    after, paths = Frontier.from_bytes(house.size, house.stack).append_with_paths(hashes)
    entered = await ledger.append(drafts, hashes, house, after, usage)
    # The head is committed: signing it now, or again after a crash, gives the same bytes.
    checkpoint = sign_checkpoint(signer, after.head())
    return [
        Refused(committed.draft, committed.draft.judged)
        if isinstance(committed.draft.judged, Denied)
        else Receipt(committed, path, checkpoint)
        for committed, path in zip(entered, paths, strict=True)
    ]

