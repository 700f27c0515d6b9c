"""The demo as a newcomer meets it: one command, one link, five people to be, each with a mission that works."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator

import pytest

from tests.journeys.installation import command, environment, free_port
from tests.pages import pressed


@pytest.fixture(scope="module")
def link() -> Iterator[str]:
    """The link that `discretion demo` prints."""
    process = subprocess.Popen(
        command("demo", "--port", str(free_port())), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment(), text=True, cwd="/",
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        process.stdout.close()


@pytest.fixture(scope="module")
def welcomed(link, browser, browser_context_args) -> Iterator[object]:
    """A browser that came by the link; the link is used up by that."""
    context = browser.new_context(**browser_context_args)
    page = context.new_page()
    page.goto(link)
    assert page.url == link.partition("?")[0]
    yield context
    context.close()


def be(context, link, number):
    page = context.new_page()
    page.goto(link.partition("?")[0])
    pressed(page.locator("form[action='/welcome/be'] button").nth(number))
    return page


def test_eight_people_are_offered_each_with_a_mission(welcomed, link):
    page = welcomed.new_page()
    page.goto(link.partition("?")[0])
    cards = page.locator("section")
    assert cards.count() == 8
    for card in cards.all():
        assert card.locator("ol li").count() >= 3
    assert "演示数据" in page.locator("body").inner_text()


def test_the_link_works_once(welcomed, link, browser):
    context = browser.new_context()
    page = context.new_page()
    assert page.goto(link).status == 403
    assert page.goto(link.partition("?")[0]).status == 403
    context.close()


def test_the_front_desk_checks_somebody_in_and_shows_a_name(welcomed, link):
    page = be(welcomed, link, 0)
    page.goto(page.url.rpartition("/")[0] + "/desk?list=arrivals&show=due")
    due = page.locator("table tbody tr").count()
    assert due
    pressed(page.locator("table tbody tr td a", has_text="办理入住").first)
    for person in page.locator("fieldset").all():
        if person.locator("select[name$=-age_category]").count() and person.locator("select[name$=-age_category]").input_value() != "adult":
            person.locator("select[name$=-guardian_reached]").select_option("yes")
        relation = person.locator("select[name$=-relation]")
        if relation.count() and not relation.input_value():
            relation.select_option("OT")
    room = page.locator("select[name=room]")
    if not room.input_value():
        room.select_option(index=1)
    pressed(page.locator("button[value=do]"))
    assert page.url.endswith("said=check_in"), page.locator("main").inner_text()
    page.goto(re.sub(r"/stays/.*", "/desk?list=arrivals&show=due", page.url))
    pressed(page.locator("table tbody th a").first)
    masked = page.locator("h1").inner_text()
    assert "生成数据" in masked and "*" in masked
    page.locator("button[commandfor=reveal-identity][command=show-modal]").click()
    page.check("dialog[open] input[value=comparison]")
    page.locator("dialog[open] button[type=submit]").click()
    page.locator("[data-remask]").wait_for()
    assert "*" not in page.locator(".revealed").first.inner_text()


def test_the_duty_manager_attests_and_marketing_shows_nothing(welcomed, link):
    page = be(welcomed, link, 1)
    assert page.goto(re.sub(r"(://[^/]+)/.*", r"\1/presence", page.url)).status == 200
    page.goto(page.url.replace("/presence", "/desk?list=in_house"))
    pressed(page.locator("table tbody th a").first)
    page.goto(page.url + "?purpose=marketing")
    assert "MK-1" in page.locator("main").inner_text()


def test_housekeeping_sees_stays_and_preferences_but_no_name(welcomed, link):
    page = be(welcomed, link, 2)
    home = re.sub(r"(://[^/]+)/.*", r"\1", page.url)
    page.goto(home + "/desk?list=in_house")
    assert "*" not in page.locator("table").inner_text()
    pressed(page.locator("table tbody td a").first)
    pressed(page.locator("table tbody th a").first)
    groups = page.locator("main h3").all_inner_texts()
    assert any("偏好" in each and "完整" in each for each in groups)
    assert any("身份" in each and "不显示" in each for each in groups)
    page.goto(home + "/rooms?show=VD")
    if page.locator("button[value=VC]").count():
        pressed(page.locator("button[value=VC]").first)
        assert page.url.endswith("said=room")


def test_the_administrator_adds_somebody_and_has_no_guests(welcomed, link):
    page = be(welcomed, link, 5)
    home = re.sub(r"(://[^/]+)/.*", r"\1", page.url)
    page.fill("#f-number", "N-901")
    page.fill("input[name=name]", "新同事")
    pressed(page.locator("main form button[type=submit]").last)
    pressed(page.locator("form[action$='/invite'] button"))
    assert "/enrol#" in page.locator("[role=status] code").inner_text()
    assert page.goto(home + "/desk").status == 403


def test_the_auditor_finds_who_looked_and_verifies_it(welcomed, link):
    desk = be(welcomed, link, 0)
    home = re.sub(r"(://[^/]+)/.*", r"\1", desk.url)
    desk.goto(home + "/desk?list=in_house")
    guest = desk.locator("table tbody th a").first.get_attribute("href")
    desk.goto(home + guest + "?purpose=marketing")
    page = be(welcomed, link, 6)
    assert page.url.endswith("/watch")
    pressed(page.locator("main a", has_text="未获准").first)
    row = page.locator("main [data-list] tbody tr").first
    assert "王小禾" in row.inner_text() and "营销" in row.inner_text()
    assert page.locator("a[href^='/guests/']").count() == 0
    pressed(row.locator("a[href^='/watch/entries/']"))
    assert "已核验" in page.locator("[role=status]").inner_text()
    assert page.goto(home + guest).status in {403, 404} or "未" in page.locator("main").inner_text()
