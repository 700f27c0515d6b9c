"""Locks: nothing is shown while the person, terminal, sign-in or record is locked (guard G9). Nobody deletes one."""

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


async def locks(office: Office, property_id: bytes) -> tuple[Lock, ...]:
    """Return the locks in force, newest first, at most 1000."""
    async with office.reading() as now:
        return await now.rows(Lock, _SQL["locks"], {"property_id": property_id})


async def add_lock(office: Office, property_id: bytes, new: NewLock) -> Done | ActRefusal:
    """Set a lock. Refusals: `kind`, `reason`, `until` for an end that is past. The same id twice is one lock."""
    if new.kind not in KINDS:
        return ActRefusal("kind")
    if not is_plain(new.reason, REASON_CHARACTERS_MAX):
        return ActRefusal("reason")
    if new.until_at is not None and new.until_at <= datetime.now(UTC):
        return ActRefusal("until")
    async with office.changing() as now:
        added = await now.run(_SQL["add"], {"property_id": property_id, **asdict(new)})
    return Done(new.lock_id, is_repeat=not added)


async def release_lock(office: Office, property_id: bytes, lock_id: bytes) -> Done | ActRefusal:
    """End a lock now. Refusals: `not_found`."""
    params = {"property_id": property_id, "lock_id": lock_id}
    async with office.changing() as now:
        released = await now.run(_SQL["release"], params)
        if not released and not await now.dicts(_SQL["exists"], params):
            return ActRefusal("not_found")
    return Done(lock_id, is_repeat=not released)
