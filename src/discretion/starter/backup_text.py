r"""What a backup file holds inside its seal: lines of text, compressed, that any machine can read in twenty years.

```
{"format": 1, …}                                  the manifest, one line of JSON
{"table": "hotel.guest", "columns": ["…", …]}     then its rows, as PostgreSQL's COPY writes them, then
\.
{"rows": 12, "sha256": "…"}                       how many rows those were, and the SHA-256 of their lines
…
{"tables": 90}                                    the end
```
Rules:
* A table is never held in memory whole, neither in writing nor in reading.
* What was counted in writing is counted again in reading: a row lost by a fault of ours is found, not only damage.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import msgspec
from msgspec import Meta, Struct

from discretion.starter.backup_sealing import Hex32  # noqa: TC001 - msgspec reads the annotations
from discretion.starter.errors import StarterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from discretion.starter.backup_sealing import SealedFile

FORMAT: Final = 1
_END: Final = b"\\.\n"
_COMPRESSION: Final = 1  # sealed boxes do not shrink, their hexadecimal form does: more effort brings nothing
_Line = TypeVar("_Line", bound=Struct)


class Head(Struct, frozen=True, forbid_unknown_fields=True):
    """The ledger of one property as it was: entries and root."""

    property_id: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
    size: Annotated[int, Meta(ge=0)]
    root: Hex32


class Applied(Struct, frozen=True, forbid_unknown_fields=True):
    """One migration of the database's schema."""

    name: str
    sha256: Hex32


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """What a part is: of which database, in which state. `files` are small text files of the data directory by name."""

    format: int
    backup: str
    at: str
    server: str
    migrations: tuple[Applied, ...]
    heads: tuple[Head, ...]
    files: dict[str, str]


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows follow."""

    table: str
    columns: tuple[str, ...]


class Counted(Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows those were."""

    rows: int
    sha256: Hex32


class _End(Struct, frozen=True, forbid_unknown_fields=True):
    tables: int


class Writer:
    """Writes one part. Use: `manifest`, then `table` for each, then `finish`."""

    def __init__(self, sealed: SealedFile) -> None:
        self._sealed = sealed
        self._zip = zlib.compressobj(_COMPRESSION)
        self._tables = 0

    def manifest(self, manifest: Manifest) -> None:
        """Write what this part is."""
        self._line(manifest)

    def table(self, table: Table, rows: Iterable[bytes | memoryview], told: Callable[[int], None]) -> int:
        """Write a table and return how many rows it has; `told` hears how many there are so far.

        Shapes: each of `rows` is one line in COPY's text form, with its end.
        """
        self._line(table)
        digest = hashlib.sha256()
        count = 0
        waiting = bytearray()
        for row in rows:
            waiting += row
            count += 1
            if len(waiting) > 1 << 18:
                digest.update(waiting)
                self._write(waiting)
                waiting.clear()
                told(count)
        digest.update(waiting)
        self._write(waiting + _END)
        self._line(Counted(count, digest.hexdigest()))
        self._tables += 1
        told(count)
        return count

    def finish(self) -> None:
        """Write the end; the file is on the disk then."""
        self._line(_End(self._tables))
        self._sealed.write(self._zip.flush())
        self._sealed.finish()

    def _line(self, line: Struct) -> None:
        self._write(msgspec.json.encode(line) + b"\n")

    def _write(self, raw: bytes | bytearray) -> None:
        if packed := self._zip.compress(raw):
            self._sealed.write(packed)


class Reader:
    """Reads one part from its opened chunks. Use: `manifest`, then `tables`, taking all `pieces` of each.

    Errors: `StarterError` `backup_damaged` with the table's name, and those of `backup_sealing.opened`.
    """

    def __init__(self, chunks: Iterator[bytes], path: Path) -> None:
        self._chunks = chunks
        self._path = path
        self._zip = zlib.decompressobj()
        self._waiting = bytearray()
        self._place = ""
        self.rows = 0

    def manifest(self) -> Manifest:
        """Return what this part is. Errors: also `backup_format` when a later version wrote it."""
        raw = self._line()
        try:
            return msgspec.json.decode(raw, type=Manifest)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StarterError("backup_format", path=self._path) from error

    def tables(self) -> Iterator[Table]:
        """Yield each table; its rows must be taken by `pieces` before the next."""
        seen = 0
        while True:
            raw = self._line()
            if raw.startswith(b'{"tables"'):
                if self._decoded(raw, _End).tables != seen or self._fill():
                    raise self._damaged()
                return
            table = self._decoded(raw, Table)
            self._place = table.table
            yield table
            seen += 1

    def pieces(self) -> Iterator[bytes]:
        """Yield the rows of a table, whole lines at a time, then check their number and digest."""
        digest = hashlib.sha256()
        count = 0
        while True:
            if self._waiting.startswith(_END):
                end = 0
            else:
                found = self._waiting.find(b"\n" + _END)
                end = found + 1 if found >= 0 else self._waiting.rfind(b"\n") + 1
            piece = bytes(self._waiting[:end])
            del self._waiting[:end]
            if piece:
                digest.update(piece)
                count += piece.count(b"\n")
                yield piece
            if self._waiting.startswith(_END):
                del self._waiting[:len(_END)]
                break
            if not self._fill():
                raise self._damaged()
        self.rows += count
        if self._decoded(self._line(), Counted) != Counted(count, digest.hexdigest()):
            raise self._damaged()

    def _line(self) -> bytes:
        while (end := self._waiting.find(b"\n")) < 0:
            if not self._fill():
                raise self._damaged()
        line = bytes(self._waiting[:end])
        del self._waiting[:end + 1]
        return line

    def _fill(self) -> bool:
        """Take the next chunk; return False at the end."""
        for chunk in self._chunks:
            try:
                plain = self._zip.decompress(chunk)
            except zlib.error as error:
                raise self._damaged() from error
            if plain:
                self._waiting += plain
                return True
        return False

    def _decoded(self, raw: bytes, kind: type[_Line]) -> _Line:
        try:
            return msgspec.json.decode(raw, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._damaged() from error

    def _damaged(self) -> StarterError:
        return StarterError("backup_damaged", path=self._path, chunk=self._place or "manifest")
