"""A decision in sentences, in both languages."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pytest

from discretion.hotel.purpose import FIELD_GROUPS
from discretion.policy.decide import decide
from discretion.policy.explain import explain
from discretion.policy.load import load_policy
from discretion.policy.table import Policy

ON_DUTY = ("on_shift", "badged_in", "trained", "same_property", "passkey")


@cache
def policy() -> Policy:
    return load_policy((files("discretion.policy") / "policy.toml").read_bytes())


def lines(purpose: str, role: str, relation: str, names: tuple[str, ...], lang: str) -> list[str]:
    held = sum(policy().fact_bit[name] for name in names)
    return explain(policy(), decide(policy(), purpose, role, relation, held), lang)


def test_a_view_and_its_offer() -> None:
    case = ("security_incident", "security", "in_house", (*ON_DUTY, "case_open", "fresh_passkey"))
    assert lines(*case, "zh") == [
        "【SI-1】安全事件：安保可查看案件所涉宾客的身份与住宿",
        "【SI-2】还需：值班经理已批准 → 还会显示联系方式、证件、备注",
    ]
    assert lines(*case, "en") == [
        "[SI-1] Security incident: identity and stay of the guest the case names",
        "[SI-2] still needed: a duty manager approved -> would also show contact, document, notes",
    ]


def test_an_offer_that_masks_says_so() -> None:
    case = ("check_out", "front_desk", "departed", (*ON_DUTY, "recent_30"))
    assert lines(*case, "en") == [
        "[CO-3] still needed: a duty manager approved -> would also show booking, spending; masked, identity, contact"
    ]
    assert lines(*case, "zh") == ["【CO-3】还需：值班经理已批准 → 还会显示预订、消费，遮盖显示身份、联系方式"]


def test_an_offer_that_only_masks_says_so() -> None:
    case = ("check_in", "reservations", "arriving", (*ON_DUTY, "sealed"))
    offer = "[C1] still needed: the privacy officer approved -> would also show, masked, contact"
    assert lines(*case, "en")[-1] == offer
    assert lines(*case, "zh")[-1] == "【C1】还需：个人信息保护负责人已批准 → 还会遮盖显示联系方式"


def test_nothing_allowed_names_the_nearest_rule() -> None:
    case = ("housekeeping", "front_desk", "in_house", ON_DUTY)
    assert lines(*case, "en") == ["No rule allows it. Nearest is [HK-1]; lacking: role"]
    assert lines(*case, "zh") == ["没有规则允许。最接近的是【HK-1】；还缺：角色"]


def test_nothing_allowed_names_facts_by_their_sentence() -> None:
    case = ("analytics", "analyst", "none", ON_DUTY)
    assert lines(*case, "en") == ["No rule allows it. Nearest is [AN-1]; lacking: the guest consented to profiling"]


def test_every_guard_that_fired_is_named() -> None:
    case = ("check_in", "front_desk", "arriving", ("trained", "same_property", "passkey"))
    assert lines(*case, "en") == [
        "[G1] Staff off shift may not see guest data",
        "[G2] No badge-in at this hotel, no guest data",
    ]


def test_a_missing_sign_in_says_what_to_do() -> None:
    case = ("check_in", "front_desk", "arriving", ON_DUTY[:-1])
    assert lines(*case, "en") == ["[G5] Sign in with a passkey first", "[G5] still needed: signed in with a passkey"]
    assert lines(*case, "zh") == ["【G5】须先用通行密钥登录", "【G5】还需：本次登录使用了通行密钥"]


def test_a_cap_is_named_after_the_views() -> None:
    case = ("housekeeping", "engineering", "in_house", (*ON_DUTY, "assigned", "sealed"))
    assert [line[:6] for line in lines(*case, "en")] == ["[HK-3]", "[C1] S", "[C1] s"]


def test_a_purpose_the_policy_lacks_has_no_nearest_rule() -> None:
    assert lines("curiosity", "front_desk", "in_house", ON_DUTY, "en") == ["No rule allows it."]
    assert lines("curiosity", "front_desk", "in_house", ON_DUTY, "zh") == ["没有规则允许。"]


def test_every_field_group_has_a_chinese_word() -> None:
    decision = decide(
        policy(), "dsr", "privacy", "none", sum(policy().fact_bit[x] for x in ("trained", "passkey", "case_open"))
    )
    line = explain(policy(), decision, "zh")[0]
    assert line.endswith("身份、联系方式、证件、预订、住宿、消费、偏好、备注")
    assert not any(group in line for group in FIELD_GROUPS)


def test_another_language_is_a_bug() -> None:
    with pytest.raises(KeyError):
        lines("check_in", "front_desk", "arriving", ON_DUTY, "fr")
