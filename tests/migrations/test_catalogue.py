"""The catalogue of the migrated database says what no review can overlook: keys, rights, owners, triggers (policy.md §12).

The rights of every role are in `privileges.txt` beside this file, reviewed by people; a migration that changes them changes it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import DatabaseUnderTest

OURS = ["hotel", "keys", "ledger", "vault"]
LOGINS = ["discretion_auditor", "discretion_keeper", "discretion_office", "discretion_worker"]
REVIEWED = Path(__file__).with_name("privileges.txt")


@pytest.fixture(scope="module")
def catalogue(module_database: DatabaseUnderTest) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(module_database.superuser, autocommit=True) as connection:
        yield connection


def column(connection: psycopg.Connection[Any], query: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(query, {"ours": OURS, "logins": LOGINS}).fetchall()]  # type: ignore[arg-type]


# --------------------------------------------------------------------------------------------- distributable by property_id


def test_there_are_tables_to_look_at(catalogue: psycopg.Connection[Any]) -> None:
    tables = column(catalogue, "select schemaname || '.' || tablename from pg_tables where schemaname = any (%(ours)s)")
    assert len(tables) > 30
    assert {"hotel.stay", "vault.record", "keys.session", "ledger.entry"} <= set(tables)


def test_every_table_begins_with_its_property(catalogue: psycopg.Connection[Any]) -> None:
    assert column(catalogue, """
        select c.oid::regclass from pg_class c
          left join pg_attribute a on a.attrelid = c.oid and a.attname = 'property_id' and a.attnum = 1 and a.attnotnull and a.atttypid = 'uuid'::regtype
         where c.relnamespace::regnamespace::text = any (%(ours)s) and c.relkind in ('r', 'p') and a.attnum is null""") == []


def test_every_table_has_a_primary_key(catalogue: psycopg.Connection[Any]) -> None:
    assert column(catalogue, """
        select c.oid::regclass from pg_class c where c.relnamespace::regnamespace::text = any (%(ours)s) and c.relkind in ('r', 'p')
           and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)""") == []


def test_every_index_leads_with_property_id(catalogue: psycopg.Connection[Any]) -> None:
    assert column(catalogue, """
        select i.indexrelid::regclass from pg_index i join pg_class c on c.oid = i.indrelid
          left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
         where c.relnamespace::regnamespace::text = any (%(ours)s) and a.attname is distinct from 'property_id'""") == []


def test_every_foreign_key_stays_inside_a_property(catalogue: psycopg.Connection[Any]) -> None:
    assert column(catalogue, """
        select k.conrelid::regclass || ' ' || k.conname from pg_constraint k
          join pg_attribute here on here.attrelid = k.conrelid and here.attnum = k.conkey[1]
          join pg_attribute there on there.attrelid = k.confrelid and there.attnum = k.confkey[1]
         where k.contype = 'f' and k.connamespace::regnamespace::text = any (%(ours)s)
           and (here.attname, there.attname) <> ('property_id', 'property_id')""") == []


def test_no_identity_comes_from_a_sequence(catalogue: psycopg.Connection[Any]) -> None:
    assert column(catalogue, """
        select c.oid::regclass from pg_class c where c.relkind = 'S' and c.relnamespace::regnamespace::text <> all (array['jobs', 'information_schema'])
           and c.relnamespace::regnamespace::text !~ '^pg_'""") == [], "the queue of jobs alone has them: it is no property's"
    assert column(catalogue, """
        select a.attrelid::regclass || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
          left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
         where c.relnamespace::regnamespace::text = any (%(ours)s) and a.attnum > 0
           and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) ~ 'nextval')""") == []


def test_nothing_else_that_cannot_be_distributed(catalogue: psycopg.Connection[Any]) -> None:
    assert column(catalogue, """
        select 'row security ' || c.oid::regclass from pg_class c where c.relnamespace::regnamespace::text = any (%(ours)s)
           and (c.relrowsecurity or c.relforcerowsecurity)
        union all select 'policy ' || polname from pg_policy
        union all select 'exclusion ' || conname from pg_constraint where contype = 'x' and connamespace::regnamespace::text = any (%(ours)s)
        union all select 'constraint trigger ' || tgname from pg_trigger where tgconstraint <> 0 and not tgisinternal
        union all select 'inheritance ' || inhrelid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
         where c.relkind = 'r' and c.relnamespace::regnamespace::text = any (%(ours)s)
        union all select 'not logged ' || oid::regclass from pg_class where relpersistence <> 'p' and relnamespace::regnamespace::text = any (%(ours)s)
        union all select 'view without its invoker''s rights ' || oid::regclass from pg_class
         where relkind in ('v', 'm') and relnamespace::regnamespace::text = any (%(ours)s)
           and not coalesce(reloptions, '{}') @> '{security_invoker=true}'
        union all select 'rule ' || rulename from pg_rules where schemaname = any (%(ours)s)
        union all select 'event trigger ' || evtname from pg_event_trigger
        union all select 'publication ' || pubname from pg_publication
        union all select 'foreign server ' || srvname from pg_foreign_server
        union all select 'extension ' || extname from pg_extension where extname <> 'plpgsql'""") == []


def test_no_trigger_function_asks_its_tables_name(catalogue: psycopg.Connection[Any]) -> None:
    """On Citus that is the shard's; the name comes as an argument."""
    assert column(catalogue, """
        select oid::regprocedure from pg_proc where pronamespace::regnamespace::text = any (%(ours)s)
           and prosrc ~* '(tg_table_name|tg_relname|tg_relid|\\mnotify\\M|\\mlisten\\M|pg_notify)'""") == []


