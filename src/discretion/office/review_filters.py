"""Filters of the review queue that a reviewer keeps under a name of their own. None names a guest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from discretion.office.free_words import fault_of
from discretion.office.outcome import ActRefusal, Done
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office

_SQL = queries("review_filters.sql")
NAME_MAX: Final = 40
KEPT_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """Conditions under a name; `query` is printed as the query language writes it."""

    name: str
    query: str


async def saved_filters(office: Office, property_id: bytes, staff_id: bytes) -> tuple[SavedFilter, ...]:
    """Return this person's filters, by name."""
    async with office.reading() as now:
        return await now.rows(SavedFilter, _SQL["mine"], {"property_id": property_id, "staff_id": staff_id})


async def save_filter(office: Office, property_id: bytes, staff_id: bytes, new: SavedFilter) -> Done | ActRefusal:
    """Keep a filter; one of the same name is replaced.

    Refusals: `filter_name`, `filter_guest` for conditions that name a guest, `filter_full` for more than twelve.
    """
    name = new.name.strip()
    if not is_plain(name, NAME_MAX) or fault_of(name):
        return ActRefusal("filter_name")
    if "guest:" in new.query:
        return ActRefusal("filter_guest")
    params = {
        "property_id": property_id, "staff_id": staff_id, "name": name, "query": new.query, "most": KEPT_MAX,
    }
    async with office.changing() as now:
        kept = await now.run(_SQL["save"], params)
    return Done(staff_id, is_repeat=False) if kept else ActRefusal("filter_full")


async def drop_filter(office: Office, property_id: bytes, staff_id: bytes, name: str) -> None:
    """Drop one of this person's filters; none of that name is no trouble."""
    async with office.changing() as now:
        await now.run(_SQL["drop"], {"property_id": property_id, "staff_id": staff_id, "name": name})
