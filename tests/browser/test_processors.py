"""Processors and recipients are told: the list, the request's page, the letter and the desk, in both languages, scripts off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.places import end_all
from tests.browser.test_rights import answered, asked, carried_out, people, phone, said, send  # noqa: F401 - fixtures
from tests.pages import pressed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

WORDS = {
    "zh-CN": {"tell": "待通知1/1", "wait": "待回执1/1", "all": "回执已齐", "letter": "尚未收到回执", "act": "已收到回执"},
    "en-GB": {"tell": "to be told 1/1", "wait": "awaiting confirmation 1/1", "all": "all confirmed", "letter": "not confirmed yet", "act": "Confirmation came in"},
}


@pytest.fixture(autouse=True)
def list_of_its_own(house) -> Iterator[None]:
    """Nobody stays on the list after a test: the requests of other tests concern nobody."""
    yield
    end_all(house)


def text(page: Page) -> str:
    return page.locator("main").inner_text()


def listed(page: Page, name: str, group: str) -> None:
    page.goto("/privacy/processors")
    pressed(page.locator("a[href='/privacy/processors/new']").first)
    page.fill("input[name=name]", name)
    page.check("input[name=kind][value=processor]")
    page.fill("input[name=reached]", "privacy@sms.example")
    send(page, "/privacy/processors")
    assert page.locator("[role=alert]").count() == 1, "what it holds is to be said"
    page.check(f"input[name=groups][value={group}]")
    send(page, "/privacy/processors")
    assert said(page) == "processor_added", text(page)


@pytest.mark.parametrize("locale", WORDS)
def test_a_company_is_told_named_in_the_letter_and_not_forgotten(house, phone, page_of, people, locale):  # noqa: F811 - fixtures
    words, name = WORDS[locale], f"Example SMS service {locale}"
    dora = house.stage.guest("departed")
    number = asked(phone(dora), "restrict", parts=("contact",))
    desk = page_of("Pia", locale=locale, java_script_enabled=False)
    listed(desk, name, "contact")
    assert name in text(desk)
    desk.goto("/privacy/records")
    assert name in text(desk)
    assert name in desk.request.get("/privacy/records/processors.csv").text()
    assert [each["name"] for each in desk.request.get("/privacy/records/records.json").json()["processors_and_recipients"]] == [name]

    carried_out(desk, number)
    assert words["tell"] in text(desk) and desk.locator("form[action$='/answer']").count() == 0
    desk.check("input[name=how][value=mail]")
    desk.fill("input[name=on_day]", "2099-01-01")
    send(desk, "/told")
    assert desk.locator("[role=alert]").count() == 1, "that day lies ahead"
    desk.check("input[name=how][value=mail]")
    send(desk, "/told")
    assert said(desk) == "rights_told" and words["wait"] in text(desk)
    answered(desk, number)
    desk.goto(f"/rights/{number}/letter")
    assert name in text(desk) and words["letter"] in text(desk)
    mine = phone(dora, locale)
    mine.goto(f"/my/requests/{number}")
    assert name in text(mine)

    desk.goto("/privacy")
    assert desk.locator(f"section[aria-labelledby=confirmations] a[href='/rights/{number}']").count() == 1
    pressed(desk.locator(f"section[aria-labelledby=confirmations] a[href='/rights/{number}']"))
    desk.fill("input[name=reference]", "DEL 2026-18")
    send(desk, "/confirmed")
    assert said(desk) == "rights_confirmed" and words["all"] in text(desk) and words["act"] in text(desk)
    desk.goto("/privacy")
    assert desk.locator(f"section[aria-labelledby=confirmations] a[href='/rights/{number}']").count() == 0

    desk.goto("/privacy/processors")
    pressed(desk.locator("main tbody a").first)
    send(desk, "/end")
    assert said(desk) == "processor_ended"


def test_the_page_says_before_a_deletion_whom_to_tell_first(house, phone, page_of, people):  # noqa: F811 - fixtures
    number = asked(phone(house.stage.guest("departed")), "delete", parts=("preferences",))
    desk = page_of("Pia", locale="en-GB", java_script_enabled=False)
    listed(desk, "Example survey", "preferences")
    desk.goto(f"/rights/{number}")
    for action in ("take-up", "suggestions"):
        send(desk, f"/{action}")
    assert "Once this is carried out, these are to be told:" in text(desk) and "Example survey · delete: Preferences" in text(desk)
    assert "tell 1 company" in text(desk)
    send(desk, "/carry-out")
    assert "1 company is not told yet. Tell it first" in text(desk)
    auditor = page_of("Egon", locale="en-GB")
    auditor.goto("/privacy/processors")
    assert "Example survey" in text(auditor) and auditor.locator("main a[href^='/privacy/processors/']").count() == 0
