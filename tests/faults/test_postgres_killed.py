"""SIGKILL of PostgreSQL under load, on a cluster of its own that syncs: everything acknowledged is there after recovery, the
keeper tells everyone that it is unavailable meanwhile, and goes on by itself when the database is back (ledger.md §8, 2 and 3).
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from discretion.starter import cluster, migrations, roles
from discretion.starter.account import postgres_account
from discretion.wire import lookup, upkeep
from tests.cast import Stage, new_id
from tests.conftest import PASSWORDS, SUPERUSER_PASSWORD, DatabaseUnderTest, made_installation
from tests.keeper_program import KeeperProgram
from tests.ledgers import check_whole
from tests.load import CLIENTS, Load
from tests.stages import entered, running


@pytest.fixture(scope="module")
def postgres(run_directory: Path) -> Iterator[cluster.Postgres]:
    home = run_directory / "own-postgres"
    home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
    place = cluster.Place(home / "postgres", home / "s", home / "postgres.log", postgres_account())
    cluster.create(place, SUPERUSER_PASSWORD, is_synced=False)
    server = cluster.Postgres(place)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(home)


@pytest.fixture(scope="module")
def house(postgres: cluster.Postgres, run_directory: Path) -> Iterator[Stage]:
    server = DatabaseUnderTest("postgres", str(postgres.place.sockets), cluster.PORT)
    database = DatabaseUnderTest("discretion", server.host, server.port)
    with psycopg.connect(server.superuser, autocommit=True) as administrator:
        roles.make_roles(administrator, PASSWORDS)
        roles.make_database(administrator, database.name)
    with psycopg.connect(database.superuser, autocommit=True) as administrator:
        roles.close_public_schema(administrator)
        migrations.migrate(administrator, migrations.read())
    directory = run_directory / "own-house"
    settings = made_installation(database, directory)
    KeeperProgram(settings).found()
    with running(settings, database) as stage:
        entered(stage)
        yield stage
    shutil.rmtree(directory)


def again(postgres: cluster.Postgres) -> None:
    """Kill the server with everything it has in memory, and start it again."""
    postgres.process.kill()
    postgres.process.wait()
    postgres.start()


def reconnected(stage: Stage) -> None:
    """The stage's own ways to the database were lost as well; each of the keeper's finds out at its next use."""
    until(10, lambda: stage.upkeep(upkeep.SealBatch(property_id=stage.ada.property_id, guests=[])), upkeep.Done)
    for name, conninfo in (("office", stage.database.conninfo("office")), ("superuser", stage.database.superuser)):
        getattr(stage, name).close()
        setattr(stage, name, psycopg.connect(conninfo, autocommit=True))


def until(seconds: float, answer: Callable[[], object], kind: type) -> object:
    """Return the first answer of this kind, asking again for at most so long."""
    ends_at = time.monotonic() + seconds
    while not isinstance(found := answer(), kind):
        assert time.monotonic() < ends_at, found
        time.sleep(0.05)
    return found


def killed_under_load(stage: Stage, postgres: cluster.Postgres) -> int:
    guests = [stage.guest() for _ in range(20)]
    load = Load([stage], guests)
    load.run(2.0, lambda: again(postgres))
    reconnected(stage)
    assert len(load.acknowledged) > CLIENTS, "there was no load to kill"
    assert load.unanswered == [], "the keeper lives and says that it cannot"
    assert set(load.failed.values()) == {"unavailable"}
    answer = until(10, lambda: stage.ada.look_up(guests[0], clear=1), lookup.Disclosure)
    assert isinstance(answer, lookup.Disclosure)
    check_whole(stage, load.acknowledged)
    assert set(load.disclosed) <= load.acknowledged.keys()
    return len(load.acknowledged)


def test_nothing_acknowledged_is_lost_and_the_keeper_goes_on(house: Stage, postgres: cluster.Postgres) -> None:
    killed_under_load(house, postgres)


@pytest.mark.torture
def test_nothing_acknowledged_is_lost_again_and_again(house: Stage, postgres: cluster.Postgres) -> None:
    assert sum(killed_under_load(house, postgres) for _ in range(10)) > 1000


def test_a_keeper_without_its_database_refuses_and_a_start_says_so(house: Stage, postgres: cluster.Postgres) -> None:
    guest, request_id = house.guest(), new_id()
    postgres.stop()
    try:
        for _ in range(3):
            assert house.ada.look_up(guest, clear=1, request_id=request_id) == lookup.Failed(code="unavailable")
        assert house.ask(
            lookup.BeginSignIn(property_id=house.ada.property_id),
        ) == lookup.Failed(code="unavailable")
        done = house.keeper.command("verify", "--property", house.ada.property_id.hex())
        assert (done.returncode, done.stderr.splitlines()[-1]) == (7, "database_away")
    finally:
        postgres.start()
    reconnected(house)
    opened = until(10, lambda: house.ada.look_up(guest, clear=1, request_id=request_id), lookup.Disclosure)
    check_whole(house, {request_id: opened.entry})  # type: ignore[attr-defined]
