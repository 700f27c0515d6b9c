"""Laws of the bookings importer: junk ends in a named rule, and one bad row never costs a good one."""

from __future__ import annotations

import gzip
import io
from contextlib import suppress
from functools import cache
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from discretion.office.identities.people import Cast
from discretion.office.imports import bookings
from discretion.office.imports.drafts import BadRow, Draft, FileRefusedError, Tally

FILE = Path(__file__).parents[2] / "data" / "hotel_bookings.csv.gz"
SHOWN = 40


@cache
def real_lines() -> list[bytes]:
    """The header and some rows of the real file."""
    return gzip.decompress(FILE.read_bytes()).splitlines(keepends=True)[: SHOWN + 1]


def read(raw: bytes) -> list[Draft | BadRow]:
    """Read a file of bookings."""
    return list(bookings.read(io.BytesIO(raw), Tally(), encoding="utf-8", date_order=None))


@cache
def undisturbed() -> list[Draft | BadRow]:
    """The drafts of the real rows."""
    return read(b"".join(real_lines()))


@given(st.binary(max_size=3000))
def test_any_bytes_are_refused_or_read(raw: bytes) -> None:
    with suppress(FileRefusedError):
        read(raw)


@given(st.binary(max_size=2000))
def test_any_bytes_under_the_right_header_become_rows_or_bad_rows(raw: bytes) -> None:
    try:
        found = read(real_lines()[0] + raw)
    except FileRefusedError as error:
        refused = error.rule
    else:
        refused = ""
    if refused:
        assert refused == "date_order_mixed"
        return
    for each in found:
        assert isinstance(each, BadRow | Draft)


cell = st.one_of(
    st.text(st.characters(blacklist_characters='\r\n",', blacklist_categories=("Cs",)), max_size=30),
    st.sampled_from(["", "NULL", "NA", "-1", "0", "99999999999", "1e5", "١٢", "0x10", "2/30/2015", "0000-00-00", "Check-Out", "\x00"]),
)


@given(st.integers(1, SHOWN), st.integers(0, 31), cell)
@settings(max_examples=300)
def test_a_changed_cell_changes_no_other_row(row: int, column: int, text: str) -> None:
    lines = list(real_lines())
    cells = lines[row].rstrip(b"\r\n").split(b",")
    cells[column] = text.encode()
    lines[row] = b",".join(cells) + b"\r\n"
    try:
        found = read(b"".join(lines))
    except FileRefusedError as error:
        refused = error.rule
    else:
        refused = ""
    if refused:
        assert refused == "date_order_mixed"
        return
    expected = list(undisturbed())
    assert len(found) == len(expected)
    for position, (each, known) in enumerate(zip(found, expected, strict=True), 1):
        if position != row:
            assert each == known
    changed = found[row - 1]
    if isinstance(changed, BadRow):
        assert changed.line == row + 1
        assert changed.field in bookings.COLUMNS
        assert changed.rule
    else:
        Cast("law", "PRT").fill(changed)


@given(st.integers(1, SHOWN), st.binary(max_size=200).filter(lambda raw: b"\n" not in raw and b"\r" not in raw and b'"' not in raw))
def test_a_line_of_junk_costs_only_itself(row: int, junk: bytes) -> None:
    lines = list(real_lines())
    lines[row] = junk + b"\r\n"
    found = read(b"".join(lines))
    kept = [each for each in found if isinstance(each, Draft)]
    assert [each for each in undisturbed() if isinstance(each, Draft) and each.line != row + 1] == kept


def test_a_very_long_line_costs_only_itself() -> None:
    lines = list(real_lines())
    lines[5] = b"x" * 3_000_000 + b"\r\n"
    found = read(b"".join(lines))
    assert [each for each in found if isinstance(each, BadRow)] == [BadRow(6, "", "size")]
    assert len(found) == SHOWN


def test_the_real_file_has_the_facts_its_description_states() -> None:
    tally = Tally()
    raw = gzip.decompress(FILE.read_bytes())
    found = list(bookings.read(io.BytesIO(raw), tally, encoding="utf-8", date_order=None))
    assert len(found) == 14_938
    assert not any(isinstance(each, BadRow) for each in found)
    assert dict(tally.noticed) == {
        "other_room_type": 2_165, "day_use": 90, "early_departure": 22, "nobody": 15, "no_adult": 4, "no_show_before_arrival": 1,
    }  # fmt: skip
    assert dict(tally.unmapped) == {"country": 112}
    assert tally.not_given["children"] == 4
    assert (tally.not_given["agent"], tally.not_given["company"], tally.not_given["country"]) == (1_969, 14_206, 22)
    drafts = [each for each in found if isinstance(each, Draft)]
    groups = [each.reservation.group_code for each in drafts if each.reservation and each.reservation.group_code]
    assert len(groups) == 4_807 + 902 + 53
    # The nights of columns 8 and 9 begin on Sunday and Monday, and on the other days: nothing is lost with their sum.
    lines = raw.decode().splitlines()
    for draft in drafts:
        row = draft.stays[0].row
        cells = lines[draft.line - 1].split(",")
        nights = [(row.arrival.toordinal() + night) % 7 for night in range((row.departure - row.arrival).days)]
        assert int(cells[7]) == sum(night in {0, 1} for night in nights)
