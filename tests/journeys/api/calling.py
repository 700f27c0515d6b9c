"""One request to the API of a running house, as a program would send it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from tests.cast import Player
    from tests.houses import RunningHouse

OPENER = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Said:
    """What the API answered."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Caller:
    """A program with somebody's ticket."""

    house: RunningHouse
    ticket: str

    def get(self, path: str, **headers: str) -> Said:
        """Read."""
        return self._said(Request(self.house.origin + path, headers=self._headers(headers)))

    def post(self, path: str, body: Any, **headers: str) -> Said:
        """Ask or change; bytes are sent as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._said(Request(self.house.origin + path, data=raw, headers=self._headers(headers) | {"content-type": "application/json"}))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        own = {"authorization": f"Bearer {self.ticket}"} if self.ticket else {}
        return own | {name.replace("_", "-"): value for name, value in more.items()}

    def _said(self, request: Request) -> Said:
        try:
            with OPENER.open(request, timeout=20) as answered:
                return Said(answered.status, dict(answered.headers), json.loads(answered.read()))
        except HTTPError as error:
            with error:
                return Said(error.code, dict(error.headers), json.loads(error.read()))


def caller(house: RunningHouse, player: Player) -> Caller:
    """Return a program that acts for somebody who signs in now."""
    return Caller(house, house.ticket(player)["value"])


def new_id() -> str:
    """Return a random id as the API writes it."""
    return os.urandom(16).hex()
