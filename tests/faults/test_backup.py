"""The operator makes backups while the hotel works, checks them, and restores one on another machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from discretion.starter import backups, restoring
from discretion.starter.errors import StarterError
from discretion.watch.published import export, stored_log
from discretion.wire import lookup, upkeep
from tests.backups import Saved, believed, opened_again, refused, restored_stage, saved
from tests.cast import Guest, Stage
from tests.journeys.installation import discretion
from tests.stages import FirstStage, copied_stage

SCHEMAS = ["hotel", "vault", "keys", "ledger"]


@dataclass(frozen=True, slots=True)
class Backed:
    """A stage that was backed up, and what was so then."""

    stage: Stage
    kept: Saved
    made: backups.Made
    guest: Guest
    entry: int
    rows: dict[str, str]


@pytest.fixture(scope="module")
def backed(first_stage: FirstStage, run_directory: Path) -> Iterator[Backed]:
    """A hotel at work, backed up after a look-up."""
    text = files("discretion.policy").joinpath("policy.toml").read_text("utf-8") + "\n\n# ours"
    with copied_stage(first_stage, run_directory / "backed", policy=text) as stage:
        guest = stage.guest("arriving")
        told = stage.ada.look_up(guest, clear=1)
        assert isinstance(told, lookup.Disclosure)
        stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
        kept = saved(stage.settings, run_directory / "kept")
        made = backups.create(stage.settings, kept.where, kept.key)
        yield Backed(stage, kept, made, guest, told.entry, rows_of(stage.superuser))


def rows_of(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """Return a digest of every table's rows."""
    tables = connection.execute("select schemaname, tablename from pg_tables where schemaname = any (%s)", (SCHEMAS,)).fetchall()
    found = {}
    for name in tables:
        digest = sql.SQL("select count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {} t").format(sql.Identifier(*name))
        row = connection.execute(digest).fetchone()
        assert row is not None
        found[".".join(name)] = str(row[0])
    return found


