"""Four digits at a shared terminal: they bring back whoever was displaced there just now, and nobody else, nowhere else, to nothing more."""

from __future__ import annotations

import pytest

from discretion.hotel.purpose import FieldGroup
from discretion.wire import exceptions, lookup
from discretion.wire.entries import ReadEntries
from tests.cast import ALL, Player, Stage, new_id

DIGITS = "4071"
PASSKEY, WRONG = lookup.Failed(code="digits_passkey"), lookup.Failed(code="digits")


@pytest.fixture(scope="module")
def terminal(stage: Stage) -> bytes:
    terminal_id = new_id()
    stage.superuser.execute(
        "insert into hotel.terminal (property_id, terminal_id, name, place, added_by, enrolled_at) values (%s, %s, %s, '', %s, now())",
        (stage.ada.property_id.hex(), terminal_id.hex(), f"Desk {terminal_id.hex()[:6]}", stage.iris.staff_id.hex()),
    )
    return terminal_id


def at(player: Player, terminal: bytes) -> Player:
    """Sign somebody in with the passkey at a terminal."""
    challenge = player.begin_sign_in()
    signed_in = player.stage.ask(lookup.FinishSignIn(
        property_id=player.property_id, challenge_id=challenge.challenge_id, assertion=player.authenticator.sign(challenge.options), terminal_id=terminal,
    ))
    assert isinstance(signed_in, lookup.SignedIn), signed_in
    return as_(player, signed_in.ticket)


def as_(player: Player, ticket: bytes) -> Player:
    return Player(player.stage, player.name, player.property_id, player.staff_id, player.duty, player.authenticator, ticket)


def with_digits(player: Player, digits: str = DIGITS) -> object:
    return player.verified(exceptions.SetDigits, exceptions.Action("set_digits", player.staff_id), digits=digits)


def displaced(player: Player) -> None:
    player.stage.ask(lookup.SignOut(ticket=player.ticket, is_parked=True))


def back(player: Player, terminal: bytes, digits: str = DIGITS) -> object:
    return player.stage.ask(exceptions.ReturnByDigits(property_id=player.property_id, terminal_id=terminal, staff_id=player.staff_id, digits=digits))


@pytest.fixture
def gina(stage: Stage, terminal: bytes) -> Player:
    """Somebody of the desk at the terminal, with digits."""
    player = at(stage.hire("Gina", "front_desk"), terminal)
    assert isinstance(with_digits(player), lookup.Entered)
    return player


def test_whoever_was_displaced_goes_on_with_ordinary_work(stage: Stage, terminal: bytes, gina: Player) -> None:
    guest, before = stage.guest("arriving"), stage.size()
    displaced(gina)
    assert isinstance(gina.look_up(guest, clear=ALL), lookup.Failed)
    returned = back(gina, terminal)
    assert isinstance(returned, lookup.SignedIn) and returned.person.duty == "front_desk"
    again = as_(gina, returned.ticket)
    assert again.look_up(guest, clear=ALL).clear & FieldGroup.IDENTITY.bit
    assert stage.size() > before + 2


def test_documents_cases_and_approvals_still_want_the_passkey(stage: Stage, terminal: bytes, gina: Player) -> None:
    guest, departed = stage.guest("in_house"), stage.guest("departed")
    stage.case(guest, "complaint")
    asked = gina.request(departed, "check_out", 8, "CO-3", "ok_manager")
    assert isinstance(stage.ben.vote(asked.detail), lookup.Entered)
    assert gina.look_up(guest, "complaint", clear=ALL).masked
    displaced(gina)
    again = as_(gina, back(gina, terminal).ticket)  # type: ignore[attr-defined]
    assert isinstance(again.look_up(guest, "complaint", clear=ALL), lookup.Refusal)
    assert not getattr(again.look_up(departed, "check_out", clear=8), "clear", 0)
    assert isinstance(again.step_up(departed, "check_out", 8), lookup.Entered)
    assert again.look_up(departed, "check_out", clear=8).clear == 8


def test_five_tries_and_then_the_passkey(terminal: bytes, gina: Player) -> None:
    displaced(gina)
    assert [back(gina, terminal, f"90{n}7") for n in range(5)] == [WRONG] * 5
    assert back(gina, terminal) == PASSKEY


def test_they_work_once_and_only_at_that_terminal(stage: Stage, terminal: bytes, gina: Player) -> None:
    displaced(gina)
    assert back(gina, new_id()) == PASSKEY
    assert isinstance(back(gina, terminal), lookup.SignedIn)
    assert back(gina, terminal) == PASSKEY
    assert back(stage.ben, terminal) == PASSKEY


def test_not_after_signing_out_nor_after_ten_minutes_nor_without_a_terminal(stage: Stage, terminal: bytes, gina: Player) -> None:
    stage.ask(lookup.SignOut(ticket=gina.ticket))
    assert back(gina, terminal) == PASSKEY
    later = at(gina, terminal)
    displaced(later)
    stage.superuser.execute("update keys.session set parked_at = now() - interval '11 minutes' where staff_id = %s and parked_at is not null", (gina.staff_id.hex(),))
    assert back(gina, terminal) == PASSKEY
    elsewhere = gina.sign_in()
    displaced(elsewhere)
    assert back(gina, terminal) == PASSKEY


def test_digits_are_set_over_a_passkey_and_not_the_ones_everybody_tries(stage: Stage, gina: Player) -> None:
    assert with_digits(gina, "1234") == lookup.Failed(code="digits_plain")
    assert with_digits(gina, "7777") == lookup.Failed(code="digits_plain")
    assert gina.ask(exceptions.SetDigits, digits="4072", challenge_id=bytes(16)) == lookup.Failed(code="passkey")
    other = exceptions.Action("set_digits", stage.ada.staff_id)
    assert gina.verified(exceptions.SetDigits, other, digits="4072") == lookup.Failed(code="passkey")


def test_whoever_reads_the_ledger_or_invites_people_comes_back_with_the_passkey_for_it(stage: Stage, terminal: bytes) -> None:
    reader, admin = at(stage.hire("Reader", "auditor"), terminal), at(stage.hire("Admin", "it_admin"), terminal)
    for player in (reader, admin):
        assert isinstance(with_digits(player), lookup.Entered)
    displaced(reader)
    again = as_(reader, back(reader, terminal).ticket)  # type: ignore[attr-defined]
    assert isinstance(again.ask(ReadEntries, count=1), lookup.Refusal | lookup.Failed)
    displaced(admin)
    again = as_(admin, back(admin, terminal).ticket)  # type: ignore[attr-defined]
    assert isinstance(again.ask(lookup.Invite, staff_id=stage.ada.staff_id), lookup.Refusal | lookup.Failed)


def test_the_house_reads_no_digits_and_the_log_has_none(stage: Stage, terminal: bytes, gina: Player) -> None:
    displaced(gina)
    back(gina, terminal, "8642")
    assert not any("8642" in str(line) or DIGITS in str(line) for line in stage.log())
    assert stage.superuser.execute("select has_table_privilege('discretion_office', 'keys.staff_digits', 'select')").fetchone() == (False,)
