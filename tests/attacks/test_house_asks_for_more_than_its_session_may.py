"""Whoever controls the house can ask as the sessions live at that moment, and gets what those may see, and no more."""

from __future__ import annotations

import stat
import time
from collections.abc import Callable

import msgspec
import pytest

from discretion.hotel.purpose import FIELD_GROUPS, Purpose
from discretion.wire import lookup, upkeep
from tests.cast import ALL, Player, Stage, groups, new_id
from tests.conftest import HARBOUR
from tests.line import Line
from tests.reading import given_away

# What the front desk sees of somebody due in today, for every purpose there is (policy rules CI-1 and nothing else).
CHECK_IN_CLEAR = groups("identity", "contact", "booking", "preferences")
CHECK_IN_MASKED = groups("document")


@pytest.mark.parametrize("purpose", Purpose)
def test_asking_for_everything_opens_what_the_purpose_gives(stage: Stage, purpose: str) -> None:
    guest = stage.guest("arriving")
    answer = stage.ada.look_up(guest, purpose, clear=ALL)
    if purpose != "check_in":
        assert isinstance(answer, lookup.Refusal)
        assert given_away(answer, guest) == []
        return
    assert (answer.clear, answer.masked) == (CHECK_IN_CLEAR, CHECK_IN_MASKED)
    assert set(answer.fields) == {name for name in FIELD_GROUPS if groups(name) & (CHECK_IN_CLEAR | CHECK_IN_MASKED)}
    raw = msgspec.msgpack.encode(answer)
    for hidden in (guest.document, f"payer-{guest.surname}", f"reg-{guest.surname}", f"note-{guest.surname}"):
        assert hidden.encode() not in raw


def test_what_was_not_asked_for_is_not_opened(stage: Stage) -> None:
    guest = stage.guest("arriving")
    for name in FIELD_GROUPS:
        answer = stage.ada.look_up(guest, masked=groups(name))
        if groups(name) & (CHECK_IN_CLEAR | CHECK_IN_MASKED):
            assert list(answer.fields) == [name]
            assert given_away(answer, guest) == []
        else:
            assert isinstance(answer, lookup.Refusal)


def off_shift(stage: Stage, mallory: Player) -> None:
    stage.office.execute(
        "update hotel.shift set ended_at = clock_timestamp() where property_id = %s and staff_id = %s",
        (HARBOUR.id, mallory.staff_id.hex()),
    )


def gone_home(stage: Stage, mallory: Player) -> None:
    stage.present(mallory, "out")


def untrained(stage: Stage, mallory: Player) -> None:
    stage.office.execute(
        "update hotel.training set completed_on = current_date - 40, valid_until = current_date - 2 where property_id = %s and staff_id = %s",
        (HARBOUR.id, mallory.staff_id.hex()),
    )


def locked(stage: Stage, mallory: Player) -> None:
    stage.lock("staff", mallory.staff_id)


def session_locked(stage: Stage, mallory: Player) -> None:
    person = mallory.ask(lookup.WhoAmI)
    stage.lock("session", person.session_id)


@pytest.mark.parametrize(("ended", "guard"), [
    (off_shift, "G1"), (gone_home, "G2"), (untrained, "G3"), (locked, "G9"), (session_locked, "G9"),
])
def test_a_fact_that_ends_closes_everything_at_once(stage: Stage, ended: Callable[[Stage, Player], None], guard: str) -> None:
    mallory, guest = stage.hire("Mallory", "front_desk"), stage.guest("arriving")
    assert isinstance(mallory.look_up(guest, clear=ALL), lookup.Disclosure)
    ended(stage, mallory)
    for answer in (
        mallory.look_up(guest, clear=ALL),
        mallory.ask(lookup.LookUpMany, guest_ids=[guest.guest_id], purpose="check_in", masked=ALL).items[0],
        mallory.ask(lookup.FindByName, purpose="check_in", name=guest.surname, phone_end=guest.phone[-4:]),
        mallory.ask(lookup.FindExact, purpose="check_in", kind="phone", value=guest.phone),
        mallory.ask(lookup.Inscribe, guest_id=guest.guest_id, purpose="check_in", groups={"identity": b'{"name":"M"}'}),
        mallory.ask(lookup.Inscribe, guest_id=new_id(), purpose="check_in", groups={"identity": b'{"name":"M"}'}, is_new=True),
        mallory.ask(lookup.Snapshot, stay_id=guest.stay_id, guest_ids=[guest.guest_id]),
    ):
        assert isinstance(answer, lookup.Refusal) and answer.reason == "guard", answer
        assert [line.rule for line in answer.lines] == [guard]
        assert given_away(answer, guest) == []


