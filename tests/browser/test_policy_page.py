"""A guest reads who may see what, asks "what if", and sees which text that is; with scripts off, in both languages."""

from __future__ import annotations

import hashlib

import pytest

from tests.pages import pressed
from tests.policy.situations import starting_bytes

WORDS = {
    "zh-CN": ("谁可以看到什么", "完整显示", "身份 · 联系方式 · 预订 · 偏好", "【CI-1】", "前台"),
    "en-GB": ("Who may see what", "in full", "Identity · Contact · Booking · Preferences", "[CI-1]", "Front desk"),
}


@pytest.mark.parametrize("locale", WORDS)
def test_anybody_reads_the_policy_and_asks_it(house, page_of, locale):
    title, in_full, groups, rule, role = WORDS[locale]
    page = page_of("", locale=locale, java_script_enabled=False)
    page.goto("/policy")
    assert page.locator("h1").inner_text() == title
    assert hashlib.sha256(starting_bytes()).hexdigest() in page.locator("main").inner_text()
    for purpose in ("check_in", "emergency", "audit"):
        assert page.locator(f"#p-{purpose}").count() == 1
    pressed(page.locator("main form button[type=submit]"))
    said = page.locator("[role=status]").inner_text()
    assert in_full in said
    assert groups in said
    assert rule in said
    assert role in said
    page.uncheck("input[value=on_shift]")
    page.select_option("select[name=purpose]", "check_in")
    pressed(page.locator("main form button[type=submit]"))
    assert "G1" in page.locator("[role=status]").inner_text()
    assert page.is_checked("input[value=badged_in]")
    assert not page.is_checked("input[value=on_shift]")


def test_the_releases_are_for_those_who_answer_for_them(page_of):
    assert page_of("Egon").goto("/watch/policy").status == 200
    assert page_of("Ada").goto("/watch/policy").status == 403


@pytest.mark.parametrize("query", ["purpose=nothing", "role=", "who=ada", "at=nowhere", "fact=" + "x" * 41, "purpose=check_in&purpose=audit"])
def test_an_address_that_is_no_question_is_answered_plainly(page_of, query):
    page = page_of("", java_script_enabled=False)
    answer = page.goto(f"/policy?{query}")
    assert answer.status in {200, 422} if query == "role=" else answer.status == 422
