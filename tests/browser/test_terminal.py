"""A shared terminal in a real browser: enrolled once, people take turns by badge or name and each with their own passkey."""

from __future__ import annotations

import time
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization

from tests.browser.test_sign_in import with_authenticator
from tests.cast import Player
from tests.controllers import badge_of, hired
from tests.pages import pressed

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

    from tests.houses import RunningHouse

SWITCH_SECONDS_MAX = 3.0


@pytest.fixture(scope="module")
def two(house: RunningHouse) -> tuple[Player, Player]:
    """Two clerks of Harbour who share a desk, each with a badge."""
    people = hired(house, "Nora"), hired(house, "Olaf")
    for each in people:
        badge_of(house.stage, each, f"TB-{each.name}")
    return people


def made_terminal(page_of, name: str, **changed: object) -> Page:
    """Let the administrator add a terminal, and enrol a browser of its own."""
    admin = page_of("Iris")
    admin.goto("/terminals")
    admin.fill("input[name=name]", name)
    pressed(admin.locator("form[action='/terminals'] button[type=submit]"))
    code = admin.locator("code").first.inner_text()
    page = page_of("", **changed)
    page.goto("/terminal/enrol")
    page.fill("input[name=code]", code)
    pressed(page.locator("main form button[type=submit]"))
    page.wait_for_url("**/terminal")
    return page


def key_of(session: CDPSession, player: Player) -> None:
    """Put somebody's passkey into the browser's authenticator, in the place of any other."""
    made = session.send("WebAuthn.getCredentials", {"authenticatorId": session.authenticator})  # type: ignore[attr-defined]
    for each in made["credentials"]:
        session.send("WebAuthn.removeCredential", {"authenticatorId": session.authenticator, "credentialId": each["credentialId"]})  # type: ignore[attr-defined]
    raw = player.authenticator.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption(),
    )
    credential = b64encode(player.authenticator.credential_id).decode()
    player.authenticator.count += 10
    session.send("WebAuthn.addCredential", {"authenticatorId": session.authenticator, "credential": {  # type: ignore[attr-defined]
        "credentialId": credential, "isResidentCredential": True, "rpId": "localhost", "privateKey": b64encode(raw).decode(),
        "userHandle": b64encode(player.staff_id).decode(), "signCount": player.authenticator.count,
    }})

def tapped(page: Page, badge: str) -> None:
    """Do what a reader does: type the number and press Enter."""
    page.locator("input[name=badge]").press_sequentially(badge)
    page.keyboard.press("Enter")


def test_people_take_turns_within_three_seconds(house: RunningHouse, page_of, two) -> None:
    nora, olaf = two
    page = made_terminal(page_of, "Turns")
    session = with_authenticator(page)
    key_of(session, nora)
    assert page.evaluate("document.activeElement.name") == "badge"
    tapped(page, "TB-Nora")
    page.wait_for_url("**/desk")
    assert "Nora" in page.locator("header").inner_text()
    seconds = []
    for name, here in (("Olaf", olaf), ("Nora", nora)):
        key_of(session, here)
        began = time.perf_counter()
        page.locator("header a[href='/terminal']").click()
        page.wait_for_url("**/terminal")
        tapped(page, f"TB-{name}")
        page.wait_for_url("**/desk")
        assert name in page.locator("header").inner_text()
        seconds.append(time.perf_counter() - began)
    assert max(seconds) <= SWITCH_SECONDS_MAX, seconds


def test_a_name_selects_as_a_badge_does_and_displaces(house: RunningHouse, page_of, two) -> None:
    nora = two[0]
    page = made_terminal(page_of, "Names")
    session = with_authenticator(page)
    key_of(session, nora)
    tapped(page, "TB-Nora")
    page.wait_for_url("**/desk")
    page.goto("/terminal")
    page.locator("main form button", has_text="Olaf").first.click()
    page.wait_for_url("**/terminal/as/*")
    assert "Olaf" in page.locator("h1").inner_text()
    assert not [each for each in page.context.cookies() if each["name"] == "ticket"], "Nora was signed out by being displaced"
    page.locator("[data-say]", has_text="他人").wait_for()  # the key in the machine is Nora's still: nobody is signed in
    assert not [each for each in page.context.cookies() if each["name"] == "ticket"]


def test_whoever_comes_back_to_their_own_seat_goes_on(house: RunningHouse, page_of, two) -> None:
    nora, _ = two
    page = made_terminal(page_of, "Back")
    key_of(with_authenticator(page), nora)
    tapped(page, "TB-Nora")
    page.wait_for_url("**/desk")
    page.goto("/terminal")
    tapped(page, "TB-Nora")
    page.wait_for_url("**/desk")


def test_whoever_was_displaced_comes_back_with_four_digits(house: RunningHouse, page_of, two) -> None:
    nora, olaf = two
    page = made_terminal(page_of, "Digits")
    session = with_authenticator(page)
    key_of(session, nora)
    tapped(page, "TB-Nora")
    page.wait_for_url("**/desk")
    page.goto("/digits")
    page.fill("input[name=digits]", "4071")
    page.fill("input[name=again]", "4071")
    pressed(page.locator("main form button[type=submit]"))
    assert "said=digits_set" in page.url
    key_of(session, olaf)
    page.goto("/terminal")
    tapped(page, "TB-Olaf")
    page.wait_for_url("**/desk")
    page.goto("/terminal")
    tapped(page, "TB-Nora")
    page.wait_for_url("**/terminal/as/*")
    page.locator("[data-say]", has_text="他人").wait_for()  # Olaf's key is still in the machine
    page.fill("input[name=digits]", "4070")
    pressed(page.locator("form[action^='/terminal/as/'] button"))
    assert page.locator("[role=alert]").count() == 1
    page.fill("input[name=digits]", "4071")
    page.locator("form[action^='/terminal/as/'] button").click()
    page.wait_for_url("**/desk")
    assert "Nora" in page.locator("header").inner_text()


def test_selecting_works_without_scripts(house: RunningHouse, page_of, two) -> None:
    page = made_terminal(page_of, "Plain", java_script_enabled=False)
    page.fill("input[name=badge]", "TB-Nora")
    pressed(page.locator("main form button[type=submit]").first)
    page.wait_for_url("**/terminal/as/*")
    assert "JavaScript" in page.locator("noscript").inner_text()
    page.goto("/terminal")
    page.fill("input[name=badge]", "UNKNOWN-1")
    pressed(page.locator("main form button[type=submit]").first)
    assert page.locator("[role=alert]").count() == 1


def test_a_browser_without_the_cookie_is_no_terminal(page_of) -> None:
    page = page_of("", locale="en-GB")
    page.goto("/terminal")
    assert "Not a shared terminal" in page.locator("h1").inner_text()
    assert page.goto("/terminal/as/" + "0" * 32).url.endswith("/sign-in")
