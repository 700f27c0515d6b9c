"""Notices: what somebody should know, in the console at once and by mail when mail gets through. Codes and ids only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Any

from discretion.office.outcome import ActRefusal, Done
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.office.database import Office

_SQL = queries("notices.sql")
SHOWN_MAX = 100
_ADDRESS = re.compile(r"[!-?A-~]{1,64}@[A-Za-z0-9.-]{1,189}")


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; `to_role` is None when it is for the person alone."""

    notice_id: bytes
    kind: str
    details: dict[str, Any]
    at: datetime
    to_role: str | None
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Count:
    count: int


@dataclass(frozen=True, slots=True)
class _Address:
    email: str


async def notices_of(office: Office, property_id: bytes, staff_id: bytes, duty: str) -> tuple[Notice, ...]:
    """Return what is for this person or this duty, newest first, at most `SHOWN_MAX`."""
    async with office.reading() as now:
        return await now.rows(Notice, _SQL["mine"], {
            "property_id": property_id, "staff_id": staff_id, "duty": duty, "most": SHOWN_MAX,
        })


async def unread_of(office: Office, property_id: bytes, staff_id: bytes, duty: str) -> int:
    """Return how many of them are unread; 100 stands for that many or more."""
    async with office.reading() as now:
        found = await now.row(_Count, _SQL["unread"], {
            "property_id": property_id, "staff_id": staff_id, "duty": duty,
        })
    return found.count if found else 0


async def mark_read(
    office: Office, property_id: bytes, staff_id: bytes, duty: str, notice_ids: Sequence[bytes],
) -> int:
    """Mark these as read, as far as they are for this person or duty; return how many were."""
    async with office.changing() as now:
        return await now.run(_SQL["read"], {
            "property_id": property_id, "staff_id": staff_id, "duty": duty, "notice_ids": list(notice_ids),
        })


async def address_of(office: Office, property_id: bytes, staff_id: bytes) -> str:
    """Return where notices to this person are sent; empty where they are not."""
    async with office.reading() as now:
        found = await now.row(_Address, _SQL["address"], {"property_id": property_id, "staff_id": staff_id})
    return found.email if found else ""


async def set_address(office: Office, property_id: bytes, staff_id: bytes, email: str) -> Done | ActRefusal:
    """Have notices sent to `email`; empty sends none. Refusals: `email`."""
    params = {"property_id": property_id, "staff_id": staff_id, "email": email}
    if email and not _ADDRESS.fullmatch(email):
        return ActRefusal("email")
    async with office.changing() as now:
        await now.run(_SQL["set_address" if email else "drop_address"], params)
    return Done(staff_id, is_repeat=False)
