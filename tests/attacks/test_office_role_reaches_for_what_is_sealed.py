"""The house's and the worker's roles in the database: no sealed table, no key, no ledger, no way around a trigger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.cast import Stage
from tests.conftest import HARBOUR

CLOSED = ("vault", "keys", "ledger")
REFUSED = psycopg.errors.InsufficientPrivilege


@contextmanager
def role(stage: Stage, program: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(stage.database.conninfo(program), autocommit=True) as connection:
        yield connection


def tables(stage: Stage, *schemas: str) -> list[str]:
    found = stage.superuser.execute(
        "select format('%%I.%%I', schemaname, tablename) from pg_tables where schemaname = any (%s) order by 1", (list(schemas),),
    ).fetchall()
    assert found
    return [name for (name,) in found]


def refused(connection: psycopg.Connection[Any], statement: str) -> None:
    with pytest.raises(REFUSED):
        connection.execute(statement)  # type: ignore[arg-type]


@pytest.mark.parametrize("program", ["office", "worker"])
def test_it_neither_reads_nor_writes_any_table_of_vault_keys_and_ledger(stage: Stage, program: str) -> None:
    with role(stage, program) as connection:
        for table in tables(stage, *CLOSED):
            for statement in (
                f"select * from {table}", f"select count(*) from {table}", f"select property_id from {table} limit 1",
                f"select t from {table} t", f"copy {table} to stdout", f"insert into {table} default values",
                f"update {table} set property_id = property_id", f"delete from {table}", f"truncate {table}",
                f"alter table {table} disable trigger all", f"drop table {table}", f"create index on {table} (property_id)",
            ):
                refused(connection, statement)


@pytest.mark.parametrize("program", ["office", "worker", "auditor"])
def test_it_runs_no_function_of_vault_keys_and_ledger(stage: Stage, program: str) -> None:
    functions = stage.superuser.execute(
        "select oid::regprocedure::text, has_function_privilege(%s, oid, 'execute') from pg_proc"
        " where pronamespace::regnamespace::text = any (%s)",
        (f"discretion_{program}", list(CLOSED)),
    ).fetchall()
    assert functions
    assert [name for name, may in functions if may] == []


@pytest.mark.parametrize("program", ["office", "worker", "keeper", "auditor"])
def test_it_does_not_get_around_the_triggers(stage: Stage, program: str) -> None:
    with role(stage, program) as connection:
        for statement in (
            "set session_replication_role = replica", "alter table hotel.shift disable trigger capture_insert",
            "alter table hotel.shift disable trigger all", "drop trigger capture_insert on hotel.shift",
            "alter table hotel.stay_act disable trigger append_only", "drop table hotel.shift", "truncate hotel.shift",
            "create function hotel.mine() returns int language sql as 'select 1'", "create table hotel.mine (n int)",
            "create schema mine", "create temp table mine (n int)",
            "create or replace function ledger.capture_insert() returns trigger language plpgsql as 'begin return null; end'",
            "create trigger mine before insert on hotel.shift for each row execute function ledger.refuse()",
            "create rule mine as on insert to hotel.shift do instead nothing",
        ):
            refused(connection, statement)


@pytest.mark.parametrize("program", ["office", "worker", "keeper", "auditor"])
def test_it_becomes_nobody_else(stage: Stage, program: str) -> None:
    with role(stage, program) as connection:
        for other in ("discretion_owner", "discretion_keeper", "discretion_office", "discretion_worker", "postgres", "pg_read_all_data"):
            if other == f"discretion_{program}":
                continue
            refused(connection, f"set role {other}")
            refused(connection, f"set session authorization {other}")
            refused(connection, f"grant {other} to discretion_{program}")
        for statement in (
            "create role mine", f"alter role discretion_{program} superuser", f"alter role discretion_{program} bypassrls",
            "alter database postgres set session_replication_role = replica",
            "alter system set fsync = off", "copy hotel.property to program 'cat'",
            "copy hotel.property from '/etc/passwd'", "select pg_read_file('/etc/passwd')", "select pg_ls_dir('/')",
            "select lo_import('/etc/passwd')", "select pg_read_binary_file('PG_VERSION')", "select * from pg_authid",
            "select * from pg_shadow", "select pg_reload_conf()",
        ):
            refused(connection, statement)


@pytest.mark.parametrize("statement", [
    "update hotel.presence set at = now()", "delete from hotel.presence", "update hotel.stay_act set staff_id = null",
    "delete from hotel.stay_act", "delete from hotel.shift", "delete from hotel.staff", "delete from hotel.stay", "delete from hotel.mark",
    "delete from hotel.lock", "delete from hotel.training",
])
def test_the_office_takes_nothing_back(stage: Stage, statement: str) -> None:
    refused(stage.office, statement)


def test_what_the_office_changes_is_captured_under_its_own_name(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    shift_id = stage.shift(mallory, duty="duty_manager")
    captured = stage.superuser.execute(
        "select op, by_role, rows -> 0 ->> 'duty' from ledger.fact_change"
        " where property_id = %s and fact = 'shift' and rows -> 0 ->> 'shift_id' = %s::uuid::text",
        (HARBOUR.id, shift_id.hex()),
    ).fetchall()
    assert captured == [("insert", "discretion_office", "duty_manager")]


def test_a_change_of_a_fact_is_entered_before_a_decision_rests_on_it(stage: Stage) -> None:
    mallory, guest = stage.hire("Mallory", "front_desk"), stage.guest("arriving")
    stage.lock("staff", mallory.staff_id)
    refusal = mallory.look_up(guest, clear=1)
    entered = stage.superuser.execute(
        "select max(entry_idx) from ledger.fact_change where property_id = %s and fact = 'lock'", (HARBOUR.id,),
    ).fetchone()
    assert entered is not None and entered[0] < refusal.entry


def test_the_auditor_reads_the_ledger_without_its_openings(stage: Stage) -> None:
    with role(stage, "auditor") as connection:
        connection.execute("select property_id, idx, leaf, leaf_hash from ledger.entry limit 1")
        connection.execute("select * from ledger.head, ledger.checkpoint")
        for statement in (
            "select * from ledger.entry", "select guest_part from ledger.entry", "select staff_key_id from ledger.entry",
            "select request_id from ledger.entry", "select * from ledger.fact_change", "select * from ledger.sequence",
            "update ledger.head set size = size + 1", "delete from ledger.entry", "select * from hotel.guest", "select * from hotel.staff",
        ):
            refused(connection, statement)
        for table in tables(stage, "vault", "keys", "hotel"):
            refused(connection, f"select * from {table}")
