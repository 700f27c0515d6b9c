"""What the starting policy promises, in every situation (`discretion.policy.promises`)."""

from __future__ import annotations

import pytest

from discretion.policy.checks import Check, check_promises
from discretion.policy.mutants import cells_of, weaken
from discretion.policy.promises import find_broken

from .situations import starting_policy


def test_every_promise_holds_in_every_situation() -> None:
    assert check_promises(starting_policy()) == Check("promises", 100_384, ())


@pytest.mark.parametrize(
    ("promise", "rule", "key"),
    [
        ("document_fresh_passkey", "CI-2", "after"),
        ("document_reviewed", "CI-2", "do"),
        ("on_shift", "G1", "need"),
        ("passkey", "G5", "need"),
        ("marketing_consent", "MK-1", "need"),
        ("notes", "SI-3", "need"),
        ("sealed", "C1", "at_most"),
        ("restricted", "G6", "deny"),
        ("recorded", "AU-1", "do"),
        ("locked", "G9", "deny"),
    ],
)
def test_a_promise_notices_the_rule_that_keeps_it_being_weakened(promise: str, rule: str, key: str) -> None:
    weakened = weaken(starting_policy(), rule, key)
    assert promise in find_broken(weakened, cells_of(weakened, rule))[0]
