"""A running house in front of a stage: the same programs as in an installation, at a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from discretion.wire.settings import load
from tests.cast import Guest, Player, Stage
from tests.keeper_program import KeeperProgram
from tests.stages import FirstStage, copied_stage


@dataclass(slots=True)
class RunningHouse:
    """A stage with a house in front of it, and the pages of its people."""

    stage: Stage
    origin: str
    process: subprocess.Popen[bytes]
    log: Path
    rooms: list[str] = field(default_factory=list)

    def ticket(self, player: Player) -> dict[str, Any]:
        """Return the cookie of somebody who signs in now."""
        value = urlsafe_b64encode(player.sign_in().ticket).decode()
        return {"name": "ticket", "value": value, "url": self.origin, "httpOnly": True, "sameSite": "Strict"}

    def on_duty(self, name: str, duty: str) -> Player:
        """Return somebody of Harbour at work in a duty, hired at the first asking; a page opens as them by this name."""
        if name not in self.stage.players:
            self.stage.players[name] = self.stage.hire(name, duty)
        return self.stage.players[name]

    def lines(self) -> list[str]:
        """Return what the house has logged."""
        return self.log.read_text("utf-8").splitlines()

    def arriving(self, **records: bytes) -> Guest:
        """Return a new guest due in today, with a free room assigned."""
        guest = self.stage.guest("arriving", **records)
        self.assign(guest)
        return guest

    def assign(self, guest: Guest, *, balance: str = "0") -> str:
        """Give a guest's stay a free room of its own; return the room."""
        room = f"{1000 + len(self.rooms)}"
        self.rooms.append(room)
        place = guest.property_id.hex()
        self.stage.office.execute("insert into hotel.room (property_id, number, floor, type) values (%s, %s, '10', 'K')", (place, room))
        self.stage.office.execute(
            "update hotel.stay set room_number = %s, balance = %s, currency = 'CNY' where property_id = %s and stay_id = %s",
            (room, balance, place, guest.stay_id.hex()),
        )
        return room

    def free_room(self) -> str:
        """Return a new room that nobody has."""
        room = f"{2000 + len(self.rooms)}"
        self.rooms.append(room)
        self.stage.office.execute(
            "insert into hotel.room (property_id, number, floor, type) values (%s, %s, '20', 'K')", (self.stage.ada.property_id.hex(), room),
        )
        return room


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def start_house(stage: Stage, log: Path) -> subprocess.Popen[bytes]:
    """Start a house over the stage's settings and wait until it is ready."""
    reading, writing = os.pipe()
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "discretion", "house", "--settings", str(stage.settings.path)],
            pass_fds=(writing,), env={**os.environ, "DISCRETION_READY_FD": str(writing), "PYTHONPATH": "src"}, stderr=file,
        )
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.readline().strip()
    assert said == "ready", (said, log.read_text("utf-8"))
    return process


def _bound_to(player: Player, origin: str) -> Player:
    """Return the player with a passkey of their own for this origin; the other stages keep theirs."""
    authenticator = copy(player.authenticator)
    authenticator.origin = origin
    return replace(player, authenticator=authenticator)


@pytest.fixture(scope="session")
def house(first_stage: FirstStage, run_directory: Path) -> Iterator[RunningHouse]:
    """The cast's house, open at a port of its own; passkeys are bound to its origin."""
    with opened_house(first_stage, run_directory / "browser-stage") as opened:
        yield opened


@pytest.fixture(autouse=True)
def nobody_is_idle(request: pytest.FixtureRequest) -> None:
    """A long run ends no session of those who share a stage: every few minutes everybody uses theirs."""
    for name in {"house", "stage"} & set(request.fixturenames):
        shared = request.getfixturevalue(name)
        stage = shared.stage if isinstance(shared, RunningHouse) else shared
        if isinstance(stage, Stage):
            stage.stay_signed_in()


@contextmanager
def opened_house(first_stage: FirstStage, directory: Path, settings: Mapping[str, str] | None = None) -> Iterator[RunningHouse]:
    """A house for one test, which may break it; `settings` are lines of its file in the place of others."""
    port = free_port()
    origin = f"http://localhost:{port}"
    with copied_stage(first_stage, directory, is_started=False) as stage:
        path = stage.settings.path
        text = path.read_text("utf-8").replace("port = 8080", f"port = {port}").replace("http://localhost:8080", origin)
        for line, other in (settings or {}).items():
            assert line in text
            text = text.replace(line, other)
        path.write_text(text, "utf-8")
        stage.settings = load(path)
        stage.keeper = KeeperProgram(stage.settings)
        assert stage.start() == "ready"
        stage.players = {name: _bound_to(player, origin) for name, player in stage.players.items()}
        log = stage.settings.log / "house.log"
        process = start_house(stage, log)
        try:
            yield RunningHouse(stage, origin, process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
