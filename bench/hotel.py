"""A hotel to measure: an installation of its own on an embedded PostgreSQL with fsync on, and as many guests as asked."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from base64 import urlsafe_b64decode
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from bench.passkey import Passkey
from discretion.starter import cluster, data_directory, migrations, roles
from discretion.starter.account import postgres_account
from discretion.wire.lookup import Answer, Hatch, Request
from discretion.wire.settings import Property, Settings, load
from discretion.wire.upkeep import Done, SealBatch, SealedGuest, UpkeepHatch

if TYPE_CHECKING:
    from collections.abc import Iterator

PROPERTY = Property(
    id="0190b0c0d0e080008111111111111111",
    code="bench",
    name_zh="测量酒店",
    name_en="Bench Hotel",
    time_zone="Asia/Shanghai",
    presence="attested",
)
PROPERTY_ID = PROPERTY.property_id
SEAL_BATCH = 1000
RECORD_SIZE_BYTES = 400  # over the four groups that checking in opens clear


class Hotel:
    """The installation under measurement."""

    def __init__(self, directory: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._hatch: Hatch | None = None
        self.directory = directory
        place = cluster.Place(
            files=directory / "postgres",
            sockets=directory / "s",
            log=directory / "postgres.log",
            account=postgres_account(),
        )
        cluster.create(place, "bench", is_synced=True)
        with (place.files / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write("max_connections = 200\n")  # the baseline's 128 clients each hold one
        self.postgres = cluster.Postgres(place)
        self.postgres.start()
        self.sockets = place.sockets
        passwords = {role: f"bench-{role}" for role in roles.LOGINS}
        with psycopg.connect(self.superuser("postgres"), autocommit=True) as connection:
            roles.make_roles(connection, passwords)
            roles.make_database(connection, "discretion")
        with psycopg.connect(self.superuser(), autocommit=True) as connection:
            roles.close_public_schema(connection)
            migrations.migrate(connection, migrations.read())
        data = directory / "data"
        policy = files("discretion.policy").joinpath("policy.toml").read_text("utf-8")
        new = data_directory.NewSettings(
            name=PROPERTY.name_zh, time_zone=PROPERTY.time_zone, properties=(PROPERTY,), is_embedded=False,
            database_host=str(place.sockets), database_port=cluster.PORT, policy="policy.toml",
        )
        data_directory.make(data, new, passwords={
            "superuser": "bench", **{role.removeprefix("discretion_"): word for role, word in passwords.items()},
        })
        # The daily numbers stand in the way of measuring; the counting itself stays on.
        (data / "policy.toml").write_text(
            policy.replace("\nper_day = 250", "\nper_day = 1000000").replace(
                "masked_per_day = 2000", "masked_per_day = 1000000"
            ),
        )
        self.settings: Settings = load(data / "discretion.toml")
        data_directory.prepare_run(self.settings)
        self.process: subprocess.Popen[bytes] | None = None

    def superuser(self, database: str = "discretion") -> str:
        """How the superuser reaches a database."""
        return psycopg.conninfo.make_conninfo(
            host=str(self.sockets), port=cluster.PORT, dbname=database, user=cluster.SUPERUSER, password="bench",
        )

    def command(self, *arguments: str) -> dict[str, Any]:
        """Run one of the keeper's commands and return the last line it printed."""
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "discretion.keeper",
                arguments[0],
                "--settings",
                str(self.settings.path),
                *arguments[1:],
            ],
            check=True,
            capture_output=True,
            text=True,
        )
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return told

    def found(self) -> None:
        """Found the property and start the keeper."""
        with psycopg.connect(self.settings.conninfo("office"), autocommit=True) as office:
            office.execute(
                "insert into hotel.property (property_id, code, name_zh, name_en, time_zone, business_date, presence_by, generated)"
                " values (%s, %s, %s, %s, %s, (now() at time zone %s)::date, 'attested', true)",
                (
                    PROPERTY.id,
                    PROPERTY.code,
                    PROPERTY.name_zh,
                    PROPERTY.name_en,
                    PROPERTY.time_zone,
                    PROPERTY.time_zone,
                ),
            )
        self.command("found", "--property", PROPERTY.id)
        self.start()

    def start(self) -> None:
        """Start the keeper and wait until it serves."""
        reading, writing = os.pipe()
        with (self.directory / "keeper.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "discretion.keeper", "serve", "--settings", str(self.settings.path)],
                pass_fds=(writing,), env={**os.environ, "DISCRETION_READY_FD": str(writing)}, stderr=log,
            )
        os.close(writing)
        with os.fdopen(reading) as file:
            told = file.readline().strip()
        if told != "ready":
            raise RuntimeError(f"the keeper did not start: {told}")

    def keeper_rss_mb(self) -> float:
        """The keeper's resident memory."""
        assert self.process is not None
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return round(int(line.split()[1]) / 1024, 1)
        raise RuntimeError("no VmRSS")

    def clerks(self, count: int) -> list[bytes]:
        """Enrol and sign in this many clerks on shift, present and trained; return their tickets."""
        tickets = []
        for number in range(count):
            told = self.command(
                "invite", "--property", PROPERTY.id, "--staff-number", f"B-{number}", "--name", f"Clerk {number}",
                "--role", "front_desk",
            )
            staff_id, secret = told["staff_id"], urlsafe_b64decode(told["secret"])
            with psycopg.connect(self.settings.conninfo("office"), autocommit=True) as office:
                office.execute(
                    "insert into hotel.shift (property_id, shift_id, staff_id, duty, starts_at, ends_at)"
                    " values (%s, gen_random_uuid(), %s, 'front_desk', now() - interval '1 hour', now() + interval '9 hours')",
                    (PROPERTY.id, staff_id),
                )
                office.execute(
                    "insert into hotel.training (property_id, staff_id, course, version, completed_on, valid_until)"
                    " values (%s, %s, 'privacy', '1', current_date - 1, current_date + 300)", (PROPERTY.id, staff_id),
                )
                office.execute(
                    "insert into hotel.presence (property_id, event_id, staff_id, direction, how)"
                    " values (%s, gen_random_uuid(), %s, 'in', 'badge_desk')", (PROPERTY.id, staff_id),
                )
            tickets.append(Passkey(self.settings).enrol_and_sign_in(PROPERTY_ID, secret))
        return tickets

    def ask(self, message: Request) -> Answer:
        """Return the keeper's answer to one message of the house, over one line that stays open."""
        if self._hatch is None:
            self._hatch = Hatch(str(self.settings.keeper_socket))
        return self._loop.run_until_complete(self._hatch.ask(message))

    def fill(self, guests: int) -> list[bytes]:
        """Make this many arriving guests with sealed records of `RECORD_SIZE_BYTES`; return their ids."""
        ids = [os.urandom(16) for _ in range(guests)]
        hatch = UpkeepHatch(str(self.settings.upkeep_socket))
        for start in range(0, guests, SEAL_BATCH):
            batch = [SealedGuest(guest, _record(start + at)) for at, guest in enumerate(ids[start:start + SEAL_BATCH])]
            answer = hatch.ask(SealBatch(property_id=PROPERTY_ID, guests=batch))
            if not isinstance(answer, Done):
                raise TypeError(f"sealing failed: {answer}")
        hatch.close()
        with psycopg.connect(self.superuser(), autocommit=True) as connection:
            connection.execute("create temporary table made (guest_id uuid, stay_id uuid, n int)")
            with connection.cursor().copy("copy made (guest_id, stay_id, n) from stdin") as copy:
                for number, guest in enumerate(ids):
                    copy.write_row((guest.hex(), os.urandom(16).hex(), number))
            day = "(select business_date from hotel.property)"
            for statement in (
                ("insert into hotel.guest (property_id, guest_id, generated, source, source_id)"
                f" select '{PROPERTY.id}', guest_id, true, 'bench', n::text from made"),
                ("insert into hotel.reservation (property_id, reservation_id, number, source, source_id)"
                f" select '{PROPERTY.id}', stay_id, 'R-' || n, 'bench', n::text from made"),
                "alter table hotel.stay disable trigger capture_insert",
                "alter table hotel.occupant disable trigger capture_insert",
                ("insert into hotel.stay (property_id, stay_id, reservation_id, state, arrival, departure)"
                f" select '{PROPERTY.id}', stay_id, stay_id, 'confirmed', {day}, {day} + 2 from made"),
                ("insert into hotel.occupant (property_id, stay_id, position, guest_id, is_primary)"
                f" select '{PROPERTY.id}', stay_id, 0, guest_id, true from made"),
                "alter table hotel.stay enable always trigger capture_insert",
                "alter table hotel.occupant enable always trigger capture_insert",
                "vacuum analyze",
            ):
                connection.execute(statement)
        return ids

    def stop(self) -> None:
        """Stop everything."""
        if self._hatch is not None:
            self._loop.run_until_complete(self._hatch.close())
        self._loop.close()
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
        self.postgres.stop()


