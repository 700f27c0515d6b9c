"""Ben works through the queue with scripts off, Ada answers a question, and each sees the notices that are theirs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.cast import new_id
from tests.pages import pressed
from tests.reviewing import review_of

if TYPE_CHECKING:
    from playwright.sync_api import Page


def without_scripts(page_of: Any, name: str) -> Page:
    page: Page = page_of(name, java_script_enabled=False, locale="en-GB")
    return page


def judge(page: Page, number: str, verdict: str) -> None:
    page.goto(f"/reviews/{number}")
    page.check(f"input[value={verdict}]")
    pressed(page.locator(f"form[action='/reviews/{number}'] button"))


def test_a_question_goes_to_the_person_and_the_answer_comes_back(page_of, house):
    number = review_of(house.stage, house.stage.ada)
    ben, ada = without_scripts(page_of, "Ben"), without_scripts(page_of, "Ada")
    judge(ben, number, "explain")
    ada.goto("/desk")
    assert "new notice" in ada.locator("header").inner_text()
    ada.goto("/notices")
    ada.locator(f"a[href='/reviews/{number}/reply']").click()
    ada.fill("textarea[name=words]", "The guest had rung\nfor an iron.")
    pressed(ada.locator("main form button[type=submit]"))
    assert ada.url.endswith("/my-look-ups?said=review_said")
    ben.goto("/notices")
    ben.locator(f"a[href='/reviews/{number}']").first.click()
    assert "The guest had rung for an iron." in ben.locator("main").inner_text()


def test_the_guest_reads_the_sentence_of_the_verdict_or_the_reviewers_own(page_of, house):
    ben = without_scripts(page_of, "Ben")
    number = review_of(house.stage, house.stage.ada)
    judge(ben, number, "too_broad")
    text = ben.locator("main").text_content() or ""
    assert "more was seen than was needed. We have spoken with the person." in text
    assert "查看的内容超出了必要范围" in text
    number = review_of(house.stage, house.stage.ada)
    ben.goto(f"/reviews/{number}")
    ben.fill("textarea[name=guest_en]", "There was smoke on your floor that night.")
    ben.check("input[value=justified]")
    pressed(ben.locator(f"form[action='/reviews/{number}'] button"))
    assert "There was smoke on your floor that night." in (ben.locator("main").text_content() or "")


def test_a_lock_asks_to_be_confirmed(page_of, house):
    ben, ida = without_scripts(page_of, "Ben"), replace(house.stage.ada, staff_id=new_id())
    house.stage.office.execute(
        "insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, 'L-1', 'Ida')", (ida.property_id.hex(), ida.staff_id.hex()),
    )
    number = review_of(house.stage, ida)
    judge(ben, number, "unjustified")
    pressed(ben.locator("form[action$='/lock'] button"))
    assert "Confirm first" in ben.locator("main").inner_text()
    ben.check("input[name=confirmed]")
    pressed(ben.locator("form[action$='/lock'] button"))
    assert house.stage.superuser.execute("select reason from hotel.lock where target_id = %s", (ida.staff_id.hex(),)).fetchone() == (number,)


def test_who_may_not_judge_reads_why(page_of, house):
    own, others = review_of(house.stage, house.stage.ben), review_of(house.stage, house.stage.ada)
    ben, egon, ada = (without_scripts(page_of, name) for name in ("Ben", "Egon", "Ada"))
    ben.goto(f"/reviews/{own}")
    assert ben.locator("input[name=verdict]").count() == 0
    assert "This look-up is yours" in ben.locator("main").inner_text()
    egon.goto(f"/reviews/{others}")
    assert egon.locator("input[name=verdict]").count() == 0
    answer = ada.goto(f"/reviews/{others}")
    assert answer is not None
    assert answer.status == 403
    answer = ada.goto(f"/reviews/{own}/reply")  # Ben's
    assert answer is not None
    assert answer.status == 404


def test_the_query_narrows_the_queue_and_a_number_is_read_as_it_is_heard(page_of, house):
    ben = without_scripts(page_of, "Ben")
    number = review_of(house.stage, house.stage.ada, purpose="lawful_request")
    ben.goto("/reviews")
    ben.fill("input[name=query]", "purpose:lawful_request actor:front_desk")
    pressed(ben.locator("form[action='/reviews'] button"))
    assert number in ben.locator("tbody").inner_text()
    assert "q=purpose:lawful_request" in ben.url
    ben.goto("/reviews/" + number.replace("-", "").lower())
    assert ben.locator("h1").inner_text().startswith(f"Look-up {number}")


def test_keys_choose_a_verdict(page_of, house):
    page = page_of("Ben", locale="en-GB")
    page.goto(f"/reviews/{review_of(house.stage, house.stage.ada)}")
    page.keyboard.press("3")
    assert page.is_checked("input[value=explain]")
