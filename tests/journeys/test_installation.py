"""Somebody installs Discretion, runs it, looks after it, and stops it."""

from __future__ import annotations

import json
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from discretion.starter import cluster
from discretion.starter.account import postgres_account
from discretion.wire.settings import load
from tests.journeys.installation import discretion, free_port, gone, init_words, items, page, serving


@pytest.fixture(scope="module")
def installed(run_directory: Path) -> Path:
    """A data directory made by `discretion init`."""
    directory = run_directory / "installed"
    done = discretion("--lang", "en", *init_words(directory, free_port()))
    assert done.returncode == 0, done.stderr
    assert "/enrol#" in done.stdout
    return directory


def test_init_closes_what_it_makes_and_says_what_to_do_next(run_directory: Path) -> None:
    directory = run_directory / "fresh"
    done = discretion(*init_words(directory, free_port()), "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["link"].startswith("http://localhost:")
    assert told["data"] == str(directory)
    secret = told["link"].partition("#")[2]
    assert len(secret) >= 40
    for path in directory.rglob("*"):
        if path.is_file() and "postgres" not in path.parts:
            assert secret not in path.read_text(errors="replace")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (directory / "secrets").iterdir()} == {0o600}
    assert "demo = false" in (directory / "discretion.toml").read_text()


def test_it_is_served_looked_after_and_stopped(installed: Path) -> None:
    with serving(installed) as served:
        settings = load(installed / "discretion.toml")
        status, text = page(f"{settings.house.origin}/sign-in")
        assert status == 200
        assert "<html" in text
        told = items(discretion("status", "--json", "--data", str(installed)))
        assert {each["name"] for each in told} == {"postgres", "keeper", "house", "worker"}
        doctor = discretion("--lang", "en", "doctor", "--data", str(installed))
        assert doctor.returncode == 0
        assert "[x]" not in doctor.stdout
        assert "[ok] Keeper  answers" in doctor.stdout
        pids = list(served.pids().values())
        assert served.end() == 0
        assert gone(pids)
    assert discretion("status", "--data", str(installed)).returncode == 7


@pytest.mark.parametrize("means", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_sigterm_stop_it_cleanly(installed: Path, means: signal.Signals) -> None:
    with serving(installed) as served:
        assert served.end(means) == 0
    log = (installed / "log" / "postgres.log").read_text()
    assert log.rstrip().endswith("database system is shut down")


def test_doctor_checks_an_installation_that_is_not_running(installed: Path) -> None:
    done = discretion("doctor", "--data", str(installed), "--json")
    assert done.returncode == 0, done.stderr
    found = {each["check"]: each["level"] for each in items(done)}
    assert found["database"] == found["schema"] == found["secrets"] == "ok"
    assert found["keeper"] == "warning"


def test_doctor_names_what_is_broken_and_exits_3(installed: Path) -> None:
    key = installed / "secrets" / "root.key"
    key.chmod(0o644)
    try:
        done = discretion("--lang", "en", "doctor", "--data", str(installed))
    finally:
        key.chmod(0o600)
    assert done.returncode == 3
    assert "[x]  Keys and passwords" in done.stdout
    assert "chmod 600" in done.stdout


def test_init_leaves_an_installation_and_foreign_files_alone(installed: Path, run_directory: Path) -> None:
    before = (installed / "discretion.toml").read_bytes()
    again = discretion(*init_words(installed, free_port()), "--json")
    assert (again.returncode, json.loads(again.stderr.splitlines()[-1])["error"]["code"]) == (6, "already_installed")
    assert (installed / "discretion.toml").read_bytes() == before
    foreign = run_directory / "foreign"
    foreign.mkdir()
    (foreign / "letter.txt").write_text("mine")
    refused = discretion(*init_words(foreign, free_port()), "--json")
    assert json.loads(refused.stderr.splitlines()[-1])["error"]["code"] == "directory_not_empty"
    assert [path.name for path in foreign.iterdir()] == ["letter.txt"]


def test_an_init_that_fails_leaves_nothing(run_directory: Path) -> None:
    directory = run_directory / "failed"
    done = discretion(*init_words(directory, free_port(), "--origin", "http://desk.example.cn"), "--json")
    assert done.returncode == 1
    assert json.loads(done.stderr.splitlines()[-1])["error"]["code"] == "settings_origin"
    assert not directory.exists()


def test_an_init_that_was_killed_is_not_served_and_is_made_again(run_directory: Path) -> None:
    directory = run_directory / "killed"
    (directory / "secrets").mkdir(parents=True)
    (directory / "unfinished").touch()
    (directory / "postgres.new").mkdir()
    assert "installation_unfinished" in discretion("serve", "--data", str(directory)).stderr
    done = discretion(*init_words(directory, free_port()))
    assert done.returncode == 0, done.stderr
    assert not (directory / "unfinished").exists()


@pytest.fixture
def own_server(run_directory: Path) -> Iterator[tuple[cluster.Place, cluster.Postgres]]:
    """A hotel's own PostgreSQL, whose administrator is no superuser."""
    home = run_directory / "own-server"
    home.mkdir()
    place = cluster.Place(home / "postgres", home / "s", home / "postgres.log", postgres_account())
    cluster.create(place, "superuser", is_synced=False)
    postgres = cluster.Postgres(place)
    postgres.start()
    try:
        conninfo = f"host={place.sockets} user=postgres password=superuser dbname=postgres"
        with psycopg.connect(conninfo, autocommit=True) as connection:
            connection.execute("create role hotel_admin login createrole createdb password 'given'")
        yield place, postgres
    finally:
        postgres.stop()


def test_it_runs_on_a_postgresql_of_the_hotels_own(
    run_directory: Path, own_server: tuple[cluster.Place, cluster.Postgres],
) -> None:
    place, postgres = own_server
    directory = run_directory / "on-own"
    password = run_directory / "given.password"
    password.write_text("given\n")
    password.chmod(0o600)
    words = ["--database-host", str(place.sockets), "--database-administrator", "hotel_admin",
             "--database-password-file", str(password)]
    done = discretion("--lang", "en", *init_words(directory, free_port(), *words))
    assert done.returncode == 0, done.stderr
    assert not (directory / "postgres").exists()
    with serving(directory) as served:
        assert set(served.pids()) == {"keeper", "house", "worker"}
    # A second installation is never laid over the first one in the same database.
    second = discretion(*init_words(run_directory / "second", free_port(), *words), "--json")
    assert (second.returncode, json.loads(second.stderr.splitlines()[-1])["error"]["code"]) == (6, "database_in_use")
    postgres.stop()
    away = discretion("--lang", "en", "serve", "--data", str(directory))
    assert away.returncode == 7
    assert "The database does not answer" in away.stderr
