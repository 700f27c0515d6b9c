"""One badge at two hotels: the same number is the same person, and nobody is in two places.

Rules:
* The office compares, because it knows both hotels. It writes a row into each hotel's presence; whoever decides reads
  the rows of its own hotel and nothing else.
* "In" at two hotels within the time it takes to travel: present at neither, and the security of both is told. That
  stays so until the travel time has passed since, or a duty manager attests.
* Longer apart, the later one holds: the person has moved, and the other hotel's "in" has ended.

The badges concerned are held by the caller (`hold_badges`): two hotels compare one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from discretion.office.database import Statements

_SQL = queries("doors/doors.sql")
TRAVEL_MINUTES: Final = 30
_PRESENT: Final = timedelta(hours=14)
ELSEWHERE, CONFLICT = "elsewhere", "conflict"


@dataclass(frozen=True, slots=True)
class Seen:
    """The last that is known of somebody at one hotel."""

    direction: str
    how: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """What becomes of the presence here and there: kept (empty), or ended and why. `is_told`: security hears of it."""

    here: str = ""
    there: str = ""
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class _Here:
    badge: str
    staff_id: bytes
    direction: str
    how: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _There:
    badge: str
    property_id: bytes
    staff_id: bytes
    code: str
    direction: str
    how: str
    at: datetime
    minutes: int


def judge(here: Seen, there: Seen, travel: timedelta) -> Judged:
    """Return what one badge, seen last so here and so there, means for both hotels.

    Shapes: `here` has just been reported; either may be the later one.
    """
    apart = abs(here.at - there.at)
    if apart > _PRESENT:
        return Judged()
    if there.how == CONFLICT and apart < travel:
        return Judged(here=CONFLICT if here.direction == "in" else "")
    if there.direction == "in":
        if apart < travel and (here.direction == "in" or here.at >= there.at):
            return Judged(CONFLICT, CONFLICT, is_told=True)
        if here.at >= there.at:
            return Judged(there=ELSEWHERE)
    return Judged(here=ELSEWHERE) if here.direction == "in" and there.at > here.at else Judged()


async def compare(now: Statements, property_id: bytes, code: str, people: Mapping[str, bytes]) -> dict[str, Judged]:
    """Compare where these badges were seen last, and clear what cannot be; return by badge what was not kept.

    Shapes: `people` are the holders at this hotel by badge, each just reported here.
    """
    if not people:
        return {}
    params = {"property_id": property_id, "badges": list(people), "staff": list(people.values())}
    here = {each.badge: each for each in await now.rows(_Here, _SQL["here"], params)}
    since = min((each.at for each in here.values()), default=None)
    if since is None:
        return {}
    there = await now.rows(_There, _SQL["elsewhere"], {**params, "minutes": TRAVEL_MINUTES, "since": since - _PRESENT})
    judged: dict[str, Judged] = {}
    cleared: dict[tuple[bytes, bytes], str] = {}
    told: list[tuple[bytes, bytes, str]] = []
    for each in there:
        mine = here[each.badge]
        found = judge(
            Seen(mine.direction, mine.how, mine.at), Seen(each.direction, each.how, each.at),
            timedelta(minutes=each.minutes),
        )
        if found == Judged():
            continue
        judged[each.badge] = max(found, judged.get(each.badge, found), key=lambda one: one.here == CONFLICT)
        for key, how in (((property_id, mine.staff_id), found.here), ((each.property_id, each.staff_id), found.there)):
            if how and cleared.get(key) != CONFLICT:
                cleared[key] = how
        if found.is_told:
            told += [(property_id, mine.staff_id, each.code), (each.property_id, each.staff_id, code)]
    await _write(now, cleared, told)
    return judged


async def _write(
    now: Statements, cleared: Mapping[tuple[bytes, bytes], str], told: list[tuple[bytes, bytes, str]],
) -> None:
    if cleared:
        await now.run(_SQL["clear"], {
            "properties": [property_id for property_id, _ in cleared], "staff": [staff for _, staff in cleared],
            "hows": list(cleared.values()),
        })
    if told:
        await now.run(_SQL["tell"], {
            "properties": [each[0] for each in told], "staff": [each[1] for each in told],
            "others": [each[2] for each in told],
        })
