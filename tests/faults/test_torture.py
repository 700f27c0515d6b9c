"""Faults without end under load from 64 clients: each step of a round, of publishing and of a witness's answer fails, not done or
done; keeper, worker and PostgreSQL are killed. After each bout: nothing acknowledged is lost, no gap, no fork, nothing was shown
without an entry, every ask brought again meets its entry (ledger.md §8 and §10, 4 to 6).

A short run is among the faults; `make torture` makes at least FAULTS=10000 of them.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from discretion.starter import cluster, migrations, roles
from discretion.starter.account import postgres_account
from discretion.watch.publishing import Publishing
from discretion.wire import lookup, upkeep
from discretion.wire.frame import FrameError
from tests.cast import Guest, Stage, groups, new_id
from tests.conftest import PASSWORDS, SUPERUSER_PASSWORD, DatabaseUnderTest, made_installation
from tests.database_proxy import DatabaseProxy
from tests.faults.test_witness import witnessed
from tests.keeper_program import KeeperProgram
from tests.ledgers import check_whole, entry_of, index_of
from tests.stages import entered, running
from tests.witness import Witness, serving

CLIENTS = 64
THINKING_SECONDS = 0.1  # clients that never think leave this process no time to put in faults, and make ledgers of millions
FAULTS_OF_A_BOUT = 500
GUESTS = 40
FAULTS_OF_SHORT_RUN = 40
WORKER = "import sys; from discretion.faces.cli.frame import run; sys.exit(run(['--settings', sys.argv[1], 'worker']))"
# What the proxy can break, and how: the statement of a step, not done or done.
STEPS = {
    "read": r"ledger\.fact_change", "commit": r"ledger\.record_round", "checkpoint": r"insert into ledger\.checkpoint",
    "tile": r"insert into ledger\.tile", "cosignature": r"insert into ledger\.cosignature",
}


@dataclass
class House:
    """A keeper behind a proxy, a worker, a witness, a PostgreSQL of their own that syncs; and what was told to whom."""

    stage: Stage
    proxy: DatabaseProxy
    postgres: cluster.Postgres
    witness: Witness
    worker: subprocess.Popen[bytes] | None = None
    faults: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[bytes, int] = field(default_factory=dict)
    disclosed: set[bytes] = field(default_factory=set)
    open_ends: set[bytes] = field(default_factory=set)  # asks of which nobody knows whether they were entered
    is_up: threading.Event = field(default_factory=threading.Event)
    guests: list[Guest] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.publishing = Publishing(self.stage.settings)

    def start_worker(self) -> None:
        self.worker = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(self.stage.settings.path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )

    def kill_worker(self) -> None:
        if self.worker is not None:
            self.worker.send_signal(signal.SIGKILL)
            self.worker.wait()
            self.worker = None

    def kill_keeper(self) -> None:
        self.is_up.clear()
        self.stage.keeper.kill()

    def revive(self) -> None:
        """Start again whatever was killed."""
        if self.postgres.process.poll() is not None:
            self.postgres.start()
        if self.stage.keeper.process is None or self.stage.keeper.process.poll() is not None:
            self.stage.hang_up()
            ends_at = time.monotonic() + 30
            while (told := self.stage.start()) == "failed database_away":
                assert time.monotonic() < ends_at
            assert told == "ready", told
        if self.worker is None:
            self.start_worker()
        self.is_up.set()


@pytest.fixture(scope="module")
def house(run_directory: Path) -> Iterator[House]:
    home = run_directory / "torture"
    home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700)
    place = cluster.Place(home / "postgres", home / "s", home / "postgres.log", postgres_account())
    cluster.create(place, SUPERUSER_PASSWORD, is_synced=False)
    server = cluster.Postgres(place)
    server.start()
    proxy = DatabaseProxy(home / "x", Path(str(place.sockets)) / f".s.PGSQL.{cluster.PORT}")
    database = DatabaseUnderTest("discretion", str(place.sockets), cluster.PORT)
    with psycopg.connect(DatabaseUnderTest("postgres", database.host, database.port).superuser, autocommit=True) as administrator:
        roles.make_roles(administrator, PASSWORDS)
        roles.make_database(administrator, database.name)
    with psycopg.connect(database.superuser, autocommit=True) as administrator:
        roles.close_public_schema(administrator)
        migrations.migrate(administrator, migrations.read())
    settings = made_installation(DatabaseUnderTest(database.name, proxy.host, database.port), home / "house")
    KeeperProgram(settings).found()
    witness = Witness("witness.example/w1")
    with running(settings, database) as stage:
        entered(stage)
        for _ in serving(witness):
            witnessed(stage, [witness])
            made = House(stage, proxy, server, witness)
            made.revive()
            yield made
            made.kill_worker()
    proxy.close()
    server.stop()
    shutil.rmtree(home)


def bout(house: House, faults: int, dice: random.Random) -> None:
    """Put in so many faults under load, then check everything there is to check."""
    if not house.guests:  # the same all along: one person may see so many guests a day
        house.guests += [house.stage.guest() for _ in range(GUESTS)]
    guests = house.guests
    ended = threading.Event()
    clients = [threading.Thread(target=_client, args=(house, number, guests, ended)) for number in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        for _ in range(faults):
            _fault(house, dice)
    finally:
        ended.set()
        house.proxy.forget()
        house.witness.status, house.witness.is_cut_off = 0, False
        house.is_up.set()
        for client in clients:
            client.join()
    _check(house, guests)


def _client(house: House, number: int, guests: list[Guest], ended: threading.Event) -> None:
    """Ask until the end; a connection that is lost is made again once the keeper is back."""
    turn, line = number, None
    while not ended.is_set():
        if line is None:
            house.is_up.wait(1)
            try:
                line = house.stage.line()
            except OSError:
                continue
        turn += 1
        request_id = new_id()
        try:
            answer = line.ask(lookup.LookUp(
                ticket=house.stage.ada.ticket, request_id=request_id, guest_id=guests[turn % GUESTS].guest_id, purpose="check_in",
                clear=groups("identity"), masked=groups("contact"),
            ))
        except OSError:
            house.open_ends.add(request_id)
            line.close()
            line = None
            continue
        if isinstance(answer, lookup.Failed):
            house.open_ends.add(request_id)
            ended.wait(0.02)
            continue
        if isinstance(answer, lookup.Disclosure):
            house.disclosed.add(request_id)
        house.acknowledged[request_id] = index_of(answer)
        time.sleep(THINKING_SECONDS)
    if line is not None:
        line.close()


def _fault(house: House, dice: random.Random) -> None:
    kind = dice.choices(["step", "witness", "keeper", "worker", "postgres"], [200, 12, 3, 2, 1])[0]
    if kind == "step":
        step, when = dice.choices(list(STEPS), [30, 60, 4, 3, 3])[0], dice.choice(["before", "after"])
        action: Callable[[], object] = (lambda: None) if dice.random() < 0.99 else house.kill_keeper
        came = house.proxy.break_next(STEPS[step], when, action)  # type: ignore[arg-type]
        if step in ("read", "commit"):
            came.wait(2)
        else:
            _publish(house)
        house.proxy.forget()
        if came.is_set():
            house.faults[f"{step} {when}"] += 1
    elif kind == "witness":
        house.witness.status, house.witness.is_cut_off = dice.choice([(503, False), (0, True)])
        house.faults[f"witness {'done' if house.witness.is_cut_off else 'not done'}"] += 1
        _publish(house)
        house.witness.status, house.witness.is_cut_off = 0, False
    else:
        house.faults[f"killed {kind}"] += 1
        if kind == "keeper":
            house.kill_keeper()
        elif kind == "worker":
            house.kill_worker()
        else:
            house.postgres.process.kill()
            house.postgres.process.wait()
    if house.stage.keeper.process is not None and house.stage.keeper.process.poll() is not None:
        house.is_up.clear()
    house.revive()


def _publish(house: House) -> None:
    try:
        asyncio.run(house.publishing.publish())
    except (FrameError, psycopg.Error):
        return  # the keeper or the database was killed meanwhile


def _check(house: House, guests: list[Guest]) -> None:
    stage = house.stage
    for name, conninfo in (("office", stage.database.conninfo("office")), ("superuser", stage.database.superuser)):
        getattr(stage, name).close()
        setattr(stage, name, psycopg.connect(conninfo, autocommit=True))
    _until_it_answers(house, guests)
    for request_id in list(house.open_ends)[:50]:
        was_entered = entry_of(stage, request_id)
        again = stage.ada.look_up(guests[0], clear=groups("identity"), masked=groups("contact"), request_id=request_id)
        assert isinstance(again, lookup.Disclosure if was_entered < 0 else lookup.Entered)
        house.acknowledged[request_id] = index_of(again)
    house.open_ends.clear()
    check_whole(stage, house.acknowledged)
    assert house.disclosed <= house.acknowledged.keys(), "shown, and not entered"
    assert not stage.settings.stopped_file(stage.ada.property_id).exists(), "no fork"
    stage.expected_errors = [line for line in stage.log() if line["level"] == "error"]
    assert {line["message"] for line in stage.expected_errors} <= {"no outside witness has kept up"}


def _until_it_answers(house: House, guests: list[Guest]) -> None:
    ends_at = time.monotonic() + 20
    while True:
        try:
            if isinstance(house.stage.ada.look_up(guests[0], masked=groups("contact")), lookup.Disclosure):
                break
        except OSError:
            house.stage.hang_up()
        assert time.monotonic() < ends_at
    sealing = upkeep.SealBatch(property_id=house.stage.ada.property_id, guests=[])
    while not isinstance(house.stage.upkeep(sealing), upkeep.Done):
        assert time.monotonic() < ends_at


def test_a_short_torture_loses_nothing(house: House) -> None:
    bout(house, FAULTS_OF_SHORT_RUN, random.Random(20_261_127))
    assert sum(house.faults.values()) >= FAULTS_OF_SHORT_RUN // 2, house.faults


@pytest.mark.torture
def test_a_long_torture_loses_nothing(house: House) -> None:
    wanted = int(os.environ.get("FAULTS", "10000"))
    seed = int(os.environ.get("SEED", "1"))
    number = 0
    while sum(house.faults.values()) < wanted:
        number += 1
        bout(house, min(FAULTS_OF_A_BOUT, wanted), random.Random(seed * 1000 + number))
        told = ", ".join(f"{name} {count}" for name, count in sorted(house.faults.items()))
        print(f"{sum(house.faults.values()):,} faults, {len(house.acknowledged):,} acknowledged, none lost: {told}", flush=True)  # noqa: T201
