"""`discretion presence report`: what people vouched for instead of a reader, and badges seen at two hotels."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from discretion.faces.cli.at_property import ask_office, chosen_property, property_option
from discretion.faces.cli.serve import checked
from discretion.faces.kit.words import marked
from discretion.office import presence as office_presence
from discretion.starter.database import running_database

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office

_DAY = click.DateTime(["%Y-%m-%d"])
_SHOWN_DAYS = 7


@click.group("presence", help=marked("Who is known to be in the house, and how."))
def presence() -> None:
    """Hold the command below."""


@presence.command("report", help=marked("List what was attested, badges seen at two hotels, sign-ins from outside."))
@property_option
@click.option("--from", "from_on", type=_DAY, help=marked("The first day, such as 2026-12-01; otherwise a week ago."))
@click.option("--until", "until_on", type=_DAY, help=marked("The last day; otherwise today."))
@click.pass_obj
def report(terminal: Terminal, /, *, code: str, from_on: datetime | None, until_on: datetime | None) -> None:
    """List attested presence."""
    at = chosen_property(terminal, code)
    zone = ZoneInfo(at.time_zone)
    until_at = (until_on.replace(tzinfo=zone) if until_on else datetime.now(zone)) + timedelta(days=1)
    from_at = from_on.replace(tzinfo=zone) if from_on else until_at - timedelta(days=_SHOWN_DAYS + 1)

    async def do(office: Office) -> tuple[office_presence.Reported, ...]:
        return await office_presence.report(office, at.property_id, from_at=from_at, until_at=until_at)

    with running_database(checked(terminal)):
        found = ask_office(terminal, do)
    terminal.show([
        {
            "at": each.at.astimezone(zone).isoformat(timespec="seconds"), "number": each.number, "name": each.name,
            "what": f"{each.how} {each.direction}", "by_number": each.by_number, "by_name": each.by_name,
        }
        for each in found
    ])
