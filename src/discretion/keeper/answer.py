"""Answer: one round, in one straight line: `prepare` (gather, judge, draft) → `enter` (record) → `open_all`.

Rules:
* Nothing is opened before the whole round is in the ledger: `open_all` takes the receipts that only `enter` returns.
* While one round commits, the next is prepared on the tree that the first will leave; if the first fails, both begin
  anew.
* Captured changes of facts are entered in a round of their own before any decision that rests on them is made.
* An ask that already has an entry is told its index and opens nothing: an entry opens at most once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from msgspec import structs

from discretion.hotel.purpose import Purpose
from discretion.keeper.judge import judge
from discretion.keeper.papers import Allowed, AlreadyEntered, Ask, AskKind, Denied, Facts, Receipt, Reply
from discretion.keeper.record import record, share_uses, spend
from discretion.keeper.vault.entry import draft_all
from discretion.policy.table import WITNESS_FIRST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.keeper.papers import Draft, Judged, Refused, Usage, WaitingChange
    from discretion.keeper.release import Releases
    from discretion.keeper.store.appends import Appends
    from discretion.keeper.store.memory import Memory
    from discretion.keeper.store.reads import Reads
    from discretion.keeper.store.standing import Standing
    from discretion.keeper.vault.keyring import Keyring
    from discretion.keeper.vault.unseal import Vault
    from discretion.keeper.witness import Witnessing
    from discretion.ledger.checkpoint import Signer
    from discretion.ledger.tree import Frontier
    from discretion.policy.table import Policy

CONSENTS = ("consent_mkt", "consent_ana")
_OPENING = frozenset({
    AskKind.LOOK_UP, AskKind.LIST, AskKind.FIND, AskKind.DUPLICATES, AskKind.PREVIEW, AskKind.GUEST_POST,
    AskKind.GUEST_VIEW,
})


@dataclass(frozen=True, slots=True)
class Room:
    """What one property's rounds need."""

    property_id: bytes
    reads: Reads
    appends: Appends
    keyring: Keyring
    vault: Vault
    signer: Signer
    memory: Memory
    witnessing: Witnessing
    policy: Policy
    limited: dict[str, int]  # purposes with a daily number of their own, numbered from 1
    by_consent: dict[str, tuple[str, ...]]  # the facts of consent that a purpose reads, of those that read any
    releases: Releases
    release_id: bytes = b""  # of the policy in force; none where the settings name it

    def under(self, policy: Policy, release_id: bytes) -> Room:
        """Return the room with another policy in force."""
        return replace(
            self, policy=policy, release_id=release_id, limited=limited_by(policy), by_consent=read_by_consent(policy),
        )


def limited_by(policy: Policy) -> dict[str, int]:
    """Return the number of each purpose that has a daily limit of its own.

    It is the purpose's own place, which never changes: a new policy must not read yesterday's counts under another
    name.
    """
    return {str(purpose): number for number, purpose in enumerate(Purpose, 1) if purpose in policy.budget.purposes}


def read_by_consent(policy: Policy) -> dict[str, tuple[str, ...]]:
    """Return the facts of consent that a purpose reads, for the purposes that read any."""
    read = {
        purpose: tuple(fact for fact in CONSENTS if rows.reads & policy.fact_bit[fact])
        for purpose, rows in policy.rows.items()
    }
    return {purpose: facts for purpose, facts in read.items() if facts}


@dataclass(frozen=True, slots=True)
class Round:
    """A round ready to be entered: its drafts on the tree that stands, and what each ask is told apart from them."""

    standing: Standing
    known: Sequence[Facts]
    drafts: Sequence[Draft]
    before: Frontier
    after: Frontier
    paths: Sequence[tuple[bytes, ...]]
    usage: Usage
    has_writes: bool


async def prepare(asks: Sequence[Ask], room: Room) -> Round | None:
    """Gather and judge: return the round of `asks`; None when captured changes of facts must be entered first.

    The standing has moved as if the round were entered: the next can be prepared while this one commits.
    Errors: `StoreAwayError`.
    """
    gathered = await room.reads.gather(asks, room.limited, room.by_consent)
    if gathered.changes_wait:
        return None
    known = _once(gathered.facts, gathered.standing.frontier.size)
    fresh = [facts for facts in known if facts.entered_idx < 0]
    judged = [judge(facts, room.policy) for facts in fresh]
    if room.witnessing.is_closed():
        judged = [_closed(paper) for paper in judged]
    return _drafted(judged, known, gathered.standing, room)


