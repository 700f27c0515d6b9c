"""Duty and training as people meet them on pages: a test taken, a shift ended, a handover, a lock and its release."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from discretion.office.courses import packaged
from discretion.wire import exceptions, lookup
from tests.browser.places import _course, _handover, _test_begun
from tests.pages import pressed
from tests.reviewing import review_of


def said(page):
    return parse_qs(urlsplit(page.url).query).get("said", [""])[0]


def answered(page, *, wrong=0):
    """Answer every question on the page, the last few wrongly, by the words a person reads."""
    right = {question.text.zh: question.choices[question.right].zh for question in packaged().questions}
    for number in range(1, 9):
        field = page.locator(f"#f-q{number}")
        text = right[field.locator("legend").inner_text().partition(". ")[2].strip()]
        labels = field.locator("label")
        texts = [each.strip() for each in labels.all_inner_texts()]
        place = texts.index(text)
        labels.nth((place + 1) % len(texts) if number > 8 - wrong else place).click()


def test_a_course_is_read_tested_and_recorded(house, page_of):
    ada = page_of("Ada")
    _test_begun(house, ada)
    attempt = ada.url
    answered(ada, wrong=4)
    form = ada.evaluate("new URLSearchParams(new FormData(document.querySelector('main form'))).toString()")
    pressed(ada.locator("main form button[type=submit]"))
    assert "4" in ada.locator("[role=status]").first.inner_text()
    assert ada.locator("a[href*='/my-training/privacy#']").count() >= 1
    again = ada.request.post(attempt, data=form, headers={
        "content-type": "application/x-www-form-urlencoded", "origin": house.origin, "sec-fetch-site": "same-origin",
    })
    assert again.status == 409, "an answer counts once"
    _test_begun(house, ada)
    answered(ada)
    pressed(ada.locator("main form button[type=submit]"))
    ada.goto("/my-training")
    assert ada.locator(".badge.b-ok").count() == 1
    rows = house.stage.superuser.execute("select how, by_id from hotel.training where course = 'privacy' and how = 'test'").fetchall()
    assert rows == [("test", None)]


def test_a_completion_that_is_posted_by_hand_is_refused(house, page_of):
    ada = page_of("Ada")
    _course(house)
    ada.goto("/my-training/privacy")
    token = ada.locator("main input[name=_token]").first.input_value()
    me = house.stage.ada.staff_id.hex()
    for path, form in (
        ("/training", {"staff_id": me, "course": "privacy", "version": "1", "completed_on": "2026-01-01", "valid_until": "2026-12-31"}),
        ("/training/courses/release", {"course": "privacy", "role": "front_desk"}), ("/locks", {"lock_id": "0" * 32, "staff_id": me, "reason": "because"}),
        ("/roster/resume", {"shift_id": "0" * 32}), ("/roster/swaps", {"swap_id": "0" * 32, "do": "allow"}),
    ):
        answer = ada.request.post(path, form={"_token": token, **form}, headers={"origin": house.origin, "sec-fetch-site": "same-origin"})
        assert answer.status == 403, path
    for path in ("/training/report", "/training/report/training.csv", "/locks", "/training"):
        assert ada.request.get(path).status == 403, path


def test_a_shift_is_handed_over_and_ended_and_nothing_opens_any_more(house, page_of):
    ada = page_of("Ada")
    _handover(house, ada)
    ada.fill("textarea[name=words]", "1208: 13:00")
    ada.select_option("select[name=requests_to]", house.stage.ben.staff_id.hex())
    ada.select_option("select[name=to]", "duty_manager")
    ada.check("input[name=ends]")
    pressed(ada.locator("main form button[type=submit]"))
    assert said(ada) == "handed_over_ended"
    try:
        ada.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}?purpose=check_in")
        assert "G1" in ada.locator("main").inner_text()
        ben = page_of("Ben")
        ben.goto("/")
        assert urlsplit(ben.url).path == "/handover/notes"
        assert "1208: 13:00" in ben.locator("main").inner_text()
        pressed(ben.locator("main form button[type=submit]").first)
        ben.goto("/")
        assert urlsplit(ben.url).path != "/handover/notes"
        ben.goto("/roster")
        pressed(ben.locator("form[action='/roster/resume'] button").first)
        assert said(ben) == "shift_resumed"
        ada.goto(f"/guests/{house.stage.guests['Dora'].guest_id.hex()}?purpose=check_in")
        assert "G1" not in ada.locator("main").inner_text()
    finally:
        house.stage.office.execute("update hotel.shift set ended_at = null, ended_by = null where staff_id = %s", (house.stage.ada.staff_id.hex(),))


def test_somebody_is_locked_reads_one_calm_sentence_and_is_released_by_somebody_else(house, page_of):
    ada, ben = page_of("Ada"), page_of("Ben")
    ada.goto("/my-shifts")
    ben.goto("/locks")
    ben.select_option("select[name=staff_id]", house.stage.ada.staff_id.hex())
    ben.fill("#f-reason", "badge found on the street")
    pressed(ben.locator("section[aria-labelledby=person] button[type=submit]"))
    assert said(ben) == "locked"
    try:
        for path in ("/my-shifts", "/desk", "/handover"):
            assert ada.goto(path).status == 403
            assert "Ben" in ada.locator("main").inner_text()
            assert "badge found" not in ada.content()
        assert ada.request.get("/desk", headers={"accept": "application/json"}).status == 403
    finally:
        row = ben.locator("tr", has_text="badge found on the street")
        pressed(row.locator("form[action='/locks/release'] button"))
    assert said(ben) == "lock_released"
    assert ada.goto("/my-shifts").status == 200


def test_a_locked_record_says_who_can_help(house, page_of):
    ada, guest = page_of("Ada"), house.arriving()
    lock = house.stage.lock("guest", guest.guest_id)
    ada.goto(f"/guests/{guest.guest_id.hex()}")
    assert "Iris" in ada.locator("main").inner_text()
    house.stage.office.execute("update hotel.lock set released_at = now() where lock_id = %s", (lock.hex(),))


def test_a_handover_takes_the_note_of_an_emergency_and_what_a_look_up_was_for(house, page_of):
    stage = house.stage
    olga = house.stage.players["Olga"] = stage.hire("Olga", "front_desk")
    begun = olga.emergency(stage.guest("in_house"), 1)
    assert isinstance(begun, lookup.Entered), begun
    assert isinstance(olga.ask(exceptions.EndEmergency, emergency_id=begun.detail), lookup.Entered)
    review_of(stage, olga)
    review_of(stage, olga, why="other")
    review_of(stage, olga, why="other", has_reference=True)
    review_of(stage, olga, why="sampled")
    page = page_of("Olga")
    page.goto("/handover")
    assert page.locator("textarea[name=was_for]").count() == 2, "one that nothing explains, one that is “other” without a reference"
    page.fill("textarea[name=noted]", "误报")
    page.locator("textarea[name=was_for]").first.fill("客人在前台询问房费")
    pressed(page.locator("main form button[type=submit]"))
    assert page.locator("[role=alert] a").count() == 1, "the note is too short, and nothing was handed over"
    assert page.input_value("textarea[name=noted]") == "误报"
    assert page.locator("textarea[name=was_for]").count() == 1, "what was right is kept"
    page.fill("textarea[name=noted]", "误报，已与住客电话确认平安。")
    pressed(page.locator("main form button[type=submit]"))
    assert said(page) == "handed_over"
    page.goto("/handover")
    assert page.locator("textarea[name=noted]").count() == 0
    assert page.locator("textarea[name=was_for]").count() == 1
    kept = stage.superuser.execute("select count(*) filter (where said = '客人在前台询问房费'), count(*) from hotel.lookup_review where staff_id = %s", (olga.staff_id.hex(),)).fetchone()
    assert kept == (1, 4)
