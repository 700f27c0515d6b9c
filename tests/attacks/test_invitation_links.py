"""A link lets one person in, for a while: used up, late, another house's, guessed or another person's it lets nobody in."""

from __future__ import annotations

import os

import pytest

from discretion.wire import lookup
from tests.authenticator import Authenticator
from tests.cast import Stage, new_id
from tests.conftest import HARBOUR, HILLTOP

REFUSED = lookup.Failed(code="link")


@pytest.fixture
def link(stage: Stage) -> tuple[bytes, bytes]:
    """A new member of staff and the secret of their link."""
    staff_id = new_id()
    stage.office.execute(
        "insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, %s, 'Mallory')",
        (HARBOUR.id, staff_id.hex(), f"M-{staff_id.hex()[:12]}"),
    )
    invited = stage.iris.ask(lookup.Invite, staff_id=staff_id)
    assert isinstance(invited, lookup.Entered)
    return staff_id, invited.detail


def finished(stage: Stage, secret: bytes, challenge: lookup.Challenge) -> object:
    return stage.ask(lookup.FinishEnrolment(
        secret=secret, challenge_id=challenge.challenge_id, credential=Authenticator().make(challenge.options),
    ))


def keys(stage: Stage, staff_id: bytes) -> int:
    found = stage.superuser.execute(
        "select count(*) from keys.credential where property_id = %s and staff_id = %s", (HARBOUR.id, staff_id.hex()),
    ).fetchone()
    assert found is not None
    return int(found[0])


def test_it_makes_two_keys_and_no_third(stage: Stage, link: tuple[bytes, bytes]) -> None:
    staff_id, secret = link
    for number in (1, 2):
        challenge = stage.ask(lookup.BeginEnrolment(secret=secret))
        assert finished(stage, secret, challenge) == lookup.Enrolled(name="Mallory", keys_count=number)
    challenge = stage.ask(lookup.BeginEnrolment(secret=secret))
    if isinstance(challenge, lookup.Challenge):
        assert isinstance(finished(stage, secret, challenge), lookup.Failed)
    assert keys(stage, staff_id) == 2


def test_many_who_use_it_at_once_make_two_keys_and_no_third(stage: Stage, link: tuple[bytes, bytes]) -> None:
    staff_id, secret = link
    lines = [stage.line() for _ in range(6)]
    challenges = [line.ask(lookup.BeginEnrolment(secret=secret)) for line in lines]
    for line, challenge in zip(lines, challenges, strict=True):
        line.send(lookup.FinishEnrolment(
            secret=secret, challenge_id=challenge.challenge_id, credential=Authenticator().make(challenge.options),
        ))
    answers = [line.answer() for line in lines]
    for line in lines:
        line.close()
    assert sum(isinstance(answer, lookup.Enrolled) for answer in answers) == 2
    assert keys(stage, staff_id) == 2


@pytest.mark.parametrize("change", [
    "expires_at = clock_timestamp()", "used_at = clock_timestamp() - interval '16 minutes'",
], ids=["a day later", "a quarter of an hour after its first use"])
def test_it_is_over(stage: Stage, link: tuple[bytes, bytes], change: str) -> None:
    staff_id, secret = link
    challenge = stage.ask(lookup.BeginEnrolment(secret=secret))
    stage.superuser.execute(
        f"update keys.invitation set {change} where property_id = %s and staff_id = %s", (HARBOUR.id, staff_id.hex()),  # type: ignore[arg-type]
    )
    assert stage.ask(lookup.BeginEnrolment(secret=secret)) == REFUSED
    assert finished(stage, secret, challenge) == REFUSED
    assert keys(stage, staff_id) == 0


