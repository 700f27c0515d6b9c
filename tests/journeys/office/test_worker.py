"""The worker as its own program would run it: real queue, real database, a keeper that is away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import psycopg
import pytest

from discretion.office.finds import keep_find, read_find
from discretion.office.night_audit import business_date_due
from discretion.office.outcome import ActRefusal, Done
from discretion.office.worker import Jobs
from tests.journeys.office.conftest import Hotel, new_id
from tests.mail_server import MailServer, mail_server

if TYPE_CHECKING:
    from discretion.wire.settings import Settings
    from tests.conftest import DatabaseUnderTest

PROGRAM = "import sys; from discretion.faces.cli.frame import run; sys.exit(run(['--settings', sys.argv[1], 'worker']))"


def _start(settings: Settings) -> tuple[subprocess.Popen[bytes], str]:
    """The worker as a process, and what it said about being ready."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(settings.path)], pass_fds=(writing,),
        env={**os.environ, "DISCRETION_READY_FD": str(writing)}, stderr=subprocess.PIPE,
    )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.readline()
    return process, said


def _wait_for(database: DatabaseUnderTest, query: str) -> bool:
    """Whether `query` becomes true within 20 seconds; the server does the waiting."""
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        for _ in range(200):
            row = connection.execute(query).fetchone()
            if row is not None and row[0]:
                return True
            connection.execute("select pg_sleep(0.1)")
    return False


@pytest.fixture
def house(database: DatabaseUnderTest) -> str:
    """A property whose business date is long past."""
    property_id = new_id().hex()
    with psycopg.connect(database.conninfo("office"), autocommit=True) as connection:
        connection.execute(
            "insert into hotel.property (property_id, code, name_zh, name_en, time_zone, business_date, presence_by)"
            " values (%s::uuid, 'harbour', '海港', 'Harbour', 'Asia/Shanghai', '2026-01-01', 'attested')",
            (property_id,),
        )
    return property_id


def test_it_turns_the_date_and_stops_at_sigterm(
    installation: Settings, database: DatabaseUnderTest, house: str,
) -> None:
    process, said = _start(installation)
    try:
        assert said == "ready\n"
        assert _wait_for(database, "select bool_and(business_date > '2026-01-01') from hotel.property")
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors.decode()
    with psycopg.connect(database.superuser) as connection:
        changes = connection.execute(
            "select fact, op, by_role, row_count from ledger.fact_change"
            " where property_id = %s::uuid and op = 'update'",
            (house,),
        ).fetchall()
        jobs_left = connection.execute("select count(*) from jobs.procrastinate_workers").fetchone()
    assert changes == [("property", "update", "discretion_worker", 1)]
    assert jobs_left == (0,)


def test_it_lives_through_a_lost_database(installation: Settings, database: DatabaseUnderTest, house: str) -> None:
    process, said = _start(installation)
    try:
        assert said == "ready\n"
        assert _wait_for(database, "select bool_and(business_date > '2026-01-01') from hotel.property")
        with psycopg.connect(database.superuser, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where usename = 'discretion_worker' and datname = current_database()",
            )
        assert _wait_for(database, "select count(*) = 1 from jobs.procrastinate_workers")
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors.decode()


def test_it_sends_notices_by_mail(installation: Settings, database: DatabaseUnderTest, house: str) -> None:
    staff_id = new_id().hex()
    with psycopg.connect(database.conninfo("office"), autocommit=True) as connection:
        connection.execute("insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, '001', 'Ada')", (house, staff_id))
        connection.execute("insert into hotel.staff_contact (property_id, staff_id, email) values (%s, %s, 'ada@hotel.example')", (house, staff_id))
        connection.execute(
            "insert into hotel.notice (property_id, to_staff, kind, details) values (%s, %s, 'own_look_ups', '{\"count\": 2}')", (house, staff_id),
        )
    with mail_server(MailServer()) as server:
        part = f'\n[mail]\nhost = "127.0.0.1"\nport = {server.port}\ntls = "none"\nsender = "console@hotel.example"\nusername = ""\npassword_file = ""\n'
        installation.path.write_text(installation.path.read_text("utf-8") + part, "utf-8")
        process, said = _start(installation)
        try:
            assert said == "ready\n"
            assert _wait_for(database, "select bool_and(mailed_at is not null) from hotel.notice")
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 0, errors.decode()
    assert [str(each.message["subject"]) for each in server.taken] == ["海港: 今天您的查询"]


