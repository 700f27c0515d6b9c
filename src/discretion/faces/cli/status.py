"""`discretion status`: what runs over the data directory, since when, and how often it had to be started again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.starter import data_directory
from discretion.starter.supervisor import STATUS_FILE

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal


@click.command(help=marked("Say what runs over the data directory. Exit 7 when nothing does."))
@click.pass_obj
def status(terminal: Terminal, /) -> Exit:
    """Print the running programs."""
    settings = terminal.settings()
    if not data_directory.is_held(settings.directory):
        raise Trouble("not_running", path=settings.directory)
    try:
        running = json.loads((settings.directory / STATUS_FILE).read_bytes())["programs"]
    except FileNotFoundError:
        running = []  # held, and nothing ready yet: it is just starting
    terminal.show(running)
    return Exit.OK
