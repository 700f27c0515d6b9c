"""CSV files by hand: strict, by row, whatever the bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from discretion.office.outcome import ActRefusal
from discretion.office.sheet import Sheet, read_sheet

HEADER = ("a", "b")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    assert isinstance(read_sheet(raw, HEADER), Sheet | ActRefusal)
    assert isinstance(read_sheet(b"a,b\n" + raw, HEADER), Sheet | ActRefusal)


words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1)


@given(st.lists(st.tuples(words, st.just("x")), max_size=20))
def test_rows_come_with_their_lines(rows: list[tuple[str, str]]) -> None:
    raw = "\r\n".join(["a,b", *(",".join(row) for row in rows)]).encode()
    sheet = read_sheet(raw, HEADER)
    assert isinstance(sheet, Sheet)
    assert sheet.rows == tuple(enumerate(rows, start=2))
    assert sheet.errors == ()


def test_a_broken_quote_spoils_its_own_row_only() -> None:
    sheet = read_sheet(b'a,b\n"1,2\n3,4\n5,"6"\n\n7\n', HEADER)
    assert isinstance(sheet, Sheet)
    assert sheet.rows == ((3, ("3", "4")), (4, ("5", "6")))
    assert [(error.line, error.code) for error in sheet.errors] == [(2, "quotes"), (6, "columns")]


def test_too_many_rows_are_refused() -> None:
    assert read_sheet(b"a,b\n" + b"1,2\n" * 10_001, HEADER) == ActRefusal("csv_size", {"rows_max": "10000"})
