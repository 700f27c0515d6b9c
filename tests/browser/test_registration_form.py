"""The registration form in the browser: what was registered at check-in, whatever the record says today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from discretion.wire import lookup
from tests.pages import pressed

if TYPE_CHECKING:
    from playwright.sync_api import Page

MODES = ((True, "zh-CN"), (False, "en-GB"))


@pytest.fixture(params=MODES, ids=["scripts-zh", "no_scripts-en"])
def ada(request, page_of) -> Page:
    scripts, locale = request.param
    return page_of("Ada", java_script_enabled=scripts, locale=locale)


def act(page: Page, stay: str, slug: str) -> None:
    page.goto(f"{stay}/{slug}")
    pressed(page.locator("button[value=do]" if slug == "check-in" else "main form button[type=submit]").last)


def test_the_form_says_what_was_registered_and_a_correction_is_a_version_beside_it(ada, house):
    guest = house.arriving()
    stay = f"/stays/{guest.stay_id.hex()}"
    ada.goto(f"{stay}/registration?purpose=check_in")
    assert ada.locator("main table").count() == 0, "nothing was registered yet"
    act(ada, stay, "check-in")
    ada.goto(f"{stay}/registration")
    assert ada.locator("main table tbody tr").count() == 1
    assert guest.surname not in ada.content(), "masked at first"
    ada.check("input[name=reason] >> nth=0")
    pressed(ada.locator("form[action$='/print'] button"))
    assert guest.surname in ada.content() and guest.phone[3:] not in ada.content(), "as far as the purpose shows each part"

    act(ada, stay, "undo-check-in")
    ada.goto(f"{stay}/registration?purpose=check_in")
    assert ada.locator("main table tbody .badge").count() == 1, "what was kept at the check-in is marked undone"
    raw = msgspec.json.encode({"name": "Dora Corrected", "surname": "Corrected", "given": "Dora", "birth": {"year": 1980}, "age_category": "adult"})
    desk = house.stage.ada.sign_in()
    assert isinstance(desk.ask(lookup.Inscribe, guest_id=guest.guest_id, purpose="check_in", groups={"identity": raw}), lookup.Inscribed)
    act(ada, stay, "check-in")
    ada.goto(f"{stay}/registration")
    assert ada.locator("main table tbody tr").count() == 2
    ada.check("input[name=reason][value=misread]")
    pressed(ada.locator("form[action$='/correct'] button"))
    assert ada.url.endswith("said=copy_corrected")
    assert ada.locator("main table tbody tr").count() == 3
    pressed(ada.locator("main table tbody a").last)
    assert "Quill" in ada.locator("main").inner_text() or "Qu***" in ada.locator("main").inner_text(), "the first version still says the first name"


def test_what_was_invoiced_is_kept_at_check_out(ada, house):
    guest = house.arriving()
    stay = f"/stays/{guest.stay_id.hex()}"
    act(ada, stay, "check-in")
    act(ada, stay, "check-out")
    ada.goto(f"{stay}/registration?which=invoice")
    assert ada.locator("main form[method=get] input[name=purpose]").count() > 0, "after departure the purpose is stated"
    kept = house.stage.office.execute("select occasion from hotel.stay_copy where stay_id = %s order by version", (guest.stay_id.hex(),)).fetchall()
    assert kept == [("check_in",), ("check_out",)]
