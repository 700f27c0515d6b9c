"""Situations: everything a policy can meet, one after the other, and what is shown in each.

Rules:
* A situation is a cell (purpose, role, relation) and a truth for every fact that its guards, caps and views read. Facts
  a cell does not read cannot change its decision, so these situations stand for all there are.
* Contradictory sets of facts are completed by the policy, never skipped: skipping them calls live rules dead.
* What a situation shows is asked of `decide`: there is no second meaning.

Source: policy.md, section 5.
"""

from __future__ import annotations

from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING

from discretion.policy.decide import decide

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from discretion.policy.table import Cap, Guard, Policy, Rules, View

Cell = tuple[str, str, str]


def all_rules(rules: Rules) -> tuple[Guard | Cap | View, ...]:
    """Every guard, cap and view, in file order."""
    return (*rules.guards, *rules.caps, *rules.views)


def filled_cells(policy: Policy) -> list[Cell]:
    """Every purpose, role and relation under which some view could show something."""
    return [(purpose, *cell) for purpose, rows in policy.rows.items() for cell in rows.cells]


def reads(policy: Policy, cell: Cell) -> int:
    """The facts which decisions in this cell read; none where the policy lacks the purpose."""
    rows = policy.rows.get(cell[0])
    if rows is None:
        return 0
    caps = reduce(or_, (cap.when | cap.unless for cap in rows.caps), 0)
    return reduce(or_, (view.wants for view in rows.cells.get(cell[1:], ())), rows.need | rows.deny | caps)


def best_facts(policy: Policy) -> int:
    """Every fact true that can open something, and no restriction."""
    return reduce(or_, policy.fact_bit.values()) & ~policy.restrictions


@cache
def near_first(mask: int) -> tuple[int, ...]:
    """All subsets of a mask, those with the fewest bits first."""
    subset, found = mask, []
    while True:
        found.append(subset)
        if subset == 0:
            return tuple(sorted(found, key=int.bit_count))
        subset = (subset - 1) & mask


def situations(policy: Policy, cell: Cell) -> Iterator[int]:
    """The facts of each situation in a cell, beginning near the one that shows most."""
    mask = reads(policy, cell)
    best = best_facts(policy) & mask
    return (best ^ flipped for flipped in near_first(mask))


def complete(policy: Policy, facts: int) -> int:
    """The facts with all that they imply."""
    for bit, implied in policy.closures:
        if facts & bit:
            facts |= implied
    return facts


def effect(policy: Policy, cell: Cell, facts: int) -> tuple[int, int, tuple[str, ...]]:
    """What a situation shows, and the duties that come with it."""
    decision = decide(policy, *cell, facts)
    return decision.clear, decision.masked, decision.obligations


def names_of(policy: Policy, facts: int) -> tuple[str, ...]:
    """The facts that hold, by name, in file order."""
    return tuple(name for name in policy.facts if facts & policy.fact_bit[name])


def mask_of(policy: Policy, names: Iterable[str]) -> int:
    """The bits of these facts; what this policy does not declare, or the product does not know, has none."""
    return reduce(or_, (policy.fact_bit.get(name, 0) for name in names), 0)
