"""`discretion ledger reader`: who outside may read the published ledger of a hotel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from discretion.faces.cli.at_property import ask_office, chosen_property, property_option
from discretion.faces.cli.serve import checked
from discretion.faces.kit.words import marked
from discretion.office import ledger_readers
from discretion.starter.database import running_database

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.outcome import ActRefusal, Done


@click.group("reader", help=marked("Who outside may read the published ledger: auditors, mirrors, witnesses."))
def reader() -> None:
    """Hold the commands below."""


@reader.command("list", help=marked("List the readers, with those whose key has ended."))
@property_option
@click.pass_obj
def list_readers(terminal: Terminal, /, *, code: str) -> None:
    """List readers."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> tuple[ledger_readers.Reader, ...]:
        return await ledger_readers.readers(office, at.property_id)

    with running_database(checked(terminal)):
        found = ask_office(terminal, do)
    terminal.show([
        {"name": each.name, "from": _time(each.from_at), "until": each.ended_at and _time(each.ended_at)}
        for each in found
    ])


@reader.command("add", help=marked(
    "Make a reader's key for one hotel's published ledger and print it, this once. It is an entry in the ledger."
))
@click.argument("name")
@property_option
@click.pass_obj
def add(terminal: Terminal, /, *, name: str, code: str) -> None:
    """Let a reader in."""
    at = chosen_property(terminal, code)
    key = ledger_readers.new_key()

    async def do(office: Office) -> Done | ActRefusal:
        return await ledger_readers.add_reader(office, at.property_id, name, key)

    with running_database(checked(terminal)):
        ask_office(terminal, do)
    address = f"{terminal.settings().house.origin}/ledger/{at.code}"
    terminal.show({"name": name, "property": at.code, "key": key, "address": address}, key)
    terminal.say(terminal.words(
        "This key is shown this once. Hand it over by a safe way; it reads %(address)s and nothing else.",
        address=address,
    ))


@reader.command("remove", help=marked("End a reader's key. It is an entry in the ledger."))
@click.argument("name")
@property_option
@click.pass_obj
def remove(terminal: Terminal, /, *, name: str, code: str) -> None:
    """End a reader's key."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> Done | ActRefusal:
        return await ledger_readers.end_reader(office, at.property_id, name)

    with running_database(checked(terminal)):
        ask_office(terminal, do)
    terminal.show({"name": name, "property": at.code}, terminal.words("%(name)s reads no longer.", name=name))


def _time(at: object) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
