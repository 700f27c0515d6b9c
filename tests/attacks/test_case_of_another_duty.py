"""A clerk makes a ground for look-ups that are not hers: a case of a purpose that another duty opens, or reads one by its address."""

from __future__ import annotations

import pytest

from discretion.office.case_kinds import CASE_KINDS, purposes_opened_by
from tests.browser.places import _case
from tests.cast import new_id
from tests.sending import sent

pytestmark = pytest.mark.browser


def opened(page, guest, purpose: str) -> int:
    return sent(page, "/cases", {
        "case_id": new_id().hex(), "purpose": purpose, "summary": "curious", "reference": "2026-0012", "guest": guest.guest_id.hex(),
    }).status


@pytest.mark.parametrize("name", ["Ada", "Ben", "Egon"])
def test_a_purpose_that_is_not_of_this_duty_makes_no_case(page_of, house, name):
    page, dora, duty = page_of(name), house.stage.dora, house.stage.players[name].duty
    for purpose in CASE_KINDS:
        if purpose not in purposes_opened_by(duty):
            assert opened(page, dora, purpose) == 409, (duty, purpose)
    assert opened(page, dora, "marketing") == 422
    found = house.stage.office.execute(
        "select distinct purpose from hotel.case_file where opened_by = %s and summary = 'curious'", (house.stage.players[name].staff_id.hex(),),
    ).fetchall()
    assert found == []


@pytest.mark.parametrize("name", ["Iris", "Lin"])
def test_a_duty_without_cases_is_turned_away(page_of, house, name):
    house.on_duty("Lin", "housekeeping")
    page = page_of(name)
    for address in ("/cases", "/cases/new", f"/cases/{_case(house, 'audit', 'Egon')}"):
        assert page.goto(address).status == 403
    assert opened(page, house.stage.dora, "complaint") == 403


def test_the_desk_cannot_read_or_touch_a_case_of_another_duty(page_of, house):
    number = _case(house, "audit", "Egon")
    page = page_of("Ada")
    assert page.goto(f"/cases/{number}").status == 404
    dora = house.stage.dora.guest_id.hex()
    for path, form in (
        ("notes", {"words": "hello"}), ("close", {"words": "all fine"}), ("guests", {"reservation": "R-1"}),
        ("owner", {"owner_id": house.stage.ada.staff_id.hex()}), ("due", {"due_on": "2030-01-01"}),
    ):
        assert sent(page, f"/cases/{number}/{path}", {"act_id": new_id().hex(), **form}).status == 404, path
    assert sent(page, f"/guests/{dora}/cases", {"act_id": new_id().hex(), "number": number}).status == 409
    acts = house.stage.office.execute(
        "select count(*) from hotel.case_act a join hotel.case_file c using (property_id, case_id) where c.number = %s and a.act <> 'opened'",
        (number,),
    ).fetchone()
    assert acts == (0,)


def test_a_case_of_another_hotel_does_not_exist_here(page_of, house):
    number = _case(house, "complaint", "Ben")
    page = page_of("Cleo")
    assert page.goto(f"/cases/{number}").status == 404
    assert sent(page, f"/cases/{number}/notes", {"act_id": new_id().hex(), "words": "hello"}).status == 404
    assert opened(page, house.stage.dora, "complaint") == 404, "nor does the other hotel's guest"
