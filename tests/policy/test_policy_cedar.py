"""Cedar as referee: the generated text is valid, and its answers are ours."""

from __future__ import annotations

import random

import cedarpy
import pytest

from discretion.policy.decide import decide
from discretion.policy.table import Policy

from .cedar import cedar_policies, cedar_schema, field
from .mutants import without
from .situations import Cell, complete, filled_cells, starting_policy

SITUATIONS = 3_000


def test_the_generated_text_validates() -> None:
    rules = starting_policy().rules
    result = cedarpy.validate_policies(cedar_policies(rules), cedar_schema(rules))
    assert result.validation_passed, [str(error) for error in result.errors]


def test_a_misspelt_fact_in_the_text_does_not_validate() -> None:
    rules = starting_policy().rules
    text = cedar_policies(rules).replace("context.case_open", "context.case_opne", 1)
    assert not cedarpy.validate_policies(text, cedar_schema(rules)).validation_passed


def test_cedar_and_the_table_agree_on_random_situations() -> None:
    policy = starting_policy()
    asked = _random_situations(policy, SITUATIONS)
    assert _differences(policy, cedar_policies(policy.rules), asked) == []
    showing = sum(decide(policy, *cell, facts).shown != 0 for cell, facts in asked)
    assert showing > SITUATIONS // 5  # agreeing on refusals alone would prove little


@pytest.mark.parametrize("cap", ["C1", "C2"])
def test_the_referee_notices_a_cap_left_out_of_the_text(cap: str) -> None:
    policy = starting_policy()
    assert _differences(policy, cedar_policies(without(policy.rules, cap)), _random_situations(policy, 600))


def _differences(policy: Policy, text: str, asked: list[tuple[Cell, int]]) -> list[tuple[Cell, int, str, str]]:
    """Every question, of 16 a situation, which Cedar answers differently under this text."""
    texts, nobody = cedarpy.PolicySet.from_str(text), cedarpy.Entities.from_json_str("[]")
    questions = [(group, level) for group in policy.groups for level in ("masked", "clear")]
    found = []
    for cell, facts in asked:
        decision = decide(policy, *cell, facts)
        holds = complete(policy, facts)  # Cedar is not told what implies what
        purpose, role, relation = cell
        context: dict[str, object] = {name: bool(holds & bit) for name, bit in policy.fact_bit.items()}
        shared = {
            "principal": f'Role::"{role}"',
            "action": f'Action::"{purpose}"',
            "context": context | {"relation": relation},
        }
        requests = [shared | {"resource": field(group, level)} for group, level in questions]
        answers = cedarpy.is_authorized_batch(requests, texts, nobody)
        for (group, level), answer in zip(questions, answers, strict=True):
            mask = decision.clear if level == "clear" else decision.shown
            if answer.diagnostics.errors or answer.allowed != bool(mask & policy.group_bit[group]):
                found.append((cell, facts, group, level))
    return found


def _random_situations(policy: Policy, number: int) -> list[tuple[Cell, int]]:
    """Situations from a fixed seed, many of them near showing something, one cell in five anywhere."""
    dice = random.Random(20_250_301)
    cells, rules = filled_cells(policy), policy.rules
    found = []
    for _ in range(number):
        anywhere = (dice.choice(rules.purposes), dice.choice(rules.roles), dice.choice(rules.relations))
        cell = dice.choice(cells) if dice.random() < 0.8 else anywhere
        helpful = dice.choice((0.5, 0.9, 0.98))
        likely = {"support": helpful, "step": helpful, "approval": 0.5, "restriction": 0.2}
        facts = 0
        for name, fact in rules.facts.items():
            if dice.random() < likely[fact.kind]:
                facts |= policy.fact_bit[name]
        found.append((cell, facts))
    return found
