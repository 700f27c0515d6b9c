"""Losing a fact never shows more; gaining a restriction never shows more."""

from __future__ import annotations

from discretion.policy.checks import Check, check_monotone

from .situations import starting_policy


def test_no_situation_shows_more_for_a_fact_lost_or_a_restriction_gained() -> None:
    assert check_monotone(starting_policy()) == Check("monotone", 1_128_480, ())
