"""An assertion signs in once, over the challenge it was made for, at the property that challenge is of."""

from __future__ import annotations

from discretion.wire import lookup
from tests.cast import Stage
from tests.conftest import HARBOUR

REFUSED = lookup.Failed(code="passkey")


def test_it_refuses_the_same_assertion_a_second_time(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    challenge = mallory.begin_sign_in()
    assertion = mallory.authenticator.sign(challenge.options)
    assert isinstance(mallory.finish_sign_in(challenge, assertion), lookup.SignedIn)
    assert mallory.finish_sign_in(challenge, assertion) == REFUSED
    assert mallory.finish_sign_in(mallory.begin_sign_in(), assertion) == REFUSED
    assert _sessions(stage, mallory.staff_id) == 2  # the one of the hiring, and this one


def test_of_many_who_bring_the_same_assertion_at_once_one_is_let_in(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    challenge = mallory.begin_sign_in()
    message = lookup.FinishSignIn(
        property_id=mallory.property_id, challenge_id=challenge.challenge_id, assertion=mallory.authenticator.sign(challenge.options),
    )
    lines = [stage.line() for _ in range(8)]
    for line in lines:
        line.send(message)
    answers = [line.answer() for line in lines]
    for line in lines:
        line.close()
    let_in = [answer for answer in answers if isinstance(answer, lookup.SignedIn)]
    assert len(let_in) == 1
    assert {answer.code for answer in answers if answer not in let_in} <= {"passkey", "conflict"}
    assert _sessions(stage, mallory.staff_id) == 2


def test_it_refuses_a_challenge_of_another_property(stage: Stage) -> None:
    challenge = stage.cleo.begin_sign_in()
    assert stage.ada.finish_sign_in(challenge) == REFUSED


def test_it_refuses_a_challenge_that_is_over(stage: Stage) -> None:
    challenge = stage.ada.begin_sign_in()
    stage.superuser.execute(
        "update keys.challenge set expires_at = clock_timestamp() where property_id = %s and challenge_id = %s",
        (HARBOUR.id, challenge.challenge_id.hex()),
    )
    assert stage.ada.finish_sign_in(challenge) == REFUSED


def test_it_refuses_an_enrolments_challenge_for_signing_in(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    _, secret = stage.keeper.invite(HARBOUR.id, f"M-{mallory.staff_id.hex()[:8]}", "Mallory", "front_desk")
    challenge = stage.ask(lookup.BeginEnrolment(secret=secret))
    assert mallory.finish_sign_in(challenge) == REFUSED


def test_it_refuses_a_copied_key_whose_counter_lags_behind(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    mallory.sign_in()
    mallory.authenticator.count = 0
    assert mallory.finish_sign_in(mallory.begin_sign_in()) == REFUSED


def test_it_refuses_a_passkey_that_was_revoked_or_is_nobodys(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    stage.superuser.execute(
        "update keys.credential set revoked_at = clock_timestamp() where property_id = %s and staff_id = %s",
        (HARBOUR.id, mallory.staff_id.hex()),
    )
    assert mallory.finish_sign_in(mallory.begin_sign_in()) == REFUSED
    stranger = type(mallory.authenticator)()
    challenge = mallory.begin_sign_in()
    assert mallory.finish_sign_in(challenge, stranger.sign(challenge.options)) == REFUSED


def test_it_refuses_a_signature_by_another_key_under_somebodys_name(stage: Stage) -> None:
    forged = type(stage.ada.authenticator)()
    forged.credential_id = stage.ada.authenticator.credential_id
    challenge = stage.ada.begin_sign_in()
    assert stage.ada.finish_sign_in(challenge, forged.sign(challenge.options)) == REFUSED


def _sessions(stage: Stage, staff_id: bytes) -> int:
    found = stage.superuser.execute(
        "select count(*) from keys.session where property_id = %s and staff_id = %s", (HARBOUR.id, staff_id.hex()),
    ).fetchone()
    assert found is not None
    return int(found[0])
