"""One situation, one decision: guards, views, caps, offers, the nearest rule, and what bounds it in time."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pytest

from discretion.hotel.purpose import FieldGroup, Purpose, Relation, Role
from discretion.policy import decide as deciding
from discretion.policy.decide import decide
from discretion.policy.decision import Offer
from discretion.policy.load import load_policy
from discretion.policy.table import Policy

ON_DUTY = ("on_shift", "badged_in", "trained", "same_property", "passkey")


@cache
def policy() -> Policy:
    return load_policy((files("discretion.policy") / "policy.toml").read_bytes())


def facts(*names: str) -> int:
    return sum(policy().fact_bit[name] for name in names)


def groups(*names: FieldGroup) -> int:
    return sum(group.bit for group in names)


def test_an_offer_names_what_is_lacking_and_only_what_it_would_add() -> None:
    decision = decide(policy(), "security_incident", "security", "in_house", facts(*ON_DUTY, "case_open"))
    assert decision.offers == (
        Offer(
            "SI-2",
            ("fresh_passkey", "ok_manager"),
            groups(FieldGroup.CONTACT, FieldGroup.DOCUMENT, FieldGroup.NOTES),
            0,
        ),
    )


def test_an_offer_counts_the_caps_that_stay() -> None:
    held = facts(*ON_DUTY, "sealed", "minor")
    decision = decide(policy(), "guest_request", "front_desk", "in_house", held)
    assert decision.caps == ("C1", "C2")
    assert decision.offers == (Offer("C1", ("ok_privacy",), FieldGroup.STAY.bit, 0),)


def test_an_approval_changes_nothing_until_it_is_a_fact() -> None:
    waiting = decide(policy(), "check_out", "front_desk", "departed", facts(*ON_DUTY, "recent_30"))
    given = decide(policy(), "check_out", "front_desk", "departed", facts(*ON_DUTY, "recent_30", "ok_manager"))
    assert waiting.shown == 0
    assert (given.clear, given.masked) == (waiting.offers[0].clear, waiting.offers[0].masked)


def test_all_guards_that_fire_are_named_and_nothing_is_offered() -> None:
    decision = decide(policy(), "security_incident", "security", "in_house", facts("case_open", "locked"))
    assert decision.guards == ("G1", "G2", "G3", "G4", "G5", "G9")
    assert (decision.shown, decision.offers, decision.obligations, decision.nearest) == (0, (), (), "")


def test_only_the_missing_passkey_asks_for_a_step() -> None:
    decision = decide(policy(), "check_in", "front_desk", "arriving", facts(*ON_DUTY[:-1]))
    assert decision.guards == ("G5",)
    assert decision.offers == (Offer("G5", ("passkey",), 0, 0),)


def test_a_fresh_passkey_is_a_passkey() -> None:
    decision = decide(policy(), "check_in", "front_desk", "arriving", facts(*ON_DUTY[:-1], "fresh_passkey"))
    assert decision.guards == ()
    assert decision.clear & FieldGroup.DOCUMENT.bit


def test_unknown_restrictions_set_as_the_policy_says_close() -> None:
    decision = decide(policy(), "check_in", "front_desk", "arriving", facts(*ON_DUTY) | policy().restrictions)
    assert decision.guards == ("G9",)


def test_the_nearest_rule_lacks_the_least() -> None:
    decision = decide(policy(), "housekeeping", "front_desk", "in_house", facts(*ON_DUTY))
    assert (decision.nearest, decision.nearest_lacks) == ("HK-1", ("role",))
    decision = decide(policy(), "guest_request", "front_desk", "departed", facts(*ON_DUTY, "assigned"))
    assert (decision.nearest, decision.nearest_lacks) == ("GR-1", ("relation",))
    decision = decide(policy(), "analytics", "analyst", "none", facts(*ON_DUTY))
    assert (decision.nearest, decision.nearest_lacks) == ("AN-1", ("consent_ana",))


def test_it_reads_the_true_facts_of_its_purpose_and_no_others() -> None:
    decision = decide(policy(), "check_in", "front_desk", "arriving", facts(*ON_DUTY, "case_open", "consent_mkt"))
    assert decision.reads == facts(*ON_DUTY)
    decision = decide(policy(), "complaint", "finance", "departed", facts(*ON_DUTY, "case_open", "recent_30"))
    assert decision.reads == facts(*ON_DUTY, "case_open", "recent_30", "recent_365")


@pytest.mark.parametrize(
    ("purpose", "role", "relation"),
    [
        ("curiosity", "front_desk", "arriving"),
        ("check_in", "janitor", "arriving"),
        ("check_in", "front_desk", "lodging"),
        ("", "", ""),
        ("check_in", "", "arriving"),
        ("CHECK_IN", "front_desk", "arriving"),
    ],
)
def test_a_word_the_policy_lacks_shows_nothing(purpose: str, role: str, relation: str) -> None:
    decision = decide(policy(), purpose, role, relation, (1 << 20) - 1 & ~policy().restrictions)
    assert (decision.shown, decision.offers, decision.guards, decision.nearest) == (0, (), (), "")
    assert decision.policy == policy().hash


def test_words_may_come_as_nouns() -> None:
    held = facts(*ON_DUTY)
    by_noun = decide(policy(), Purpose.CHECK_IN, Role.FRONT_DESK, Relation.ARRIVING, held)
    assert by_noun == decide(policy(), "check_in", "front_desk", "arriving", held)


def test_the_memo_gives_the_same_decision_and_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deciding, "MEMO_MAX", 8)
    fresh = load_policy((files("discretion.policy") / "policy.toml").read_bytes())
    for held in range(100):
        first = decide(fresh, "check_in", "front_desk", "arriving", held)
        assert decide(fresh, "check_in", "front_desk", "arriving", held) is first
        assert len(fresh.memo) <= 8
    decide(fresh, "curiosity", "front_desk", "arriving", 0)
    assert ("curiosity", "front_desk", "arriving", 0) not in fresh.memo
