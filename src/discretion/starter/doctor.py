"""Examines an installation without changing it: what is in order, what is not, and the command that mends it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from discretion.starter import backups, data_directory, migrations, roles, server_checks
from discretion.starter.database import administrator, running_database
from discretion.starter.errors import StarterError
from discretion.wire.settings import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from discretion.wire.settings import Settings

_GIGABYTE = 1_000_000_000
_FREE_GIGABYTES_ENOUGH = 2
_CONNECT_SECONDS = 5.0
_BACKUP_OLD = timedelta(days=2)


class Level(IntEnum):
    """How bad it is."""

    OK = 0
    WARNING = 1
    BROKEN = 2


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: `subject` and `finding` are codes, `repair` is a command or empty."""

    subject: str
    level: Level
    finding: str
    params: Mapping[str, str] = field(default_factory=dict)
    repair: str = ""


def examine(settings: Settings) -> tuple[Check, ...]:
    """Return every check, in the order in which things rest on each other. The database is started if it has to be."""
    found = [Check("settings", Level.OK, "fine"), *_directory(settings), *_account()]
    found += _tried("secrets", lambda: data_directory.check_secrets(settings))
    found += [_disk(settings), _backup(settings)]
    found += _database(settings)
    is_running = _answers_unix(str(settings.keeper_socket))
    found.append(_program("keeper", is_running=is_running, data=settings.directory))
    found += _house(settings)
    return tuple(found)


def _tried(subject: str, check: Callable[[], None]) -> Iterator[Check]:
    try:
        check()
    except (StarterError, SettingsError) as error:
        yield Check(subject, Level.BROKEN, error.code, error.params)
    else:
        yield Check(subject, Level.OK, "fine")


def _directory(settings: Settings) -> Iterator[Check]:
    # Root's own directory lets PostgreSQL's account walk through it, no more.
    others = 0o066 if os.geteuid() == 0 else 0o077
    for path, forbidden in ((settings.directory, others), (settings.secrets, 0o077), (settings.path, 0o077)):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & forbidden:
            yield Check("directory", Level.WARNING, "directory_open", {"path": str(path)}, f"chmod go-rw {path}")
            return
    yield Check("directory", Level.OK, "fine")


def _account() -> Iterator[Check]:
    if os.geteuid() == 0:
        yield Check("account", Level.WARNING, "as_root")


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(settings.directory).free
    if free < data_directory.FREE_BYTES_MIN:
        return Check("disk", Level.BROKEN, "disk_full")
    is_enough = free > _FREE_GIGABYTES_ENOUGH * _GIGABYTE
    finding = "free" if is_enough else "free_little"
    return Check("disk", Level.OK if is_enough else Level.WARNING, finding, {"free": f"{free / _GIGABYTE:.0f}"})


def _backup(settings: Settings) -> Check:
    repair = f"discretion backup create --data {settings.directory}"
    try:
        made = backups.kept(backups.places(settings).data, "data")
    except StarterError:
        return Check("backup", Level.WARNING, "backup_unset", repair="docs/backups.md")
    except OSError:
        made = ()
    if not made:
        return Check("backup", Level.WARNING, "backup_none", repair=repair)
    age = datetime.now(UTC) - made[0].at
    params = {"hours": str(int(age.total_seconds() // 3600)), "days": str(age.days)}
    if age > _BACKUP_OLD:
        return Check("backup", Level.WARNING, "backup_old", params, repair)
    return Check("backup", Level.OK, "backup_last", params)


def _database(settings: Settings) -> Iterator[Check]:
    try:
        with running_database(settings), administrator(settings) as connection:
            server_checks.check_server(connection)
            roles.check_roles(connection)
            number = connection.info.server_version
            waiting = migrations.waiting(connection, migrations.read())
    except (StarterError, SettingsError) as error:
        yield Check("database", Level.BROKEN, error.code, error.params)
        return
    yield Check("database", Level.OK, "version", {"version": f"{number // 10_000}.{number % 10_000}"})
    if waiting:
        yield Check("schema", Level.WARNING, "migrations_waiting", {"number": str(len(waiting))}, "discretion serve")
    else:
        yield Check("schema", Level.OK, "fine")


def _program(subject: str, *, is_running: bool, data: object) -> Check:
    if is_running:
        return Check(subject, Level.OK, "running")
    return Check(subject, Level.WARNING, "stopped", repair=f"discretion serve --data {data}")


def _house(settings: Settings) -> Iterator[Check]:
    house = settings.house
    if house.tls_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        try:
            context.load_cert_chain(settings.directory / house.tls_cert, settings.directory / house.tls_key)
        except (OSError, ssl.SSLError):
            yield Check("house", Level.BROKEN, "tls_bad")
            return
    try:
        socket.create_connection((house.host, house.port), _CONNECT_SECONDS).close()
    except OSError:
        yield _program("house", is_running=False, data=settings.directory)
    else:
        yield _program("house", is_running=True, data=settings.directory)


def _answers_unix(path: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as tried:
        tried.settimeout(_CONNECT_SECONDS)
        try:
            tried.connect(path)
        except OSError:
            return False
    return True
