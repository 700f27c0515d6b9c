"""The policy as Cedar text, for the referee: who asks is a role, what for an action, what is asked a field at a level.

Every view becomes permits, every guard and cap forbids; facts are booleans in the context, the relation a text. Cedar's
schema checks types and attributes but no entity ids: `Field::"stey.clear"` would pass, so ids come from one function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discretion.policy.table import Cap, Guard, Rules, View


def cedar_schema(rules: Rules) -> str:
    """The Cedar schema of questions asked under these rules."""
    facts = ", ".join(f"{name}: Bool" for name in rules.facts)
    actions = ", ".join(f'"{purpose}"' for purpose in rules.purposes)
    context = f"{{relation: String, {facts}}}"
    return (
        f"entity Role;\nentity Field;\naction {actions} "
        f"appliesTo {{principal: [Role], resource: [Field], context: {context}}};\n"
    )


def cedar_policies(rules: Rules) -> str:
    """The Cedar policies that allow a field at a level exactly when these rules show it."""
    texts = [_guard(rules, guard) for guard in rules.guards]
    texts += [_cap(rules, cap) for cap in rules.caps]
    texts += [_view(view) for view in rules.views]
    return "\n".join(texts)


def field(group: str, level: str) -> str:
    """The entity that stands for a field group at `masked` (or better) or at `clear`."""
    return f'Field::"{group}.{level}"'


def _guard(rules: Rules, guard: Guard) -> str:
    closes = [f"!context.{name}" for name in guard.need] + [f"context.{name}" for name in guard.deny]
    action = _actions(purpose for purpose in rules.purposes if guard.acts_on(purpose))
    return f'@id("{guard.id}") forbid (principal, action in {action}, resource) when {{ {" || ".join(closes)} }};'


def _cap(rules: Rules, cap: Cap) -> str:
    taken = [field(group, "clear") for group in cap.at_most]
    taken += [field(group, "masked") for group, level in cap.at_most.items() if level == "hidden"]
    asks = [f"[{', '.join(taken)}].contains(resource)"]
    asks += [f"context.{name}" for name in cap.when] + [f"!context.{name}" for name in cap.unless]
    action = _actions(purpose for purpose in rules.purposes if cap.acts_on(purpose))
    return f'@id("{cap.id}") forbid (principal, action in {action}, resource) when {{ {" && ".join(asks)} }};'


def _view(view: View) -> str:
    given = [field(group, "masked") for group in (*view.clear, *view.masked)]
    given += [field(group, "clear") for group in view.clear]
    roles = ", ".join(f'Role::"{role}"' for role in view.who)
    relations = ", ".join(f'"{relation}"' for relation in view.guest)
    asks = [
        f"[{roles}].contains(principal)",
        f"[{', '.join(given)}].contains(resource)",
        f"[{relations}].contains(context.relation)",
        *(f"context.{name}" for name in (*view.need, *view.after)),
    ]
    action = f'Action::"{view.purpose}"'
    return f'@id("{view.id}") permit (principal, action == {action}, resource) when {{ {" && ".join(asks)} }};'


def _actions(purposes: Iterable[str]) -> str:
    return "[" + ", ".join(f'Action::"{purpose}"' for purpose in purposes) + "]"
