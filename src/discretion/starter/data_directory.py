"""The data directory: settings, secrets, database files, logs, sockets; an installation to move or back up whole.

```
discretion.toml      settings, 0600                       secrets/  0700: root.key and one password file a role, 0600
postgres/            the database's files, when embedded  log/      0700
backups/             0700: sealed backups, unless the settings name another place
signer/              0700: what each ledger's signer signed last; never put back from a backup with the database
run/                 0700: sockets and the lock; made anew at each start
```
"""

from __future__ import annotations

import base64
import binascii
import errno
import fcntl
import json
import os
import secrets
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from discretion.starter.account import postgres_account
from discretion.starter.cluster import Place
from discretion.starter.errors import StarterError
from discretion.wire.settings import FILE_NAME, Property, Settings, SettingsError, parse, read_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROGRAMS: Final = ("keeper", "office", "worker", "auditor", "superuser")
UNFINISHED: Final = "unfinished"
ROOT_KEY_SIZE_BYTES: Final = 32
FREE_BYTES_MIN: Final = 100_000_000
_WALKED = 0o711 if os.geteuid() == 0 else 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSettings:
    """What a new installation is told; the rest of its settings file is the same for everyone."""

    name: str
    time_zone: str
    properties: tuple[Property, ...]
    languages: tuple[str, ...] = ("zh_Hans", "en")
    is_demo: bool = False
    is_embedded: bool = True
    database_host: str = "run/postgres"
    database_port: int = 5432
    database_name: str = "discretion"
    administrator: str = "postgres"
    tls_root_cert: str = ""
    policy: str = ""
    house_host: str = "127.0.0.1"
    house_port: int = 8080
    origin: str = "http://localhost:8080"
    rp_id: str = "localhost"
    tls_cert: str = ""
    tls_key: str = ""
    is_behind_proxy: bool = False
    policy_notice_hours: int = 24


def make(directory: Path, new: NewSettings, passwords: Mapping[str, str] | None = None) -> Settings:
    """Make the directory with its settings and secrets, and return the settings.

    Shapes: `passwords` by program, for roles that somebody else prepared; the others get random ones.
    Errors: `StarterError` `disk_full`, `directory_unwritable`; `SettingsError` when the settings would not load.
    """
    directory = directory.resolve()
    raw = settings_text(new).encode()
    settings = parse(raw, directory / FILE_NAME) if not new.is_demo else None
    with told(directory):
        make_directory(directory)
        make_directory(directory / "run")
        for name in ("secrets", "log", "run/upkeep"):
            (directory / name).mkdir(mode=0o700, exist_ok=True)
        given = passwords or {}
        for program in PROGRAMS:
            write_password(directory / "secrets" / f"{program}.password", given.get(program, ""))
        write_secret(directory / "secrets" / "root.key", new_key())
        if not new.is_demo:
            write_secret(directory / "secrets" / "backup.key", new_key())
        write_secret(directory / FILE_NAME, raw.decode().rstrip("\n"))
        sync_directory(directory)
    return settings or parse(raw, directory / FILE_NAME)


def new_key() -> str:
    """Return a new random key, as it stands in its file."""
    return base64.b64encode(secrets.token_bytes(ROOT_KEY_SIZE_BYTES)).decode("ascii")


def write_password(path: Path, password: str = "") -> None:
    """Write a password's file; a random one when none is given."""
    write_secret(path, password or secrets.token_urlsafe(32))


def make_directory(directory: Path) -> None:
    """Make a directory on the way to PostgreSQL's: root's lets its account walk through, and nothing more."""
    directory.mkdir(mode=_WALKED, parents=True, exist_ok=True)


def settings_text(new: NewSettings) -> str:
    """Return the settings file of a new installation."""
    lines = [
        "# Discretion 守客. Every program reads this file once, at its start. Unknown or missing keys stop the start.",
        "# Relative paths are relative to this file's directory. Secrets stand in files of their own, never here.",
        "",
        "[installation]",
        _line("name", new.name), _line("time_zone", new.time_zone), _line("languages", list(new.languages)),
        _line("demo", new.is_demo), _line("secrets", "secrets"), _line("log", "log"),
        "",
        "[database]",
        "# embedded: started and stopped with `discretion serve`. Otherwise any PostgreSQL 15 or newer.",
        _line("embedded", new.is_embedded), _line("host", new.database_host), _line("port", new.database_port),
        _line("name", new.database_name), _line("administrator", new.administrator),
        _line("tls_root_cert", new.tls_root_cert),
        "",
        "[keeper]",
        _line("socket", "run/keeper.sock"), _line("upkeep_socket", "run/upkeep/upkeep.sock"),
        "# empty: the policy that came with this version",
        _line("policy", new.policy),
        "# What the signer signed last: on another disk if you can, and never restored together with the database.",
        _line("memory", "signer"),
        "# Hours between the proposal of a release of the policy and its moment; one that shows less needs none.",
        _line("policy_notice_hours", new.policy_notice_hours),
        "",
        "[house]",
        "# Plain HTTP is served on loopback only: give certificate files, or stand behind a reverse proxy.",
        _line("host", new.house_host), _line("port", new.house_port),
        "# What browsers show in the address line. Passkeys are bound to it: it cannot change later.",
        _line("origin", new.origin), _line("rp_id", new.rp_id),
        _line("tls_cert", new.tls_cert), _line("tls_key", new.tls_key), _line("behind_proxy", new.is_behind_proxy),
        "",
        "[worker]",
        _line("jobs_at_once", 2),
        "",
        "[witnesses]",
        "# A tlog-policy file with the outsiders who cosign checkpoints; empty for none. See docs/running.md.",
        _line("policy", ""),
        "# Seconds without a quorum until that is an alarm, and until nothing more is opened (0: never).",
        _line("alarm_after_seconds", 60), _line("close_after_seconds", 0),
    ]
    if not new.is_demo:
        lines += [
            "",
            "[backup]",
            "# Another disk is better, another building best: see docs/backups.md. `at` is local time; empty: never.",
            _line("directory", "backups"), _line("keys_directory", ""), _line("at", "03:30"),
            "# The parts with the guests' keys are short-lived: an erased guest's key ends with the last of them.",
            _line("keep_data_days", 30), _line("keep_keys_days", 7),
        ]
    for each in new.properties:
        lines += _property_lines(each)
    return "\n".join(lines) + "\n"


