"""Soundness: what must hold between the rules of a policy, whatever the product knows.

Rules:
* Every name used is declared, every list holds each name once, every id stands once.
* Whoever asks cannot approve: no role asking under a rule may make true a fact that the rule waits for.
* What is not known can only close: restrictions stand where true is stricter, all other facts where true is freer,
  and a fact implies facts of its own kind only.
* Small enough to be enumerated whole: no purpose reads more than `FACTS_MAX` facts.

Left to others: shapes, texts and what the product knows (`load`).
Source: policy.md, section 3, rules 2 and 4 to 8; section 2 for guards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discretion.policy.table import WITNESS_FIRST, Cap, Fact, Guard, Rules, View, implied_by

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

FACTS_MAX = 16
MUST_IMPLY = (("fresh_passkey", "passkey"), ("recent_30", "recent_365"))

_NO_TERMS = (Fact().quorum, Fact().ask_minutes, Fact().grant_minutes, Fact().uses)
_TIMED = re.compile(r"(review|notify):[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: `where` is a rule's id or a path of keys, then one sentence in each language."""

    where: str
    zh: str
    en: str


def find_unsound(rules: Rules) -> list[Finding]:
    """All that these rules may not say; empty when they are sound. Rules of broken entries may add findings."""
    return [
        *_find_names(rules),
        *_find_implications(rules),
        *_find_ids(rules),
        *(one for guard in rules.guards for one in _find_guard(rules, guard)),
        *(one for cap in rules.caps for one in _find_cap(rules, cap)),
        *(one for view in rules.views for one in _find_view(rules, view)),
        *_find_self_approval(rules),
        *_find_size(rules),
        *_find_budget(rules),
    ]


def _find_names(rules: Rules) -> Iterator[Finding]:
    uses: list[tuple[str, Collection[str], Collection[str]]] = [
        (key, getattr(rules, key), getattr(rules, key)) for key in ("groups", "purposes", "roles", "relations")
    ]
    for name, fact in rules.facts.items():
        uses += [(f"facts.{name}.implies", fact.implies, rules.facts), (f"facts.{name}.by", fact.by, rules.roles)]
    for wide in (*rules.guards, *rules.caps):
        uses += [(f"{wide.id}.{key}", getattr(wide, key), rules.purposes) for key in ("purposes", "except_purposes")]
    for guard in rules.guards:
        uses += [(f"{guard.id}.{key}", getattr(guard, key), rules.facts) for key in ("need", "deny")]
    for cap in rules.caps:
        uses += [(f"{cap.id}.{key}", getattr(cap, key), rules.facts) for key in ("when", "unless")]
        uses.append((f"{cap.id}.at_most", cap.at_most, rules.groups))
    for view in rules.views:
        uses += [(f"{view.id}.{key}", getattr(view, key), rules.facts) for key in ("need", "after")]
        uses += [(f"{view.id}.{key}", getattr(view, key), rules.groups) for key in ("clear", "masked")]
        uses += [(f"{view.id}.who", view.who, rules.roles), (f"{view.id}.guest", view.guest, rules.relations)]
        uses += [(f"{view.id}.purpose", (view.purpose,), rules.purposes), (f"{view.id}.do", view.do, view.do)]
    uses.append(("budget.purposes", rules.budget.purposes, rules.purposes))
    for where, names, declared in uses:
        for name in dict.fromkeys(names):
            if name not in declared:
                yield Finding(where, f"没有声明 {name}", f"names {name}, which is not declared")
        if len(set(names)) < len(names):
            yield Finding(where, "有重复的名称", "names something twice")


def _find_implications(rules: Rules) -> Iterator[Finding]:
    closed = implied_by(rules.facts)
    for name, fact in rules.facts.items():
        where = f"facts.{name}"
        if any(name in closed.get(implied, ()) for implied in fact.implies):
            yield Finding(f"{where}.implies", "推导成环", "leads back to itself")
        for implied in sorted(closed[name] & rules.facts.keys()):
            # Otherwise an unknown restriction could prove a support, or a step stand for somebody's approval.
            if rules.facts[implied].kind != fact.kind:
                yield Finding(f"{where}.implies", f"{implied} 的类别不同", f"implies {implied}, of another kind")
        if bool(fact.by) != (fact.kind == "approval"):
            yield Finding(f"{where}.by", "审批类事实必须有 by，其他不得有", "is there for approvals, and only for them")
        terms = (fact.quorum, fact.ask_minutes, fact.grant_minutes, fact.uses)
        if fact.kind != "approval" and terms != _NO_TERMS:
            yield Finding(where, "不是审批类事实，不得有审批条件", "has terms of an approval and is none")
    for name, must in MUST_IMPLY:
        if name in rules.facts and must not in closed[name]:
            yield Finding(f"facts.{name}.implies", f"必须推导出 {must}", f"must imply {must}")


