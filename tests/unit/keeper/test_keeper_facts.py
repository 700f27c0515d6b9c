"""What was read becomes yes and no: unknown is no where it would help, and yes where it would restrict."""

from __future__ import annotations

from typing import Any

import pytest

from discretion.keeper.facts import counting_claims, fact_bits, staff_bits, until_at
from discretion.keeper.papers import Claim
from tests.papers import DAY_SECONDS, NOW_AT, facts, guest_facts, policy, staff_facts

BIT = policy().fact_bit
ALL = (1 << len(BIT)) - 1


def names(bits: int) -> set[str]:
    return {name for name, bit in BIT.items() if bits & bit}


def test_everything_that_holds_for_somebody_at_work() -> None:
    assert names(staff_bits(facts(staff_facts()), BIT)) == {"passkey", "on_shift", "badged_in", "trained"}


@pytest.mark.parametrize(("changed", "lacks"), [
    ({"shift_until_at": NOW_AT}, "on_shift"), ({"shift_until_at": 0}, "on_shift"), ({"badge_until_at": NOW_AT - 1}, "badged_in"),
    ({"badge_until_at": 0}, "badged_in"), ({"trained_until_at": 0}, "trained"), ({"trained_until_at": NOW_AT}, "trained"),
])
def test_a_fact_has_ended_at_its_end(changed: dict[str, int], lacks: str) -> None:
    assert lacks not in names(staff_bits(facts(staff_facts(**changed)), BIT))


def test_nobody_is_locked_and_nothing_else() -> None:
    assert names(staff_bits(facts(None), BIT)) == {"locked"}


def test_a_lock_on_person_or_record_is_a_lock() -> None:
    assert "locked" in names(staff_bits(facts(staff_facts(is_locked=True)), BIT))
    assert "locked" in names(fact_bits(facts(staff_facts(), guest_facts(is_locked=True)), BIT))


def test_of_a_guest_who_is_not_here_every_restriction_holds_and_no_support() -> None:
    held = names(fact_bits(facts(staff_facts(), None), BIT)) - names(staff_bits(facts(staff_facts()), BIT))
    assert held == {"sealed", "restricted", "minor", "legal_hold"}


@pytest.mark.parametrize(("days", "held"), [
    (0, {"recent_30", "recent_365"}), (30, {"recent_30", "recent_365"}), (31, {"recent_365"}), (365, {"recent_365"}), (366, set()), (-1, set()),
])
def test_days_since_departure_count_to_their_last(days: int, held: set[str]) -> None:
    found = names(fact_bits(facts(staff_facts(), guest_facts(relation="departed", departed_days=days)), BIT))
    assert found & {"recent_30", "recent_365"} == held


@pytest.mark.parametrize("relation", ["arriving", "in_house", "none"])
def test_days_since_departure_are_of_those_who_departed(relation: str) -> None:
    found = names(fact_bits(facts(staff_facts(), guest_facts(relation=relation, departed_days=3)), BIT))
    assert not found & {"recent_30", "recent_365"}


@pytest.mark.parametrize(("field", "fact"), [
    ("is_sealed", "sealed"), ("is_restricted", "restricted"), ("is_held", "legal_hold"), ("is_minor", "minor"),
])
def test_a_mark_is_a_restriction(field: str, fact: str) -> None:
    plain = names(fact_bits(facts(staff_facts(), guest_facts()), BIT))
    marked = names(fact_bits(facts(staff_facts(), guest_facts(**{field: True})), BIT))
    assert marked - plain == {fact}


def test_what_has_no_source_yet_is_never_true() -> None:
    for relation in ("arriving", "in_house", "departed", "none"):
        found = names(fact_bits(facts(staff_facts(), guest_facts(relation=relation, departed_days=0)), BIT))
        assert not found & {"assigned", "case_open", "fresh_passkey", "ok_manager", "ok_privacy", "ok_general", "consent_mkt", "consent_ana"}


