"""Databases for tests of migrations: made empty, and dropped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

from discretion.starter import roles
from tests.conftest import DatabaseUnderTest


@pytest.fixture
def empty(server: DatabaseUnderTest) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the administrator in a database without any schema of ours."""
    made = DatabaseUnderTest("without_schema", server.host, server.port)
    with psycopg.connect(server.superuser, autocommit=True) as administrator:
        roles.make_database(administrator, made.name)
        with psycopg.connect(made.superuser, autocommit=True) as connection:
            yield connection
        administrator.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(made.name)))