def _property_lines(each: Property) -> list[str]:
    return [
        "", "[[property]]",
        _line("id", each.id), _line("code", each.code), _line("name_zh", each.name_zh),
        _line("name_en", each.name_en), _line("time_zone", each.time_zone),
        "# how it is known that staff are there: badge_desk, attested, door",
        _line("presence", each.presence),
        "# the hotel's own networks; with them, whoever is in and works from elsewhere is in no longer",
        '# networks = ["10.20.0.0/16"]',
    ]


def add_property(settings: Settings, new: Property) -> Settings:
    """Write one more property at the end of the settings file, whole or not at all; return the new settings.

    Errors: `SettingsError` when the settings would not load; `StarterError` `disk_full`, `directory_unwritable`.
    """
    text = settings.path.read_text("utf-8").rstrip("\n") + "\n" + "\n".join(_property_lines(new))
    added = parse(text.encode(), settings.path)
    with told(settings.directory):
        write_secret(settings.path, text)
    return added


def check_secrets(settings: Settings) -> None:
    """Return only if every secret is there, closed to others and of the right shape.

    Not checked: whether the root key is the right one; the keeper compares it with what it left in the database.

    Errors: `StarterError` `root_key_missing`, `root_key_open`, `root_key_bad`; `SettingsError` for a password file.
    """
    try:
        key = base64.b64decode(read_secret(settings.root_key_file), validate=True)
    except SettingsError as error:
        code = error.code.replace("secret", "root_key")
        raise StarterError(code, path=settings.root_key_file) from error
    except binascii.Error as error:
        raise StarterError("root_key_bad", path=settings.root_key_file) from error
    if len(key) != ROOT_KEY_SIZE_BYTES:
        raise StarterError("root_key_bad", path=settings.root_key_file)
    for program in ("keeper", "office", "worker", "auditor"):
        read_secret(settings.secrets / f"{program}.password")


def check_space(settings: Settings) -> None:
    """Return only if the disk has room for a start. Errors: `StarterError` `disk_full`."""
    if shutil.disk_usage(settings.directory).free < FREE_BYTES_MIN:
        raise StarterError("disk_full")


def place(settings: Settings) -> Place:
    """Return where the embedded cluster of an installation lives."""
    return Place(
        files=settings.directory / "postgres", sockets=Path(settings.database_host),
        log=settings.log / "postgres.log", account=postgres_account(),
    )


def prepare_run(settings: Settings) -> None:
    """Make the directories of the keeper's sockets, closed to others.

    Errors: `StarterError` `directory_not_ours` when somebody else made one first.
    """
    with told(settings.directory):
        for socket in (settings.keeper_socket, settings.upkeep_socket):
            is_private = socket == settings.upkeep_socket
            socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if socket.parent.is_symlink() or socket.parent.stat().st_uid != os.geteuid():
                raise StarterError("directory_not_ours", path=socket.parent)
            socket.parent.chmod(0o700 if is_private else _WALKED)
        settings.log.mkdir(mode=0o700, parents=True, exist_ok=True)


@contextmanager
def hold(directory: Path) -> Iterator[None]:
    """Hold the data directory against a second start; the kernel lets go when this process ends, however it ends.

    Errors: `StarterError` `already_running` at once when somebody else holds it.
    """
    with told(directory):
        make_directory(directory / "run")
        number = os.open(directory / "run" / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StarterError("already_running", path=directory) from None
        yield
    finally:
        os.close(number)


def is_held(directory: Path) -> bool:
    """Return whether a start holds the data directory now."""
    try:
        with hold(directory):
            return False
    except StarterError as error:
        return error.code == "already_running"


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what a disk says into our errors: `disk_full`, `directory_unwritable`."""
    try:
        yield
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        raise StarterError("directory_unwritable", path=error.filename or path) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StarterError("disk_full") from error
        if error.errno == errno.EROFS:
            raise StarterError("directory_unwritable", path=error.filename or path) from error
        raise


def write_secret(path: Path, line: str) -> None:
    """Write a file whole and durably, closed to others from its first byte."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Return when the names in a directory are on the disk."""
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _line(key: str, value: object) -> str:
    # TOML's basic strings, booleans, numbers and arrays are written as JSON's.
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
