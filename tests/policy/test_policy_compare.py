"""The difference of two policies, decided by enumeration: what is gained, what is lost, and what is only narrower."""

from __future__ import annotations

import time

import pytest

from discretion.policy.compare import Change, Levels, Side, compare, same_facts
from discretion.policy.load import load_policy
from discretion.policy.situations import filled_cells, mask_of

from .situations import starting_bytes, starting_policy

CO_2 = 'id="CO-2"\npurpose="check_out"\nwho=["finance"]'


def changed(*pairs: tuple[str, str], also: str = "") -> bytes:
    text = starting_bytes().decode()
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return (text + also).encode()


def test_the_example_of_the_design_comes_out_in_its_figures() -> None:
    """Adding the front desk to CO-2: one cell gains identity masked, booking and spending clear, in 12 situations of 2,560."""
    old, new = starting_policy(), load_policy(changed((CO_2, CO_2.replace('"finance"', '"finance","front_desk"'))))
    found = compare(old, new)
    booking, spending, identity = (old.group_bit[name] for name in ("booking", "spending", "identity"))
    assert found.changes == (Change(
        ("check_out", "front_desk", "departed"), 2_048,
        Side(Levels(booking | spending, identity), 12, ("on_shift", "badged_in", "trained", "same_property", "case_open", "passkey")), None,
    ),)
    assert found.situations == 2_560
    assert not found.is_narrower
    back = compare(new, old)
    assert back.is_narrower
    assert back.changes[0].lost == found.changes[0].gained


def test_a_policy_is_the_same_as_itself_in_other_words_and_another_order() -> None:
    text = starting_bytes().decode()
    head, *views = text.split("[[view]]\n")
    turned = head + "".join(f"[[view]]\n{view.rstrip()}\n" for view in reversed(views))
    found = compare(starting_policy(), load_policy(turned.replace("settles a billing case", "mends a bill").encode()))
    assert (found.changes, found.situations, found.is_same) == ((), 0, True)


ONLY_NARROWER = {
    "a rule asks for more": (CO_2 + '\nguest=["in_house","departed"]\nneed=["case_open"]', CO_2 + '\nguest=["in_house","departed"]\nneed=["case_open","assigned"]'),
    "a rule shows less": ('clear=["spending","booking"]\nmasked=["identity"]', 'clear=["booking"]\nmasked=["identity"]'),
    "a guard gets one more need": ('id="G1"\nneed=["on_shift"]', 'id="G1"\nneed=["on_shift","trained"]'),
    "a daily number falls": ("per_day = 250", "per_day = 200"),
}
NOT_NARROWER = {
    "one more role": (CO_2, CO_2.replace('"finance"', '"finance","concierge"')),
    "one guard less": ('id="G3"\nneed=["trained"]\nexcept_purposes=["emergency"]', 'id="G3"\nneed=["trained"]\nexcept_purposes=["emergency","check_in"]'),
    "a cap that lets more through": ('at_most={identity="masked",contact="hidden",document="hidden",stay="masked",notes="hidden"}', 'at_most={identity="masked",contact="hidden",document="hidden",notes="hidden"}'),
    "more in one place and less in another": ('clear=["spending","booking"]\nmasked=["identity"]', 'clear=["booking"]\nmasked=["identity","spending","notes"]'),
    "a review that is left out": ('do=["record","review:72"]', 'do=["record"]'),
    "a new approver": ('by=["duty_manager"], zh="值班经理已批准"', 'by=["duty_manager","legal"], zh="值班经理已批准"'),
    "a fact that implies another": ('case_open     = {kind="support", ', 'case_open     = {kind="support", implies=["recent_30"], '),
    "a daily number that grows": ("per_day = 250", "per_day = 251"),
    "a purpose without its own daily number": ("emergency = 20", "emergency = 21"),
}


@pytest.mark.parametrize("words", ONLY_NARROWER.values(), ids=ONLY_NARROWER)
def test_what_only_takes_away_is_narrower(words: tuple[str, str]) -> None:
    found = compare(starting_policy(), load_policy(changed(words)))
    assert found.is_narrower
    assert all(change.gained is None for change in found.changes)


@pytest.mark.parametrize("words", NOT_NARROWER.values(), ids=NOT_NARROWER)
def test_whatever_adds_anything_anywhere_is_not_narrower(words: tuple[str, str]) -> None:
    assert not compare(starting_policy(), load_policy(changed(words))).is_narrower


def test_every_cell_that_no_rule_reaches_any_more_is_lost() -> None:
    text = starting_bytes().decode()
    head, *views = text.split("[[view]]\n")
    without = head + "".join(f"[[view]]\n{view}" for view in views if 'purpose="marketing"' not in view)
    found = compare(starting_policy(), load_policy(without.encode()))
    assert found.is_narrower
    gone = {cell for cell in filled_cells(starting_policy()) if cell[0] == "marketing"}
    assert {change.cell for change in found.changes} == gone


def test_a_comparison_of_everything_takes_seconds_not_minutes() -> None:
    began = time.process_time()
    found = compare(starting_policy(), load_policy(changed(('id="G5"\nneed=["passkey"]\noutcome="step_up"', 'id="G5"\nneed=["passkey","trained"]'))))
    assert found.situations > 100_000
    assert time.process_time() - began < 6


def test_facts_are_carried_over_by_name_and_what_was_not_asked_then_restricts() -> None:
    text = starting_bytes().decode()
    lines = text.splitlines(keepends=True)
    order = [line for line in lines if line.startswith(("on_shift", "badged_in"))]
    swapped = load_policy(text.replace("".join(order), "".join(reversed(order))).encode())
    held = mask_of(starting_policy(), ("on_shift", "sealed"))
    assert same_facts(starting_policy(), held, swapped) == mask_of(swapped, ("on_shift", "sealed"))
    assert swapped.fact_bit["on_shift"] != starting_policy().fact_bit["on_shift"]
