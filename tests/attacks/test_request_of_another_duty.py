"""A housekeeper types the address of a request that is the concierge's, or takes it, to learn who wants what."""

from __future__ import annotations

import pytest

from tests.browser.places import _asked
from tests.cast import new_id
from tests.sending import sent

pytestmark = pytest.mark.browser


def test_the_request_of_another_duty_is_not_there(page_of, house):
    lin = house.on_duty("Lin", "housekeeping")
    number, page = _asked(house), page_of("Lin")
    assert page.goto(f"/requests/{number}").status == 404
    for way in ("?list=queue", "?list=all", "?list=mine", "?list=closed", "?list=all&kind=front_desk", "?list=queue&room=R6"):
        page.goto(f"/requests{way}")
        assert number not in page.content() and "wake-up" not in page.content()
    mine = lin.staff_id.hex()
    for path, form in (("assign", {"assigned_to": mine, "seen": ""}), ("close", {"outcome": "done"})):
        assert sent(page, f"/requests/{number}/{path}", form).status == 404


def test_a_request_of_ones_own_duty_tells_nothing_of_the_guest_until_it_is_taken(page_of, house):
    lin = house.on_duty("Lin", "housekeeping")
    guest, ada = house.stage.guest("in_house"), house.stage.ada
    request_id = new_id().hex()
    form = {"request_id": request_id, "kind": "housekeeping", "channel": "desk", "words": "pillows"}
    number = sent(page_of("Ada"), f"/guests/{guest.guest_id.hex()}/requests", form).headers["location"].partition("?")[0].rpartition("/")[2]
    page = page_of("Lin")
    for address in ("/requests", f"/requests/{number}"):
        page.goto(address)
        assert "pillows" in page.content()
        assert guest.guest_id.hex() not in page.content() and guest.surname not in page.content()
    assert sent(page, f"/requests/{number}/assign", {"assigned_to": ada.staff_id.hex(), "seen": ""}).status == 409
    assert sent(page, f"/requests/{number}/close", {"outcome": "done"}).status == 409
    assert sent(page, f"/requests/{number}/assign", {"assigned_to": lin.staff_id.hex(), "seen": ""}).status == 303
    page.goto(f"/requests/{number}")
    assert guest.guest_id.hex() in page.content() and guest.surname not in page.content()


def test_housekeeping_opens_no_request_and_identifies_no_caller(page_of, house):
    house.on_duty("Lin", "housekeeping")
    page, dora = page_of("Lin"), house.stage.dora.guest_id.hex()
    assert page.goto("/requests/phone").status == 403 and page.goto(f"/guests/{dora}/requests/new").status == 403
    form = {"request_id": new_id().hex(), "kind": "housekeeping", "channel": "desk", "words": "x"}
    assert sent(page, f"/guests/{dora}/requests", form).status == 403
    assert sent(page, "/requests/phone", {"surname": "Q", "room": "1", "arrival": "2026-01-01"}).status == 403
