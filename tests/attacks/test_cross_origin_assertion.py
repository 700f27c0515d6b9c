"""A passkey used on another page, in another's frame or for another name does not open our door."""

from __future__ import annotations

import json

import pytest

from discretion.wire import lookup
from tests.authenticator import Authenticator
from tests.cast import Stage
from tests.conftest import HARBOUR

REFUSED = lookup.Failed(code="passkey")


class Framed(Authenticator):
    """A browser that says our page stands in another's, as WebAuthn level 3 has it."""

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({**json.loads(super()._client(kind, challenge)), "topOrigin": "https://evil.example"}).encode()


@pytest.mark.parametrize("origin", [
    "http://localhost:8081", "https://localhost:8080", "http://localhost", "http://evil.example", "http://localhost:8080.evil.example",
    "null", "",
])
def test_it_refuses_an_assertion_from_another_origin(stage: Stage, origin: str) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    mallory.authenticator.origin = origin
    assert mallory.finish_sign_in(mallory.begin_sign_in()) == REFUSED


def test_it_refuses_an_assertion_for_another_name(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    mallory.authenticator.rp_id = "evil.example"
    assert mallory.finish_sign_in(mallory.begin_sign_in()) == REFUSED


def test_it_refuses_an_assertion_from_a_frame_of_another_origin(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    mallory.authenticator.is_cross_origin = True
    assert mallory.finish_sign_in(mallory.begin_sign_in()) == REFUSED


def test_it_refuses_an_assertion_that_names_a_page_above_ours(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    framed = Framed()
    framed.credential_id, framed.key, framed.count = (
        mallory.authenticator.credential_id, mallory.authenticator.key, mallory.authenticator.count,
    )
    challenge = mallory.begin_sign_in()
    assert mallory.finish_sign_in(challenge, framed.sign(challenge.options)) == REFUSED


@pytest.mark.parametrize("make", [
    lambda: Authenticator(origin="http://evil.example"), lambda: Authenticator(rp_id="evil.example"), Framed,
], ids=["another origin", "another name", "a frame"])
def test_it_refuses_to_enrol_a_key_from_elsewhere(stage: Stage, make: type[Authenticator]) -> None:
    _, secret = stage.keeper.invite(HARBOUR.id, "M-origin", "Mallory", "front_desk")
    challenge = stage.ask(lookup.BeginEnrolment(secret=secret))
    refused = stage.ask(lookup.FinishEnrolment(
        secret=secret, challenge_id=challenge.challenge_id, credential=make().make(challenge.options),
    ))
    assert refused == REFUSED


@pytest.mark.parametrize("junk", [
    b"", b"{}", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"rawId":1}', b'{"rawId":"AA"}',
    b'{"rawId":"AA","response":{"clientDataJSON":"e30"}}', b'{"rawId":"AA","response":{"clientDataJSON":"W10"}}',
    b'{"rawId":"AA","response":[]}', b"[" * 5000,
])
def test_it_refuses_what_is_no_assertion_at_all(stage: Stage, junk: bytes) -> None:
    challenge = stage.ada.begin_sign_in()
    answer = stage.ask(lookup.FinishSignIn(property_id=stage.ada.property_id, challenge_id=challenge.challenge_id, assertion=junk))
    assert answer == REFUSED
