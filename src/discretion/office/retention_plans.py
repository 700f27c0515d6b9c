"""What falls due: planned in numbers, run by plan, carried out by the keeper; every night, or when somebody says so.

Rules:
* A plan names no guest. Its digest does: a plan that would do anything else than it showed is stale and is not run.
* Who has a stay open or ahead, an open case, a mark or a hold is left alone and counted, with the reason.
* The database computes it in one pass from the rules in force; nobody can order more than they say (migration 0018).

Left to others: erasing (the keeper), rules and their versions (`retention`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec

from discretion.hotel.purpose import FieldGroup
from discretion.hotel.retention import STAY_BITS, WHOLE
from discretion.office.outcome import ActRefusal, RefusedError
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from discretion.hotel.retention import Rule
    from discretion.office.database import Office, Statements

_SQL: Final = queries("retention_plans.sql")
How = Literal["command", "night", "page"]
Skip = Literal["open_stay", "open_case", "marked", "held"]
SKIPS: Final[tuple[Skip, ...]] = ("open_stay", "open_case", "marked", "held")
_Count = Annotated[int, msgspec.Meta(ge=0)]


class Counted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many records of one field group fall due by one rule."""

    rule: str
    group: str
    guests: _Count


class Counts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plan in numbers. `whole`: records that go with key and links; `partly_held`: due, but for groups on hold.

    `waiting` is, by group, how many records outlast a limit because an obligation does; `contradictory` how many of
    these do so because two laws contradict each other.
    """

    by_rule: tuple[Counted, ...]
    whole: _Count
    skipped: dict[str, _Count]
    partly_held: _Count
    waiting: dict[str, _Count]
    contradictory: dict[str, _Count]


@dataclass(frozen=True, slots=True)
class Due:
    """What falls due on a day: how many records, in numbers, and the digest of whose."""

    for_day: date
    records: int
    counts: Counts
    digest: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan that was made. `state`: `made`, `running` while the keeper carries it out, `done`."""

    plan_id: bytes
    for_day: date
    how: str
    made_at: datetime
    made_by_name: str
    records: int
    raw_counts: str
    state: str
    run_at: datetime | None
    run_by_name: str
    done_at: datetime | None

    @property
    def counts(self) -> Counts:
        """The numbers, read."""
        return msgspec.json.decode(self.raw_counts, type=Counts)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan's orders are."""

    done: int
    stopped: int
    waiting: int


@dataclass(frozen=True, slots=True)
class _Row:
    due: int
    passed: int
    waits: int
    clash: int
    held: int
    why_not: str
    guests: int
    digest: str


async def due(office: Office, property_id: bytes, *, days_ago: int = 0) -> Due:
    """Return what falls due today, or what was due so many days ago and is still there."""
    async with office.reading() as now:
        return await _due(now, property_id, days_ago)


async def make_plan(office: Office, property_id: bytes, how: How, staff_id: bytes | None = None) -> Plan | None:
    """Make a plan for today and return it; None when a night's is there already."""
    async with office.changing() as now:
        plan_id = await _made(now, property_id, how, staff_id)
    return None if plan_id is None else await plan_of(office, property_id, plan_id)


async def run_plan(
    office: Office, property_id: bytes, plan_id: bytes, staff_id: bytes | None = None,
) -> int | ActRefusal:
    """Order what a plan shows and return how many records that is; the keeper carries the orders out.

    Refusals: `plan_stale` (anything else falls due by now), `plan_gone` (run before, or no such plan).
    """
    try:
        async with office.changing() as now:
            return await _run(now, property_id, plan_id, staff_id)
    except RefusedError as refused:
        return refused.refusal


async def plans(office: Office, property_id: bytes) -> tuple[Plan, ...]:
    """Return the newest thirty plans."""
    async with office.reading() as now:
        return await now.rows(Plan, _SQL["plan"], {"property_id": property_id, "plan_id": None})


async def plan_of(office: Office, property_id: bytes, plan_id: bytes) -> Plan | None:
    """Return one plan."""
    async with office.reading() as now:
        return await now.row(Plan, _SQL["plan"], {"property_id": property_id, "plan_id": plan_id})


async def progress(office: Office, property_id: bytes, plan_id: bytes) -> Progress:
    """Return how far a plan's orders are; one whose orders are all through is marked done."""
    async with office.changing() as now:
        found = await now.row(Progress, _SQL["progress"], {"property_id": property_id, "plan_id": plan_id})
        return found or Progress(0, 0, 0)


