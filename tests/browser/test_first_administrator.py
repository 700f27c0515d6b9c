"""From `discretion init` to the first shift: the operator's link, a passkey, a sign-in, and a colleague let in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser.test_sign_in import with_authenticator
from tests.journeys.installation import discretion, free_port, init_words, serving


@pytest.fixture(scope="module")
def link(run_directory: Path):
    """The one-time link of an installation that is being served."""
    directory = run_directory / "first-administrator"
    done = discretion(*init_words(directory, free_port()), "--json")
    assert done.returncode == 0, done.stderr
    with serving(directory):
        yield json.loads(done.stdout)["link"]


def signed_in(page, origin: str) -> None:
    """Sign in with the passkey that this browser holds."""
    page.goto(f"{origin}/sign-in")
    page.locator("form[data-passkey] button").click()
    page.wait_for_url(lambda address: not address.endswith("/sign-in"))


def enrolled(page, address: str) -> None:
    """Make a passkey with a one-time link."""
    page.goto(address)
    page.locator("form[data-passkey] button").click()
    page.locator("[data-say] a").wait_for()


def test_an_administrator_enrols_begins_a_duty_and_lets_a_colleague_in(link, browser, browser_context_args):
    origin = link.partition("/enrol#")[0]
    contexts = [browser.new_context(**browser_context_args) for _ in range(2)]
    try:
        page, other = (context.new_page() for context in contexts)
        with_authenticator(page)
        enrolled(page, link)
        assert "王芳" in page.locator("[data-say]").inner_text()
        signed_in(page, origin)
        if page.url.endswith("/duty"):
            page.check("input[value=it_admin]")
            page.locator("main form button[type=submit]").click()
        page.wait_for_url("**/staff")
        assert page.goto(f"{origin}/desk").status == 403

        page.goto(f"{origin}/staff")
        page.fill("input[name=number]", "1002")
        page.fill("input[name=name]", "李明")
        page.select_option("select[name=role]", "front_desk")
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_url("**said=staff_added")
        page.locator("form[action$='/invite'] button").click()
        invitation = page.locator("[role=status] code").inner_text()

        with_authenticator(other)
        enrolled(other, invitation)
        signed_in(other, origin)
        other.wait_for_url("**/duty")  # no shift in the roster yet: there is no duty to begin
        assert other.locator("input[name=duty]").count() == 0
        assert other.goto(f"{origin}/desk").status != 200 or other.url.endswith("/duty")
    finally:
        for context in contexts:
            context.close()


def test_the_demos_welcome_is_not_there(link, browser, browser_context_args):
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    origin = link.partition("/enrol#")[0]
    assert page.goto(f"{origin}/welcome").status == 404
    assert page.request.post(f"{origin}/welcome/be").status in {403, 404, 405}
    context.close()
