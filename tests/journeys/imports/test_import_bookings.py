"""The real file of bookings, through a real keeper into a real database: whole, twice, changed, and cut short."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
import pytest

from discretion.office.identities.people import Cast
from discretion.office.imports import job
from discretion.office.imports.formats import Layout
from discretion.office.imports.run import ImportStoppedError
from discretion.wire.frame import HatchClosedError
from discretion.wire.settings import Settings
from tests.keeper_program import KeeperProgram

FILE = Path(__file__).parents[2] / "data" / "hotel_bookings.csv.gz"
ROWS = 14_938


@pytest.fixture(scope="session")
def real_rows() -> list[bytes]:
    """The lines of the real file, the header first."""
    return gzip.decompress(FILE.read_bytes()).splitlines(keepends=True)


def written(tmp_path: Path, lines: list[bytes]) -> Path:
    """Return a file of these lines."""
    path = tmp_path / "bookings.csv"
    path.write_bytes(b"".join(lines))
    return path


def order(path: Path, settings: Settings, *, generate: bool = True) -> job.Order:
    """Return the order to import both hotels of a file."""
    first, second = settings.properties
    hotels = {"Resort Hotel": first.property_id, "City Hotel": second.property_id}
    complete = Cast("seed", "PRT").fill if generate else None
    return job.Order(path, Layout("bookings"), hotels, label="seed" if generate else "", complete=complete)


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """Return what the office's role reads."""
    with psycopg.connect(settings.conninfo("office")) as office:
        return office.execute(query).fetchall()  # type: ignore[call-overload,no-any-return]  # written in this file


def run(settings: Settings, wanted: job.Order) -> Any:
    """Run an import as the command line does."""
    return job.run(wanted, settings.conninfo("office"), str(settings.upkeep_socket), "operator")[0]


