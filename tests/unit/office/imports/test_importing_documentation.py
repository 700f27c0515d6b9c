"""docs/importing.md accounts for every column of the real file and every field of a mapping, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from discretion.office.imports.bookings import COLUMNS
from discretion.office.imports.drafts import ReservationRow, StayRow
from discretion.office.imports.formats import FORMATS
from discretion.office.imports.table import GUEST_FIELDS, STAY_FIELDS, parse_mapping

TEXT = (Path(__file__).parents[4] / "docs" / "importing.md").read_text("utf-8")
CHINESE, ENGLISH = TEXT.split("\n## English\n")


@pytest.mark.parametrize("text", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_every_column_field_and_format_is_told(text: str) -> None:
    for column in COLUMNS:
        told = column in text or (column.startswith("arrival_date_") and column.removeprefix("arrival_date") in text)
        assert told, column
    for field in (*GUEST_FIELDS, *STAY_FIELDS):
        assert f" {field}" in text or f"{field} " in text, field
    for name in FORMATS[1:]:
        assert f"`{name}`" in text


@pytest.mark.parametrize("text", [CHINESE, ENGLISH], ids=["zh", "en"])
def test_every_field_it_names_exists(text: str) -> None:
    rows = [line for line in text.splitlines() if line.startswith("| ") and line[2].isdigit()]
    assert len(rows) == 27
    known = {*ReservationRow._fields, *StayRow._fields}
    for line in rows:
        kept = line.split("|")[3]
        for name in kept.split("`")[1::2]:
            assert name in known, name


def test_its_example_loads() -> None:
    example = CHINESE.split("```toml\n")[1].split("```")[0]
    assert parse_mapping(example.encode()).source == "oldpms"
