"""The roster: who works when, in which duty. `on_shift` rests on it (policy.md, section 7).

Rules:
* A shift is never deleted. It ends early by an off-duty mark, and one that is called off is marked so before it begins.
* Whoever comes up to half an hour early may begin; nobody begins a shift that is somebody else's.
* A file that is read again changes nothing by itself; a shift that was handed to a colleague stays with the colleague.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from discretion.office.calendar_file import YEARS, Event, read_calendar
from discretion.office.outcome import ActRefusal, Done
from discretion.office.sheet import CsvReport, RowError, RowRefusedError, read_sheet
from discretion.office.sql import queries
from discretion.office.staff import is_role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.office.database import Office, Statements

_SQL = queries("roster.sql")
SHIFT_CSV_HEADER = ("staff number", "duty", "starts", "ends")
SHIFT_MAX = timedelta(hours=24)
EARLY = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift; `begun_at` is the mark of somebody who came early, `ended_at` of one that was ended early."""

    shift_id: bytes
    staff_id: bytes
    staff_number: str
    name: str
    duty: str
    starts_at: datetime
    ends_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewShift:
    """A shift to be rostered; both times aware. `source_id` is the digest of a calendar's UID, in hex."""

    shift_id: bytes
    staff_id: bytes
    duty: str
    starts_at: datetime
    ends_at: datetime
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    shift_id: bytes
    source_id: str
    staff_id: bytes
    duty: str
    starts_at: datetime
    ends_at: datetime
    is_over: bool
    is_swapped: bool


async def shifts(office: Office, property_id: bytes, *, from_at: datetime, until_at: datetime) -> tuple[ShiftLine, ...]:
    """Return the shifts that touch the span, by their beginning, at most 1000."""
    params = {"property_id": property_id, "from_at": from_at, "until_at": until_at}
    async with office.reading() as now:
        return await now.rows(ShiftLine, _SQL["shifts"], params)


async def add_shift(office: Office, property_id: bytes, new: NewShift) -> Done | ActRefusal:
    """Roster one shift. Refusals: `duty`, `times`, `not_found` for nobody who works here.

    The same person, duty and beginning again moves the end of the shift that is there.
    """
    if not is_role(new.duty):
        return ActRefusal("duty", {"duty": new.duty})
    if not _is_span(new.starts_at, new.ends_at):
        return ActRefusal("times")
    async with office.changing() as now:
        if not await now.dicts(_SQL["active"], {"property_id": property_id, "staff_id": new.staff_id}):
            return ActRefusal("not_found")
        kept = await _put(now, property_id, [new], is_by_hand=True)
    return Done(next(iter(kept), new.shift_id), is_repeat=not kept)


async def shifts_of(office: Office, property_id: bytes, staff_id: bytes) -> tuple[ShiftLine, ...]:
    """Return somebody's own shifts, from those that ended within a day to those of the next 31 days."""
    async with office.reading() as now:
        return await now.rows(ShiftLine, _SQL["shifts_of"], {"property_id": property_id, "staff_id": staff_id})


async def end_shift(
    office: Office, property_id: bytes, shift_id: bytes, by_id: bytes | None = None, *, is_own: bool = False,
) -> Done | ActRefusal:
    """End a shift now, before its time; `is_own`: only one of `by_id`'s own. Refusals: `not_found`.

    Approvals and emergency viewing of that duty end in the same transaction, by triggers.
    """
    params = {"property_id": property_id, "shift_id": shift_id, "by_id": by_id, "own": is_own}
    async with office.changing() as now:
        touched = await now.run(_SQL["end_shift"], params)
        if not touched and not await now.dicts(_SQL["shift"], params):
            return ActRefusal("not_found")
    return Done(shift_id, is_repeat=not touched)


async def begin_shift(office: Office, property_id: bytes, shift_id: bytes, staff_id: bytes) -> Done | ActRefusal:
    """Begin one's own shift up to half an hour early. Refusals: `not_found`, `too_early`."""
    params = {"property_id": property_id, "shift_id": shift_id, "by_id": staff_id, "own": True, "early": EARLY}
    async with office.changing() as now:
        if await now.run(_SQL["begin_shift"], params):
            return Done(shift_id, is_repeat=False)
        found = await now.dicts(_SQL["shift"], params)
        if not found or found[0]["is_over"]:
            return ActRefusal("not_found")
        return Done(shift_id, is_repeat=True) if found[0]["is_running"] else ActRefusal("too_early")


async def resume_shift(office: Office, property_id: bytes, shift_id: bytes, by_id: bytes) -> Done | ActRefusal:
    """Take an off-duty mark back, while the shift would still run. Refusals: `not_found`, `own_shift`."""
    params = {"property_id": property_id, "shift_id": shift_id, "by_id": by_id, "own": False}
    async with office.changing() as now:
        found = await now.dicts(_SQL["shift"], params)
        if found and found[0]["staff_id"] == by_id:
            return ActRefusal("own_shift")
        if not await now.run(_SQL["resume_shift"], params):
            return ActRefusal("not_found")
    return Done(shift_id, is_repeat=False)