# ------------------------------------------------------------------------------------------------------------------- owners


def test_everything_belongs_to_the_owner_who_cannot_log_in(catalogue: psycopg.Connection[Any]) -> None:
    assert column(catalogue, """
        select c.oid::regclass || ' ' || pg_get_userbyid(c.relowner) from pg_class c
         where c.relnamespace::regnamespace::text = any (%(ours)s) and pg_get_userbyid(c.relowner) <> 'discretion_owner'
        union all select p.oid::regprocedure || ' ' || pg_get_userbyid(p.proowner) from pg_proc p
         where p.pronamespace::regnamespace::text = any (%(ours)s) and pg_get_userbyid(p.proowner) <> 'discretion_owner'
        union all select nspname || ' ' || pg_get_userbyid(nspowner) from pg_namespace
         where nspname = any (%(ours)s) and pg_get_userbyid(nspowner) <> 'discretion_owner'""") == []


def test_no_login_role_owns_anything_or_may_more_than_log_in(catalogue: psycopg.Connection[Any]) -> None:
    assert column(catalogue, "select rolname from pg_roles where rolname = any (%(logins)s) order by 1") == LOGINS
    assert column(catalogue, """
        select r.rolname || ' owns ' || d.classid::regclass || ' ' || d.objid from pg_shdepend d join pg_roles r on r.oid = d.refobjid
         where d.deptype = 'o' and r.rolname = any (%(logins)s)
        union all select rolname from pg_roles where rolname = any (%(logins)s)
           and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolinherit or not rolcanlogin)
        union all select r.rolname || ' is a member of ' || g.rolname from pg_auth_members m join pg_roles r on r.oid = m.member
          join pg_roles g on g.oid = m.roleid where r.rolname = any (%(logins)s)
        union all select rolname || ' may create in ' || n.nspname from pg_roles, pg_namespace n
         where rolname = any (%(logins)s) and has_schema_privilege(rolname, n.oid, 'create')
        union all select rolname || ' may create in the database' from pg_roles
         where rolname = any (%(logins)s) and has_database_privilege(rolname, current_database(), 'create, temporary')
        union all select 'the owner logs in' from pg_roles where rolname = 'discretion_owner' and (rolcanlogin or rolsuper)""") == []


def test_a_function_with_its_owners_rights_keeps_to_its_own_search_path(catalogue: psycopg.Connection[Any]) -> None:
    assert column(catalogue, """
        select oid::regprocedure from pg_proc where pronamespace::regnamespace::text = any (%(ours)s) and prosecdef
           and not coalesce(proconfig, '{}') @> '{search_path=pg_catalog}'""") == []


