"""Mallory copies a shared terminal's cookie to another browser: it opens no record, and the copy is found out."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from discretion.office import terminals
from discretion.wire import lookup
from tests.cast import Player
from tests.controllers import hired, office, terminal_secret

if TYPE_CHECKING:
    from tests.houses import RunningHouse


def here(house: RunningHouse, secret: bytes) -> terminals.Here | None:
    found = office(house.stage, lambda opened: terminals.terminal_of(opened, secret))
    assert found is None or isinstance(found, terminals.Here)
    return found


def renewed(house: RunningHouse, secret: bytes) -> bytes:
    """What the machine holds after somebody was selected at it."""
    at = here(house, secret)
    assert at is not None
    made = office(house.stage, lambda opened: terminals.renewed(opened, at, secret))
    assert isinstance(made, bytes)
    return made


def settled(house: RunningHouse) -> None:
    """Let the seconds pass in which an older secret may still be on its way."""
    house.stage.superuser.execute("update hotel.terminal_secret set seen_at = seen_at - interval '1 minute' where seen_at is not null")


def ended(house: RunningHouse, terminal_id: bytes) -> list[tuple[str]]:
    return house.stage.superuser.execute("select ended_why from hotel.terminal where terminal_id = %s", (terminal_id.hex(),)).fetchall()


@pytest.mark.parametrize("who_is_first", ["the machine", "Mallory"])
def test_a_secret_that_comes_back_after_it_was_changed_ends_the_terminal(house: RunningHouse, who_is_first: str) -> None:
    copied = terminal_secret(house)
    at = here(house, copied)
    assert at is not None
    newer = renewed(house, copied)  # by whichever was first
    assert here(house, newer) == at
    settled(house)
    assert here(house, copied) is None, f"{who_is_first} went on; the other one comes with the old secret"
    assert here(house, newer) is None, "nobody knows which of the two is the machine"
    assert ended(house, at.terminal_id) == [("copied",)]
    told = house.stage.superuser.execute(
        "select to_role from hotel.notice where kind = 'terminal_copied' and subject_id = %s order by 1", (at.terminal_id.hex(),),
    ).fetchall()
    assert told == [("it_admin",), ("security",)]


def test_an_answer_that_was_lost_ends_nothing(house: RunningHouse) -> None:
    held = terminal_secret(house)
    lost = renewed(house, held)
    settled(house)
    assert here(house, held) is not None, "the newer secret never came back, so the machine never got it"
    newer = renewed(house, held)
    assert here(house, newer) is not None
    assert here(house, lost) is None
    assert here(house, held) is not None, "still on its way"


def test_of_a_removed_terminal_the_secret_opens_nothing(house: RunningHouse) -> None:
    secret = terminal_secret(house)
    at = here(house, secret)
    assert at is not None
    office(house.stage, lambda opened: terminals.end_terminal(opened, at.property_id, at.terminal_id))
    assert here(house, secret) is None
    assert ended(house, at.terminal_id) == [("removed",)]


def signed_in_at(player: Player, terminal_id: bytes) -> Player:
    """Sign somebody in at a terminal."""
    challenge = player.begin_sign_in()
    answered = player.stage.ask(lookup.FinishSignIn(
        property_id=player.property_id, challenge_id=challenge.challenge_id, assertion=player.authenticator.sign(challenge.options),
        terminal_id=terminal_id,
    ))
    assert isinstance(answered, lookup.SignedIn), answered
    return replace(player, ticket=answered.ticket)


def test_a_lock_on_the_terminal_closes_whoever_is_signed_in_there_at_once(house: RunningHouse) -> None:
    at = here(house, terminal_secret(house))
    assert at is not None
    elsewhere = hired(house)
    mina = signed_in_at(elsewhere, at.terminal_id)
    assert isinstance(mina.look_up(house.stage.dora, clear=1), lookup.Disclosure)
    lock_id = house.stage.lock("terminal", at.terminal_id)
    assert isinstance(mina.look_up(house.stage.dora, clear=1), lookup.Refusal)
    assert isinstance(elsewhere.look_up(house.stage.dora, clear=1), lookup.Disclosure), "the same person, at another machine"
    house.stage.office.execute("update hotel.lock set released_at = now() where lock_id = %s", (lock_id.hex(),))
    assert isinstance(mina.look_up(house.stage.dora, clear=1), lookup.Disclosure)


def test_the_end_of_a_terminal_is_the_end_of_every_session_there(house: RunningHouse) -> None:
    at = here(house, terminal_secret(house))
    assert at is not None
    mina = signed_in_at(hired(house), at.terminal_id)
    office(house.stage, lambda opened: terminals.end_terminal(opened, at.property_id, at.terminal_id))
    assert mina.look_up(house.stage.dora, clear=1) == lookup.Failed(code="ticket")
    assert mina.ask(lookup.WhoAmI) == lookup.Failed(code="ticket")


def test_a_code_works_once_and_not_for_ever(house: RunningHouse) -> None:
    stage, place = house.stage, house.stage.iris.property_id
    terminal_id = bytes.fromhex("77" * 16)
    code = office(stage, lambda opened: terminals.add_terminal(opened, place, terminal_id, "Once", "", stage.iris.staff_id))
    for wrong in ("", "A" * 16, code[:-1], code + "A"):
        assert not isinstance(office(stage, lambda opened, wrong=wrong: terminals.enrol(opened, wrong)), bytes)
    assert isinstance(office(stage, lambda opened: terminals.enrol(opened, code.lower().replace("-", " "))), bytes)
    assert not isinstance(office(stage, lambda opened: terminals.enrol(opened, code)), bytes)
    code = office(stage, lambda opened: terminals.renew_code(opened, place, terminal_id))
    stage.superuser.execute("update hotel.terminal_secret set code_until_at = now() where terminal_id = %s", (terminal_id.hex(),))
    assert not isinstance(office(stage, lambda opened: terminals.enrol(opened, code)), bytes)


@pytest.mark.browser
def test_the_cookie_alone_signs_nobody_in(house: RunningHouse, page_of) -> None:
    """Whoever holds the copy sees names and a place to tap, and needs a passkey like everybody."""
    page = page_of("")
    page.context.add_cookies([{"name": "terminal", "value": urlsafe_b64encode(terminal_secret(house)).decode(), "url": house.origin}])
    mina = hired(house)
    for path in ("/desk", "/find", f"/staff/{mina.staff_id.hex()}", "/presence"):
        assert page.goto(path).url.endswith("/terminal")
