"""A ticket that the keeper did not issue, or that is over, opens nothing and tells nothing."""

from __future__ import annotations

import os

import pytest

from discretion.wire import entries, erasure, exceptions, guests, lookup, merging
from tests.cast import ALL, Stage, groups, new_id
from tests.conftest import HARBOUR, HILLTOP

FAILED = lookup.Failed(code="ticket")
HARBOUR_ID, HILLTOP_ID = bytes.fromhex(HARBOUR.id), bytes.fromhex(HILLTOP.id)


def messages_with(ticket: bytes, stage: Stage) -> list[lookup.Request]:
    """Every message of the hatch that carries a ticket."""
    guest_id = stage.dora.guest_id
    asked = {"ticket": ticket, "request_id": new_id()}
    return [
        lookup.LookUp(**asked, guest_id=guest_id, purpose="check_in", clear=ALL, masked=0),
        lookup.LookUpMany(**asked, guest_ids=[guest_id], purpose="check_in", masked=ALL),
        lookup.FindByName(**asked, purpose="check_in", name=stage.dora.surname, phone_end="0001"),
        lookup.FindExact(**asked, purpose="check_in", kind="phone", value=stage.dora.phone),
        lookup.Inscribe(**asked, guest_id=guest_id, purpose="check_in", groups={"identity": b'{"name":"M"}'}),
        lookup.Snapshot(**asked, stay_id=stage.dora.stay_id, guest_ids=[guest_id]),
        merging.FindDuplicates(**asked, guest_id=guest_id, purpose="check_in", shown_for="check_in"),
        merging.AskMerge(**asked, survivor_id=guest_id, absorbed_id=new_id(), absorbed_groups=1, purpose="check_in", absorbed_purpose="check_in", why="document", words="w"),
        merging.JoinRecords(**asked, merge_id=new_id(), purpose="check_in", absorbed_purpose="check_in"),
        merging.PartRecords(**asked, merge_id=new_id(), purpose="check_in", absorbed_purpose="check_in", why="mistaken"),
        merging.LookUpCopy(
            **asked, guest_id=guest_id, stay_id=stage.dora.stay_id, version=1, purpose="check_in", clear=1, masked=0, context="c", reference="r",
            reason="r",
        ),
        lookup.Invite(**asked, staff_id=stage.ada.staff_id),
        lookup.ConfirmRecovery(**asked, invitation_id=new_id()),
        lookup.ChooseDuty(ticket=ticket, duty="duty_manager"),
        entries.ReadEntries(**asked),
        entries.ProveEntries(ticket=ticket, indexes=[0]),
        entries.ReadLedgerState(ticket=ticket),
        lookup.WhoAmI(ticket=ticket),
        lookup.SignOut(ticket=ticket),
        exceptions.BeginAction(ticket=ticket, action=exceptions.Action("look_up", guest_id, "check_in", 1)),
        exceptions.StepUp(**asked, challenge_id=new_id(), assertion=b"{}", guest_id=guest_id, purpose="check_in", groups=1),
        exceptions.RequestApproval(**asked, guest_id=guest_id, purpose="check_out", groups=8, rule="CO-3", fact="ok_manager", reason="ten characters", reference="R-1"),
        exceptions.EndRequest(**asked, approval_id=new_id()),
        exceptions.PreviewRequest(**asked, approval_id=new_id()),
        exceptions.Vote(**asked, challenge_id=new_id(), assertion=b"{}", approval_id=new_id(), yes=True, note="n"),
        exceptions.OfferDeputy(**asked, challenge_id=new_id(), assertion=b"{}", to_id=new_id(), role="duty_manager", until_at=1),
        exceptions.AcceptDeputy(**asked, challenge_id=new_id(), assertion=b"{}", deputy_id=new_id()),
        exceptions.EndDeputy(**asked, deputy_id=new_id()),
        exceptions.BeginEmergency(**asked, challenge_id=new_id(), assertion=b"{}", guest_id=guest_id, groups=1, situation="life", words="ten characters", reference="r"),
        exceptions.EndEmergency(**asked, emergency_id=new_id()),
        exceptions.NoteEmergency(**asked, emergency_id=new_id(), words="ten characters"),
        exceptions.SignRelease(**asked, challenge_id=new_id(), assertion=b"{}", release_id=new_id()),
        exceptions.SetDigits(**asked, challenge_id=new_id(), assertion=b"{}", digits="0000"),
        exceptions.AttestPresence(**asked, challenge_id=new_id(), assertion=b"{}", staff_ids=[new_id()], direction="in"),
        exceptions.ReadSignIns(**asked, staff_id=stage.ada.staff_id),
        erasure.CarryOutErasure(**asked, challenge_id=new_id(), assertion=b"{}", order_ids=[new_id()]),
        guests.BeginGuestPasskey(property_id=stage.ada.property_id, ticket=ticket),
        guests.FinishGuestPasskey(property_id=stage.ada.property_id, challenge_id=new_id(), answer=b"{}", ticket=ticket),
        guests.WhichGuest(ticket=ticket),
        guests.OwnRecord(**asked, groups=1),
        guests.OwnEntries(**asked),
        guests.OwnProofs(**asked, indexes=[0]),
    ]