async def load_shifts(
    office: Office, property_id: bytes, raw_csv: bytes, *, is_dry_run: bool,
) -> CsvReport | ActRefusal:
    """Roster the shifts of a CSV file; with `is_dry_run` only say what would happen.

    Shapes: columns `staff number,duty,starts,ends`; times are the property's own, `2026-11-23 07:00`; an hour that
    comes twice in autumn means the first. Refusals, of the whole file: those of `sheet.read_sheet`, and `not_found`.
    Row errors: `unknown` staff number or duty, `time` not understood, `gap` for a time that summer time skips,
    `times` unless the end is after the beginning and within 24 hours, `twice` for the same shift with another end.
    """
    sheet = read_sheet(raw_csv, SHIFT_CSV_HEADER)
    if isinstance(sheet, ActRefusal):
        return sheet
    async with office.changing(is_dry_run=is_dry_run) as now:
        known = await now.dicts(_SQL["numbers"], {"property_id": property_id})
        if not known:
            return ActRefusal("not_found")
        staff = {row["number"]: row["staff_id"] for row in known}
        zone = ZoneInfo(known[0]["time_zone"])
        errors = list(sheet.errors)
        planned: dict[tuple[bytes, str, datetime], NewShift] = {}
        unchanged = 0
        for line, cells in sheet.rows:
            try:
                new = _shift(cells, staff, zone)
                before = planned.setdefault((new.staff_id, new.duty, new.starts_at), new)
                if before is not new and before.ends_at != new.ends_at:
                    raise RowRefusedError("ends", "twice")
            except RowRefusedError as refused:
                errors.append(RowError(line, refused.field, refused.code))
            else:
                unchanged += before is not new
        kept = await _put(now, property_id, list(planned.values()))
    added = sum(kept.values())
    return CsvReport(
        rows=len(sheet.rows) + len(sheet.errors),
        added=added,
        changed=len(kept) - added,
        unchanged=unchanged + len(planned) - len(kept),
        errors=tuple(sorted(errors, key=lambda error: error.line)),
        is_dry_run=is_dry_run,
    )


async def load_file(
    office: Office, property_id: bytes, raw: bytes, *, is_dry_run: bool,
) -> CsvReport | ActRefusal:
    """Roster the shifts of a file, an iCalendar or a CSV one by how it begins; see `load_calendar`, `load_shifts`."""
    is_calendar = raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:15].upper() == b"BEGIN:VCALENDAR"
    load = load_calendar if is_calendar else load_shifts
    return await load(office, property_id, raw, is_dry_run=is_dry_run)


async def load_calendar(
    office: Office, property_id: bytes, raw: bytes, *, is_dry_run: bool,
) -> CsvReport | ActRefusal:
    """Roster the shifts of an iCalendar file; with `is_dry_run` only say what would happen.

    The same UID is the same shift: one that moved is moved, one that is cancelled is called off, and again changes
    nothing. Shapes: as `calendar_file.read_calendar`. Refusals, of the whole file: its own, and `not_found`. Row
    errors: its own, and `unknown` staff number or duty, `times`, `twice` for a UID that stands twice, `begun` for a
    shift that has begun already and would move, `taken` for one that is rostered from elsewhere at the same time.
    """
    async with office.changing(is_dry_run=is_dry_run) as now:
        people = await now.dicts(_SQL["numbers"], {"property_id": property_id})
        if not people:
            return ActRefusal("not_found")
        calendar = read_calendar(raw, ZoneInfo(people[0]["time_zone"]))
        if isinstance(calendar, ActRefusal):
            return calendar
        staff = {row["number"]: row["staff_id"] for row in people}
        found = await now.rows(_Known, _SQL["by_source"], {
            "property_id": property_id, "source_ids": [event.source_id for event in calendar.events],
        })
        known = {each.source_id: each for each in found}
        errors = list(calendar.errors)
        new: dict[str, NewShift] = {}
        cancelled: list[bytes] = []
        seen: set[str] = set()
        for event in calendar.events:
            try:
                if event.source_id in seen:
                    raise RowRefusedError("UID", "twice")
                seen.add(event.source_id)
                _plan(event, known.get(event.source_id), staff, new, cancelled)
            except RowRefusedError as refused:
                errors.append(RowError(event.line, refused.field, refused.code))
        counts = await _write(now, property_id, new, known, cancelled)
        lines = {event.source_id: event.line for event in calendar.events}
        errors += [RowError(lines[source_id], "DTSTART", "taken") for source_id in counts.taken]
    rows = len(calendar.events) + len(calendar.errors)
    return CsvReport(
        rows=rows, added=counts.added, changed=counts.changed,
        unchanged=rows - counts.added - counts.changed - len(errors),
        errors=tuple(sorted(errors, key=lambda error: error.line)), is_dry_run=is_dry_run,
    )


