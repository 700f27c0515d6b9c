"""Sessions the keeper has met: they end when they are idle, when they are over, and when they are forgotten."""

from __future__ import annotations

import os

import pytest

from discretion.keeper import tickets
from discretion.keeper.tickets import (
    IDLE_SECONDS,
    PasskeyError,
    RelyingParty,
    Sessions,
    check_assertion,
    check_credential,
    credential_id_of,
    new_secret,
    secret_hash,
)
from tests.authenticator import Authenticator

PARTY = RelyingParty("localhost", "http://localhost:8080", "Harbour")
PLACE = os.urandom(16)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that a test moves."""
    now = [1000.0]
    monkeypatch.setattr(tickets.time, "monotonic", lambda: now[0])
    return now


def kept(sessions: Sessions, idle: float = 0.0, left: float = 43_200.0) -> bytes:
    ticket = new_secret(PLACE)
    sessions.keep(ticket, (os.urandom(16), os.urandom(16), "front_desk", idle, left))
    return ticket


def test_a_secret_names_its_property_and_is_kept_as_a_hash() -> None:
    one, other = new_secret(PLACE), new_secret(PLACE)
    assert one[:16] == other[:16] == PLACE
    assert len(one) == 48
    assert one != other
    assert len(secret_hash(one)) == 32
    assert secret_hash(one) != secret_hash(other)


def test_a_session_met_is_found_and_another_is_not(clock: list[float]) -> None:
    sessions = Sessions()
    ticket = kept(sessions)
    found = sessions.find(ticket)
    assert found is not None
    assert found.property_id == PLACE
    assert sessions.find(new_secret(PLACE)) is None
    assert sessions.find(b"") is None


def test_it_ends_after_a_quarter_of_an_hour_without_use(clock: list[float]) -> None:
    sessions = Sessions()
    ticket = kept(sessions)
    clock[0] += IDLE_SECONDS
    assert sessions.find(ticket) is not None, "used in time, and begun anew"
    clock[0] += IDLE_SECONDS
    assert sessions.find(ticket) is not None
    clock[0] += IDLE_SECONDS + 0.001
    assert sessions.find(ticket) is None
    assert sessions.find(ticket) is None


def test_use_does_not_carry_it_past_its_end(clock: list[float]) -> None:
    sessions = Sessions()
    ticket = kept(sessions, left=1800)
    for _ in range(5):
        clock[0] += 300
        assert sessions.find(ticket) is not None
    clock[0] += 300
    assert sessions.find(ticket) is None


@pytest.mark.parametrize(("idle", "left"), [(IDLE_SECONDS + 1, 100.0), (0.0, 0.0), (0.0, -1.0)])
def test_one_that_is_over_is_not_kept(clock: list[float], idle: float, left: float) -> None:
    sessions = Sessions()
    assert sessions.find(kept(sessions, idle, left)) is None


def test_one_that_is_forgotten_is_read_again(clock: list[float]) -> None:
    sessions = Sessions()
    ticket = kept(sessions)
    sessions.forget(ticket)
    sessions.forget(ticket)
    assert sessions.find(ticket) is None


def test_uses_are_told_once_by_property_with_their_age(clock: list[float]) -> None:
    sessions = Sessions()
    ticket = kept(sessions)
    clock[0] += 5
    found = sessions.find(ticket)
    clock[0] += 7
    assert found is not None
    assert sessions.take_used() == {PLACE: [(found.session_id, 7.0)]}
    assert sessions.take_used() == {}


def test_however_many_are_met_it_keeps_a_bounded_number(clock: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tickets, "LIVE_MAX", 10)
    sessions = Sessions()
    last = [kept(sessions) for _ in range(25)][-1]
    assert len(sessions._live) <= 10
    assert sessions.find(last) is not None


def options(challenge: bytes) -> bytes:
    return tickets.sign_in_options(PARTY, challenge)


def enrolled() -> tuple[Authenticator, bytes]:
    authenticator, challenge = Authenticator(), os.urandom(32)
    return authenticator, check_credential(PARTY, authenticator.make(options(challenge)), challenge).public_key


def test_an_assertion_over_the_challenge_is_accepted() -> None:
    authenticator, public_key = enrolled()
    challenge = os.urandom(32)
    assertion = authenticator.sign(options(challenge))
    assert check_assertion(PARTY, assertion, challenge, public_key, 0).credential_id == authenticator.credential_id
    assert credential_id_of(assertion) == authenticator.credential_id


def test_an_assertion_over_another_challenge_or_by_another_key_is_refused() -> None:
    authenticator, public_key = enrolled()
    challenge = os.urandom(32)
    assertion = authenticator.sign(options(challenge))
    for wrong in ((os.urandom(32), public_key, 0), (challenge, enrolled()[1], 0), (challenge, public_key, 99)):
        with pytest.raises(PasskeyError):
            check_assertion(PARTY, assertion, *wrong)


@pytest.mark.parametrize("switch", ["is_user_verified", "is_synced", "is_cross_origin"])
def test_a_lying_authenticator_is_refused(switch: str) -> None:
    authenticator, public_key = enrolled()
    setattr(authenticator, switch, not getattr(authenticator, switch))
    challenge = os.urandom(32)
    with pytest.raises(PasskeyError):
        check_assertion(PARTY, authenticator.sign(options(challenge)), challenge, public_key, 0)
    with pytest.raises(PasskeyError):
        check_credential(PARTY, authenticator.make(options(challenge)), challenge)


@pytest.mark.parametrize("junk", [b"", b"{}", b"[]", b"1", b'{"rawId":1}', b"\xff", b"[" * 5000, b'{"rawId":"A","response":{"clientDataJSON":1}}'])
def test_junk_is_refused_and_never_anything_worse(junk: bytes) -> None:
    with pytest.raises(PasskeyError):
        check_assertion(PARTY, junk, os.urandom(32), b"", 0)
    with pytest.raises(PasskeyError):
        check_credential(PARTY, junk, os.urandom(32))
    if b'rawId":"' not in junk:
        with pytest.raises(PasskeyError):
            credential_id_of(junk)
