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
from tests.cast import ALL, Guest, Stage, groups
from tests.erasing import erased as erase
from tests.stages import FirstStage, copied_stage


@dataclass(frozen=True, slots=True)
class Erased:
    """A stage with backups from before and after an erasure."""

    stage: Stage
    before: Saved
    after: Saved
    gone: Guest
    there: Guest


@pytest.fixture(scope="module")
def erased(first_stage: FirstStage, run_directory: Path) -> Iterator[Erased]:
    with copied_stage(first_stage, run_directory / "erased") as stage:
        gone, there = stage.guest("arriving"), stage.guest("arriving")
        for guest in (gone, there, gone):
            assert isinstance(stage.ada.look_up(guest, clear=1), lookup.Disclosure)
        stage.office.execute("update hotel.stay set state = 'cancelled' where stay_id = %s", (gone.stay_id.hex(),))
        before, after = (saved(stage.settings, run_directory / name) for name in ("before", "after"))
        backups.create(stage.settings, before.where, before.key)
        erase(stage, gone)
        erase(stage, there, groups("notes"))
        backups.create(stage.settings, after.where, after.key)
        yield Erased(stage, before, after, gone, there)


def rows_about(stage: Stage, guest: Guest) -> tuple[int, ...]:
    """Return in how many rows a guest still stands: key, record, tokens, stays; and whether the notes of the record are there."""
    row = stage.superuser.execute(
        "select (select count(*) from keys.guest_key where guest_id = %(g)s), (select count(*) from vault.record where guest_id = %(g)s),"
        " (select count(distinct guest_id) from vault.token where guest_id = %(g)s), (select count(*) from hotel.occupant where guest_id = %(g)s),"
        " (select count(boxes[8]) from vault.record where guest_id = %(g)s)", {"g": guest.guest_id.hex()},
    ).fetchone()
    assert row is not None
    return tuple(int(each) for each in row)


def check_gone(erased: Erased, restored: Stage) -> None:
    """The guest is gone before anybody is served; the others are there, without what was erased of them."""
    assert rows_about(restored, erased.gone)[1:] == (1, 1, 1, 1), "the data is from before"
    believed(restored)
    opened_again(restored)
    assert rows_about(restored, erased.gone) == (0, 0, 0, 0, 0)
    assert rows_about(restored, erased.there) == (1, 1, 1, 1, 0)
    answer = restored.ada.look_up(erased.gone, clear=ALL)
    assert isinstance(answer, lookup.Refusal) and answer.reason == "not_found"
    told = restored.ada.look_up(erased.there, clear=1)
    assert isinstance(told, lookup.Disclosure) and erased.there.surname in str(told)
    status, verdict = restored.verify()
    assert (status, verdict["problem"]) == (0, ""), "every entry is explained"
    assert restored.keeper.stop() == 0
    restored.restart()
    assert restored.keeper.stop() == 0, "once is enough"
    orders = restored.superuser.execute("select count(*) from hotel.erasure_order where done_at is not null").fetchone()
    assert orders == (2,)
    for path in restored.settings.directory.rglob("*"):
        raw = path.read_bytes() if path.is_file() else b""
        assert not [secret for secret in erased.gone.secrets if secret in raw], path


def test_the_list_of_erasures_outlives_the_machine(erased: Erased, run_directory: Path) -> None:
    """Backup and key part are from before; the signer's directory was saved, or stands on another disk."""
    signer = erased.stage.settings.erased_file(erased.gone.property_id)
    with restored_stage(erased.stage, erased.before, run_directory / "listed", erased=(signer,)) as (restored, done):
        assert done.erased == 2
        assert restored.settings.erased_file(erased.gone.property_id).read_bytes() == signer.read_bytes(), "the keeper's start replays it"
        check_gone(erased, restored)


def test_the_newest_key_part_knows_of_the_erasure(erased: Erased, run_directory: Path) -> None:
    """The list is lost with the machine; data from before is read with keys from after, and their list comes along."""
    with restored_stage(erased.stage, erased.before, run_directory / "newer", keys=erased.after.keys) as (restored, done):
        assert (done.erased, done.keys_gone) == (2, 1)
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
