"""A ledger of more than two tiles, and its export."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from discretion.wire import upkeep
from tests.cast import Stage
from tests.journeys.ledger.programs import go_program
from tests.journeys.ledger.publishing import run
from tests.ledgers import size_now
from tests.stages import FirstStage, copied_stage

LOOK_UPS = 560  # two full tiles and one that is not


@pytest.fixture(scope="package")
def house(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    """A stage whose ledger has more than two tiles, and a checkpoint over all of it."""
    with copied_stage(first_stage, run_directory / "published") as stage:
        guest = stage.guest()
        for _ in range(LOOK_UPS):
            stage.ada.look_up(guest, clear=1)
        stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
        assert stage.keeper.stop() == 0  # nothing that follows needs it
        yield stage


@pytest.fixture(scope="package")
def exported(house: Stage, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger as files; its key stands beside them."""
    directory = tmp_path_factory.mktemp("auditor") / "log"
    code, told, said = run(house, "export", str(directory), "--property", "harbour")
    assert code == 0, said
    assert told["size"] == size_now(house)
    return directory


@pytest.fixture(scope="session")
def go_verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The verifier over Go's own note and tlog packages, built from pinned sources."""
    return go_program("go", ".", tmp_path_factory.mktemp("go"))
