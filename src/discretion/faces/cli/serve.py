"""`discretion serve` runs everything; `keeper`, `house` and `worker` run one program each, for larger installations."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import subprocess
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.office.database import OfficeUnavailableError
from discretion.starter import data_directory, programs, supervisor
from discretion.starter.errors import StarterError
from discretion.wire.journal import write_journal
from discretion.wire.readiness import READY_FD, tell_failed, tell_ready
from discretion.wire.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from discretion.faces.cli.terminal import Terminal
    from discretion.wire.settings import Settings

_ADDRESS = {errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES}


@click.command(help=marked(
    "Run everything over one data directory: PostgreSQL, keeper, house, worker. Ctrl-C ends it."
))
@click.option("--log", type=click.Choice(["files", "stderr"]), default="files", show_default=True,
              help=marked("Where the programs' logs go: files in the data directory, or standard error."))
@click.pass_obj
def serve(terminal: Terminal, /, *, log: str) -> Exit:
    """Run everything until a signal ends it."""
    settings = checked(terminal)
    write_journal("serve", level=logging.INFO if log == "stderr" else logging.CRITICAL)
    heard = Heard(terminal, settings)
    was_up = asyncio.run(supervisor.serve(settings, heard.say, is_log_on_stderr=log == "stderr"))
    return Exit.OK if was_up else Exit.INTERRUPTED


class Heard:
    """Says what the supervisor does, in words."""

    def __init__(self, terminal: Terminal, settings: Settings) -> None:
        self._terminal = terminal
        self._settings = settings

    def say(self, event: str, program: str) -> None:
        """Say one event."""
        words = self._terminal.words
        if event == "up":
            name, origin = self._settings.installation.name, self._settings.house.origin
            self._terminal.say(words("%(name)s is open at %(origin)s  (Ctrl-C ends it)", name=name, origin=origin))
        elif event == "ended":
            self._terminal.say(words("The program “%(program)s” ended; starting it again.", program=program))
        elif event == "again":
            self._terminal.say(words("The program “%(program)s” runs again.", program=program))
        elif event == "stopping":
            self._terminal.say(words("Stopping."))


@click.command(help=marked("Run the keeper alone: the program that holds the keys."))
@click.pass_obj
def keeper(terminal: Terminal, /) -> Exit:
    """Run the keeper until it ends; signals go on to it."""
    settings = checked(terminal)
    data_directory.prepare_run(settings)
    try:
        asyncio.run(supervisor.hear_witnesses(settings))
    except (StarterError, SettingsError) as error:
        tell_failed(error.code)
        raise
    reading, writing = os.pipe()
    try:
        child = subprocess.Popen(
            programs.command("keeper", settings), env={**os.environ, READY_FD: str(writing)}, pass_fds=(writing,),
        )
    finally:
        os.close(writing)
    for means in (signal.SIGINT, signal.SIGTERM):
        signal.signal(means, lambda number, _frame: child.send_signal(number))
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.readline(200)
        if said == b"ready\n":
            tell_ready()
    status = child.wait()
    if said.startswith(b"failed "):
        code = said.decode("ascii", errors="replace").split()[1]
        tell_failed(code)
        raise StarterError(code, program="keeper", log="stderr")
    return Exit.OK if status == 0 else Exit.FAILURE


@click.command(help=marked("Run the house alone: pages and API."))
@click.pass_obj
def house(terminal: Terminal, /) -> Exit:
    """Run the house until a signal ends it."""
    from discretion.faces.house import run  # noqa: PLC0415 - the web server is brought in by this program alone

    return _run_here("house", run, terminal)


@click.command(help=marked("Run the worker alone: jobs."))
@click.pass_obj
def worker(terminal: Terminal, /) -> Exit:
    """Run the worker until a signal ends it."""
    from discretion.faces.kit.guest_letters import letter_to_guest  # noqa: PLC0415 - as below
    from discretion.faces.kit.notices import letter  # noqa: PLC0415 - as below
    from discretion.faces.portal.transparency_files import renderer  # noqa: PLC0415 - as below
    from discretion.insight.transparency import Transparency  # noqa: PLC0415 - as below
    from discretion.office.worker import Others, run  # noqa: PLC0415 - the job runner is brought in by this program alone
    from discretion.watch.publishing import Publishing  # noqa: PLC0415 - as above
    from discretion.watch.reviewing import Reviewing  # noqa: PLC0415 - as above

    def begin(settings: Settings) -> None:
        transparency = Transparency(settings, renderer(settings.installation.languages[0]))
        run(settings, Others(Publishing(settings), Reviewing(settings), transparency, letter, letter_to_guest))

    return _run_here("worker", begin, terminal)


def checked(terminal: Terminal) -> Settings:
    """Return the settings of a finished installation.

    Errors: `SettingsError`; `Trouble` `installation_unfinished`.
    """
    if (terminal.data / data_directory.UNFINISHED).exists():
        raise Trouble("installation_unfinished", path=terminal.data)
    return terminal.settings()


def _run_here(name: str, run: Callable[[Settings], None], terminal: Terminal) -> Exit:
    """Run a program in this process; whoever started us hears its failure as a code, and the terminal in words."""
    write_journal(name)
    try:
        run(checked(terminal))
    except (Exception, SystemExit) as error:
        reason = _reason(error)
        if isinstance(reason, OfficeUnavailableError):
            reason = Trouble("database_away")
        elif isinstance(reason, OSError) and reason.errno in _ADDRESS:
            reason = Trouble("address_in_use" if reason.errno == errno.EADDRINUSE else "address_unusable")
        if isinstance(reason, (StarterError, SettingsError, Trouble)):
            tell_failed(reason.code)
        raise reason from error
    return Exit.OK


def _reason(error: BaseException) -> BaseException:
    """Return what went wrong first: inside groups of errors, and behind a program's own exit."""
    while True:
        if isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        elif isinstance(error, SystemExit) and error.__cause__ is not None:
            error = error.__cause__
        else:
            return error
