"""Faults of the keeper's path are put in by a proxy before the database, by signals, and by whoever holds the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cast import Stage
from tests.database_proxy import DatabaseProxy
from tests.stages import FirstStage, copied_stage


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "torture: kills again and again; only with `-m torture`")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "torture" in config.option.markexpr:
        return
    left = [item for item in items if not item.get_closest_marker("torture")]
    config.hook.pytest_deselected(items=[item for item in items if item not in left])
    items[:] = left


@dataclass(frozen=True, slots=True)
class Breakable:
    """A stage whose keeper reaches the database through a proxy."""

    stage: Stage
    proxy: DatabaseProxy


@pytest.fixture(scope="session")
def breakable(first_stage: FirstStage, run_directory: Path) -> Iterator[Breakable]:
    """A stage that tests break at a statement; they leave it running."""
    proxy = DatabaseProxy(run_directory / "x", Path(first_stage.database.host) / f".s.PGSQL.{first_stage.database.port}")
    try:
        with copied_stage(first_stage, run_directory / "breakable", database_host=proxy.host) as stage:
            yield Breakable(stage, proxy)
    finally:
        proxy.close()
