"""Stages: a founded house with the cast in it, built once a run and then copied, database and data directory.

Ask for `stage` to share one with other tests: add people and guests of your own, break nothing. Ask for `own_stage` to
break it. `copied_stage` makes one with another policy.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.authenticator import Authenticator
from tests.cast import Guest, Player, Stage
from tests.conftest import HARBOUR, HILLTOP, DatabaseUnderTest, copied, made_installation
from tests.keeper_program import KeeperProgram

if TYPE_CHECKING:
    from pathlib import Path

    from discretion.wire.settings import Settings

_numbers = itertools.count(1)


@contextmanager
def running(settings: Settings, database: DatabaseUnderTest, *, is_started: bool = True) -> Iterator[Stage]:
    """A stage on a founded installation; nothing is left running afterwards."""
    with (
        psycopg.connect(database.conninfo("office"), autocommit=True) as office,
        psycopg.connect(database.superuser, autocommit=True) as superuser,
    ):
        stage = Stage(settings, database, KeeperProgram(settings), office, superuser)
        try:
            if is_started:
                told = stage.start()
                assert told == "ready", told
            yield stage
        finally:
            stage.office.close()  # a test may have put others in the place of those above
            stage.superuser.close()
            stage.hang_up()
            if stage.keeper.process is not None and stage.keeper.process.returncode is None:
                stage.keeper.stop()
            # An error in the log is a bug of ours: whatever was asked, and whatever broke, has a word of its own.
            errors = [line for line in stage.log() if line["level"] == "error"]
            assert errors == stage.expected_errors, errors


def entered(stage: Stage) -> None:
    """Let the cast in: administrators by the operator's links, the others by theirs."""
    for name, at in (("Iris", HARBOUR), ("Hugo", HILLTOP)):
        staff_id, secret = stage.keeper.invite(at.id, f"A-{name}", name, "it_admin")
        player = Player(stage, name, bytes.fromhex(at.id), staff_id, "it_admin", Authenticator())
        stage.enrol(player.authenticator, secret)
        stage.players[name] = player.sign_in()
    for name, duty, admin in (
        ("Ada", "front_desk", "Iris"), ("Ben", "duty_manager", "Iris"), ("Egon", "auditor", "Iris"), ("Cleo", "front_desk", "Hugo"),
    ):
        stage.players[name] = stage.hire(name, duty, stage.players[admin])
    stage.guests["Dora"] = stage.guest("arriving")


@dataclass(frozen=True, slots=True)
class FirstStage:
    """The stage that the others are copied from; its keeper is stopped, its people keep their tickets."""

    settings: Settings
    database: DatabaseUnderTest
    players: dict[str, Player]
    guests: dict[str, Guest]


@pytest.fixture(scope="session")
def first_stage(template: DatabaseUnderTest, run_directory: Path) -> Iterator[FirstStage]:
    """The cast's house, founded and entered once a run."""
    directory = run_directory / "first-stage"
    with copied(template) as database:
        settings = made_installation(database, directory)
        KeeperProgram(settings).found()
        with running(settings, database) as stage:
            entered(stage)
        yield FirstStage(settings, database, stage.players, stage.guests)
    shutil.rmtree(directory)


@contextmanager
def copied_stage(
    first: FirstStage, directory: Path, *, policy: str = "", is_started: bool = True, database_host: str = "",
) -> Iterator[Stage]:
    """A stage of one's own, copied from the first: same people, same tickets, same root key.

    `policy` is a policy's text; `database_host` is where the keeper alone finds the database.
    """
    with copied(first.database) as database:
        with psycopg.connect(database.superuser, autocommit=True) as superuser:  # the first stage may be older than an idle session gets
            superuser.execute("update keys.session set seen_at = now()")
        settings = _same_keys(first, replace(database, host=database_host or database.host), directory, policy)
        with running(settings, database, is_started=is_started) as stage:
            stage.players = {name: replace(player, stage=stage) for name, player in first.players.items()}
            stage.guests = dict(first.guests)
            yield stage
    shutil.rmtree(directory)


def _same_keys(first: FirstStage, database: DatabaseUnderTest, directory: Path, policy: str = "") -> Settings:
    settings = made_installation(database, directory, policy="policy.toml" if policy else "")
    if policy:
        (directory / "policy.toml").write_text(policy, "utf-8")
    shutil.copyfile(first.settings.root_key_file, settings.root_key_file)
    shutil.copytree(first.settings.directory / "signer", directory / "signer")
    return settings


@contextmanager
def second_keeper(stage: Stage, directory: Path) -> Iterator[Stage]:
    """Another keeper on the same database, with a data directory of its own and the same root key."""
    first = FirstStage(stage.settings, stage.database, stage.players, stage.guests)
    policy = stage.settings.directory / stage.settings.keeper.policy
    settings = _same_keys(first, stage.database, directory, policy.read_text("utf-8") if policy.is_file() else "")
    with running(settings, stage.database) as second:
        second.players = {name: replace(player, stage=second) for name, player in stage.players.items()}
        second.guests = dict(stage.guests)
        yield second
    shutil.rmtree(directory)


@pytest.fixture
def own_stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    """A stage for one test, which may break it."""
    with copied_stage(first_stage, run_directory / f"stage{next(_numbers)}") as stage:
        yield stage


@pytest.fixture(scope="session")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    """A stage that many tests share: they add people and guests of their own and break nothing."""
    with copied_stage(first_stage, run_directory / f"stage{next(_numbers)}") as made:
        yield made
