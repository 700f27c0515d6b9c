"""Records joined, or made to look joined, to see somebody whom one may not see."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path

import msgspec
import psycopg
import pytest

from discretion.wire import lookup, merging
from tests.cast import Stage, groups
from tests.conftest import HILLTOP
from tests.merging import ask_merge, entries_about, join, joined, part, second_of
from tests.stages import FirstStage, copied_stage

CONTACT, IDENTITY = groups("contact"), groups("identity")


def is_refused(answer: object) -> bool:
    return isinstance(answer, lookup.Refusal) or (isinstance(answer, lookup.Failed) and answer.code in {"not_allowed", "not_found"})


def live(stage: Stage) -> int:
    found = stage.office.execute("select count(*) from hotel.guest_merge").fetchone()
    assert found is not None
    return int(found[0])


def test_a_guest_one_may_not_see_cannot_be_joined_with_one_whom_one_may(stage: Stage) -> None:
    near, far = stage.guest(), stage.guest("none")
    before = live(stage)
    assert is_refused(ask_merge(stage.ben, near, far))
    assert is_refused(ask_merge(stage.ben, far, near))
    assert live(stage) == before
    assert entries_about(stage, far)[-1] == "merge", "the attempt stands in that guest's own list"
    assert is_refused(stage.ben.look_up(far, masked=CONTACT))


def test_nobody_joins_what_they_asked_for_themselves(stage: Stage) -> None:
    asked = ask_merge(stage.ben, stage.guest(), stage.guest())
    again = stage.ben.sign_in()
    for player in (stage.ben, again):
        answer = join(player, asked.detail)
        assert isinstance(answer, lookup.Failed) and answer.code == "own_merge"
    assert stage.office.execute("select joined_at from hotel.guest_merge where merge_id = %s", (asked.detail.hex(),)).fetchone() == (None,)


@pytest.mark.parametrize("duty", ["front_desk", "concierge", "security", "general_manager", "it_admin", "auditor"])
def test_other_duties_neither_join_nor_part(stage: Stage, duty: str) -> None:
    near, other = stage.guest(), stage.guest()
    player = stage.hire(f"Not {duty}", duty)
    assert is_refused(ask_merge(player, near, other))
    merge_id = joined(stage, near, other)
    assert is_refused(part(player, merge_id))


def test_records_of_two_hotels_are_never_joined(stage: Stage) -> None:
    near, elsewhere = stage.guest(), stage.guest(at=HILLTOP)
    assert is_refused(ask_merge(stage.ben, near, elsewhere))
    assert is_refused(ask_merge(stage.ben, elsewhere, near))
    with pytest.raises(psycopg.Error):
        stage.superuser.execute(
            "insert into hotel.guest_merge (property_id, merge_id, survivor_id, absorbed_id, absorbed_groups, why, asked_by)"
            " values (%s, gen_random_uuid(), %s, %s, 0, 'document', %s)",
            (near.property_id.hex(), near.guest_id.hex(), elsewhere.guest_id.hex(), stage.ben.staff_id.hex()),
        )


def test_the_house_makes_no_link_by_itself(stage: Stage) -> None:
    near, other = stage.guest(), stage.guest()
    place = near.property_id.hex()
    for statement, values in (
        (("insert into hotel.guest_merge (property_id, merge_id, survivor_id, absorbed_id, absorbed_groups, why, asked_by)"
         " values (%s, gen_random_uuid(), %s, %s, 0, 'document', %s)"), (place, near.guest_id.hex(), other.guest_id.hex(), stage.ben.staff_id.hex())),
        ("update hotel.guest_merge set joined_at = now(), joined_by = %s where property_id = %s", (stage.ada.staff_id.hex(), place)),
        ("delete from hotel.guest_merge where property_id = %s", (place,)),
        ("select hotel.ask_merge(%s, gen_random_uuid(), %s, %s, 0, 'document', '', %s)",
         (place, near.guest_id.hex(), other.guest_id.hex(), stage.ben.staff_id.hex())),
        ("select vault.sharers(%s, gen_random_uuid(), %s)", (place, near.guest_id.hex())),
        ("select vault.keep_copies(%s, %s, array[%s]::uuid[], 'check_in', '', null)", (place, near.stay_id.hex(), near.guest_id.hex())),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stage.office.execute(statement, values)


def test_without_its_entry_the_keepers_role_learns_nothing_of_who_shares_what(stage: Stage) -> None:
    near = stage.guest()
    stage.guest(document=near.records["document"])
    with psycopg.connect(stage.database.conninfo("keeper"), autocommit=True) as keeper:
        values = (near.property_id.hex(), near.guest_id.hex())
        assert keeper.execute("select * from vault.sharers(%s, gen_random_uuid(), %s)", values).fetchall() == []
        assert keeper.execute("select * from vault.to_compare(%s, gen_random_uuid(), %s)", values).fetchall() == []
        stay = (near.property_id.hex(), near.stay_id.hex(), near.guest_id.hex())
        assert keeper.execute("select * from vault.copy_boxes(%s, gen_random_uuid(), %s, %s, 1)", stay).fetchall() == []


def test_links_across_each_other_are_not_made(stage: Stage) -> None:
    first, second, third = stage.guest(), stage.guest(), stage.guest()
    joined(stage, first, second)
    for survivor, absorbed in ((second, first), (second, third), (third, first), (third, second)):
        answer = ask_merge(stage.ben, survivor, absorbed)
        assert isinstance(answer, lookup.Failed) and answer.code == "merge_held", (survivor, absorbed)


def test_two_who_join_at_once_join_once(stage: Stage) -> None:
    asked = ask_merge(stage.ben, stage.guest(), stage.guest())
    bea = second_of(stage)
    message = merging.JoinRecords(
        ticket=bea.ticket, request_id=b"", merge_id=asked.detail, purpose="check_in", absorbed_purpose="check_in",
    )
    def send(_: int) -> object:
        line = stage.line()
        try:
            return line.ask(msgspec.structs.replace(message, request_id=os.urandom(16)))
        finally:
            line.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert sum(isinstance(answer, lookup.Entered) for answer in answers) == 1, answers
    assert {answer.code for answer in answers if isinstance(answer, lookup.Failed)} <= {"conflict", "too_late"}


def test_two_records_opened_count_as_two_guests(first_stage: FirstStage, run_directory: Path) -> None:
    policy = files("discretion.policy").joinpath("policy.toml").read_text("utf-8")
    for line in ("per_day = 250", "lawful_request = 20", "emergency = 20"):
        policy = policy.replace(f"\n{line}\n", f"\n{line.partition(' = ')[0]} = 1\n")
    with copied_stage(first_stage, run_directory / "merged-budget", policy=policy) as stage:
        near, other = stage.guest(), stage.guest()
        joined(stage, near, other, CONTACT)
        assert isinstance(stage.ada.look_up(near, clear=IDENTITY), lookup.Disclosure)
        answer = stage.ada.look_up(other, clear=CONTACT)
        assert isinstance(answer, lookup.Refusal) and answer.reason == "budget"
