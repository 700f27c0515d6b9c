"""Every message of the hatch, and who gets more than a refusal: as a table that people review, from a live keeper.

`who_may_ask_what.txt` names for each message the duties for which it was done. A new message is not reviewed until it stands there.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from discretion.hotel.purpose import Purpose, Role
from discretion.wire import exceptions, lookup, merging, upkeep
from discretion.wire import guests as of_guests
from discretion.wire.entries import ProveEntries, ReadEntries, ReadLedgerState
from tests.cast import Guest, Player, Stage, new_id
from tests.conftest import HARBOUR
from tests.merging import ask_merge, join, part

REVIEWED = Path(__file__).with_name("who_may_ask_what.txt")
HEAD = [
    "# What may be asked of the keeper, by whom. Duties are at work, at their own property; nobody else is any of them.",
    "# A message in this list that names no duty is done for nobody; `anyone` needs no ticket.",
]


@pytest.fixture(scope="module")
def people(stage: Stage) -> dict[str, Player]:
    return {role.value: stage.hire(f"As {role}", role) for role in Role}


def newcomer(stage: Stage) -> bytes:
    staff_id = new_id()
    stage.office.execute(
        "insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, %s, 'New')", (HARBOUR.id, staff_id.hex(), staff_id.hex()[:16]),
    )
    return staff_id


def recovery_by_another(stage: Stage, people: dict[str, Player], player: Player) -> bytes:
    other = people["privacy"] if player.duty == "duty_manager" else stage.ben
    begun = other.ask(lookup.Invite, staff_id=stage.egon.staff_id, kind="recovery")
    assert isinstance(begun, lookup.Entered)
    return begun.detail


def written(guest: Guest) -> dict[str, Any]:
    return {"guest_id": guest.guest_id, "groups": {"identity": b'{"name":"Dora Same","surname":"Same"}'}}


def late_invoice(stage: Stage) -> bytes:
    asked = stage.hire("Alma", "front_desk").request(stage.guest("departed"), "check_out", 8, "CO-3", "ok_manager")
    assert isinstance(asked, lookup.Entered), asked
    return asked.detail


def deputy_offered(stage: Stage, player: Player) -> object:
    ((until,),) = stage.office.execute("select extract(epoch from now())::bigint + 3600").fetchall()
    action = exceptions.Action("deputy_offer", stage.ada.staff_id, player.duty, until_at=until)
    return player.verified(exceptions.OfferDeputy, action, to_id=stage.ada.staff_id, role=player.duty, until_at=until)


def asked_by_another(stage: Stage) -> bytes:
    asked = ask_merge(stage.ben, stage.guest(), stage.guest())
    assert isinstance(asked, lookup.Entered), asked
    return asked.detail


def was_done(answer: object) -> bool:
    return not isinstance(answer, (lookup.Refusal, lookup.Failed))


def rows(stage: Stage, people: dict[str, Player]) -> list[str]:
    guests = {"arriving": stage.guest("arriving"), "in_house": stage.guest("in_house")}
    departed = stage.guest("departed")
    asks: dict[str, Callable[[Player], object]] = {
        "choose_duty (a second time)": lambda player: player.ask(lookup.ChooseDuty, duty=player.duty),
        "confirm_recovery": lambda player: player.ask(
            lookup.ConfirmRecovery, invitation_id=recovery_by_another(stage, people, player),
        ),
        "demo_sign_in": lambda player: stage.ask(
            lookup.DemoSignIn(property_id=player.property_id, staff_id=player.staff_id, duty=player.duty),
        ),
        "attest_presence (of a colleague on shift)": lambda player: player.attest(stage.ada),
        "begin_action": lambda player: player.ask(exceptions.BeginAction, action=exceptions.Action("vote_yes", new_id())),
        "begin_emergency (departed)": lambda player: player.emergency(departed, 1),
        "begin_emergency (in house)": lambda player: player.emergency(guests["in_house"], 1),
        "end_request (another's late invoice)": lambda player: player.ask(exceptions.EndRequest, approval_id=late_invoice(stage)),
        "offer_deputy (for oneself)": lambda player: deputy_offered(stage, player),
        "preview_request (late invoice)": lambda player: player.ask(exceptions.PreviewRequest, approval_id=late_invoice(stage)),
        "request_approval (late invoice)": lambda player: player.request(departed, "check_out", 8, "CO-3", "ok_manager"),
        "step_up": lambda player: player.step_up(departed, "check_out", 1),
        "vote (late invoice)": lambda player: player.vote(late_invoice(stage)),
        "invite (enrolment)": lambda player: player.ask(lookup.Invite, staff_id=newcomer(stage)),
        "invite (recovery)": lambda player: player.ask(lookup.Invite, staff_id=stage.ada.staff_id, kind="recovery"),
        "ask_merge (both due in)": lambda player: ask_merge(player, stage.guest(), stage.guest()),
        "find_duplicates (due in)": lambda player: player.ask(merging.FindDuplicates, guest_id=guests["arriving"].guest_id, purpose="check_in"),
        "join_records (another's, both due in)": lambda player: join(player, asked_by_another(stage)),
        "look_up_copy (due in)": lambda player: player.ask(
            merging.LookUpCopy, guest_id=guests["arriving"].guest_id, stay_id=guests["arriving"].stay_id, version=1, purpose="check_in",
            clear=0, masked=1,
        ),
        "part_records (both due in)": lambda player: part(player, asked_by_another(stage)),
        "prove_entries": lambda player: player.ask(ProveEntries, indexes=[0]),
        "read_entries": lambda player: player.ask(ReadEntries, count=1),
        "read_sign_ins": lambda player: player.ask(exceptions.ReadSignIns, staff_id=stage.ada.staff_id),
        "read_ledger_state": lambda player: player.ask(ReadLedgerState),
        "snapshot": lambda player: player.ask(lookup.Snapshot, stay_id=guests["arriving"].stay_id, guest_ids=[guests["arriving"].guest_id]),
        "who_am_i": lambda player: player.ask(lookup.WhoAmI),
    }
    for purpose in Purpose:
        asks |= _for(purpose, guests)
    lines = [f"{name:<42} {_who(ask, people)}".rstrip() for name, ask in sorted(asks.items())]
    first = stage.ask(lookup.BeginSignIn(property_id=stage.ada.property_id))
    assert isinstance(first, lookup.Challenge)
    return [
        *HEAD, *lines,
        f"{'begin_enrolment, finish_enrolment':<42} whoever holds a link that works (test_invitation_links)",
        f"{'accept_deputy, end_deputy':<42} whoever is named in it (test_exceptions)",
        f"{'begin_sign_in':<42} anyone",
        f"{'choose_duty':<42} whoever holds a ticket without a duty, of those the roster offers (test_house_asks…)",
        f"{'carry_out_erasure':<42} privacy, with a passkey verified for just these orders (test_erasure_misused)",
        f"{'certify_erasure':<42} whoever knows the id of an order that was carried out; it names nobody (test_erasure_misused)",
        f"{'end_emergency, note_emergency':<42} whoever began it (test_exceptions)",
        f"{'finish_sign_in':<42} whoever holds a passkey of the property (test_replayed_assertion and others)",
        f"{'return_by_digits':<42} whoever was displaced at that terminal and knows their digits (test_four_digits_misused)",
        f"{'set_digits':<42} whoever holds a passkey, for themselves (test_four_digits_misused)",
        f"{'sign_out':<42} whoever holds the ticket",
        f"{'sign_release':<42} whoever has a passkey registered for it, in the duty it is registered for (test_release_signed_by_a_misused_passkey)",
        f"{'begin_guest_sign_in':<42} anyone; a code goes only to who is on record (test_code_guessing and others)",
        f"{'finish_guest_sign_in':<42} whoever holds the code that was sent (test_code_guessing)",
        f"{'begin_guest_passkey, finish_guest_passkey':<42} whoever holds a guest’s passkey, or is on a visit (test_guest_passkeys)",
        f"{'which_guest':<42} a guest on a visit (test_visit_of_another)",
        f"{'own_record, own_entries, own_proofs':<42} a guest on a visit, of themselves alone (test_visit_of_another)",
        f"{'demo_guest_sign_in':<42} nobody; on no menu but a demo’s (test_visit_of_another)",
    ]


def _for(purpose: str, guests: dict[str, Guest]) -> dict[str, Callable[[Player], object]]:
    arriving, in_house = guests["arriving"], guests["in_house"]
    return {
        f"find_by_name, find_exact ({purpose})": lambda player: player.ask(
            lookup.FindByName, purpose=purpose, name="Nobody", phone_end="0000",
        ),
        f"inscribe a new record ({purpose})": lambda player: player.ask(
            lookup.Inscribe, purpose=purpose, guest_id=new_id(), groups={"identity": b'{"name":"N"}'}, is_new=True,
        ),
        f"inscribe identity, arriving ({purpose})": lambda player: player.ask(lookup.Inscribe, purpose=purpose, **written(arriving)),
        f"inscribe identity, in house ({purpose})": lambda player: player.ask(lookup.Inscribe, purpose=purpose, **written(in_house)),
    }


def _who(ask: Callable[[Player], object], people: dict[str, Player]) -> str:
    done = [duty for duty, player in people.items() if was_done(ask(player))]
    return "every duty" if len(done) == len(people) else " ".join(done)


def test_a_live_keeper_does_for_each_duty_what_was_reviewed(stage: Stage, people: dict[str, Player]) -> None:
    reviewed, found = REVIEWED.read_text("utf-8").splitlines(), rows(stage, people)
    changed = "\n".join(difflib.unified_diff(reviewed, found, REVIEWED.name, "the keeper", lineterm="", n=0))
    assert found == reviewed, f"let somebody else review this, then write it to {REVIEWED.name}:\n{changed}"


def test_every_message_stands_in_the_reviewed_table_or_in_the_other() -> None:
    text = REVIEWED.read_text("utf-8")
    tags = {kind.__struct_config__.tag for kind in lookup.Request.__args__}
    seen = {"look_up", "look_up_many"}  # who_may_see_what.txt
    assert {tag for tag in tags - seen if tag not in text} == set()


def test_of_the_operators_messages_none_brings_back_a_record() -> None:
    tags = {kind.__struct_config__.tag for kind in upkeep.UpkeepRequest.__args__}
    assert tags == {"guest_ids", "seal_batch", "enter_import", "enter_changes", "publish_checkpoint", "health", "add_cosignatures",
                    "await_wanted", "stop_ledger", "explain_guest", "read_look_ups", "read_recorded", "take_letters", "address_post",
                    "carry_out_erasures", "sweep_erased", "certify_erasure"}
    answers = {kind.__struct_config__.tag for kind in upkeep.UpkeepAnswer.__args__}
    assert answers == {"ids", "done", "explained", "look_ups_read", "recorded", "letters", "failed", "erasures_done", "erasure_proof"}
    assert set(of_guests.GuestLetter.__struct_fields__) == {"kind", "address", "language", "what", "code"}  # one address at a time: decision 0027
    assert set(upkeep.LookUpLine.__struct_fields__) == {  # ids, codes and bits: decision 0023
        "index", "at", "staff_id", "duty", "session_id", "guest_id", "kind", "purpose", "clear", "masked", "relation", "rules", "obligations",
        "facts", "policy", "context", "reason_given", "reference", "has_reference",
    }
