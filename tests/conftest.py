"""What tests share: one real PostgreSQL for a run (one per worker process), and databases made from a migrated template.

A test that asks for `database` gets one of its own, empty but for the schema. `installation` is a data directory on it.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from discretion.starter import cluster, data_directory, migrations, roles
from discretion.starter.account import postgres_account
from discretion.wire.settings import Property, Settings, load

PASSWORDS = {role: f"testing-only-{role}" for role in roles.LOGINS}
SUPERUSER_PASSWORD = "testing-only-superuser"
HARBOUR = Property(
    id="0190a0c0d0e0f0001111111111111111", code="harbour", name_zh="海港酒店", name_en="Harbour Hotel",
    time_zone="Asia/Shanghai", presence="attested",
)
HILLTOP = Property(
    id="0190a0c0d0e0f0002222222222222222", code="hilltop", name_zh="山顶酒店", name_en="Hilltop Hotel",
    time_zone="Asia/Shanghai", presence="badge_desk",
)
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class DatabaseUnderTest:
    """One database of the run's server."""

    name: str
    host: str
    port: int

    def conninfo(self, program: str) -> str:
        """Return how `keeper`, `office`, `worker` or `auditor` reaches it."""
        return self.conninfo_as(f"discretion_{program}", PASSWORDS[f"discretion_{program}"])

    def conninfo_as(self, role: str, password: str) -> str:
        """Return how a role with a password reaches it."""
        return psycopg.conninfo.make_conninfo(
            host=self.host, port=self.port, dbname=self.name, user=role, password=password,
        )

    @property
    def superuser(self) -> str:
        """How the superuser reaches it."""
        return self.conninfo_as(cluster.SUPERUSER, SUPERUSER_PASSWORD)


@pytest.fixture(scope="session")
def run_directory() -> Iterator[Path]:
    """A short directory for the run; Unix sockets have short names."""
    directory = Path(tempfile.mkdtemp(prefix="dsc-", dir="/tmp"))  # made by mkdtemp, closed to others
    directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def server(run_directory: Path) -> Iterator[DatabaseUnderTest]:
    """The run's PostgreSQL with all roles; the value is its database `postgres`."""
    place = cluster.Place(
        files=run_directory / "postgres", sockets=run_directory / "s", log=run_directory / "postgres.log",
        account=postgres_account(),
    )
    cluster.create(place, SUPERUSER_PASSWORD, is_synced=False)
    postgres = cluster.Postgres(place)
    postgres.start()
    try:
        found = DatabaseUnderTest("postgres", str(place.sockets), cluster.PORT)
        with psycopg.connect(found.superuser, autocommit=True) as connection:
            roles.make_roles(connection, PASSWORDS)
        yield found
    finally:
        postgres.stop()


@pytest.fixture(scope="session")
def template(server: DatabaseUnderTest) -> DatabaseUnderTest:
    """A database with the whole schema and nothing in it, from which the others are copied."""
    made = DatabaseUnderTest("discretion_template", server.host, server.port)
    with psycopg.connect(server.superuser, autocommit=True) as connection:
        roles.make_database(connection, made.name)
    with psycopg.connect(made.superuser, autocommit=True) as connection:
        roles.close_public_schema(connection)
        migrations.migrate(connection, migrations.read())
    return made


@contextmanager
def copied(template: DatabaseUnderTest) -> Iterator[DatabaseUnderTest]:
    """A database copied from the template, dropped afterwards whoever is still connected."""
    made = DatabaseUnderTest(f"t{next(_numbers)}", template.host, template.port)
    server = DatabaseUnderTest("postgres", template.host, template.port)
    with psycopg.connect(server.superuser, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {} owner discretion_owner").format(
                sql.Identifier(made.name), sql.Identifier(template.name),
            ),
        )
        roles.make_database(connection, made.name)
        try:
            yield made
        finally:
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(made.name)))


@pytest.fixture
def database(template: DatabaseUnderTest) -> Iterator[DatabaseUnderTest]:
    """A database for one test."""
    with copied(template) as made:
        yield made


@pytest.fixture(scope="module")
def module_database(template: DatabaseUnderTest) -> Iterator[DatabaseUnderTest]:
    """A database for the tests of one module, which must not mind each other's rows."""
    with copied(template) as made:
        yield made


@pytest.fixture
def installation(database: DatabaseUnderTest, run_directory: Path) -> Iterator[Settings]:
    """A data directory whose settings name this test's database: secrets, root key, two properties; no program runs."""
    directory = run_directory / f"d{next(_numbers)}"
    yield made_installation(database, directory)
    shutil.rmtree(directory)


def made_installation(database: DatabaseUnderTest, directory: Path, **changes: Any) -> Settings:
    """Make a data directory on a database of the run; `changes` go to `data_directory.NewSettings`."""
    new = data_directory.NewSettings(
        name="海港酒店", time_zone="Asia/Shanghai", properties=(HARBOUR, HILLTOP), is_embedded=False,
        database_host=database.host, database_port=database.port, database_name=database.name,
        **{"policy_notice_hours": 0, **changes},
    )
    data_directory.make(directory, new, passwords={
        "superuser": SUPERUSER_PASSWORD,
        **{role.removeprefix("discretion_"): password for role, password in PASSWORDS.items()},
    })
    return load(directory / "discretion.toml")


# The cast's stages are built on the fixtures above, so they are named here last.
from tests.controllers import harbour_gate, hilltop_gate  # noqa: E402, F401
from tests.houses import house, nobody_is_idle  # noqa: E402, F401
from tests.pages import (  # noqa: E402, F401
    base_url,
    browser_context_args,
    browser_type_launch_args,
    page_of,
    pytest_collection_modifyitems,
)
from tests.stages import first_stage, own_stage, stage  # noqa: E402, F401
from tests.windows import ledger_key, opened  # noqa: E402, F401
