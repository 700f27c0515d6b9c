"""Every column of the real schema is in the register of personal data, or under a written reason why it is not about guests."""

from __future__ import annotations

from importlib.resources import files

import psycopg
import pytest

from discretion.hotel.data_register import FILE, Erase, Register, RegisterError, What, parse_register
from tests.conftest import DatabaseUnderTest

LINE = '{ column = "%s", what = "…", erase = "…" }'
COLUMNS = """
    select n.nspname || '.' || c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('hotel', 'vault', 'keys', 'ledger') and c.relkind in ('r', 'p', 'm') and a.attnum > 0 and not a.attisdropped
     order by 1, a.attnum"""


@pytest.fixture(scope="module")
def register() -> Register:
    return parse_register(files("discretion.hotel").joinpath(FILE).read_bytes())


@pytest.fixture(scope="module")
def schema(module_database: DatabaseUnderTest) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with psycopg.connect(module_database.superuser) as connection:
        for table, column in connection.execute(COLUMNS).fetchall():
            found.setdefault(table, []).append(column)
    return found


def missing(register: Register, schema: dict[str, list[str]]) -> list[str]:
    """Return a sentence for everything of the schema that the register does not know, and the other way round."""
    said = []
    for name, columns in schema.items():
        table = register.get(name)
        if table is None:
            said.append(f'{name} is new: say in {FILE} how its rows about one guest are found and list its columns, or write why it is none of '
                        f'theirs: ["{name}"] because = "not about guests: …" (docs/adding-a-table.md)')
        elif table.found is None:
            said += [f"{name}.{column} names a guest, and the table is exempt in {FILE}" for column in columns if "guest" in column]
        else:
            said += [f"{name}.{column} is new: in {FILE} add the line {LINE % column} to `guest`, or its name to `others` when it is not about "
                     "guests (docs/adding-a-table.md)" for column in columns if column not in table.columns]
    for name, table in register.items():
        said += [f"{name}.{column} stands in {FILE} and is not in the schema: take the line out"
                 for column in sorted(table.columns - set(schema.get(name, [])))]
        if name not in schema:
            said.append(f"{name} stands in {FILE} and is not in the schema: take it out")
    return said


def test_every_column_is_in_the_register_or_exempt_in_writing(register: Register, schema: dict[str, list[str]]) -> None:
    assert len(schema) > 50
    assert missing(register, schema) == []


def test_a_new_column_or_table_is_told_what_to_do(register: Register, schema: dict[str, list[str]]) -> None:
    grown = {**schema, "hotel.stay": [*schema["hotel.stay"], "wish"], "hotel.wish": ["property_id", "words"],
             "hotel.badge": [*schema["hotel.badge"], "guest_id"]}
    first, second, third = sorted(missing(register, grown), key=lambda each: each.partition(" ")[0])
    assert first.startswith("hotel.badge.guest_id names a guest")
    assert second.startswith("hotel.stay.wish is new: in data_register.toml add the line")
    assert third.startswith("hotel.wish is new: say in data_register.toml")


def test_what_is_gone_from_the_schema_goes_from_the_register(register: Register, schema: dict[str, list[str]]) -> None:
    shrunk = {name: columns for name, columns in schema.items() if name != "hotel.mark"}
    assert "hotel.mark stands in data_register.toml and is not in the schema: take it out" in missing(register, shrunk)


def test_words_keys_and_boxes_never_stay(register: Register) -> None:
    for name, table in register.items():
        for column in table.guest:
            if column.what in (What.FREE_TEXT, What.CONTACT, What.KEY, What.SEALED):
                assert column.erase is not Erase.KEEP, f"{name}.{column.column}"
            if column.erase is Erase.UNREADABLE:
                assert name.startswith("ledger."), "only the ledger keeps what nothing opens any more"


@pytest.mark.parametrize("raw", [
    b"", b'["hotel.x"]\nbecause = "because"', b'["hotel.x"]\nbecause = "not about guests: it is"\nothers = ["a"]',
    b'["hotel.x"]\nfound = "guest_id"\nbecause = "not about guests: ids"\nothers = ["a"]', b"\xff", b'["hotel.x"]\nbecause = 1',
    b'["hotel.x"]\nfound = "guest_id"\nbecause = "not about guests: ids"\nguest = [{column = "a", what = "code", erase = "keep", group = "x"}]',
    b'["hotel.x"]\nfound = "guest_id"\nbecause = "not about guests: ids"\nothers = ["a"]\nguest = [{column = "a", what = "code", erase = "keep"}]',
], ids=["empty", "no reason", "columns nobody finds", "no columns of guests", "no text", "no words", "no such group", "twice"])
def test_a_register_that_says_too_little_is_none(raw: bytes) -> None:
    if raw:
        with pytest.raises(RegisterError):
            parse_register(raw)
    else:
        assert parse_register(raw) == {}
