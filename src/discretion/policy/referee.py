"""Referee: the same questions put to Cedar, where it is installed, and every answer that is another one.

Rules:
* Cedar is asked with text generated from the table, and decides nothing at a desk: it is a second opinion on samples.
* The samples are the same for the same policy: nothing here throws dice of its own.

Source: policy.md, section 5. Cost: 3,000 situations of 16 questions take about eight seconds.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from discretion.policy.cedar import cedar_policies, cedar_schema, field
from discretion.policy.checks import FINDINGS_MAX, Check
from discretion.policy.decide import decide
from discretion.policy.situations import complete, filled_cells, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from discretion.policy.situations import Cell
    from discretion.policy.table import Policy

SITUATIONS = 3_000
_LIKELY = {"support": 235, "step": 235, "approval": 128, "restriction": 51}  # of 256: near showing something


def check_cedar(policy: Policy, situations: int = SITUATIONS) -> Check | None:
    """Cedar and the table agree on samples; None where Cedar is not installed."""
    try:
        import cedarpy  # noqa: PLC0415 - for whoever changes policies, not for a desk
    except ImportError:
        return None
    text = cedar_policies(policy.rules)
    result = cedarpy.validate_policies(text, cedar_schema(policy.rules))
    if not result.validation_passed:
        return Check("cedar", 0, tuple(str(error) for error in result.errors)[:FINDINGS_MAX])
    found = find_differences(policy, text, list(samples(policy, situations)))
    said = [
        f"{' '.join(cell)} {group}.{level}: {' '.join(names_of(policy, facts))}" for cell, facts, group, level in found
    ]
    return Check("cedar", situations, tuple(said[:FINDINGS_MAX]))


def find_differences(
    policy: Policy, text: str, asked: Sequence[tuple[Cell, int]],
) -> list[tuple[Cell, int, str, str]]:
    """Every question, of 16 a situation, which Cedar answers differently under this text."""
    import cedarpy  # noqa: PLC0415 - as above

    texts, nobody = cedarpy.PolicySet.from_str(text), cedarpy.Entities.from_json_str("[]")
    questions = [(group, level) for group in policy.groups for level in ("masked", "clear")]
    found = []
    for cell, facts in asked:
        decision = decide(policy, *cell, facts)
        holds = complete(policy, facts)  # Cedar is not told what implies what
        purpose, role, relation = cell
        context: dict[str, object] = {name: bool(holds & bit) for name, bit in policy.fact_bit.items() if bit}
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


def samples(policy: Policy, number: int) -> Iterator[tuple[Cell, int]]:
    """Situations that are the same every time, many of them near showing something, one cell in five anywhere."""
    cells, rules = filled_cells(policy), policy.rules
    for at in range(number):
        dice = hashlib.sha512(b"%d" % at).digest()
        anywhere = (
            rules.purposes[dice[0] % len(rules.purposes)], rules.roles[dice[1] % len(rules.roles)],
            rules.relations[dice[2] % len(rules.relations)],
        )
        cell = anywhere if dice[3] < 51 or not cells else cells[int.from_bytes(dice[4:6], "big") % len(cells)]  # noqa: PLR2004 - one in five
        facts = 0
        for place, (name, fact) in enumerate(rules.facts.items()):
            if dice[6 + place % 58] < _LIKELY[fact.kind]:
                facts |= policy.fact_bit[name]
        yield cell, facts
