"""A second reading of the policy file: slow, plain, in sets of words, sharing no code with the engine.

It says for a situation what each field group shows, and which rules mattered: without them, something would differ.
"""

from __future__ import annotations

import tomllib
from typing import Any

LEVELS = ("hidden", "masked", "clear")


class Oracle:
    """The meaning of a policy file, read straight from its text."""

    def __init__(self, raw: bytes) -> None:
        self.file: dict[str, Any] = tomllib.loads(raw.decode())

    def complete(self, facts: set[str]) -> set[str]:
        """The facts with all that they imply."""
        done: set[str] = set()
        while facts != done:
            done = facts
            facts = facts | {more for one in facts for more in self.file["facts"][one].get("implies", ())}
        return facts

    def rules(self, purpose: str, role: str, relation: str) -> list[dict[str, Any]]:
        """The guards, caps and views that matter to a cell."""
        wide = [one for key in ("guard", "cap") for one in self.file[key] if _acts(one, purpose)]
        views = [one for one in self.file["view"] if one["purpose"] == purpose]
        return wide + [one for one in views if role in one["who"] and relation in one["guest"]]

    def levels(self, rules: list[dict[str, Any]], facts: set[str]) -> dict[str, int]:
        """What these rules show: 0 hidden, 1 masked, 2 clear; groups not named are hidden."""
        shown: dict[str, int] = {}
        for rule in rules:
            if "purpose" in rule and all(one in facts for key in ("need", "after") for one in rule.get(key, ())):
                for level, key in ((1, "masked"), (2, "clear")):
                    for group in rule.get(key, ()):
                        shown[group] = max(shown.get(group, 0), level)
        for rule in rules:
            if "when" in rule and facts.issuperset(rule["when"]) and facts.isdisjoint(rule.get("unless", ())):
                for group, level in rule["at_most"].items():
                    shown[group] = min(shown.get(group, 0), LEVELS.index(level))
        if any(is_closed(rule, facts) for rule in rules):
            return {}
        return {group: level for group, level in shown.items() if level}

    def decisive(self, rules: list[dict[str, Any]], facts: set[str]) -> set[str]:
        """The rules without which these facts would show something else."""
        now = self.levels(rules, facts)
        return {rule["id"] for rule in rules if self.levels([one for one in rules if one is not rule], facts) != now}


def is_closed(rule: dict[str, Any], facts: set[str]) -> bool:
    """Whether this rule is a guard that fires."""
    if "purpose" in rule or "when" in rule:
        return False
    return any(one not in facts for one in rule.get("need", ())) or any(one in facts for one in rule.get("deny", ()))


def _acts(rule: dict[str, Any], purpose: str) -> bool:
    return purpose in rule["purposes"] if "purposes" in rule else purpose not in rule.get("except_purposes", ())