# -------------------------------------------------------------------------------------------------------------------- rights


def test_the_rights_are_the_reviewed_ones(catalogue: psycopg.Connection[Any]) -> None:
    found = _rights(catalogue)
    reviewed = _reviewed()
    changed = "\n".join(difflib.unified_diff(reviewed, found, "privileges.txt", "the database", lineterm="", n=0))
    assert found == reviewed, f"let somebody else review this, then write it to {REVIEWED.name}:\n{changed}"


def test_public_may_nothing(catalogue: psycopg.Connection[Any]) -> None:
    assert [line for line in _rights(catalogue) if " PUBLIC " in line] == []


def test_no_right_may_be_handed_on(catalogue: psycopg.Connection[Any]) -> None:
    assert [line for line in _rights(catalogue) if "*" in line] == []


def test_the_reviewed_rights_keep_the_promises() -> None:
    """What design.md §3 says of each process, read out of the reviewed file."""
    rights = _reviewed()
    assert len(rights) > 50
    for line in rights:
        kind, name, role, may = line.split(None, 3)
        schema = name.split(".")[0]
        if role in ("discretion_office", "discretion_worker"):
            assert schema in ("hotel", "jobs"), line
        if role == "discretion_auditor":
            assert schema == "ledger", line
            assert may in ("SELECT", "USAGE"), line
        if role == "discretion_keeper" and kind in ("table", "column"):
            assert "boxes" not in name, line
            assert "TRUNCATE" not in may, line
            assert not (schema == "ledger" and ("UPDATE" in may or "DELETE" in may)), line
            assert not (schema == "hotel" and ("UPDATE" in may or "DELETE" in may)), line
    assert not any(line.startswith("table vault.record ") and "SELECT" in line for line in rights)


def _reviewed() -> list[str]:
    return [line for line in REVIEWED.read_text("utf-8").splitlines() if not line.startswith("#")]


def _rights(connection: psycopg.Connection[Any]) -> list[str]:
    """Return one line a thing and role: what a role other than the owner may do with it; `*` marks what it may hand on."""
    return column(connection, """
        with said as (
          select 'schema' as kind, nspname::text as name, (aclexplode(nspacl)).* from pg_namespace where nspname = any (%(ours)s || array['jobs'])
          union all
          select 'table', c.relnamespace::regnamespace || '.' || c.relname, (aclexplode(c.relacl)).* from pg_class c
           where c.relnamespace::regnamespace::text = any (%(ours)s)
          union all
          select 'column', c.relnamespace::regnamespace || '.' || c.relname || '(' || a.attname || ')', (aclexplode(a.attacl)).*
            from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relnamespace::regnamespace::text = any (%(ours)s)
          union all
          select 'function', p.pronamespace::regnamespace || '.' || p.proname, (aclexplode(coalesce(p.proacl, acldefault('f', p.proowner)))).*
            from pg_proc p where p.pronamespace::regnamespace::text = any (%(ours)s))
        select kind || ' ' || name || ' ' || coalesce(r.rolname, 'PUBLIC') || ' '
               || string_agg(privilege_type || case when is_grantable then '*' else '' end, ' ' order by privilege_type)
          from said left join pg_roles r on r.oid = said.grantee
         where r.rolname is distinct from 'discretion_owner'
         group by kind, name, r.rolname order by 1""")


# ------------------------------------------------------------------------------------------------------------------ triggers

CAPTURES = ["capture_delete", "capture_insert", "capture_update"]


