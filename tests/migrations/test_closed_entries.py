"""0024 in a hotel that had closed a ledger before: what the index by guest still held of it goes, and the sides of others stay."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from discretion.starter import migrations, roles
from tests.conftest import HARBOUR, HILLTOP

KEY = "0190a0c0d0e0f0003333333333333333"


@pytest.fixture
def before(empty: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """A database as the migration before left it."""
    roles.close_public_schema(empty)
    migrations.migrate(empty, [each for each in migrations.read() if each.name < "0024"])
    return empty


def test_an_index_that_outlived_its_ledger_begins_anew(before: psycopg.Connection[Any]) -> None:
    for hotel in (HARBOUR.id, HILLTOP.id):
        before.execute("insert into ledger.guest_entry (property_id, guest_key_id, idx) values (%s, %s, 5)", (hotel, KEY))
        before.execute("insert into ledger.guest_index (property_id, next_idx) values (%s, 9)", (hotel,))
    before.execute(
        "insert into ledger.closed_head (property_id, number, origin, vkey, size, root, stack) values (%s, 1, 'a', 'b', 9, '', '')", (HARBOUR.id,),
    )
    migrations.migrate(before, migrations.read())
    assert [str(row[0]).replace("-", "") for row in before.execute("select property_id from ledger.guest_entry")] == [HILLTOP.id]
    kept = dict(before.execute("select replace(property_id::text, '-', ''), next_idx from ledger.guest_index").fetchall())
    assert kept == {HARBOUR.id: 0, HILLTOP.id: 9}
