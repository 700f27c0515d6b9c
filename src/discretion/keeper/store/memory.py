"""The signer's own memory: the head this keeper signed last of one ledger, in a file outside the database.

Rules:
* It moves after the round's COMMIT and before anything of the round is signed or opened. It never moves back.
* A head that does not extend it is not signed: a restored backup, a stale replica or a forged row cannot become a fork.
* Two slots, written in turn, each with its own SHA-256: whatever ends this program leaves one of them whole.
* No look-up waits for the disk here (docs/decisions/0016): the file survives this program at once, and the machine when
  a checkpoint is published (`sync`).

Left to others: what to do when it disagrees (`rescan` at the start, the operator's `recover`).
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from typing import TYPE_CHECKING

from discretion.keeper.store.database import StoreError
from discretion.keeper.store.erased import ErasedList
from discretion.ledger.errors import ShapeError
from discretion.ledger.tree import Frontier

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Self

    from discretion.keeper.store.appends import Appends

SLOT_SIZE_BYTES = 4096
ENTRIES_AT_ONCE = 16_384
_FIELDS = struct.Struct(">32sQQQH")  # SHA-256 of the rest, size, allowed, opened, bytes of the stack
_DIGEST_SIZE_BYTES = 32


class MemoryFileError(Exception):
    """The file cannot be used; `code` says why: `signer_memory_missing`, `signer_memory_open`, `signer_memory_bad`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ForkError(StoreError):
    """The database's ledger does not extend the head that this keeper signed last. Nothing more is signed."""


class Memory:
    """The last signed head of one ledger, and how many openings its entries allowed and the vault made.

    `frontier` is the tree under the last signed head, `erased` the list of whom the property has erased, beside it.
    Use: `advance` for each round, `sync` before publishing.
    """

    def __init__(self, path: Path) -> None:
        """Read the newer whole slot. Errors: `MemoryFileError`."""
        self.erased = ErasedList(path.with_suffix(".erased"))
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise MemoryFileError("signer_memory_missing") from error
        slots = [_read(os.pread(self._file, SLOT_SIZE_BYTES, at)) for at in (0, SLOT_SIZE_BYTES)]
        whole = [((found[0].size, *found[1:]), slot, found) for slot, found in enumerate(slots) if found is not None]
        if stat.S_IMODE(os.fstat(self._file).st_mode) & 0o077 or not whole:
            os.close(self._file)
            raise MemoryFileError("signer_memory_bad" if not whole else "signer_memory_open")
        _, self._slot, (self.frontier, self.allowed, self.opened) = max(whole, key=lambda each: each[:2])

    @classmethod
    def begin(cls, path: Path, frontier: Frontier, *, is_new: bool) -> Self:
        """Return a memory that begins at `frontier`, durably on disk; `is_new` refuses one that is there already.

        Errors: `FileExistsError`; `OSError`.
        """
        path.parent.mkdir(mode=0o700, exist_ok=True)
        new = path if is_new else path.with_name(path.name + ".new")
        number = os.open(new, os.O_WRONLY | os.O_CREAT | (os.O_EXCL if is_new else os.O_TRUNC), 0o600)
        os.pwrite(number, _written(frontier, 0, 0).ljust(2 * SLOT_SIZE_BYTES, b"\x00"), 0)
        os.fsync(number)
        os.close(number)
        new.rename(path)
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        os.fsync(directory)
        os.close(directory)
        return cls(path)

    def advance(self, after: Frontier, allowed: int) -> None:
        """Remember the head of a round that is committed, and that its entries allow `allowed` openings.

        Errors: `OSError` when the file cannot be written; then the head must not be signed.
        """
        slot = 1 - self._slot
        os.pwrite(self._file, _written(after, self.allowed + allowed, self.opened), slot * SLOT_SIZE_BYTES)
        self._slot, self.frontier, self.allowed = slot, after, self.allowed + allowed

    async def follow(self, head: Frontier, ledger: Appends) -> None:
        """Move to `head`, which another keeper has left, once its entries prove that it extends what stands here.

        Costs nothing where `head` stands here already. Errors: `ForkError`; `StoreAwayError`.
        """
        frontier = self.frontier
        if frontier == head:
            return
        while frontier.size < head.size:
            last = min(frontier.size + ENTRIES_AT_ONCE, head.size)
            frontier = frontier.append(await ledger.leaf_hashes(frontier.size, last))
            if frontier.size != last:
                raise ForkError("entries are missing")
        if frontier != head:
            raise ForkError("the ledger does not extend what was signed")
        self.advance(head, 0)

    def sync(self) -> None:
        """Return when the file is on the disk. Errors: `OSError`."""
        os.fdatasync(self._file)

    def close(self) -> None:
        """Write what was opened since the last round, and let go of the file."""
        self.advance(self.frontier, 0)
        self.sync()
        os.close(self._file)


def _written(frontier: Frontier, allowed: int, opened: int) -> bytes:
    stack = frontier.to_bytes()
    rest = _FIELDS.pack(b"", frontier.size, allowed, opened, len(stack))[_DIGEST_SIZE_BYTES:] + stack
    return hashlib.sha256(rest).digest() + rest


def _read(raw: bytes) -> tuple[Frontier, int, int] | None:
    """Return what a slot holds; None when it is not whole."""
    if len(raw) < _FIELDS.size:
        return None
    digest, size, allowed, opened, length = _FIELDS.unpack_from(raw)
    end = _FIELDS.size + length
    if hashlib.sha256(raw[_DIGEST_SIZE_BYTES:end]).digest() != digest:
        return None
    try:
        return Frontier.from_bytes(size, raw[_FIELDS.size:end]), allowed, opened
    except ShapeError:
        return None
