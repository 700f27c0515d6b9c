"""Which cases there are, and who has what to do with them: one table, read by services and pages alike.

Rules:
* A case serves look-ups of its purpose alone; a purpose that is not here has no cases.
* Who opens a case is not always who works on it: the desk takes a rights request in, the privacy officer answers it.
* What a case opens of a record is the policy's to say; being named here shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.hotel.purpose import Purpose, Role

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class CaseKind:
    """The cases of one purpose.

    `opens` are the duties that may open one, `works` those that see it, add guests and notes, `closes` those that end
    it. `prefix` begins its number. `is_of_shift`: only on shift, as the look-ups that rest on it.
    """

    purpose: Purpose
    opens: frozenset[Role]
    works: frozenset[Role]
    closes: frozenset[Role]
    due_within: timedelta
    prefix: str = "C"
    needs_reference: bool = False
    is_of_shift: bool = False


_MANAGERS: Final = frozenset({Role.DUTY_MANAGER, Role.GENERAL_MANAGER})
_LAWFUL: Final = frozenset({Role.DUTY_MANAGER, Role.LEGAL, Role.PRIVACY, Role.SECURITY})

CASE_KINDS: Final[Mapping[str, CaseKind]] = MappingProxyType({
    kind.purpose.value: kind
    for kind in (
        CaseKind(
            Purpose.COMPLAINT, opens=_MANAGERS | {Role.CONCIERGE, Role.FRONT_DESK},
            works=_MANAGERS | {Role.CONCIERGE, Role.FINANCE, Role.FRONT_DESK}, closes=_MANAGERS,
            due_within=timedelta(days=3), is_of_shift=True,
        ),
        CaseKind(
            Purpose.CHECK_OUT, opens=frozenset({Role.DUTY_MANAGER, Role.FINANCE, Role.FRONT_DESK}),
            works=frozenset({Role.DUTY_MANAGER, Role.FINANCE, Role.FRONT_DESK}),
            closes=frozenset({Role.DUTY_MANAGER, Role.FINANCE}), due_within=timedelta(days=7), is_of_shift=True,
        ),
        CaseKind(
            Purpose.SECURITY_INCIDENT, opens=_MANAGERS | {Role.SECURITY}, works=_MANAGERS | {Role.SECURITY},
            closes=_MANAGERS | {Role.SECURITY}, due_within=timedelta(days=1), is_of_shift=True,
        ),
        CaseKind(
            Purpose.LAWFUL_REQUEST, opens=_LAWFUL, works=_LAWFUL, closes=frozenset({Role.LEGAL, Role.PRIVACY}),
            due_within=timedelta(days=1), needs_reference=True,
        ),
        CaseKind(
            Purpose.DSR, opens=frozenset({Role.FRONT_DESK, Role.PRIVACY}),
            works=frozenset({Role.FRONT_DESK, Role.PRIVACY}), closes=frozenset({Role.PRIVACY}),
            due_within=timedelta(days=15), prefix="R",
        ),
        CaseKind(
            Purpose.AUDIT, opens=frozenset({Role.AUDITOR, Role.PRIVACY}), works=frozenset({Role.AUDITOR, Role.PRIVACY}),
            closes=frozenset({Role.AUDITOR, Role.PRIVACY}), due_within=timedelta(days=30),
        ),
    )
})  # fmt: skip


def purposes_opened_by(duty: str) -> tuple[str, ...]:
    """Return the purposes for which this duty may open a case."""
    return tuple(purpose for purpose, kind in CASE_KINDS.items() if duty in kind.opens)


def purposes_worked_by(duty: str) -> tuple[str, ...]:
    """Return the purposes whose cases this duty sees."""
    return tuple(purpose for purpose, kind in CASE_KINDS.items() if duty in kind.works)
