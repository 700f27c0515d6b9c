"""The nightly backup: when it is due, and what is removed when."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from discretion.starter import backup_sealing, backups, data_directory
from discretion.starter.backup_clock import is_due
from discretion.starter.doctor import Level, _backup
from discretion.starter.errors import StarterError
from discretion.wire.settings import Property, Settings, load

HARBOUR = Property("01" * 16, "harbour", "海港酒店", "Harbour", "Asia/Shanghai", "attested")
SHANGHAI_HALF_PAST_THREE = datetime(2026, 11, 26, 19, 30, tzinfo=UTC)
KEY = bytes(32)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    new = data_directory.NewSettings(name="海港酒店", time_zone="Asia/Shanghai", properties=(HARBOUR,))
    made = data_directory.make(tmp_path / "d", new)
    founded = (SHANGHAI_HALF_PAST_THREE - timedelta(hours=5)).timestamp()
    os.utime(made.root_key_file, (founded, founded))
    return made


def lay(settings: Settings, at: datetime, *parts: backup_sealing.Part) -> list[Path]:
    """Lay files with a true header where backups are kept."""
    directory = backups.places(settings).data
    directory.mkdir(exist_ok=True)
    made = []
    for part in parts:
        header = backup_sealing.new_header(KEY, at.strftime("%d%H%M").rjust(16, "0"), part, at.strftime("%Y%m%dT%H%M%SZ"))
        path = directory / f"{header.at}-{header.backup}.{part}"
        with path.open("wb") as file:
            backup_sealing.SealedFile(file, KEY, header).finish()
        made.append(path)
    return made


def test_it_is_due_at_the_time_of_day_of_the_installation(settings: Settings) -> None:
    assert not is_due(settings, SHANGHAI_HALF_PAST_THREE - timedelta(minutes=1))
    assert is_due(settings, SHANGHAI_HALF_PAST_THREE)
    lay(settings, SHANGHAI_HALF_PAST_THREE + timedelta(minutes=2), "data", "keys")
    assert not is_due(settings, SHANGHAI_HALF_PAST_THREE + timedelta(minutes=3))
    assert not is_due(settings, SHANGHAI_HALF_PAST_THREE + timedelta(hours=23))
    assert is_due(settings, SHANGHAI_HALF_PAST_THREE + timedelta(hours=24))


def test_a_night_that_was_slept_through_is_made_up_for(settings: Settings) -> None:
    lay(settings, SHANGHAI_HALF_PAST_THREE, "data", "keys")
    assert is_due(settings, SHANGHAI_HALF_PAST_THREE + timedelta(days=3, hours=9))


def test_a_part_that_was_never_named_is_no_backup(settings: Settings) -> None:
    (left,) = lay(settings, SHANGHAI_HALF_PAST_THREE, "data")
    left.rename(left.with_name(f"{left.name}.new"))
    assert is_due(settings, SHANGHAI_HALF_PAST_THREE + timedelta(minutes=1))


@pytest.mark.parametrize("text", ['at = ""', ""])
def test_nothing_is_due_where_nobody_asked_for_it(settings: Settings, text: str) -> None:
    raw = settings.path.read_text("utf-8")
    before, _, _ = raw.partition("[backup]")
    settings.path.write_text(raw.replace('at = "03:30"', text) if text else before + "[[property]]" + raw.partition("[[property]]")[2], "utf-8")
    changed = load(settings.path)
    assert not is_due(changed, SHANGHAI_HALF_PAST_THREE + timedelta(days=9))
    if not text:
        with pytest.raises(StarterError, match="backup_nowhere"):
            backups.places(changed)
        assert _backup(changed).finding == "backup_unset"


def test_keys_are_kept_for_days_data_longer_and_the_newest_of_each_always(settings: Settings) -> None:
    now = SHANGHAI_HALF_PAST_THREE
    for days in (40, 31, 30, 8, 7, 1):
        lay(settings, now - timedelta(days=days), "data", "keys")
    assert len(backups.prune(settings, backups.places(settings), now)) == 6
    where = backups.places(settings)
    assert [(now - each.at).days for each in backups.kept(where.data, "data")] == [1, 7, 8, 30]
    assert [(now - each.at).days for each in backups.kept(where.keys, "keys")] == [1, 7]
    later = now + timedelta(days=400)
    backups.prune(settings, where, later)
    assert [len(backups.kept(where.of(part), part)) for part in backups.PARTS] == [1, 1]
    assert backups.prune(settings, where, later) == ()


def test_the_doctor_says_how_old_the_last_backup_is(settings: Settings) -> None:
    assert (_backup(settings).level, _backup(settings).finding) == (Level.WARNING, "backup_none")
    lay(settings, datetime.now(UTC) - timedelta(days=3), "data")
    old = _backup(settings)
    assert (old.level, old.finding, old.params["days"]) == (Level.WARNING, "backup_old", "3")
    assert "backup create" in old.repair
    lay(settings, datetime.now(UTC) - timedelta(hours=5), "data")
    assert (_backup(settings).level, _backup(settings).params["hours"]) == (Level.OK, "5")


def test_what_is_no_backup_is_not_counted(settings: Settings) -> None:
    where = backups.places(settings)
    (path,) = lay(settings, SHANGHAI_HALF_PAST_THREE, "data")
    (where.data / "notes.data").write_text("mine")
    (where.data / "renamed.data").write_bytes(path.read_bytes())
    assert [each.path for each in backups.kept(where.data, "data")] == [path]
