"""What a person does with requests and cases, for real: with and without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from discretion.wire import upkeep
from tests.cast import new_id
from tests.pages import pressed

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.cast import Guest
    from tests.houses import RunningHouse

MODES = ((True, "zh-CN"), (False, "en-GB"))
SEND = "main form button[type=submit]"


@pytest.fixture(params=MODES, ids=["scripts-zh", "no_scripts-en"])
def opened_as(request, page_of):
    scripts, locale = request.param
    return lambda name: page_of(name, java_script_enabled=scripts, locale=locale)


def said(page: Page) -> str:
    return page.url.rpartition("?said=")[2]


def number_at(page: Page) -> str:
    return page.url.partition("?")[0].rpartition("/")[2]


def in_house(house: RunningHouse) -> tuple[Guest, str]:
    """A new guest in house, and the room."""
    guest = house.stage.guest("in_house")
    found = house.stage.office.execute("select room_number from hotel.stay where stay_id = %s", (guest.stay_id.hex(),)).fetchone()
    assert found is not None
    return guest, found[0]


def pressed_in(page: Page, action: str) -> None:
    pressed(page.locator(f"form[action$='{action}'] button[type=submit]").first)


def test_a_request_is_taken_in_at_the_desk_given_to_housekeeping_and_done(opened_as, house):
    house.on_duty("Lin", "housekeeping")
    guest, room = in_house(house)
    ada = opened_as("Ada")
    ada.goto(f"/guests/{guest.guest_id.hex()}")
    ada.goto(ada.locator("main a[href$='/requests/new']").get_attribute("href"))
    ada.check("input[name=channel][value=desk]")
    ada.select_option("select[name=kind]", "housekeeping")
    ada.fill("textarea[name=words]", "2 towels")
    pressed(ada.locator(SEND))
    assert said(ada) == "request_opened"
    number = number_at(ada)
    ada.select_option("select[name=assigned_to]", label=ada.locator("select[name=assigned_to] option", has_text="Lin").first.inner_text())
    pressed(ada.locator("form:has(select) button"))
    assert said(ada) == "request_assigned"

    lin = opened_as("Lin")
    lin.goto("/requests?list=mine")
    line = lin.locator("tbody tr", has_text="2 towels").filter(has=lin.locator(f"a[href='/requests/{number}']"))
    assert room in line.inner_text() and guest.surname not in lin.content()
    lin.goto(f"/requests/{number}")
    assert guest.surname not in lin.content()
    pressed(lin.locator("button[name=outcome][value=done]"))
    assert said(lin) == "request_closed"
    assert lin.locator("form[action$='/assign']").count() == 0


def test_a_caller_is_identified_by_what_they_say_and_called_back(opened_as, house):
    guest, room = in_house(house)
    arrival = house.stage.office.execute("select arrival from hotel.stay where stay_id = %s", (guest.stay_id.hex(),)).fetchone()[0]
    ada = opened_as("Ada")
    for surname, is_right in (("Nobody", False), (guest.surname, True)):
        ada.goto("/requests/phone")
        ada.fill("input[name=room]", room)
        ada.fill("input[name=surname]", surname)
        ada.fill("input[name=arrival]", arrival.isoformat())
        pressed(ada.locator(SEND))
        assert ("/requests/new" in ada.url) == is_right
        assert guest.surname not in ada.content() and guest.phone[3:] not in ada.content()
    assert ada.is_checked("input[name=channel][value=phone]")
    ada.select_option("select[name=kind]", "front_desk")
    ada.fill("textarea[name=words]", "06:30")
    pressed(ada.locator(SEND))
    assert ada.locator("#f-identity_check .err").count() == 1, "without it nothing was opened, and what was typed is kept"
    assert ada.input_value("textarea[name=words]") == "06:30"
    ada.check("input[name=identity_check][value=called_back]")
    pressed(ada.locator(SEND))
    assert said(ada) == "request_opened"
    pressed_in(ada, "/assign")
    assert said(ada) == "request_taken"
    pressed_in(ada, "/assign")
    assert said(ada) == "request_returned"


def test_a_look_up_for_a_request_carries_its_number_into_the_ledger(opened_as, house):
    guest, _ = in_house(house)
    ada = opened_as("Ada")
    ada.goto(f"/guests/{guest.guest_id.hex()}/requests/new")
    ada.check("input[name=channel][value=desk]")
    ada.select_option("select[name=kind]", "concierge")
    ada.fill("textarea[name=words]", "taxi")
    pressed(ada.locator(SEND))
    number = number_at(ada)
    ada.goto(ada.locator("main a[href*='reference=']").get_attribute("href"))
    assert number in ada.locator("main").inner_text()
    explained = house.stage.upkeep(upkeep.ExplainGuest(
        property_id=guest.property_id, request_id=new_id(), guest_id=guest.guest_id, by="operator",
    ))
    assert number in str(explained)


def test_a_case_is_opened_for_a_guest_kept_and_closed(opened_as, house):
    guest, _ = in_house(house)
    other = house.stage.guest("in_house")
    ben = opened_as("Ben")
    ben.goto(f"/guests/{guest.guest_id.hex()}")
    ben.goto(ben.locator("main a[href$='/cases/new']").get_attribute("href"))
    ben.check("input[name=purpose][value=complaint]")
    ben.fill("textarea[name=summary]", "noise, 02:00")
    pressed_in(ben, "/cases")
    assert said(ben) == "case_opened", ben.locator("main").inner_text()
    number = number_at(ben)

    ben.goto(f"/guests/{other.guest_id.hex()}/cases/new")
    ben.fill("input[name=number]", number.lower().replace("-", " "))
    pressed_in(ben, f"/guests/{other.guest_id.hex()}/cases")
    assert said(ben) == "case_guest_added"
    assert ben.locator("main a[href*='purpose=complaint']").count() == 2
    assert guest.surname not in ben.content() and other.surname not in ben.content()

    ben.fill("#f-note", "phone 13800138000")
    pressed_in(ben, "/notes")
    assert ben.locator("#e-note").count() == 1 and ben.input_value("#f-note") == "phone 13800138000"
    ben.fill("#f-note", "heard both")
    pressed_in(ben, "/notes")
    assert said(ben) == "case_noted" and "heard both" in ben.locator("main").inner_text()
    ben.select_option("select[name=owner_id]", house.stage.ada.staff_id.hex())
    pressed_in(ben, "/owner")
    assert said(ben) == "case_owner"
    ben.fill("input[name=due_on]", "2001-01-01")
    pressed_in(ben, "/due")
    assert ben.locator("#e-due_on").count() == 1
    ben.fill("#f-outcome", "room changed")
    pressed_in(ben, "/close")
    assert said(ben) == "case_closed"
    assert ben.locator("main form").count() == 0 and ben.locator("main a[href*='purpose=complaint']").count() == 0
    ben.goto("/cases?list=closed")
    assert ben.locator(f"a[href='/cases/{number}']").count() > 0


def test_a_case_may_begin_with_a_reservation_number(opened_as, house):
    guest, _ = in_house(house)
    reservation = house.stage.office.execute(
        "select r.number from hotel.reservation r join hotel.stay s using (property_id, reservation_id) where s.stay_id = %s",
        (guest.stay_id.hex(),),
    ).fetchone()[0]
    egon = opened_as("Egon")
    egon.goto("/cases/new")
    egon.check("input[name=purpose][value=audit]")
    egon.fill("textarea[name=summary]", "sample of the month")
    egon.fill("input[name=reservation]", "R-0")
    pressed(egon.locator(SEND))
    assert egon.locator("#e-reservation").count() == 1
    egon.fill("input[name=reservation]", reservation)
    pressed(egon.locator(SEND))
    assert said(egon) == "case_opened"
