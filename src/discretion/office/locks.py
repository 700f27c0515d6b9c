"""Locks: nothing is shown while the person, terminal, sign-in or record is locked (guard G9).

Rules:
* Nobody deletes a lock, and nobody releases the one that holds them; the database refuses both.
* A reason is for those who answer for locks. Whoever is locked reads who can help, and until when.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from discretion.office.outcome import ActRefusal, Done
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office

_SQL = queries("locks.sql")
KINDS = ("staff", "terminal", "session", "guest")
REASON_CHARACTERS_MAX = 200


@dataclass(frozen=True, slots=True)
class NewLock:
    """A lock to be set; `until_at` None = until it is released."""

    lock_id: bytes
    kind: str
    target_id: bytes
    reason: str
    by_id: bytes
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock that was set."""

    lock_id: bytes
    kind: str
    target_id: bytes
    reason: str
    by_id: bytes
    at: datetime
    until_at: datetime | None
    released_at: datetime | None
    target_number: str
    target_name: str
    by_name: str


@dataclass(frozen=True, slots=True)
class Held:
    """A lock as whoever meets it may know it: since when, until when, and who set it."""

    at: datetime
    until_at: datetime | None
    by_name: str


async def held_by(office: Office, property_id: bytes, *targets: bytes) -> Held | None:
    """Return the lock in force on one of these people, sign-ins, terminals or records that lasts longest, if any."""
    async with office.reading() as now:
        return await now.row(Held, _SQL["held"], {"property_id": property_id, "targets": list(targets)})


async def locks(office: Office, property_id: bytes) -> tuple[Lock, ...]:
    """Return the locks in force, newest first, at most 1000."""
    async with office.reading() as now:
        return await now.rows(Lock, _SQL["locks"], {"property_id": property_id})


async def add_lock(office: Office, property_id: bytes, new: NewLock) -> Done | ActRefusal:
    """Set a lock. The same id twice is one lock.

    Refusals: `kind`, `reason`, `until` for an end that is past, `own_lock` for oneself, `not_found` for a person or
    record that is not of this hotel.
    """
    if new.kind not in KINDS:
        return ActRefusal("kind")
    if not is_plain(new.reason, REASON_CHARACTERS_MAX):
        return ActRefusal("reason")
    if new.until_at is not None and new.until_at <= datetime.now(UTC):
        return ActRefusal("until")
    if new.target_id == new.by_id:
        return ActRefusal("own_lock")
    async with office.changing() as now:
        target = {"property_id": property_id, "kind": new.kind, "target_id": new.target_id}
        if not await now.dicts(_SQL["target"], target):
            return ActRefusal("not_found")
        added = await now.run(_SQL["add"], {"property_id": property_id, **asdict(new)})
    return Done(new.lock_id, is_repeat=not added)


async def release_lock(
    office: Office, property_id: bytes, lock_id: bytes, by_id: bytes | None = None,
) -> Done | ActRefusal:
    """End a lock now; `by_id` None is the operator. Refusals: `not_found`, `own_lock` for whoever it locks."""
    params = {"property_id": property_id, "lock_id": lock_id, "by_id": by_id}
    async with office.changing() as now:
        if by_id is not None and await now.dicts(_SQL["own"], params):
            return ActRefusal("own_lock")
        released = await now.run(_SQL["release"], params)
        if not released and not await now.dicts(_SQL["exists"], params):
            return ActRefusal("not_found")
    return Done(lock_id, is_repeat=not released)
