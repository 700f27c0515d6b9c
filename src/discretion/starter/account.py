"""Under which account of the machine PostgreSQL runs.

Rules:
* PostgreSQL refuses to run as root. Whoever starts us as root (a container, a build server) gets a system account of
  its own for it, `discretion`, without a home, a shell or a password; it is made once, when it is missing.
* That account keeps no right of root's, but one where it must: to walk through directories that only root may enter,
  when the data directory or the programs lie below such a one.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from discretion.starter.errors import StarterError

ACCOUNT_NAME = "discretion"
_CAP_DAC_OVERRIDE = 1
_CAP_DAC_READ_SEARCH = 2
_CAP_SETPCAP = 8


@dataclass(frozen=True, slots=True)
class Account:
    """An account that owns PostgreSQL's files and runs it; `is_other` when it is not the one that started us."""

    name: str
    uid: int
    gid: int
    is_other: bool


def postgres_account() -> Account:
    """Return the account for PostgreSQL: our own, or when we are root the system account, made if missing.

    Errors: `StarterError` `postgres_as_root` when there is no such account and none can be made.
    """
    if os.geteuid() != 0:
        own = pwd.getpwuid(os.geteuid())
        return Account(own.pw_name, own.pw_uid, own.pw_gid, is_other=False)
    try:
        found = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        _make_account()
        try:
            found = pwd.getpwnam(ACCOUNT_NAME)
        except KeyError:
            raise StarterError("postgres_as_root", account=ACCOUNT_NAME) from None
    if shutil.which("setpriv") is None:
        raise StarterError("setpriv_missing", account=ACCOUNT_NAME)
    return Account(found.pw_name, found.pw_uid, found.pw_gid, is_other=True)


def _make_account() -> None:
    if (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")) is None:
        raise StarterError("postgres_as_root", account=ACCOUNT_NAME)
    # Two starts at once may both try; the one that comes second fails, and the account is there all the same.
    subprocess.run(
        [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent",
         "--shell", "/usr/sbin/nologin", ACCOUNT_NAME],
        check=False, capture_output=True,
    )


def as_account(account: Account, *needed: Path) -> list[str]:
    """Return what stands before a command so that it runs as `account`; empty when that is ourselves.

    Shapes: `needed` are the directories and files it must reach.
    """
    if not account.is_other:
        return []
    held = _capabilities()
    kept = "-all"
    if not all(_is_reachable(path, account) for path in needed):
        # Containers often withhold the narrow right and leave the wide one.
        kept += ",+dac_read_search" if held >> _CAP_DAC_READ_SEARCH & 1 else ",+dac_override"
        if not held >> _CAP_DAC_READ_SEARCH & 1 and not held >> _CAP_DAC_OVERRIDE & 1:
            raise StarterError("directory_closed", path=needed[0], account=account.name)
    prefix = [
        "setpriv", f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups", "--no-new-privs",
        f"--inh-caps={kept}", f"--ambient-caps={kept}",
    ]
    if held >> _CAP_SETPCAP & 1:
        prefix.append(f"--bounding-set={kept}")
    return [*prefix, "--"]


def _capabilities() -> int:
    if not sys.platform.startswith("linux"):
        return 0
    for line in Path("/proc/self/status").read_text("ascii", errors="replace").splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0


def _is_reachable(path: Path, account: Account) -> bool:
    for parent in path.resolve().parents:
        found = parent.stat()
        if found.st_uid == account.uid:
            allowed = found.st_mode & stat.S_IXUSR
        elif found.st_gid == account.gid:
            allowed = found.st_mode & stat.S_IXGRP
        else:
            allowed = found.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True
