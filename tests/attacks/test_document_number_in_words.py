"""A number by which a guest could be found, typed into the words of a request or a case, would stand there in clear for ever."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.browser.places import _case
from tests.cast import new_id
from tests.sending import sent

pytestmark = pytest.mark.browser
NUMBERS = ("passport E12345678", "110101199003070021", "call 138 0013 8000", "dora@example.org", "card 4111-1111-1111-1111")


@pytest.mark.parametrize("words", NUMBERS)
def test_a_number_of_somebody_is_kept_in_no_request_and_no_case(page_of, house, words):
    page, dora, number = page_of("Ben"), house.stage.dora.guest_id.hex(), _case(house, "complaint", "Ben")
    for path, form in (
        (f"/guests/{dora}/requests", {"request_id": new_id().hex(), "kind": "front_desk", "channel": "desk", "words": words}),
        ("/cases", {"case_id": new_id().hex(), "purpose": "complaint", "summary": words, "guest": dora}),
        (f"/cases/{number}/notes", {"act_id": new_id().hex(), "words": words}),
        (f"/cases/{number}/close", {"act_id": new_id().hex(), "words": words}),
    ):
        assert sent(page, path, form).status == 409, path
    kept = house.stage.superuser.execute(
        "select (select count(*) from hotel.service_request where words = %(w)s) + (select count(*) from hotel.case_file where summary = %(w)s or outcome = %(w)s)"
        " + (select count(*) from hotel.case_act where words = %(w)s) + (select count(*) from ledger.fact_change where rows::text like '%%' || %(w)s || '%%')",
        {"w": words},
    ).fetchone()
    assert kept == (0,)


@pytest.mark.parametrize("reference", ["13800138000", "E12345678", "S-7F3K-2", "<script>", "C-7F3K-22 and more"])
def test_what_is_no_number_of_ours_travels_with_no_look_up(page_of, house, reference):
    page, dora = page_of("Ada"), house.stage.dora.guest_id.hex()
    page.goto(f"/guests/{dora}?purpose=check_in&reference={quote(reference)}")
    assert reference not in page.locator("main").inner_text()
    assert page.locator("input[name=reference]").first.input_value() == ""

