"""Small CSV files that people fill in by hand: read strictly, reported by row.

Rules:
* UTF-8, one record a line, the header exactly as documented: what was not understood is never skipped in silence.
* A bad row never stops or loses the good ones; its error names line, field and rule, never the value.
* What is written for spreadsheets holds no formula: a cell that would begin one begins with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Sequence

SIZE_BYTES_MAX = 2 * 1024 * 1024
ROWS_MAX = 10_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # full width counts too


@dataclass(frozen=True, slots=True)
class RowError:
    """What to mend. `line` counts from 1, the header included; `field` is a column of the header, "" for the row."""

    line: int
    field: str
    code: str


@dataclass(frozen=True, slots=True)
class CsvReport:
    """What became of a file: `rows` = `added` + `changed` + `unchanged` + rows with an error."""

    rows: int
    added: int
    changed: int
    unchanged: int
    errors: tuple[RowError, ...]
    is_dry_run: bool


class RowRefusedError(Exception):
    """A row does not hold what it should; carries its error to the report."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field = field
        self.code = code


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file that could be cut into columns, each with its line, and the errors of those that could not."""

    rows: tuple[tuple[int, tuple[str, ...]], ...]
    errors: tuple[RowError, ...]


def read_sheet(raw_csv: bytes, header: Sequence[str]) -> Sheet | ActRefusal:
    """Return the rows of `raw_csv` under exactly this header.

    Refusals, of the whole file: `csv_size`, `csv_encoding`, `csv_header` (its columns). Not checked: what stands in the
    columns.
    """
    if len(raw_csv) > SIZE_BYTES_MAX:
        return ActRefusal("csv_size", {"size_bytes_max": str(SIZE_BYTES_MAX)})
    try:
        lines = raw_csv.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        return ActRefusal("csv_encoding")
    if not lines or _cut(lines[0]) != tuple(header):
        return ActRefusal("csv_header", {"header": ",".join(header)})
    if len(lines) > ROWS_MAX + 1:
        return ActRefusal("csv_size", {"rows_max": str(ROWS_MAX)})
    rows, errors = [], []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = _cut(line)
        if cells is None:
            errors.append(RowError(number, "", "quotes"))
        elif len(cells) != len(header):
            errors.append(RowError(number, "", "columns"))
        else:
            rows.append((number, cells))
    return Sheet(tuple(rows), tuple(errors))


def write_sheet(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """Return a CSV file in UTF-8 with a byte order mark, as spreadsheets expect it."""
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\r\n")
    written.writerow(header)
    written.writerows([f"'{cell}" if cell.lstrip(" ").startswith(_FORMULA) else cell for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cut(line: str) -> tuple[str, ...] | None:
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line], strict=True)))
    except csv.Error:
        return None