def test_what_the_keeper_decides_on_is_captured_and_nobody_can_stop_it(catalogue: psycopg.Connection[Any]) -> None:
    tables = column(catalogue, """
        select c.relname from pg_class c where c.relnamespace = 'hotel'::regnamespace and c.relkind = 'r'
           and has_any_column_privilege('discretion_keeper', c.oid, 'select') order by 1""")
    assert {"shift", "presence", "training", "lock", "mark", "stay", "occupant", "staff", "staff_role", "property"} <= set(tables)
    for table in tables:
        triggers = catalogue.execute("""
            select t.tgname, t.tgenabled, p.oid::regproc::text, encode(t.tgargs, 'escape')
              from pg_trigger t join pg_proc p on p.oid = t.tgfoid
             where t.tgrelid = ('hotel.' || quote_ident(%s))::regclass and not t.tgisinternal and t.tgname like 'capture%%' order by 1""",
            (table,)).fetchall()
        assert triggers == [(name, "A", f"ledger.{name}", f"{table}\\000") for name in CAPTURES], table
        guards = catalogue.execute("""
            select t.tgenabled, p.oid::regproc::text from pg_trigger t join pg_proc p on p.oid = t.tgfoid
             where t.tgrelid = ('hotel.' || quote_ident(%s))::regclass and t.tgname = 'refuse_truncate'""", (table,)).fetchall()
        assert guards == [("A", "ledger.refuse")], table


def test_every_trigger_of_ours_is_always_on(catalogue: psycopg.Connection[Any]) -> None:
    assert column(catalogue, """
        select t.tgrelid::regclass || ' ' || t.tgname from pg_trigger t join pg_class c on c.oid = t.tgrelid
         where not t.tgisinternal and c.relnamespace::regnamespace::text = any (%(ours)s) and t.tgenabled <> 'A'""") == []


ROWS = """
insert into hotel.property values ('00000000-0000-0000-0000-000000000001', 'a', 'a', 'a', 'UTC', current_date, '04:00', 'attested');
insert into hotel.reservation (property_id, reservation_id, number, source_id) select property_id, property_id, 'R', 'r' from hotel.property;
insert into hotel.stay (property_id, stay_id, reservation_id, state, arrival, departure)
  select property_id, property_id, property_id, 'confirmed', current_date, current_date from hotel.property;
insert into hotel.stay_act (property_id, act_id, stay_id, act, to_state, business_date)
  select property_id, property_id, property_id, 'book', 'confirmed', current_date from hotel.property;
insert into hotel.staff (property_id, staff_id, number, name) select property_id, property_id, '1', 'A' from hotel.property;
insert into hotel.presence (property_id, event_id, staff_id, direction, how) select property_id, property_id, property_id, 'in', 'door' from hotel.property;
insert into vault.snapshot (property_id, stay_id, guest_id, version, boxes, versions) select property_id, property_id, property_id, 1, '{}', '{}'
  from hotel.property;
insert into ledger.head select property_id, 'o', 'v', 1, sha256(''), sha256('') from hotel.property;
insert into ledger.entry select property_id, 0, decode(repeat('00', 120), 'hex'), sha256(''), property_id, null, null, 'g', 's', 'c' from hotel.property;
insert into ledger.checkpoint select property_id, 1, 'note' from hotel.property;
insert into hotel.ledger_reader (property_id, reader_id, name, key_hash) select property_id, property_id, 'A', sha256('') from hotel.property;
insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by) select property_id, property_id, 'C-1', 'audit', 'none', property_id
  from hotel.property;
update hotel.case_file set closed_at = now(), closed_by = case_id;
insert into hotel.case_act (property_id, act_id, case_id, act, staff_id) select property_id, property_id, property_id, 'opened', property_id
  from hotel.property;
insert into hotel.guest (property_id, guest_id, source_id) select property_id, property_id, 'g' from hotel.property;
insert into hotel.service_request (property_id, request_id, number, guest_id, kind, channel, identity_check, words, opened_by, closed_at, outcome)
  select property_id, property_id, 'S-1', property_id, 'concierge', 'desk', 'in_person', 'x', property_id, now(), 'done' from hotel.property;
insert into ledger.tile select property_id, 0, 0, sha256(''), decode(repeat('00', 8192), 'hex') from hotel.property;
"""
REFUSED = [
    "update hotel.stay_act set act = 'x'", "delete from hotel.stay_act", "truncate hotel.stay_act",
    "update hotel.case_act set words = 'x'", "delete from hotel.case_act", "truncate hotel.case_act",
    "update hotel.case_file set closed_at = null, closed_by = null", "update hotel.service_request set closed_at = null, outcome = ''",
    "update hotel.presence set direction = 'out'", "delete from hotel.presence", "truncate hotel.presence",
    "update vault.snapshot set version = 2", "delete from vault.snapshot", "truncate vault.snapshot",
    "update ledger.checkpoint set note = 'x'", "delete from ledger.checkpoint", "truncate ledger.checkpoint",
    "update ledger.tile set root = sha256('x')", "delete from ledger.tile", "truncate ledger.tile",
    "update ledger.head set size = size - 1", "update ledger.head set root = sha256('x')", "update ledger.head set size = size",
    "update ledger.head set size = size + 1, origin = 'x'", "update ledger.head set size = size + 1, vkey = 'x'",
    "delete from ledger.head", "truncate ledger.head",
    "update ledger.entry set leaf = decode(repeat('01', 120), 'hex')", "update ledger.entry set leaf_hash = sha256('x')",
    "update ledger.entry set idx = 1", "update ledger.entry set request_id = gen_random_uuid()", "update ledger.entry set guest_part = 'x'",
    "update ledger.entry set staff_part = 'x'", "update ledger.entry set context_part = ''", "update ledger.entry set guest_key_id = gen_random_uuid()",
    "delete from ledger.entry", "truncate ledger.entry",
    "update ledger.fact_change set rows = '{}'", "update ledger.fact_change set by_role = 'x'", "update ledger.fact_change set entry_idx = null",
    "update ledger.fact_change set at = now(), entry_idx = 1", "delete from ledger.fact_change", "truncate ledger.fact_change",
    "truncate hotel.ledger_reader", "truncate hotel.stay cascade", "truncate hotel.staff cascade",
]
ALLOWED = [
    "update ledger.head set size = size + 1, root = sha256('x'), stack = sha256('x')", "update ledger.entry set guest_part = null",
    "update ledger.fact_change set entry_idx = 0 where entry_idx is null",
]


