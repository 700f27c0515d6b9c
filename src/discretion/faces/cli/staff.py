"""`discretion staff`: who works at a property, in which roles, with which badges, and what the guards would find."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.at_property import (
    ask_office,
    chosen_property,
    dry_run_option,
    known_staff,
    property_option,
    say_done,
)
from discretion.faces.kit.words import marked
from discretion.hotel.purpose import Role
from discretion.office import notices as office_notices
from discretion.office import staff as office_staff
from discretion.office.outcome import ActRefusal
from discretion.office.staff import NewStaff, StaffRole

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.outcome import Done

_ROLES = click.Choice([str(role) for role in Role])
_LANGUAGES = click.Choice(["zh", "en"])
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("staff", help=marked("Members of staff: roles, badges, and the facts that guards read."))
def staff() -> None:
    """Hold the commands below."""


@staff.command("list", help=marked("List everyone, with what the guards would find now."))
@property_option
@click.pass_obj
def list_staff(terminal: Terminal, /, *, code: str) -> None:
    """List everyone."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> tuple[office_staff.StaffFacts, ...]:
        return await office_staff.facts_of_staff(office, at.property_id)

    terminal.show([
        {
            "number": facts.member.number,
            "name": facts.member.name,
            "active": facts.member.active,
            "roles": " ".join(_held(facts.member.roles)),
            "on_shift": " ".join(shift.duty for shift in facts.on_shift),
            "present": facts.present,
            "trained_until": facts.trained_until_on,
            "locked": facts.locked,
        }
        for facts in ask_office(terminal, do)
    ])


@staff.command("add", help=marked("Add somebody. The roles begin today."))
@property_option
@click.option("--number", required=True, help=marked("The staff number: letters, digits and dashes, at most 20."))
@click.option("--name", required=True, help=marked("The name as colleagues know it."))
@click.option("--language", type=_LANGUAGES, default=None, help=marked("The language of this person's pages."))
@click.option("--role", "roles", multiple=True, type=_ROLES, help=marked("A role; may be given several times."))
@dry_run_option
@click.pass_obj
def add(
    terminal: Terminal, /, *, code: str, number: str, name: str, language: str | None, roles: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Add somebody."""
    at = chosen_property(terminal, code)
    new = NewStaff(secrets.token_bytes(16), number, name, language or "", roles)

    async def do(office: Office) -> Done | ActRefusal:
        return await office_staff.add_staff(office, at.property_id, new)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"number": number, "name": name, "staff_id": done.id.hex(), "dry_run": dry_run}, f"{number}  {name}")
    then = marked("Added. Now an administrator makes the link for the passkey, on the page of this person.")
    say_done(terminal, then, is_dry_run=dry_run)


@staff.command("disable", help=marked("Let somebody in no more."))
@click.argument("number")
@property_option
@dry_run_option
@click.pass_obj
def disable(terminal: Terminal, /, *, number: str, code: str, dry_run: bool) -> None:
    """Let somebody in no more."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> Done | ActRefusal:
        return await office_staff.disable_staff(
            office, at.property_id, (await known_staff(office, at.property_id, number)).staff_id,
        )

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"number": number, "active": False, "changed": not done.is_repeat, "dry_run": dry_run}, number)
    then = marked("Disabled: every sign-in of this person has ended. Look: discretion staff list")
    say_done(terminal, then, is_dry_run=dry_run)


