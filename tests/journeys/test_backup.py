"""The operator makes backups while the hotel works, checks them, and restores one on another machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from discretion.starter import backups
from discretion.wire import lookup
from tests.backups import Saved, believed, opened_again, refused, restored_stage, saved
from tests.cast import Guest, Stage
from tests.stages import FirstStage, copied_stage


@dataclass(frozen=True, slots=True)
class Backed:
    """A stage that was backed up, and what was so then."""

    stage: Stage
    kept: Saved
    made: backups.Made
    guest: Guest
    entry: int


@pytest.fixture(scope="module")
def backed(first_stage: FirstStage, run_directory: Path) -> Iterator[Backed]:
    """A hotel at work, backed up after a look-up."""
    with copied_stage(first_stage, run_directory / "backed") as stage:
        guest = stage.guest("arriving")
        told = stage.ada.look_up(guest, clear=1)
        assert isinstance(told, lookup.Disclosure)
        kept = saved(stage.settings, run_directory / "kept")
        made = backups.create(stage.settings, kept.where, kept.key)
        yield Backed(stage, kept, made, guest, told.entry)


def test_a_backup_is_restored_and_everything_opens_again(backed: Backed, run_directory: Path) -> None:
    stage, kept = backed.stage, backed.kept
    assert stage.ada.look_up(backed.guest, clear=1).entry > backed.entry, "the hotel goes on working"
    with restored_stage(stage, kept, run_directory / "other") as (other, done):
        assert done.remembered == frozenset()
        refused(other, "signer_memory_missing")
        believed(other)
        opened_again(other)
        told = other.ada.look_up(backed.guest, clear=1)
        assert isinstance(told, lookup.Disclosure)
        assert backed.guest.surname in str(told)
        status, verdict = other.verify()
        assert (status, verdict["problem"]) == (0, "")
