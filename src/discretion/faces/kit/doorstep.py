"""The doorstep: what holds for every request before any page or ask is looked for.

Rules:
* A request for another host than ours is turned away: a page of somebody else must not reach a house on loopback.
* Every answer carries the same strict headers. Only the static files may be kept by anybody.
* One line of JSON for each request: method, route (never the path: it may hold an id), status, milliseconds.

It stands before the router, because Litestar's own middleware does not run for a path that no route has.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec
from litestar.enums import ScopeType

if TYPE_CHECKING:
    from litestar.types import ASGIApp, Message, Receive, Scope, Send

    from discretion.faces.kit.means import HouseSettings

_CSP_PAGE: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types 'none'"
)
_CSP_GUEST: Final = (  # pages for guests and for everybody: no script at all
    "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_CSP_DATA: Final = "default-src 'none'; frame-ancestors 'none'"
_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self)"),
)
_NO_STORE: Final = (b"cache-control", b"no-store")
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")
_ENCODER: Final = msgspec.json.Encoder()
LOGGER: Final = "discretion.faces"
FOR_GUESTS: Final = ("/my/", "/policy/", "/transparency/")
FOR_MACHINES: Final = ("/api/", "/ledger/")  # what begins so is read by programs: no page, no script


class Doorstep:
    """The outermost part of the house's ASGI application."""

    def __init__(self, app: ASGIApp, settings: HouseSettings) -> None:
        """Prepare the headers once."""
        self._app = app
        self._host = urlsplit(settings.origin).netloc.encode()
        always = (*_ALWAYS, _HSTS) if settings.is_secure else _ALWAYS
        self._page = (*always, (b"content-security-policy", _CSP_PAGE.encode()))
        self._guest = (*always, (b"content-security-policy", _CSP_GUEST.encode()))
        self._data = (*always, (b"content-security-policy", _CSP_DATA.encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request and write its line."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        headers = self._headers(scope["path"])
        status = 500

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = list(message.get("headers", ()))
                if not any(name == b"cache-control" for name, _ in given):
                    given.append(_NO_STORE)
                message["headers"] = [*given, *headers]
            await send(message)

        try:
            if self._is_ours(scope):
                await self._app(scope, receive, send_with_headers)
            else:
                await _turn_away(send_with_headers)
        finally:
            write_request(
                method=scope["method"],
                route=scope.get("path_template") or "none",
                status=status,
                ms=round((time.perf_counter() - began) * 1000, 2),
            )

    def _headers(self, path: str) -> tuple[tuple[bytes, bytes], ...]:
        if path.startswith(FOR_MACHINES):
            return self._data
        return self._guest if is_for_guests(path) else self._page

    def _is_ours(self, scope: Scope) -> bool:
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        return hosts == [self._host]


def is_for_guests(path: str) -> bool:
    """Whether a page at this address has no script."""
    return f"{path}/".startswith(FOR_GUESTS)


async def _turn_away(send: Send) -> None:
    """Answer 421: this house does not go by that name."""
    body = b"421 misdirected request\n"
    await send({
        "type": "http.response.start", "status": 421,
        "headers": [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())],
    })  # fmt: skip
    await send({"type": "http.response.body", "body": body, "more_body": False})


def write_request(**facts: str | float) -> None:
    """Write a request's line, in the form of `wire.journal` but without its machinery: it is on every ask's path.

    Whoever calls vouches that no fact is about a guest.
    """
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = {"at": at, "level": "info", "program": "house", "logger": LOGGER, "event": "request", **facts}
    sys.stderr.write(_ENCODER.encode(line).decode() + "\n")
