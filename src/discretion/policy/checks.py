"""Checks: what a policy must stand before it may be proposed, each with what it tried and what it found.

Rules:
* A file that does not load whole is checked no further.
* Each check is complete: over all situations, all rules, all mutants. What it found is named in codes and rule ids.
* One check may find what a careful author keeps all the same: a part without effect (`mutation`). Everything else stops
  a proposal.

Cost for the starting policy: a second each, monotone three, mutation ten to thirty; see `CHECKS` for the order.
Left to others: Cedar as referee (`referee`), signatures (`release`), words for people (the faces).
Source: policy.md, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from discretion.policy.decide import decide
from discretion.policy.mutants import find_dead, find_same, mutants
from discretion.policy.named import find_unkept
from discretion.policy.promises import find_broken
from discretion.policy.situations import filled_cells, names_of, reads, situations
from discretion.policy.table import compile_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from discretion.policy.named import Named
    from discretion.policy.promises import Case
    from discretion.policy.table import Policy

FINDINGS_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `tried` situations, pairs or mutants; `findings` in codes, at most `FINDINGS_MAX` of them."""

    code: str
    tried: int
    findings: tuple[str, ...]
    is_advice: bool = False

    @property
    def is_passed(self) -> bool:
        """Whether a proposal may carry it so."""
        return self.is_advice or not self.findings


def check_decisive(policy: Policy) -> Check:
    """Every guard, cap and view decides at least one situation."""
    rules = policy.rules
    return Check(
        "decisive", len(rules.guards) + len(rules.caps) + len(rules.views), tuple(sorted(find_dead(policy))),
    )


def check_promises(policy: Policy) -> Check:
    """Every promise holds in every situation; a finding names the promise and a situation that breaks it."""
    broken, tried = find_broken(policy, filled_cells(policy))
    return Check("promises", tried, tuple(f"{code}: {_said(case)}" for code, case in broken.items()))


def _said(case: Case) -> str:
    return " ".join((*case.cell, *names_of(case.policy, case.facts)))


def check_monotone(policy: Policy) -> Check:
    """Losing a fact never shows more, nor does gaining a restriction."""
    pairs, found = 0, []
    size = len(policy.groups)
    for cell in filled_cells(policy):
        levels = {}
        for facts in situations(policy, cell):
            decision = decide(policy, *cell, facts)
            levels[facts] = decision.shown | decision.clear << size
        mask = reads(policy, cell)
        bits = [(bit, bool(policy.restrictions & bit)) for bit in policy.fact_bit.values() if mask & bit]
        for facts, shown in levels.items():
            for bit, restricts in bits:
                pairs += 1
                other = levels[facts ^ bit]
                if other & ~shown if bool(facts & bit) != restricts else shown & ~other:
                    found.append(f"{' '.join(cell)}: {names_of(policy, bit)[0]}")
    return Check("monotone", pairs, tuple(dict.fromkeys(found))[:FINDINGS_MAX])


def check_mutation(policy: Policy, say: Callable[[int], None] = lambda _done: None) -> Check:
    """Nothing in the file is redundant; `say` hears how many mutants are done. Advice: a floor may be kept on purpose.

    Cost: ten to thirty seconds.
    """
    found, tried = [], 0
    for rule, left_out, rules in mutants(policy.rules):
        tried += 1
        say(tried)
        if find_same(policy, compile_rules(rules, policy.hash), rule):
            found.append(f"{rule}: {left_out}")
    return Check("mutation", tried, tuple(found[:FINDINGS_MAX]), is_advice=True)


def check_named(policy: Policy, files: Iterable[Named]) -> Check:
    """Every named situation is decided as written."""
    read = list(files)
    unkept = find_unkept(policy, read)
    tried = sum(len(one.situation) for one in read)
    return Check("named", tried, tuple(f"{purpose}: {says}" for purpose, says in unkept))
