"""The roster: who works when, in which duty. `on_shift` rests on it (policy.md, section 7)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

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


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift; `ended_at` is the off-duty mark of one that was ended early."""

    shift_id: bytes
    staff_id: bytes
    staff_number: str
    name: str
    duty: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewShift:
    """A shift to be rostered; both times aware."""

    shift_id: bytes
    staff_id: bytes
    duty: str
    starts_at: datetime
    ends_at: datetime


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
        kept = await _put(now, property_id, [new])
    return Done(next(iter(kept), new.shift_id), is_repeat=not kept)


async def end_shift(office: Office, property_id: bytes, shift_id: bytes) -> Done | ActRefusal:
    """End a shift now, before its time. Refusals: `not_found`."""
    params = {"property_id": property_id, "shift_id": shift_id}
    async with office.changing() as now:
        touched = await now.run(_SQL["end_shift"], params)
        if not touched and not await now.dicts(_SQL["shift"], params):
            return ActRefusal("not_found")
    return Done(shift_id, is_repeat=not touched)


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


async def _put(now: Statements, property_id: bytes, new: Sequence[NewShift]) -> dict[bytes, bool]:
    """Return the ids of the shifts that were added (True) or moved their end (False)."""
    rows = await now.dicts(_SQL["put"], {
        "property_id": property_id,
        "shift_ids": [shift.shift_id for shift in new],
        "staff_ids": [shift.staff_id for shift in new],
        "duties": [shift.duty for shift in new],
        "starts_at": [shift.starts_at for shift in new],
        "ends_at": [shift.ends_at for shift in new],
    })
    return {row["shift_id"]: row["is_new"] for row in rows}


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
    except ValueError as error:
        raise RowRefusedError(field, "time") from error
    at = naive.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != naive:
        raise RowRefusedError(field, "gap")
    return at


def _is_span(starts_at: datetime, ends_at: datetime) -> bool:
    return starts_at < ends_at <= starts_at + SHIFT_MAX