@pytest.mark.parametrize("hand", ["set role discretion_owner", "set session_replication_role = replica"], ids=["the owner's", "a replica's"])
def test_append_only_holds_against_every_hand(module_database: DatabaseUnderTest, hand: str) -> None:
    with psycopg.connect(module_database.superuser) as connection:
        connection.execute(ROWS)
        connection.execute(hand)  # type: ignore[arg-type]
        for statement in REFUSED:
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)  # type: ignore[arg-type]
        for statement in ALLOWED:
            assert connection.execute(statement).rowcount > 0, statement  # type: ignore[arg-type]
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("update ledger.fact_change set entry_idx = 5")  # entered once, by the statement above
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute("update ledger.entry set guest_part = 'back'")  # what is erased does not come back
        connection.rollback()


@pytest.mark.parametrize("hand", ["set role discretion_owner", "set session_replication_role = replica"], ids=["the owner's", "a replica's"])
def test_a_change_is_captured_whoever_makes_it(module_database: DatabaseUnderTest, hand: str) -> None:
    with psycopg.connect(module_database.superuser) as connection:
        connection.execute(ROWS)
        connection.execute(hand)  # type: ignore[arg-type]
        connection.execute("delete from ledger.fact_change where false")
        connection.execute("update hotel.staff set name = 'B'")
        captured = connection.execute(
            "select op, rows -> 0 ->> 'name', rows_before -> 0 ->> 'name' from ledger.fact_change where fact = 'staff' order by at",
        ).fetchall()
        assert captured == [("insert", "A", None), ("update", "B", "A")]
        connection.rollback()


def test_a_new_function_is_nobodys_until_it_is_granted(module_database: DatabaseUnderTest) -> None:
    with psycopg.connect(module_database.superuser) as connection:
        connection.execute("set role discretion_owner")
        connection.execute("create function hotel.testing_only() returns int language sql as 'select 1'")
        found = connection.execute(
            "select count(*) from unnest(%s::text[]) as role where has_function_privilege(role, 'hotel.testing_only()', 'execute')", (LOGINS,),
        ).fetchone()
        connection.rollback()
    assert found == (0,)
