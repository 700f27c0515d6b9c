"""Door controllers: sources of a hotel, each with its secret, and the reports they send over HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import http.client
import io
import itertools
import json
import time
from base64 import urlsafe_b64encode
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from discretion.faces.cli.frame import run
from discretion.office import terminals
from discretion.office.database import Office
from discretion.wire import lookup
from tests.authenticator import Authenticator
from tests.cast import Player, Stage, new_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from discretion.wire.settings import Settings
    from tests.houses import RunningHouse

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the house said."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The code of a problem, empty for none."""
        return str(self.body.get("code", ""))


@dataclass(frozen=True, slots=True)
class Controller:
    """A door controller of one hotel, in our own form."""

    name: str
    code: str
    address: str
    secret: str

    def event(self, badge: str, direction: str = "in", *, ago: float = 0, **more: Any) -> dict[str, Any]:
        """Return an event of this hotel, so many seconds ago."""
        at = datetime.now(UTC) - timedelta(seconds=ago)
        return {"badge": badge, "property": self.code, "door": "staff entrance", "direction": direction, "at": at.isoformat(),
                "event_id": f"e{next(_numbers)}", **more}

    def sign(self, raw: bytes, *, seconds: int | None = None, secret: str = "") -> dict[str, str]:
        """Return the headers over these bytes."""
        at = str(int(time.time()) if seconds is None else seconds)
        digest = hmac.new((secret or self.secret).encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
        return {"x-discretion-timestamp": at, "x-discretion-signature": f"v1={digest}"}

    def report(self, *events: dict[str, Any], headers: dict[str, str] | None = None) -> Answered:
        """Report events: one as it is, more as a list."""
        raw = json.dumps(events[0] if len(events) == 1 else list(events)).encode()
        return self.send(raw, self.sign(raw) if headers is None else headers)

    def send(self, raw: bytes, headers: dict[str, str], address: str = "") -> Answered:
        """Send these very bytes."""
        where = urlsplit(address or self.address)
        connection = http.client.HTTPConnection(where.netloc, timeout=20)
        try:
            connection.request("POST", where.path, raw, {"content-type": "application/json", **headers})
            answered = connection.getresponse()
            return Answered(answered.status, {name.lower(): value for name, value in answered.getheaders()}, json.loads(answered.read()))
        finally:
            connection.close()


def command(settings: Settings, *words: str) -> tuple[int, Any]:
    """Run a command of the operator on an installation; return its exit code and what it printed, as JSON."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(["--settings", str(settings.path), "--lang", "en", "--no-input", "--json", *words])
    return code, json.loads(out.getvalue() or err.getvalue())


def controller(settings: Settings, code: str, *, format_name: str = "discretion", doors: tuple[str, ...] = ()) -> Controller:
    """Return a new source of a hotel."""
    name = f"gate-{next(_numbers)}"
    ended, made = command(
        settings, "door", "source", "add", name, "--property", code, "--format", format_name, *(word for door in doors for word in ("--door", door)),
    )
    assert ended == 0, made
    return Controller(name, code, made["address"], made["secret"])


@pytest.fixture(scope="session")
def harbour_gate(house: RunningHouse) -> Controller:
    """The staff entrance of Harbour."""
    return controller(house.stage.settings, "harbour")


@pytest.fixture(scope="session")
def hilltop_gate(house: RunningHouse) -> Controller:
    """The staff entrance of Hilltop."""
    return controller(house.stage.settings, "hilltop")


def hired(house: RunningHouse, name: str = "Mina", duty: str = "front_desk", *, is_present: bool = True) -> Player:
    """Return somebody new at Harbour, on shift and signed in, whose passkey is of this house's origin."""
    stage, staff_id = house.stage, new_id()
    player = Player(stage, name, stage.iris.property_id, staff_id, duty, Authenticator(house.origin))
    place = player.property_id.hex()
    stage.office.execute(
        "insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, %s, %s)", (place, staff_id.hex(), f"D-{next(_numbers)}", name),
    )
    stage.office.execute("insert into hotel.staff_role (property_id, staff_id, role) values (%s, %s, %s)", (place, staff_id.hex(), duty))
    stage.shift(player)
    stage.trained(player)
    if is_present:
        stage.present(player)
    invited = stage.iris.ask(lookup.Invite, staff_id=staff_id)
    assert isinstance(invited, lookup.Entered), invited
    stage.enrol(player.authenticator, invited.detail)
    return player.sign_in()


def badge_of(stage: Stage, player: Player, number: str = "") -> str:
    """Give somebody a badge; return its number."""
    number = number or f"DB-{next(_numbers):04d}"
    stage.office.execute(
        "insert into hotel.badge (property_id, number, staff_id) values (%s, %s, %s)", (player.property_id.hex(), number, player.staff_id.hex()),
    )
    return number


def twin_at(stage: Stage, admin: Player) -> Player:
    """Return a member of staff at the administrator's hotel who was never there."""
    staff_id = new_id()
    stage.office.execute(
        "insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, %s, 'Twin')",
        (admin.property_id.hex(), staff_id.hex(), f"T-{next(_numbers)}"),
    )
    return Player(stage, "Twin", admin.property_id, staff_id, "front_desk", admin.authenticator)


def last_of(stage: Stage, player: Player) -> tuple[str, str]:
    """Return direction and way of somebody's last presence."""
    found = stage.superuser.execute(
        "select direction, how from hotel.presence where property_id = %s and staff_id = %s order by at desc limit 1",
        (player.property_id.hex(), player.staff_id.hex()),
    ).fetchone()
    assert found is not None
    return found[0], found[1]


def office(stage: Stage, do: Callable[[Office], Awaitable[Any]]) -> Any:
    """Return what the office answers over a connection of its own."""

    async def main() -> Any:
        async with Office(stage.settings.conninfo("office"), connections_max=2) as opened:
            return await do(opened)

    found: list[Any] = []
    thread = Thread(target=lambda: found.append(asyncio.run(main())))  # a browser's driver keeps a loop in this one
    thread.start()
    thread.join()
    return found[0]


def terminal_secret(house: RunningHouse) -> bytes:
    """Return the secret of a new shared terminal of Harbour."""
    place, name = house.stage.iris.property_id, f"Terminal {next(_numbers)}"
    code = office(house.stage, lambda opened: terminals.add_terminal(opened, place, new_id(), name, "lobby", house.stage.iris.staff_id))
    secret = office(house.stage, lambda opened: terminals.enrol(opened, code))
    assert isinstance(secret, bytes), secret
    return secret


def terminal_cookie(house: RunningHouse) -> dict[str, Any]:
    """Return the cookie of a new shared terminal of Harbour."""
    value = urlsafe_b64encode(terminal_secret(house)).decode()
    return {"name": "terminal", "value": value, "url": house.origin, "httpOnly": True, "sameSite": "Strict"}
