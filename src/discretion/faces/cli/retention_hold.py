"""`discretion retention hold`: legal holds, proposed by one person and seconded by another."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from discretion.faces.cli.at_property import (
    ask_office,
    chosen_property,
    dry_run_option,
    hex_id,
    known_staff,
    property_option,
    say_done,
)
from discretion.faces.kit.words import marked
from discretion.hotel.purpose import FieldGroup
from discretion.hotel.retention import words_of
from discretion.office import legal_holds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.legal_holds import Hold, HoldDone
    from discretion.office.outcome import ActRefusal

_BY = click.option("--by", required=True, metavar="NUMBER", help=marked("Staff number of whoever does it."))
_GROUPS = click.Choice([group.word for group in FieldGroup])
_DAY = click.DateTime(["%Y-%m-%d"])
_END_OF_DAY = time(23, 59)


@click.group("hold", help=marked("Legal holds: what a dispute or an authority needs is not deleted meanwhile."))
def hold() -> None:
    """Hold the commands below."""


@hold.command("list", help=marked("List holds: those that wait or are in force, then those that are over."))
@property_option
@click.pass_obj
def list_holds(terminal: Terminal, /, *, code: str) -> None:
    """List holds."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> tuple[Hold, ...]:
        return await legal_holds.holds(office, at.property_id)

    terminal.show([
        {
            "number": each.number, "state": each.state, "what": _about(each), "groups": " ".join(words_of(each.groups)),
            "reason": each.reason, "by": each.proposed_by_name, "second": each.seconded_by_name,
            "until": each.until_at.isoformat(timespec="minutes"),
        }
        for each in ask_office(terminal, do)
    ])


@hold.command("propose", help=marked("Propose a hold; it holds nothing until another person has seconded it."))
@property_option
@click.option("--guest", default="", metavar="ID", help=marked("One record, by its id."))
@click.option("--case", "case_number", default="", metavar="NUMBER", help=marked("Everybody whom a case names."))
@click.option("--from", "first_day", type=_DAY, default=None, help=marked("Everybody who stayed: the first day."))
@click.option("--to", "last_day", type=_DAY, default=None, help=marked("The last of these days."))
@click.option("--group", "groups", multiple=True, type=_GROUPS,
              help=marked("A part of the record; can be given several times. All of them without it."))
@click.option("--reason", required=True, help=marked("Why, in one line; no guest's name."))
@click.option("--reference", default="", help=marked("Number of an authority's document, or of another system."))
@click.option("--until", type=_DAY, required=True, help=marked("The last day of the hold, at most two years ahead."))
@_BY
@dry_run_option
@click.pass_obj
def propose(  # noqa: PLR0913 - one parameter an option, by click's way
    terminal: Terminal, /, *, code: str, guest: str, case_number: str, first_day: datetime | None,
    last_day: datetime | None, groups: Sequence[str], reason: str, reference: str, until: datetime, by: str,
    dry_run: bool,
) -> None:
    """Propose a hold."""
    at = chosen_property(terminal, code)
    mask = sum(FieldGroup[word.upper()].bit for word in set(groups)) or legal_holds.EVERY_GROUP
    ends = datetime.combine(until.date(), _END_OF_DAY, ZoneInfo(at.time_zone)).astimezone(UTC)
    new = legal_holds.NewHold(
        secrets.token_bytes(16), mask, reason, ends, reference, hex_id(guest, "--guest") if guest else None,
        case_number,
        first_day and first_day.date(), last_day and last_day.date(),
    )

    async def do(office: Office) -> HoldDone | ActRefusal:
        by_id = (await known_staff(office, at.property_id, by)).staff_id
        return await legal_holds.propose(office, at.property_id, by_id, new)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"number": done.number, "dry_run": dry_run}, done.number)
    say_done(terminal, marked("Proposed. Another person seconds it: discretion retention hold second NUMBER"),
             is_dry_run=dry_run)


@hold.command("second", help=marked("Second a hold that somebody else proposed: it holds from now on."))
@click.argument("number")
@property_option
@_BY
@dry_run_option
@click.pass_obj
def second(terminal: Terminal, /, *, number: str, code: str, by: str, dry_run: bool) -> None:
    """Second a hold."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> HoldDone | ActRefusal:
        by_id = (await known_staff(office, at.property_id, by)).staff_id
        return await legal_holds.second(office, at.property_id, by_id, number)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"number": done.number, "changed": not done.is_repeat, "dry_run": dry_run}, done.number)
    say_done(terminal, marked("Seconded. See: discretion retention hold list"), is_dry_run=dry_run)


@hold.command("end", help=marked("End a hold, or turn its proposal down, with a reason."))
@click.argument("number")
@property_option
@click.option("--reason", required=True, help=marked("Why, in one line; no guest's name."))
@_BY
@dry_run_option
@click.pass_obj
def end(terminal: Terminal, /, *, number: str, code: str, reason: str, by: str, dry_run: bool) -> None:
    """End a hold."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> HoldDone | ActRefusal:
        by_id = (await known_staff(office, at.property_id, by)).staff_id
        return await legal_holds.end(office, at.property_id, by_id, number, reason)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"number": done.number, "changed": not done.is_repeat, "dry_run": dry_run}, done.number)
    say_done(terminal, marked("Ended. See: discretion retention hold list"), is_dry_run=dry_run)


def _about(each: Hold) -> str:
    if each.case_number:
        return each.case_number
    return each.guest_id.hex() if each.guest_id else f"{each.first_day}..{each.last_day}"
