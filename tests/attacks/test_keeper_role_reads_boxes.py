"""The keeper's own role cannot read a sealed box: those leave the database only in the statement that enters the ask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.cast import Stage, new_id
from tests.conftest import HARBOUR


@pytest.fixture
def keeper(stage: Stage) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(stage.database.conninfo("keeper"), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("statement", [
    "select boxes from vault.record", "select * from vault.record", "select r from vault.record r", "select to_jsonb(r) from vault.record r",
    "select boxes[1] from vault.record limit 1", "select count(boxes) from vault.record", "copy vault.record to stdout",
    "copy vault.record (boxes) to stdout", "update vault.record set boxes = boxes", "update vault.record set boxes = boxes returning boxes",
    "delete from vault.record", "truncate vault.record", "insert into vault.record select * from vault.record",
    "insert into vault.record (property_id, guest_id, boxes, versions) select property_id, gen_random_uuid(), boxes, versions from vault.record",
    "select * from vault.snapshot", "select boxes from vault.snapshot", "insert into vault.snapshot default values",
    "select token from vault.token", "select * from vault.token", "create view hotel.peep as select boxes from vault.record",
    "select 1 from vault.record where boxes[1] is not null", "select 1 from vault.record order by boxes limit 1",
])
def test_it_reads_or_moves_none(keeper: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        keeper.execute(statement)  # type: ignore[arg-type]


@pytest.mark.parametrize("statement", [
    "update ledger.head set size = size + 1, root = root", "delete from ledger.head", "update ledger.entry set leaf = leaf",
    "update ledger.entry set guest_part = null", "delete from ledger.entry", "truncate ledger.entry",
    "insert into ledger.entry (property_id, idx, leaf, leaf_hash, request_id) values (gen_random_uuid(), 0, '', '', gen_random_uuid())",
    "update ledger.sequence set seq = 0", "update ledger.fact_change set entry_idx = 0", "delete from ledger.fact_change",
    "insert into ledger.fact_change select * from ledger.fact_change", "update ledger.checkpoint set note = ''",
    "delete from ledger.checkpoint", "alter table ledger.entry disable trigger all", "update hotel.shift set ends_at = now()",
    "insert into hotel.shift default values", "update hotel.staff set active = true", "delete from keys.session", "delete from keys.guest_key",
    "update keys.usage_day set clear = 0", "update keys.usage_seen set level = 0", "delete from keys.usage_seen", "delete from keys.usage_day",
])
def test_it_rewrites_neither_ledger_nor_facts_nor_counts(keeper: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        keeper.execute(statement)  # type: ignore[arg-type]


def test_a_search_that_was_not_entered_finds_nobody(stage: Stage, keeper: psycopg.Connection[Any]) -> None:
    stage.guest("arriving")
    never = new_id().hex()
    assert keeper.execute("select * from vault.present_house(%s, %s, 3)", (HARBOUR.id, never)).fetchall() == []
    for (token,) in stage.superuser.execute("select token from vault.token where property_id = %s limit 20", (HARBOUR.id,)).fetchall():
        assert keeper.execute("select * from vault.holders(%s, %s, %s)", (HARBOUR.id, never, token)).fetchall() == []


def test_boxes_come_back_only_for_what_the_round_entered(stage: Stage, keeper: psycopg.Connection[Any]) -> None:
    """Without a head that fits nothing comes back, and nothing is left behind."""
    guest = stage.guest("arriving")
    before = stage.size()
    with pytest.raises(psycopg.errors.SerializationFailure):
        keeper.execute(
            "select * from ledger.record_round(%(p)s, 0, %(root)s, 1, %(root)s, %(root)s, array[%(leaf)s]::bytea[], array[%(root)s]::bytea[],"
            " array[%(id)s]::uuid[], '{null}', '{null}', '{null}', '{null}', '{null}', '{}', '{}', '{}', '{}', '{}', current_date, '{}', '{}',"
            " '{}', '{}', '{}', '{}', '{}', '{}', '{}', array[%(guest)s]::uuid[], array[255])",
            {"p": HARBOUR.id, "root": os.urandom(32), "leaf": os.urandom(120), "id": new_id().hex(), "guest": guest.guest_id.hex()},
        )
    assert stage.size() == before


def test_what_every_role_reads_of_a_record_is_ciphertext(stage: Stage) -> None:
    guest = stage.guest("arriving")
    row = stage.superuser.execute(
        "select boxes, versions from vault.record where property_id = %s and guest_id = %s", (HARBOUR.id, guest.guest_id.hex()),
    ).fetchone()
    assert row is not None
    for box, plain in zip(row[0], guest.records.values(), strict=True):
        assert len(box) == len(plain) + 45
        assert all(secret not in box for secret in guest.secrets)
