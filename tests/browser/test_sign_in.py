"""Signing in and enrolling with a real browser's passkey dialog, over its virtual authenticator."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import pytest

from discretion.wire import lookup

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page


def with_authenticator(page: Page, *, is_verified: bool = True) -> CDPSession:
    """Give the page's browser an authenticator that touches and verifies by itself."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": is_verified, "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    session.authenticator = added["authenticatorId"]  # type: ignore[attr-defined]
    return session


@pytest.fixture
def link(house) -> str:
    """A one-time link for a new member of Harbour's staff."""
    stage = house.stage
    staff_id = lookup_id()
    place = stage.iris.property_id.hex()
    stage.office.execute(
        "insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, %s, 'Nora')", (place, staff_id.hex(), f"N-{staff_id.hex()[:8]}"),
    )
    stage.office.execute("insert into hotel.staff_role (property_id, staff_id, role) values (%s, %s, 'front_desk')", (place, staff_id.hex()))
    stage.office.execute(
        "insert into hotel.shift (property_id, shift_id, staff_id, duty, starts_at, ends_at)"
        " values (%s, gen_random_uuid(), %s, 'front_desk', now() - interval '1 hour', now() + interval '6 hours')", (place, staff_id.hex()),
    )
    invited = house.stage.players["Iris"].sign_in().ask(lookup.Invite, staff_id=staff_id)
    assert isinstance(invited, lookup.Entered), invited
    return "/enrol#" + urlsafe_b64encode(invited.detail).decode()


def lookup_id() -> bytes:
    from tests.cast import new_id

    return new_id()


def test_a_person_enrols_signs_in_and_signs_out(page_of, link, house):
    page = page_of()
    with_authenticator(page)
    page.goto(link)
    page.locator("form[data-passkey] button").click()
    page.locator("[data-say] a").wait_for()
    assert "Nora" in page.locator("[data-say]").inner_text()
    page.goto("/sign-in")
    if page.locator("select[name=property]").count():
        page.select_option("select[name=property]", house.stage.iris.property_id.hex())
    page.locator("form[data-passkey] button").click()
    page.wait_for_url("**/desk")
    assert "Nora" in page.locator("header").inner_text()
    cookie = next(each for each in page.context.cookies() if each["name"] == "ticket")
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, "Strict", -1)
    page.locator("form[action='/sign-out'] button").click()
    page.wait_for_url("**/sign-in")
    assert page.goto("/desk").url.endswith("/sign-in")


def test_the_secret_of_a_link_reaches_no_log(page_of, link, house):
    page = page_of()
    with_authenticator(page)
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(link)
    page.locator("form[data-passkey] button").click()
    page.locator("[data-say] a").wait_for()
    secret = link.partition("#")[2]
    assert not [each for each in addresses if secret in each.partition("#")[0]]
    assert secret not in "\n".join(house.lines())


def test_a_used_up_link_says_so_in_words(page_of):
    page = page_of()
    with_authenticator(page)
    page.goto("/enrol#" + "A" * 64)
    page.locator("form[data-passkey] button").click()
    page.locator("[data-say]", has_text="链接已用过或已过期").wait_for()
    page.goto("/enrol")
    page.locator("form[data-passkey] button").click()
    assert "不完整" in page.locator("[data-say]").inner_text()


def test_an_unknown_passkey_is_refused_in_words(page_of, link, house):
    page = page_of()
    with_authenticator(page)
    page.goto("/sign-in")
    page.locator("form[data-passkey] button").click()
    page.locator("[data-say]", has_text="通行密钥").wait_for()
    assert page.url.endswith("/sign-in")


def test_without_scripts_the_sign_in_says_why_it_needs_them(page_of):
    page = page_of("", java_script_enabled=False)
    page.goto("/sign-in")
    assert "JavaScript" in page.locator("noscript").inner_text()


def test_a_ticket_that_has_ended_leads_to_the_sign_in_and_is_dropped(page_of, house):
    page = page_of("Ada")
    page.goto("/desk")
    page.evaluate("document.querySelector(\"form[action='/sign-out']\").requestSubmit()")
    page.wait_for_url("**/sign-in")
    assert not [each for each in page.context.cookies() if each["name"] == "ticket"]


def test_the_language_switch_keeps_the_page_and_is_remembered(page_of):
    page = page_of("Ada")
    page.goto("/rooms")
    page.locator("a[hreflang=en]").click()
    page.wait_for_url("**/rooms")
    assert page.locator("html").get_attribute("lang") == "en-GB"
    page.goto("/find")
    assert page.locator("html").get_attribute("lang") == "en-GB"
    page.locator("a[hreflang='zh-Hans-CN']").click()
    assert page.locator("html").get_attribute("lang") == "zh-Hans-CN"


def test_theme_and_keys_are_kept_for_the_browser(page_of):
    page = page_of("Ada")
    page.goto("/display")
    page.check("input[value=dark]")
    page.check("input[name=keys][value=off]")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**said=display")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") != "q"
