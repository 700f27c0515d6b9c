"""`discretion ledger recover`: the honest ways back when a ledger is behind what was signed, or was stopped."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from discretion.faces.cli.at_property import chosen_property, property_option
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.ledger.checkpoint import read_note
from discretion.ledger.errors import LedgerError
from discretion.ledger.tile import TILE_WIDTH, bundles_of, decode_bundle
from discretion.starter import data_directory, programs
from discretion.starter.closing import close_ledger
from discretion.starter.database import prepare_schema, running_database
from discretion.watch.published import UnpublishedError
from discretion.watch.received import Directory, ReceivedLog

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal

BECAUSE_SIZE_MAX = 200
_LENGTH_SIZE_BYTES = 4


# What each way back does, asked before it is done.
QUESTIONS = {
    "restore": marked(
        "The entries that are missing come back without their openings: that somebody asked stays provable, who and "
        "why is lost. An entry will say so. Go on?"
    ),
    "restore_anew": marked(
        "The signer's memory is lost: it begins again at what the export holds, and only witnesses can show whether "
        "more was signed. The entries that are missing come back without their openings. An entry will say so. Go on?"
    ),
    "memory": marked(
        "The signer forgets what it signed and believes the database. If that is an old backup, entries are lost, and "
        "only witnesses or exports can show it. An entry will say that this was done. Go on?"
    ),
    "go_on": marked(
        "This ledger was stopped because it was found inconsistent. Served again, it may be a fork that no witness "
        "follows. An entry will say that this was done. Go on?"
    ),
    "close": marked(
        "This ledger is closed for ever and kept as evidence. A new one takes its place, with another key; its first "
        "entry commits to what was closed. Witnesses and auditors must be told the new key. Go on?"
    ),
}


@click.command(help=marked(
    "Recover a ledger that is behind what was signed, as after an old backup, or that was stopped. With --from: put "
    "the missing entries back from an export; their openings are lost, and an entry says so. With --new-memory: the "
    "signer's memory is lost with its machine; it begins again at what the database has, or with --from at what the "
    "export holds. With --go-on: serve a ledger that was stopped. With --close: close it for ever and open a "
    "successor. Stop Discretion first."
))
@click.option("--from", "source", type=click.Path(path_type=Path),
              help=marked("The directory of an export that holds every signed entry."))
@click.option("--new-memory", "how", flag_value="memory",
              help=marked("Begin the signer's memory again. Nobody can tell then whether the database is behind."))
@click.option("--go-on", "how", flag_value="go_on", help=marked("Serve a ledger again that was stopped."))
@click.option("--close", "how", flag_value="close",
              help=marked("Close the ledger and open a successor that commits to it."))
@click.option("--because", default="", metavar="TEXT",
              help=marked("What happened, for the entry: at most 200 characters, no personal data."))
@click.option("--yes", is_flag=True, help=marked("Do not ask again."))
@property_option
@click.pass_obj
def recover(
    terminal: Terminal, /, *, code: str, source: Path | None, how: str | None, because: str, yes: bool,
) -> Exit:
    """Recover one hotel's ledger."""
    if (source is None) == (how is None) and (source is None or how != "memory"):
        raise Trouble("input_needed", flag="--from|--new-memory|--go-on|--close")
    if len(because) > BECAUSE_SIZE_MAX or not because.isprintable():
        raise Trouble("because_bad")
    how = (how or "restore") if source is None or how is None else "restore_anew"
    settings = checked(terminal)
    hotel = chosen_property(terminal, code)
    if data_directory.is_held(settings.directory):
        raise Trouble("already_running", path=settings.directory)
    if not yes and not terminal.confirm(terminal.words(QUESTIONS[how])):
        raise Trouble("interrupted")
    brought = _brought(terminal, source) if source is not None else b""
    with ExitStack() as held:
        if not settings.database.embedded:
            held.enter_context(data_directory.hold(settings.directory))
        held.enter_context(running_database(settings))
        prepare_schema(settings)
        done = close_ledger(settings, hotel, because) if how == "close" else json.loads(programs.ask_keeper(
            settings, "recover", "--property", hotel.id, "--how", how, "--because", because, brought=brought,
        ))
    terminal.show({"property": hotel.code, **done}, _sentence(terminal, how, done))
    return Exit.OK


def _sentence(terminal: Terminal, how: str, done: dict[str, Any]) -> str:
    words = terminal.words
    if how in {"restore", "restore_anew"}:
        return words(
            "%(count)s entries are back, from %(first)s on. Start Discretion: discretion serve",
            count=f"{done['end'] - done['first']:,}", first=f"{done['first']:,}",
        )
    if how == "memory":
        return words("The signer's memory begins again at %(size)s entries.", size=f"{done['size']:,}")
    if how == "go_on":
        return words("The ledger is served again by the next start.")
    return words(
        "%(closed)s is closed at %(size)s entries. Its successor has a key of its own: discretion ledger key",
        closed=done["closed"], size=f"{done['closed_size']:,}",
    )


def _brought(terminal: Terminal, directory: Path) -> bytes:
    """Return the checkpoint of an export, behind its length, and all its entries. The keeper checks whose they are."""
    try:
        log = ReceivedLog(Directory(directory))
    except UnpublishedError as error:
        raise Trouble("published_missing", path=directory) from error
    leaves = bytearray()
    try:
        origin, size, *_ = read_note(log.checkpoint)[0].split("\n")
        count = int(size) if size.isascii() and size.isdigit() else 0
        with terminal.progress(terminal.words("Reading %(name)s", name=origin), count) as told:
            for bundle in bundles_of(count):
                leaves += b"".join(decode_bundle(log.read(bundle), bundle.width))
                told(bundle.n * TILE_WIDTH + bundle.width)
    except (LedgerError, ValueError) as error:
        raise Trouble("export_damaged", path=directory) from error
    note = log.checkpoint.encode()
    return len(note).to_bytes(_LENGTH_SIZE_BYTES, "big") + note + bytes(leaves)
