"""The embedded PostgreSQL: durable settings, closed doors, and a start that survives what an earlier one left behind."""

from __future__ import annotations

import os
import select
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from discretion.starter import cluster, server_checks
from discretion.starter.account import postgres_account
from discretion.starter.errors import StarterError

PASSWORD = "testing-only"


@pytest.fixture
def place(run_directory: Path) -> cluster.Place:
    """A cluster that nobody started, in a directory only we may enter."""
    home = run_directory / f"own-{os.urandom(3).hex()}"
    home.mkdir(mode=0o700)
    made = cluster.Place(home / "postgres", home / "s", home / "log" / "postgres.log", postgres_account())
    cluster.create(made, PASSWORD, is_synced=False)
    return made


@pytest.fixture
def started(place: cluster.Place) -> Iterator[Callable[[], cluster.Postgres]]:
    """Start servers of this place; all are stopped at the end."""
    all_started: list[cluster.Postgres] = []

    def start() -> cluster.Postgres:
        postgres = cluster.Postgres(place)
        all_started.append(postgres)
        postgres.start()
        return postgres

    yield start
    for postgres in all_started:
        postgres.stop()


def connected(place: cluster.Place, **changes: object) -> psycopg.Connection[tuple[object, ...]]:
    parts = {"host": str(place.sockets), "port": cluster.PORT, "user": "postgres", "password": PASSWORD} | changes
    return psycopg.connect(psycopg.conninfo.make_conninfo(**parts), autocommit=True)


def test_it_keeps_what_it_acknowledges_and_listens_nowhere_else(
    place: cluster.Place, started: Callable[[], cluster.Postgres],
) -> None:
    started()
    with connected(place) as connection:
        server_checks.check_server(connection)
        assert connection.execute("show listen_addresses").fetchone() == ("",)
        assert connection.execute("show log_min_messages").fetchone() == ("log",)
        methods = connection.execute("select type, auth_method from pg_hba_file_rules").fetchall()
        assert methods == [("local", "scram-sha-256")]
    assert stat.S_IMODE(place.sockets.stat().st_mode) == 0o700


def test_it_refuses_a_connection_without_the_password(
    place: cluster.Place, started: Callable[[], cluster.Postgres],
) -> None:
    started()
    with pytest.raises(psycopg.OperationalError, match="password"):
        connected(place, password="another")


def test_it_does_not_run_as_root(place: cluster.Place, started: Callable[[], cluster.Postgres]) -> None:
    process = started().process
    found = Path(f"/proc/{process.pid}").stat()
    assert found.st_uid == place.account.uid != 0


def test_what_was_committed_survives_the_kill_of_the_server(
    place: cluster.Place, started: Callable[[], cluster.Postgres],
) -> None:
    postgres = started()
    with connected(place) as connection:
        connection.execute("create table kept (n int)")
        connection.execute("insert into kept values (1)")
        postgres.process.kill()
        postgres.process.wait()
        started()
        with connected(place) as again:
            assert again.execute("select n from kept").fetchall() == [(1,)]


def test_it_starts_over_a_pid_file_whose_number_belongs_to_another_program(
    place: cluster.Place, started: Callable[[], cluster.Postgres],
) -> None:
    postgres = started()
    pid_file = place.files / "postmaster.pid"
    left = pid_file.read_text().splitlines()
    postgres.process.kill()
    postgres.process.wait()
    pid_file.write_text("\n".join([str(os.getpid()), *left[1:]]) + "\n")
    started()
    with connected(place) as connection:
        assert connection.execute("select 1").fetchone() == (1,)


def test_it_ends_a_server_that_an_earlier_start_left_behind(
    place: cluster.Place, started: Callable[[], cluster.Postgres],
) -> None:
    first = started()
    second = started()
    assert first.process.poll() is not None
    assert second.is_ready()


def test_the_server_ends_when_its_starter_is_killed(place: cluster.Place) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom discretion.starter import cluster\n"
        "from discretion.starter.account import postgres_account\n"
        "home = Path(sys.argv[1])\n"
        "p = cluster.Postgres(cluster.Place(home / 'postgres', home / 's', home / 'log/postgres.log', postgres_account()))\n"
        "p.start()\nprint(p.process.pid, flush=True)\nsys.stdin.read()\n"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code, str(place.files.parent)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert starter.stdout is not None
    assert starter.stdin is not None
    pid = int(starter.stdout.readline())
    watched = os.pidfd_open(pid)
    try:
        starter.send_signal(signal.SIGKILL)
        starter.wait()
        assert select.select([watched], [], [], 20)[0], "the server outlived its starter"
    finally:
        os.close(watched)
        starter.stdin.close()
        starter.stdout.close()


def test_files_of_another_major_version_are_refused(place: cluster.Place) -> None:
    (place.files / "PG_VERSION").write_text("14\n")
    with pytest.raises(StarterError) as caught:
        cluster.Postgres(place).start()
    assert caught.value.code == "database_files_version"


def test_a_setup_that_was_interrupted_is_made_again(run_directory: Path) -> None:
    home = run_directory / "interrupted"
    (home / "postgres.new" / "base").mkdir(parents=True)
    made = cluster.Place(home / "postgres", home / "s", home / "log" / "postgres.log", postgres_account())
    cluster.create(made, PASSWORD, is_synced=False)
    assert (made.files / "PG_VERSION").exists()
    assert sorted(path.name for path in made.sockets.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [(140_019, "database_too_old"), (150_013, "database_too_old"), (160_009, "database_too_old"), (170_005, "database_too_old")],
)
def test_versions_with_known_holes_are_refused(number: int, code: str) -> None:
    with pytest.raises(StarterError) as caught:
        server_checks.check_version(number)
    assert caught.value.code == code


@pytest.mark.parametrize("number", [150_014, 160_010, 170_006, 180_000, 190_001])
def test_versions_without_known_holes_are_taken(number: int) -> None:
    server_checks.check_version(number)
