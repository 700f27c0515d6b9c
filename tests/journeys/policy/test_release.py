"""A release of the policy comes into force without a restart, under its entry, once two people have signed it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from discretion.hotel.purpose import FieldGroup
from discretion.office.releases import ReleaseRow
from discretion.policy.release import TIGHTENING
from discretion.wire import lookup
from discretion.wire.entries import Entries, ReadEntries, Term
from tests.cast import ALL, Stage, groups
from tests.releases import NARROWER, WIDER, Hand, hand, in_force, propose, sign, wait_for
from tests.stages import FirstStage, copied_stage, second_keeper

_numbers = itertools.count(1)


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


@pytest.fixture
def open_contacts(stage: Stage, paula: Hand, gerd: Hand) -> ReleaseRow:
    """A release in force under which the desk sees how to reach today's arrivals."""
    return brought(stage, fresh(WIDER), paula, gerd)


def fresh(body: bytes) -> bytes:
    """Return the text as nobody has proposed it before."""
    return body + b"# %d\n" % next(_numbers)


def brought(stage: Stage, body: bytes, *hands: Hand) -> ReleaseRow:
    """Return a release that is in force."""
    row = propose(stage, stage.ben, body)
    sign(stage, row, *hands)
    return wait_for(stage, row, "active")


def sees_contact(stage: Stage) -> bool:
    """Whether Ada sees how to reach one of today's arrivals."""
    answer = stage.ada.look_up(stage.guest("arriving"), clear=ALL)
    assert isinstance(answer, lookup.Disclosure), answer
    return bool(answer.clear & FieldGroup.CONTACT.bit)


def again(stage: Stage) -> None:
    stage.keeper.stop()
    stage.restart()


def activations(stage: Stage) -> list[int]:
    """Return the indexes of the entries that brought a release into force, newest first."""
    entries = stage.egon.ask(ReadEntries, terms=[Term(key="action", values=["policy"])])
    assert isinstance(entries, Entries)
    return [line.index for line in entries.lines]


@pytest.mark.usefixtures("open_contacts")
def test_two_signatures_bring_a_release_into_force_and_the_next_look_up_goes_by_it(stage: Stage, paula: Hand, gerd: Hand) -> None:
    guest = stage.guest("arriving")
    before = stage.ada.look_up(guest, clear=ALL)
    assert before.clear & FieldGroup.CONTACT.bit
    row = propose(stage, stage.ben, fresh(NARROWER))
    sign(stage, row, paula)
    assert stage.ada.look_up(guest, clear=ALL).clear == before.clear, "one signature changes nothing"
    sign(stage, row, gerd)
    wait_for(stage, row, "active")
    after = stage.ada.look_up(guest, clear=ALL)
    assert after.clear == before.clear & ~groups("contact", "preferences")
    assert in_force(stage).roles == ("general_manager", "privacy")
    assert before.entry < activations(stage)[0] < after.entry


def test_it_is_still_in_force_after_a_restart_and_the_one_after_it_follows_it(stage: Stage, paula: Hand, gerd: Hand) -> None:
    brought(stage, fresh(NARROWER), paula, gerd)
    again(stage)
    assert not sees_contact(stage)
    brought(stage, fresh(WIDER), paula, gerd)
    assert sees_contact(stage)
    again(stage)
    assert sees_contact(stage)


@pytest.mark.usefixtures("open_contacts")
def test_one_signature_suffices_to_show_less_at_once(stage: Stage, gerd: Hand) -> None:
    row = propose(stage, stage.ben, fresh(NARROWER), kind=TIGHTENING)
    sign(stage, row, gerd)
    wait_for(stage, row, "active")
    assert not sees_contact(stage)
    again(stage)
    assert not sees_contact(stage)


def test_a_release_waits_for_its_moment(stage: Stage, paula: Hand, gerd: Hand) -> None:
    row = propose(stage, stage.ben, fresh(WIDER), seconds=4)
    sign(stage, row, paula, gerd)
    assert wait_for(stage, row, "signed").activated_at is None
    done = wait_for(stage, row, "active", seconds=20)
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
    brought(stage, fresh(NARROWER), paula, gerd)
    ended = stage.superuser.execute(
        "select state, why from hotel.access_request where guest_id = %s order by state", (guest.guest_id.hex(),),
    ).fetchall()
    assert ended == [("cancelled", "policy_changed"), ("revoked", "policy_changed")]


def test_what_was_compared_with_a_text_that_is_gone_is_withdrawn(stage: Stage, paula: Hand, gerd: Hand) -> None:
    other = propose(stage, stage.ben, fresh(WIDER), seconds=3600)
    sign(stage, other, paula, gerd)
    brought(stage, fresh(WIDER), paula, gerd)
    assert wait_for(stage, other, "withdrawn").activated_at is None


def test_look_ups_under_way_are_each_decided_by_one_policy(stage: Stage, paula: Hand, gerd: Hand) -> None:
    brought(stage, fresh(NARROWER), paula, gerd)
    guests = [stage.guest("arriving") for _ in range(3)]
    row = propose(stage, stage.ben, fresh(WIDER))
    sign(stage, row, paula, gerd)
    seen: list[tuple[int, bool]] = []
    while sum(is_open for _, is_open in seen) < 6:
        answer = stage.ada.look_up(guests[len(seen) % 3], clear=ALL)
        assert isinstance(answer, lookup.Disclosure), answer
        seen.append((answer.entry, bool(answer.clear & FieldGroup.CONTACT.bit)))
        assert len(seen) < 50_000
    at = activations(stage)[0]
    assert all(is_open == (entry > at) for entry, is_open in seen)


def test_two_keepers_of_one_database_go_over_together(stage: Stage, paula: Hand, gerd: Hand, run_directory: Path) -> None:
    guest = stage.guest("arriving")
    with second_keeper(stage, run_directory / "release-second") as second:
        for body in (NARROWER, WIDER):
            brought(stage, fresh(body), paula, gerd)
            for keeper in (stage, second):  # the very next look-up, whichever of them brought it into force
                answer = keeper.ada.look_up(guest, clear=ALL)
                assert bool(answer.clear & FieldGroup.CONTACT.bit) is (body is WIDER)


@pytest.mark.usefixtures("open_contacts")
def test_the_ledger_agrees_with_itself_over_a_release(stage: Stage) -> None:
    assert stage.verify()[0] == 0
