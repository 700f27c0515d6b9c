"""What a PostgreSQL server must be before any program of ours works on it.

Source: ledger.md §4 and §7 (what a committed entry rests on), policy.md §12 (least minor versions).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from discretion.starter.errors import StarterError
from discretion.starter.sql import query

if TYPE_CHECKING:
    from collections.abc import Mapping

    import psycopg

MAJOR_MIN: Final = 15
# Least minor version of each major: CVE-2025-8713 and what was mended before it.
MINOR_MIN: Final[Mapping[int, int]] = {15: 14, 16: 10, 17: 6}
_MUST_BE_ON: Final = ("fsync", "full_page_writes", "data_checksums")
_FILE = "server_checks.sql"


def check_server(connection: psycopg.Connection[Any]) -> None:
    """Return only if the server is new enough and keeps what it has acknowledged.

    Errors: `StarterError` `database_too_old`, `database_setting`, `database_encoding`.
    """
    check_version(connection.info.server_version)
    shown = dict(connection.execute(query(_FILE, "settings")).fetchall())
    for name in _MUST_BE_ON:
        if shown.get(name) != "on":
            raise StarterError("database_setting", name=name, found=shown.get(name, "?"), needed="on")
    # "local" and stronger all wait for this server's own disk.
    if shown.get("synchronous_commit") == "off":
        raise StarterError("database_setting", name="synchronous_commit", found="off", needed="on")
    if shown.get("server_encoding") != "UTF8":
        raise StarterError("database_encoding", found=shown.get("server_encoding", "?"))


def check_version(number: int) -> None:
    """Return only if the version is one we may run on.

    Shapes: `number` as `server_version_num`, 180006 for 18.6.
    Errors: `StarterError` `database_too_old`.
    """
    major, minor = divmod(number, 10_000)
    if major < MAJOR_MIN or minor < MINOR_MIN.get(major, 0):
        needed = f"{major}.{MINOR_MIN[major]}" if major in MINOR_MIN else f"{MAJOR_MIN}.{MINOR_MIN[MAJOR_MIN]}"
        raise StarterError("database_too_old", found=f"{major}.{minor}", needed=needed)
