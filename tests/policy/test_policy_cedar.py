"""Cedar as referee: the generated text is valid, and its answers are ours."""

from __future__ import annotations

import random

import cedarpy

from discretion.keeper.policy.decide import decide
from discretion.keeper.policy.table import Policy

from .cedar import cedar_policies, cedar_schema, field
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
    texts = cedarpy.PolicySet.from_str(cedar_policies(policy.rules))
    nobody = cedarpy.Entities.from_json_str("[]")
    questions = [(group, level) for group in policy.groups for level in ("masked", "clear")]
    showing = 0
    for cell, facts in _random_situations(policy):
        decision = decide(policy, *cell, facts)
        showing += decision.shown != 0
        holds = complete(policy, facts)  # Cedar is not told what implies what
        context: dict[str, object] = {name: bool(holds & bit) for name, bit in policy.fact_bit.items()}
        purpose, role, relation = cell
        requests = [
            {
                "principal": f'Role::"{role}"',
                "action": f'Action::"{purpose}"',
                "resource": field(group, level),
                "context": context | {"relation": relation},
            }
            for group, level in questions
        ]
        for (group, level), answer in zip(
            questions, cedarpy.is_authorized_batch(requests, texts, nobody), strict=True
        ):
            mask = decision.clear if level == "clear" else decision.shown
            assert not answer.diagnostics.errors
            assert answer.allowed == bool(mask & policy.group_bit[group]), (cell, context, group, level)
    assert showing > SITUATIONS // 5  # agreeing on refusals alone would prove little


def _random_situations(policy: Policy) -> list[tuple[Cell, int]]:
    """Situations from a fixed seed, most of them near showing something, one cell in five anywhere."""
    dice = random.Random(20_250_301)
    cells, rules = filled_cells(policy), policy.rules
    found = []
    for _ in range(SITUATIONS):
        anywhere = (dice.choice(rules.purposes), dice.choice(rules.roles), dice.choice(rules.relations))
        cell = dice.choice(cells) if dice.random() < 0.8 else anywhere
        likely = dice.choice((0.5, 0.85, 0.95))
        facts = 0
        for bit in policy.fact_bit.values():
            if dice.random() < (1 - likely if policy.restrictions & bit else likely):
                facts |= bit
        found.append((cell, facts))
    return found