@pytest.mark.parametrize(("staff", "guest", "until"), [
    ({"shift_until_at": NOW_AT + 5}, {}, NOW_AT + 5), ({"badge_until_at": NOW_AT + 6}, {}, NOW_AT + 6),
    ({"trained_until_at": NOW_AT + 7}, {}, NOW_AT + 7), ({"session_until_at": NOW_AT + 8}, {}, NOW_AT + 8),
    ({"shift_until_at": NOW_AT + 90_000, "badge_until_at": NOW_AT + 90_000, "session_until_at": NOW_AT + 90_000}, {}, NOW_AT + 8 * 3600),
    ({"shift_until_at": NOW_AT + 90_000, "badge_until_at": NOW_AT + 90_000, "session_until_at": NOW_AT + 90_000}, {"relation": "in_house"},
     NOW_AT + 90_000),
])
def test_a_decision_ends_with_the_first_of_its_facts(staff: dict[str, Any], guest: dict[str, Any], until: int) -> None:
    known = facts(staff_facts(**staff), guest_facts(**guest))
    assert until_at(known, ALL, fact_bits(known, BIT), BIT) == until


def test_a_fact_the_decision_does_not_read_does_not_end_it() -> None:
    known = facts(staff_facts(shift_until_at=NOW_AT + 5), guest_facts(relation="in_house"))
    assert until_at(known, BIT["trained"], fact_bits(known, BIT), BIT) == NOW_AT + 10_800


def test_thirty_days_end_at_a_midnight() -> None:
    far = {"shift_until_at": NOW_AT + 99 * DAY_SECONDS, "badge_until_at": NOW_AT + 99 * DAY_SECONDS,
           "trained_until_at": NOW_AT + 99 * DAY_SECONDS, "session_until_at": NOW_AT + 99 * DAY_SECONDS}
    known = facts(staff_facts(**far), guest_facts(relation="departed", departed_days=28))
    assert until_at(known, ALL, fact_bits(known, BIT), BIT) == NOW_AT + 8 * 3600 + 2 * DAY_SECONDS


def test_nobodys_decision_is_over() -> None:
    assert until_at(facts(None), ALL, ALL, BIT) == NOW_AT


# ---------------------------------------------------------------------------------------------------------- approvals, claims


def approval(**changed: Any) -> Claim:
    """An approval of a duty manager's that counts."""
    said = {
        "fact": "ok_manager", "staff_id": b"", "session_id": b"", "purpose": "check_out", "groups": 8, "until_at": NOW_AT + 60, "ref": b"r" * 16,
        "policy": policy().hash, "roles": ("duty_manager",), "quorum": 1, "uses": 1,
    }
    return Claim(**{**said, **changed})


@pytest.mark.parametrize("changed", [
    {"policy": b"o" * 32}, {"roles": ()}, {"roles": ("front_desk",)}, {"quorum": 2}, {"roles": ("duty_manager", "security"), "quorum": 2}, {"quorum": 0},
], ids=["another policy", "no vote", "a role that may not", "one vote of two", "one role of two may", "no quorum"])
def test_an_approval_counts_by_votes_of_those_who_may_under_its_own_policy(changed: dict[str, Any]) -> None:
    assert counting_claims((approval(),), policy()) == (approval(),)
    assert counting_claims((approval(**changed),), policy()) == ()


def test_two_of_two_who_may_are_a_quorum_and_a_case_needs_none() -> None:
    two = approval(roles=("duty_manager", "duty_manager"), quorum=2)
    case = approval(fact="case_open", policy=b"", roles=(), quorum=0)
    assert counting_claims((two, case), policy()) == (two, case)


def test_a_claim_is_its_fact_and_ends_with_it() -> None:
    claimed = facts(staff_facts(), guest_facts(), claims=(approval(), approval(fact="emergency", until_at=NOW_AT + 30, policy=b"")))
    assert "ok_manager" in names(fact_bits(claimed, BIT))
    assert until_at(claimed, ALL, fact_bits(claimed, BIT), BIT) == NOW_AT + 30
    unread = facts(staff_facts(), guest_facts(), claims=(approval(until_at=NOW_AT + 1),))
    assert until_at(unread, 0, fact_bits(unread, BIT), BIT) > NOW_AT + 1  # what the decision did not read does not bound it
