"""`discretion ledger export` and `prove`, and `verify` of what they wrote: a ledger as files that anybody can check."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.at_property import chosen_property, property_option
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.ledger.audit import AuditError, audit
from discretion.ledger.checkpoint import NOTE_SIZE_MAX
from discretion.ledger.errors import CheckpointError, LedgerError, ProofError
from discretion.ledger.proof_file import check_proof, write_proof
from discretion.ledger.tile import ENTRY_SIZE_BYTES_MAX
from discretion.ledger.trust import Trust, TrustError
from discretion.starter.database import running_database
from discretion.watch.published import DirectoryLog, LogAwayError, UnpublishedError, export, stored_log, tree_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.faces.cli.terminal import Terminal
    from discretion.ledger.tree import TreeHead
    from discretion.watch.published import StoredLog
    from discretion.wire.settings import Property

_PATH = click.Path(path_type=Path)
# What a check of files may find, in words; the index says where.
PROBLEMS = {
    "bundle": marked("The entries from %(index)s on are missing or not whole."),
    "tile": marked("Entry %(index)s is not the one its tile has."),
    "root": marked("The entries do not make the root that the checkpoint says."),
    "signature": marked("The checkpoint is not signed by whom you trust, or too few witnesses have seen it."),
    "proof": marked("This proves nothing of this entry."),
}


@click.command("export", help=marked(
    "Write a ledger into a directory in its published form: checkpoint, tiles and entries without their openings. "
    "The key to check it by is written beside the directory."
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


def verify_files(
    terminal: Terminal, path: Path, *, key: Path | None, policy: Path | None, entry: Path | None,
) -> Exit:
    """Check a directory, or one proof with its entry, by a key or a policy of trust; print the verdict."""
    if (key is None) == (policy is None):
        raise Trouble("input_needed", flag="--key|--policy")
    if not path.exists():
        raise Trouble("published_missing", path=path)
    found: dict[str, object] = {"path": str(path), "size": 0, "root": "", "index": -1, "problem": ""}
    trust = _trust(key, policy)
    try:
        head = _checked_log(terminal, path, trust) if path.is_dir() else _checked_proof(path, entry, trust, found)
        found |= {"size": head.size, "root": head.root.hex()}
    except AuditError as error:
        found |= {"problem": error.what, "index": error.index}
    except CheckpointError:
        found["problem"] = "signature"
    except LedgerError:
        found["problem"] = "proof"
    terminal.show(found, _sentence(terminal, found))
    return Exit.PROBLEM if found["problem"] else Exit.OK


def _trust(key: Path | None, policy: Path | None) -> Trust:
    """Return whom to trust. Errors: `Trouble`."""
    try:
        if key is not None:
            return Trust.of_key(_text(key).strip())
        return Trust.parse(_text(policy or Path()))
    except TrustError as error:
        raise Trouble("trust_bad", path=policy, line=error.line) from error
    except LedgerError as error:
        raise Trouble("key_bad", path=key or policy) from error


def _checked_log(terminal: Terminal, directory: Path, trust: Trust) -> TreeHead:
    try:
        log = DirectoryLog(directory)
    except UnpublishedError as error:
        raise Trouble("published_missing", path=directory) from error
    head = trust.open_checkpoint(log.checkpoint)
    with terminal.progress(terminal.words("Verifying %(name)s", name=directory), head.size) as told:
        for done in audit(head, log.read):
            told(done)
    return head


def _checked_proof(path: Path, entry: Path | None, trust: Trust, found: dict[str, object]) -> TreeHead:
    beside = entry or path.with_suffix(".entry")
    try:
        with beside.open("rb") as file:
            raw = file.read(ENTRY_SIZE_BYTES_MAX + 1)
    except OSError as error:
        raise Trouble("published_missing", path=beside) from error
    found["index"], head = check_proof(_text(path), raw, trust)
    return head


def _sentence(terminal: Terminal, found: dict[str, object]) -> str:
    if found["problem"]:
        return terminal.words(PROBLEMS[str(found["problem"])], index=found["index"])
    fingerprint = " ".join(str(found["root"])[at:at + 4] for at in range(0, 16, 4))
    if found["index"] != -1:
        return terminal.words("It is entry %(index)s of %(size)s. Fingerprint %(fingerprint)s …",
                              index=found["index"], size=found["size"], fingerprint=fingerprint)
    return terminal.words("The log is whole: %(size)s entries. Fingerprint %(fingerprint)s …",
                          size=found["size"], fingerprint=fingerprint)


def _text(path: Path) -> str:
    """Return a small text file. Errors: `Trouble` when there is none; `ProofError` when it is no such text."""
    try:
        with path.open("rb") as file:
            return file.read(NOTE_SIZE_MAX + 1).decode()
    except OSError as error:
        raise Trouble("published_missing", path=path) from error
    except UnicodeDecodeError as error:
        raise ProofError("no text") from error


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
