"""The real file of bookings, through a real keeper into a real database: whole, once, twice, and cut short."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from discretion.office.identities.people import Cast
from discretion.office.imports import job
from discretion.office.imports.formats import Layout
from discretion.wire.settings import Settings
from tests.keeper_program import KeeperProgram

FILE = Path(__file__).parents[2] / "data" / "hotel_bookings.csv.gz"


@pytest.fixture
def bookings(tmp_path: Path) -> Path:
    """The real file, unpacked."""
    path = tmp_path / "hotel_bookings.csv"
    path.write_bytes(gzip.decompress(FILE.read_bytes()))
    return path


@pytest.fixture
def keeper(installation: Settings) -> Iterator[KeeperProgram]:
    """A keeper that serves both properties."""
    program = KeeperProgram(installation)
    program.found()
    assert program.start() == "ready"
    yield program
    program.stop()


def order(path: Path, settings: Settings, *, generate: bool = True) -> job.Order:
    """Return the order to import both hotels of a file."""
    first, second = settings.properties
    hotels = {"Resort Hotel": first.property_id, "City Hotel": second.property_id}
    complete = Cast("seed", "PRT").fill if generate else None
    return job.Order(path, Layout("bookings"), hotels, label="seed" if generate else "", complete=complete)


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """Return what the office's role reads."""
    with psycopg.connect(settings.conninfo("office")) as office:
        return office.execute(query).fetchall()  # type: ignore[arg-type]  # written in this file


def run(settings: Settings, wanted: job.Order) -> Any:
    """Run an import as the command line does."""
    return job.run(wanted, settings.conninfo("office"), str(settings.upkeep_socket), "operator")


def test_it_imports_every_row_of_the_real_file_and_nothing_twice(
    installation: Settings, keeper: KeeperProgram, bookings: Path
) -> None:
    import time
    a=time.perf_counter()
    outcome, tally = run(installation, order(bookings, installation))
    print("RATE", 14938/(time.perf_counter()-a))
    assert (outcome.read, outcome.bad_rows_count) == (14_938, 0)
    assert outcome.counts["reservations"] == 14_938
