"""A name that a spreadsheet would run comes out of the training report as the text it is."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from discretion.office.sheet import write_sheet
from discretion.office.training import ReportLine, report_csv

FORMULAS = (
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "\uff1d1+1", "\uff201", '=HYPERLINK("https://evil.example";"x")',
)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_never_begins_a_formula(text: str) -> None:
    raw = write_sheet(("name",), [(text,), ('He said "no", then left',), ("two\nlines",)]).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(raw, newline="")))
    assert rows[1] == [f"'{text}"]
    assert rows[2:] == [['He said "no", then left'], ["two\nlines"]]


@pytest.mark.parametrize("text", FORMULAS)
def test_the_training_report_holds_no_formula_in_any_column_that_people_fill(text: str) -> None:
    line = ReportLine("1", text, ("front_desk",), text, True, "current", text, date(2026, 1, 1), date(2027, 1, 1), "file", 0)
    (row,) = list(csv.reader(io.StringIO(report_csv([line]).decode("utf-8-sig"), newline="")))[1:]
    assert (row[1], row[3], row[6]) == (f"'{text}",) * 3
