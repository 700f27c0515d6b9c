"""`discretion demo`: a sample hotel on this machine, filled with real bookings and generated people, and its link.

Rules:
* It stands in a directory of its own, marked as a demo, and is removed at the end unless it is to be kept.
* What belongs to a demo, its sign-in as a persona above all, exists only over such a directory.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import socket
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.demo_release import propose_sample
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.serve import checked
from discretion.faces.kit.words import marked
from discretion.office import demo as sample
from discretion.starter import data_directory, founding, supervisor
from discretion.wire.settings import DEMO_MARKER, FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from discretion.faces.cli.terminal import Terminal
    from discretion.wire.settings import Settings

FIRST_PORT = 8800
PORTS_TRIED = 100
WELCOME_KEY_FILE = "welcome.key"
FILLED = "filled"  # left once the sample bookings are in; loading them again changes nothing


@click.command(help=marked(
    "Run a sample hotel on 127.0.0.1: real bookings, generated people, everything removed at the end. Ctrl-C ends it."
))
@click.option("--keep", is_flag=True, help=marked("Keep the sample hotel and open the same one next time."))
@click.option(
    "--port", type=click.IntRange(1, 65535), help=marked("The port to listen at; a free one from 8800 otherwise.")
)
@click.pass_obj
def demo(terminal: Terminal, /, *, keep: bool, port: int | None) -> Exit:
    """Run the demo until a signal ends it."""
    began = time.monotonic()
    terminal.say(
        terminal.words("Discretion demo · the imaginary %(name)s · all people are generated", name=_name(terminal))
    )
    directory = (
        terminal.data.with_name(f"{terminal.data.name}-demo")
        if keep
        else Path(tempfile.mkdtemp(prefix="discretion-demo-"))
    )
    try:
        if not (directory / FILE_NAME).exists() or (directory / data_directory.UNFINISHED).exists():
            _lay_out(terminal, directory, port or _free_port())
        settings = _settings(terminal, directory)
        was_up = asyncio.run(_run(terminal, settings, began))
    finally:
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)
    return Exit.OK if was_up else Exit.INTERRUPTED


def _name(terminal: Terminal) -> str:
    return sample.NAME_EN if terminal.language == "en" else sample.NAME_ZH


def _lay_out(terminal: Terminal, directory: Path, port: int) -> None:
    """Make the demo's directory, database and keys."""
    shutil.rmtree(directory, ignore_errors=True)  # one that a kill left half made; nothing in it is anybody's
    data_directory.make_directory(directory)
    (directory / data_directory.UNFINISHED).touch()
    (directory / DEMO_MARKER).touch()
    languages = ("en", "zh_Hans") if terminal.language == "en" else ("zh_Hans", "en")
    hotel = founding.new_property(sample.CODE, sample.NAME_ZH, sample.NAME_EN, sample.TIME_ZONE, sample.PRESENCE_BY)
    settings = data_directory.make(directory, data_directory.NewSettings(
        name=sample.NAME_ZH, time_zone=sample.TIME_ZONE, properties=(hotel,), languages=languages, is_demo=True,
        house_port=port, origin=f"http://localhost:{port}",
    ))
    postgres = founding.lay_out(settings, is_synced=False)
    if postgres is not None:
        postgres.stop()
    (directory / data_directory.UNFINISHED).unlink()


def _settings(terminal: Terminal, directory: Path) -> Settings:
    """Return the demo's settings, with a fresh one-time key of its link."""
    key = directory / "secrets" / WELCOME_KEY_FILE
    key.unlink(missing_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(24) + "\n")
    return checked(replace(terminal, settings_file=directory / FILE_NAME))


async def _run(terminal: Terminal, settings: Settings, began: float) -> bool:
    """Start everything, fill a new hotel, say where it is, and watch."""
    is_up = False
    async with supervisor.Supervisor(settings, _heard(terminal)) as programs:
        await programs.start_database()
        await programs.start("keeper")
        await asyncio.gather(programs.start("house", "worker"), asyncio.to_thread(_fill, terminal, settings))
        is_up = True
        key = (settings.secrets / WELCOME_KEY_FILE).read_text("ascii").strip()
        words = terminal.words
        terminal.say(
            words(
                "Ready in %(seconds)s s. Open this link; it works once, for 30 minutes:",
                seconds=f"{time.monotonic() - began:.1f}",
            )
        )
        click.echo(f"{settings.house.origin}/welcome?k={key}")
        terminal.say(words("Ctrl-C ends it."))
        await programs.watch()
    return is_up


def _heard(terminal: Terminal) -> Callable[[str, str], None]:
    def say(event: str, program: str) -> None:
        if event == "ended":
            terminal.say(terminal.words("The program “%(program)s” ended; starting it again.", program=program))
        elif event == "stopping":
            terminal.say(terminal.words("Stopping."))

    return say


def _fill(terminal: Terminal, settings: Settings) -> None:
    """Load the sample bookings around today, or put the staff of a kept hotel on shift again."""
    property_id = settings.properties[0].property_id
    now = datetime.now(UTC)
    if (settings.directory / FILLED).exists():
        sample.refresh(settings.conninfo("office"), property_id, now)
        return
    with terminal.progress(terminal.words("Bookings")) as told:
        demo = sample.load(settings.conninfo("office"), str(settings.upkeep_socket), property_id, now, told=told)
    propose_sample(settings, demo)
    (settings.directory / FILLED).touch()


def _free_port() -> int:
    """Return the first free port from 8800."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with socket.socket() as trying:
            trying.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trying.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise click.UsageError("--port")
