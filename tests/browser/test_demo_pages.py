"""The demo's pages with a hotel's worth of real bookings in them: accessible, whole, within the screen, nothing full.

The stage's sweep has every page but few and short records; here lists are long, names foreign, documents of every kind.
"""

from __future__ import annotations

import gzip
import re
import signal
import subprocess
from collections.abc import Callable, Iterator

import html5lib
import pytest

from tests.browser.test_every_page import AXE, findings
from tests.journeys.installation import command, environment, free_port
from tests.pages import pressed

FRONT_DESK, DUTY_MANAGER, HOUSEKEEPING, SECURITY, PRIVACY, ADMINISTRATOR, AUDITOR = range(7)
GUEST = "a[href^='/guests/']"
NAMES = ["front_desk", "duty_manager", "housekeeping", "security", "privacy", "administrator", "auditor"]
# The pages of a persona: an address, or an address and the link to follow from there.
PAGES = {
    FRONT_DESK: (
        "/desk?list=arrivals", ("/desk?list=arrivals&show=due", f"tbody {GUEST}"), ("/desk?list=arrivals&show=due", "a[href$='/check-in']"),
        "/desk?list=in_house", ("/desk?list=in_house", f"tbody {GUEST}"), ("/desk?list=in_house", "tbody a[href^='/stays/']"),
        "/desk?list=departures", ("/desk?list=departures&show=due", "a[href$='/check-out']"), "/find", "/rooms", "/walk-in", "/reservations/new",
        "/requests", ("/requests", "tbody a[href^='/requests/']"), "/requests/phone", ("/cases", "tbody a[href^='/cases/']"),
    ),
    ADMINISTRATOR: ("/staff", ("/staff", "tbody a[href^='/staff/']"), "/roster", "/training", "/terminals", "/terminal", "/terminal/enrol"),
    DUTY_MANAGER: ("/requests?list=all", "/cases", ("/cases", "tbody a[href^='/cases/']"), "/desk?list=in_house", "/presence", "/approvals", "/deputies", "/emergency", "/roster", "/recovery"),
    HOUSEKEEPING: ("/desk?list=in_house", ("/desk?list=in_house", "tbody a[href^='/stays/']"), "/rooms", "/requests", ("/requests", "tbody a[href^='/requests/']")),
    SECURITY: ("/reviews", "/reviews/approvals", "/locks", "/cases", "/notices"),
    PRIVACY: ("/watch/policy", "/retention", "/holds", "/approvals", "/policy", "/privacy/processors"),
    AUDITOR: ("/watch", ("/watch", "a[href^='/watch/entries/']"), ("/watch", "a[href^='/watch/range']")),
}
WAYS = (("zh-CN", "light", 1280), ("en-GB", "dark", 390))  # each page meets each value of each once
FULL_PHONE = re.compile(r"(?<![\d*])1[3-9]\d{9}(?!\d)")
RECORD_ID = re.compile(r"[0-9a-f]{32}")  # eleven of its digits may stand in a row
FULL_IDENTITY_CARD = re.compile(r"(?<!\d)\d{17}[\dX](?![\dA-Za-z])")


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The link of a running demo."""
    process = subprocess.Popen(
        command("demo", "--port", str(free_port())), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(), text=True, cwd="/",
    )
    with process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


@pytest.fixture(scope="module")
def cookies(demo, browser) -> Iterator[list[dict[str, object]]]:
    """What a browser holds that came by the link, which works once."""
    context = browser.new_context()
    context.new_page().goto(demo)
    yield context.cookies()
    context.close()


@pytest.fixture
def persona(demo, cookies, browser, browser_context_args) -> Iterator[Callable[..., object]]:
    """Open a page as a persona; any further words go to the browser's context. No error may be left unsaid."""
    contexts = []
    complaints: list[str] = []

    def opened(number: int, **changed: object):
        context = browser.new_context(**{**browser_context_args, "base_url": demo.partition("/welcome")[0], **changed})
        contexts.append(context)
        context.add_cookies(cookies)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" and "status of 4" not in message.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/welcome")
        pressed(page.locator("form[action='/welcome/be'] button").nth(number))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def went(page, way) -> None:
    """Go to an address, or to an address and on by a link there."""
    address, link = way if isinstance(way, tuple) else (way, "")
    page.goto(address)
    if link:
        page.goto(page.locator(link).first.get_attribute("href"))


@pytest.mark.parametrize(("locale", "theme", "width"), WAYS, ids=str)
@pytest.mark.parametrize("number", sorted(PAGES), ids=NAMES)
def test_the_pages_of_a_persona_are_accessible_and_within_the_screen(persona, number, locale, theme, width):
    page = persona(number, locale=locale, color_scheme=theme, viewport={"width": width, "height": 900})
    bad = []
    for way in ("/welcome", *PAGES[number]):
        went(page, way)
        page.evaluate(AXE)
        bad += [(way, each) for each in findings(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            bad.append((way, "wider than the screen"))
    assert bad == [], "\n".join(map(str, bad))


@pytest.mark.parametrize("number", sorted(PAGES), ids=NAMES)
def test_the_pages_of_a_persona_are_whole_light_and_show_no_full_number(persona, number):
    page = persona(number, java_script_enabled=False)
    for way in ("/welcome", *PAGES[number]):
        went(page, way)
        text = page.content()
        html5lib.HTMLParser(strict=True).parse("<!doctype html>" + text.partition("<!DOCTYPE html>")[2])
        assert len(gzip.compress(text.encode(), 6)) <= 30 * 1024, way
        plain = re.sub(r"(?<=\d) (?=\d)", "", RECORD_ID.sub("", text))
        assert FULL_PHONE.search(plain) is None, (way, FULL_PHONE.search(plain))
        assert FULL_IDENTITY_CARD.search(plain) is None, way


@pytest.mark.parametrize("path", ["/desk", "/find", "/guests/" + "0" * 32, "/walk-in"])
def test_the_administrator_is_turned_away_from_guests(persona, path):
    page = persona(ADMINISTRATOR)
    assert page.goto(path).status in {403, 404}
    assert page.locator("tbody tr").count() == 0


def test_housekeeping_reads_no_name_on_a_list_a_stay_or_a_record(persona):
    names = set()
    desk = persona(FRONT_DESK)
    desk.goto("/desk?list=in_house")
    for each in desk.locator(f"tbody th {GUEST}").all_inner_texts():
        names.add(each)
    assert len(names) > 5
    page = persona(HOUSEKEEPING)
    for way in PAGES[HOUSEKEEPING]:
        went(page, way)
        text = page.locator("main").inner_text()
        assert [name for name in names if name in text] == []


def test_a_record_bends_to_the_narrowest_screen_whatever_its_documents(persona):
    page = persona(FRONT_DESK, locale="en-GB", viewport={"width": 320, "height": 900})
    page.goto("/desk?list=arrivals&show=due")
    wide = []
    for address in [each.get_attribute("href") for each in page.locator(f"tbody th {GUEST}").all()]:
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(page.locator("main").inner_text())
    assert wide == []
