"""Mallory has a visit of their own, or a ticket of staff, and asks for what is another's."""

from __future__ import annotations

import os

from discretion.wire import guests, lookup
from tests.cast import ALL, Stage, groups
from tests.portals import visit


def test_a_guests_ticket_opens_no_record_of_another(stage: Stage) -> None:
    """There is no field to name one: whose record it is follows from the ticket."""
    assert "guest_id" not in guests.OwnRecord.__struct_fields__
    assert "guest_id" not in guests.OwnEntries.__struct_fields__
    dora, other = stage.guest("arriving"), stage.guest("arriving")
    shown = visit(stage, dora).ask(guests.OwnRecord, groups=ALL)
    told = b"".join(shown.fields.values())
    assert dora.document.encode() in told
    assert not any(secret in told for secret in other.secrets)


def test_a_guests_ticket_is_no_ticket_of_staff(stage: Stage) -> None:
    dora = stage.guest("arriving")
    visitor = visit(stage, dora)
    looked = visitor.ask(lookup.LookUp, guest_id=dora.guest_id, purpose="check_in", clear=0, masked=groups("identity"))
    assert isinstance(looked, lookup.Failed) and looked.code == "ticket"


def test_a_ticket_of_staff_is_no_guests_ticket(stage: Stage) -> None:
    for kind, more in ((guests.OwnRecord, {"groups": ALL}), (guests.OwnEntries, {}), (guests.OwnProofs, {"indexes": [0]})):
        asked = stage.ada.ask(kind, **more)
        assert isinstance(asked, lookup.Failed) and asked.code == "ticket"


def test_an_invented_ticket_is_nobodys(stage: Stage) -> None:
    ticket = stage.ada.property_id + os.urandom(32)
    asked = stage.ask(guests.WhichGuest(ticket=ticket))
    assert isinstance(asked, lookup.Failed) and asked.code == "ticket"


def test_a_locked_record_is_shown_to_nobody(stage: Stage) -> None:
    dora = stage.guest("arriving")
    visitor = visit(stage, dora)
    stage.lock("guest", dora.guest_id)
    asked = visitor.ask(guests.OwnRecord, groups=ALL)
    assert isinstance(asked, lookup.Failed) and asked.code == "locked"


def test_who_comes_by_a_fixed_cookie_gets_another(stage: Stage) -> None:
    """Session fixation: the ticket is made when the code is right, and by nobody else."""
    dora = stage.guest("arriving")
    first, second = visit(stage, dora), visit(stage, dora)
    assert first.ticket != second.ticket
    assert isinstance(first.ask(guests.WhichGuest), lookup.Failed)


def test_a_guest_of_a_real_installation_is_nobody_by_the_demos_sign_in(stage: Stage) -> None:
    dora = stage.guest("arriving")
    asked = stage.ask(guests.DemoGuestSignIn(property_id=dora.property_id, guest_id=dora.guest_id))
    assert isinstance(asked, lookup.Failed) and asked.code == "menu"
