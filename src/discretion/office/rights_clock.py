"""Until when a hotel answers requests for rights: its preset, its holidays, and the moment that follows.

Rules:
* Where nothing was set: 15 working days. What is set counts for requests from then on; those there keep their day.
* An answer is due at the end of its last day, in the hotel's own zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from discretion.hotel.working_days import after_months, after_working_days, working_days_left
from discretion.office.outcome import ActRefusal, Done
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.database import Office, Statements
    from discretion.office.outcome import OnDuty

_SQL: Final = queries("rights_clock.sql")
PRESETS: Final = {"pipl": (15, None), "gdpr": (None, 1)}
WORKING_DAYS_MAX: Final = 60
MONTHS_MAX: Final = 3
DAYS_MAX: Final = 1000
_DAY: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\s+(work|上班))?")


@dataclass(frozen=True, slots=True)
class Clock:
    """How one hotel counts. `special` says of single days whether they are worked."""

    time_zone: str
    preset: str = "pipl"
    working_days: int | None = 15
    months: int | None = None
    special: Mapping[date, bool] = field(default_factory=dict)

    def due_at(self, received_at: datetime) -> datetime:
        """Return the moment by which a request received then is answered."""
        zone = ZoneInfo(self.time_zone)
        first = received_at.astimezone(zone).date()
        if self.months is not None:
            last = after_months(first, self.months)
        else:
            last = after_working_days(first, self.working_days or 1, self.special)
        return datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC)

    def days_left(self, due_at: datetime, now_at: datetime) -> int:
        """Return the working days left after today; below 0, how many it is overdue."""
        zone = ZoneInfo(self.time_zone)
        return working_days_left(now_at.astimezone(zone).date(), due_at.astimezone(zone).date(), self.special)


async def clock_of(now: Statements, property_id: bytes, *, since: date | None = None) -> Clock:
    """Return how this hotel counts, with its special days from `since` on, the last year's where none is given."""
    found = (await now.dicts(_SQL["clock"], {"property_id": property_id}))[0]
    days = await now.dicts(_SQL["days"], {
        "property_id": property_id, "since": since or datetime.now(UTC).date() - timedelta(days=400),
    })
    special = {row["day"]: row["is_worked"] for row in days}
    if found["preset"] is None:
        return Clock(found["time_zone"], special=special)
    return Clock(found["time_zone"], found["preset"], found["working_days"], found["months"], special)


async def set_clock(
    office: Office, who: OnDuty, preset: str, *, working_days: int | None = None, months: int | None = None,
) -> Done | ActRefusal:
    """Set how long answers may take. Refusals: `not_yours`, `clock` for what is no preset or out of bounds."""
    if who.duty != "privacy":
        return ActRefusal("not_yours")
    days, long = PRESETS.get(preset, (working_days, months))
    is_possible = (
        preset in {*PRESETS, "own"} and (days is None) is not (long is None)
        and 1 <= (days or 1) <= WORKING_DAYS_MAX and 1 <= (long or 1) <= MONTHS_MAX
    )
    if not is_possible:
        return ActRefusal("clock")
    async with office.changing() as now:
        await now.run(_SQL["set_clock"], {
            "property_id": who.property_id, "preset": preset, "working_days": days, "months": long,
            "staff_id": who.staff_id,
        })
    return Done(who.property_id, is_repeat=False)


async def set_days(office: Office, who: OnDuty, text: str) -> Done | ActRefusal:
    """Write the special days from this year on anew: a day a line, with `work` behind one that is worked.

    Refusals: `not_yours`, `calendar_line` naming the first line that cannot be read, `calendar_long`.
    """
    if who.duty != "privacy":
        return ActRefusal("not_yours")
    days: dict[date, bool] = {}
    lines = [line.strip() for line in text.splitlines()]
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        read = _DAY.fullmatch(line)
        try:
            days[date.fromisoformat(read[1] if read else "")] = bool(read and read[2])
        except ValueError:
            return ActRefusal("calendar_line", {"line": str(number)})
    if len(days) > DAYS_MAX:
        return ActRefusal("calendar_long")
    since = date(datetime.now(UTC).year, 1, 1)
    kept = {day: is_worked for day, is_worked in days.items() if day >= since}
    params = {"property_id": who.property_id, "since": since}
    async with office.changing() as now:
        await now.run(_SQL["drop_days"], params)
        await now.run(_SQL["add_days"], {**params, "days": list(kept), "worked": list(kept.values())})
    return Done(who.property_id, is_repeat=False)
