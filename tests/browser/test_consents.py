"""What a guest decides at the desk, for real: on the tablet that was handed over, and on a signed paper; with and without scripts."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_sign_in import link, with_authenticator
from tests.consents import aged
from tests.pages import pressed
from tests.portals import visit
from tests.sending import sent

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.cast import Guest

__all__ = ["link"]  # a fixture
MODES = ((True, "zh-CN"), (False, "en-GB"))


@pytest.fixture(params=MODES, ids=["scripts-zh", "no_scripts-en"])
def opened_as(request, page_of):
    scripts, locale = request.param
    return lambda name: page_of(name, java_script_enabled=scripts, locale=locale)


def at(guest: Guest, rest: str = "") -> str:
    return f"/guests/{guest.guest_id.hex()}{rest}"


def handed(page: Page, guest: Guest, kind: str, language: str = "zh_Hans") -> None:
    page.goto(at(guest, "/consents"))
    pressed(page.locator(f"form[action$='/{kind}/hand-over'] button[value={language}]"))


def answered(page: Page, yes_or_no: str) -> str:
    pressed(page.locator(f"button[name=answer][value={yes_or_no}]"))
    return page.url.partition("&said=")[2]


def back_at_the_desk(page: Page) -> None:
    """What a sign-in does to a tablet that was handed over."""
    page.context.clear_cookies(name="handed")


def said_of(house, guest: Guest) -> list[tuple[object, ...]]:
    return house.stage.office.execute(
        "select kind, given, language, channel, paper, guardian from hotel.consent where guest_id = %s order by at", (guest.guest_id.hex(),),
    ).fetchall()


def test_a_guest_says_yes_on_the_tablet_and_takes_it_back_there(opened_as, house):
    guest = house.stage.guest("in_house")
    ada = opened_as("Ada")
    ada.goto(at(guest))
    ada.goto(ada.locator("main a[href*='/consents?']").get_attribute("href"))
    handed(ada, guest, "marketing")
    text = ada.locator("main").inner_text()
    assert "营销信息" in text and "2026.1" in text
    assert guest.surname not in ada.content()
    yes, no = ada.locator("button[value=yes]").bounding_box(), ada.locator("button[value=no]").bounding_box()
    assert (yes["width"], yes["height"]) == (no["width"], no["height"]), "yes and no are the same size"
    assert answered(ada, "yes") == "given"
    back_at_the_desk(ada)
    handed(ada, guest, "marketing", "en")
    assert "I withdraw my consent" in ada.locator("main").inner_text()
    assert answered(ada, "no") == "withdrawn"
    assert said_of(house, guest) == [
        ("marketing", True, "zh_Hans", "desk_tablet", "", ""), ("marketing", False, "zh_Hans", "desk_tablet", "", ""),
    ]


def test_no_is_no_and_nothing_is_kept_of_it(opened_as, house):
    guest = house.stage.guest("in_house")
    ada = opened_as("Ada")
    handed(ada, guest, "loyalty", "en")
    assert answered(ada, "no") == "unchanged"
    assert said_of(house, guest) == []


def test_a_tablet_in_a_guests_hands_shows_nothing_of_the_desk(opened_as, house):
    guest = house.stage.guest("in_house")
    ada = opened_as("Ada")
    handed(ada, guest, "face_check_in")
    tablet = ada.url
    links = [each.get_attribute("href") for each in ada.locator("a[href^='/']").all()]
    assert links and all(link.startswith(at(guest, "/consents/face_check_in/tablet")) for link in links)
    for path in ("/", "/desk", "/find", at(guest), at(guest, "/consents"), at(guest, "/consents/marketing/tablet"), "/cases", "/notices"):
        ada.goto(path)
        assert ada.url.partition("?")[0] == tablet.partition("?")[0], path
    assert answered(ada, "yes") == "given"
    ada.goto("/desk")
    assert "/tablet" in ada.url, "until somebody signs in anew"


def test_signing_in_takes_the_tablet_back_to_where_it_was_handed_over(page_of, link, house):
    guest = house.stage.guest("in_house")
    nora = page_of()
    with_authenticator(nora)
    nora.goto(link)
    nora.locator("form[data-passkey] button").click()
    nora.locator("[data-say] a").click()
    nora.locator("form[data-passkey] button").click()
    nora.wait_for_url("**/desk*")
    sent(nora, at(guest, "/consents/marketing/hand-over"), {"language": "en"})
    nora.goto("/desk")
    assert answered(nora, "yes") == "given"
    pressed(nora.locator("main a"))
    assert nora.url.endswith("/sign-in")
    nora.locator("form[data-passkey] button").click()
    nora.wait_for_url(f"**{at(guest, '/consents')}")
    nora.goto("/desk")
    assert nora.url.endswith("/desk")


def test_a_signed_paper_is_recorded_with_its_number(opened_as, house):
    guest = house.stage.guest("in_house")
    ada = opened_as("Ada")
    ada.goto(at(guest, "/consents"))
    ada.goto(ada.locator("a[href$='/loyalty/paper']").get_attribute("href"))
    ada.goto(ada.locator("a[href*='/sheet?']").get_attribute("href"))
    number = ada.url.partition("paper=")[2].partition("&")[0]
    assert number in ada.locator("main").inner_text()
    ada.goto(ada.locator("a[href*='/paper?']").get_attribute("href"))
    assert ada.input_value("input[name=paper]") == number
    ada.check("input[name=answer][value=yes]")
    pressed(ada.locator("main form button[type=submit]"))
    assert ada.url.endswith("?said=consent_given")
    row = ada.locator("tbody tr").first.inner_text()
    assert number in row and "Ada" in row
    (kind, given, _, channel, paper, _), = said_of(house, guest)
    assert (kind, given, channel, paper) == ("loyalty", True, "desk_paper", number)


def test_what_is_wrong_with_a_paper_is_said_beside_it(opened_as, house):
    guest = house.stage.guest("in_house")
    ada = opened_as("Ada")
    ada.goto(at(guest, "/consents/loyalty/paper"))
    ada.check("input[name=answer][value=yes]")
    ada.fill("input[name=paper]", "13800138000")
    pressed(ada.locator("main form button[type=submit]"))
    assert ada.locator("#e-paper").is_visible()
    assert ada.locator("input[name=answer][value=yes]").is_checked(), "and nothing typed is lost"
    assert said_of(house, guest) == []


def test_a_childs_guardian_decides_and_nobody_for_its_marketing(opened_as, house):
    child = aged(house.stage, 9, "in_house", "child")
    ada = opened_as("Ada")
    handed(ada, child, "face_check_in", "en")
    pressed(ada.locator("button[value=yes]"))
    assert "A parent or another guardian decides" in ada.locator("[role=alert]").inner_text()
    ada.check("input[name=guardian][value=parent]")
    assert answered(ada, "yes") == "given"
    back_at_the_desk(ada)
    handed(ada, child, "marketing", "en")
    ada.check("input[name=guardian][value=parent]")
    pressed(ada.locator("button[value=yes]"))
    assert "never used for marketing" in ada.locator("[role=alert]").inner_text()
    assert said_of(house, child) == [("face_check_in", True, "en", "desk_tablet", "", "parent")]


def test_the_record_says_what_was_decided(opened_as, house):
    guest = house.stage.guest("arriving")
    ada = opened_as("Ada")
    ada.goto(at(guest))
    card = ada.locator("section[aria-labelledby=consents]")
    before = card.inner_text()
    ada.goto(at(guest, "/consents/analytics/paper"))
    ada.check("input[name=answer][value=yes]")
    pressed(ada.locator("main form button[type=submit]"))
    house.stage.mark(guest, "restriction")
    ada.goto(at(guest))
    after = card.inner_text()
    assert after != before
    assert len(after.splitlines()) > len(before.splitlines()), "and that processing is restricted"


@pytest.fixture(params=("zh-CN", "en-GB"))
def at_home(request, page_of, house):
    def opened(guest: Guest) -> Page:
        page = page_of(java_script_enabled=False, locale=request.param, viewport={"width": 390, "height": 800})
        page.context.add_cookies([visit(house.stage, guest).cookie(house)])
        return page

    return opened


def test_a_guest_decides_at_home_and_takes_it_back_in_as_many_steps(at_home, house):
    guest = house.stage.guest("departed")
    page = at_home(guest)
    page.goto("/my/consents")
    assert page.locator("#main ul .b-ok").count() == 0, "off until the guest says yes"
    for step, (yes_or_no, given) in enumerate((("yes", True), ("no", False))):
        pressed(page.locator("a[href='/my/consents/analytics']"))
        yes, no = (page.locator(f"button[value={each}]").bounding_box() for each in ("yes", "no"))
        assert (yes["width"], yes["height"]) == (no["width"], no["height"])
        pressed(page.locator(f"button[name=answer][value={yes_or_no}]"))
        assert page.url.endswith(f"?said=my_consent_{'given' if given else 'withdrawn'}")
        assert page.locator("section[aria-labelledby=said] li").count() == step + 1
    kind, given, language, channel, *_ = said_of(house, guest)[-1]
    assert (kind, given, channel) == ("analytics", False, "portal")
    assert page.locator(f"details p[lang={'zh-Hans-CN' if language == 'zh_Hans' else 'en-GB'}]").count() == 2, "with the words that were shown"


def test_what_is_said_at_home_stands_at_the_desk(at_home, opened_as, house):
    guest = house.stage.guest("in_house")
    page = at_home(guest)
    page.goto("/my/consents/loyalty")
    pressed(page.locator("button[name=answer][value=yes]"))
    ada = opened_as("Ada")
    ada.goto(at(guest, "/consents"))
    assert ada.locator("section[aria-labelledby=c-loyalty] .b-ok").count() == 1


def test_the_privacy_officer_names_a_partner_and_guests_are_asked(opened_as, house):
    house.on_duty("Piet", "privacy")
    guest = house.stage.guest("in_house")
    piet = opened_as("Piet")
    piet.goto("/watch/consents")
    piet.goto(piet.locator("a[href$='/watch/consents/cross_border']").get_attribute("href"))
    version = f"v{os.urandom(4).hex()}"
    said = {
        "version": version, "zh_title": "向示例集团提供", "zh_words": "向境外的示例集团提供姓名。", "zh_effect": "撤回后不再提供。",
        "en_title": "To Example Group", "en_words": "Give my name to Example Group abroad.", "en_effect": "Once withdrawn, no more.",
    }
    for name, text in said.items():
        piet.fill(f"[name={name}]", text)
    pressed(piet.locator("main form button[type=submit]"))
    assert piet.url.endswith("?said=consent_words")
    ada = opened_as("Ada")
    handed(ada, guest, "cross_border", "en")
    assert "Give my name to Example Group abroad." in ada.locator("main").inner_text()
    assert answered(ada, "yes") == "given"
    piet.goto("/watch/consents/cross_border")
    piet.fill("[name=version]", version)
    pressed(piet.locator("main form button[type=submit]"))
    assert piet.locator("#e-version").is_visible(), "a version is never written twice"
