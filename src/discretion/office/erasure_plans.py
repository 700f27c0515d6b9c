"""Plans of an erasure that the operator runs: what it would touch, under a number that ends when any of it changes.

Rules:
* Nothing is written before a plan is run; a plan that no longer fits is refused.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discretion.office import erasures
from discretion.office.outcome import ActRefusal, Done
from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office

_SQL = queries("erasures.sql")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an operator wants erased: these groups of a guest, for an open case of the guest's rights."""

    property_id: bytes
    guest_id: bytes
    groups: int
    case_number: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What it would touch. `stopped` says what stops it now, "" for nothing."""

    plan_id: bytes
    case_id: bytes
    counts: dict[str, int]
    stopped: str


async def plan(office: Office, wanted: Wanted) -> Plan | ActRefusal:
    """Return the plan. Refusals: `case`, when no open case of the guest's rights with this number names them."""
    params = {
        "property_id": wanted.property_id, "guest_id": wanted.guest_id, "number": wanted.case_number,
    }
    async with office.reading() as now:
        rows = await now.dicts(_SQL["plan"], params)
    if not rows:
        return ActRefusal("case")
    case_id, counts = rows[0]["case_id"], {name: count for name, count in rows[0].items() if name != "case_id"}
    stopped = await erasures.stopped(office, wanted.property_id, wanted.guest_id, wanted.groups)
    told = repr((wanted.property_id, wanted.guest_id, wanted.groups, case_id, sorted(counts.items()), stopped))
    return Plan(hashlib.sha256(told.encode()).digest()[:16], case_id, counts, stopped)


async def run(office: Office, wanted: Wanted, plan_id: bytes, by: bytes) -> Done | ActRefusal:
    """Order what a plan says; the keeper then carries the order out.

    Refusals: `case`, `stale` (it is not the plan any more), and those of `erasures.order`.
    """
    now_planned = await plan(office, wanted)
    if isinstance(now_planned, ActRefusal):
        return now_planned
    if not secrets.compare_digest(now_planned.plan_id, plan_id):
        return ActRefusal("stale")
    new = erasures.NewErasure(
        secrets.token_bytes(16), wanted.guest_id, wanted.groups, now_planned.case_id, by,
    )
    async with office.changing() as now:
        return await erasures.order(now, wanted.property_id, new)
