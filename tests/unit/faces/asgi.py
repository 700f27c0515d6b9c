"""One request to the house, straight into its application: no socket, no keeper, no database."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discretion.faces import desk, kit, portal
from discretion.faces.house import application
from discretion.faces.kit.means import Hatches, HouseSettings, Means
from discretion.faces.kit.render import Pages
from discretion.office.database import Office
from discretion.office.doors.keys import DoorKeys
from discretion.watch.window import Window

if TYPE_CHECKING:
    from litestar import Litestar

ORIGIN = "http://localhost:1"


@cache
def house_without_anything_behind(**changed: Any) -> Litestar:
    """The house over a keeper and a database that are not there; what needs them answers 503."""
    settings = HouseSettings(**{"origin": ORIGIN} | changed)
    pages = Pages([kit.TEMPLATES, desk.TEMPLATES, portal.TEMPLATES], desk.NAMES)
    return application(Means(settings, Hatches("/nowhere/keeper.sock"), Office("host=/nowhere"), pages, Window("host=/nowhere"), DoorKeys(Path("/nowhere"))))


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Return one header, empty when it is not there."""
        return next((value for key, value in self.headers if key == name), "")


async def asked(
    app: Litestar, path: str, *, method: str = "GET", body: bytes = b"", host: str = "localhost:1", **headers: str,
) -> Answered:
    """Return the answer to one request."""
    path, _, query = path.partition("?")
    given = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    if body:
        given["content-length"] = str(len(body))
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    await app({
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": method,
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items() if value],
        "client": ("127.0.0.1", 2), "server": ("localhost", 1), "extensions": {}, "state": {},
    }, receive, send)  # type: ignore[arg-type]
    start = sent[0]
    found = [(name.decode().lower(), value.decode()) for name, value in start["headers"]]
    return Answered(start["status"], found, b"".join(message.get("body", b"") for message in sent[1:]))
