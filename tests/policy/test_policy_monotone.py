"""Losing a fact never shows more; gaining a restriction never shows more."""

from __future__ import annotations

from discretion.policy.decide import decide

from .situations import filled_cells, reads, situations, starting_policy


def test_no_situation_shows_more_for_a_fact_lost_or_a_restriction_gained() -> None:
    policy = starting_policy()
    pairs = 0
    for cell in filled_cells(policy):
        levels = {}
        for facts in situations(policy, cell):
            decision = decide(policy, *cell, facts)
            levels[facts] = decision.shown | decision.clear << len(policy.groups)
        mask = reads(policy, cell)
        bits = [(bit, bool(policy.restrictions & bit)) for bit in policy.fact_bit.values() if mask & bit]
        for facts, shown in levels.items():
            for bit, restricts in bits:
                pairs += 1
                more_open = bool(facts & bit) != restricts
                other = levels[facts ^ bit]
                assert not (other & ~shown if more_open else shown & ~other), (cell, facts, bit)
    assert pairs == 1_230_880
