"""What app.js adds: the countdown of a revealed value, keys, the warning about unsaved work. And what a page may weigh."""

from __future__ import annotations

import gzip
from typing import Any

import pytest


@pytest.fixture
def revealed(page_of, house):
    guest = house.arriving(booking=b"{}", preferences=b"{}")
    page = page_of("Ada")
    page.clock.install()
    page.goto(f"/guests/{guest.guest_id.hex()}")
    page.locator("button[commandfor=reveal-contact][command=show-modal]").click()
    page.check("dialog[open] input[value=registration]")
    with page.expect_response("**/reveal") as answered:
        page.locator("dialog[open] button[type=submit]").click()
    page.locator("[data-remask]").wait_for()
    return page, guest, answered.value


def test_a_value_is_masked_again_after_60_seconds(revealed):
    page, guest, answered = revealed
    assert "refresh" not in answered.headers  # scripts count down, so that the countdown can be paused
    assert guest.phone[3:] in page.content().replace(" ", "")
    page.clock.run_for(30_000)
    assert "30" in page.locator("[role=timer]").inner_text()
    with page.expect_navigation():
        page.clock.run_for(31_000)
    assert guest.phone[3:] not in page.content().replace(" ", "")


def test_the_countdown_can_be_paused(revealed):
    page, guest, _ = revealed
    page.locator("[data-pause]").click()
    page.clock.run_for(120_000)
    assert guest.phone[3:] in page.content().replace(" ", "")


def test_a_value_is_masked_when_the_tab_is_hidden(revealed):
    page, guest, _ = revealed
    with page.expect_navigation():
        page.evaluate("""() => {
          Object.defineProperty(document, 'hidden', {value: true, configurable: true});
          document.dispatchEvent(new Event('visibilitychange'));
        }""")
    assert guest.phone[3:] not in page.content().replace(" ", "")


def test_focus_and_voice_go_to_what_was_shown(revealed):
    page, _, _ = revealed
    assert page.evaluate("document.activeElement.id") == "g-contact"
    assert "60" in page.locator("p[role=status]").first.inner_text()


def test_without_scripts_the_answer_itself_goes_back_after_60_seconds(page_of, house):
    guest = house.arriving()
    page = page_of("Ada", java_script_enabled=False)
    page.goto(f"/guests/{guest.guest_id.hex()}/reveal/contact?purpose=check_in")
    page.check("input[value=registration]")
    with page.expect_response("**/reveal") as answered:
        page.locator("main form button[type=submit]").click()
    assert answered.value.headers["refresh"] == f"60; url=/guests/{guest.guest_id.hex()}"


def test_keys_move_about_and_never_act_while_somebody_types(page_of, house):
    house.arriving()
    page = page_of("Ada")
    page.goto("/desk")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("gd?n")
    assert page.input_value("#q") == "gd?n"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('tbody') !== null")
    page.keyboard.press("g")
    page.keyboard.press("i")
    page.wait_for_url("**/desk?list=in_house")
    page.keyboard.press("n")
    page.wait_for_url("**/walk-in")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.wait_for_url("**/display")


def test_leaving_a_form_begun_is_asked_about(page_of):
    page = page_of("Ada")
    page.goto("/walk-in")
    page.fill("input[name=p0-name]", "Somebody")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/desk")
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("path", ["/desk", "/find", "/walk-in", "/rooms"])
def test_a_page_weighs_little_and_needs_few_requests(page_of, house, path):
    page = page_of("Ada")
    answers: list[Any] = []

    def keep(answered: Any) -> None:
        answers.append(answered)

    page.on("response", keep)
    page.goto(path, wait_until="networkidle")
    sizes = [len(gzip.compress(each.body(), 6)) for each in answers]
    assert len(answers) <= 6, [each.url for each in answers]
    assert sum(sizes) <= 60 * 1024
    shift = page.evaluate("""() => new Promise(done => {
      let total = 0;
      new PerformanceObserver(list => { for (const each of list.getEntries()) total += each.value; }).observe({type: 'layout-shift', buffered: true});
      setTimeout(() => done(total), 100);
    })""")
    assert shift < 0.05