@contextmanager
def hotel() -> Iterator[Hotel]:
    """A hotel in a directory of its own, removed afterwards."""
    directory = Path(tempfile.mkdtemp(prefix="bench-"))
    directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
    made = Hotel(directory)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(directory, ignore_errors=True)


def _record(number: int) -> dict[str, bytes]:
    """Four field groups of 400 bytes together, different for each guest."""
    identity = {
        "name": f"Guest {number:09d} of the bench",
        "given": f"G{number:09d}",
        "surname": "Bench",
        "age_category": "adult",
        "nationalities": ["PRT"],
    }
    contact = {"phones": [{"e164": f"+3519{number:08d}", "country_code": 351, "national": f"9{number:08d}"}]}
    booking = {"number": f"R-{number}", "adults": 2, "room_type": "A", "meal": "BB"}
    groups = {"identity": identity, "contact": contact, "booking": booking}
    used = sum(len(json.dumps(value, separators=(",", ":"))) for value in groups.values())
    filler = max(1, RECORD_SIZE_BYTES - used - len('{"diet":""}'))
    return {
        **{name: json.dumps(value, separators=(",", ":")).encode() for name, value in groups.items()},
        "preferences": json.dumps({"diet": os.urandom(filler).hex()[:filler]}, separators=(",", ":")).encode(),
    }