def test_every_message_with_a_ticket_is_tried_here(stage: Stage) -> None:
    tried = {type(message) for message in messages_with(bytes(48), stage)}
    with_ticket = {kind for kind in lookup.Request.__args__ if "ticket" in kind.__struct_fields__}
    assert tried == with_ticket


@pytest.mark.parametrize("forged", [
    bytes(48), b"\xff" * 48, HARBOUR_ID + bytes(32), HARBOUR_ID + os.urandom(32), os.urandom(48),
], ids=["zeros", "ones", "a real property and zeros", "a real property and noise", "noise"])
def test_it_refuses_a_ticket_that_nobody_issued(stage: Stage, forged: bytes) -> None:
    before = stage.size()
    for message in messages_with(forged, stage):
        assert stage.ask(message) == FAILED, message
    assert stage.size() == before, "nobody asked, so there is nothing to enter"


def test_it_refuses_a_ticket_with_one_bit_changed(stage: Stage) -> None:
    for place in (16, 31, 47):
        forged = bytearray(stage.ada.ticket)
        forged[place] ^= 1
        assert stage.ask(lookup.WhoAmI(ticket=bytes(forged))) == FAILED


def test_it_refuses_a_ticket_moved_to_another_property(stage: Stage) -> None:
    moved = HILLTOP_ID + stage.ada.ticket[16:]
    for message in messages_with(moved, stage):
        assert stage.ask(message) == FAILED, message


def test_it_refuses_the_hash_that_the_database_keeps(stage: Stage) -> None:
    rows = stage.superuser.execute("select ticket_hash from keys.session where property_id = %s", (HARBOUR.id,)).fetchall()
    assert rows
    for (hashed,) in rows:
        assert stage.ask(lookup.WhoAmI(ticket=HARBOUR_ID + hashed)) == FAILED


def test_it_refuses_a_ticket_after_its_sign_out(stage: Stage) -> None:
    leaver = stage.ada.sign_in()
    assert isinstance(leaver.ask(lookup.SignOut), lookup.Entered)
    for message in messages_with(leaver.ticket, stage):
        assert stage.ask(message) == FAILED, message


@pytest.mark.parametrize("change", [
    "ends_at = clock_timestamp() - interval '1 second'", "seen_at = clock_timestamp() - interval '16 minutes'",
    "ended_at = clock_timestamp()",
], ids=["older than twelve hours", "idle for a quarter of an hour", "ended"])
def test_it_refuses_a_ticket_that_is_over(stage: Stage, change: str) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    stage.superuser.execute(
        f"update keys.session set {change} where property_id = %s and staff_id = %s",  # type: ignore[arg-type]
        (HARBOUR.id, mallory.staff_id.hex()),
    )
    # A keeper that has not met this session yet, as after a restart, reads all of it from its row.
    assert _met_anew(stage, mallory.ticket) == FAILED


def test_it_refuses_whoever_left_the_house_although_the_session_lives(stage: Stage) -> None:
    mallory = stage.hire("Mallory", "front_desk")
    guest = stage.guest("arriving")
    assert isinstance(mallory.look_up(guest, masked=groups("identity")), lookup.Disclosure)
    stage.office.execute(
        "update hotel.staff set active = false where property_id = %s and staff_id = %s", (HARBOUR.id, mallory.staff_id.hex()),
    )
    assert mallory.look_up(guest, masked=groups("identity")) == FAILED
    assert mallory.ask(lookup.WhoAmI) == FAILED


def _met_anew(stage: Stage, ticket: bytes) -> object:
    stage.keeper.stop()
    stage.restart()
    return stage.ask(lookup.WhoAmI(ticket=ticket))
