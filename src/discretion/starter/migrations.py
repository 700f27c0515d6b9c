"""Brings the database to the schema this code was written for: plain SQL, forward only.

Rules:
* `NNNN_pre_…` may run while the code before it still runs, `NNNN_post_…` once it has gone. Each is one transaction.
* What was applied is recorded with its SHA-256. A file that changed after it was applied stops the start, and so does a
  database that knows more than this code.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg

from discretion.starter.errors import StarterError
from discretion.starter.sql import query

if TYPE_CHECKING:
    from collections.abc import Sequence

DIRECTORY: Final = Path(__file__).resolve().parents[1] / "migrations"
_NAME = re.compile(r"([0-9]{4})_(?:pre|post)_[a-z0-9_]+\.sql")
_FILE = "migrations.sql"


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number, its name without the ending, its text."""

    number: int
    name: str
    raw: bytes

    @property
    def sha256(self) -> bytes:
        """The digest under which it is recorded."""
        return hashlib.sha256(self.raw).digest()


def read(directory: Path = DIRECTORY) -> tuple[Migration, ...]:
    """Return the migrations of a directory by number.

    Errors: `ValueError` for a file whose name says nothing, a number that stands twice, a gap (all are our own faults).
    """
    found: list[Migration] = []
    for path in sorted(directory.glob("*.sql")):
        matched = _NAME.fullmatch(path.name)
        if matched is None:
            raise ValueError(f"{path.name} is not named NNNN_pre_… or NNNN_post_…")
        found.append(Migration(int(matched[1]), path.stem, path.read_bytes()))
    if [each.number for each in found] != list(range(1, len(found) + 1)):
        raise ValueError("the migrations are not numbered 0001, 0002, …")
    return tuple(found)


def is_begun(connection: psycopg.Connection[Any]) -> bool:
    """Return whether anything was ever applied to this database."""
    found = connection.execute(query(_FILE, "has_record")).fetchone()
    return found is not None and bool(found[0])


def waiting(connection: psycopg.Connection[Any], known: Sequence[Migration]) -> tuple[Migration, ...]:
    """Return those of `known` that this database lacks, in order.

    Shapes: `connection` is the administrator's, in the database itself.
    Errors: `StarterError` `database_newer`, `migration_edited`.
    """
    if not is_begun(connection):
        return tuple(known)
    applied = {name: bytes(sha256) for name, sha256 in connection.execute(query(_FILE, "applied")).fetchall()}
    by_name = {each.name: each for each in known}
    for name, sha256 in applied.items():
        if name not in by_name:
            last = f"{known[-1].number:04d}" if known else "0000"
            raise StarterError("database_newer" if name[:4] > last else "migration_edited", name=name)
        if by_name[name].sha256 != sha256:
            raise StarterError("migration_edited", name=name)
    # Applied are the first ones, always: a file slipped in before the last applied one was never tried after it.
    missing = tuple(each for each in known if each.name not in applied)
    if missing and applied and missing[0].name < max(applied):
        raise StarterError("migration_edited", name=missing[0].name)
    return missing


def migrate(connection: psycopg.Connection[Any], known: Sequence[Migration]) -> tuple[str, ...]:
    """Apply what is waiting and return the names, in order; what was applied before a failure stays.

    Shapes: `connection` is the administrator's, in autocommit, in the database itself; it is the owner afterwards.
    Errors: `StarterError` as `waiting`, `migration_failed`, `disk_full`, `database_not_prepared`.
    """
    try:
        connection.execute(query(_FILE, "take_lock"))
        connection.execute(query(_FILE, "become_owner"))
        connection.execute(query(_FILE, "make_record"))
        connection.execute(query(_FILE, "make_record_table"))
    except psycopg.errors.InsufficientPrivilege as error:
        raise StarterError("database_not_prepared", role=connection.info.user) from error
    done: list[str] = []
    for each in waiting(connection, known):
        try:
            with connection.transaction():
                connection.execute(query(_FILE, "limit_waiting"))
                connection.execute(each.raw)
                connection.execute(query(_FILE, "enter"), {"name": each.name, "sha256": each.sha256})
        except psycopg.errors.DiskFull as error:
            raise StarterError("disk_full") from error
        except psycopg.Error as error:
            detail = error.diag.message_primary or type(error).__name__
            raise StarterError("migration_failed", name=each.name, detail=detail) from error
        done.append(each.name)
    return tuple(done)