@dataclass(frozen=True, slots=True)
class _Written:
    added: int
    changed: int
    taken: tuple[str, ...]


def _plan(
    event: Event, known: _Known | None, staff: Mapping[str, bytes], new: dict[str, NewShift], cancelled: list[bytes],
) -> None:
    """Put into `new` or `cancelled` what an event changes. Errors: `RowRefusedError`."""
    if event.is_cancelled:
        if known is not None and not known.is_over:
            cancelled.append(known.shift_id)
        return
    if event.staff_number not in staff:
        raise RowRefusedError("ATTENDEE", "unknown")
    if not is_role(event.duty):
        raise RowRefusedError("SUMMARY", "unknown")
    if not _is_span(event.starts_at, event.ends_at):
        raise RowRefusedError("DTEND", "times")
    shift = NewShift(
        known.shift_id if known else secrets.token_bytes(16), staff[event.staff_number], event.duty, event.starts_at,
        event.ends_at, event.source_id,
    )
    if known is None:
        new[event.source_id] = shift
        return
    was = (known.staff_id, known.duty, known.starts_at, known.ends_at)
    if known.is_swapped or was == (shift.staff_id, shift.duty, shift.starts_at, shift.ends_at):
        return
    has_begun = known.starts_at <= datetime.now(UTC)
    if known.is_over or (has_begun and was[:3] != (shift.staff_id, shift.duty, shift.starts_at)):
        raise RowRefusedError("DTSTART", "begun")
    new[event.source_id] = shift


async def _write(
    now: Statements, property_id: bytes, new: Mapping[str, NewShift], known: Mapping[str, _Known],
    cancelled: Sequence[bytes],
) -> _Written:
    """Write what a calendar changes: moved shifts first, so that a new one may take the place of one that moved."""
    off = {"property_id": property_id, "shift_ids": list(cancelled)}
    changed = await now.run(_SQL["call_off"], off) if cancelled else 0
    moved = [shift for source_id, shift in new.items() if source_id in known]
    fresh = [shift for source_id, shift in new.items() if source_id not in known]
    done = await now.dicts(_SQL["move"], _columns(property_id, moved)) if moved else []
    kept = await _put(now, property_id, fresh) if fresh else {}
    happened = {row["shift_id"] for row in done} | {shift_id for shift_id, is_new in kept.items() if is_new}
    taken = tuple(source_id for source_id, shift in new.items() if shift.shift_id not in happened)
    return _Written(sum(kept.values()), changed + len(done), taken)


async def _put(
    now: Statements, property_id: bytes, new: Sequence[NewShift], *, is_by_hand: bool = False,
) -> dict[bytes, bool]:
    """Return the ids of the shifts that were added (True) or moved their end (False)."""
    rows = await now.dicts(_SQL["put"], {**_columns(property_id, new), "by_hand": is_by_hand})
    return {row["shift_id"]: row["is_new"] for row in rows}


def _columns(property_id: bytes, new: Sequence[NewShift]) -> dict[str, object]:
    return {
        "property_id": property_id,
        "shift_ids": [shift.shift_id for shift in new],
        "staff_ids": [shift.staff_id for shift in new],
        "duties": [shift.duty for shift in new],
        "starts_at": [shift.starts_at for shift in new],
        "ends_at": [shift.ends_at for shift in new],
        "source_ids": [shift.source_id for shift in new],
    }


def _shift(cells: Sequence[str], staff: Mapping[str, bytes], zone: ZoneInfo) -> NewShift:
    number, duty, starts, ends = cells
    if number not in staff:
        raise RowRefusedError("staff number", "unknown")
    if not is_role(duty):
        raise RowRefusedError("duty", "unknown")
    starts_at, ends_at = _local("starts", starts, zone), _local("ends", ends, zone)
    if not _is_span(starts_at, ends_at):
        raise RowRefusedError("ends", "times")
    return NewShift(secrets.token_bytes(16), staff[number], duty, starts_at, ends_at)


def _local(field: str, text: str, zone: ZoneInfo) -> datetime:
    try:
        naive = datetime.strptime(text.replace("T", " "), "%Y-%m-%d %H:%M")  # noqa: DTZ007 - the zone comes next
        if naive.year not in YEARS:
            raise RowRefusedError(field, "time")
    except ValueError as error:
        raise RowRefusedError(field, "time") from error
    at = naive.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != naive:
        raise RowRefusedError(field, "gap")
    return at


def _is_span(starts_at: datetime, ends_at: datetime) -> bool:
    return starts_at < ends_at <= starts_at + SHIFT_MAX
