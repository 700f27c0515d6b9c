"""A guest was erased after the backup. Whoever restores it, honestly or not, gets the others back and never that guest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from discretion.starter import backups
from discretion.wire import lookup
from tests.attacks.test_backup_holds_a_secret import everything
from tests.backups import Saved, believed, opened_again, restored_stage, saved
from tests.cast import ALL, Guest, Stage
from tests.stages import FirstStage, copied_stage


@dataclass(frozen=True, slots=True)
class Erased:
    """A stage with backups from before and after an erasure."""

    stage: Stage
    before: Saved
    after: Saved
    gone: Guest
    there: Guest


def erase(stage: Stage, guest: Guest) -> None:
    place = (guest.property_id.hex(), guest.guest_id.hex())
    stage.superuser.execute("delete from keys.guest_key where property_id = %s and guest_id = %s", place)
    with stage.settings.erased_file(guest.property_id).open("a") as erased:
        erased.write(f"{guest.guest_id.hex()} 255 1795000000 17\n")


@pytest.fixture(scope="module")
def erased(first_stage: FirstStage, run_directory: Path) -> Iterator[Erased]:
    with copied_stage(first_stage, run_directory / "erased") as stage:
        gone, there = stage.guest("arriving"), stage.guest("arriving")
        for guest in (gone, there):
            assert isinstance(stage.ada.look_up(guest, clear=1), lookup.Disclosure)
        before, after = (saved(stage.settings, run_directory / name) for name in ("before", "after"))
        backups.create(stage.settings, before.where, before.key)
        erase(stage, gone)
        backups.create(stage.settings, after.where, after.key)
        yield Erased(stage, before, after, gone, there)


def check_gone(erased: Erased, restored: Stage) -> None:
    """Nothing of the guest opens, before the first start and after it; the others do."""
    gone = (erased.gone.property_id.hex(), erased.gone.guest_id.hex())
    left = "select count(*) from keys.guest_key where property_id = %s and guest_id = %s"
    assert restored.superuser.execute(left, gone).fetchone() == (0,), "no key, before anything runs"
    believed(restored)
    opened_again(restored)
    assert restored.superuser.execute(left, gone).fetchone() == (0,)
    answer = restored.ada.look_up(erased.gone, clear=ALL)
    assert not isinstance(answer, lookup.Disclosure) or not answer.groups
    told = restored.ada.look_up(erased.there, clear=1)
    assert isinstance(told, lookup.Disclosure) and erased.there.surname in str(told)
    status, verdict = restored.verify()
    assert (status, verdict["problem"]) == (0, "")
    assert restored.keeper.stop() == 0
    for path in restored.settings.directory.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            assert not [secret for secret in erased.gone.secrets if secret in raw], path


def test_the_list_of_erasures_outlives_the_machine(erased: Erased, run_directory: Path) -> None:
    """Backup and key part are from before; the signer's directory was saved, or stands on another disk."""
    signer = erased.stage.settings.erased_file(erased.gone.property_id)
    with restored_stage(erased.stage, erased.before, run_directory / "listed", erased=(signer,)) as (restored, done):
        assert done.erased == 1
        assert restored.settings.erased_file(erased.gone.property_id).read_bytes() == signer.read_bytes(), "the keeper's start replays it"
        check_gone(erased, restored)


def test_the_newest_key_part_knows_of_the_erasure(erased: Erased, run_directory: Path) -> None:
    """The list is lost with the machine; data from before is read with keys from after, and their list comes along."""
    with restored_stage(erased.stage, erased.before, run_directory / "newer", keys=erased.after.keys) as (restored, done):
        assert done.erased == 1
        check_gone(erased, restored)


def test_no_later_key_part_holds_the_key(erased: Erased) -> None:
    place = erased.gone.guest_id
    written = f"{place.hex()[:8]}-{place.hex()[8:12]}".encode()
    assert written in everything(erased.before.keys, erased.before.key)[1]
    rows = everything(erased.after.keys, erased.after.key)[1]
    assert written not in rows and place.hex().encode() in rows, "named as erased, and nothing else"


def test_old_data_without_its_key_part_opens_nothing(erased: Erased) -> None:
    """After a few days the key part is gone: whoever keeps the data for years holds ciphertext of the erased."""
    tables, rows = everything(erased.before.data, erased.before.key)
    assert "vault.record" in tables
    wrapped = erased.stage.superuser.execute("select encode(wrapped, 'hex') from keys.guest_key limit 1").fetchone()
    assert wrapped is not None and wrapped[0].encode() not in rows
    assert not [secret for secret in erased.gone.secrets if secret in rows]
