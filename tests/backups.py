"""Backups of a stage, and stages that stand on a restored one: a database and a data directory of their own."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql

from discretion.starter import backup_sealing, backups, data_directory, restoring
from discretion.wire.settings import Settings
from tests.cast import Stage
from tests.conftest import DatabaseUnderTest
from tests.journeys.installation import discretion
from tests.stages import running

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Saved:
    """What the operator has kept: backups, secrets, and the lists of erasures when they outlived the machine."""

    home: Path
    where: backups.Places
    key: bytes

    @property
    def data(self) -> backups.Kept:
        """The newest data part."""
        return backups.kept(self.where.data, "data")[0]

    @property
    def keys(self) -> backups.Kept:
        """The newest key part."""
        return backups.kept(self.where.keys, "keys")[0]

    @property
    def secrets(self) -> Path:
        """The operator's copy of the secrets."""
        return self.home / "secrets"

    def sources(self, **changed: object) -> restoring.Sources:
        """What a restore of the newest backup is made from."""
        chosen = restoring.Sources(self.data, self.keys, self.key, self.secrets)
        return replace(chosen, **changed)  # type: ignore[arg-type]


def saved(settings: Settings, home: Path) -> Saved:
    """Return a kept copy of the secrets, beside directories for backups; none is made yet."""
    home.mkdir(parents=True)
    if not settings.backup_key_file.exists():
        data_directory.write_secret(settings.backup_key_file, data_directory.new_key())
    shutil.copytree(settings.secrets, home / "secrets")
    where = backups.Places(home / "data", home / "keys")
    return Saved(home, where, backup_sealing.read_key(settings.backup_key_file))


@contextmanager
def restored_stage(stage: Stage, kept: Saved, directory: Path, **changed: object) -> Iterator[tuple[Stage, restoring.Restored]]:
    """A restored stage on the run's server, its keeper not started; its people have to sign in anew."""
    name = f"restored{next(_numbers)}"
    text = stage.settings.path.read_text("utf-8").replace(f'name = "{stage.database.name}"', f'name = "{name}"')
    new_settings = kept.home / f"{name}.toml"
    new_settings.write_text(text, "utf-8")
    database = DatabaseUnderTest(name, stage.database.host, stage.database.port)
    try:
        done = restoring.restore(kept.sources(settings=new_settings, **changed), directory)
        with running(done.settings, database, is_started=False) as made:
            made.players = {each: replace(player, stage=made) for each, player in stage.players.items()}
            made.guests = dict(stage.guests)
            yield made, done
    finally:
        server = DatabaseUnderTest("postgres", database.host, database.port)
        with psycopg.connect(server.superuser, autocommit=True) as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        shutil.rmtree(directory, ignore_errors=True)


def believed(stage: Stage) -> None:
    """Tell the signer of every hotel to believe the restored database, as the operator does."""
    for each in stage.settings.properties:
        done = discretion(
            "--lang", "en", "--settings", str(stage.settings.path), "ledger", "recover", "--new-memory", "--property", each.code, "--yes",
        )
        assert done.returncode == 0, done.stderr


def opened_again(stage: Stage) -> None:
    """Start the keeper of a restored stage, and let its people sign in."""
    assert stage.start() == "ready"
    stage.players = {name: player.sign_in() for name, player in stage.players.items()}


def refused(stage: Stage, code: str) -> None:
    """See that the keeper of a restored stage does not serve, and why."""
    assert stage.start() == f"failed {code}"
    assert stage.keeper.process is not None
    stage.keeper.process.wait(10)
    stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]