@staff.command("enable", help=marked("Let somebody in again."))
@click.argument("number")
@property_option
@dry_run_option
@click.pass_obj
def enable(terminal: Terminal, /, *, number: str, code: str, dry_run: bool) -> None:
    """Let somebody in again."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> Done | ActRefusal:
        return await office_staff.enable_staff(
            office, at.property_id, (await known_staff(office, at.property_id, number)).staff_id,
        )

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"number": number, "active": True, "changed": not done.is_repeat, "dry_run": dry_run}, number)
    say_done(terminal, marked("Enabled. Look: discretion staff list"), is_dry_run=dry_run)


@staff.command("roles", help=marked("Show the roles of somebody; give one, or end one."))
@click.argument("number")
@property_option
@click.option("--give", type=_ROLES, default=None, help=marked("Give this role."))
@click.option("--end", type=_ROLES, default=None, help=marked("End this role; --until is its last day."))
@click.option("--from", "from_on", type=_DAY, default=None, help=marked("The first day; today when not given."))
@click.option("--until", "until_on", type=_DAY, default=None, help=marked("The last day."))
@dry_run_option
@click.pass_obj
def roles(
    terminal: Terminal, /, *, number: str, code: str, give: str | None, end: str | None, from_on: datetime | None,
    until_on: datetime | None, dry_run: bool,
) -> None:
    """Show, give and end roles."""
    at = chosen_property(terminal, code)
    today = datetime.now().date()  # noqa: DTZ005 - the day of the person who types
    first, last = _day(from_on), _day(until_on)

    async def do(office: Office) -> office_staff.StaffMember | ActRefusal:
        member = await known_staff(office, at.property_id, number)
        if give:
            role = StaffRole(give, first or today, last)
            given = await office_staff.give_role(office, at.property_id, member.staff_id, role)
            if isinstance(given, ActRefusal):
                return given
        if end:
            ended = await office_staff.end_role(office, at.property_id, member.staff_id, end, last or today)
            if isinstance(ended, ActRefusal):
                return ended
        return await known_staff(office, at.property_id, number)

    found = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show([{"role": role.role, "from": role.from_on, "until": role.until_on} for role in found.roles])
    if give or end:
        then = marked("The roles were changed; the next sign-in offers them.")
        say_done(terminal, then, is_dry_run=dry_run)


@staff.command("mail", help=marked("Have notices sent to somebody by mail as well, or no more."))
@click.argument("number")
@click.argument("address", default="")
@property_option
@dry_run_option
@click.pass_obj
def mail(terminal: Terminal, /, *, number: str, address: str, code: str, dry_run: bool) -> None:
    """Set the address of notices; without one they stand in the console alone."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> Done | ActRefusal:
        member = await known_staff(office, at.property_id, number)
        return await office_notices.set_address(office, at.property_id, member.staff_id, address)

    ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"number": number, "mail": address, "dry_run": dry_run}, f"{number}  {address}")
    then = marked("Done. Notices are sent when the settings have a part [mail].")
    say_done(terminal, then, is_dry_run=dry_run)


@staff.command("badge", help=marked("Give somebody a badge, or take one out of use."))
@click.argument("badge_number", metavar="BADGE")
@property_option
@click.option("--to", "number", default="", metavar="NUMBER", help=marked("The staff number of who gets it."))
@click.option("--withdraw", is_flag=True, help=marked("Take the badge out of use."))
@dry_run_option
@click.pass_obj
def badge(
    terminal: Terminal, /, *, badge_number: str, code: str, number: str, withdraw: bool, dry_run: bool,
) -> None:
    """Give or withdraw a badge."""
    if bool(number) == withdraw:
        raise click.UsageError("--to | --withdraw")
    at = chosen_property(terminal, code)

    async def do(office: Office) -> Done | ActRefusal:
        if withdraw:
            return await office_staff.withdraw_badge(office, at.property_id, badge_number)
        member = await known_staff(office, at.property_id, number)
        return await office_staff.assign_badge(office, at.property_id, member.staff_id, badge_number)

    ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"badge": badge_number, "number": number, "active": not withdraw, "dry_run": dry_run}, badge_number)
    say_done(terminal, marked("Done. Look: discretion staff list"), is_dry_run=dry_run)


def _held(roles_of: tuple[StaffRole, ...]) -> list[str]:
    today = datetime.now().date()  # noqa: DTZ005 - the day of the person who types
    return [role.role for role in roles_of if role.until_on is None or role.until_on >= today]


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.date()

