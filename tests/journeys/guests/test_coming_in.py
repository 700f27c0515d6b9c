"""A guest comes in by reservation number, contact on record and the code sent there, and sees who looked."""

from __future__ import annotations

from discretion.hotel.purpose import FieldGroup
from discretion.wire import guests, lookup
from tests.cast import Stage, groups
from tests.portals import Visitor, bring_code, letters, send_code, visit


def test_the_code_goes_to_the_address_on_record_and_opens_the_guests_own_pages(stage: Stage) -> None:
    dora = stage.guest("arriving")
    sent = send_code(stage, dora)
    (letter,) = letters(stage)
    assert (letter.kind, letter.address, letter.what) == ("email", dora.email, "code")
    come = bring_code(stage, dora, sent, letter.code)
    assert isinstance(come, guests.GuestVisit)
    assert come.guest_id == dora.guest_id and come.how == "code"


def test_the_phone_on_record_gets_the_code_however_it_is_written(stage: Stage) -> None:
    dora = stage.guest("arriving")
    national = f"{dora.phone[3:6]} {dora.phone[6:10]} {dora.phone[10:]}"
    sent = send_code(stage, dora, contact=national)
    found = letters(stage)
    if found:  # a number that no country gives out is known by its full form alone
        assert found[0].address == dora.phone
        assert isinstance(bring_code(stage, dora, sent, found[0].code), guests.GuestVisit)


def test_the_guest_sees_the_look_up_of_the_desk(stage: Stage) -> None:
    dora = stage.guest("arriving")
    shown = stage.ada.look_up(dora, masked=groups("identity", "contact"))
    assert isinstance(shown, lookup.Disclosure)
    visitor = visit(stage, dora)
    (look,) = [line for line in visitor.entries() if line.kind == "look_up"]
    assert (look.index, look.duty, look.purpose, look.decision) == (shown.entry, "front_desk", "check_in", "allowed")
    assert look.given == (0, groups("identity", "contact"))


def test_the_guest_sees_the_refusal_too(stage: Stage) -> None:
    dora = stage.guest("departed", departed_days=20)
    refused = stage.ada.look_up(dora, masked=groups("identity"))
    assert isinstance(refused, lookup.Refusal)
    (look,) = [line for line in visit(stage, dora).entries() if line.kind == "look_up"]
    assert look.decision == "denied" and look.given == (0, 0)


def test_the_list_is_whole_and_holds_the_guests_own_visits(stage: Stage) -> None:
    dora = stage.guest("arriving")
    visitor = visit(stage, dora)
    visitor.entries()
    shown = visitor.ask(guests.OwnEntries)
    assert shown.missing == 0
    assert sorted(line.seq for line in shown.lines) == list(range(1, shown.last_seq + 1))
    assert [line.kind for line in shown.lines] == ["guest_read", "guest_read", "guest_sign_in", "guest_code"]


def test_the_guest_opens_their_own_record_and_that_is_an_entry(stage: Stage) -> None:
    dora = stage.guest("arriving")
    visitor = visit(stage, dora)
    shown = visitor.ask(guests.OwnRecord, groups=FieldGroup.IDENTITY.bit | FieldGroup.DOCUMENT.bit)
    assert isinstance(shown, guests.OwnRecordShown)
    assert set(shown.fields) == {"identity", "document"}
    assert dora.document.encode() in shown.fields["document"]
    assert visitor.entries()[1].kind == "guest_view"


def test_a_visit_ends_when_the_guest_leaves(stage: Stage) -> None:
    visitor = visit(stage, stage.guest("arriving"))
    visitor.ask(guests.WhichGuest, ends=True)
    again = visitor.ask(guests.OwnEntries)
    assert isinstance(again, lookup.Failed) and again.code == "ticket"


def test_coming_in_anew_ends_the_visit_before(stage: Stage) -> None:
    dora = stage.guest("arriving")
    first = visit(stage, dora)
    second = visit(stage, dora)
    assert isinstance(first.ask(guests.WhichGuest), lookup.Failed)
    assert isinstance(second.ask(guests.WhichGuest), guests.GuestVisit)


def test_proofs_are_given_of_the_guests_own_entries_alone(stage: Stage) -> None:
    dora, other = stage.guest("arriving"), stage.guest("arriving")
    of_dora = stage.ada.look_up(dora, masked=groups("identity")).entry
    of_other = stage.ada.look_up(other, masked=groups("identity")).entry
    proved = visit(stage, dora).ask(guests.OwnProofs, indexes=[of_dora, of_other])
    assert isinstance(proved, guests.OwnProofsShown)
    (item,) = proved.items
    assert item.index == of_dora and item.proof.startswith("c2sp.org/tlog-proof@v1")
    assert dora.guest_id.hex().encode() in item.guest_part and b"check_in" in item.context_part


def test_a_post_is_addressed_once_and_stands_in_the_guests_list(stage: Stage) -> None:
    dora = stage.guest("arriving")
    post = b"\x07" * 15 + b"\x01"
    stage.office.execute(
        "insert into hotel.guest_post (property_id, post_id, guest_id, code) values (%s, %s, %s, 'answer')",
        (dora.property_id.hex(), post.hex(), dora.guest_id.hex()),
    )
    asking = {"property_id": dora.property_id, "post_id": post, "guest_id": dora.guest_id, "what": "answer"}
    told = stage.upkeep(guests.AddressPost(request_id=b"\x01" * 16, **asking))
    assert isinstance(told, guests.Letters)
    assert [(letter.kind, letter.address) for letter in told.items] == [("email", dora.email)]
    again = stage.upkeep(guests.AddressPost(request_id=b"\x02" * 16, **asking))
    assert isinstance(again, lookup.Failed)
    visitor: Visitor = visit(stage, dora)
    assert "guest_post" in [line.kind for line in visitor.entries()]
