"""`discretion training`: who completed the privacy training. Guard G3 reads it: nobody untrained sees guest data."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from discretion.faces.cli.training_course import course, report
from discretion.faces.kit.words import marked
from discretion.office import training as office_training
from discretion.office.training import NewTraining

if TYPE_CHECKING:
    from datetime import datetime
    from typing import BinaryIO

    from discretion.faces.cli.exits import Exit
    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.outcome import ActRefusal, Done
    from discretion.office.sheet import CsvReport

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("training", help=marked("Privacy training: who completed it, and until when it counts."))
def training() -> None:
    """Hold the commands below."""


@training.command("list", help=marked("List the completions, those that end first on top."))
@property_option
@click.pass_obj
def list_trainings(terminal: Terminal, /, *, code: str) -> None:
    """List completions."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> tuple[office_training.TrainingLine, ...]:
        return await office_training.trainings(office, at.property_id)

    terminal.show([
        {
            "number": line.staff_number,
            "name": line.name,
            "course": line.course,
            "version": line.version,
            "completed": line.completed_on,
            "valid_until": line.valid_until,
            "how": line.how,
        }
        for line in ask_office(terminal, do)
    ])


@training.command("add", help=marked("Record one completion."))
@property_option
@click.option("--number", required=True, help=marked("The staff number."))
@click.option("--course", required=True, help=marked("The course."))
@click.option("--course-version", "version", required=True, help=marked("The version of the course."))
@click.option("--completed", required=True, type=_DAY, help=marked("The day of completion."))
@click.option("--valid-until", "valid", required=True, type=_DAY, help=marked("The last day on which it counts."))
@dry_run_option
@click.pass_obj
def add(
    terminal: Terminal, /, *, code: str, number: str, course: str, version: str, completed: datetime, valid: datetime,
    dry_run: bool,
) -> None:
    """Record one completion."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> Done | ActRefusal:
        member = await known_staff(office, at.property_id, number)
        new = NewTraining(member.staff_id, course, version, completed.date(), valid.date())
        return await office_training.add_training(office, at.property_id, new)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    document = {"number": number, "course": course, "changed": not done.is_repeat, "dry_run": dry_run}
    terminal.show(document, f"{number}  {course}")
    say_done(terminal, marked("Recorded. Look: discretion training list"), is_dry_run=dry_run)


@training.command(
    "load",
    help=marked("Record the completions of a CSV file: staff number,course,version,completed,valid until."),
)
@click.argument("file", type=click.File("rb"))
@property_option
@dry_run_option
@click.pass_obj
def load(terminal: Terminal, /, *, file: BinaryIO, code: str, dry_run: bool) -> Exit:
    """Record a file."""
    at = chosen_property(terminal, code)
    raw_csv = file.read(FILE_SIZE_BYTES_MAX)

    async def do(office: Office) -> CsvReport | ActRefusal:
        return await office_training.load_trainings(office, at.property_id, raw_csv, is_dry_run=dry_run)

    return show_report(terminal, ask_office(terminal, do), marked("Recorded. Look: discretion training list"))


training.add_command(course)
training.add_command(report)
