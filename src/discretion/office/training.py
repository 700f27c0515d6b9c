"""Completed privacy training. `trained` rests on it until its last valid day (policy.md, section 7).

Rules:
* A completion is the system's own after a test (`course_tests`), brought by a file, or recorded by somebody else.
* Nobody records or brings their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from discretion.office.outcome import ActRefusal, Done
from discretion.office.plain_text import is_plain
from discretion.office.sheet import CsvReport, RowError, RowRefusedError, read_sheet, write_sheet
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.office.database import Office, Statements

_SQL = queries("training.sql")
TRAINING_CSV_HEADER = ("staff number", "course", "version", "completed", "valid until")
REPORT_CSV_HEADER = (
    "staff number", "name", "roles", "course", "required", "state", "version", "completed", "valid until", "how",
    "tests",
)
VALID_MAX = timedelta(days=1100)
COURSE_CHARACTERS_MAX = 80
VERSION_CHARACTERS_MAX = 40


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """One completion, with whose it is. `valid_until` is the last valid day."""

    staff_id: bytes
    staff_number: str
    name: str
    course: str
    version: str
    completed_on: date
    valid_until: date
    how: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One course of one member of staff. `state`: `current`, `ends_soon` (within 30 days), `ended`, `missing`."""

    staff_number: str
    name: str
    roles: tuple[str, ...]
    course: str
    required: bool
    state: str
    version: str
    completed_on: date | None
    valid_until: date | None
    how: str
    tests: int


@dataclass(frozen=True, slots=True)
class NewTraining:
    """A completion to be recorded."""

    staff_id: bytes
    course: str
    version: str
    completed_on: date
    valid_until: date


async def trainings(office: Office, property_id: bytes) -> tuple[TrainingLine, ...]:
    """Return the completions on record, those that end first on top, at most 2000."""
    async with office.reading() as now:
        return await now.rows(TrainingLine, _SQL["trainings"], {"property_id": property_id})


async def training_report(office: Office, property_id: bytes) -> tuple[ReportLine, ...]:
    """Return who has which course and who lacks one that their roles need, what is to be mended on top.

    At most 10,000 lines.
    """
    async with office.reading() as now:
        rows = await now.dicts(_SQL["report"], {"property_id": property_id})
    return tuple(ReportLine(**{**row, "roles": tuple(row["roles"])}) for row in rows)


def report_csv(lines: Sequence[ReportLine]) -> bytes:
    """Return the report as a file that a spreadsheet opens without running anything in it."""
    return write_sheet(REPORT_CSV_HEADER, [
        (
            line.staff_number, line.name, " ".join(line.roles), line.course, "yes" if line.required else "no",
            line.state, line.version, line.completed_on.isoformat() if line.completed_on else "",
            line.valid_until.isoformat() if line.valid_until else "", line.how, str(line.tests),
        )
        for line in lines
    ])


async def add_training(
    office: Office, property_id: bytes, new: NewTraining, *, by_id: bytes | None = None,
) -> Done | ActRefusal:
    """Record one completion; `by_id` None is the operator at the command line.

    Refusals: `not_found` for nobody who works here, `own_training`, `course`, `version`, `dates`, `future`.
    """
    if new.staff_id == by_id:
        return ActRefusal("own_training")
    async with office.changing() as now:
        known = await now.dicts(_SQL["numbers"], {"property_id": property_id})
        if not any(row["staff_id"] == new.staff_id for row in known):
            return ActRefusal("not_found")
        try:
            _check(new, known[0]["today"])
        except RowRefusedError as refused:
            return ActRefusal(refused.code)
        kept = await _put(now, property_id, [new], "recorded", by_id)
    return Done(new.staff_id, is_repeat=not kept)


async def load_trainings(
    office: Office, property_id: bytes, raw_csv: bytes, *, is_dry_run: bool, by_id: bytes | None = None,
) -> CsvReport | ActRefusal:
    """Record the completions of a CSV file; with `is_dry_run` only say what would happen.

    Shapes: columns `staff number,course,version,completed,valid until`; dates as `2026-11-23`. Refusals, of the whole
    file: those of `sheet.read_sheet`, and `not_found`. Row errors: `unknown` staff number, `date` not understood,
    `course` or `version` empty or too long, `future` for a completion that has not happened, `dates` unless the last
    valid day is after it and within 1100 days, `twice` for the same completion with another last day, `own` for one of
    whoever brings the file.
    """
    sheet = read_sheet(raw_csv, TRAINING_CSV_HEADER)
    if isinstance(sheet, ActRefusal):
        return sheet
    async with office.changing(is_dry_run=is_dry_run) as now:
        known = await now.dicts(_SQL["numbers"], {"property_id": property_id})
        if not known:
            return ActRefusal("not_found")
        staff = {row["number"]: row["staff_id"] for row in known}
        errors = list(sheet.errors)
        planned: dict[tuple[bytes, str, str, date], NewTraining] = {}
        unchanged = 0
        for line, cells in sheet.rows:
            try:
                new = _training(cells, staff)
                if new.staff_id == by_id:
                    raise RowRefusedError("staff number", "own")
                _check(new, known[0]["today"])
                before = planned.setdefault((new.staff_id, new.course, new.version, new.completed_on), new)
                if before.valid_until != new.valid_until:
                    raise RowRefusedError("valid until", "twice")
            except RowRefusedError as refused:
                errors.append(RowError(line, refused.field, refused.code))
            else:
                unchanged += before is not new
        kept = await _put(now, property_id, list(planned.values()), "file", by_id)
    return CsvReport(
        rows=len(sheet.rows) + len(sheet.errors),
        added=sum(kept),
        changed=len(kept) - sum(kept),
        unchanged=unchanged + len(planned) - len(kept),
        errors=tuple(sorted(errors, key=lambda error: error.line)),
        is_dry_run=is_dry_run,
    )


async def _put(
    now: Statements, property_id: bytes, new: Sequence[NewTraining], how: str, by_id: bytes | None,
) -> list[bool]:
    """Return True for each completion that was added, False for each whose last day moved."""
    rows = await now.dicts(_SQL["put"], {
        "property_id": property_id,
        "how": how,
        "by_id": by_id,
        "staff_ids": [training.staff_id for training in new],
        "courses": [training.course for training in new],
        "versions": [training.version for training in new],
        "completed": [training.completed_on for training in new],
        "valid": [training.valid_until for training in new],
    })
    return [row["is_new"] for row in rows]


def _training(cells: Sequence[str], staff: Mapping[str, bytes]) -> NewTraining:
    number, course, version, completed, valid = cells
    if number not in staff:
        raise RowRefusedError("staff number", "unknown")
    return NewTraining(staff[number], course, version, _date("completed", completed), _date("valid until", valid))


def _check(new: NewTraining, today: date) -> None:
    if not is_plain(new.course, COURSE_CHARACTERS_MAX):
        raise RowRefusedError("course", "course")
    if not is_plain(new.version, VERSION_CHARACTERS_MAX):
        raise RowRefusedError("version", "version")
    if new.completed_on > today:
        raise RowRefusedError("completed", "future")
    if not new.completed_on < new.valid_until <= new.completed_on + VALID_MAX:
        raise RowRefusedError("valid until", "dates")


def _date(field: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RowRefusedError(field, "date") from error
