"""The house in a real browser: a running keeper and house over the run's PostgreSQL, Debian's Chromium in front.

Without Chromium these tests are skipped, and say in one line what to install; CI sets CHROMIUM_REQUIRED and never skips.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.houses import RunningHouse

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
INSTALL = "Chromium is missing: apt install chromium fonts-wqy-microhei fonts-inter (or set CHROMIUM to its path)"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the browser's tests, and skip them visibly where there is none."""
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
        if CHROMIUM is None and not os.environ.get("CHROMIUM_REQUIRED") and item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason=INSTALL))


@pytest.fixture(scope="session")
def base_url() -> str:
    """No address of its own: each page's context has the house's."""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    assert CHROMIUM, INSTALL
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", "reduced_motion": "reduce",
            "viewport": {"width": 1280, "height": 900}}


@pytest.fixture
def page_of(house: RunningHouse, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """Open a page as somebody, by name; any further words go to the browser's context. No error may be left unsaid."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opened(name: str = "", **changed: Any) -> Page:
        context = browser.new_context(**{**browser_context_args, "base_url": house.origin, **changed})
        contexts.append(context)
        if name:
            context.add_cookies([house.ticket(house.stage.players[name])])
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI))",
        )
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" and "status of 4" not in message.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    opened.complaints = complaints  # type: ignore[attr-defined]
    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def pressed(button: Locator) -> None:
    """Press a button or a link that leads to another page, and wait until that page stands."""
    with button.page.expect_navigation():
        button.click()