def guards_of(connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Return every trigger and constraint with its state."""
    return connection.execute("""
        select tgrelid::regclass::text, tgname::text, tgenabled::text, pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
         where not tgisinternal and c.relnamespace::regnamespace::text = any (%(ours)s)
        union all select conrelid::regclass::text, conname::text, convalidated::text, pg_get_constraintdef(oid) from pg_constraint
         where connamespace::regnamespace::text = any (%(ours)s) order by 1, 2""", {"ours": SCHEMAS}).fetchall()


def exported(stage: Stage, whole: Path) -> Path:
    """Publish and export Harbour's ledger after one more look-up."""
    stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
    whole.mkdir()
    with stored_log(stage.database.conninfo("auditor"), stage.ada.property_id) as log:
        export(log, whole)
    return whole


def recovered(stage: Stage, *words: str) -> None:
    done = discretion("--lang", "en", "--settings", str(stage.settings.path), "ledger", "recover", "--yes", *words)
    assert done.returncode == 0, done.stderr


def test_a_backup_is_restored_and_everything_opens_again(backed: Backed, run_directory: Path) -> None:
    stage, kept = backed.stage, backed.kept
    assert stage.ada.look_up(backed.guest, clear=1).entry > backed.entry, "the hotel goes on working"
    with restored_stage(stage, kept, run_directory / "other") as (other, done):
        left_out = dict.fromkeys(backups.LEFT_OUT, "0 ")
        assert rows_of(other.superuser) == backed.rows | left_out, "every row is what it was; nobody is signed in"
        assert guards_of(other.superuser) == guards_of(stage.superuser), "every trigger and every constraint stands guard again"
        assert done.remembered == frozenset()
        assert (other.settings.directory / "policy.toml").read_bytes() == (stage.settings.directory / "policy.toml").read_bytes()
        refused(other, "signer_memory_missing")
        believed(other)
        opened_again(other)
        told = other.ada.look_up(backed.guest, clear=1)
        assert isinstance(told, lookup.Disclosure)
        assert backed.guest.surname in str(told)
        status, verdict = other.verify()
        assert (status, verdict["problem"]) == (0, "")


def test_where_the_signer_is_lost_an_export_brings_the_entries_back(backed: Backed, run_directory: Path, tmp_path: Path) -> None:
    stage, kept = backed.stage, backed.kept
    last = stage.ada.look_up(backed.guest, clear=1).entry
    whole = exported(stage, tmp_path / "export")
    with restored_stage(stage, kept, run_directory / "other") as (other, _):
        recovered(other, "--from", str(whole), "--new-memory", "--property", "harbour")
        recovered(other, "--new-memory", "--property", "hilltop")
        opened_again(other)
        told = other.ada.look_up(backed.guest, clear=1)
        assert isinstance(told, lookup.Disclosure) and told.entry > last, "no place is given twice"
        status, verdict = other.verify()
        assert (status, verdict["problem"]) == (0, "")
        assert verdict["erased"] > 0, "their openings are lost, and counted as lost"


def test_where_the_signer_outlived_its_machine_the_lost_entries_come_back(backed: Backed, run_directory: Path, tmp_path: Path) -> None:
    stage, kept = backed.stage, backed.kept
    stage.ada.look_up(backed.guest, clear=1)
    whole = exported(stage, tmp_path / "export")
    assert stage.keeper.stop() == 0
    signer = stage.settings.signer_memory_file(stage.ada.property_id).parent
    with restored_stage(stage, kept, run_directory / "other", signer=signer) as (other, done):
        assert done.remembered == {each.id for each in stage.settings.properties}
        refused(other, "ledger_behind")
        recovered(other, "--from", str(whole), "--property", "harbour")
        opened_again(other)
        told = other.ada.look_up(backed.guest, clear=1)
        assert isinstance(told, lookup.Disclosure)
        status, verdict = other.verify()
        assert (status, verdict["problem"]) == (0, "")
    stage.restart()


def test_both_parts_are_from_one_moment_and_verify(backed: Backed) -> None:
    stage, kept = backed.stage, backed.kept
    words = ("--lang", "en", "--settings", str(stage.settings.path), "backup")
    where = ("--to", str(kept.where.data), "--keys-to", str(kept.where.keys))
    done = discretion(*words, "verify", backed.made.backup, *where)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("is whole") == 2
    listed = discretion(*words, "list", *where, "--plain")
    assert [line.split("\t")[:3] for line in listed.stdout.splitlines()] == [
        [backed.made.backup, backed.made.at.isoformat(), part] for part in ("data", "keys")
    ]
    raw = bytearray(kept.data.path.read_bytes())
    raw[len(raw) // 2] ^= 1
    changed = kept.home / "changed.data"
    changed.write_bytes(raw)
    for language, sentence in (("en", "is damaged or was changed"), ("zh", "已损坏或被改动")):
        told = discretion("--lang", language, *words[2:], "verify", str(changed))
        assert told.returncode == 3
        assert sentence in told.stderr and "[backup_damaged]" in told.stderr


def test_a_restore_asks_for_the_hotels_name_and_leaves_what_is_there_alone(backed: Backed, run_directory: Path) -> None:
    kept = backed.kept
    words = ("backup", "restore", "--from", str(kept.where.data), "--keys-from", str(kept.where.keys), "--secrets", str(kept.secrets), "--json")
    asked = discretion(*words, "--into", str(run_directory / "nowhere"))
    assert (asked.returncode, "--confirm" in asked.stderr) == (2, True)
    wrong = discretion(*words, "--into", str(run_directory / "nowhere"), "--confirm", "山顶酒店")
    assert (wrong.returncode, "backup_other_name" in wrong.stderr) == (2, True)
    there = discretion(*words, "--into", str(backed.stage.settings.directory), "--confirm", "海港酒店")
    assert (there.returncode, "already_installed" in there.stderr) == (6, True)
    assert not (run_directory / "nowhere").exists()


def test_a_database_that_is_in_use_is_not_restored_over(backed: Backed, run_directory: Path) -> None:
    with pytest.raises(StarterError) as caught:
        restoring.restore(backed.kept.sources(), run_directory / "over")
    assert caught.value.code == "database_in_use"
    assert not (run_directory / "over").exists()


def test_a_restore_without_a_root_key_leaves_nothing(backed: Backed, run_directory: Path, tmp_path: Path) -> None:
    with pytest.raises(StarterError) as caught:
        restoring.restore(backed.kept.sources(secrets=tmp_path), run_directory / "keyless")
    assert caught.value.code in {"root_key_missing", "backup_administrator"}
    assert not (run_directory / "keyless").exists()


def test_a_key_part_older_than_the_data_is_refused(backed: Backed, tmp_path: Path) -> None:
    newer = backups.Kept(backed.kept.data.path, backed.made.parts[0].header.__class__("f" * 16, "data", "29991231T000000Z", "0" * 64, "0" * 16), 1)
    for directory, code in ((backed.kept.where.keys, "backup_keys_older"), (tmp_path, "backup_keys_missing")):
        with pytest.raises(StarterError) as caught:
            restoring.newest_keys(newer, directory)
        assert caught.value.code == code
