"""`discretion doctor`: one line a check, with the command that repairs it. Exit 3 when something is broken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from discretion.faces.cli.exits import Exit
from discretion.faces.cli.trouble import SENTENCES, UNKNOWN
from discretion.faces.kit.words import marked
from discretion.starter.doctor import Check, Level, examine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.faces.cli.terminal import Terminal

_MARKS: Final[Mapping[Level, str]] = {Level.OK: "[ok]", Level.WARNING: "[!] ", Level.BROKEN: "[x] "}
_SUBJECTS: Final[Mapping[str, str]] = {
    "settings": marked("Settings"),
    "directory": marked("Data directory"),
    "secrets": marked("Keys and passwords"),
    "disk": marked("Disk"),
    "account": marked("Account"),
    "backup": marked("Backup"),
    "database": marked("Database"),
    "schema": marked("Tables"),
    "keeper": marked("Keeper"),
    "house": marked("House"),
}
_FINDINGS: Final[Mapping[str, str]] = {
    "fine": marked("in order"),
    "running": marked("answers"),
    "stopped": marked("not running"),
    "version": marked("PostgreSQL %(version)s, keeps what it acknowledges"),
    "free": marked("%(free)s GB free"),
    "free_little": marked("only %(free)s GB free"),
    "backup_last": marked("the last one is %(hours)s hours old"),
    "backup_none": marked("none yet"),
    "backup_old": marked("the last one is %(days)s days old"),
    "backup_unset": marked("no part [backup] in the settings: nothing is backed up by itself"),
    "as_root": marked("runs as root; an ordinary account of its own is safer"),
    "migrations_waiting": marked("%(number)s migrations wait; they are applied by the next start"),
    "directory_open": marked("others may read %(path)s"),
    "tls_bad": marked("the certificate and key of the settings do not fit"),
}


@click.command(help=marked("Check an installation: settings, keys, disk, database, programs."))
@click.pass_obj
def doctor(terminal: Terminal, /) -> Exit:
    """Print every check; exit 3 when one found something broken."""
    settings = terminal.settings()
    found = examine(settings)
    text = "\n".join(_line(terminal, check) for check in found)
    terminal.show([
        {"check": each.subject, "level": each.level.name.lower(), "finding": each.finding, "repair": each.repair}
        for each in found
    ], text)
    return Exit.PROBLEM if any(each.level is Level.BROKEN for each in found) else Exit.OK


def _line(terminal: Terminal, check: Check) -> str:
    if check.finding in _FINDINGS:
        text = terminal.words(_FINDINGS[check.finding]) % dict(check.params)
    else:
        message, _ = SENTENCES.get(check.finding, UNKNOWN)
        text = terminal.words(message) % {"code": check.finding, **check.params}
    line = f"{_MARKS[check.level]} {terminal.words(_SUBJECTS[check.subject])}  {text}"
    return f"{line}  →  {check.repair}" if check.repair else line
