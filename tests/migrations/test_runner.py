"""The runner applies what is waiting, once, in order; and refuses what it cannot vouch for."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from discretion.starter import migrations
from discretion.starter.errors import StarterError
from tests.conftest import DatabaseUnderTest


def written(directory: Path, **files: str) -> tuple[migrations.Migration, ...]:
    """Write migrations; `_0001_pre_a` is the file `0001_pre_a.sql`."""
    for name, text in files.items():
        (directory / f"{name[1:]}.sql").write_text(text)
    return migrations.read(directory)


def names(connection: psycopg.Connection[Any]) -> list[str]:
    return [name for (name,) in connection.execute("select name from migrations.applied order by name").fetchall()]


def test_it_applies_what_is_waiting_once_and_as_the_owner(empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    first = written(tmp_path, _0001_pre_a="create schema s; create table s.a (n int)")
    assert migrations.migrate(empty, first) == ("0001_pre_a",)
    both = written(tmp_path, _0002_post_b="insert into s.a values (1)")
    assert migrations.migrate(empty, both) == ("0002_post_b",)
    assert migrations.migrate(empty, both) == ()
    assert empty.execute("select n from s.a").fetchall() == [(1,)]
    owner = empty.execute("select tableowner from pg_tables where schemaname = 's'").fetchone()
    assert owner == ("discretion_owner",)


def test_a_migration_that_fails_leaves_nothing_of_itself(empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    broken = written(tmp_path, _0001_pre_a="create schema s", _0002_pre_b="create table s.b (n int); select 1/0")
    with pytest.raises(StarterError) as caught:
        migrations.migrate(empty, broken)
    assert (caught.value.code, caught.value.params["name"]) == ("migration_failed", "0002_pre_b")
    assert names(empty) == ["0001_pre_a"]
    assert empty.execute("select to_regclass('s.b')").fetchone() == (None,)


def test_it_refuses_an_applied_migration_that_was_edited(empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    migrations.migrate(empty, written(tmp_path, _0001_pre_a="create schema s"))
    with pytest.raises(StarterError) as caught:
        migrations.migrate(empty, written(tmp_path, _0001_pre_a="create schema s; create schema t"))
    assert caught.value.code == "migration_edited"


def test_it_refuses_a_database_that_knows_more_than_the_code(empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    both = written(tmp_path, _0001_pre_a="create schema s", _0002_pre_b="create schema t")
    migrations.migrate(empty, both)
    with pytest.raises(StarterError) as caught:
        migrations.migrate(empty, both[:1])
    assert caught.value.code == "database_newer"


def test_it_refuses_a_migration_slipped_in_before_an_applied_one(
    empty: psycopg.Connection[Any], tmp_path: Path,
) -> None:
    a, b = written(tmp_path, _0001_pre_a="create schema s", _0002_pre_b="create schema t")
    migrations.migrate(empty, [b])
    with pytest.raises(StarterError) as caught:
        migrations.migrate(empty, [a, b])
    assert caught.value.code == "migration_edited"


@pytest.mark.parametrize("name", ["1_pre_a.sql", "0001_a.sql", "0001_pre_A.sql", "0002_pre_a.sql"])
def test_it_refuses_a_file_whose_name_says_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("select 1")
    with pytest.raises(ValueError, match=r"migrations|named"):
        migrations.read(tmp_path)


def test_two_starters_at_once_apply_each_migration_once(empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    known = written(tmp_path, _0001_pre_a="select pg_sleep(0.2); create schema s", _0002_pre_b="create schema t")
    done: list[tuple[str, ...]] = []

    def other() -> None:
        conninfo = psycopg.conninfo.make_conninfo(empty.info.dsn, password=empty.info.password)
        with psycopg.connect(conninfo, autocommit=True) as connection:
            done.append(migrations.migrate(connection, known))

    thread = threading.Thread(target=other)
    thread.start()
    done.append(migrations.migrate(empty, known))
    empty.close()  # the lock ends with the connection
    thread.join()
    assert sorted(done) == [(), ("0001_pre_a", "0002_pre_b")]


def test_the_shipped_migrations_apply_and_limit_their_waiting(template: DatabaseUnderTest) -> None:
    known = migrations.read()
    assert known
    with psycopg.connect(template.superuser) as connection:
        assert names(connection) == [each.name for each in known]
        assert migrations.waiting(connection, known) == ()
    for each in known:
        assert b"lock_timeout" in each.raw
        assert b"statement_timeout" in each.raw