def command(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line."""
    return subprocess.run(
        [sys.executable, "-m", "discretion", "--settings", str(settings.path), "--lang", "en", *words],
        check=False, capture_output=True, text=True,
    )  # fmt: skip


COUNTS = """select (select count(*) from hotel.reservation), (select count(*) from hotel.stay),
                   (select count(*) from hotel.occupant), (select count(*) from hotel.guest),
                   (select count(*) from hotel.occupant where guest_id is not null)"""


def test_it_imports_every_row_once_however_often_it_runs(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    wanted = order(written(tmp_path, real_rows), installation)
    outcome = run(installation, wanted)
    assert (outcome.read, outcome.bad_rows_count) == (ROWS, 0)
    first = rows(installation, COUNTS)
    # 30,093 people in the counts, and a place for the booker of each of the 19 rows without an adult.
    assert first == [(ROWS, ROWS, 30_112, 21_393, 21_393)]
    assert rows(installation, "select state, count(*) from hotel.stay group by 1 order by 1") == [
        ("cancelled", 7_793), ("checked_out", 6_938), ("no_show", 207),
    ]  # fmt: skip
    assert rows(installation, "select count(*) from hotel.guest where not generated") == [(0,)]
    by_hotel = rows(installation, "select p.code, count(*) from hotel.stay join hotel.property p using (property_id) group by 1")
    assert dict(by_hotel) == {"harbour": 9_999, "hilltop": 4_939}
    assert set(outcome.entries.values()) != {-1}
    again = run(installation, wanted)
    assert again.counts == Counter({"unchanged": ROWS})
    assert rows(installation, COUNTS) == first
    made = job.plan(wanted, installation.conninfo("office"))
    assert (made.new, made.changed, made.unchanged) == (0, 0, ROWS)
    for each in installation.properties:
        verdict = keeper.command("verify", "--property", each.id)
        assert verdict.returncode == 0, verdict.stdout


def test_it_keeps_every_column_that_the_documentation_says_is_kept(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    run(installation, order(written(tmp_path, real_rows[:400]), installation, generate=False))
    kept = rows(installation, """
        select p.code, r.lead_days, s.arrival::text, s.departure::text, s.adults, s.children, s.babies, s.meal, r.country,
               r.market_segment, r.distribution_channel, r.repeated_guest, r.previous_cancellations, r.previous_kept,
               s.room_type_reserved, s.room_type_assigned, r.changes, r.deposit_type, r.agent, r.company, r.waiting_days,
               r.customer_type, s.rate::text, s.currency, r.parking_spaces, r.special_requests, s.state, r.status_on::text,
               s.left_on::text, r.booked_on::text
          from hotel.stay s join hotel.reservation r using (property_id, reservation_id) join hotel.property p using (property_id)
         where r.source_id = 'Resort Hotel:5'""")  # fmt: skip
    # Resort Hotel,0,13,2015,July,27,1,0,1,1,0,0,BB,GBR,Corporate,Corporate,0,0,0,A,A,0,No Deposit,304,NULL,0,Transient,75,0,0,Check-Out,7/2/2015
    assert kept == [(
        "harbour", 13, "2015-07-01", "2015-07-02", 1, 0, 0, "BB", "GBR", "Corporate", "Corporate", False, 0, 0, "A", "A", 0,
        "No Deposit", "304", "", 0, "Transient", "75.00", "EUR", 0, 0, "checked_out", "2015-07-02", "2015-07-02", "2015-06-18",
    )]  # fmt: skip
    assert rows(installation, "select count(*), count(guest_id) from hotel.occupant")[0][1] == 0


def test_bad_rows_are_told_by_line_field_and_rule_and_lose_no_good_one(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    lines = list(real_rows[:200])
    lines[10] = lines[10].replace(b",July,", b",Juli,")
    lines[20] = lines[20].replace(b"Check-Out", b"Dreaming").replace(b"Canceled", b"Dreaming")
    lines[30] = b"Resort Hotel,0\r\n"
    lines[40] = lines[40].replace(b"Resort Hotel", b"Secret Hotel")
    lines[50] = b"Resort Hotel,\xff\xfe" + lines[50][14:]
    path = written(tmp_path, lines)
    errors = tmp_path / "errors.csv"
    hotels = ["--hotel", "Resort Hotel=harbour", "--hotel", "City Hotel=hilltop", "--hotel", "Secret Hotel=hilltop"]
    planned = command(installation, "--json", "import", "bookings", str(path), *hotels, "--dry-run")
    assert planned.returncode == 3, planned.stderr
    assert rows(installation, COUNTS) == [(0, 0, 0, 0, 0)]
    done = command(
        installation, "--json", "import", "bookings", str(path), *hotels, "--generate-identities", "--errors", str(errors)
    )
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    assert (report["rows"], report["left_out"]) == (195, 4)
    assert errors.read_text().splitlines() == [
        "line,field,rule", "11,arrival_date_month,month_unknown", "21,reservation_status,state_unknown", "31,,columns",
        "51,is_canceled,type",
    ]  # fmt: skip
    assert "Juli" not in done.stdout + done.stderr + errors.read_text()
    assert rows(installation, "select count(*) from hotel.reservation") == [(195,)]


def test_another_version_changes_what_nobody_acted_on(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    lines = list(real_rows[:30])
    run(installation, order(written(tmp_path, lines), installation))
    number = 6
    lines[number] = lines[number].replace(b",BB,", b",HB,")
    lines[number + 1] = lines[number + 1].replace(b",BB,", b",HB,")
    with psycopg.connect(installation.conninfo("office")) as office:
        office.execute(
            "insert into hotel.stay_act (property_id, act_id, stay_id, act, to_state, business_date)"
            " select s.property_id, gen_random_uuid(), s.stay_id, 'correct', s.state, '2026-11-24' from hotel.stay s"
            " join hotel.reservation r using (property_id, reservation_id) where r.source_id = 'Resort Hotel:8'"
        )
    outcome = run(installation, order(written(tmp_path, lines), installation))
    assert outcome.counts == Counter({"unchanged": 27, "changed": 2, "kept_as_acted_on": 1})
    meals = rows(installation, """select r.source_id, s.meal from hotel.stay s join hotel.reservation r
        using (property_id, reservation_id) where r.source_id in ('Resort Hotel:7', 'Resort Hotel:8') order by 1""")  # fmt: skip
    assert meals == [("Resort Hotel:7", "HB"), ("Resort Hotel:8", "BB")]


def test_people_come_later_to_bookings_imported_without_them(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    path = written(tmp_path, list(real_rows[:50]))
    run(installation, order(path, installation, generate=False))
    before = rows(installation, COUNTS)[0]
    run(installation, order(path, installation))
    after = rows(installation, COUNTS)[0]
    assert before[:3] == after[:3]
    assert before[3:] == (0, 0)
    assert after[3] == after[4] > 49


def test_made_up_people_never_stand_beside_real_ones(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    with psycopg.connect(installation.conninfo("office")) as office:
        office.execute(
            "insert into hotel.guest (property_id, guest_id, source_id) values (%s, gen_random_uuid(), 'desk:1')",
            (installation.properties[0].id,),
        )
    path = written(tmp_path, list(real_rows[:5]))
    with pytest.raises(job.ImportRefusedError, match="generated_beside_real"):
        run(installation, order(path, installation))
    assert run(installation, order(path, installation, generate=False)).read == 4


def test_a_killed_import_goes_on_where_it_was(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    path = written(tmp_path, real_rows[:6001])
    words = [
        sys.executable, "-m", "discretion", "--settings", str(installation.path), "import", "bookings", str(path),
        "--hotel", "Resort Hotel=harbour", "--generate-identities", "--seed", "seed",
    ]  # fmt: skip
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with psycopg.connect(installation.conninfo("office"), autocommit=True) as office:
        while process.poll() is None:
            found = office.execute("select count(*) from hotel.reservation").fetchone()
            if found is not None and found[0] >= 1000:
                process.kill()
    assert process.wait() == -9
    ((begun, *_),) = rows(installation, COUNTS)
    assert 0 < begun < 6000
    outcome = run(installation, order(path, installation))
    assert outcome.counts["unchanged"] == begun
    ((reservations, stays, _, guests, named),) = rows(installation, COUNTS)
    assert (reservations, stays) == (6000, 6000)
    assert guests == named
    with psycopg.connect(installation.conninfo("keeper")) as reading:
        sealed = reading.execute("select count(*) from keys.guest_key").fetchone()
    assert sealed == (guests,)
    twice = "select count(*) from (select 1 from hotel.occupant group by property_id, stay_id, position having count(*) > 1) t"
    assert rows(installation, twice) == [(0,)]


def test_a_keeper_killed_during_an_import_loses_nothing(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    path = written(tmp_path, real_rows[:6001])
    wanted = order(path, installation)
    calls = 0

    def kill_once(_so_far: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            keeper.kill()

    with pytest.raises((HatchClosedError, ImportStoppedError)):
        job.run(wanted, installation.conninfo("office"), str(installation.upkeep_socket), "operator", told=kill_once)
    assert keeper.start() == "ready"
    outcome = run(installation, wanted)
    assert outcome.read == 6000
    ((reservations, _, _, guests, named),) = rows(installation, COUNTS)
    assert (reservations, guests) == (6000, named)
    verdict = keeper.command("verify", "--property", installation.properties[0].id)
    assert verdict.returncode == 0, verdict.stdout


def test_two_imports_at_once_are_refused(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    path = written(tmp_path, list(real_rows[:5]))
    with psycopg.connect(installation.conninfo("office"), autocommit=True) as other:
        other.execute("select pg_advisory_lock(hashtextextended('discretion import', 0))")
        with pytest.raises(job.ImportRefusedError, match="another_import"):
            run(installation, order(path, installation))


def test_a_stale_plan_is_refused(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    path = written(tmp_path, list(real_rows[:20]))
    words = (str(path), "--format", "bookings", "--hotel", "Resort Hotel=harbour")
    planned = json.loads(command(installation, "--json", "import", "plan", *words).stdout)
    assert (planned["new"], planned["dry_run"]) == (19, True)
    done = command(installation, "import", "run", *words, "--plan", planned["plan"])
    assert done.returncode == 0, done.stderr
    stale = command(installation, "import", "run", *words, "--plan", planned["plan"])
    assert stale.returncode == 6
    assert "[import_plan_stale]" in stale.stderr


def test_the_office_sees_no_name_of_anybody(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    run(installation, order(written(tmp_path, list(real_rows[:100])), installation))
    with psycopg.connect(installation.conninfo("office")) as office:
        tables = office.execute(
            "select table_name from information_schema.tables where table_schema = 'hotel' and table_type = 'BASE TABLE'"
        ).fetchall()
        names = {name for (name,) in tables}
        assert {"guest", "stay", "occupant", "reservation"} <= names
        for name in sorted(names):
            text = office.execute(f"select coalesce(string_agg(t::text, ' '), '') from hotel.{name} t").fetchone()  # type: ignore[arg-type]
            assert text is not None
            assert "example.com" not in text[0]
            assert "Silva" not in text[0]
    assert os.environ.get("DISCRETION_DATA") is None


def test_a_hotel_without_a_property_is_asked_for_and_not_guessed(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, real_rows: list[bytes]
) -> None:
    done = command(installation, "import", "bookings", str(written(tmp_path, list(real_rows[:5]))))
    assert done.returncode == 2
    assert "[import_hotel_unknown]" in done.stderr
    assert '--hotel "Resort Hotel=CODE"' in done.stderr
    assert rows(installation, COUNTS) == [(0, 0, 0, 0, 0)]


@pytest.mark.parametrize(
    ("text", "code"),
    [(b"", "the file is empty"), (b"a,b\r\n1,2\r\n", "the file has no such column"), (None, "missing or cannot be read")],
)
def test_a_file_that_is_something_else_is_refused_whole(
    installation: Settings, keeper: KeeperProgram, tmp_path: Path, text: bytes | None, code: str
) -> None:
    path = tmp_path / "other.csv"
    if text is not None:
        path.write_bytes(text)
    done = command(installation, "import", "bookings", str(path))
    assert done.returncode == 1
    assert code in done.stderr


def test_guests_of_another_system_come_in_sealed(installation: Settings, keeper: KeeperProgram, tmp_path: Path) -> None:
    path = tmp_path / "mews.jsonl"
    customer = {"Id": "c1", "FirstName": "Wei", "LastName": "Zhang", "Email": "wei@example.org"}
    stay = {
        "Id": "r1", "Number": "52", "State": "Confirmed", "AccountId": "c1", "ScheduledStartUtc": "2026-11-23T06:00:00Z",
        "ScheduledEndUtc": "2026-11-25T04:00:00Z", "PersonCounts": [{"Count": 2}],
    }  # fmt: skip
    path.write_text("\n".join([json.dumps(customer), "{", json.dumps(stay)]))
    words = ("--json", "import", "guests", str(path), "--format", "mews", "--property", "harbour")
    done = command(installation, *words)
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    assert (report["new"], report["guests"], report["places"]) == (1, 1, 2)
    assert report["errors"] == [{"line": 2, "field": "", "rule": "json"}]
    again = json.loads(command(installation, *words).stdout)
    assert (again["new"], again["unchanged"], again["guests"]) == (0, 1, 0)
    assert rows(installation, "select generated, source from hotel.guest") == [(False, "mews")]


def test_two_guests_in_one_room_cost_only_the_second(installation: Settings, keeper: KeeperProgram, tmp_path: Path) -> None:
    def in_room(number: int, room: str) -> str:
        return json.dumps({
            "hotelReservation": {
                "reservationIdList": [{"id": str(number)}], "reservationStatus": "InHouse",
                "roomStay": {
                    "arrivalDate": "2026-11-22", "departureDate": "2026-11-25", "guestCounts": {"adults": 1},
                    "currentRoomInfo": {"roomId": room},
                },
            }
        })  # fmt: skip

    path = tmp_path / "opera.jsonl"
    path.write_text("\n".join([in_room(1, "101"), in_room(2, "101"), in_room(3, "102")]))
    done = command(installation, "--json", "import", "guests", str(path), "--format", "opera", "--property", "harbour")
    assert done.returncode == 3, done.stderr
    assert json.loads(done.stdout)["errors"] == [{"line": 2, "field": "room", "rule": "occupied"}]
    assert rows(installation, "select room_number from hotel.stay order by 1") == [("101",), ("102",)]
