"""Who may reach the pages of processors and recipients, and say that one was told: as a table that people review."""

from __future__ import annotations

import difflib
from base64 import urlsafe_b64decode
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from discretion.faces.kit.crossing import TOKEN_FIELD, token_of
from discretion.hotel.purpose import Role

if TYPE_CHECKING:
    from tests.houses import RunningHouse

REVIEWED = Path(__file__).with_name("who_may_reach_processors.txt")
HEAD = """\
# r may read or do it, - may not. In order: the list, the form for a new one, adding one; the form of one, changing and ending it;
# saying in a request that one was told, and that it confirmed."""
SOME = "0" * 32
ROUTES = (
    ("GET", "/privacy/processors"), ("GET", "/privacy/processors/new"), ("POST", "/privacy/processors"),
    ("GET", f"/privacy/processors/{SOME}"), ("POST", f"/privacy/processors/{SOME}"), ("POST", f"/privacy/processors/{SOME}/end"),
    ("POST", "/rights/R-7F3K-22/told"), ("POST", "/rights/R-7F3K-22/confirmed"),
)
REACHED = {200, 404, 422}  # the page; nothing of this id; a form that says too little


def statuses(house: RunningHouse, role: str) -> list[int]:
    """Return what somebody in this duty is answered, route by route."""
    place = urlsplit(house.origin)
    cookie = house.ticket(house.on_duty(f"Test {role}", role))
    token = token_of(urlsafe_b64decode(cookie["value"]))
    found = []
    for method, path in ROUTES:
        connection = HTTPConnection(place.hostname or "", place.port)
        body = urlencode({TOKEN_FIELD: token}) if method == "POST" else None
        headers = {"cookie": f"ticket={cookie['value']}", "content-type": "application/x-www-form-urlencoded", "origin": house.origin}
        connection.request(method, path, body, headers)
        found.append(connection.getresponse().status)
        connection.close()
    return found


def test_the_pages_let_in_whom_was_reviewed(house: RunningHouse) -> None:
    lines = HEAD.splitlines()
    for role in Role:
        found = statuses(house, role)
        assert set(found) <= REACHED | {403}, (role, found)
        lines.append(f"{role:<17}" + "".join("r" if status in REACHED else "-" for status in found))
    reviewed = REVIEWED.read_text("utf-8").splitlines()
    changed = "\n".join(difflib.unified_diff(reviewed, lines, REVIEWED.name, "the pages", lineterm="", n=0))
    assert lines == reviewed, f"let somebody else review this, then write it to {REVIEWED.name}:\n{changed}"
