"""A key that only somebody touched, without PIN or finger, proves nobody's presence: it neither signs in nor enrols."""

from __future__ import annotations

from discretion.wire import lookup
from tests.authenticator import Authenticator
from tests.cast import Stage
from tests.conftest import HARBOUR


def test_it_does_not_sign_in(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    mallory.authenticator.is_user_verified = False
    assert mallory.finish_sign_in(mallory.begin_sign_in()) == lookup.Failed(code="passkey")
    mallory.authenticator.is_user_verified = True
    assert mallory.sign_in().ticket


def test_it_does_not_enrol_and_the_link_stays_good(stage: Stage) -> None:
    _, secret = stage.keeper.invite(HARBOUR.id, "M-uv", "Mallory", "front_desk")
    careless = Authenticator()
    careless.is_user_verified = False
    challenge = stage.ask(lookup.BeginEnrolment(secret=secret))
    refused = stage.ask(lookup.FinishEnrolment(
        secret=secret, challenge_id=challenge.challenge_id, credential=careless.make(challenge.options),
    ))
    assert refused == lookup.Failed(code="passkey")
    stage.enrol(Authenticator(), secret)


def test_the_browser_is_told_to_verify(stage: Stage) -> None:
    assert b'"userVerification": "required"' in stage.ada.begin_sign_in().options
