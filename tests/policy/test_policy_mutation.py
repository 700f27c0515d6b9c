"""Nothing in the starting policy is redundant, and the check that says so can be trusted."""

from __future__ import annotations

import pytest

from discretion.policy.checks import Check, check_decisive, check_mutation
from discretion.policy.load import load_policy
from discretion.policy.mutants import find_dead, find_same, is_contradictory, loosened_caps
from discretion.policy.table import compile_rules

from .situations import starting_bytes, starting_policy

DEAD = """
[[view]]
id="CI-9"
purpose="check_in"
who=["front_desk"]
guest=["arriving"]
clear=["contact"]
masked=["identity"]
zh="多余的规则"
en="A rule that gives nothing new"
"""
LIVE = DEAD.replace('clear=["contact"]\n', 'clear=["contact","stay"]\n')


def test_every_part_of_the_starting_policy_has_an_effect() -> None:
    assert check_mutation(starting_policy()) == Check("mutation", 390, (), is_advice=True)


def test_every_group_a_cap_lowers_has_an_effect_but_for_one_that_is_kept_as_a_floor() -> None:
    policy = starting_policy()
    without_effect, tried = [], 0
    for cap, group, rules in loosened_caps(policy.rules):
        tried += 1
        if find_same(policy, compile_rules(rules, policy.hash), cap):
            without_effect.append((cap, group))
    # Where C2 acts no view shows a document today. It stays, so that a later view cannot show a minor's.
    assert without_effect == [("C2", "document")]
    assert tried == 13


def test_no_rule_of_the_starting_policy_is_dead() -> None:
    assert check_decisive(starting_policy()) == Check("decisive", 50, ())


@pytest.mark.parametrize(("planted", "dead"), [(DEAD, {"CI-9"}), (LIVE, set())])
def test_the_check_finds_a_planted_dead_rule_and_leaves_a_live_one(planted: str, dead: set[str]) -> None:
    assert find_dead(load_policy(starting_bytes() + planted.encode())) == dead


def test_a_check_that_skips_contradictory_facts_would_call_live_rules_dead() -> None:
    assert "CO-3" in find_dead(starting_policy(), skip=is_contradictory)
