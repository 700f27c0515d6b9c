"""`discretion policy keygen` and `signer`: the keys that people sign releases with, and whose they are."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.at_property import ask_office, chosen_property, property_option
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.hotel.purpose import Role
from discretion.ledger.checkpoint import KEY_SIZE_BYTES, Signer, read_note
from discretion.ledger.errors import LedgerError
from discretion.office import releases
from discretion.starter import programs
from discretion.starter.database import running_database
from discretion.wire.settings import read_secret

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal

_NAME = "signer"


@click.command(help=marked(
    "Make a key to sign releases with, in a new file that only you may read, and print its public half. Keep the file "
    "to yourself; whoever runs the keeper registers the public half."
))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.pass_obj
def keygen(terminal: Terminal, /, *, file: Path) -> None:
    """Make a signing key."""
    seed = os.urandom(KEY_SIZE_BYTES)
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Trouble("key_file_taken", path=file) from error
    with os.fdopen(number, "wb") as made:
        made.write(base64.b64encode(seed) + b"\n")
    public = Signer(_NAME, seed).verifier.public_key.hex()
    terminal.show({"key": public, "file": str(file)}, public)
    terminal.say(terminal.words(marked(
        "Whoever runs the keeper registers it: discretion policy signer add --number … --role … --public-key %(key)s"
    ), key=public))


def signing_key(file: Path) -> Signer:
    """Return the key of a file that `keygen` made. Errors: `Trouble` `signing_key_bad`; `SettingsError`."""
    try:
        seed = base64.b64decode(read_secret(file), validate=True)
        return Signer(_NAME, seed)
    except (ValueError, LedgerError) as error:  # no base64, or of another length
        raise Trouble("signing_key_bad", path=file) from error


def signed_by(key: Signer, text: str) -> bytes:
    """Return the 64 bytes with which a key signs a text."""
    _, ((_, _, signature),) = read_note(key.sign(text))
    return signature


@click.group("signer", help=marked("Who may sign releases of the policy, with which key, in which role."))
def signer() -> None:
    """Hold the commands below."""


@signer.command("list", help=marked("List the registered keys, with those that have ended."))
@property_option
@click.pass_obj
def list_signers(terminal: Terminal, /, *, code: str) -> None:
    """List signers."""
    at = chosen_property(terminal, code)
    with running_database(checked(terminal)):
        found = ask_office(terminal, lambda office: releases.signers(office, at.property_id))
    terminal.show([
        {
            "number": each.number, "name": each.name, "role": each.role, "kind": each.key_kind,
            "key": each.public_key.hex(),
            "from": f"{each.at:%Y-%m-%dT%H:%MZ}", "until": each.ended_at and f"{each.ended_at:%Y-%m-%dT%H:%MZ}",
        }
        for each in found
    ])


@signer.command("add", help=marked(
    "Let somebody who holds the role sign releases: with a key, or without --public-key with each passkey they have "
    "now. Done by whoever runs the keeper; it is an entry in the ledger."
))
@property_option
@click.option("--number", required=True, help=marked("The staff number."))
@click.option("--role", required=True, type=click.Choice([str(role) for role in Role]),
              help=marked("The role they sign in; they must hold it."))
@click.option("--public-key", "key", default="", metavar="HEX", help=marked("What keygen printed: 64 digits."))
@click.pass_obj
def add(terminal: Terminal, /, *, code: str, number: str, role: str, key: str) -> None:
    """Register a key."""
    _keeper(terminal, code, "add-signer", "--staff-number", number, "--role", role, "--key", key)
    terminal.show({"number": number, "role": role, "key": key}, f"{number}  {role}  {key or 'passkey'}")
    terminal.say(terminal.words(marked("Registered. Look: discretion policy signer list")))


@signer.command("end", help=marked("Take a key's right to sign. What it signed before stays signed."))
@property_option
@click.option("--public-key", "key", required=True, metavar="HEX", help=marked("The key, as the list shows it."))
@click.pass_obj
def end(terminal: Terminal, /, *, code: str, key: str) -> None:
    """End a key."""
    _keeper(terminal, code, "end-signer", "--key", key)
    terminal.say(terminal.words(marked("Ended. Look: discretion policy signer list")))


def _keeper(terminal: Terminal, code: str, command: str, *arguments: str) -> None:
    at, settings = chosen_property(terminal, code), checked(terminal)
    with running_database(settings):
        programs.ask_keeper(settings, command, "--property", at.id, *arguments)
