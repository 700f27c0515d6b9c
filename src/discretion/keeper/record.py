"""Record: a round's judged asks become entries in one transaction, and receipts after it.

Rules:
* Daily counts and uses of approvals are spent here, ask by ask in the order asked; the head's compare-and-swap makes
  the counts hold, and the one statement that uses an approval up its uses.
* Every paper given gets an entry, refusals too.
* A head is signed only after its commit has returned, and only when it extends the last one signed.
* On any error nobody is answered.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from discretion.keeper.papers import Allowed, DayCount, Denied, Receipt, Refused, Seen, Usage
from discretion.ledger.checkpoint import sign_checkpoint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.keeper.papers import Draft, Judged
    from discretion.keeper.store.appends import Appends
    from discretion.keeper.store.memory import Memory
    from discretion.keeper.store.standing import Standing
    from discretion.ledger.checkpoint import Signer
    from discretion.ledger.tree import Frontier

MASKED, CLEAR = 1, 2


def share_uses(judged: Sequence[Judged]) -> Sequence[Judged]:
    """Return the round with every ask denied that rests on an approval which others of the round use up before it."""
    used: Counter[bytes] = Counter()
    shared: list[Judged] = []
    for paper in judged:
        if isinstance(paper, Allowed) and paper.uses:
            if any(claim.ref in paper.uses and used[claim.ref] >= claim.uses for claim in paper.facts.claims):
                shared.append(Denied(paper.facts, paper.decision, paper.fact_bits, "approval_used"))
                continue
            used.update(paper.uses)
        shared.append(paper)
    return shared if used else judged


def spend(
    judged: Sequence[Judged], standing: Standing, per_day: int, masked_per_day: int, limits: Mapping[str, int],
) -> tuple[list[Judged], Usage]:
    """Return the round with every ask past its person's daily number denied, and what the round adds to the counts.

    Shapes: `limits` holds the lower daily number of some purposes. A guest counts once a person and day, and once more
    when first opened clear; what was shown only masked counts against the wider number.
    """
    seen: dict[tuple[bytes, int, bytes], int] = {}
    counts: dict[tuple[bytes, int], list[int]] = {}
    spent: list[Judged] = []
    for paper in judged:
        facts = paper.facts
        if not isinstance(paper, Allowed) or facts.staff is None or not paper.clear | paper.masked:
            spent.append(paper)
            continue
        who, whom, level = facts.staff.staff_id, facts.ask.guest_id, CLEAR if paper.clear else MASKED
        reason = ""
        steps = []
        for limited, most, code in _limits(
            facts.limited, level, per_day, masked_per_day, limits.get(facts.ask.purpose, 0)
        ):
            before = seen.get((who, limited, whom)) or standing.seen.get((who, limited), {}).get(whom, 0)
            if level <= before:
                continue
            count = counts.get((who, limited)) or list(standing.counted(who, limited))
            if count[0 if level == CLEAR else 1] >= most:
                reason = code
                break
            steps.append((limited, before, count))
        if reason:
            spent.append(Denied(facts, paper.decision, paper.fact_bits, reason))
            continue
        for limited, before, count in steps:
            count[0 if level == CLEAR else 1] += 1
            if before == MASKED:
                count[1] -= 1
            counts[who, limited] = count
            seen[who, limited, whom] = level
        spent.append(paper)
    return spent, Usage(
        standing.day,
        [Seen(who, whom, limited, level) for (who, limited, whom), level in seen.items()],
        [DayCount(who, limited, *count) for (who, limited), count in counts.items()],
    )


def _limits(
    limited: int, level: int, per_day: int, masked_per_day: int, purpose_per_day: int
) -> list[tuple[int, int, str]]:
    own = [(limited, purpose_per_day, "budget_purpose")] if limited and level == CLEAR else []
    return [*own, (0, per_day if level == CLEAR else masked_per_day, "budget")]


async def record(
    drafts: Sequence[Draft], before: Frontier, after: Frontier, paths: Sequence[tuple[bytes, ...]], usage: Usage,
    ledger: Appends, signer: Signer, memory: Memory,
) -> list[Receipt | Refused]:
    """Enter the round in one transaction. Return after COMMIT, or raise: then nobody is answered.

    Shapes: `paths` are the drafts' inclusion paths under `after`.
    Errors: those of `Appends.append`; `ForkError` when `before` does not extend what was signed last; `OSError`.
    """
    await memory.follow(before, ledger)
    committed = await ledger.append(drafts, before, after, usage)
    memory.advance(after, sum(bool(each.boxes) for each in committed))
    # The head is committed: signing it now, or again after a crash, gives the same bytes.
    checkpoint = sign_checkpoint(signer, after.head())
    return [
        Refused(each.draft, each.draft.judged)
        if isinstance(each.draft.judged, Denied)
        else Receipt(each, path, checkpoint)
        for each, path in zip(committed, paths, strict=True)
    ]
