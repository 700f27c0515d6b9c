"""Decide: what one situation shows, by which rules, and what could still be obtained.

Rules:
* Pure: the same policy, words and facts give the same decision. No clock, no input or output, no exception.
* A contradictory set of facts is completed by what its facts imply, never skipped.
* Any guard that fires closes every group, and all that fired are named. No approval opens a guard.
* An offer says what deciding again with the lacking facts would show beyond now: no more, no less.
* The order of the rules in the file is the order of names in a decision, and means nothing else.

Left to others: finding the facts and their ends (`facts`), the budget and the field groups asked for (`record`).
Source: policy.md, section 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.policy.decision import Decision, Offer

if TYPE_CHECKING:
    from discretion.policy.table import Policy, Rows, ViewRow

MEMO_MAX = 16_384
"""Decisions kept per policy, about 10 MB when full; a hotel's day uses a few hundred."""


def decide(policy: Policy, purpose: str, role: str, relation: str, facts: int) -> Decision:
    """What the policy says of this situation.

    Shapes: `facts` has bit `policy.fact_bit[name]` set for every fact that holds, and for every restriction that is not
    known (`policy.restrictions`); bits of no fact are ignored. A word the policy lacks shows nothing, with no reason.
    Not checked: that the facts are true and fresh; only the keeper computes them.
    """
    key = (purpose, role, relation, facts)
    decision = policy.memo.get(key)
    if decision is not None:
        return decision
    rows = policy.rows.get(purpose)
    if rows is None or role not in policy.rules.roles or relation not in policy.rules.relations:
        return policy.nothing
    if len(policy.memo) >= MEMO_MAX:
        policy.memo.clear()  # starting afresh costs a few microseconds an ask; bookkeeping would cost every ask
    decision = policy.memo[key] = _judge(policy, rows, role, relation, _complete(policy, facts))
    return decision


def _judge(policy: Policy, rows: Rows, role: str, relation: str, facts: int) -> Decision:
    missing = ~facts
    if rows.need & missing or rows.deny & facts:
        return _closed(policy, rows, facts)
    # 1. Views that hold, combined by OR.
    views = rows.cells.get((role, relation), ())
    given = [view for view in views if not view.wants & missing]
    shown = 0
    for view in given:
        shown |= view.bits
    # 2. Caps that apply, combined by AND.
    keep = -1
    caps = []
    for cap in rows.caps:
        if not (cap.when & missing or cap.unless & facts):
            keep &= cap.keep
            if shown & ~cap.keep:
                caps.append(cap)
    shown &= keep
    # 3. Who gave something, and the duties that come with it.
    rules = tuple([view.rule for view in given if view.bits & keep])
    do = 0
    for view in given:
        if view.bits & keep:
            do |= view.do
    # 4. What could still be obtained: views that wait, and caps that an approval lifts.
    waiting = [(view.rule, view.after, view.bits) for view in views if view.after & missing and not view.need & missing]
    waiting += [(cap.rule, bit, ~cap.keep) for cap in caps for bit in cap.lifts]
    offers = []
    for rule, wanted, own in waiting:
        gained = _shown(rows, views, _complete(policy, facts | wanted)) & ~shown
        if gained & own:
            offers.append(Offer(rule, _named(policy.facts, wanted & missing), *_split(policy, gained)))
    nearest = ("", ()) if shown or caps else _nearest(policy, rows, role, relation, missing)
    clear, masked = _split(policy, shown)
    return Decision(
        clear=clear,
        masked=masked,
        rules=rules,
        guards=(),
        caps=tuple([cap.rule for cap in caps]),
        offers=tuple(offers),
        obligations=_named(policy.obligations, do),
        nearest=nearest[0],
        nearest_lacks=nearest[1],
        reads=rows.reads & facts,
        policy=policy.hash,
    )


def _closed(policy: Policy, rows: Rows, facts: int) -> Decision:
    """Nothing shown; a sign-in step is named only when it is all that stands in the way of being judged."""
    fired = [guard for guard in rows.guards if guard.need & ~facts or guard.deny & facts]
    offers: tuple[Offer, ...] = ()
    if all(guard.step_up for guard in fired):
        offers = tuple([Offer(guard.rule, _named(policy.facts, guard.need & ~facts), 0, 0) for guard in fired])
    guards = tuple([guard.rule for guard in fired])
    return Decision(0, 0, (), guards, (), offers, (), "", (), rows.reads & facts, policy.hash)


def _shown(rows: Rows, views: tuple[ViewRow, ...], facts: int) -> int:
    """Level bits under these facts, guards apart."""
    missing = ~facts
    shown = 0
    for view in views:
        if not view.wants & missing:
            shown |= view.bits
    for cap in rows.caps:
        if not (cap.when & missing or cap.unless & facts):
            shown &= cap.keep
    return shown


def _split(policy: Policy, levels: int) -> tuple[int, int]:
    """Level bits as two masks over the field groups: clear, and masked only."""
    size = len(policy.group_bit)
    clear = levels >> size
    return clear, levels & ~(-1 << size) & ~clear


def _nearest(policy: Policy, rows: Rows, role: str, relation: str, missing: int) -> tuple[str, tuple[str, ...]]:
    """The view of this purpose that lacks the fewest things, and those; between equals the first by name."""
    best: tuple[int, str] | None = None
    lacks: tuple[str, ...] = ()
    for row in rows.views:
        wrong_role, wrong_relation = role not in row.view.who, relation not in row.view.guest
        distance = (wrong_role + wrong_relation + (row.wants & missing).bit_count(), row.rule)
        if best is None or distance < best:
            best = distance
            words = ("role",) * wrong_role + ("relation",) * wrong_relation
            lacks = (*words, *_named(policy.facts, row.wants & missing))
    return ("", ()) if best is None else (best[1], lacks)


def _complete(policy: Policy, facts: int) -> int:
    for bit, mask in policy.closures:
        if facts & bit:
            facts |= mask
    return facts


def _named(names: tuple[str, ...], mask: int) -> tuple[str, ...]:
    """The names whose bits are set, in order of the bits."""
    found = []
    while mask:
        found.append(names[(mask & -mask).bit_length() - 1])
        mask &= mask - 1
    return tuple(found)
