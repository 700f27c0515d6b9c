"""`discretion training course` and `report`: what is taught, which duties need it, and who has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from discretion.faces.cli.at_property import ask_office, chosen_property, dry_run_option, property_option, say_done
from discretion.faces.kit.words import marked
from discretion.hotel.purpose import Role
from discretion.office import courses as office_courses
from discretion.office import training as office_training
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.outcome import Done

_ROLES = click.Choice([str(role) for role in Role])


@click.group("course", help=marked("Courses: their versions, and the duties that need them."))
def course() -> None:
    """Hold the commands below."""


@course.command("list", help=marked("List the courses."))
@property_option
@click.pass_obj
def list_courses(terminal: Terminal, /, *, code: str) -> None:
    """List courses."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> tuple[office_courses.Course, ...]:
        return await office_courses.courses(office, at.property_id)

    terminal.show([
        {
            "course": each.course, "name_zh": each.name_zh, "name_en": each.name_en, "version": each.version,
            "months": each.months, "roles": " ".join(each.roles),
        }
        for each in ask_office(terminal, do)
    ])


@course.command("install", help=marked("Install the course that comes with the program, or one from a file."))
@click.argument("file", type=click.File("rb"), required=False)
@property_option
@click.option(
    "--role", "roles", multiple=True, type=_ROLES, help=marked("A duty that needs it; can be given several times."),
)
@dry_run_option
@click.pass_obj
def install(terminal: Terminal, /, *, file: BinaryIO | None, code: str, roles: Sequence[str], dry_run: bool) -> None:
    """Install a course or a version of it."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> Done | ActRefusal:
        if file is None:
            content: office_courses.Content | ActRefusal = office_courses.packaged()
        else:
            content = office_courses.read_course(file.read(office_courses.FILE_SIZE_BYTES_MAX + 1))
        if isinstance(content, ActRefusal):
            return content
        return await office_courses.install_course(office, at.property_id, content, roles)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"changed": not done.is_repeat, "roles": " ".join(roles), "dry_run": dry_run}, "")
    say_done(terminal, marked("Installed. Look: discretion training course list"), is_dry_run=dry_run)


@course.command("require", help=marked("Have a duty need a course, or no longer with --not."))
@click.argument("course_key", metavar="COURSE")
@click.argument("role", type=_ROLES)
@property_option
@click.option("--not", "is_ended", is_flag=True, help=marked("The duty needs it no more."))
@dry_run_option
@click.pass_obj
def require(terminal: Terminal, /, *, course_key: str, role: str, code: str, is_ended: bool, dry_run: bool) -> None:
    """Change who needs a course."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> Done | ActRefusal:
        if is_ended:
            return await office_courses.release_course(office, at.property_id, course_key, role)
        return await office_courses.require_course(office, at.property_id, course_key, role)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    document = {"course": course_key, "role": role, "changed": not done.is_repeat, "dry_run": dry_run}
    terminal.show(document, f"{course_key}  {role}")
    say_done(terminal, marked("Changed. Look: discretion training course list"), is_dry_run=dry_run)


@click.command("report", help=marked("Who has which course and who lacks one, what is to be mended on top."))
@property_option
@click.option("--csv", "as_csv", is_flag=True, help=marked("Write it as a CSV file for spreadsheets."))
@click.pass_obj
def report(terminal: Terminal, /, *, code: str, as_csv: bool) -> None:
    """Print the report."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> tuple[office_training.ReportLine, ...]:
        return await office_training.training_report(office, at.property_id)

    lines = ask_office(terminal, do)
    if as_csv:
        click.echo(office_training.report_csv(lines), nl=False)
        return
    terminal.show([
        {
            "number": line.staff_number, "name": line.name, "roles": " ".join(line.roles), "course": line.course,
            "required": line.required, "state": line.state, "version": line.version, "completed": line.completed_on,
            "valid_until": line.valid_until, "how": line.how, "tests": line.tests,
        }
        for line in lines
    ])