def test_a_shift_that_runs_out_closes_everything_though_no_row_changes(stage: Stage) -> None:
    """What the keeper remembers of a person has its own end."""
    mallory, guest = stage.hire("Mallory", "front_desk"), stage.guest("arriving")
    stage.office.execute(
        "update hotel.shift set ends_at = clock_timestamp() + interval '2 seconds' where property_id = %s and staff_id = %s",
        (HARBOUR.id, mallory.staff_id.hex()),
    )
    answer = mallory.look_up(guest, clear=1)
    assert isinstance(answer, lookup.Disclosure)
    ends_at = answer.until_at
    while isinstance(answer, lookup.Disclosure):
        assert time.time() < ends_at + 2
        time.sleep(0.1)
        answer = mallory.look_up(guest, clear=1)
    assert [line.rule for line in answer.lines] == ["G1"]


def test_a_record_that_is_locked_is_closed_to_everyone(stage: Stage) -> None:
    guest = stage.guest("arriving")
    stage.lock("guest", guest.guest_id)
    for player in (stage.ada, stage.ben):
        answer = player.look_up(guest, clear=ALL)
        assert isinstance(answer, lookup.Refusal) and [line.rule for line in answer.lines] == ["G9"]


def test_a_duty_is_chosen_once_and_from_the_roster(stage: Stage) -> None:
    refused = lookup.Failed(code="duty")
    assert stage.ada.ask(lookup.ChooseDuty, duty="duty_manager") == refused
    mallory = stage.hire("Mallory", "front_desk", is_at_work=False)
    for duty in ("front_desk", "duty_manager", "privacy", "it_admin", "", "discretion_owner"):
        assert mallory.ask(lookup.ChooseDuty, duty=duty) == refused
    stage.at_work(mallory)
    assert mallory.ask(lookup.ChooseDuty, duty="front_desk").duty == "front_desk"
    assert mallory.ask(lookup.ChooseDuty, duty="front_desk") == refused


def test_a_session_without_a_duty_sees_nobody(stage: Stage) -> None:
    mallory, guest = stage.hire("Mallory", "front_desk", is_at_work=False), stage.guest("arriving")
    stage.at_work(mallory)
    answer = mallory.look_up(guest, clear=ALL)
    assert isinstance(answer, lookup.Refusal)
    assert given_away(answer, guest) == []


def test_administration_is_not_looking_up_and_looking_up_is_not_administration(stage: Stage) -> None:
    for purpose in Purpose:
        assert isinstance(stage.iris.look_up(stage.dora, purpose, clear=ALL), lookup.Refusal)
    for player in (stage.ada, stage.ben, stage.egon):
        invited = player.ask(lookup.Invite, staff_id=stage.cleo.staff_id)
        assert invited == lookup.Failed(code="not_allowed")


