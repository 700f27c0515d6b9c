"""The house: pages and API in one process, between browsers and the keeper.

Trust: whoever controls this process can act as the sessions live at that moment, inside policy and budget, on the
record. It has no key and no right to a sealed record. Of the ledger it reads the published form, under the auditor's
role, which has no opening (decision 0014).

Left to others: TLS of a reverse proxy, starting and stopping (the starter), what is decided and opened (the keeper).
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import uvloop
from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from litestar import Litestar, Request, Router
from litestar.di import Provide

from discretion.faces import api, desk, kit, portal, watchroom
from discretion.faces.api.contract import openapi_document as openapi_document  # noqa: PLC0414 - for the command line
from discretion.faces.api.problem import problem_of
from discretion.faces.desk.welcome import WelcomeKey
from discretion.faces.kit.doorstep import LOGGER, Doorstep
from discretion.faces.kit.gate import gate_of
from discretion.faces.kit.means import Hatches, HouseSettings, Means
from discretion.faces.kit.render import Pages
from discretion.faces.kit.seat import Caller, GuestSeat, Seat, guest_of, seat_of
from discretion.faces.kit.trouble import exception_handlers
from discretion.insight.transparency import folder_of
from discretion.office.database import Office, OfficeUnavailableError
from discretion.office.doors.keys import DIRECTORY, DoorKeys
from discretion.office.releases import starting_text
from discretion.watch.window import Window
from discretion.wire.journal import write_journal
from discretion.wire.readiness import tell_failed, tell_ready
from discretion.wire.settings import SettingsError, read_secret

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from discretion.wire.settings import Settings

WELCOME_KEY_FILE = "welcome.key"
_BODY_SIZE_BYTES_MAX = 128 * 1024
_BUFFER_SIZE_BYTES_MAX = 64 * 1024
_CONNECTIONS_MAX = 8
_BACKLOG = 1024
_log = logging.getLogger(LOGGER)


def build(settings: Settings, *, is_development: bool = False) -> Litestar:
    """Return the application. Nothing is connected yet: that is its lifespan's.

    Errors: `SettingsError` when a secret cannot be read.
    """
    shown = HouseSettings(
        origin=settings.house.origin,
        first_language=settings.installation.languages[0],
        is_demo=settings.installation.demo,
        welcome_key=_welcome_key(settings),
        is_development=is_development,
        properties={each.code: each.property_id for each in settings.properties},
        starting_policy=_starting_policy(settings),
        transparency=str(folder_of(settings)),
        leave_to=(settings.portal and settings.portal.leave_to) or "/my/left",
        has_texts=bool(settings.portal and settings.portal.text_gateway),
        networks={each.property_id: each.networks for each in settings.properties if each.networks},
        is_behind_proxy=settings.house.behind_proxy,
    )
    means = Means(
        shown, Hatches(str(settings.keeper_socket)),
        Office(settings.conninfo("office"), connections_max=_CONNECTIONS_MAX),
        Pages([kit.TEMPLATES, desk.TEMPLATES, portal.TEMPLATES, watchroom.TEMPLATES], desk.NAMES),
        Window(settings.conninfo("auditor")), DoorKeys(settings.secrets / DIRECTORY),
    )
    return application(means)


def application(means: Means) -> Litestar:
    """Return the application over what it works with."""
    settings = means.settings
    pages = [*desk.PAGES, *watchroom.PAGES]
    if settings.is_demo:
        pages += desk.DEMO_PAGES
    if settings.is_development:
        pages += desk.DEVELOPMENT_PAGES
    welcome_key = WelcomeKey(settings)

    async def seat(request: Request[Any, Any, Any]) -> Seat:
        return await seat_of(request, means)

    async def guest(request: Request[Any, Any, Any]) -> GuestSeat:
        return await guest_of(request, means)

    async def caller(request: Request[Any, Any, Any]) -> Caller:
        return Caller(request, means)

    async def welcome() -> WelcomeKey:
        return welcome_key

    async def at_hand() -> Means:
        return means

    app = Litestar(
        route_handlers=[
            Router("/", route_handlers=pages, before_request=gate_of(means), include_in_schema=False,
                   dependencies={"seat": Provide(seat), "caller": Provide(caller), "welcome_key": Provide(welcome)}),
            Router("/", route_handlers=list(portal.PAGES), before_request=gate_of(means), include_in_schema=False,
                   dependencies={"guest": Provide(guest), "caller": Provide(caller)}),
            Router("/api/v1", route_handlers=list(api.ROUTES), dependencies={"means": Provide(at_hand)}),
            Router("/api/presence", route_handlers=list(api.CONTROLLERS), dependencies={"means": Provide(at_hand)}),
            Router("/ledger", route_handlers=list(api.PUBLISHED), dependencies={"means": Provide(at_hand)}),
        ],
        exception_handlers=exception_handlers(means, problem_of),  # type: ignore[arg-type]
        lifespan=[_lifespan(means)],
        openapi_config=None,
        request_max_body_size=_BODY_SIZE_BYTES_MAX,
        logging_config=None,
    )  # fmt: skip
    app.asgi_handler = Doorstep(app.asgi_handler, settings)
    return app


def run(settings: Settings) -> None:
    """Serve until a signal comes; requests under way are answered first.

    Plain HTTP on loopback only: `settings.load` refuses anything else.
    """
    write_journal("house")
    try:
        uvloop.run(_serve(settings))
    except OfficeUnavailableError as error:
        _fail("database_away", error)
    except SettingsError as error:
        _fail(error.code, error)
    except OSError as error:
        _fail("address_in_use" if error.errno == errno.EADDRINUSE else "address_unusable", error)


def _fail(code: str, error: Exception) -> NoReturn:
    """Say why this program ends, to whoever started it and in the log."""
    tell_failed(code)
    _log.error("not started", extra={"fields": {"code": code}}, exc_info=error)
    raise SystemExit(1) from error


class _Listening(Server):
    """Granian in this process, on a socket that listens already.

    Its own would be bound with SO_REUSEPORT: a second house on the same port would not be noticed, and nobody could
    tell when the first connection is taken.
    """

    def __init__(self, listener: socket.socket, app: Litestar, **options: Any) -> None:  # noqa: ANN401 - Granian's own
        super().__init__(app, interface=Interfaces.ASGINL, **options)
        self._listener = listener

    def _init_shared_socket(self) -> None:
        self._ssp = None
        holder: Any = SocketHolder  # its type stub leaves its arguments out
        self._shd = holder(self._listener.fileno(), False, _BACKLOG)


async def _serve(settings: Settings) -> None:
    house = settings.house
    app = build(settings)
    listener = _listener(house.host, house.port)
    server = _Listening(
        listener, app, http=HTTPModes.auto, websockets=False, log_enabled=False, backlog=_BACKLOG,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=_BUFFER_SIZE_BYTES_MAX),
        ssl_cert=settings.directory / house.tls_cert if house.tls_cert else None,
        ssl_key=settings.directory / house.tls_key if house.tls_key else None,
    )  # fmt: skip
    server.on_startup(tell_ready)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    async with app.lifespan():
        await server.serve()


def _listener(host: str, port: int) -> socket.socket:
    """Return a listening socket. Errors: `OSError` when the address is taken or not ours."""
    family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, number)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    listener.listen(_BACKLOG)
    listener.setblocking(False)
    return listener


@asynccontextmanager
async def _lifespan_of(means: Means) -> AsyncIterator[None]:
    async with means.office, means.window:
        try:
            yield
        finally:
            await means.hatches.close()


def _lifespan(means: Means) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    def begin(_app: Litestar) -> AbstractAsyncContextManager[None]:
        return _lifespan_of(means)

    return begin


def _starting_policy(settings: Settings) -> bytes:
    """Return the policy the keeper was started with; nothing where this account may not read it."""
    try:
        return starting_text(settings.directory / settings.keeper.policy if settings.keeper.policy else None)
    except OSError:
        return b""


def _welcome_key(settings: Settings) -> str:
    """Return the one-time key of a demo's link; a real installation has none, whatever lies in its folder."""
    if not settings.installation.demo:
        return ""
    return read_secret(settings.secrets / WELCOME_KEY_FILE)
