"""Door controllers as sources of presence: each bound to one hotel, in one format; and how long one travels between.

Rules:
* Adding and ending a source are facts, entered in the ledger; the secret is in no table (`keys`).
* Nobody is deleted: a source ends, and the row says when. Its events stay.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from discretion.office.outcome import ActRefusal, Done
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from discretion.office.database import Office

_SQL = queries("doors/doors.sql")
FORMATS: Final = ("discretion", "kisi", "verkada")
MINUTES_MAX: Final = 1440
DOORS_MAX: Final = 200
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_DOOR: Final = re.compile(r"[^\x00-\x1f\x7f]{1,80}")


@dataclass(frozen=True, slots=True)
class Source:
    """A source; `events` and `unknown` badges of the last 24 hours; `ended_at` None = still."""

    source_id: bytes
    name: str
    format: str
    doors: dict[str, str]
    from_at: datetime
    ended_at: datetime | None
    last_at: datetime | None
    events: int
    unknown: int


async def sources(office: Office, property_id: bytes) -> tuple[Source, ...]:
    """Return the sources of a hotel, those that report on top, at most 500."""
    async with office.reading() as now:
        return await now.rows(Source, _SQL["sources"], {"property_id": property_id})


async def add_source(
    office: Office, property_id: bytes, source_id: bytes, name: str, format_name: str, doors: Mapping[str, str],
) -> Done | ActRefusal:
    """Let a controller report. Refusals: `source_name`, `source_format`, `source_doors`; `source_taken` by name."""
    if not _NAME.fullmatch(name):
        return ActRefusal("source_name")
    if format_name not in FORMATS:
        return ActRefusal("source_format")
    if len(doors) > DOORS_MAX or not all(
        _DOOR.fullmatch(door) and says in {"in", "out"} for door, says in doors.items()
    ):
        return ActRefusal("source_doors")
    async with office.changing() as now:
        added = await now.run(_SQL["add_source"], {
            "property_id": property_id, "source_id": source_id, "name": name, "format": format_name,
            "doors": json.dumps(dict(doors)),
        })
    return Done(source_id, is_repeat=False) if added else ActRefusal("source_taken")


async def source_of(office: Office, property_id: bytes, name: str) -> Done | ActRefusal:
    """Return the source of this name that reports now. Refusals: `source_unknown`."""
    async with office.reading() as now:
        found = await now.dicts(_SQL["source_by_name"], {"property_id": property_id, "name": name})
    return Done(found[0]["source_id"], is_repeat=False) if found else ActRefusal("source_unknown")


async def end_source(office: Office, property_id: bytes, name: str) -> Done | ActRefusal:
    """End a source: from now on its reports are refused. Refusals: `source_unknown`."""
    async with office.changing() as now:
        ended = await now.dicts(_SQL["end_source"], {"property_id": property_id, "name": name})
    return Done(ended[0]["source_id"], is_repeat=False) if ended else ActRefusal("source_unknown")


async def set_travel(office: Office, one: bytes, other: bytes, minutes: int) -> Done | ActRefusal:
    """Say how long one travels between two hotels, both ways. Refusals: `travel_minutes`, `travel_hotels`."""
    if not 1 <= minutes <= MINUTES_MAX:
        return ActRefusal("travel_minutes")
    if one == other:
        return ActRefusal("travel_hotels")
    async with office.changing() as now:
        touched = 0
        for here, there in ((one, other), (other, one)):
            touched += await now.run(
                _SQL["set_travel"], {"property_id": here, "to_property_id": there, "minutes": minutes}
            )
    return Done(one, is_repeat=not touched)
