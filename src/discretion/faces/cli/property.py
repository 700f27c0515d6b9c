"""`discretion property`: the hotels of an installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.serve import checked
from discretion.faces.kit.words import marked
from discretion.starter import data_directory, founding
from discretion.starter.database import running_database

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal


@click.group("property", help=marked("The hotels of this installation."))
def property_() -> None:
    """Hold the subcommands."""


@property_.command("list", help=marked("List the hotels."))
@click.pass_obj
def list_(terminal: Terminal, /) -> Exit:
    """List the hotels of the settings."""
    terminal.show([
        {"code": each.code, "name_zh": each.name_zh, "name_en": each.name_en, "time_zone": each.time_zone,
         "presence": each.presence, "id": each.id}
        for each in checked(terminal).properties
    ])
    return Exit.OK


@property_.command(help=marked(
    "Add a hotel: its keys, its ledger, and a one-time link for its first administrator. "
    "Running it again after an interruption finishes what was begun."
))
@click.option("--code", required=True, help=marked("A short code for the hotel in commands: a to z, 0 to 9, hyphens."))
@click.option("--name", required=True, help=marked("The hotel's name."))
@click.option("--name-en", help=marked("The hotel's name in English."))
@click.option("--time-zone", help=marked("The hotel's time zone, such as Asia/Shanghai."))
@click.option("--presence", type=click.Choice(["badge_desk", "attested", "door"]), default="attested", show_default=True,
              help=marked("How it is known that staff are there: a badge at the desk's reader, attested by the duty manager, or the doors."))
@click.option("--admin-number", required=True, help=marked("Staff number of the first administrator."))
@click.option("--admin-name", required=True, help=marked("Name of the first administrator."))
@click.pass_obj
def add(
    terminal: Terminal, /, *, code: str, name: str, name_en: str | None, time_zone: str | None, presence: str,
    admin_number: str, admin_name: str,
) -> Exit:
    """Add a hotel to the settings and the database."""
    settings = checked(terminal)
    hotel = next((each for each in settings.properties if each.code == code), None)
    if hotel is None:
        hotel = founding.new_property(
            code, name, name_en or name, time_zone or settings.installation.time_zone, presence,
        )
        settings = data_directory.add_property(settings, hotel)
    with running_database(settings):
        founding.found_property(settings, hotel)
        invitation = founding.invite(settings, hotel, founding.FirstAdministrator(admin_number, admin_name))
    link = f"{settings.house.origin}/enrol#{invitation.secret}"
    terminal.show({"code": hotel.code, "property_id": hotel.id, "link": link}, "\n".join((
        terminal.words("%(name)s is added.", name=hotel.name_zh),
        terminal.words("One-time link of the first administrator (%(number)s %(name)s), to open once Discretion runs:",
                       number=admin_number, name=admin_name),
        f"  {link}",
        terminal.words("If Discretion runs, restart it now: it reads the settings at its start."),
    )))
    return Exit.OK
