"""Marks on a guest: incognito, sealed, VIP, do-not-rent, restriction, hold (hotel.md, section 5).

Rules:
* Each has a reason, an author and its time; sealed and do-not-rent also a second person and an end within 12 months.
* The reason is a code, not prose: what happened stands in the case, sealed.
* A mark ends or is ended; it is never deleted.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from discretion.office.outcome import ActRefusal, Done
from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office

_SQL = queries("marks.sql")
_REASON = re.compile(r"[a-z][a-z0-9_]{0,39}")
KINDS = ("incognito", "sealed", "vip", "do_not_rent", "restriction", "hold")
SECOND_NEEDED = frozenset({"sealed", "do_not_rent"})
LASTS_MAX = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class NewMark:
    """A mark to be set."""

    mark_id: bytes
    guest_id: bytes
    kind: str
    reason_code: str
    author_id: bytes
    second_id: bytes | None = None
    until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark that was set; in force while not ended and its `until_at` is not past."""

    mark_id: bytes
    guest_id: bytes
    kind: str
    reason_code: str
    author_id: bytes
    second_id: bytes | None
    from_at: datetime
    until_at: datetime | None
    ended_at: datetime | None


async def marks_of_guest(office: Office, property_id: bytes, guest_id: bytes) -> tuple[Mark, ...]:
    """Return every mark the guest has or had, newest first, at most 200."""
    async with office.reading() as now:
        return await now.rows(Mark, _SQL["of_guest"], {"property_id": property_id, "guest_id": guest_id})


async def add_mark(office: Office, property_id: bytes, new: NewMark) -> Done | ActRefusal:
    """Set a mark. Refusals: `kind`, `reason`, `second`, `until`, `not_found`. The same id twice is one mark."""
    if wrong := _fault(new, datetime.now(UTC)):
        return ActRefusal(wrong)
    params = {"property_id": property_id, **asdict(new)}
    async with office.changing() as now:
        if not await now.dicts(_SQL["guest"], params):
            return ActRefusal("not_found")
        return Done(new.mark_id, is_repeat=not await now.run(_SQL["add"], params))


async def end_mark(office: Office, property_id: bytes, mark_id: bytes) -> Done | ActRefusal:
    """End a mark now. Refusals: `not_found`."""
    params = {"property_id": property_id, "mark_id": mark_id}
    async with office.changing() as now:
        ended = await now.run(_SQL["end_mark"], params)
        if not ended and not await now.dicts(_SQL["exists"], params):
            return ActRefusal("not_found")
    return Done(mark_id, is_repeat=not ended)


def _fault(new: NewMark, now_at: datetime) -> str:
    """Return the code of what is wrong with a mark, "" when nothing is."""
    if new.kind not in KINDS:
        return "kind"
    if not _REASON.fullmatch(new.reason_code):
        return "reason"
    if new.kind in SECOND_NEEDED and new.second_id in {None, new.author_id}:
        return "second"
    latest = now_at + LASTS_MAX if new.kind in SECOND_NEEDED else None
    if new.until_at is None:
        return "until" if latest else ""
    return "until" if new.until_at <= now_at or (latest and new.until_at > latest) else ""
