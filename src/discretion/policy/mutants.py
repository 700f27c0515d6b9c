"""Mutants: a policy with one thing left out each, to find what is redundant in it, and rules without effect.

Compared are levels and obligations. A mutant never has a cell or reads a fact that its original does not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from discretion.policy.situations import all_rules, complete, effect, filled_cells, situations
from discretion.policy.table import Cap, Guard, Policy, Rules, View, compile_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from discretion.policy.situations import Cell

    Skip = Callable[[Policy, int], bool]


def mutants(rules: Rules) -> Iterator[tuple[str, str, Rules]]:
    """Every mutant as the rule it touches, what was left out, and the rules that remain."""
    for rule in all_rules(rules):
        yield rule.id, "the rule", without(rules, rule.id)
        for key in ("need", "deny", "when", "unless", "after", "who", "guest", "clear", "masked"):
            names: tuple[str, ...] = getattr(rule, key, ())
            for name in names:
                left = tuple(one for one in names if one != name)
                yield rule.id, f"{key} {name}", with_rule(rules, msgspec.structs.replace(rule, **{key: left}))


def loosened_caps(rules: Rules) -> Iterator[tuple[str, str, Rules]]:
    """Every cap without one group it lowers: the cap, the group, and the rules that remain."""
    for cap in rules.caps:
        for group in cap.at_most:
            levels = {one: level for one, level in cap.at_most.items() if one != group}
            yield cap.id, group, with_rule(rules, msgspec.structs.replace(cap, at_most=levels))


def find_redundant(policy: Policy) -> list[tuple[str, str]]:
    """Everything that could be left out without any effect: the rule, and what of it."""
    return [
        (rule, left_out)
        for rule, left_out, rules in mutants(policy.rules)
        if find_same(policy, compile_rules(rules, policy.hash), rule)
    ]


def find_same(policy: Policy, mutated: Policy, rule: str, skip: Skip | None = None) -> bool:
    """Whether leaving something out of `rule` changes nothing anywhere; `skip` leaves situations unasked."""
    for cell in cells_of(policy, rule):
        for facts in situations(policy, cell):
            if (skip is None or not skip(policy, facts)) and effect(policy, cell, facts) != effect(
                mutated, cell, facts
            ):
                return False
    return True


def find_dead(policy: Policy, skip: Skip | None = None) -> set[str]:
    """Rules that decide nothing: without each of them, every situation shows the same."""
    return {
        rule.id
        for rule in all_rules(policy.rules)
        if find_same(policy, compile_rules(without(policy.rules, rule.id), policy.hash), rule.id, skip)
    }


def is_contradictory(policy: Policy, facts: int) -> bool:
    """What a careless checker would skip: a fact without what it implies."""
    return complete(policy, facts) != facts


def cells_of(policy: Policy, rule: str) -> Iterable[Cell]:
    """The filled cells whose decisions read a rule."""
    for stated in all_rules(policy.rules):
        if stated.id == rule:
            for purpose, role, relation in filled_cells(policy):
                if isinstance(stated, View):
                    if stated.purpose == purpose and role in stated.who and relation in stated.guest:
                        yield purpose, role, relation
                elif stated.acts_on(purpose):
                    yield purpose, role, relation


def without(rules: Rules, rule: str) -> Rules:
    """The rules but one."""
    return replace(
        rules,
        guards=tuple(one for one in rules.guards if one.id != rule),
        caps=tuple(one for one in rules.caps if one.id != rule),
        views=tuple(one for one in rules.views if one.id != rule),
    )


def weaken(policy: Policy, rule: str, key: str) -> Policy:
    """The policy with everything under one key of a rule left out."""
    stated = next(one for one in all_rules(policy.rules) if one.id == rule)
    nothing = msgspec.structs.replace(stated, **{key: type(getattr(stated, key))()})
    return compile_rules(with_rule(policy.rules, nothing), policy.hash)


def with_rule(rules: Rules, rule: Guard | Cap | View) -> Rules:
    """The rules with one of them put in the place of the one that had its id."""
    return replace(
        rules,
        guards=tuple(rule if isinstance(rule, Guard) and one.id == rule.id else one for one in rules.guards),
        caps=tuple(rule if isinstance(rule, Cap) and one.id == rule.id else one for one in rules.caps),
        views=tuple(rule if isinstance(rule, View) and one.id == rule.id else one for one in rules.views),
    )
