"""A real keeper on a real database: founded, started, spoken to over its sockets, killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Any

import psycopg

from discretion.starter import data_directory

if TYPE_CHECKING:
    from discretion.wire.settings import Settings


class KeeperProgram:
    """One keeper process of an installation."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the keeper's commands to its end."""
        return subprocess.run(
            [sys.executable, "-m", "discretion.keeper", arguments[0], "--settings", str(self.settings.path), *arguments[1:]],
            check=False, capture_output=True, text=True,
        )

    def found(self) -> None:
        """Found every property of the settings: its row, its keys, its empty ledger."""
        with psycopg.connect(self.settings.conninfo("office"), autocommit=True) as office:
            for each in self.settings.properties:
                office.execute(
                    "insert into hotel.property (property_id, code, name_zh, name_en, time_zone, business_date, presence_by)"
                    " values (%s, %s, %s, %s, %s, (now() at time zone %s)::date, %s)",
                    (each.id, each.code, each.name_zh, each.name_en, each.time_zone, each.time_zone, each.presence),
                )
        for each in self.settings.properties:
            done = self.command("found", "--property", each.id)
            assert done.returncode == 0, done.stderr

    def invite(self, property_id: str, number: str, name: str, role: str) -> tuple[bytes, bytes]:
        """Make a member of staff; return their id and the secret of their link."""
        done = self.command(
            "invite", "--property", property_id, "--staff-number", number, "--name", name, "--role", role,
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return bytes.fromhex(told["staff_id"]), urlsafe_b64decode(told["secret"])

    def start(self) -> str:
        """Start serving and wait until it is ready; return its line of readiness."""
        data_directory.prepare_run(self.settings)
        reading, writing = os.pipe()
        log = (self.settings.log / "keeper.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "discretion.keeper", "serve", "--settings", str(self.settings.path)],
            pass_fds=(writing,), env={**os.environ, "DISCRETION_READY_FD": str(writing)}, stderr=log,
        )
        log.close()
        os.close(writing)
        with os.fdopen(reading) as file:
            return file.readline().strip()

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Stop it as an operator would; return its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)
