"""What the starting policy keeps beyond loading: who approves whose ask, what is reviewed, and its wording."""

from __future__ import annotations

import hashlib
import re

import pytest

from .situations import starting_bytes, starting_policy

FORBIDDEN_ZH = [
    "登陆",
    "预定",
    "帐号",
    "帐单",
    "其它",
    "用户",
    "客人",
    "黑名单",
    "破窗",
    "打破玻璃",
    "擦除",
    "数据主体",
    "查阅",
    "隐私官",
    "您们",
    "请您务必",
]
FORBIDDEN_EN = re.compile(r"data[ -]subject|\busers?\b|break the glass|blacklist", re.IGNORECASE)
ASCII_BESIDE_CHINESE = re.compile(r"[\u4e00-\u9fff][,:;!?()]|[,:;!?()][\u4e00-\u9fff]")


def _texts() -> list[tuple[str, str, str]]:
    rules = starting_policy().rules
    stated = [(one.id, one.zh, one.en) for one in (*rules.guards, *rules.caps, *rules.views)]
    return stated + [(name, fact.zh, fact.en) for name, fact in rules.facts.items()]


@pytest.mark.parametrize(("where", "zh", "en"), _texts())
def test_a_text_uses_no_forbidden_word(where: str, zh: str, en: str) -> None:
    assert not [word for word in FORBIDDEN_ZH if word in zh], where
    assert not ASCII_BESIDE_CHINESE.search(zh), where
    assert not FORBIDDEN_EN.search(en), where
    assert re.search("[\u4e00-\u9fff]", zh), where
    assert en.isascii(), where


def test_the_starting_policy_has_its_known_size() -> None:
    rules = starting_policy().rules
    assert (len(rules.guards), len(rules.caps), len(rules.views)) == (9, 3, 38)
    assert (len(rules.purposes), len(rules.roles), len(rules.relations)) == (12, 16, 4)
    assert (len(rules.groups), len(rules.facts)) == (8, 20)


def test_its_hash_is_that_of_its_exact_bytes() -> None:
    assert starting_policy().hash == hashlib.sha256(starting_bytes()).digest()


def test_its_budget_is_the_stated_one() -> None:
    budget = starting_policy().budget
    assert (budget.per_day, budget.masked_per_day) == (250, 2_000)
    assert budget.purposes == {"emergency": 20, "lawful_request": 20}


def test_every_view_that_clears_a_document_is_reviewed() -> None:
    for view in starting_policy().rules.views:
        if "document" in view.clear:
            assert any(one.startswith("review:") for one in view.do), view.id


@pytest.mark.parametrize(
    ("rule", "waits_for"), [("CO-4", "ok_general"), ("LR-3", "ok_general"), ("AU-3", "ok_general")]
)
def test_a_manager_or_privacy_officer_waits_for_the_general_manager(rule: str, waits_for: str) -> None:
    view = next(one for one in starting_policy().rules.views if one.id == rule)
    assert waits_for in view.after
    assert set(view.who) <= {"duty_manager", "privacy"}


def test_a_sealed_record_in_a_rights_request_waits_for_the_general_manager() -> None:
    cap = next(one for one in starting_policy().rules.caps if one.id == "C3")
    assert cap.unless == ("ok_general",)
    assert cap.purposes == ("dsr",)


def test_locked_closes_every_purpose() -> None:
    policy = starting_policy()
    guard = next(one for one in policy.rules.guards if one.id == "G9")
    assert all(guard.acts_on(purpose) for purpose in policy.rules.purposes)


def test_only_the_sign_in_passkey_asks_for_a_step() -> None:
    assert [guard.id for guard in starting_policy().rules.guards if guard.outcome == "step_up"] == ["G5"]
