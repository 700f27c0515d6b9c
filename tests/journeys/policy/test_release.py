"""A release of the policy comes into force without a restart, under its entry, once two people have signed it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from discretion.hotel.purpose import FieldGroup
from discretion.policy.release import TIGHTENING
from discretion.wire import lookup
from discretion.wire.entries import Entries, ReadEntries, Term
from tests.cast import ALL, Stage, groups
from tests.releases import NARROWER, WIDER, Hand, hand, in_force, propose, sign, wait_for
from tests.stages import FirstStage, copied_stage


@pytest.fixture(scope="module")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    with copied_stage(first_stage, run_directory / "release-stage") as made:
        yield made


@pytest.fixture(scope="module")
def paula(stage: Stage) -> Hand:
    return hand(stage, "privacy")


@pytest.fixture(scope="module")
def gerd(stage: Stage) -> Hand:
    return hand(stage, "general_manager")


def again(stage: Stage) -> None:
    stage.keeper.stop()
    stage.restart()


def test_two_signatures_bring_a_release_into_force_and_the_next_look_up_goes_by_it(stage: Stage, paula: Hand, gerd: Hand) -> None:
    guest = stage.guest("arriving")
    before = stage.ada.look_up(guest, clear=ALL)
    assert before.clear & FieldGroup.CONTACT.bit
    row = propose(stage, stage.ben, NARROWER)
    sign(stage, row, paula)
    assert stage.ada.look_up(guest, clear=ALL).clear == before.clear, "one signature changes nothing"
    sign(stage, row, gerd)
    wait_for(stage, row, "active")
    after = stage.ada.look_up(guest, clear=ALL)
    assert after.clear == before.clear & ~groups("contact", "preferences")
    assert in_force(stage).roles == ("general_manager", "privacy")
    entries = stage.egon.ask(ReadEntries, terms=[Term(key="action", values=["policy"])])
    assert isinstance(entries, Entries)
    assert [line.kind for line in entries.lines] == ["policy"]
    assert before.entry < entries.lines[0].index < after.entry


def test_it_is_still_in_force_after_a_restart_and_the_one_after_it_follows_it(stage: Stage, paula: Hand, gerd: Hand) -> None:
    guest = stage.guest("arriving")
    again(stage)
    assert not stage.ada.look_up(guest, clear=ALL).clear & FieldGroup.CONTACT.bit
    row = propose(stage, stage.ben, WIDER)
    sign(stage, row, paula, gerd)
    wait_for(stage, row, "active")
    assert stage.ada.look_up(guest, clear=ALL).clear & FieldGroup.CONTACT.bit
    again(stage)
    assert stage.ada.look_up(guest, clear=ALL).clear & FieldGroup.CONTACT.bit


def test_one_signature_suffices_to_show_less_at_once(stage: Stage, gerd: Hand) -> None:
    row = propose(stage, stage.ben, NARROWER, kind=TIGHTENING)
    sign(stage, row, gerd)
    wait_for(stage, row, "active")
    guest = stage.guest("arriving")
    assert not stage.ada.look_up(guest, clear=ALL).clear & FieldGroup.CONTACT.bit
    again(stage)
    assert not stage.ada.look_up(guest, clear=ALL).clear & FieldGroup.CONTACT.bit


def test_a_release_waits_for_its_moment(stage: Stage, paula: Hand, gerd: Hand) -> None:
    row = propose(stage, stage.ben, WIDER, seconds=4)
    sign(stage, row, paula, gerd)
    assert wait_for(stage, row, "signed").activated_at is None
    done = wait_for(stage, row, "active")
    assert done.activated_at is not None
    assert done.activated_at >= done.activate_at


def test_requests_that_were_open_under_the_old_policy_end_with_it_and_say_why(stage: Stage, paula: Hand, gerd: Hand) -> None:
    guest, now = stage.guest("in_house"), in_force(stage)
    for state in ("pending", "approved"):
        stage.superuser.execute(
            "insert into hotel.access_request (property_id, request_id, requester_id, requester_duty, session_id, guest_id, purpose, groups, rule, fact,"
            " policy, facts, relation, reason, reference, state, decided_at, grant_until_at, ask_until_at, grant_seconds)"
            " values (%s, gen_random_uuid(), %s, 'front_desk', gen_random_uuid(), %s, 'complaint', 4, 'CO-3', 'ok_manager', %s, 0, 'in_house',"
            " 'a reason long enough', 'C-1', %s, case when %s = 'approved' then now() end, case when %s = 'approved' then now() + interval '20 minutes' end,"
            " now() + interval '10 minutes', 1800)",
            (guest.property_id.hex(), stage.ada.staff_id.hex(), guest.guest_id.hex(), now.hash, state, state, state),
        )
    row = propose(stage, stage.ben, NARROWER)
    sign(stage, row, paula, gerd)
    wait_for(stage, row, "active")
    ended = stage.superuser.execute(
        "select state, why from hotel.access_request where guest_id = %s order by state", (guest.guest_id.hex(),),
    ).fetchall()
    assert ended == [("cancelled", "policy_changed"), ("revoked", "policy_changed")]


def test_what_was_compared_with_a_text_that_is_gone_is_withdrawn(stage: Stage, paula: Hand, gerd: Hand) -> None:
    other = propose(stage, stage.ben, WIDER + b"# another\n", seconds=3600)
    sign(stage, other, paula, gerd)
    row = propose(stage, stage.ben, WIDER + b"# first\n")
    sign(stage, row, paula, gerd)
    wait_for(stage, row, "active")
    assert wait_for(stage, other, "withdrawn").activated_at is None


def test_the_ledger_agrees_with_itself_over_all_of_it(stage: Stage) -> None:
    assert stage.verify()[0] == 0


def test_look_ups_under_way_are_each_decided_by_one_policy(stage: Stage, paula: Hand, gerd: Hand) -> None:
    guests = [stage.guest("arriving") for _ in range(3)]
    row = propose(stage, stage.ben, WIDER)
    sign(stage, row, paula, gerd)
    seen = []
    while not seen or len(seen) < 4000:
        answer = stage.ada.look_up(guests[len(seen) % 3], clear=ALL)
        assert isinstance(answer, lookup.Disclosure), answer
        seen.append((answer.entry, bool(answer.clear & FieldGroup.CONTACT.bit)))
        if seen[-1][1] and len([each for each in seen if each[1]]) > 5:
            break
    entries = stage.egon.ask(ReadEntries, terms=[Term(key="action", values=["policy"])])
    at = max(line.index for line in entries.lines)
    assert all(is_open == (entry > at) for entry, is_open in seen)
