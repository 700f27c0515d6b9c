"""The administrator's side of the database: check the server, make roles and database, bring the schema up to date."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from discretion.starter import cluster, data_directory, migrations, roles, server_checks
from discretion.starter.errors import StarterError
from discretion.wire.settings import read_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.wire.settings import Settings

_FIRST_DATABASE = "postgres"


@contextmanager
def administrator(settings: Settings, database: str | None = None) -> Iterator[psycopg.Connection[Any]]:
    """Give the administrator's connection, in autocommit, to our database or another one of the server.

    Errors: `StarterError` `database_away`, `database_password`, `database_missing`; `SettingsError` for its password.
    """
    password = read_secret(settings.secrets / "superuser.password")
    conninfo = settings.conninfo_as(settings.database.administrator, password, database=database)
    place = f"{settings.database_host}:{settings.database.port}"
    try:
        connection = psycopg.connect(conninfo, autocommit=True)
    except psycopg.OperationalError as error:
        # The driver keeps no code of a refused connection, only the server's sentence.
        said = str(error)
        if "password authentication failed" in said:
            raise StarterError("database_password", role=settings.database.administrator, place=place) from error
        if "does not exist" in said and "database" in said:
            raise StarterError("database_missing", name=database or settings.database.name, place=place) from error
        raise StarterError("database_away", place=place) from error
    try:
        yield connection
    except psycopg.errors.DiskFull as error:
        raise StarterError("disk_full") from error
    except (psycopg.errors.AdminShutdown, psycopg.errors.CrashShutdown) as error:
        raise StarterError("database_away", place=place) from error
    finally:
        connection.close()


def prepare_server(settings: Settings) -> None:
    """Return when the server has our roles, with the passwords of the secrets, and our database.

    Errors: `StarterError`, also `database_in_use` when the database already holds an installation.
    """
    passwords = {
        role: read_secret(settings.password_file(role.removeprefix("discretion_"))) for role in roles.LOGINS  # type: ignore[arg-type]
    }
    with administrator(settings, _FIRST_DATABASE) as connection:
        server_checks.check_server(connection)
        roles.make_roles(connection, passwords)
        roles.make_database(connection, settings.database.name)
    with administrator(settings) as connection:
        if migrations.is_begun(connection):
            raise StarterError("database_in_use", name=settings.database.name)
        roles.close_public_schema(connection)


def prepare_schema(settings: Settings) -> tuple[str, ...]:
    """Return the migrations applied now, after checking the server and its roles.

    Errors: `StarterError`.
    """
    with administrator(settings) as connection:
        server_checks.check_server(connection)
        roles.check_roles(connection)
        return migrations.migrate(connection, migrations.read())


@contextmanager
def running_database(settings: Settings) -> Iterator[None]:
    """Have the database running: somebody else's, that of a running `serve`, or ours for the length of the block.

    Errors: `StarterError`. Not checked: whether a running `serve` has finished starting.
    """
    if not settings.database.embedded or data_directory.is_held(settings.directory):
        yield
        return
    with data_directory.hold(settings.directory):
        postgres = cluster.Postgres(data_directory.place(settings))
        postgres.start()
        try:
            yield
        finally:
            postgres.stop()