def test_it_says_why_it_cannot_start(installation: Settings) -> None:
    installation.password_file("worker").write_text("another\n")
    process, said = _start(installation)
    process.communicate(timeout=40)
    assert (said, process.returncode) == ("failed database_away\n", 7)


async def test_it_drops_results_that_nobody_can_read(hotel: Hotel) -> None:
    session = new_id()
    kept = {"purpose": "complaint", "guest_ids": [new_id()], "hits": 1}
    find_id = await keep_find(hotel.office, hotel.property_id, session, **kept)  # type: ignore[arg-type]
    jobs = Jobs(hotel.office)
    await jobs.drop_old_finds()
    found = await read_find(hotel.office, hotel.property_id, session, find_id)
    assert found is not None
    assert (found.purpose, found.hits, len(found.guest_ids)) == ("complaint", 1, 1)
    assert await read_find(hotel.office, hotel.property_id, new_id(), find_id) is None
    async with await psycopg.AsyncConnection.connect(hotel.database.superuser, autocommit=True) as connection:
        await connection.execute("update hotel.find_result set at = at - interval '11 minutes'")
    assert await read_find(hotel.office, hotel.property_id, session, find_id) is None
    assert await jobs.drop_old_finds() == 1


async def test_the_office_may_defer_a_job_and_touch_no_other(database: DatabaseUnderTest) -> None:
    async with await psycopg.AsyncConnection.connect(database.conninfo("office"), autocommit=True) as connection:
        row = await (await connection.execute("select jobs.defer('turn_business_dates', null, '{}')")).fetchone()
        assert row is not None
        assert row[0] > 0
        for statement in ("select * from jobs.procrastinate_jobs", "delete from jobs.procrastinate_jobs"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(statement)


async def test_the_worker_may_turn_a_date_and_nothing_else(database: DatabaseUnderTest, house: str) -> None:
    async with await psycopg.AsyncConnection.connect(database.conninfo("worker"), autocommit=True) as connection:
        await connection.execute("update hotel.property set business_date = business_date + 1")
        for statement in (
            "update hotel.property set name_en = 'x'", "select * from hotel.guest", "select * from vault.record",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(statement)


def test_a_date_is_due_at_the_hour_of_the_audit() -> None:
    at = time(4)
    assert business_date_due(datetime(2026, 11, 24, 3, 59), at) == date(2026, 11, 23)  # noqa: DTZ001 - local time
    assert business_date_due(datetime(2026, 11, 24, 4, 0), at) == date(2026, 11, 24)  # noqa: DTZ001 - local time


async def test_by_hand_the_date_never_runs_ahead(hotel: Hotel) -> None:
    from discretion.office.night_audit import roll_business_date
    from discretion.office.properties import property_of

    house = await property_of(hotel.office, hotel.property_id)
    assert house is not None
    seen = house.business_date
    answers = []
    while isinstance(answer := await roll_business_date(hotel.office, hotel.property_id, seen=seen), Done):
        answers.append(answer)
        found = await property_of(hotel.office, hotel.property_id)
        assert found is not None
        seen = found.business_date
    assert answer == ActRefusal("not_yet", {"date": seen.isoformat()})
    assert await roll_business_date(hotel.office, hotel.property_id, seen=date(2020, 1, 1)) == ActRefusal(
        "stale", {"date": seen.isoformat()},
    )
