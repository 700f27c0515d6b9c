"""`discretion ledger verify` of what somebody else holds or publishes: a directory, an address, or one proof.

Nothing of an installation is needed, and nothing is believed but the key or the policy that the caller brings.
"""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.ledger.audit import AuditError, audit
from discretion.ledger.checkpoint import NOTE_SIZE_MAX
from discretion.ledger.errors import CheckpointError, LedgerError, ProofError, ShapeError
from discretion.ledger.proof import check_consistency
from discretion.ledger.proof_file import check_proof
from discretion.ledger.tile import ENTRY_SIZE_BYTES_MAX, TiledTree
from discretion.ledger.trust import NONE, Trust, TrustError
from discretion.watch.published import KeyRefusedError, LogAwayError, UnpublishedError
from discretion.watch.received import AddressError, Directory, ReceivedLog, WebServer, read_ahead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.faces.cli.terminal import Terminal
    from discretion.ledger.tree import TreeHead

STDIN = Path("-")
# What a check may find, in words; the index says where.
PROBLEMS = {
    "bundle": marked("The entries from %(index)s on are missing or not whole."),
    "tile": marked("Entry %(index)s is not the one its tile has."),
    "root": marked("The entries do not make the root that the checkpoint says."),
    "signature": marked("The checkpoint is not signed by whom you trust, or too few witnesses have seen it."),
    "old_signature": marked("The older checkpoint is not one of this log."),
    "history": marked(
        "The log does not begin with the %(index)s entries of the older checkpoint: its history was changed."
    ),
    "proof": marked("This proves nothing of this entry."),
}
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_READER_KEY = re.compile(r"[!-~]{1,500}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What the caller brings: whom to trust (one of `key` and `policy`), and what the check is to be done with."""

    key: Path | None
    policy: Path | None
    entry: Path | None = None
    old_checkpoint: Path | None = None
    reader_key: Path | None = None


def verify_received(terminal: Terminal, place: str, brought: Brought) -> Exit:
    """Check a directory, an address, or one proof with its entry; print the verdict. Errors: `Trouble`."""
    if (brought.key is None) == (brought.policy is None):
        raise Trouble("input_needed", flag="--key|--policy")
    is_proof = not _ADDRESS.match(place) and not Path(place).is_dir()
    if is_proof and not Path(place).exists():
        raise Trouble("published_missing", path=place)
    found: dict[str, object] = {"path": place, "size": 0, "root": "", "index": -1, "problem": ""}
    _check_fits(brought, is_proof=is_proof)
    trust = _trust(brought.key, brought.policy)
    try:
        if is_proof:
            head = _checked_proof(place, brought, trust, found)
        else:
            head = _checked_log(terminal, place, brought, trust)
        found |= {"size": head.size, "root": head.root.hex()}
    except _FoundError as error:
        found |= {"problem": error.problem, "index": error.index}
    except AuditError as error:
        found |= {"problem": error.what, "index": error.index}
    except CheckpointError:
        found["problem"] = "signature"
    except LedgerError:
        found["problem"] = "proof"
    terminal.show(found, _sentence(terminal, found))
    return Exit.PROBLEM if found["problem"] else Exit.OK


def _check_fits(brought: Brought, *, is_proof: bool) -> None:
    """Return only if what is brought goes with what is checked. Errors: `Trouble`."""
    if is_proof and (brought.old_checkpoint or brought.reader_key):
        raise Trouble("log_needed", flag="--old-checkpoint" if brought.old_checkpoint else "--reader-key-file")
    if not is_proof and brought.entry:
        raise Trouble("proof_needed", flag="--entry")


class _FoundError(Exception):
    """A problem with the older checkpoint."""

    def __init__(self, problem: str, index: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.index = index


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


def _checked_log(terminal: Terminal, place: str, brought: Brought, trust: Trust) -> TreeHead:
    """Return the head of a log of which everything was read and agrees."""
    old_note = _text(brought.old_checkpoint) if brought.old_checkpoint else ""
    with _received(place, brought) as log:
        head = trust.open_checkpoint(log.checkpoint)
        old = _old_head(old_note, log, trust) if old_note else None
        with terminal.progress(terminal.words("Verifying %(name)s", name=place), head.size) as told, (
            read_ahead(log, head.size)
        ) as read:
            for done in audit(head, read):
                told(done)
        if old is not None:
            _check_history(old, head, log)
    return head


def _old_head(note: str, log: ReceivedLog, trust: Trust) -> TreeHead:
    """Return the head that the caller kept. Its witnesses do not matter: the caller saw it."""
    try:
        if note.partition("\n")[0] != log.checkpoint.partition("\n")[0]:
            raise CheckpointError("of another log")
        return Trust(trust.logs, quorum=NONE).open_checkpoint(note)
    except CheckpointError as error:
        raise _FoundError("old_signature", -1) from error


def _check_history(old: TreeHead, head: TreeHead, log: ReceivedLog) -> None:
    """Return only if the log under `head` begins with the one under `old`. Errors: `_FoundError`."""
    try:
        proof = TiledTree(head.size, log.read).prove_consistency(old.size)
        check_consistency(proof, old, head)
    except (ProofError, ShapeError) as error:
        raise _FoundError("history", old.size) from error


@contextmanager
def _received(place: str, brought: Brought) -> Iterator[ReceivedLog]:
    """Give the log of a directory or an address. Errors, also of the block: `Trouble`."""
    try:
        if not _ADDRESS.match(place):
            yield ReceivedLog(Directory(Path(place)))
            return
        with WebServer(place, _reader_key(brought.reader_key)) as server:
            yield ReceivedLog(server)
    except UnpublishedError as error:
        raise Trouble("published_missing", path=place) from error
    except KeyRefusedError as error:
        raise Trouble("reader_key_refused", path=place) from error
    except AddressError as error:
        raise Trouble("log_address") from error
    except LogAwayError as error:
        raise Trouble("log_away", path=place, what=error) from error


def _reader_key(path: Path | None) -> str:
    """Return the reader's key in a file or from standard input, empty without one. Errors: `Trouble`."""
    if path is None:
        return ""
    try:
        key = (sys.stdin.readline(1000) if path == STDIN else _text(path)).strip()
    except ProofError:
        key = ""
    if not _READER_KEY.fullmatch(key):
        raise Trouble("reader_key_bad", path=path)
    return key


def _checked_proof(place: str, brought: Brought, trust: Trust, found: dict[str, object]) -> TreeHead:
    beside = brought.entry or Path(place).with_suffix(".entry")
    try:
        with beside.open("rb") as file:
            raw = file.read(ENTRY_SIZE_BYTES_MAX + 1)
    except OSError as error:
        raise Trouble("published_missing", path=beside) from error
    found["index"], head = check_proof(_text(Path(place)), raw, trust)
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
