"""A backup from before an erasure is put in the place of the database, a crash comes between the erasure and its line in the erased list, the list is
damaged: whoever was erased stays erased, and every entry is still explained (ledger.md §8, row 19).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from discretion.wire import erasure, upkeep
from tests.cast import Guest, Stage, groups, new_id
from tests.conftest import copied
from tests.erasing import erased, order
from tests.faults.test_old_backup import exported, put_in_its_place, recovered, refused
from tests.stages import FirstStage


def left(stage: Stage, guest: Guest) -> tuple[Any, ...] | None:
    return stage.superuser.execute(
        "select (select count(*) from keys.guest_key where guest_id = %(g)s), (select count(*) from vault.record where guest_id = %(g)s),"
        " (select count(*) from vault.token where guest_id = %(g)s), (select count(*) from hotel.occupant where guest_id = %(g)s)",
        {"g": guest.guest_id.hex()},
    ).fetchone()


def test_a_backup_from_before_brings_nobody_back(first_stage: FirstStage, own_stage: Stage, tmp_path: Path) -> None:
    stage, dora = own_stage, own_stage.dora
    with copied(first_stage.database) as backup:
        stage.ada.look_up(dora, masked=groups("identity"))
        stage.office.execute("update hotel.stay set state = 'cancelled' where stay_id = %s", (dora.stay_id.hex(),))
        erased(stage, dora)
        stage.size()  # every captured change is entered, so that none comes after the checkpoint
        stage.upkeep(upkeep.PublishCheckpoint(property_id=dora.property_id))
        whole = exported(stage, tmp_path / "whole")
        assert stage.keeper.stop() == 0
        with put_in_its_place(stage, backup):
            assert left(stage, dora) == (1, 1, 4, 1), "the backup still has her"
            refused(stage, "ledger_behind")
            status, said = recovered(stage, "--from", str(whole))
            assert status == 0, said
            assert stage.start() == "ready"
            assert left(stage, dora) == (0, 0, 0, 0)
            assert stage.keeper.stop() == 0
            status, verdict = stage.verify()
            assert (status, verdict["problem"]) == (0, ""), verdict
            lines = stage.settings.erased_file(dora.property_id).read_text("utf-8").splitlines()
            assert len([line for line in lines if line.startswith(dora.guest_id.hex())]) == 2, "it was entered again"


def test_a_crash_before_the_line_is_made_good_at_the_start(own_stage: Stage) -> None:
    stage, guest = own_stage, own_stage.guest("departed")
    erased(stage, guest)
    stage.keeper.kill()
    stage.settings.erased_file(guest.property_id).write_text(f"{guest.guest_id.hex()} 25", "utf-8")  # the line was cut off
    stage.restart()
    assert stage.settings.erased_file(guest.property_id).read_text("utf-8").startswith(f"{guest.guest_id.hex()} 255 ")
    assert left(stage, guest) == (0, 0, 0, 0)


def test_one_group_of_an_old_backup_goes_again(own_stage: Stage) -> None:
    stage, guest = own_stage, own_stage.guest("departed")
    assert stage.keeper.stop() == 0
    stage.settings.erased_file(guest.property_id).write_text(f"{guest.guest_id.hex()} {groups('notes')} 1700000000 5\n", "utf-8")
    stage.restart()
    row = stage.superuser.execute("select boxes[8] is null, boxes[1] is null from vault.record where guest_id = %s", (guest.guest_id.hex(),)).fetchone()
    assert row == (True, False)
    assert stage.keeper.stop() == 0
    stage.restart()  # once
    done = stage.superuser.execute("select count(*) from hotel.erasure_order where guest_id = %s", (guest.guest_id.hex(),)).fetchone()
    assert done == (1,)


def test_a_list_with_a_line_that_is_none_is_not_served(own_stage: Stage) -> None:
    stage = own_stage
    assert stage.keeper.stop() == 0
    stage.settings.erased_file(stage.ada.property_id).write_text("nothing of the kind\n", "utf-8")
    refused(stage, "erased_list")


def test_a_key_that_is_gone_without_an_erasure_is_a_finding(own_stage: Stage) -> None:
    stage, guest = own_stage, own_stage.guest("arriving")
    stage.ada.look_up(guest, masked=groups("identity"))
    stage.superuser.execute("delete from keys.guest_key where guest_id = %s", (guest.guest_id.hex(),))
    status, verdict = stage.verify()
    assert (status, verdict["problem"]) == (3, "key"), verdict


def test_an_erasure_that_nobody_entered_is_a_finding(own_stage: Stage) -> None:
    """Whoever holds the database says that somebody was erased: no entry names the key."""
    stage, guest = own_stage, own_stage.guest("departed")
    stage.ada.look_up(guest, "complaint", masked=groups("identity"))
    order_id = order(stage, guest, plan_id=new_id())
    stage.superuser.execute("select hotel.erase(%s, %s, 0, (select seq from ledger.sequence where guest_id = %s), null, false)",
                            (guest.property_id.hex(), order_id.hex(), guest.guest_id.hex()))
    status, verdict = stage.verify()
    assert (status, verdict["problem"]) == (3, "key"), verdict
    assert erasure.ORDERS_AT_ONCE_MAX
