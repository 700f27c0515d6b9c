"""Promises: what a policy keeps in every situation, proved by enumerating them all.

Rules:
* A fact which a cell does not read may be true or false without changing the decision: a promise "if F, then …" counts
  it as true, a promise "… only with F" as false. So each is proved over all facts, not only those a cell reads.
* Each promise has a code, which never moves; faces have its words.

Source: policy.md, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.hotel.purpose import FieldGroup
from discretion.policy.decide import decide
from discretion.policy.situations import complete, reads, situations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from discretion.policy.decision import Decision
    from discretion.policy.situations import Cell
    from discretion.policy.table import Policy

SHIFT_BOUND: Final = frozenset({
    "check_in", "check_out", "guest_request", "housekeeping", "security_incident", "complaint", "emergency",
})
STOPPED_WHEN_RESTRICTED: Final = frozenset({
    "analytics", "complaint", "housekeeping", "guest_request", "marketing", "security_incident",
})


@dataclass(frozen=True, slots=True)
class Case:
    """One situation and its decision, in the words of promises."""

    policy: Policy
    cell: Cell
    facts: int
    unread: int
    decision: Decision

    @property
    def purpose(self) -> str:
        """What the ask is for."""
        return self.cell[0]

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

    def reviewed(self) -> bool:
        """Whether a review comes with it."""
        return any(one.startswith("review:") for one in self.decision.obligations)


PROMISES: Final[Mapping[str, Callable[[Case], bool]]] = MappingProxyType({
    "document_fresh_passkey": lambda case: not case.clear(FieldGroup.DOCUMENT) or case.surely("fresh_passkey"),
    "document_reviewed": lambda case: not case.clear(FieldGroup.DOCUMENT) or case.reviewed(),
    "on_shift": lambda case: case.purpose not in SHIFT_BOUND or not case.shown() or case.surely("on_shift"),
    "passkey": lambda case: not case.shown() or case.surely("passkey"),
    "marketing_consent": lambda case: case.purpose != "marketing" or not case.shown() or case.surely("consent_mkt"),
    "spending": lambda case: not case.clear(FieldGroup.SPENDING) or case.purpose in ("check_out", "complaint", "dsr"),
    "notes": lambda case: (
        not case.shown(FieldGroup.NOTES) or case.purpose == "emergency" or case.surely("case_open")
    ),
    "emergency": lambda case: (
        case.purpose != "emergency" or not case.shown(FieldGroup.SPENDING, FieldGroup.BOOKING, FieldGroup.PREFERENCES)
    ),
    "sealed": lambda case: (
        case.purpose in ("emergency", "lawful_request", "audit")
        or not (case.may("sealed") and case.clear(FieldGroup.IDENTITY))
        or case.surely("ok_manager", "ok_privacy", "ok_general")
    ),
    "restricted": lambda case: (
        case.purpose not in STOPPED_WHEN_RESTRICTED or not case.may("restricted") or not case.shown()
    ),
    "recorded": lambda case: not case.shown() or "record" in case.decision.obligations,
    "locked": lambda case: not case.may("locked") or not case.shown(),
})


def find_broken(policy: Policy, cells: Iterable[Cell]) -> tuple[dict[str, Case], int]:
    """A witness for each promise that is broken, and the number of situations tried."""
    broken: dict[str, Case] = {}
    tried = 0
    for cell in cells:
        unread = ~reads(policy, cell)
        for facts in situations(policy, cell):
            tried += 1
            case = Case(policy, cell, complete(policy, facts), unread, decide(policy, *cell, facts))
            for promise, holds in PROMISES.items():
                if promise not in broken and not holds(case):
                    broken[promise] = case
    return broken, tried
