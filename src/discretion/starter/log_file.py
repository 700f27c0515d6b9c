"""A program's log on disk, kept small: five files of ten megabytes, oldest gone first."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SIZE_BYTES_MAX = 10_000_000
_KEPT = 4


class LogFile:
    """Appends what a program says. A disk that is full loses lines of the log and nothing else.

    Shapes: `path` None writes to standard error instead, for containers and service managers that keep logs themselves.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def write(self, chunk: bytes) -> None:
        """Append a chunk; between lines, turn to a new file when this one is large."""
        try:
            if self._path is None:
                sys.stderr.buffer.write(chunk)
                sys.stderr.buffer.flush()
                return
            with self._path.open("ab") as file:
                file.write(chunk)
                is_large = file.tell() > _SIZE_BYTES_MAX and chunk.endswith(b"\n")
            if is_large:
                self._turn(self._path)
        except OSError:
            return

    def _turn(self, path: Path) -> None:
        for number in range(_KEPT, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            newer = path.with_name(f"{path.name}.{number - 1}") if number > 1 else path
            if newer.exists():
                newer.replace(older)
