"""Replay: recorded asks, decided again under another policy: how many would show more, less, or the same.

Rules:
* An ask is decided again from what its entry keeps: purpose, role, relation, facts, field groups asked for. The facts
  are read through the policy of their time; what that one did not name is unknown: false to open, true to restrict.
* Totals only. Nobody's ask can be told from another's.

Left to others: reading entries (the keeper), words for people (the faces).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from discretion.policy.compare import same_facts
from discretion.policy.decide import decide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from discretion.policy.table import Policy


class Recorded(NamedTuple):
    """Asks that were recorded alike: `policy` is the hash of their time, `clear` and `masked` what was asked for."""

    policy: bytes
    purpose: str
    role: str
    relation: str
    facts: int
    clear: int
    masked: int
    asks: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What asks of one purpose and role would come to."""

    purpose: str
    role: str
    more: int
    less: int
    same: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What all of them would come to; `unread` were made under a policy that is not here. `effects` by name."""

    more: int
    less: int
    same: int
    unread: int
    effects: tuple[Effect, ...]

    @property
    def asks(self) -> int:
        """How many were decided again."""
        return self.more + self.less + self.same


def replay(recorded: Iterable[Recorded], known: Mapping[bytes, Policy], old: Policy, new: Policy) -> Replay:
    """What these asks would show under `new`, against what they would under `old`.

    Shapes: `known` are the policies of the past, by hash. An ask that would show more of one group and less of another
    counts as more: that is the side to look at.
    """
    counts: dict[tuple[str, str], Counter[str]] = {}
    facts: dict[tuple[bytes, int], tuple[int, int]] = {}
    unread = 0
    for one in recorded:
        policy = known.get(one.policy)
        if policy is None:
            unread += one.asks
            continue
        key = (one.policy, one.facts)
        bits = facts.get(key)
        if bits is None:
            bits = facts[key] = (same_facts(policy, one.facts, old), same_facts(policy, one.facts, new))
        was, now = _shown(old, one, bits[0]), _shown(new, one, bits[1])
        word = "same" if was == now else "more" if now[0] & ~was[0] or now[1] & ~was[1] else "less"
        counts.setdefault((one.purpose, one.role), Counter())[word] += one.asks
    effects = tuple(
        Effect(purpose, role, found["more"], found["less"], found["same"])
        for (purpose, role), found in sorted(counts.items())
    )
    return Replay(
        sum(each.more for each in effects), sum(each.less for each in effects), sum(each.same for each in effects),
        unread, effects,
    )


def _shown(policy: Policy, one: Recorded, facts: int) -> tuple[int, int]:
    """What of the groups asked for would be clear, and what shown at all."""
    decision = decide(policy, one.purpose, one.role, one.relation, facts)
    return one.clear & decision.clear, (one.clear | one.masked) & decision.shown
