"""The one intake of what door controllers report: verified, in time, once, and only of the source's own hotel.

Rules:
* A report is believed by its signature alone, which is over its time and every byte of it. Times are the database's.
* All of a report is taken in one transaction, or nothing: one event out of time, or of another hotel, refuses all.
* The same event id of a source is one event, however often it comes and whatever stands in it the second time.
* A badge that nobody here uses is accepted and counted: a door's log does not tell who works here.

Left to others: the sources and their secrets (`sources`, `keys`), what formats there are (`formats`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from discretion.office.doors.formats import DoorEvent, events_in, signed_in
from discretion.office.doors.keys import is_signed
from discretion.office.doors.two_hotels import compare
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from discretion.office.database import Office, Statements
    from discretion.office.doors.keys import DoorKeys

_SQL = queries("doors/doors.sql")
OLD: Final = timedelta(minutes=2)
EARLY: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Report:
    """What a controller sent: to which source's address, with which headers, and the bytes."""

    source_id: bytes
    headers: Mapping[str, str]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the events of a report, in numbers."""

    accepted: int = 0
    repeated: int = 0
    unknown: int = 0


class UnsignedError(Exception):
    """Not signed by a source that reports now: unknown, ended, without a file, or by another secret. All read alike."""


class UntimelyError(Exception):
    """A report or an event of it is too old or not yet; `code` is `event_old` or `event_early`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OtherHotelError(Exception):
    """An event of another hotel than the source's."""


@dataclass(frozen=True, slots=True)
class _Source:
    source_id: bytes
    format: str
    doors: dict[str, str]
    code: str
    now: datetime


async def take(office: Office, keys: DoorKeys, report: Report) -> Taken:
    """Take a report in. Errors: `UnsignedError`, `UntimelyError`, `OtherHotelError`, `formats.ReportError`."""
    known = keys.read(report.source_id)
    if known is None:
        is_signed(None, report.raw, ("0" * 64,))  # a source that is not there costs the same
        raise UnsignedError
    async with office.changing() as now:
        # 1. Who says so: the source must report now, and the bytes must be signed by its secret.
        params = {"property_id": known.property_id, "source_id": report.source_id}
        source = await now.row(_Source, _SQL["source"], params)
        if source is None:
            raise UnsignedError
        signed = signed_in(source.format, report.headers, report.raw)
        if not is_signed(known, signed.message, signed.hex_digests):
            raise UnsignedError
        if signed.at is not None:
            _check_time(signed.at, source.now)
        # 2. What it says, which must be of now and of this hotel.
        events = events_in(source.format, report.raw, source.doors)
        for event in events:
            _check_time(event.at, source.now)
            if event.property_code not in {"", source.code}:
                raise OtherHotelError
        # 3. Once.
        return await _written(now, known.property_id, source, events) if events else Taken()


def _check_time(at: datetime, now: datetime) -> None:
    if at < now - OLD:
        raise UntimelyError("event_old")
    if at > now + EARLY:
        raise UntimelyError("event_early")


async def _written(now: Statements, property_id: bytes, source: _Source, events: Sequence[DoorEvent]) -> Taken:
    by_id = {event.event_id: event for event in reversed(events)}  # of one id twice in a report, the first counts
    holders = await _holders(now, property_id, {event.badge for event in by_id.values()})
    fresh = await now.dicts(_SQL["add_events"], {
        "property_id": property_id, "source_id": source.source_id, "event_ids": list(by_id),
        "staff": [holders.get(event.badge) for event in by_id.values()],
        "doors": [event.door for event in by_id.values()],
        "directions": [event.direction for event in by_id.values()], "ats": [event.at for event in by_id.values()],
        "footage": [event.footage for event in by_id.values()],
    })
    added = [(by_id[row["event_id"]], row["at"]) for row in fresh]
    moves = [(event, holders[event.badge], at) for event, at in added if event.badge in holders]
    if moves:
        await now.run(_SQL["add_presence"], {
            "property_id": property_id, "staff": [staff for _, staff, _ in moves],
            "directions": [event.direction for event, _, _ in moves], "badges": [event.badge for event, _, _ in moves],
            "ats": [at for _, _, at in moves],
        })
        await compare(now, property_id, source.code, {event.badge: staff for event, staff, _ in moves})
    return Taken(len(added), len(events) - len(added), len(added) - len(moves))


async def _holders(now: Statements, property_id: bytes, badges: set[str]) -> dict[str, bytes]:
    """Return who here has which of these badges; the badges are held, here and at every other hotel."""
    rows: list[dict[str, Any]] = await now.dicts(_SQL["hold_badges"], {"numbers": sorted(badges)})
    return {row["number"]: row["staff_id"] for row in rows if row["property_id"] == property_id and row["counts"]}
