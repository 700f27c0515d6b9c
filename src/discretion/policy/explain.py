"""Explain: a decision in sentences for the person who asked, in Chinese or in English.

Rules:
* Every guard, view and cap that acted is named with its own sentence from the policy; all guards, not the first.
* An offer says what is still needed and what it would add. With nothing allowed and nothing to obtain, the nearest
  rule is named with what it lacks.
* A decision about a guest who does not exist is explained exactly as one about a guest hidden from this person.

Left to others: the officer's reading with facts, hash and rules behind a guard; where the lines are shown (faces).
Source: policy.md, section 4; words of glossary.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from discretion.policy.decision import Decision, Offer
    from discretion.policy.table import Policy

_WORDS = {
    "zh": {
        "role": "角色",
        "relation": "在办关系",
        "identity": "身份",
        "contact": "联系方式",
        "document": "证件",
        "booking": "预订",
        "stay": "住宿",
        "spending": "消费",
        "preferences": "偏好",
        "notes": "备注",
        "and": "、",
        "rule": "【{rule}】{text}",
        "offer": "【{rule}】还需：{lacking}",
        "clear": " → 还会显示{groups}",
        "masked": " → 还会遮盖显示{groups}",
        "masked too": "，遮盖显示{groups}",
        "none": "没有规则允许。",
        "nearest": "没有规则允许。最接近的是【{rule}】；还缺：{lacking}",
    },
    "en": {
        "and": ", ",
        "rule": "[{rule}] {text}",
        "offer": "[{rule}] still needed: {lacking}",
        "clear": " -> would also show {groups}",
        "masked": " -> would also show, masked, {groups}",
        "masked too": "; masked, {groups}",
        "none": "No rule allows it.",
        "nearest": "No rule allows it. Nearest is [{rule}]; lacking: {lacking}",
    },
}


def explain(policy: Policy, decision: Decision, lang: str) -> list[str]:
    """The decision for the desk: guards, then views, then caps, then what could still be obtained; never empty.

    Shapes: `lang` is `zh` or `en`; a line is one sentence. Errors: `KeyError` for another language, or for a rule the
    policy lacks: explain a decision by the policy that made it.
    """
    words = _WORDS[lang]
    acted = (*decision.guards, *decision.rules, *decision.caps)
    lines = [words["rule"].format(rule=rule, text=policy.rule_text(rule, lang)) for rule in acted]
    lines += [_offer_line(policy, offer, lang) for offer in decision.offers]
    if lines:
        return lines
    if not decision.nearest:
        return [words["none"]]
    lacking = _facts(policy, decision.nearest_lacks, lang)
    return [words["nearest"].format(rule=decision.nearest, lacking=lacking)]


def _offer_line(policy: Policy, offer: Offer, lang: str) -> str:
    words = _WORDS[lang]
    line = words["offer"].format(rule=offer.rule, lacking=_facts(policy, offer.lacking, lang))
    if offer.clear:
        line += words["clear"].format(groups=_groups(policy, offer.clear, lang))
    if offer.masked:
        form = words["masked too" if offer.clear else "masked"]
        line += form.format(groups=_groups(policy, offer.masked, lang))
    return line


def _facts(policy: Policy, names: tuple[str, ...], lang: str) -> str:
    """What is lacking: facts by their sentences, a wrong role or relation by its word."""
    words = _WORDS[lang]
    return words["and"].join(
        policy.fact_text(name, lang) if name in policy.fact_bit else words.get(name, name) for name in names
    )


def _groups(policy: Policy, mask: int, lang: str) -> str:
    words = _WORDS[lang]
    return words["and"].join(words.get(name, name) for name, bit in policy.group_bit.items() if mask & bit)
