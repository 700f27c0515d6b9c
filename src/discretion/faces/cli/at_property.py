"""Commands on the facts of one property: which one, over which connection, and refusals in words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.office.database import Office, OfficeUnavailableError
from discretion.office.outcome import ActRefusal
from discretion.office.staff import staff_by_number
from discretion.wire.frame import FrameError
from discretion.wire.upkeep import asked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from discretion.faces.cli.terminal import Terminal
    from discretion.office.sheet import CsvReport
    from discretion.office.staff import StaffMember
    from discretion.wire.settings import Property, Settings
    from discretion.wire.upkeep import UpkeepAnswer, UpkeepRequest

Answer = TypeVar("Answer")
_ID_SIZE_BYTES = 16
FILE_SIZE_BYTES_MAX = 4 * 1024 * 1024

property_option = click.option(
    "--property", "code", default="", metavar="CODE",
    help=marked("Which property, by its code; needed where there are several."),
)
dry_run_option = click.option("--dry-run", is_flag=True, help=marked("Say what would happen; change nothing."))


def chosen_property(terminal: Terminal, code: str) -> Property:
    """Return the property of this code, or the only one.

    Errors: `SettingsError`; `Trouble` `property_unknown`, `input_needed` when there are several and none is named.
    """
    properties = terminal.settings().properties
    if not code and len(properties) == 1:
        return properties[0]
    if not code:
        raise Trouble("input_needed", flag="--property " + "|".join(each.code for each in properties))
    found = next((each for each in properties if each.code == code), None)
    if found is None:
        raise Trouble("property_unknown")
    return found


def hex_id(text: str, hint: str) -> bytes:
    """Return an id of 32 hexadecimal digits. Errors: `click.BadParameter`, with `hint` as the parameter's name."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != _ID_SIZE_BYTES:
        raise click.BadParameter(text, param_hint=hint)
    return raw


def ask_keeper(settings: Settings, message: UpkeepRequest, *, within_seconds: float = 120.0) -> UpkeepAnswer:
    """Return the keeper's answer to the operator. Errors: `Trouble` `keeper_away`."""
    try:
        return asked(str(settings.upkeep_socket), message, within_seconds=within_seconds)
    except FrameError as error:
        raise Trouble("keeper_away") from error


def ask_office(
    terminal: Terminal, do: Callable[[Office], Awaitable[Answer | ActRefusal]], *, is_dry_run: bool = False,
) -> Answer:
    """Return what `do` answers over a connection of the office's role.

    Errors: `SettingsError`; `Trouble` `database_away`, or `office_` and the refusal's code.
    """
    conninfo = terminal.settings().conninfo("office")

    async def main() -> Answer | ActRefusal:
        async with Office(conninfo, connections_max=2, is_dry_run=is_dry_run) as office:
            return await do(office)

    try:
        answer = asyncio.run(main())
    except OfficeUnavailableError as error:
        raise Trouble("database_away") from error
    if isinstance(answer, ActRefusal):
        raise Trouble(f"office_{answer.code}", **answer.params)
    return answer


async def known_staff(office: Office, property_id: bytes, number: str) -> StaffMember:
    """Return the member of staff with this number. Errors: `Trouble` `office_not_found`."""
    found = await staff_by_number(office, property_id, number)
    if found is None:
        raise Trouble("office_not_found")
    return found


def say_done(terminal: Terminal, then: str, *, is_dry_run: bool) -> None:
    """Say what has happened and what to run next, or that it was a dry run."""
    terminal.say(terminal.words(marked("Nothing was changed.") if is_dry_run else then))


def show_report(terminal: Terminal, report: CsvReport, then: str) -> Exit:
    """Print what became of a file, each row that is to be mended, and what to run next."""
    terminal.show({
        "rows": report.rows, "added": report.added, "changed": report.changed, "unchanged": report.unchanged,
        "errors": [f"{error.line}:{error.field}:{error.code}" for error in report.errors]
        if terminal.form == "plain"
        else [{"line": error.line, "field": error.field, "code": error.code} for error in report.errors],
        "dry_run": report.is_dry_run,
    }, terminal.words(
        marked("Rows: %(rows)d. New: %(added)d, changed: %(changed)d, as before: %(unchanged)d, to mend: %(errors)d."),
        rows=report.rows, added=report.added, changed=report.changed, unchanged=report.unchanged,
        errors=len(report.errors),
    ))
    for error in report.errors:
        terminal.say(terminal.words(
            marked("Line %(line)d, %(field)s: %(rule)s"), line=error.line, field=error.field or "-",
            rule=terminal.words(_RULES.get(error.code, error.code)),
        ))
    say_done(terminal, then, is_dry_run=report.is_dry_run)
    return Exit.PROBLEM if report.errors else Exit.OK


_RULES = {
    "begun": marked("has begun or ended already"),
    "own": marked("nobody brings their own"),
    "recurs": marked("recurs by a rule: have each shift exported as an event of its own"),
    "required": marked("is needed"),
    "taken": marked("the same person has another shift of this duty at that time"),
    "unread": marked("a line that cannot be read"),
    "zone": marked("unknown time zone"),
    "columns": marked("another number of columns than the first line"),
    "course": marked("a course of at most 80 characters is needed"),
    "date": marked("write the date as 2026-11-23"),
    "dates": marked("must be after the completion, by at most 1100 days"),
    "future": marked("has not happened yet"),
    "gap": marked("this hour does not exist: clocks go forward"),
    "quotes": marked("a quotation mark is not closed"),
    "time": marked("write the time as 2026-11-23 07:00"),
    "times": marked("must be after the beginning, by at most 24 hours"),
    "twice": marked("an earlier line says something else"),
    "unknown": marked("nothing is known by this value"),
    "version": marked("a version of at most 40 characters is needed"),
}
