"""A backup or a restore is killed in its middle: nothing passes for a backup, and nothing is served."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from discretion.starter import backups
from tests.backups import Saved, saved
from tests.cast import Stage
from tests.journeys.installation import discretion, environment

CREATE = """
import sys
from pathlib import Path
from discretion.starter import backup_sealing, backups
from discretion.wire.settings import load
settings = load(Path(sys.argv[1]))
def wait(done, about):
    if done > about * 0.9:
        print("in the middle", flush=True)
        sys.stdin.read()
backups.create(settings, backups.Places(Path(sys.argv[2]), Path(sys.argv[3])), backup_sealing.read_key(settings.backup_key_file), wait)
"""
RESTORE = """
import sys
from pathlib import Path
from discretion.starter import backup_sealing, backups, restoring
data, keys, secrets, settings, into, step = sys.argv[1:]
def wait(reached):
    if reached == step:
        print("in the middle", flush=True)
        sys.stdin.read()
part = backups.kept(Path(data), "data")[0]
restoring.restore(restoring.Sources(part, restoring.newest_keys(part, Path(keys)), backup_sealing.read_key(Path(secrets) / "backup.key"),
                                    Path(secrets), settings=Path(settings)), Path(into), wait)
"""


@contextmanager
def in_the_middle(code: str, *words: object) -> Iterator[subprocess.Popen[bytes]]:
    """Run this until it says that it is in the middle, where it waits; kill it afterwards."""
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"in the middle\n"
        yield process
        process.kill()


def test_a_killed_backup_is_none_and_the_next_one_clears_up(stage: Stage, run_directory: Path) -> None:
    kept = saved(stage.settings, run_directory / "killed-backup")
    where = ("--to", str(kept.where.data), "--keys-to", str(kept.where.keys))
    words = ("--lang", "en", "--settings", str(stage.settings.path), "backup")
    with in_the_middle(CREATE, stage.settings.path, kept.where.data, kept.where.keys):
        assert list(kept.where.data.glob("*.new")), "it was writing"
        at_once = discretion(*words, "create", *where)
        assert (at_once.returncode, "[backup_running]" in at_once.stderr) == (6, True)
    (left,) = kept.where.data.glob("*.new")
    assert discretion(*words, "verify", *where).returncode == 4, "there is no backup"
    told = discretion(*words, "verify", str(left), *where)
    assert told.returncode == 3, told.stderr  # it is cut, or has not even a beginning yet
    assert discretion(*words, "create", *where, "--prune").returncode == 0
    assert discretion(*words, "verify", *where).returncode == 0
    assert not left.exists()


@pytest.fixture(scope="module")
def kept(stage: Stage, run_directory: Path) -> Saved:
    """A backup of the stage, as it is."""
    made = saved(stage.settings, run_directory / "killed-restore")
    backups.create(stage.settings, made.where, made.key)
    return made


@pytest.mark.parametrize("step", ["rows", "schema"])
def test_a_killed_restore_is_not_served_and_is_made_again(stage: Stage, kept: Saved, run_directory: Path, step: str) -> None:
    name, into = f"killed_{step}", run_directory / f"killed-{step}"
    settings = kept.home / f"{step}.toml"
    settings.write_text(stage.settings.path.read_text("utf-8").replace(f'name = "{stage.database.name}"', f'name = "{name}"'), "utf-8")
    try:
        with in_the_middle(RESTORE, kept.where.data, kept.where.keys, kept.secrets, settings, into, step):
            assert (into / "unfinished").exists()
        told = discretion("--lang", "en", "serve", "--data", str(into))
        assert (told.returncode, "[installation_unfinished]" in told.stderr) == (6, True)
        for word in ("create", "list"):
            assert "[installation_unfinished]" in discretion("backup", word, "--data", str(into)).stderr
        stage.superuser.execute(f"drop database if exists {name} with (force)")  # type: ignore[arg-type]
        done = discretion(
            "--lang", "en", "backup", "restore", "--from", str(kept.where.data), "--keys-from", str(kept.where.keys), "--secrets", str(kept.secrets),
            "--new-settings", str(settings), "--into", str(into), "--confirm", "海港酒店", "--no-input",
        )
        assert done.returncode == 0, done.stderr
        assert "Nothing is served yet" in done.stdout and "ledger recover --from EXPORT --new-memory" in done.stdout
    finally:
        stage.superuser.execute(f"drop database if exists {name} with (force)")  # type: ignore[arg-type]
