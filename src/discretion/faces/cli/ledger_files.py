"""`discretion ledger export` and `prove`: a ledger as files that anybody can check."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.at_property import chosen_property, property_option
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.ledger_witnesses import policy_text
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.ledger.errors import ProofError
from discretion.ledger.proof_file import write_proof
from discretion.starter.database import running_database
from discretion.watch.published import LogAwayError, UnpublishedError, export, stored_log, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.faces.cli.terminal import Terminal
    from discretion.watch.published import StoredLog
    from discretion.wire.settings import Property

_PATH = click.Path(path_type=Path)


@click.command("export", help=marked(
    "Write a ledger into a directory in its published form: checkpoint, tiles and entries without their openings. "
    "The key to check it by is written beside the directory, and the policy that names the witnesses."
))
@click.argument("directory", type=_PATH)
@property_option
@click.pass_obj
def export_(terminal: Terminal, /, *, directory: Path, code: str) -> Exit:
    """Export one hotel's ledger."""
    hotel = chosen_property(terminal, code)
    key = directory.with_name(f"{directory.name}.vkey")
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Trouble("export_not_empty", path=directory)
    with _log_of(terminal, hotel) as log, terminal.progress(terminal.words("Exporting"), log.size) as told:
        directory.mkdir(parents=True, exist_ok=True)
        files = export(log, directory, told)
        key.write_text(f"{log.vkey}\n", "ascii")
        directory.with_name(f"{directory.name}.policy").write_text(policy_text(terminal.settings(), log.vkey), "utf-8")
    terminal.show(
        {"property": hotel.code, "size": log.size, "files": files, "directory": str(directory), "key": str(key)},
        terminal.words("%(size)s entries in %(path)s. Check them: discretion ledger verify %(path)s --key %(key)s",
                       size=f"{log.size:,}", path=directory, key=key),
    )
    return Exit.OK


@click.command(help=marked(
    "Prove that one entry is in the ledger: writes NAME.tlog-proof and NAME.entry, for any verifier of the format."
))
@click.argument("index", type=click.IntRange(min=0))
@property_option
@click.option("--out", "out", type=_PATH, help=marked("NAME of the files; the entry's number otherwise."))
@click.pass_obj
def prove(terminal: Terminal, /, *, index: int, code: str, out: Path | None) -> Exit:
    """Write one entry's proof."""
    base = out or Path(str(index))
    names = [base.with_name(f"{base.name}.{ending}") for ending in ("tlog-proof", "entry")]
    with _log_of(terminal, chosen_property(terminal, code)) as log:
        try:
            proof = tree_of(log).prove_inclusion(index)
        except ProofError as error:
            raise Trouble("entry_unknown", size=log.size) from error
        names[0].write_text(write_proof(proof, log.checkpoint), "utf-8")
        names[1].write_bytes(log.entry(index))
    terminal.show(
        {"index": index, "size": log.size, "proof": str(names[0]), "entry": str(names[1])},
        terminal.words("Entry %(index)s of %(size)s: %(proof)s and %(entry)s.",
                       index=f"{index:,}", size=f"{log.size:,}", proof=names[0], entry=names[1]),
    )
    return Exit.OK


@contextmanager
def _log_of(terminal: Terminal, hotel: Property) -> Iterator[StoredLog]:
    settings = checked(terminal)
    with running_database(settings):
        try:
            with stored_log(settings.conninfo("auditor"), hotel.property_id) as log:
                yield log
        except UnpublishedError as error:
            raise Trouble("unpublished") from error
        except LogAwayError as error:
            raise Trouble("database_away", place=f"{settings.database_host}:{settings.database.port}") from error
