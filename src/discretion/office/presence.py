"""Who is in the house: events that say "in" or "out", and how that is known. `badged_in` rests on the last one.

Rules:
* A badge number is an identifier and copies cheaply: it says "in" or "out", and never who signs in.
* A badge that was seen at another hotel too recently says nothing here (`doors.two_hotels`).
* A duty manager attests who is here, over a passkey that the keeper verifies: the keeper writes that, and nobody else
  can. So it goes on when readers fail, and each time stands in the report.
* Whoever is in and uses their sign-in from outside the hotel's network is in no longer, and security is told.
* An event is never changed or deleted. The same id twice is one event.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from discretion.office.doors.two_hotels import CONFLICT, compare
from discretion.office.outcome import ActRefusal, RefusedError
from discretion.office.sql import queries
from discretion.office.staff import PRESENT_HOURS_MAX

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from discretion.office.database import Office, Statements

_SQL = queries("presence.sql")
_DOORS = queries("doors/doors.sql")
READ_TWICE = timedelta(seconds=5)
_BADGE_CHARACTERS_MAX = 40


@dataclass(frozen=True, slots=True)
class PresenceChange:
    """Somebody came or went. `is_repeat`: this was known already, by the same event or the same tap read twice."""

    event_id: bytes
    staff_id: bytes
    name: str
    direction: str
    at: datetime
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class Reported:
    """A line of the report: attested by whom, a badge seen at two hotels, a sign-in from outside (`how`)."""

    at: datetime
    how: str
    direction: str
    number: str
    name: str
    by_number: str
    by_name: str


@dataclass(frozen=True, slots=True)
class _Holder:
    staff_id: bytes
    name: str


@dataclass(frozen=True, slots=True)
class _Last:
    event_id: bytes
    direction: str
    at: datetime
    is_valid: bool
    is_twice: bool


async def badge(office: Office, property_id: bytes, event_id: bytes, number: str) -> PresenceChange | ActRefusal:
    """Turn a badge read at the desk into "in", or into "out" when its holder is in.

    Refusals: `presence_by` where the property does not use the desk's reader, `badge_unknown` for a number that is
    nobody's, withdrawn or of somebody disabled; `two_hotels` for one that was seen at another hotel too recently, which
    is noted as that.
    """

    async def do(now: Statements) -> PresenceChange | ActRefusal:
        tapped = number[: _BADGE_CHARACTERS_MAX + 1]
        params = {"property_id": property_id, "event_id": event_id, "number": tapped}
        code = await _must_be_known_by(now, property_id, "badge_desk")
        await now.dicts(_DOORS["hold_badges"], {"numbers": [tapped]})
        holder = await now.row(_Holder, _SQL["badge_holder"], params)
        if holder is None:
            raise RefusedError("badge_unknown")
        last = await now.row(_Last, _SQL["last"], {
            "property_id": property_id, "staff_id": holder.staff_id, "twice": READ_TWICE,
            "valid": timedelta(hours=PRESENT_HOURS_MAX),
        })
        if last is not None and last.is_twice:
            return PresenceChange(last.event_id, holder.staff_id, holder.name, last.direction, last.at, is_repeat=True)
        direction = "out" if last is not None and last.direction == "in" and last.is_valid else "in"
        change = await _add(now, property_id, event_id, holder, direction, tapped)
        found = await compare(now, property_id, code, {tapped: holder.staff_id})
        is_kept = tapped not in found or found[tapped].here != CONFLICT
        return change if is_kept else ActRefusal("two_hotels")

    return await _once(office, property_id, event_id, do)


async def sign_in_outside(office: Office, property_id: bytes, staff_id: bytes) -> None:
    """Note that somebody's sign-in is used from outside the hotel's network: whoever was in is so no longer."""
    async with office.changing() as now:
        await now.run(_SQL["outside"], {"property_id": property_id, "staff_id": staff_id})


async def report(
    office: Office, property_id: bytes, *, from_at: datetime, until_at: datetime
) -> tuple[Reported, ...]:
    """Return what was attested or in doubt in this time, newest first, at most 1000."""
    async with office.reading() as now:
        return await now.rows(Reported, _SQL["report"], {
            "property_id": property_id, "from_at": from_at, "until_at": until_at,
        })


async def _once(
    office: Office, property_id: bytes, event_id: bytes,
    do: Callable[[Statements], Awaitable[PresenceChange | ActRefusal]],
) -> PresenceChange | ActRefusal:
    try:
        async with office.changing() as now:
            params = {"property_id": property_id, "event_id": event_id}
            known = await now.row(PresenceChange, _SQL["event"], params)
            return known or await do(now)
    except RefusedError as refused:
        return refused.refusal


async def _must_be_known_by(now: Statements, property_id: bytes, way: str) -> str:
    """Return the property's code. Errors: `RefusedError` `presence_by`."""
    found = await now.dicts(_SQL["presence_by"], {"property_id": property_id})
    if not found or found[0]["presence_by"] != way:
        raise RefusedError("presence_by")
    code: str = found[0]["code"]
    return code


async def _add(
    now: Statements, property_id: bytes, event_id: bytes, person: _Holder, direction: str, badge: str,
) -> PresenceChange:
    added = await now.dicts(_SQL["add"], {
        "property_id": property_id, "event_id": event_id, "staff_id": person.staff_id, "direction": direction,
        "badge": badge,
    })
    if not added:  # the same event came twice at once; the other one is in by now
        known = await now.row(PresenceChange, _SQL["event"], {"property_id": property_id, "event_id": event_id})
        if known is not None:
            return known
    return PresenceChange(event_id, person.staff_id, person.name, direction, added[0]["at"], is_repeat=False)
