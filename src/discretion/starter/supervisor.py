"""Runs PostgreSQL and the three programs over one data directory, for as long as nobody says stop.

Rules:
* Started in order: PostgreSQL, keeper, then house and worker. Stopped in the other: house, worker, keeper, PostgreSQL.
* A program that ends by itself is started again, after a pause that doubles up to ten seconds while it keeps ending.
* During the first start nothing is tried twice: whatever fails is the answer, and everything started is stopped again.

Use: `async with Supervisor(settings, say) as programs:`, then `start_database`, `start`, and `watch`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Self

from discretion.starter import cluster, data_directory, programs
from discretion.starter.backup_clock import keep_backups
from discretion.starter.database import prepare_schema
from discretion.starter.errors import StarterError
from discretion.starter.log_file import LogFile
from discretion.watch.published import PublishedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from discretion.starter.programs import Child
    from discretion.wire.settings import Settings

STATUS_FILE: Final = "run/status.json"
_STOP_ORDER = ("house", "worker", "keeper")
_PAUSE_SECONDS_MIN = 0.1
_PAUSE_SECONDS_MAX = 10.0
_STEADY_SECONDS = 60.0
_POLL_SECONDS = 0.02
_log = logging.getLogger("discretion.starter")


class Supervisor:
    """Holds the data directory and what runs over it.

    Shapes: `say` hears events (`starting`, `ready`, `ended`, `again`, `stopping`) and a program's name.
    Errors on entering: `StarterError` `already_running`, `disk_full`, those of the secrets.
    """

    def __init__(
        self, settings: Settings, say: Callable[[str, str], None] = lambda _event, _program: None, *,
        is_log_on_stderr: bool = False,
    ) -> None:
        self._settings = settings
        self._say = say
        self._is_log_on_stderr = is_log_on_stderr
        self._held = ExitStack()
        self._children: dict[str, Child] = {}
        self._postgres: cluster.Postgres | None = None
        self._since: dict[str, str] = {}
        self._again: dict[str, int] = {}
        self._stopping = asyncio.Event()
        self._starting: asyncio.Task[object] | None = None

    async def __aenter__(self) -> Self:
        """Check what can be checked before anything runs, and hold the directory."""
        self._held.enter_context(data_directory.hold(self._settings.directory))
        try:
            data_directory.check_space(self._settings)
            data_directory.check_secrets(self._settings)
            data_directory.prepare_run(self._settings)
        except BaseException:
            self._held.close()
            raise
        loop = asyncio.get_running_loop()
        self._starting = asyncio.current_task()
        for means in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(means, self._stop_asked)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None,
    ) -> bool:
        """Stop everything in order. A start that a signal ended is not an error here; see `is_stopping`."""
        self._starting = None
        self._say("stopping", "")
        try:
            for name in _STOP_ORDER:
                if (child := self._children.pop(name, None)) is not None:
                    await child.stop()
        finally:
            if self._postgres is not None:
                self._postgres.stop()
            for means in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().remove_signal_handler(means)
            (self._settings.directory / STATUS_FILE).unlink(missing_ok=True)
            self._held.close()
        return isinstance(error, asyncio.CancelledError) and self.is_stopping

    @property
    def is_stopping(self) -> bool:
        """Whether a signal asked for the end."""
        return self._stopping.is_set()

    async def start_database(self) -> None:
        """Start PostgreSQL when it is ours, and bring the schema up to date. Errors: `StarterError`."""
        if self._settings.database.embedded:
            self._say("starting", "postgres")
            self._postgres = cluster.Postgres(data_directory.place(self._settings))
            await self._wait_for_postgres(self._postgres)
        prepare_schema(self._settings)

    async def start(self, *names: str) -> None:
        """Return when all of these programs are ready. Errors: `StarterError` of the first that is not."""
        for name in names:
            self._say("starting", name)
        done = await asyncio.gather(*(self._start_one(name) for name in names), return_exceptions=True)
        for failed in filter(None, done):
            raise failed

    async def watch(self) -> None:
        """Keep everything running until SIGINT or SIGTERM."""
        self._starting = None  # from here on a signal ends the watch, it does not cut through a step
        watching = [asyncio.create_task(self._keep(name)) for name in self._children]
        if self._postgres is not None:
            watching.append(asyncio.create_task(self._keep_postgres(self._postgres)))
        watching.append(asyncio.create_task(keep_backups(self._settings)))
        try:
            await self._stopping.wait()
        finally:
            for task in watching:
                task.cancel()
            await asyncio.gather(*watching, return_exceptions=True)

    def _stop_asked(self) -> None:
        self._stopping.set()
        if self._starting is not None:
            self._starting.cancel()

    async def _start_one(self, name: str) -> None:
        log_path = self._settings.log / f"{name}.log"
        log = LogFile(None if self._is_log_on_stderr else log_path)
        self._children[name] = await programs.start(name, programs.command(name, self._settings), log, log_path)
        self._ready(name)

    async def _wait_for_postgres(self, postgres: cluster.Postgres) -> None:
        for _ in postgres.waits():
            await asyncio.sleep(_POLL_SECONDS)
        self._ready("postgres")

    def _ready(self, name: str) -> None:
        self._since[name] = datetime.now(UTC).isoformat(timespec="seconds")
        self._say("ready", name)
        _log.info("ready", extra={"fields": {"of": name}})
        self._write_status()

    async def _keep(self, name: str) -> None:
        """Start a program again whenever it ends."""
        async def ended() -> int:
            return await self._children[name].ended()  # the child of now, not the first one

        await self._keep_up(name, ended, lambda: self._start_one(name))

    async def _keep_postgres(self, postgres: cluster.Postgres) -> None:
        """Start the server again whenever it ends; the programs find it again by themselves."""
        async def ended() -> int:
            while postgres.process.poll() is None:  # noqa: ASYNC110 - a process outside the loop sets no event
                await asyncio.sleep(10 * _POLL_SECONDS)
            return postgres.process.returncode

        await self._keep_up("postgres", ended, lambda: self._wait_for_postgres(postgres))

    async def _keep_up(
        self, name: str, ended: Callable[[], Awaitable[int]], start: Callable[[], Awaitable[None]],
    ) -> None:
        loop = asyncio.get_running_loop()
        pause = _PAUSE_SECONDS_MIN
        while True:
            began = loop.time()
            status = await ended()
            if loop.time() - began > _STEADY_SECONDS:
                pause = _PAUSE_SECONDS_MIN
            self._say("ended", name)
            _log.error("ended", extra={"fields": {"of": name, "status": status}})
            while True:
                await asyncio.sleep(pause)
                pause = min(pause * 2, _PAUSE_SECONDS_MAX)
                try:
                    await start()
                except (StarterError, OSError) as error:
                    code = error.code if isinstance(error, StarterError) else type(error).__name__
                    _log.exception("not started again", extra={"fields": {"of": name, "code": code}})
                else:
                    break
            self._again[name] = self._again.get(name, 0) + 1
            self._write_status()
            self._say("again", name)

    def _write_status(self) -> None:
        path = self._settings.directory / STATUS_FILE
        pids = {name: child.pid for name, child in self._children.items()}
        if self._postgres is not None:
            pids["postgres"] = self._postgres.process.pid
        shown = {
            "pid": os.getpid(),
            "programs": [
                {"name": name, "pid": pid, "since": self._since.get(name), "again": self._again.get(name, 0)}
                for name, pid in pids.items()
            ],
        }
        new = path.with_suffix(".new")
        with suppress(OSError):  # a full disk must not end a running hotel; the status is a comfort
            new.write_text(json.dumps(shown), "utf-8")
            new.replace(path)


async def hear_witnesses(settings: Settings) -> None:
    """Bring what outside witnesses have cosigned last to where the keeper looks when it starts.

    Errors: `StarterError` `database_away`; `SettingsError`.
    """
    if not settings.witnesses.policy:
        return
    from discretion.watch.publishing import bring_seen  # noqa: PLC0415 - an HTTP client that most starts do not need

    try:
        heard = await bring_seen(settings)
    except PublishedError as error:
        raise StarterError("database_away") from error
    _log.info("heard", extra={"fields": {"witnesses": heard}})


async def serve(
    settings: Settings, say: Callable[[str, str], None], *, is_log_on_stderr: bool = False,
) -> bool:
    """Run everything until a signal ends it; return whether it was up when the signal came.

    Errors: `StarterError`; everything that was started is stopped again then.
    """
    is_up = False
    async with Supervisor(settings, say, is_log_on_stderr=is_log_on_stderr) as supervisor:
        await supervisor.start_database()
        await hear_witnesses(settings)
        await supervisor.start("keeper")
        await supervisor.start("house", "worker")
        is_up = True
        say("up", "")
        await supervisor.watch()
    return is_up
