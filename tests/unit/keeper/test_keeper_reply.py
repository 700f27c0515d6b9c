"""What the house is told: rules with their sentences, and for whoever is hidden the words for nobody."""

from __future__ import annotations

import os
from typing import Any

import pytest
from msgspec import structs

from discretion.keeper.judge import judge
from discretion.keeper.papers import AlreadyEntered, Denied, GuestFacts, Opened, Refused, Unopened
from discretion.keeper.reply import told
from discretion.wire.lookup import Disclosure, Entered, Failed, Refusal
from tests.papers import House, allowed, facts, policy, staff_facts


def refused(guest: GuestFacts | None = None, **changed: Any) -> Refusal | Failed:
    house = House()
    known = facts(staff_facts(**changed.pop("staff", {})), guest, **changed)
    judged = judge(known, policy())
    assert isinstance(judged, Denied)
    (draft,) = house.drafted(judged)
    answer = told(Refused(draft, judged), known.ask, policy())
    assert isinstance(answer, (Refusal, Failed))
    return answer


def a_guest(**changed: Any) -> tuple[GuestFacts, bytes]:
    guest_id = os.urandom(16)
    return structs.replace(GUEST_HOUSE.guest(guest_id)[0], **changed), guest_id


GUEST_HOUSE = House()


def test_an_opened_record_comes_with_its_rules_in_both_languages() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id)
    known = facts(staff_facts(), guest, guest_id=guest_id)
    judged = judge(known, policy())
    (draft,) = house.drafted(judged)
    (receipt,) = house.receipts([draft], house.boxes(guest_id, guest, key, identity=b'{"name":"Wang"}'))
    answer = told(house.vault.unseal(receipt), known.ask, policy())
    assert isinstance(answer, Disclosure)
    assert answer.fields == {"identity": b'{"name":"Wang"}'}
    assert [line.rule for line in answer.lines] == ["CI-1"]
    assert all(line.zh and line.en for line in answer.lines)
    assert [offer.rule for offer in answer.offers] == ["CI-2"]
    assert (answer.clear, answer.masked, answer.entry) == (1, 0, 0)


def test_a_guest_who_is_not_there_and_one_out_of_reach_are_told_alike() -> None:
    nobody = refused(None)
    assert isinstance(nobody, Refusal)
    assert (nobody.reason, nobody.lines, nobody.offers) == ("not_found", [], [])
    for relation in ("none", "departed"):
        guest, guest_id = a_guest(relation=relation, departed_days=90)
        hidden = refused(None, guest_id=guest_id)
        assert isinstance(hidden, Refusal)
        assert structs.replace(hidden, guest_id=b"") == structs.replace(nobody, guest_id=b"")
        judged = judge(facts(staff_facts(), guest, guest_id=guest_id), policy())
        assert isinstance(judged, Denied)
        assert judged.reason == "not_found"


@pytest.mark.parametrize(("staff", "rules"), [
    ({"shift_until_at": 0}, ["G1"]), ({"badge_until_at": 0}, ["G2"]), ({"trained_until_at": 0}, ["G3"]), ({"is_locked": True}, ["G9"]),
    ({"shift_until_at": 0, "badge_until_at": 0}, ["G1", "G2"]),
])
def test_what_the_asker_lacks_is_told_whoever_the_guest_is(staff: dict[str, Any], rules: list[str]) -> None:
    answer = refused(None, staff=staff)
    assert isinstance(answer, Refusal)
    assert (answer.reason, [line.rule for line in answer.lines]) == ("guard", rules)


def test_a_session_that_is_over_is_a_ticket_that_does_not_count() -> None:
    for staff in ({"is_over": True}, {"session_until_at": 0}):
        assert refused(None, staff=staff) == Failed(code="ticket")


def test_an_ask_entered_before_is_told_its_entry() -> None:
    assert told(AlreadyEntered(7), facts().ask, policy()) == Entered(entry=7)


def test_a_box_that_stays_shut_is_told_without_a_rule() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, _ = house.guest(guest_id)
    known = facts(staff_facts(), guest, guest_id=guest_id)
    (draft,) = house.drafted(allowed(known))
    (receipt,) = house.receipts([draft], [None] * 8)
    answer = told(Unopened(receipt), known.ask, policy())
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.lines, answer.offers) == ("unopened", [], [])


def test_what_concerns_no_record_is_entered_and_no_more() -> None:
    house = House()
    (draft,) = house.drafted(allowed(facts(staff_facts(), None)))
    (receipt,) = house.receipts([draft], [])
    assert told(Opened(receipt, {}), facts().ask, policy()) == Entered(entry=0)