@pytest.mark.parametrize(("changes", "field"), [
    ({"staff_id": new_id()}, "$"), ({"duty": "duty_manager"}, "$"), ({"clear": 256}, "$.clear"), ({"masked": -1}, "$.masked"),
    ({"clear": "255"}, "$.clear"), ({"guest_id": b"short"}, "$.guest_id"), ({"purpose": ""}, "$.purpose"), ({"ticket": b""}, "$.ticket"),
    ({"reason": "r" * 81}, "$.reason"), ({"type": "LookUp"}, "$.type"), ({"request_id": None}, "$.request_id"),
])
def test_a_message_that_says_more_or_other_than_it_may_is_refused(stage: Stage, changes: dict[str, object], field: str) -> None:
    message = {
        "type": "look_up", "ticket": stage.ada.ticket, "request_id": new_id(), "guest_id": stage.dora.guest_id, "purpose": "check_in",
        "clear": 1, "masked": 0,
    } | changes
    line = stage.line()
    line.send(message)
    answer = line.answer()
    line.close()
    assert answer.code == "malformed"
    assert answer.field in (field, ""), "the place to mend, never what stood there"


def test_a_purpose_that_is_none_is_the_askers_trouble_alone(stage: Stage) -> None:
    guest = stage.guest("arriving")
    lines = [stage.line() for _ in range(6)]
    for number, line in enumerate(lines):
        line.send(lookup.LookUp(
            ticket=stage.ada.ticket, request_id=new_id(), guest_id=guest.guest_id, purpose="snooping" if number % 2 else "check_in",
            clear=1, masked=0,
        ))
    answers = [line.answer() for line in lines]
    for line in lines:
        line.close()
    for number, answer in enumerate(answers):
        assert isinstance(answer, (lookup.Refusal, lookup.Failed) if number % 2 else lookup.Disclosure), (number, answer)


def test_an_exact_search_by_an_unknown_kind_is_refused_at_the_door(stage: Stage) -> None:
    for kind in ("name", "birth", "", "PHONE", "phone "):
        answer = stage.ada.ask(lookup.FindExact, purpose="check_in", kind=kind, value="x")
        assert isinstance(answer, lookup.Failed) and answer.code == "malformed", (kind, answer)


def test_upkeep_is_not_on_the_houses_menu_nor_in_its_reach(stage: Stage) -> None:
    property_id = stage.ada.property_id
    for message in (
        upkeep.SealBatch(property_id=property_id, guests=[]), upkeep.Health(), upkeep.EnterChanges(property_id=property_id),
        upkeep.GuestIds(property_id=property_id, source="x", source_ids=["1"]), upkeep.PublishCheckpoint(property_id=property_id),
    ):
        line = stage.line()
        line.send(message)
        assert line.answer() == lookup.Failed(code="malformed", field="$.type")
        line.close()
    assert stat.S_IMODE(stage.settings.upkeep_socket.stat().st_mode) == 0o600
    assert stat.S_IMODE(stage.settings.upkeep_socket.parent.stat().st_mode) == 0o700


def test_the_operators_hatch_never_answers_with_a_record(stage: Stage) -> None:
    line = Line(stage.settings.upkeep_socket)
    line.send(lookup.LookUp(
        ticket=stage.ada.ticket, request_id=new_id(), guest_id=stage.dora.guest_id, purpose="check_in", clear=ALL, masked=0,
    ))
    assert line.is_ended()
    line.close()
    told = {name for kind in upkeep.UpkeepAnswer.__args__ for name in kind.__struct_fields__}
    entries_of_a_guest = {"items", "vkey", "closed_vkeys", "first_seq", "last_seq", "is_complete"}  # what entries say, which is no record
    look_ups = {"origin", "next", "refused", "unreadable", "unread"}  # decision 0023, and counts for a replay
    erasures = {"done", "stopped", "swept_at", "leaf", "salt", "context", "proof"}  # counts and codes; a context part names groups, never a value
    assert told == {"guest_ids", "counts", "entry", "code", "field"} | entries_of_a_guest | look_ups | erasures
    explained = stage.upkeep(upkeep.ExplainGuest(
        property_id=stage.dora.property_id, request_id=new_id(), guest_id=stage.dora.guest_id, by="operator",
    ))
    assert given_away(explained, stage.dora) == []