def _once(known: Sequence[Facts], size: int) -> list[Facts]:
    """Return the facts of a round; an ask brought twice is told the entry that its first bringing will have."""
    first: dict[bytes, int] = {}
    told = []
    for facts in known:
        if facts.entered_idx < 0:
            index = first.get(facts.ask.request_id)
            if index is None:
                first[facts.ask.request_id] = size + len(first)
            else:
                facts = structs.replace(facts, entered_idx=index)  # noqa: PLW2901 - the same ask, entered
        told.append(facts)
    return told


async def prepare_changes(room: Room) -> Round:
    """Return a round of captured changes alone, oldest first. Nothing else may be under way.

    Errors: `StoreAwayError`.
    """
    gathered = await room.reads.gather([], room.limited, room.by_consent)
    judged = [_change(change, gathered.now_at) for change in await room.reads.waiting_changes()]
    return _drafted(judged, [], gathered.standing, room)


async def prepare_first(ask: Ask, room: Room) -> Round:
    """Return a round of one ask of the operator's that rests on no fact, before any change that waits.

    Errors: `StoreAwayError`.
    """
    gathered = await room.reads.gather([], room.limited, room.by_consent)
    facts = Facts(ask, None, None, -1, gathered.now_at, 0, 0)
    return _drafted([Allowed(facts, None, 0, 0, 0, 0)], [facts], gathered.standing, room)


async def enter(prepared: Round, room: Room) -> list[Receipt | Refused]:
    """Record: return the round's receipts and refusals after its commit.

    Errors: those of `Appends.append`; then nobody of the round is answered, and its standing is bad.
    """
    try:
        papers = await record(
            prepared.drafts, prepared.before, prepared.after, prepared.paths, prepared.usage, room.appends, room.signer,
            room.memory,
        )
    except BaseException:
        prepared.standing.is_bad = True
        raise
    if prepared.has_writes:
        prepared.standing.is_bad = True  # a session may have begun, ended or got its duty
    return papers


def _closed(judged: Judged) -> Judged:
    """Return an ask as refused where it would open something, while no outside witness keeps up."""
    if isinstance(judged, Allowed) and judged.facts.ask.kind in _OPENING:
        return Denied(judged.facts, judged.decision, judged.fact_bits, "witness_lag")
    return judged


def waits_for_witness(papers: Sequence[Receipt | Refused], room: Room) -> bool:
    """Whether the policy has outside witnesses cosign these entries before anything is opened."""
    return room.policy.has_witness_first and any(
        isinstance(paper, Receipt) and (decision := paper.committed.draft.judged.decision) is not None
        and WITNESS_FIRST in decision.obligations for paper in papers
    )


def open_all(known: Sequence[Facts], papers: Sequence[Receipt | Refused], room: Room) -> list[Reply]:
    """Open: return what each asker is told, in the order asked. One asker's trouble is not the others'.

    Shapes: `papers` are those of the asks among `known` that were not entered before.
    """
    told = iter([room.vault.unseal(paper) if isinstance(paper, Receipt) else paper for paper in papers])
    room.memory.opened += room.vault.boxes.take_opened()
    room.vault.boxes.allowed += sum(isinstance(paper, Receipt) and bool(paper.committed.boxes) for paper in papers)
    return [AlreadyEntered(facts.entered_idx) if facts.entered_idx >= 0 else next(told) for facts in known]


def _drafted(judged: Sequence[Judged], known: Sequence[Facts], standing: Standing, room: Room) -> Round:
    budget = room.policy.budget
    spent, usage = spend(share_uses(judged), standing, budget.per_day, budget.masked_per_day, budget.purposes)
    before = standing.frontier
    drafts = draft_all(spent, before.size, room.keyring, standing.latest)
    after, paths = before.append_with_paths([draft.leaf_hash for draft in drafts])
    standing.move(after, drafts, usage)
    has_writes = any(each.facts.ask.writes or (isinstance(each, Allowed) and each.uses) for each in spent)
    return Round(standing, known, drafts, before, after, paths, usage, has_writes)


def _change(change: WaitingChange, now_at: int) -> Judged:
    details = (
        ("by", change.by_role), ("changed_at", change.at), ("digest", change.digest.hex()),
        ("fact", change.fact), ("op", change.op), ("row_count", change.row_count),
    )
    ask = Ask(AskKind.CHANGE, change.change_id, details=details, change_id=change.change_id)
    return Allowed(Facts(ask, None, None, -1, now_at, 0, 0), None, 0, 0, 0, 0)
