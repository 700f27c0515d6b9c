"""`discretion ledger recover`: the honest ways back when the database is behind what was signed."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

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
from discretion.starter.database import prepare_schema, running_database
from discretion.watch.published import DirectoryLog, UnpublishedError

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal

_LENGTH_SIZE_BYTES = 4


@click.command(help=marked(
    "Recover a ledger that is behind what was signed, as after an old backup. With --from: put the missing entries "
    "back from an export; their openings are lost, and an entry says so. With --new-memory: the signer's memory is "
    "lost with its machine; it begins again at what the database has. Stop Discretion first."
))
@click.option("--from", "source", type=click.Path(path_type=Path),
              help=marked("The directory of an export that holds every signed entry."))
@click.option("--new-memory", is_flag=True,
              help=marked("Begin the signer's memory again. Nobody can tell then whether the database is behind."))
@click.option("--yes", is_flag=True, help=marked("Do not ask again."))
@property_option
@click.pass_obj
def recover(terminal: Terminal, /, *, code: str, source: Path | None, new_memory: bool, yes: bool) -> Exit:
    """Recover one hotel's ledger."""
    if (source is None) == (not new_memory):
        raise Trouble("input_needed", flag="--from|--new-memory")
    settings = checked(terminal)
    hotel = chosen_property(terminal, code)
    if data_directory.is_held(settings.directory):
        raise Trouble("already_running", path=settings.directory)
    question = marked(
        "The signer forgets what it signed and believes the database. If that is an old backup, entries are lost, and "
        "only witnesses or exports can show it. An entry will say that this was done. Go on?"
    ) if new_memory else marked(
        "The entries that are missing come back without their openings: that somebody asked stays provable, who and "
        "why is lost. An entry will say so. Go on?"
    )
    if not yes and not terminal.confirm(terminal.words(question)):
        raise Trouble("interrupted")
    brought = _brought(terminal, source) if source is not None else b""
    with ExitStack() as held:
        if not settings.database.embedded:
            held.enter_context(data_directory.hold(settings.directory))
        held.enter_context(running_database(settings))
        prepare_schema(settings)
        said = programs.ask_keeper(
            settings, "recover", "--property", hotel.id, "--how", "memory" if new_memory else "restore",
            brought=brought,
        )
    done = json.loads(said)
    sentence = terminal.words("The signer's memory begins again at %(size)s entries.", size=f"{done['end']:,}")
    if not new_memory:
        sentence = terminal.words(
            "%(count)s entries are back, from %(first)s on. Start Discretion: discretion serve",
            count=f"{done['end'] - done['first']:,}", first=f"{done['first']:,}",
        )
    terminal.show({"property": hotel.code, **done}, sentence)
    return Exit.OK


def _brought(terminal: Terminal, directory: Path) -> bytes:
    """Return the checkpoint of an export, behind its length, and all its entries. The keeper checks whose they are."""
    try:
        log = DirectoryLog(directory)
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
