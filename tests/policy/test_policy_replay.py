"""Recorded asks under another policy: how many would have shown more, less, the same."""

from __future__ import annotations

import itertools
import time

from discretion.policy.load import load_policy
from discretion.policy.replay import Effect, Recorded, replay
from discretion.policy.situations import filled_cells, mask_of, situations

from .situations import starting_policy
from .test_policy_compare import CO_2, changed

WIDER = load_policy(changed((CO_2, CO_2.replace('"finance"', '"finance","front_desk"'))))
AT_WORK = ("on_shift", "badged_in", "trained", "same_property", "passkey")
ALL = 255


def asked(role: str, *facts: str, asks: int = 1, clear: int = ALL, policy: bytes = b"") -> Recorded:
    old = starting_policy()
    return Recorded(policy or old.hash, "check_out", role, "departed", mask_of(old, (*AT_WORK, *facts)), clear, 0, asks)


def test_asks_are_counted_by_what_they_would_have_shown() -> None:
    old = starting_policy()
    recorded = [asked("front_desk", "case_open", asks=12), asked("front_desk", asks=300), asked("finance", "case_open", asks=40)]
    known = {old.hash: old}
    found = replay(recorded, known, old, WIDER)
    assert (found.more, found.less, found.same, found.asks, found.unread) == (12, 0, 340, 352, 0)
    assert found.effects == (Effect("check_out", "finance", 0, 0, 40), Effect("check_out", "front_desk", 12, 0, 300))
    assert replay(recorded, {**known, WIDER.hash: WIDER}, WIDER, old).less == 12


def test_only_what_was_asked_for_counts() -> None:
    old = starting_policy()
    contact = old.group_bit["contact"]
    assert replay([asked("front_desk", "case_open", clear=contact)], {old.hash: old}, old, WIDER).same == 1


def test_what_was_decided_by_a_text_that_is_not_here_is_said_apart() -> None:
    old = starting_policy()
    found = replay([asked("front_desk", policy=b"\x01" * 32, asks=7)], {old.hash: old}, old, WIDER)
    assert (found.asks, found.unread) == (0, 7)


def test_two_hundred_thousand_different_asks_are_replayed_in_seconds() -> None:
    old = starting_policy()
    everything = ((cell, facts) for cell in filled_cells(old) for facts in situations(old, cell))
    recorded = [
        Recorded(old.hash, *cell, facts, clear, ALL & ~clear, 1)
        for (cell, facts), clear in itertools.islice(itertools.product(everything, (ALL, 1)), 200_000)
    ]
    assert len(recorded) == 200_000
    began = time.process_time()
    found = replay(recorded, {old.hash: old}, old, WIDER)
    assert time.process_time() - began < 8
    assert found.asks == 200_000
    assert found.less == 0
