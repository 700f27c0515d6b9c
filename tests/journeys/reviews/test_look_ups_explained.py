"""The worker reads every look-up once: what the hotel's work explains is counted, the rest is kept for a reviewer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

import psycopg
import pytest

from discretion.wire import upkeep
from tests.cast import Player, Stage, groups, new_id
from tests.merging import joined
from tests.reviewing import counted, in_office, kept, notices, read_all, review_of, worker
from tests.stages import FirstStage, copied_stage

RULED = 'id="CI-1"\n', 'id="CI-1"\ndo=["record","review:24","notify:72","alert:privacy"]\n'
NOW = timedelta(seconds=-5)  # entries are stamped in whole seconds, which may lie ahead


@pytest.fixture(scope="module")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    """A stage whose look-ups are all read already."""
    with copied_stage(first_stage, run_directory / "reviews") as made:
        read_all(worker(made))
        yield made


def clerk(stage: Stage) -> Player:
    return stage.hire("Ida", "front_desk")


def test_an_arrival_explains_its_look_ups_and_nothing_of_them_is_kept(stage: Stage) -> None:
    read_all(worker(stage))  # what another test left
    before = counted(stage, stage.ada.property_id)
    ida, guest = clerk(stage), stage.guest("arriving")
    ida.look_up(guest, clear=groups("identity"), masked=groups("document"))
    ida.look_up(guest, "marketing", clear=groups("identity"))
    assert read_all(worker(stage)) > 1
    after = counted(stage, stage.ada.property_id)
    assert kept(stage, ida.staff_id) == []
    assert after["arrival"] == before.get("arrival", 0) + 1
    assert after["refused"] == before.get("refused", 0) + 1


def test_the_stay_of_one_of_joined_records_explains_looks_at_both(stage: Stage) -> None:
    read_all(worker(stage))  # what another test left
    before = counted(stage, stage.ada.property_id)
    ida, guest, old = clerk(stage), stage.guest("arriving"), stage.guest("departed", departed_days=20)
    stage.case(old, "complaint")
    joined(stage, guest, old, absorbed_purpose="complaint")
    assert ida.look_up(old, masked=groups("contact")).relation == "arriving"
    read_all(worker(stage))
    assert kept(stage, ida.staff_id) == []
    assert counted(stage, stage.ada.property_id)["arrival"] == before.get("arrival", 0) + 1


def test_a_look_at_somebody_who_stands_out_waits_and_then_goes_to_a_reviewer(stage: Stage) -> None:
    ida, guest = clerk(stage), stage.guest("in_house")
    stage.mark(guest, "vip")
    shown = ida.look_up(guest, "guest_request", clear=groups("stay"), masked=groups("identity"))
    reading = worker(stage)
    read_all(reading)
    (review,) = kept(stage, ida.staff_id)
    assert (review["entry_idx"], review["why"], review["state"], review["explained"]) == (shown.entry, "unexplained", "settling", "")
    assert (review["clear"], review["masked"], review["guest"]) == (groups("stay"), groups("identity"), guest.guest_id.hex())
    asyncio.run(reading.review())
    assert kept(stage, ida.staff_id)[0]["state"] == "settling"
    before = counted(stage, stage.ada.property_id).get("unexplained", 0)
    asyncio.run(worker(stage, settle=NOW).review())
    assert kept(stage, ida.staff_id)[0]["state"] == "open"
    assert counted(stage, stage.ada.property_id)["unexplained"] > before


def test_what_is_explained_meanwhile_goes_to_nobody(stage: Stage) -> None:
    ida, guest = clerk(stage), stage.guest("in_house")
    stage.mark(guest, "vip")
    ida.look_up(guest, "guest_request", clear=groups("stay"))
    read_all(worker(stage))
    assert len(kept(stage, ida.staff_id)) == 1
    stage.office.execute(
        "insert into hotel.service_request (property_id, request_id, number, guest_id, kind, channel, words, opened_by)"
        " values (%s, %s, 'Q-1', %s, 'front_desk', 'desk', 'a pillow', %s)",
        (guest.property_id.hex(), new_id().hex(), guest.guest_id.hex(), ida.staff_id.hex()),
    )
    asyncio.run(worker(stage, settle=NOW).review())
    assert kept(stage, ida.staff_id) == []


def test_the_reason_other_is_always_reviewed(stage: Stage) -> None:
    from discretion.wire import lookup

    ida, guest = clerk(stage), stage.guest("arriving")
    ida.ask(lookup.LookUp, guest_id=guest.guest_id, purpose="check_in", clear=groups("contact"), masked=0, reason="other", reference="for Mr Quill", context="reveal")
    read_all(worker(stage))
    (review,) = kept(stage, ida.staff_id)
    assert (review["why"], review["state"], review["due"]) == ("other", "open", timedelta(hours=24))
    row = stage.superuser.execute("select reference, has_reference from hotel.lookup_review where number = %s", (review["number"],)).fetchone()
    assert row == ("", True)  # what somebody typed stays in the entry


def test_some_ordinary_look_ups_are_drawn(stage: Stage) -> None:
    ida, guest = clerk(stage), stage.guest("arriving")
    ida.look_up(guest, clear=groups("identity"))
    read_all(worker(stage, dice=lambda per_mille: per_mille == 20))
    (review,) = kept(stage, ida.staff_id)
    assert (review["why"], review["explained"], review["due"]) == ("sampled", "arrival", timedelta(hours=72))


def test_each_entry_is_taken_once_by_however_many_workers(stage: Stage) -> None:
    ida, guest = clerk(stage), stage.guest("in_house")
    stage.mark(guest, "vip")
    ida.look_up(guest, "guest_request", clear=groups("stay"))

    async def together() -> None:
        await asyncio.gather(*(worker(stage).review() for _ in range(3)))

    asyncio.run(together())
    assert len(kept(stage, ida.staff_id)) == 1
    assert read_all(worker(stage)) == 0


def test_a_worker_that_starts_anew_remembers_repeated_visits(stage: Stage) -> None:
    ida, guest = clerk(stage), stage.guest("arriving")
    ida.look_up(guest, clear=groups("identity"))
    read_all(worker(stage))
    reading = worker(stage)
    asyncio.run(reading.review())
    assert (ida.staff_id, guest.guest_id) in reading._earlier[stage.ada.property_id]._looks


def test_a_ledger_begun_after_another_is_read_from_its_beginning(stage: Stage) -> None:
    stage.ada.look_up(stage.dora, "marketing", clear=1)
    read_all(worker(stage))
    stage.superuser.execute("update hotel.review_cursor set next_idx = 100000, origin = 'the one before' where property_id = %s", (stage.ada.property_id.hex(),))
    before = counted(stage, stage.ada.property_id)["refused"]
    assert read_all(worker(stage)) > 20
    assert counted(stage, stage.ada.property_id)["refused"] > before


def test_a_batch_that_cannot_be_kept_is_read_again(stage: Stage) -> None:
    ida, guest = clerk(stage), stage.guest("in_house")
    read_all(worker(stage))
    stage.mark(guest, "vip")
    ida.look_up(guest, "guest_request", clear=groups("stay"))
    stage.superuser.execute("alter table hotel.review_day add constraint broken check (count < 0) not valid")
    stage.superuser.execute("alter table hotel.lookup_review add constraint broken check (why <> 'unexplained') not valid")
    try:
        with pytest.raises(psycopg.errors.CheckViolation):
            asyncio.run(worker(stage).review())
    finally:
        stage.superuser.execute("alter table hotel.review_day drop constraint broken")
        stage.superuser.execute("alter table hotel.lookup_review drop constraint broken")
    assert kept(stage, ida.staff_id) == []
    read_all(worker(stage))
    assert len(kept(stage, ida.staff_id)) == 1


def test_the_keeper_being_away_is_no_end(own_stage: Stage) -> None:
    own_stage.keeper.stop()
    assert asyncio.run(worker(own_stage).review()) == 0


def test_a_rule_brings_its_look_ups_to_a_reviewer_and_tells_at_once(first_stage: FirstStage, run_directory: Path) -> None:
    policy = (files("discretion.policy") / "policy.toml").read_text("utf-8").replace(*RULED)
    with copied_stage(first_stage, run_directory / "ruled", policy=policy) as stage:
        shown = stage.ada.look_up(stage.dora, clear=groups("identity"))
        read_all(worker(stage))
        (review,) = kept(stage, stage.ada.staff_id)
        assert (review["entry_idx"], review["why"], review["explained"]) == (shown.entry, "obligation", "arrival")
        assert (review["due"], review["guest_due"]) == (timedelta(hours=24), timedelta(hours=72))
        assert notices(stage, to="privacy") == [("look_up_alert", {"duty": "front_desk", "purpose": "check_in"})]


def test_every_emergency_is_reviewed_within_a_day_and_its_guest_told_within_three(stage: Stage) -> None:
    ida, emergency = clerk(stage), new_id()
    stage.superuser.execute(
        "insert into hotel.emergency (property_id, emergency_id, staff_id, duty, session_id, guest_id, groups, situation, words, until_at)"
        " values (%s, %s, %s, 'front_desk', %s, %s, 3, 'life', 'smoke on the twelfth floor', now() + interval '15 minutes')",
        (ida.property_id.hex(), emergency.hex(), ida.staff_id.hex(), new_id().hex(), stage.dora.guest_id.hex()),
    )
    for _ in range(2):
        asyncio.run(worker(stage).review())
    (review,) = kept(stage, ida.staff_id)
    assert (review["why"], review["state"], review["clear"]) == ("emergency", "open", 3)
    assert (review["due"], review["guest_due"]) == (timedelta(hours=24), timedelta(hours=72))


def test_what_upkeep_brings_back_is_ids_and_codes(stage: Stage) -> None:
    guest = stage.guest("arriving")
    shown = stage.ada.look_up(guest, clear=255 - groups("document"), masked=groups("document"))
    read = stage.upkeep(upkeep.ReadLookUps(property_id=stage.ada.property_id, first=shown.entry, limit=1))
    assert isinstance(read, upkeep.LookUpsRead)
    (line,) = read.items
    assert (line.index, line.staff_id, line.guest_id, line.relation) == (shown.entry, stage.ada.staff_id, guest.guest_id, "arriving")
    assert read.next == shown.entry + 1
    assert not any(secret in repr(read).encode() for secret in guest.secrets)


def test_what_is_overdue_goes_up_and_a_day_later_further(stage: Stage) -> None:
    from discretion.office.review_clock import run_clocks

    ida = clerk(stage)
    number = review_of(stage, ida, due_hours=-1)
    in_office(stage, run_clocks, "worker")
    assert [kind for kind, _ in notices(stage, to="privacy")].count("review_overdue") == 1
    in_office(stage, run_clocks, "worker")
    assert [kind for kind, _ in notices(stage, to="privacy")].count("review_overdue") == 1
    stage.superuser.execute("update hotel.lookup_review set escalated_at = now() - interval '25 hours' where number = %s", (number,))
    in_office(stage, run_clocks, "worker")
    assert ("review_overdue", {"count": 1}) in notices(stage, to="general_manager")


def test_the_same_night_each_is_told_of_own_look_ups_that_nothing_explains(stage: Stage) -> None:
    from discretion.office.review_clock import run_clocks

    ida = clerk(stage)
    review_of(stage, ida)
    review_of(stage, ida)
    stage.superuser.execute("update hotel.review_cursor set told_on = null where property_id = %s", (ida.property_id.hex(),))
    stage.superuser.execute(  # somewhere it is late in the evening now
        "update hotel.property set time_zone = (select name from pg_timezone_names where name like 'Etc/GMT%%'"
        " and (now() at time zone name)::time between '22:00' and '23:58' limit 1) where property_id = %s", (ida.property_id.hex(),),
    )
    try:
        in_office(stage, run_clocks, "worker")
        in_office(stage, run_clocks, "worker")
    finally:
        stage.superuser.execute("update hotel.property set time_zone = 'Asia/Shanghai' where property_id = %s", (ida.property_id.hex(),))
    assert notices(stage, to=ida.staff_id) == [("own_look_ups", {"count": 2})]
