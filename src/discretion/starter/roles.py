"""The roles of the database: made once by an administrator, one for each program and one that owns the schema.

Rules:
* A login role can do nothing but what a migration grants it. Its password stands in a file only its program may read.
* The owner of the schema cannot log in; only migrations take its part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from discretion.starter.errors import StarterError
from discretion.starter.sql import query

if TYPE_CHECKING:
    from collections.abc import Mapping

OWNER = "discretion_owner"
# Role and its most connections at once; together below the embedded server's 100.
LOGINS: Final[Mapping[str, int]] = {
    "discretion_keeper": 40,
    "discretion_office": 20,
    "discretion_worker": 12,
    "discretion_auditor": 8,  # the house's window keeps to three, so that command lines always get in
}
_FILE = "roles.sql"


def make_roles(administrator: psycopg.Connection[Any], passwords: Mapping[str, str]) -> None:
    """Return when every role exists with the given passwords.

    Shapes: `administrator` is in autocommit; `passwords` by login role.
    Errors: `StarterError` `database_not_prepared` when the administrator may not do this.
    """
    try:
        administrator.execute(query(_FILE, "make_owner"))
        administrator.execute(query(_FILE, "join_owner"))
        for role, connections in LOGINS.items():
            most = sql.Literal(connections)
            administrator.execute(_filled("make_login", role=sql.Identifier(role), connections=most))
            verifier = administrator.pgconn.encrypt_password(passwords[role].encode(), role.encode(), b"scram-sha-256")
            administrator.execute(
                _filled("set_password", role=sql.Identifier(role), verifier=sql.Literal(verifier.decode("ascii"))),
            )
            administrator.execute(_filled("role_defaults", role=sql.Identifier(role)))
            administrator.execute(_filled("role_without_compiler", role=sql.Identifier(role)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise StarterError("database_not_prepared", role=administrator.info.user) from error


def make_database(administrator: psycopg.Connection[Any], name: str) -> None:
    """Return when the database exists, owned by the owner and closed to everyone but our roles.

    Errors: `StarterError` `database_not_prepared`.
    """
    try:
        found = administrator.execute(query(_FILE, "database_exists"), {"name": name}).fetchone()
        if found is None or not found[0]:
            administrator.execute(_filled("make_database", database=sql.Identifier(name)))
        for step in ("close_database", "admit_programs", "set_time_zone"):
            administrator.execute(_filled(step, database=sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise StarterError("database_not_prepared", role=administrator.info.user) from error


def close_public_schema(connection: psycopg.Connection[Any]) -> None:
    """Return when nobody may use the schema that every database is born with; inside that database."""
    connection.execute(query(_FILE, "close_public_schema"))


def check_roles(connection: psycopg.Connection[Any]) -> None:
    """Return only if every role is there and none may more than a program should.

    Errors: `StarterError` `role_missing`, `role_excessive`.
    """
    names = [OWNER, *LOGINS]
    if missing := connection.execute(query(_FILE, "missing_roles"), {"names": names}).fetchall():
        raise StarterError("role_missing", role=missing[0][0])
    if excessive := connection.execute(query(_FILE, "excessive_roles"), {"names": names}).fetchall():
        raise StarterError("role_excessive", role=excessive[0][0])


def _filled(name: str, **parts: sql.Composable) -> sql.Composed:
    return sql.SQL(query(_FILE, name).decode()).format(**parts)
