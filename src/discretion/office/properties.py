"""Properties: one row a hotel, from which everything else hangs."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from discretion.office.outcome import ActRefusal, Done
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from datetime import date, time

    from discretion.office.database import Office

_SQL = queries("properties.sql")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
PRESENCE_BY = ("door", "badge_desk", "attested")
NAME_CHARACTERS_MAX = 120


@dataclass(frozen=True, slots=True)
class Property:
    """One hotel. `business_date` turns at night audit, `generated` says that its people are invented."""

    property_id: bytes
    code: str
    name_zh: str
    name_en: str
    time_zone: str
    business_date: date
    night_audit_at: time
    presence_by: str
    generated: bool


def is_time_zone(name: str) -> bool:
    """Whether `name` is a time zone that both Python and the database know by this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


async def properties(office: Office) -> tuple[Property, ...]:
    """Return every property, by code."""
    async with office.reading() as now:
        return await now.rows(Property, _SQL["properties"], {})


async def property_by_code(office: Office, code: str) -> Property | None:
    """Return the property with this code, None when there is none."""
    return next((found for found in await properties(office) if found.code == code), None)


async def property_of(office: Office, property_id: bytes) -> Property | None:
    """Return the property with this id, None when there is none."""
    async with office.reading() as now:
        return await now.row(Property, _SQL["property_of"], {"property_id": property_id})


async def property_and_locks(office: Office, property_id: bytes) -> tuple[Property, frozenset[bytes]] | None:
    """Return one property with whom and what a lock holds there now, in one question; None when there is none."""
    async with office.reading() as now:
        rows = await now.dicts(_SQL["property_and_locks"], {"property_id": property_id})
    if not rows:
        return None
    locked = frozenset(rows[0].pop("locked"))
    return Property(**rows[0]), locked


async def add_property(office: Office, new: Property) -> Done | ActRefusal:
    """Add a property. Refusals: `code`, `name`, `time_zone`, `presence_by`, `code_taken`.

    A code is asked for in commands and addresses; nothing in the database makes it unique across properties, because
    nothing there may hold across properties. Two starters at once could both take one; `property_by_code` then
    answers with the first.
    """
    if not _CODE.fullmatch(new.code):
        return ActRefusal("code")
    if not all(is_plain(name, NAME_CHARACTERS_MAX) for name in (new.name_zh, new.name_en)):
        return ActRefusal("name")
    if not is_time_zone(new.time_zone):
        return ActRefusal("time_zone")
    if new.presence_by not in PRESENCE_BY:
        return ActRefusal("presence_by")
    known = await property_by_code(office, new.code)
    if known is not None:
        return Done(known.property_id, is_repeat=True) if known == new else ActRefusal("code_taken")
    async with office.changing() as now:
        return Done(new.property_id, is_repeat=not await now.run(_SQL["add"], asdict(new)))


async def declare_presence(office: Office, property_id: bytes, presence_by: str) -> Done | ActRefusal:
    """Declare how it is known who is in the house. Refusals: `presence_by`, `not_found`."""
    if presence_by not in PRESENCE_BY:
        return ActRefusal("presence_by")
    if await property_of(office, property_id) is None:
        return ActRefusal("not_found")
    async with office.changing() as now:
        touched = await now.run(_SQL["declare_presence"], {"property_id": property_id, "presence_by": presence_by})
        return Done(property_id, is_repeat=not touched)
