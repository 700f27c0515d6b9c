"""The erased list: whom a property has erased, in a file outside the database, one line an erasure.

Rules:
* A line is on the disk before anybody is told that the erasure is done. None is ever changed or taken out.
* It lies beside the signer's memory: a database put back from a backup does not bring an older list with it.
* It names random ids, field groups, a time and an entry; nothing about a person.

Left to others: carrying out again what a database has forgotten (`erasure`).
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_LINE = re.compile(r"([0-9a-f]{32}) ([0-9]{1,3}) ([0-9]{1,12}) ([0-9]{1,19})")


class ErasedLine(NamedTuple):
    """One erasure: field groups as a bit mask, UTC seconds, index of its entry."""

    guest_id: bytes
    groups: int
    at: int
    entry: int


class ErasedListError(Exception):
    """The list holds a line that is none; nothing is served until somebody has looked."""


class ErasedList:
    """The list of one property; a file that is not there yet is an empty list."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self) -> list[ErasedLine]:
        """Return every line, in order; a last line that a crash cut off is none. Errors: `ErasedListError`; `OSError`.

        Nobody was told of an erasure whose line was cut off.
        """
        if not self._path.exists():
            return []
        *whole, _ = self._path.read_text("utf-8").split("\n")
        found = [_LINE.fullmatch(line) for line in whole if line]
        if None in found:
            raise ErasedListError(f"{found.index(None)}")
        return [ErasedLine(bytes.fromhex(m[1]), int(m[2]), int(m[3]), int(m[4])) for m in found if m]

    def add(self, line: ErasedLine) -> None:
        """Return once the line is on the disk, once. Errors: `OSError`."""
        is_new = not self._path.exists()
        number = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            raw = os.pread(number, os.fstat(number).st_size, 0)
            os.ftruncate(number, raw.rfind(b"\n") + 1)  # what a crash cut off
            text = f"{line.guest_id.hex()} {line.groups} {line.at} {line.entry}\n".encode()
            if text not in raw:
                os.write(number, text)
            os.fsync(number)
        finally:
            os.close(number)
        if is_new:
            directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
            os.fsync(directory)
            os.close(directory)
