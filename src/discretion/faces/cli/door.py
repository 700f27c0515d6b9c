"""`discretion door`: which door controllers report who comes and goes, and how long one travels between hotels."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.at_property import ask_office, chosen_property, property_option
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.office.doors import sources
from discretion.office.doors.keys import DIRECTORY, DoorKeys, SourceKeys, new_secret
from discretion.starter import data_directory
from discretion.starter.database import running_database

if TYPE_CHECKING:
    from datetime import datetime

    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.outcome import ActRefusal, Done


@click.group("door", help=marked("Door controllers that report who comes and goes."))
def door() -> None:
    """Hold the commands below."""


@door.group("source", help=marked("Who may report for a hotel: one door controller each."))
def source() -> None:
    """Hold the commands below."""


@source.command("list", help=marked("List the sources, what came from them in 24 hours, and those that have ended."))
@property_option
@click.pass_obj
def list_sources(terminal: Terminal, /, *, code: str) -> None:
    """List sources."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> tuple[sources.Source, ...]:
        return await sources.sources(office, at.property_id)

    with running_database(checked(terminal)):
        found = ask_office(terminal, do)
    terminal.show([
        {
            "name": each.name, "format": each.format, "address": _address(terminal, each.source_id),
            "from": _time(each.from_at), "until": _time(each.ended_at), "last": _time(each.last_at),
            "events": each.events, "unknown_badges": each.unknown,
            "doors": " ".join(f"{name}={says}" for name, says in sorted(each.doors.items())),
        }
        for each in found
    ])


@source.command("add", help=marked(
    "Let a door controller report for one hotel; print its address and, this once, its secret. "
    "It is an entry in the ledger."
))
@click.argument("name")
@property_option
@click.option("--format", "format_name", type=click.Choice(sources.FORMATS), default="discretion", show_default=True,
              help=marked("Whose form the controller's reports have."))
@click.option("--door", "doors", multiple=True, metavar="ID=in|out",
              help=marked("What a door means, where the controller does not say it; may be given several times."))
@click.pass_obj
def add(terminal: Terminal, /, *, name: str, code: str, format_name: str, doors: tuple[str, ...]) -> None:
    """Let a controller report."""
    at, source_id = chosen_property(terminal, code), secrets.token_bytes(16)
    said = dict(each.rpartition("=")[::2] for each in doors)
    keys = SourceKeys(hotel=at.id, secrets=[new_secret()])

    async def do(office: Office) -> Done | ActRefusal:
        return await sources.add_source(office, at.property_id, source_id, name, format_name, said)

    file = _keys(terminal).file(source_id)
    with running_database(checked(terminal)):
        _write(terminal, source_id, keys)
        try:
            ask_office(terminal, do)
        except Trouble:
            file.unlink(missing_ok=True)
            raise
    _show(terminal, name, source_id, keys)


@source.command("rotate", help=marked(
    "Give a source a second secret and print it, this once; both count until the old one is dropped with --drop-old."
))
@click.argument("name")
@property_option
@click.option("--drop-old", is_flag=True, help=marked("The controller signs with the new secret now: end the old one."))
@click.pass_obj
def rotate(terminal: Terminal, /, *, name: str, code: str, drop_old: bool) -> None:
    """Change the secret of a source without a gap."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> Done | ActRefusal:
        return await sources.source_of(office, at.property_id, name)

    with running_database(checked(terminal)):
        source_id = ask_office(terminal, do).id
    known = _keys(terminal).read(source_id)
    if known is None:
        raise Trouble("source_secret_missing")
    if drop_old:
        _write(terminal, source_id, SourceKeys(hotel=known.hotel, secrets=known.secrets[:1]))
        terminal.show({"name": name, "secrets": 1}, terminal.words("Only the newest secret counts now."))
        return
    changed = SourceKeys(hotel=known.hotel, secrets=[new_secret(), known.secrets[0]])
    _write(terminal, source_id, changed)
    _show(terminal, name, source_id, changed)


@source.command("remove", help=marked(
    "End a source: its reports are refused from now on. It is an entry in the ledger."
))
@click.argument("name")
@property_option
@click.pass_obj
def remove(terminal: Terminal, /, *, name: str, code: str) -> None:
    """End a source."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> Done | ActRefusal:
        return await sources.end_source(office, at.property_id, name)

    with running_database(checked(terminal)):
        ended = ask_office(terminal, do)
    _keys(terminal).file(ended.id).unlink(missing_ok=True)
    terminal.show({"name": name, "property": at.code}, terminal.words("%(name)s reports no longer.", name=name))


@door.command("travel", help=marked(
    "Say how many minutes one travels between two hotels; a badge at both within it is at neither. "
    "30 where nothing is said."
))
@click.argument("minutes", type=int)
@property_option
@click.option("--to", "other", required=True, metavar="CODE", help=marked("The other hotel, by its code."))
@click.pass_obj
def travel(terminal: Terminal, /, *, minutes: int, code: str, other: str) -> None:
    """Say how long one travels."""
    here, there = chosen_property(terminal, code), chosen_property(terminal, other)

    async def do(office: Office) -> Done | ActRefusal:
        return await sources.set_travel(office, here.property_id, there.property_id, minutes)

    with running_database(checked(terminal)):
        ask_office(terminal, do)
    text = terminal.words(
        "%(here)s – %(there)s: %(minutes)s min, both ways.", here=here.code, there=there.code, minutes=minutes,
    )
    terminal.show({"from": here.code, "to": there.code, "minutes": minutes}, text)


def _keys(terminal: Terminal) -> DoorKeys:
    return DoorKeys(terminal.settings().secrets / DIRECTORY)


def _write(terminal: Terminal, source_id: bytes, keys: SourceKeys) -> None:
    directory = _keys(terminal).directory
    with data_directory.told(directory):
        directory.mkdir(mode=0o700, exist_ok=True)
        data_directory.write_secret(_keys(terminal).file(source_id), keys.line())


def _show(terminal: Terminal, name: str, source_id: bytes, keys: SourceKeys) -> None:
    address = _address(terminal, source_id)
    terminal.show(
        {"name": name, "address": address, "secret": keys.secrets[0]}, f"{address}\n{keys.secrets[0]}",
    )
    terminal.say(terminal.words(
        "This secret is shown this once. Enter address and secret at the controller: docs/doors.md"
    ))


def _address(terminal: Terminal, source_id: bytes) -> str:
    return f"{terminal.settings().house.origin}/api/presence/{source_id.hex()}"


def _time(at: datetime | None) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else ""
