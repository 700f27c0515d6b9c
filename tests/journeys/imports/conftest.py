"""What the journeys of imports share: a keeper that serves both properties of an installation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from discretion.wire.settings import Settings
from tests.keeper_program import KeeperProgram


@pytest.fixture
def keeper(installation: Settings) -> Iterator[KeeperProgram]:
    """A keeper that serves both properties."""
    program = KeeperProgram(installation)
    program.found()
    assert program.start() == "ready"
    yield program
    program.stop()
