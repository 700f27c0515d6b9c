"""A lost key is replaced before two people in two duties, never by one, never by the person alone, never by administration."""

from __future__ import annotations

from dataclasses import replace

import pytest

from discretion.wire import lookup
from tests.authenticator import Authenticator
from tests.cast import Player, Stage, new_id
from tests.conftest import HARBOUR

CONFLICT, NOT_ALLOWED = lookup.Failed(code="conflict"), lookup.Failed(code="not_allowed")


@pytest.fixture
def loser(stage: Stage) -> Player:
    """Somebody who lost a key."""
    return stage.hire("Lena", "front_desk")


def begun(by: Player, loser: Player) -> bytes:
    """The recovery's id, after its first half."""
    answer = by.ask(lookup.Invite, staff_id=loser.staff_id, kind="recovery")
    assert isinstance(answer, lookup.Entered), answer
    return answer.detail


def test_it_takes_a_duty_manager_and_the_privacy_officer(stage: Stage, loser: Player) -> None:
    recovery = begun(stage.ben, loser)
    confirmed = stage.hire("Petra", "privacy").ask(lookup.ConfirmRecovery, invitation_id=recovery)
    new_key = Authenticator()
    stage.enrol(new_key, confirmed.detail)
    assert replace(loser, authenticator=new_key).sign_in().ticket
    rests = stage.superuser.execute(
        "select rests_until > now() + interval '23 hours' from keys.credential where property_id = %s and credential_id = %s",
        (HARBOUR.id, new_key.credential_id),
    ).fetchone()
    assert rests == (True,)


def test_half_a_recovery_is_no_link(stage: Stage, loser: Player) -> None:
    recovery = begun(stage.ben, loser)
    assert len(recovery) == 16, "an id, no secret"
    assert stage.ask(lookup.BeginEnrolment(secret=bytes.fromhex(HARBOUR.id) + recovery * 2)) == lookup.Failed(code="link")


def test_the_same_person_does_not_confirm(stage: Stage, loser: Player) -> None:
    assert stage.ben.ask(lookup.ConfirmRecovery, invitation_id=begun(stage.ben, loser)) == CONFLICT


def test_the_same_person_does_not_confirm_in_another_duty(stage: Stage, loser: Player) -> None:
    mallory = stage.hire("Mallory", "duty_manager")
    recovery = begun(mallory, loser)
    stage.office.execute(
        "insert into hotel.staff_role (property_id, staff_id, role) values (%s, %s, 'privacy')", (HARBOUR.id, mallory.staff_id.hex()),
    )
    as_officer = mallory.sign_in()
    assert as_officer.ask(lookup.ChooseDuty, duty="privacy").duty == "privacy"
    assert as_officer.ask(lookup.ConfirmRecovery, invitation_id=recovery) == CONFLICT


def test_another_person_of_the_same_duty_does_not_confirm(stage: Stage, loser: Player) -> None:
    accomplice = stage.hire("Malachy", "duty_manager")
    assert accomplice.ask(lookup.ConfirmRecovery, invitation_id=begun(stage.ben, loser)) == CONFLICT


def test_the_person_recovered_neither_begins_nor_confirms(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "privacy")
    assert mallory.ask(lookup.Invite, staff_id=mallory.staff_id, kind="recovery") == NOT_ALLOWED
    assert mallory.ask(lookup.ConfirmRecovery, invitation_id=begun(stage.ben, mallory)) == CONFLICT


def test_nobody_else_begins_or_confirms(stage: Stage, loser: Player) -> None:
    recovery = begun(stage.ben, loser)
    for player in (stage.ada, stage.egon, stage.iris):
        assert player.ask(lookup.Invite, staff_id=loser.staff_id, kind="recovery") == NOT_ALLOWED
        assert player.ask(lookup.ConfirmRecovery, invitation_id=recovery) == NOT_ALLOWED


def test_nobody_of_another_house_confirms(stage: Stage, loser: Player) -> None:
    officer = stage.hire("Pat", "privacy", stage.players["Hugo"])
    assert officer.ask(lookup.ConfirmRecovery, invitation_id=begun(stage.ben, loser)) == CONFLICT


def test_it_is_confirmed_once_and_in_time(stage: Stage, loser: Player) -> None:
    officer = stage.hire("Petra", "privacy")
    recovery = begun(stage.ben, loser)
    first = officer.ask(lookup.ConfirmRecovery, invitation_id=recovery)
    assert isinstance(first, lookup.Entered)
    assert officer.ask(lookup.ConfirmRecovery, invitation_id=recovery) == CONFLICT
    assert officer.ask(lookup.ConfirmRecovery, invitation_id=new_id()) == CONFLICT
    late = begun(stage.ben, loser)
    stage.superuser.execute(
        "update keys.invitation set expires_at = clock_timestamp() where property_id = %s and invitation_id = %s", (HARBOUR.id, late.hex()),
    )
    assert officer.ask(lookup.ConfirmRecovery, invitation_id=late) == CONFLICT


def test_a_locked_manager_begins_none(stage: Stage, loser: Player) -> None:
    mallory = stage.hire("Mallory", "duty_manager")
    stage.lock("staff", mallory.staff_id)
    assert mallory.ask(lookup.Invite, staff_id=loser.staff_id, kind="recovery") == NOT_ALLOWED
