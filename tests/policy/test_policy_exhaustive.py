"""Every situation, by the engine and by the plain second reading of the same file."""

from __future__ import annotations

from discretion.policy.decide import decide
from discretion.policy.situations import filled_cells, situations

from .oracle import Oracle, is_closed
from .situations import starting_bytes, starting_policy


def test_every_situation_shows_what_a_plain_reading_of_the_file_shows_and_every_rule_decides_some() -> None:
    policy, oracle = starting_policy(), Oracle(starting_bytes())
    stated = {rule.id for rule in (*policy.rules.guards, *policy.rules.caps, *policy.rules.views)}
    undecided, asked = set(stated), 0
    for cell in filled_cells(policy):
        rules = oracle.rules(*cell)
        for facts in situations(policy, cell):
            asked += 1
            decision = decide(policy, *cell, facts)
            words = oracle.complete({name for name, bit in policy.fact_bit.items() if facts & bit})
            expected = oracle.levels(rules, words)
            got = {group: 2 for group, bit in policy.group_bit.items() if decision.clear & bit}
            got |= {group: 1 for group, bit in policy.group_bit.items() if decision.masked & bit}
            assert got == expected, (cell, sorted(words))
            assert decision.guards == tuple(rule["id"] for rule in rules if is_closed(rule, words))
            acted = {*decision.rules, *decision.caps, *decision.guards}
            if undecided & acted:
                undecided -= oracle.decisive(rules, words)
    assert not undecided
    assert len(stated) == 50
    assert asked == 100_384


def test_ninety_one_of_all_cells_are_filled_and_the_others_show_nothing_to_anyone() -> None:
    policy = starting_policy()
    filled = set(filled_cells(policy))
    empty = [
        (purpose, role, relation)
        for purpose in policy.rules.purposes
        for role in policy.rules.roles
        for relation in policy.rules.relations
        if (purpose, role, relation) not in filled
    ]
    assert (len(filled), len(filled) + len(empty)) == (91, 768)
    every_bit = (1 << len(policy.facts)) - 1
    for cell in empty:
        for facts in (every_bit, every_bit & ~policy.restrictions):
            assert decide(policy, *cell, facts).shown == 0
