"""`discretion roster`: who works when. Guard G1 reads it: nobody off shift sees guest data."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from discretion.faces.cli.at_property import (
    FILE_SIZE_BYTES_MAX,
    ask_office,
    chosen_property,
    dry_run_option,
    known_staff,
    property_option,
    say_done,
    show_report,
)
from discretion.faces.kit.words import marked
from discretion.hotel.purpose import Role
from discretion.office import roster as office_roster
from discretion.office.roster import NewShift

if TYPE_CHECKING:
    from typing import BinaryIO

    from discretion.faces.cli.exits import Exit
    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.outcome import ActRefusal, Done
    from discretion.office.sheet import CsvReport

_DUTIES = click.Choice([str(role) for role in Role])
_TIME = click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("roster", help=marked("The roster: who works when, in which duty."))
def roster() -> None:
    """Hold the commands below."""


@roster.command("list", help=marked("List the shifts of some days; a week from today when no day is named."))
@property_option
@click.option("--from", "from_on", type=_DAY, default=None, help=marked("The first day; today when not given."))
@click.option("--days", type=click.IntRange(1, 62), default=7, help=marked("How many days."))
@click.pass_obj
def list_shifts(terminal: Terminal, /, *, code: str, from_on: datetime | None, days: int) -> None:
    """List shifts."""
    at = chosen_property(terminal, code)
    zone = ZoneInfo(at.time_zone)
    first = (from_on or datetime.now(zone)).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=zone)

    async def do(office: Office) -> tuple[office_roster.ShiftLine, ...]:
        return await office_roster.shifts(
            office, at.property_id, from_at=first.astimezone(UTC),
            until_at=(first + timedelta(days=days)).astimezone(UTC),
        )

    terminal.show([
        {
            "shift_id": shift.shift_id.hex(),
            "number": shift.staff_number,
            "name": shift.name,
            "duty": shift.duty,
            "starts": shift.starts_at.astimezone(zone).isoformat(timespec="minutes"),
            "ends": shift.ends_at.astimezone(zone).isoformat(timespec="minutes"),
            "ended": shift.ended_at and shift.ended_at.astimezone(zone).isoformat(timespec="minutes"),
        }
        for shift in ask_office(terminal, do)
    ])


@roster.command("add", help=marked("Roster one shift, in the property's own time."))
@property_option
@click.option("--number", required=True, help=marked("The staff number."))
@click.option("--duty", required=True, type=_DUTIES, help=marked("The duty."))
@click.option("--starts", required=True, type=_TIME, help=marked("The beginning, as 2026-11-23 07:00."))
@click.option("--ends", required=True, type=_TIME, help=marked("The end, at most 24 hours later."))
@dry_run_option
@click.pass_obj
def add(
    terminal: Terminal, /, *, code: str, number: str, duty: str, starts: datetime, ends: datetime, dry_run: bool,
) -> None:
    """Roster one shift."""
    at = chosen_property(terminal, code)
    zone = ZoneInfo(at.time_zone)

    async def do(office: Office) -> Done | ActRefusal:
        member = await known_staff(office, at.property_id, number)
        new = NewShift(
            secrets.token_bytes(16), member.staff_id, duty, starts.replace(tzinfo=zone).astimezone(UTC),
            ends.replace(tzinfo=zone).astimezone(UTC),
        )
        return await office_roster.add_shift(office, at.property_id, new)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"shift_id": done.id.hex(), "number": number, "duty": duty, "dry_run": dry_run}, f"{number}  {duty}")
    say_done(terminal, marked("Rostered. Look: discretion roster list"), is_dry_run=dry_run)


@roster.command("end", help=marked("End a running shift now: the person is off duty."))
@click.argument("shift_id")
@property_option
@dry_run_option
@click.pass_obj
def end(terminal: Terminal, /, *, shift_id: str, code: str, dry_run: bool) -> None:
    """End a shift."""
    at = chosen_property(terminal, code)
    try:
        raw_id = bytes.fromhex(shift_id)
    except ValueError as error:
        raise click.BadParameter(shift_id, param_hint="SHIFT_ID") from error

    async def do(office: Office) -> Done | ActRefusal:
        return await office_roster.end_shift(office, at.property_id, raw_id)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"shift_id": shift_id, "changed": not done.is_repeat, "dry_run": dry_run}, shift_id)
    say_done(terminal, marked("Ended. Look: discretion roster list"), is_dry_run=dry_run)


@roster.command(
    "load",
    help=marked("Roster the shifts of a file: CSV (staff number,duty,starts,ends in its own time) or iCalendar."),
)
@click.argument("file", type=click.File("rb"))
@property_option
@dry_run_option
@click.pass_obj
def load(terminal: Terminal, /, *, file: BinaryIO, code: str, dry_run: bool) -> Exit:
    """Roster a file."""
    at = chosen_property(terminal, code)
    raw_csv = file.read(FILE_SIZE_BYTES_MAX)

    async def do(office: Office) -> CsvReport | ActRefusal:
        return await office_roster.load_file(office, at.property_id, raw_csv, is_dry_run=dry_run)

    return show_report(terminal, ask_office(terminal, do), marked("Rostered. Look: discretion roster list"))