async def would_fall_due(office: Office, property_id: bytes, rules: Sequence[Rule]) -> int:
    """Return how many records would fall due today under these rules instead of those in force."""
    async with office.reading() as now:
        day = await _day(now, property_id)
        (found,) = await now.dicts(_SQL["due_by"], {
            "property_id": property_id, "day": day,
            "is_law": [rule.basis == "law" for rule in rules], "groups": [rule.groups for rule in rules],
            "homes": [rule.home for rule in rules], "guests": [rule.guests.value for rule in rules],
            "stays": [STAY_BITS[rule.stays] for rule in rules], "events": [rule.event.value for rule in rules],
            "keep_months": [rule.keep and rule.keep.months for rule in rules],
            "keep_days": [rule.keep and rule.keep.days for rule in rules],
            "gone_months": [rule.gone and rule.gone.months for rule in rules],
            "gone_days": [rule.gone and rule.gone.days for rule in rules],
        })
        return int(found["guests"])


async def run_tonight(office: Office, property_id: bytes) -> int:
    """Make and run the night's plan, once a business date; return how many records were ordered to be erased.

    What falls due between plan and run makes neither stale: both are one transaction.
    """
    try:
        async with office.changing() as now:
            place = {"property_id": property_id, "day": await _day(now, property_id)}
            if await now.dicts(_SQL["tonight"], place) or not await now.dicts(_SQL["is_night"], place):
                return 0
            made = await _made(now, property_id, "night", None)
            return 0 if made is None else await _run(now, property_id, made, None)
    except RefusedError:
        return 0  # somebody changed what is due between two statements; a minute later it is tried again


async def running(office: Office, property_id: bytes) -> tuple[bytes, ...]:
    """Return the plans whose orders the keeper has not carried out yet, oldest first."""
    async with office.reading() as now:
        return tuple(row["plan_id"] for row in await now.dicts(_SQL["running"], {"property_id": property_id}))


async def _day(now: Statements, property_id: bytes) -> date:
    (row,) = await now.dicts(_SQL["day"], {"property_id": property_id})
    day: date = row["day"]
    return day


async def _due(now: Statements, property_id: bytes, days_ago: int = 0) -> Due:
    place: dict[str, object] = {"property_id": property_id}
    day = await _day(now, property_id) - timedelta(days=days_ago)
    rules = [(row["code"], row["groups"]) for row in await now.dicts(_SQL["rule_codes"], place)]
    rows = await now.rows(_Row, _SQL["due"], {**place, "day": day})
    goes = [row for row in rows if row.due and not row.why_not]
    return Due(day, sum(row.guests for row in goes), _counts(rules, rows, goes), rows[0].digest)


async def _made(now: Statements, property_id: bytes, how: How, staff_id: bytes | None) -> bytes | None:
    found = await _due(now, property_id)
    plan_id = secrets.token_bytes(16)
    made = await now.run(_SQL["make"], {
        "property_id": property_id, "plan_id": plan_id, "day": found.for_day, "how": how, "staff_id": staff_id,
        "digest": found.digest, "records": found.records, "counts": msgspec.json.encode(found.counts).decode(),
    })
    return plan_id if made else None


async def _run(now: Statements, property_id: bytes, plan_id: bytes, staff_id: bytes | None) -> int:
    (row,) = await now.dicts(_SQL["run"], {"property_id": property_id, "plan_id": plan_id, "staff_id": staff_id})
    ordered = int(row["ordered"])
    if ordered < 0:
        raise RefusedError("plan_stale" if ordered == -1 else "plan_gone")
    return ordered


def _counts(rules: Sequence[tuple[str, int]], rows: Sequence[_Row], goes: Sequence[_Row]) -> Counts:
    by_rule: dict[tuple[str, str], int] = {}
    for row in goes:
        left = row.due
        for place, (code, groups) in enumerate(rules):
            own = groups & left if row.passed >> place & 1 else 0
            for group in FieldGroup:
                if own & group.bit:
                    by_rule[code, group.word] = by_rule.get((code, group.word), 0) + row.guests
            left &= ~own
    skipped: dict[str, int] = dict.fromkeys(SKIPS, 0)
    for row in rows:
        if row.why_not:
            skipped[row.why_not] += row.guests
    return Counts(
        by_rule=tuple(Counted(code, group, count) for (code, group), count in by_rule.items()),
        whole=sum(row.guests for row in goes if row.due == WHOLE),
        skipped=skipped,
        partly_held=sum(row.guests for row in goes if row.held),
        waiting=_by_group(rows, "waits"),
        contradictory=_by_group(rows, "clash"),
    )


def _by_group(rows: Sequence[_Row], column: Literal["waits", "clash"]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        mask = row.waits if column == "waits" else row.clash
        for group in FieldGroup:
            if mask & group.bit:
                found[group.word] = found.get(group.word, 0) + row.guests
    return found
