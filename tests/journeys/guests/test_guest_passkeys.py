"""A guest makes a passkey on a visit and comes in by it, without a number and without a code; synced between own devices."""

from __future__ import annotations

from discretion.wire import guests, lookup
from tests.authenticator import Authenticator
from tests.cast import Stage
from tests.portals import Visitor, visit


def made(visitor: Visitor) -> Authenticator:
    """Return the guest's authenticator, with a passkey for this house."""
    authenticator = Authenticator(visitor.stage.settings.house.origin)
    begun = visitor.stage.ask(guests.BeginGuestPasskey(property_id=visitor.guest.property_id, ticket=visitor.ticket))
    assert isinstance(begun, lookup.Challenge), begun
    kept = visitor.stage.ask(guests.FinishGuestPasskey(
        property_id=visitor.guest.property_id, challenge_id=begun.challenge_id, answer=authenticator.make(begun.options),
        ticket=visitor.ticket,
    ))
    assert isinstance(kept, lookup.Entered), kept
    return authenticator


def come_in(visitor: Visitor, authenticator: Authenticator) -> object:
    begun = visitor.stage.ask(guests.BeginGuestPasskey(property_id=visitor.guest.property_id))
    assert isinstance(begun, lookup.Challenge)
    return visitor.stage.ask(guests.FinishGuestPasskey(
        property_id=visitor.guest.property_id, challenge_id=begun.challenge_id, answer=authenticator.sign(begun.options),
    ))


def test_a_guest_comes_in_by_the_passkey_made_on_a_visit(stage: Stage) -> None:
    visitor = visit(stage, stage.guest("arriving"))
    come = come_in(visitor, made(visitor))
    assert isinstance(come, guests.GuestVisit)
    assert (come.guest_id, come.how, come.passkeys_count) == (visitor.guest.guest_id, "passkey", 1)


def test_its_making_stands_in_the_guests_list(stage: Stage) -> None:
    visitor = visit(stage, stage.guest("arriving"))
    made(visitor)
    assert "guest_passkey" in [line.kind for line in visitor.entries()]


def test_a_passkey_of_staff_is_none_of_a_guest(stage: Stage) -> None:
    visitor = visit(stage, stage.guest("arriving"))
    come = come_in(visitor, stage.ada.authenticator)
    assert isinstance(come, lookup.Failed) and come.code == "passkey"


def test_a_passkey_of_a_guest_is_none_of_staff(stage: Stage) -> None:
    visitor = visit(stage, stage.guest("arriving"))
    authenticator = made(visitor)
    signed = stage.ada.finish_sign_in(stage.ada.begin_sign_in(), authenticator.sign(stage.ada.begin_sign_in().options))
    assert isinstance(signed, lookup.Failed)


def test_an_answer_works_once(stage: Stage) -> None:
    visitor = visit(stage, stage.guest("arriving"))
    authenticator = made(visitor)
    begun = stage.ask(guests.BeginGuestPasskey(property_id=visitor.guest.property_id))
    answer = authenticator.sign(begun.options)
    bring = guests.FinishGuestPasskey(
        property_id=visitor.guest.property_id, challenge_id=begun.challenge_id, answer=answer,
    )
    assert isinstance(stage.ask(bring), guests.GuestVisit)
    assert isinstance(stage.ask(bring), lookup.Failed)


def test_nobody_makes_one_without_a_visit(stage: Stage) -> None:
    visitor = visit(stage, stage.guest("arriving"))
    visitor.ask(guests.WhichGuest, ends=True)
    begun = stage.ask(guests.BeginGuestPasskey(property_id=visitor.guest.property_id, ticket=visitor.ticket))
    assert isinstance(begun, lookup.Failed) and begun.code == "ticket"