def _find_ids(rules: Rules) -> Iterator[Finding]:
    ids = [rule.id for rule in (*rules.guards, *rules.caps, *rules.views)]
    for one in dict.fromkeys(ids):
        if ids.count(one) > 1:
            yield Finding(one, "编号重复", "is the id of more than one rule")


def _find_guard(rules: Rules, guard: Guard) -> Iterator[Finding]:
    yield from _find_purposes(rules, guard)
    # No approval opens a guard.
    yield from _find_kinds(rules, f"{guard.id}.need", guard.need, ("support", "step"))
    yield from _find_kinds(rules, f"{guard.id}.deny", guard.deny, ("restriction",))
    if not guard.need and not guard.deny:
        yield Finding(guard.id, "须有 need 或 deny", "has neither need nor deny")
    if guard.outcome == "step_up" and (guard.need != ("passkey",) or guard.deny):
        yield Finding(f"{guard.id}.outcome", "step_up 只用于登录通行密钥", "may be step_up only for need = passkey")


def _find_cap(rules: Rules, cap: Cap) -> Iterator[Finding]:
    yield from _find_purposes(rules, cap)
    yield from _find_kinds(rules, f"{cap.id}.when", cap.when, ("restriction",))
    yield from _find_kinds(rules, f"{cap.id}.unless", cap.unless, ("approval",))


def _find_view(rules: Rules, view: View) -> Iterator[Finding]:
    yield from _find_kinds(rules, f"{view.id}.need", view.need, ("support", "step", "approval"))
    yield from _find_kinds(rules, f"{view.id}.after", view.after, ("step", "approval"))
    if not view.clear and not view.masked:
        yield Finding(view.id, "须有 clear 或 masked", "shows nothing: it has neither clear nor masked")
    for group in view.clear:
        if group in view.masked:
            yield Finding(view.id, f"{group} 同时列为 clear 和 masked", f"has {group} both clear and masked")
    if "record" not in view.do:
        yield Finding(f"{view.id}.do", "须含 record", "must contain record")
    for one in view.do:
        kind, _, role = one.partition(":")
        is_alert = kind == "alert" and role in rules.roles
        if one not in ("record", WITNESS_FIRST) and not is_alert and not _TIMED.fullmatch(one):
            yield Finding(f"{view.id}.do", f"不认识的义务 {one}", f"has no obligation of the form {one}")


def _find_purposes(rules: Rules, rule: Guard | Cap) -> Iterator[Finding]:
    if rule.purposes and rule.except_purposes:
        yield Finding(rule.id, "purposes 与 except_purposes 只能有一个", "has both purposes and except_purposes")
    if not any(rule.acts_on(purpose) for purpose in rules.purposes):
        yield Finding(rule.id, "不作用于任何用途", "acts on no purpose")


def _find_kinds(rules: Rules, where: str, names: tuple[str, ...], kinds: tuple[str, ...]) -> Iterator[Finding]:
    for name in names:
        if name in rules.facts and (kind := rules.facts[name].kind) not in kinds:
            yield Finding(where, f"{name}（{kind}）不能用在这里", f"cannot name {name}, a fact of kind {kind}")


def _find_self_approval(rules: Rules) -> Iterator[Finding]:
    closed = implied_by(rules.facts)
    asking = [(view.id, (*view.need, *view.after), set(view.who)) for view in rules.views]
    asking += [
        (cap.id, cap.unless, {role for view in rules.views if cap.acts_on(view.purpose) for role in view.who})
        for cap in rules.caps
    ]
    for where, waits_for, roles in asking:
        for wanted in waits_for:
            approvers = {role for name, fact in rules.facts.items() if wanted in closed[name] for role in fact.by}
            for role in sorted(roles & approvers):
                yield Finding(where, f"{role} 会为自己批准 {wanted}", f"lets {role} approve {wanted} for itself")


def _find_size(rules: Rules) -> Iterator[Finding]:
    for purpose in rules.purposes:
        reads = {name for one in rules.guards if one.acts_on(purpose) for name in (*one.need, *one.deny)}
        reads |= {name for one in rules.caps if one.acts_on(purpose) for name in (*one.when, *one.unless)}
        reads |= {name for one in rules.views if one.purpose == purpose for name in (*one.need, *one.after)}
        if len(reads) > FACTS_MAX:
            yield Finding(purpose, f"读取的事实超过 {FACTS_MAX} 个", f"reads more than {FACTS_MAX} facts")


def _find_budget(rules: Rules) -> Iterator[Finding]:
    for purpose, limit in rules.budget.purposes.items():
        if limit > rules.budget.per_day > 0:
            yield Finding(f"budget.purposes.{purpose}", "不得大于 per_day", "is more than per_day")
