"""A key that a cloud copies between devices verifies the owner of a profile, not the person at the desk."""

from __future__ import annotations

from discretion.wire import lookup
from tests.authenticator import Authenticator
from tests.cast import Stage
from tests.conftest import HARBOUR


def test_it_refuses_to_enrol_one(stage: Stage) -> None:
    _, secret = stage.keeper.invite(HARBOUR.id, "M-synced", "Mallory", "front_desk")
    synced = Authenticator()
    synced.is_synced = True
    challenge = stage.ask(lookup.BeginEnrolment(secret=secret))
    refused = stage.ask(lookup.FinishEnrolment(
        secret=secret, challenge_id=challenge.challenge_id, credential=synced.make(challenge.options),
    ))
    assert refused == lookup.Failed(code="passkey")


def test_it_refuses_one_that_was_synced_after_its_enrolment(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    mallory.authenticator.is_synced = True
    assert mallory.finish_sign_in(mallory.begin_sign_in()) == lookup.Failed(code="passkey")
