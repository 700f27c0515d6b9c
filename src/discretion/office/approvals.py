"""Approvals as pages show them: requests, votes, deputies. The keeper alone writes them; nothing here decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING

from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office

_SQL = queries("approvals.sql")


@dataclass(frozen=True, slots=True)
class Approval:
    """A request for approval as it stands now. `state` counts what time has ended as expired; `why` is a code."""

    request_id: bytes
    requester_id: bytes
    requester_name: str
    requester_duty: str
    guest_id: bytes
    purpose: str
    groups: int
    rule: str
    fact: str
    reason: str
    reference: str
    quorum: int
    state: str
    why: str
    asked_at: datetime
    ask_until_at: datetime
    decided_at: datetime | None
    grant_seconds: int
    grant_until_at: datetime | None
    uses_max: int
    uses: int
    entry_idx: int
    is_for_me: bool
    yes_count: int


@dataclass(frozen=True, slots=True)
class VoteLine:
    """One vote. `for_name` is whom a deputy voted for, empty otherwise."""

    name: str
    as_role: str
    for_name: str
    is_yes: bool
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who votes in whose place, in which role, until when."""

    deputy_id: bytes
    from_id: bytes
    from_name: str
    to_id: bytes
    to_name: str
    role: str
    from_at: datetime
    until_at: datetime
    accepted_at: datetime | None
    ended_at: datetime | None
    is_open: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be named."""

    staff_id: bytes
    number: str
    name: str


async def approvals(office: Office, property_id: bytes, staff_id: bytes, duty: str) -> tuple[Approval, ...]:
    """Return what somebody has asked for and what they may decide, open ones first, at most 200 of 30 days."""
    return await _approvals(office, property_id, staff_id, duty)


async def approval(
    office: Office, property_id: bytes, staff_id: bytes, duty: str, request_id: bytes,
) -> tuple[Approval, tuple[VoteLine, ...]] | None:
    """Return one request with its votes; None when it is not for this person."""
    found = await _approvals(office, property_id, staff_id, duty, request_id=request_id)
    if not found:
        return None
    async with office.reading() as now:
        votes = await now.rows(VoteLine, _SQL["votes"], {"property_id": property_id, "request_id": request_id})
    return found[0], votes


async def approvals_of_guest(
    office: Office, property_id: bytes, staff_id: bytes, guest_id: bytes, purpose: str,
) -> tuple[Approval, ...]:
    """Return this person's own open requests for one guest and purpose."""
    found = await _approvals(office, property_id, staff_id, "", guest_id=guest_id)
    return tuple(
        one for one in found
        if not one.is_for_me and one.purpose == purpose and one.state in ("pending", "approved", "denied", "expired")
    )


async def deputies(office: Office, property_id: bytes, staff_id: bytes) -> tuple[Deputy, ...]:
    """Return the deputies that somebody named or is."""
    async with office.reading() as now:
        return await now.rows(Deputy, _SQL["deputies"], {"property_id": property_id, "staff_id": staff_id})


async def deputy_choices(
    office: Office, property_id: bytes, staff_id: bytes,
) -> tuple[tuple[Colleague, ...], tuple[str, ...]]:
    """Return who may be named, and the roles one holds."""
    about = {"property_id": property_id, "staff_id": staff_id}
    async with office.reading() as now:
        colleagues = await now.rows(Colleague, _SQL["colleagues"], about)
        roles = await now.dicts(_SQL["own_roles"], about)
    return colleagues, tuple(row["role"] for row in roles)


async def _approvals(
    office: Office, property_id: bytes, staff_id: bytes, duty: str, *, request_id: bytes | None = None,
    guest_id: bytes | None = None,
) -> tuple[Approval, ...]:
    async with office.reading() as now:
        return await now.rows(Approval, _SQL["approvals"], {
            "property_id": property_id, "staff_id": staff_id, "duty": duty, "request_id": request_id,
            "guest_id": guest_id,
        })
