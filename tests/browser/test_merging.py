"""Two records of one person, in the browser: found, compared, asked for, joined by somebody else, shown as one, parted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cast import groups
from tests.merging import entries_about, joined, same_document, second_of
from tests.pages import pressed

if TYPE_CHECKING:
    from playwright.sync_api import Page

MODES = ((True, "zh-CN"), (False, "en-GB"))


@pytest.fixture(params=MODES, ids=["scripts-zh", "no_scripts-en"])
def opened_as(request, page_of, house):
    scripts, locale = request.param
    house.on_duty("Bea", "duty_manager")
    return lambda name: page_of(name, java_script_enabled=scripts, locale=locale)


def said(page: Page) -> str:
    return page.url.rpartition("said=")[2]


def pressed_in(page: Page, action: str) -> None:
    pressed(page.locator(f"form[action*='{action}'] button[type=submit]"))


def test_two_records_are_found_compared_joined_by_two_people_and_parted(opened_as, house):
    stage = house.stage
    guest = house.arriving()
    other = house.arriving(document=same_document(guest))
    ben = opened_as("Ben")
    ben.goto(f"/guests/{guest.guest_id.hex()}")
    ben.goto(ben.locator("main a[href*='/duplicates']").get_attribute("href"))
    ben.goto(ben.locator(f"main a[href*='/duplicates/{other.guest_id.hex()}']").get_attribute("href"))
    page = ben.content()
    assert guest.phone[3:] not in page and other.phone[3:] not in page and guest.document not in page, "nothing is shown in full here"
    ben.check("input[name=contact][value=absorbed]")
    ben.check("input[name=why][value=document]")
    ben.fill("textarea[name=words]", "passport X0000001 seen")
    pressed_in(ben, f"/duplicates/{other.guest_id.hex()}")
    assert ben.locator("#e-words").count() == 1, "no number of a document in words"
    ben.fill("textarea[name=words]", "both desks saw it")
    pressed_in(ben, f"/duplicates/{other.guest_id.hex()}")
    assert said(ben) == "merge_asked"
    assert ben.locator("form[action*='/join']").count() == 0, "whoever asked does not join"
    ben.goto(f"/guests/{guest.guest_id.hex()}")
    assert ben.locator("main .note a[href*='/merges/']").count() == 1

    bea = opened_as("Bea")
    bea.goto("/merges")
    bea.goto(bea.locator("main tbody a[href*='/merges/']").last.get_attribute("href"))
    assert "both desks saw it" in bea.locator("main").inner_text()
    pressed_in(bea, "/join")
    assert said(bea) == "merge_joined"

    ada = opened_as("Ada")
    for one in (guest, other):  # under either address the person is the same
        ada.goto(f"/guests/{one.guest_id.hex()}?purpose=check_in")
        text = ada.locator("main").inner_text()
        assert other.phone[-4:] in text and guest.phone[-4:] not in text, "the phone is the other record's"
        assert "QUILL" in text.upper()
    assert entries_about(stage, guest)[-2:] == ["look_up", "look_up"]
    assert entries_about(stage, other)[-2:] == ["look_up", "look_up"]

    bea.goto(f"/guests/{guest.guest_id.hex()}")
    bea.goto(bea.locator("main .note a[href*='/merges/']").get_attribute("href"))
    bea.check("input[name=why][value=other_person]")
    pressed_in(bea, "/end")
    assert said(bea) == "merge_parted"
    ada.goto(f"/guests/{guest.guest_id.hex()}")
    text = ada.locator("main").inner_text()
    assert guest.phone[-4:] in text and other.phone[-4:] not in text


def test_a_part_in_the_other_record_is_revealed_from_there(opened_as, house):
    guest, other = house.arriving(), house.arriving()
    joined(house.stage, guest, other, groups("contact"))
    ada = opened_as("Ada")
    ada.goto(f"/guests/{guest.guest_id.hex()}/reveal/contact?purpose=check_in")
    ada.check("input[value=correction]")
    pressed(ada.locator("main form button[type=submit]"))
    text = ada.locator("main").inner_text().replace(" ", "")
    assert other.phone[3:] in text and guest.phone[3:] not in text


def test_without_a_duplicate_the_page_says_so_and_the_desk_does_not_join(opened_as, house):
    guest = house.arriving()
    ada = opened_as("Ada")
    ada.goto(f"/guests/{guest.guest_id.hex()}/duplicates")
    assert ada.locator("main h2").count() == 1
    other = house.arriving(document=same_document(guest))
    ada.reload()
    assert ada.locator(f"main a[href*='{other.guest_id.hex()}']").count() == 1
    assert ada.locator("main a[href*='/duplicates/']").count() == 0
    assert ada.goto(f"/guests/{guest.guest_id.hex()}/duplicates/{other.guest_id.hex()}").status == 403
    second_of(house.stage)