def test_nobody_guesses_one(stage: Stage, link: tuple[bytes, bytes]) -> None:
    _, secret = link
    hashed = stage.superuser.execute("select secret_hash from keys.invitation where property_id = %s", (HARBOUR.id,)).fetchall()
    for guess in (
        bytes.fromhex(HILLTOP.id) + secret[16:], secret[:47] + bytes((secret[47] ^ 1,)), secret[:16] + bytes(32),
        secret[:16] + os.urandom(32), *(secret[:16] + each for (each,) in hashed),
    ):
        assert stage.ask(lookup.BeginEnrolment(secret=guess)) == REFUSED
    assert stage.ask(lookup.BeginEnrolment(secret=new_id() + secret[16:])) == lookup.Failed(code="not_allowed")


def test_a_ticket_is_no_link_and_a_link_is_no_ticket(stage: Stage, link: tuple[bytes, bytes]) -> None:
    assert stage.ask(lookup.BeginEnrolment(secret=stage.ada.ticket)) == REFUSED
    assert stage.ask(lookup.WhoAmI(ticket=link[1])) == lookup.Failed(code="ticket")


def test_a_challenge_of_another_persons_link_is_refused(stage: Stage, link: tuple[bytes, bytes]) -> None:
    """Otherwise whoever relays bytes could tie one person's new key to another's account."""
    staff_id, secret = link
    _, others = stage.keeper.invite(HARBOUR.id, "A-Other", "Other", "front_desk")
    challenge = stage.ask(lookup.BeginEnrolment(secret=others))
    assert finished(stage, secret, challenge) == lookup.Failed(code="passkey")
    assert keys(stage, staff_id) == 0


def test_a_challenge_for_signing_in_is_refused(stage: Stage, link: tuple[bytes, bytes]) -> None:
    assert finished(stage, link[1], stage.ada.begin_sign_in()) == lookup.Failed(code="passkey")


def test_a_challenge_makes_one_key(stage: Stage, link: tuple[bytes, bytes]) -> None:
    staff_id, secret = link
    challenge = stage.ask(lookup.BeginEnrolment(secret=secret))
    assert isinstance(finished(stage, secret, challenge), lookup.Enrolled)
    assert finished(stage, secret, challenge) == lookup.Failed(code="passkey")
    assert keys(stage, staff_id) == 1


def test_a_passkey_of_somebody_else_is_not_taken_over(stage: Stage, link: tuple[bytes, bytes]) -> None:
    staff_id, secret = link
    challenge = stage.ask(lookup.BeginEnrolment(secret=secret))
    answer = stage.ask(lookup.FinishEnrolment(
        secret=secret, challenge_id=challenge.challenge_id, credential=stage.ada.authenticator.make(challenge.options),
    ))
    assert answer == lookup.Failed(code="conflict")
    assert keys(stage, staff_id) == 0
    assert stage.ada.sign_in().ticket


def test_who_has_left_the_house_does_not_come_back_by_an_old_link(stage: Stage, link: tuple[bytes, bytes]) -> None:
    staff_id, secret = link
    challenge = stage.ask(lookup.BeginEnrolment(secret=secret))
    stage.office.execute(
        "update hotel.staff set active = false where property_id = %s and staff_id = %s", (HARBOUR.id, staff_id.hex()),
    )
    assert stage.ask(lookup.BeginEnrolment(secret=secret)) == REFUSED
    assert finished(stage, secret, challenge) == REFUSED


def test_an_administrator_makes_no_second_way_in_for_somebody_who_has_keys(stage: Stage) -> None:
    """A lost key is a recovery, before two people: otherwise an administrator could become anybody."""
    mallory = stage.hire("Mallory", "front_desk")
    answer = stage.iris.ask(lookup.Invite, staff_id=mallory.staff_id, kind="enrolment")
    assert answer == lookup.Failed(code="conflict")


def test_nobody_is_invited_who_is_not_there(stage: Stage) -> None:
    for nobody in (new_id(), stage.cleo.staff_id):
        assert stage.iris.ask(lookup.Invite, staff_id=nobody) == lookup.Failed(code="conflict")
