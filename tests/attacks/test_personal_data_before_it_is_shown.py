"""Personal data in a page, an address, a log or a storage before somebody had it shown."""

from __future__ import annotations

import pytest

from tests.pages import pressed

pytestmark = pytest.mark.browser


def test_no_personal_data_is_in_a_page_an_address_or_the_log_before_it_is_shown(page_of, house):
    guest = house.arriving(booking=b"{}", preferences=b"{}")
    page = page_of("Ada")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    texts: list[str] = []
    for path in ("/desk", f"/guests/{guest.guest_id.hex()}", f"/stays/{guest.stay_id.hex()}", f"/stays/{guest.stay_id.hex()}/check-in"):
        page.goto(path)
        texts.append(page.content())
    page.goto("/find")
    page.check("input[value=check_in]")
    page.fill("input[name=name]", guest.surname)
    page.fill("input[name=phone_end]", guest.phone[-4:])
    pressed(page.locator("main form button[type=submit]"))
    page.wait_for_url("**/q/*")
    texts.append(page.content())
    texts.append(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, document.referrer])"))
    for secret in (guest.surname, guest.phone, guest.phone[3:], guest.email, guest.document):
        for text in (*texts, *seen, *house.lines()):
            assert secret not in text


def test_a_revealed_value_is_in_no_storage_and_gone_after_masking(page_of, house):
    guest = house.arriving(booking=b"{}", preferences=b"{}")
    page = page_of("Ada")
    page.goto(f"/guests/{guest.guest_id.hex()}/reveal/contact?purpose=check_in")
    page.check("input[value=correction]")
    pressed(page.locator("main form button[type=submit]"))
    assert guest.phone[3:] in page.content().replace(" ", "")
    assert guest.phone[3:] not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    page.go_back()
    assert guest.phone[3:] not in page.content().replace(" ", "")
    assert guest.phone[3:] not in "\n".join(house.lines())
