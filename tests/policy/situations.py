"""All situations a policy can meet, and what is read, known and shown in each.

A situation is a cell (purpose, role, relation) and a truth for every fact that its guards, caps and views read.
Facts a cell does not read cannot change its decision, so these situations stand for all. Contradictory sets of facts
are completed by the policy, never skipped: skipping them calls live rules dead.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, reduce
from importlib.resources import files
from operator import or_

from discretion.policy.decide import decide
from discretion.policy.load import load_policy
from discretion.policy.table import Policy

Cell = tuple[str, str, str]


@cache
def starting_bytes() -> bytes:
    """The policy shipped with the product."""
    return (files("discretion.policy") / "policy.toml").read_bytes()


@cache
def starting_policy() -> Policy:
    """The shipped policy, loaded."""
    return load_policy(starting_bytes())


def filled_cells(policy: Policy) -> list[Cell]:
    """Every purpose, role and relation under which some view could show something."""
    return [(purpose, *cell) for purpose, rows in policy.rows.items() for cell in rows.cells]


def reads(policy: Policy, cell: Cell) -> int:
    """The facts which decisions in this cell read."""
    rows = policy.rows[cell[0]]
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
