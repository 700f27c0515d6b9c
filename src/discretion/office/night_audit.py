"""Night audit: the business date turns at the property's own hour, and who did not come is listed.

Marking somebody as a no-show is a person's act (`changes.NoShow`); nothing here does it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from discretion.office.lists import no_show_candidates
from discretion.office.outcome import ActRefusal, Done
from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office

__all__ = ["business_date_due", "no_show_candidates", "roll_business_date"]

_SQL = queries("properties.sql")


def business_date_due(local_now: datetime, night_audit_at: time) -> date:
    """Return the business date that holds at this local time: yesterday's until the hour of the night audit."""
    today = local_now.date()
    return today if local_now.time() >= night_audit_at else today - timedelta(days=1)


async def roll_business_date(office: Office, property_id: bytes, *, seen: date) -> Done | ActRefusal:
    """Turn the business date one day on, by hand.

    Refusals: `not_found`, `stale` (date) when it has turned since it was seen, `not_yet` when it would run ahead of the
    calendar: it never gets further than today.
    """
    params = {"property_id": property_id}
    async with office.changing() as now:
        rows = await now.dicts(_SQL["clock"], params)
        if not rows:
            return ActRefusal("not_found")
        if rows[0]["business_date"] != seen:
            return ActRefusal("stale", {"date": rows[0]["business_date"].isoformat()})
        following = seen + timedelta(days=1)
        if following > rows[0]["local_now"].date():
            return ActRefusal("not_yet", {"date": seen.isoformat()})
        if not await now.run(_SQL["roll"], {**params, "seen": seen, "next": following}):
            return ActRefusal("stale", {"date": seen.isoformat()})
    return Done(property_id, is_repeat=False)
