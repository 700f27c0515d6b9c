"""A plain CSV by a column mapping: what is read, what is refused, and how dates prove their order."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest

from discretion.hotel.record import decode
from discretion.office.imports.drafts import BadRow, Draft, FileRefusedError, Tally
from discretion.office.imports.formats import Layout
from discretion.office.imports.table import parse_mapping

MAPPING = """
source = "oldpms"
delimiter = ";"
[columns]
"Res" = "stay.number"
"Guest no" = "guest.id"
"Name" = "guest.name"
"Born" = "guest.birth_date"
"Sex" = "guest.sex"
"Mobile" = "guest.phone"
"Arr" = "stay.arrival"
"Dep" = "stay.departure"
"St" = "stay.state"
"Price" = "stay.rate"
[defaults]
"stay.currency" = "CNY"
[states]
"CKO" = "checked_out"
"CXL" = "cancelled"
[sexes]
"先生" = "M"
"""
HEADER = "Res;Guest no;Name;Born;Sex;Mobile;Arr;Dep;St;Price;Extra\n"


def read(text: str | bytes, mapping: str = MAPPING, **more: Any) -> tuple[list[Draft], list[BadRow], Tally]:
    """Return what the mapping makes of a file."""
    raw = text if isinstance(text, bytes) else text.encode()
    tally = Tally()
    layout = Layout("csv", mapping=parse_mapping(mapping.encode()), **more)
    found = list(layout.read(io.BytesIO(raw), tally))
    return [each for each in found if isinstance(each, Draft)], [each for each in found if isinstance(each, BadRow)], tally


def test_it_reads_what_the_mapping_names() -> None:
    (draft,), bad, tally = read(HEADER + "R1;77;Null;17/05/1990;先生;13800138000;23/11/2026;25/11/2026;CKO;880.50;x\n")
    assert not bad
    assert draft.reservation is not None
    assert (draft.reservation.number, draft.reservation.source_id) == ("OL-R1", "R1")
    row = draft.stays[0].row
    assert (row.state, row.arrival, row.left_on, str(row.rate), row.currency) == (
        "checked_out", date(2026, 11, 23), date(2026, 11, 25), "880.50", "CNY",
    )  # fmt: skip
    person = draft.stays[0].places[0].person
    assert person is not None
    identity: Any = decode("identity", person.groups["identity"])
    # "Null" is a name; nothing is split.
    assert (identity.name, identity.surname, identity.sex, identity.birth.day) == ("Null", "", "M", 17)
    assert tally.dropped["Extra"] == 1


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("R1;1;A;;;;31/02/2026;25/11/2026;CKO;1;x", ("Arr", "range")),
        ("R1;1;A;;;;yesterday;25/11/2026;CKO;1;x", ("Arr", "type")),
        ("R1;1;A;;;;23/11/2026;25/11/2026;???;1;x", ("St", "state_unknown")),
        ("R1;1;A;;;;25/11/2026;23/11/2026;CKO;1;x", ("Dep", "reversed")),
        ("R1;1;A;;;;25/11/2026;;CKO;1;x", ("stay.departure", "missing")),
        ("R1;1;A;;;;23/11/2026;25/11/2026;CKO;1e9;x", ("Price", "type")),
        ("R1;1;A;;x;;23/11/2026;25/11/2026;CKO;1;x", ("Sex", "choice")),
        ("R1;1;A\x07;;;;23/11/2026;25/11/2026;CKO;1;x", ("Name", "encoding")),
        (f"R1;1;{'A' * 201};;;;23/11/2026;25/11/2026;CKO;1;x", ("Name", "length")),
        ("R1;1;A", ("", "columns")),
    ],
)
def test_a_bad_row_names_the_files_own_column(row: str, expected: tuple[str, str]) -> None:
    good = "R2;2;B;;;;23/11/2026;25/11/2026;CKO;1;x"
    drafts, bad, _ = read(f"{HEADER}{good}\n{row}\n{good.replace('R2', 'R3')}\n")
    assert [each[1:] for each in bad] == [expected if expected[0] != "stay.departure" else ("Dep", "missing")]
    assert [bad_row.line for bad_row in bad] == [3]
    assert len(drafts) == 2


def test_dates_prove_their_order_or_the_operator_says_it() -> None:
    open_rows = HEADER + "R1;1;A;;;;03/04/2026;05/04/2026;CKO;1;x\n"
    with pytest.raises(FileRefusedError, match="date_order_unknown"):
        read(open_rows)
    (draft,), _, _ = read(open_rows, date_order="mdy")
    assert draft.stays[0].row.arrival == date(2026, 3, 4)
    with pytest.raises(FileRefusedError, match="date_order_mixed"):
        read(HEADER + "R1;1;A;;;;23/11/2026;11/25/2026;CKO;1;x\n")
    with pytest.raises(FileRefusedError, match="date_order_other"):
        read(HEADER + "R1;1;A;;;;23/11/2026;25/11/2026;CKO;1;x\n", date_order="mdy")


def test_a_declared_encoding_is_read() -> None:
    text = HEADER + "R1;1;张三;;;;2026-11-23;2026-11-25;CKO;1;x\n"
    (draft,), bad, _ = read(text.encode("gb18030"), encoding="gb18030")
    assert not bad
    person = draft.stays[0].places[0].person
    assert person is not None
    assert "张三".encode() in person.groups["identity"]
    _, bad, _ = read(text.encode("gb18030"))
    assert bad == [BadRow(2, "Name", "encoding")]


@pytest.mark.parametrize(
    ("mapping", "rule"),
    [
        ("", "mapping"),
        ("source = 'x y'\n[columns]\na='guest.name'", "mapping"),
        ("source = 'xx'\nextra = 1\n[columns]\na='guest.name'", "mapping"),
        ("source = 'xx'\n[columns]\na='guest.nmae'", "mapping_field"),
        ("source = 'xx'\n[columns]\na='guest.name'\nb='guest.name'", "mapping_twice"),
        ("source = 'xx'\n[columns]\na='stay.arrival'\n[states]\nx='gone'", "mapping_state"),
        ("source = 'xx'\n[columns]", "mapping_field"),
        ("= 1", "mapping_toml"),
        ("#" * 70_000, "mapping_size"),
    ],
)
def test_a_mapping_with_a_mistake_refuses_to_load(mapping: str, rule: str) -> None:
    with pytest.raises(FileRefusedError) as refused:
        parse_mapping(mapping.encode())
    assert refused.value.rule == rule


def test_a_missing_or_doubled_column_refuses_the_file() -> None:
    with pytest.raises(FileRefusedError, match="column_missing"):
        read("Res;Name\nR1;A\n")
    with pytest.raises(FileRefusedError, match="column_twice"):
        read(HEADER.replace("Extra", "Name") + "\n")
    with pytest.raises(FileRefusedError, match="empty"):
        read("")


def test_haip_guests_need_no_mapping() -> None:
    raw = b"firstName,lastName,email,phone,companyName,loyaltyNumber\nAda,Lind,ada@example.org,+46701740605,X,L1\n"
    (draft,) = Layout("haip").read(io.BytesIO(raw), Tally())
    assert isinstance(draft, Draft)
    assert draft.people[0].source_id == "2#guest"
