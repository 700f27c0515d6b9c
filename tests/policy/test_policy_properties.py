"""What the starting policy promises, in every situation.

A fact which a cell does not read may be true or false without changing the decision: a promise "if F, then …" counts it
as true, a promise "… only with F" as false. So each promise is proved over all facts, not only those a cell reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest

from discretion.hotel.purpose import FieldGroup
from discretion.policy.decide import decide
from discretion.policy.decision import Decision
from discretion.policy.table import Policy

from .mutants import cells_of, weaken
from .situations import Cell, complete, filled_cells, reads, situations, starting_policy

SHIFT_BOUND = ["check_in", "check_out", "guest_request", "housekeeping", "security_incident", "complaint", "emergency"]
STOPPED_WHEN_RESTRICTED = ["analytics", "complaint", "housekeeping", "guest_request", "marketing", "security_incident"]


@dataclass(frozen=True, slots=True)
class Case:
    """One situation and its decision, in the words of promises."""

    policy: Policy
    purpose: str
    facts: int
    unread: int
    decision: Decision

    def surely(self, *names: str) -> bool:
        """Whether at least one of these facts holds whatever the unread ones are."""
        return any(self.facts & self.policy.fact_bit[name] for name in names)

    def may(self, name: str) -> bool:
        """Whether this fact could hold."""
        return bool((self.facts | self.unread) & self.policy.fact_bit[name])

    def clear(self, group: FieldGroup) -> bool:
        """Whether the group is shown clear."""
        return bool(self.decision.clear & group.bit)

    def shown(self, *groups: FieldGroup) -> bool:
        """Whether anything of these groups is shown; of any group if none is named."""
        return bool(self.decision.shown & sum(group.bit for group in groups)) if groups else self.decision.shown != 0


def _has_review(case: Case) -> bool:
    return any(one.startswith("review:") for one in case.decision.obligations)


PROMISES: dict[str, Callable[[Case], bool]] = {
    "a document is clear only after a fresh passkey": lambda case: (
        not case.clear(FieldGroup.DOCUMENT) or case.surely("fresh_passkey")
    ),
    "a clear document is reviewed": lambda case: not case.clear(FieldGroup.DOCUMENT) or _has_review(case),
    "nothing off shift for purposes of a shift": lambda case: (
        case.purpose not in SHIFT_BOUND or not case.shown() or case.surely("on_shift")
    ),
    "nothing without a passkey sign-in": lambda case: not case.shown() or case.surely("passkey"),
    "marketing only with consent": lambda case: (
        case.purpose != "marketing" or not case.shown() or case.surely("consent_mkt")
    ),
    "spending is clear only in check-out, complaints and rights requests": lambda case: (
        not case.clear(FieldGroup.SPENDING) or case.purpose in ("check_out", "complaint", "dsr")
    ),
    "notes only in an open case or an emergency": lambda case: (
        not case.shown(FieldGroup.NOTES) or case.purpose == "emergency" or case.surely("case_open")
    ),
    "an emergency never shows spending, booking or preferences": lambda case: (
        case.purpose != "emergency" or not case.shown(FieldGroup.SPENDING, FieldGroup.BOOKING, FieldGroup.PREFERENCES)
    ),
    "a sealed record shows its identity clear only with a second person": lambda case: (
        case.purpose in ("emergency", "lawful_request", "audit")
        or not (case.may("sealed") and case.clear(FieldGroup.IDENTITY))
        or case.surely("ok_manager", "ok_privacy", "ok_general")
    ),
    "a restricted record shows nothing where the guest stopped processing": lambda case: (
        case.purpose not in STOPPED_WHEN_RESTRICTED or not case.may("restricted") or not case.shown()
    ),
    "whatever is shown is recorded": lambda case: not case.shown() or "record" in case.decision.obligations,
    "nothing while locked": lambda case: not case.may("locked") or not case.shown(),
}


def _broken(policy: Policy, cells: Iterable[Cell]) -> tuple[dict[str, Case], int]:
    """A witness for each promise that is broken, and the number of situations tried."""
    broken: dict[str, Case] = {}
    tried = 0
    for cell in cells:
        unread = ~reads(policy, cell)
        for facts in situations(policy, cell):
            tried += 1
            case = Case(policy, cell[0], complete(policy, facts), unread, decide(policy, *cell, facts))
            for promise, holds in PROMISES.items():
                if promise not in broken and not holds(case):
                    broken[promise] = case
    return broken, tried


def test_every_promise_holds_in_every_situation() -> None:
    broken, tried = _broken(starting_policy(), filled_cells(starting_policy()))
    assert not broken
    assert tried == 108_576


@pytest.mark.parametrize(
    ("promise", "rule", "key"),
    [
        ("a document is clear only after a fresh passkey", "CI-2", "after"),
        ("a clear document is reviewed", "CI-2", "do"),
        ("nothing off shift for purposes of a shift", "G1", "need"),
        ("nothing without a passkey sign-in", "G5", "need"),
        ("marketing only with consent", "MK-1", "need"),
        ("notes only in an open case or an emergency", "SI-3", "need"),
        ("a sealed record shows its identity clear only with a second person", "C1", "at_most"),
        ("a restricted record shows nothing where the guest stopped processing", "G6", "deny"),
        ("whatever is shown is recorded", "AU-1", "do"),
        ("nothing while locked", "G9", "deny"),
    ],
)
def test_a_promise_notices_the_rule_that_keeps_it_being_weakened(promise: str, rule: str, key: str) -> None:
    weakened = weaken(starting_policy(), rule, key)
    assert promise in _broken(weakened, cells_of(weakened, rule))[0]
