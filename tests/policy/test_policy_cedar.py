"""Cedar as referee: the generated text is valid, and its answers are ours."""

from __future__ import annotations

import cedarpy
import pytest

from discretion.policy.cedar import cedar_policies, cedar_schema
from discretion.policy.checks import Check
from discretion.policy.decide import decide
from discretion.policy.mutants import without
from discretion.policy.referee import SITUATIONS, check_cedar, find_differences, samples

from .situations import starting_policy


def test_the_generated_text_validates() -> None:
    rules = starting_policy().rules
    result = cedarpy.validate_policies(cedar_policies(rules), cedar_schema(rules))
    assert result.validation_passed, [str(error) for error in result.errors]


def test_a_misspelt_fact_in_the_text_does_not_validate() -> None:
    rules = starting_policy().rules
    text = cedar_policies(rules).replace("context.case_open", "context.case_opne", 1)
    assert not cedarpy.validate_policies(text, cedar_schema(rules)).validation_passed


def test_cedar_and_the_table_agree_on_samples() -> None:
    policy = starting_policy()
    assert check_cedar(policy) == Check("cedar", SITUATIONS, ())
    showing = sum(decide(policy, *cell, facts).shown != 0 for cell, facts in samples(policy, SITUATIONS))
    assert showing > SITUATIONS // 5  # agreeing on refusals alone would prove little


@pytest.mark.parametrize("cap", ["C1", "C2"])
def test_the_referee_notices_a_cap_left_out_of_the_text(cap: str) -> None:
    policy = starting_policy()
    assert find_differences(policy, cedar_policies(without(policy.rules, cap)), list(samples(policy, 600)))
