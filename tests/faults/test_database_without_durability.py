"""A server that may lose what it acknowledged is refused before anything is written to it (ledger.md §8, row 6)."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from discretion.starter import cluster, roles
from discretion.starter.account import as_account, postgres_account
from tests.conftest import PASSWORDS, SUPERUSER_PASSWORD, DatabaseUnderTest, made_installation
from tests.keeper_program import KeeperProgram


@pytest.fixture(scope="module")
def place(run_directory: Path) -> Iterator[cluster.Place]:
    home = run_directory / "careless"
    home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
    made = cluster.Place(home / "postgres", home / "s", home / "postgres.log", postgres_account())
    cluster.create(made, SUPERUSER_PASSWORD, is_synced=False)
    cluster.prepare_sockets(made)
    yield made
    shutil.rmtree(home)


@contextmanager
def careless(place: cluster.Place, setting: str) -> Iterator[DatabaseUnderTest]:
    """The server as an impatient operator would start it."""
    options = ["-c", f"unix_socket_directories={place.sockets}", "-c", "listen_addresses=", "-c", setting]
    with place.log.open("ab") as log:
        process = subprocess.Popen(
            [*as_account(place.account, place.files, cluster.programs()), str(cluster.programs() / "postgres"), "-D", str(place.files), *options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}, cwd="/",
        )
    try:
        server = DatabaseUnderTest("postgres", str(place.sockets), cluster.PORT)
        ends_at = time.monotonic() + 20
        while True:
            try:
                with psycopg.connect(server.superuser, autocommit=True) as administrator:
                    roles.make_roles(administrator, PASSWORDS)
                    break
            except psycopg.OperationalError:
                assert time.monotonic() < ends_at, place.log.read_text("utf-8")
                time.sleep(0.05)
        yield server
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("setting", ["fsync=off", "full_page_writes=off"])
def test_it_neither_founds_nor_serves_there(place: cluster.Place, run_directory: Path, setting: str) -> None:
    directory = run_directory / f"careless-{setting.partition('=')[0]}"
    with careless(place, setting) as server:
        keeper = KeeperProgram(made_installation(server, directory))
        done = keeper.command("found", "--property", "harbour")
        assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "database_durability")
        assert keeper.start() == "failed database_durability"
        assert keeper.process is not None
        assert keeper.process.wait(10) == 1
    shutil.rmtree(directory)


def test_a_role_that_would_not_wait_for_the_disk_waits_all_the_same(place: cluster.Place, run_directory: Path) -> None:
    """`synchronous_commit` is set by the keeper for each of its connections, whatever the role or the server says."""
    directory = run_directory / "careless-commit"
    with careless(place, "synchronous_commit=off") as server:
        with psycopg.connect(server.superuser, autocommit=True) as administrator:
            administrator.execute("alter role discretion_keeper set synchronous_commit = off")
        keeper = KeeperProgram(made_installation(server, directory))
        done = keeper.command("found", "--property", "harbour")
        assert done.stderr.splitlines()[-1] != "database_durability", "this is not what keeps it from founding"
    shutil.rmtree(directory)
