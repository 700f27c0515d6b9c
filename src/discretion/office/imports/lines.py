"""The rows of a CSV file, streamed: each with its line, none lost because another is broken.

Rules:
* Memory does not grow with the file. A row of more than `ROW_CHARACTERS_MAX` characters is a bad row.
* Bytes that are no text of the stated encoding reach the reader as lone surrogates, so that only their row is bad.
* A header names its columns once. A byte order mark is no part of the first name.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, Final

from discretion.office.imports.drafts import BadRow, FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW_CHARACTERS_MAX: Final = 64 * 1024
COLUMNS_MAX: Final = 500

_HASH_BLOCK_SIZE_BYTES: Final = 1 << 20


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Give the file to read. Errors: `FileRefusedError` `unreadable`, for a directory or a pipe too."""
    if not path.is_file():
        raise FileRefusedError("unreadable")
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileRefusedError("unreadable") from error
    with file:
        yield file


def sha256(path: Path) -> bytes:
    """Return the SHA-256 of a file's bytes. Errors: `FileRefusedError` `unreadable`."""
    digest = hashlib.sha256()
    with opened(path) as file:
        while block := file.read(_HASH_BLOCK_SIZE_BYTES):
            digest.update(block)
    return digest.digest()


def known_encoding(name: str) -> str:
    """Return the codec's own name; UTF-8 loses a byte order mark. Errors: `FileRefusedError` `encoding_unknown`."""
    try:
        codec = codecs.lookup(name)
    except LookupError as error:
        raise FileRefusedError("encoding_unknown") from error
    if not getattr(codec, "_is_text_encoding", True):
        raise FileRefusedError("encoding_unknown")
    return "utf-8-sig" if codec.name == "utf-8" else codec.name


def rows(file: BinaryIO, *, encoding: str = "utf-8", delimiter: str = ",") -> Iterator[tuple[int, list[str]] | BadRow]:
    """Yield line and cells of each row, the header first; a blank line is no row.

    Shapes: a line is the one the row begins on, from 1. A row that cannot be split is a `BadRow`.
    """
    text = io.TextIOWrapper(file, known_encoding(encoding), errors="surrogateescape", newline="")
    try:
        reader = csv.reader(_bounded(text), delimiter=delimiter, strict=False)
        before = 0
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                yield BadRow(before + 1, "", "size")
                before = reader.line_num
                continue
            line, before = before + 1, reader.line_num
            if cells:
                yield line, cells
    except UnicodeError as error:
        # A codec that has no way past its errors (UTF-16 cut in the middle): where the next row begins is unknown.
        raise FileRefusedError("encoding") from error
    finally:
        # The file is the caller's: closing it is theirs too, and a reader given up half-way may end after it.
        if not file.closed:
            text.detach()


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    """Yield lines; one that is too long is cut just beyond what the CSV reader takes, which then refuses it."""
    while line := text.readline(ROW_CHARACTERS_MAX * 2 + 1):
        if len(line) > ROW_CHARACTERS_MAX * 2:
            while len(rest := text.readline(ROW_CHARACTERS_MAX)) == ROW_CHARACTERS_MAX and not rest.endswith("\n"):
                pass
            # No comma within: a field above the csv module's own limit of 128 Ki characters.
            yield "\ud800" * (ROW_CHARACTERS_MAX * 2 + 1) + "\n"
            continue
        yield line


def header(columns: list[str]) -> list[str]:
    """Return the names of the columns. Errors: `FileRefusedError` `column_twice`, `columns` (too many), `encoding`."""
    names = [name.strip() for name in columns]
    if len(names) > COLUMNS_MAX:
        raise FileRefusedError("columns", "", 1)
    for position, name in enumerate(names):
        if not name.isprintable():
            raise FileRefusedError("encoding", f"column {position + 1}", 1)
        if name and name in names[:position]:
            raise FileRefusedError("column_twice", name[:80], 1)
    return names
