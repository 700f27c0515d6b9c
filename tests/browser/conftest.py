"""The house in a real browser: a running keeper and house over the run's PostgreSQL, Debian's Chromium in front.

Without Chromium these tests are skipped, and say in one line what to install; CI sets CHROMIUM_REQUIRED and never skips.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from discretion.wire.settings import load
from tests.cast import Guest, Player, Stage
from tests.keeper_program import KeeperProgram
from tests.stages import FirstStage, copied_stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
INSTALL = "Chromium is missing: apt install chromium fonts-wqy-microhei fonts-inter (or set CHROMIUM to its path)"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here as the browser's, and skip it visibly where there is none."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None and not os.environ.get("CHROMIUM_REQUIRED"):
                item.add_marker(pytest.mark.skip(reason=INSTALL))


@pytest.fixture(scope="session")
def base_url() -> str:
    """No address of its own: each page's context has the house's."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    assert CHROMIUM, INSTALL
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce",
            "viewport": {"width": 1280, "height": 900}}


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
    port = free_port()
    origin = f"http://localhost:{port}"
    with copied_stage(first_stage, run_directory / "browser-stage", is_started=False) as stage:
        path = stage.settings.path
        path.write_text(path.read_text("utf-8").replace("port = 8080", f"port = {port}").replace("http://localhost:8080", origin), "utf-8")
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


@pytest.fixture
def page_of(house: RunningHouse, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody, by name; any further words go to the browser's context. No error may be left unsaid."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(name: str = "", **changed: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, "base_url": house.origin, **changed})
        contexts.append(context)
        if name:
            context.add_cookies([house.ticket(house.stage.players[name])])
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI))",
        )
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" and "status of 4" not in message.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
