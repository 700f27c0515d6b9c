"""The objects of a JSON file: one document, a list of objects, or one object a line.

Rules:
* A document is read whole and is at most `DOCUMENT_SIZE_BYTES_MAX`; so is a file whose parts refer to each other.
* A line that is no object is a bad row; the others are read.
"""

from __future__ import annotations

import io
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import msgspec

from discretion.office.imports.drafts import BadRow, FileRefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOCUMENT_SIZE_BYTES_MAX: Final = 256 * 1024 * 1024

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_DECODER: Final = msgspec.json.Decoder()
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


def objects(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any]] | BadRow]:
    """Yield the line (of JSON Lines) or the place in the list, from 1, and the object.

    Errors: `FileRefusedError` `json` when the file is neither, `size` when it is too large to be read whole.
    """
    raw = file.read(DOCUMENT_SIZE_BYTES_MAX + 1)
    if len(raw) > DOCUMENT_SIZE_BYTES_MAX:
        raise FileRefusedError("size")
    raw = raw.removeprefix(_BYTE_ORDER_MARK)
    if not raw.strip():
        raise FileRefusedError("empty")
    try:
        document = _decoded(raw)
    except ValueError as error:
        if not _is_lines(raw):
            raise FileRefusedError("json") from error
        yield from _lines(raw)
        return
    if isinstance(document, dict):
        yield 1, document
        return
    if not isinstance(document, list):
        raise FileRefusedError("json")
    for number, each in enumerate(document, 1):
        yield (number, each) if isinstance(each, dict) else BadRow(number, "", "type")


def version(raw: Mapping[str, Any]) -> str:
    """Return what tells one version of an object from another: a hash of all it says."""
    return blake2b(_ENCODER.encode(raw), digest_size=8).hexdigest()


def _decoded(raw: bytes) -> Any:  # noqa: ANN401 - whatever the file holds
    """Return what a JSON text holds. Errors: `ValueError`, also for one nested too deeply."""
    try:
        return _DECODER.decode(raw)
    except RecursionError as error:
        raise ValueError("depth") from error


def _is_lines(raw: bytes) -> bool:
    """Return whether the first line is an object by itself."""
    first = next((line for line in io.BytesIO(raw) if line.strip()), b"")
    try:
        return isinstance(_decoded(first), dict)
    except ValueError:
        return False


def _lines(raw: bytes) -> Iterator[tuple[int, dict[str, Any]] | BadRow]:
    """Yield one object a line."""
    for number, line in enumerate(io.BytesIO(raw), 1):
        if not line.strip():
            continue
        try:
            each = _decoded(line)
        except ValueError:
            yield BadRow(number, "", "json")
            continue
        yield (number, each) if isinstance(each, dict) else BadRow(number, "", "type")
