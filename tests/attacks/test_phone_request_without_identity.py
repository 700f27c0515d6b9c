"""Somebody rings up as a guest, and the clerk opens a request without finding out who it is."""

from __future__ import annotations

import psycopg
import pytest

from tests.cast import new_id
from tests.sending import sent

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("check", ["", "in_person", "sounded_honest"])
def test_a_request_by_phone_is_not_opened_without_the_check(page_of, house, check):
    request_id = new_id().hex()
    form = {"request_id": request_id, "kind": "front_desk", "channel": "phone", "words": "x", "identity_check": check}
    answered = sent(page_of("Ada"), f"/guests/{house.stage.dora.guest_id.hex()}/requests", form)
    assert answered.status in {409, 422}
    assert house.stage.office.execute("select count(*) from hotel.service_request where request_id = %s", (request_id,)).fetchone() == (0,)


@pytest.mark.parametrize("check", ["", "in_person"])
def test_nor_by_whoever_holds_the_house(house, check):
    with pytest.raises(psycopg.errors.CheckViolation):
        house.stage.office.execute(
            "insert into hotel.service_request (property_id, request_id, number, guest_id, kind, channel, identity_check, words, opened_by)"
            " values (%s, %s, 'S-1', %s, 'front_desk', 'phone', %s, 'x', %s)",
            (house.stage.ada.property_id.hex(), new_id().hex(), house.stage.dora.guest_id.hex(), check, house.stage.ada.staff_id.hex()),
        )


def test_a_guess_at_a_guest_is_told_neither_yes_nor_which_part_was_wrong(page_of, house):
    guest = house.stage.guest("in_house")
    room, arrival = house.stage.office.execute(
        "select room_number, arrival::text from hotel.stay where stay_id = %s", (guest.stay_id.hex(),),
    ).fetchone()
    page = page_of("Ada")
    pages = set()
    for surname, at, on in (("Nobody", room, arrival), (guest.surname, "0000", arrival), (guest.surname, room, "2001-01-01")):
        answered = sent(page, "/requests/phone", {"surname": surname, "room": at, "arrival": on})
        assert answered.status == 409
        pages.add(answered.text().partition("<main")[2].partition('name="_token"')[0])
    assert len(pages) == 1
    assert guest.surname not in pages.pop()


def test_an_incognito_guest_is_not_confirmed_to_a_caller_who_knows_everything(page_of, house):
    guest = house.stage.guest("in_house")
    room, arrival = house.stage.office.execute(
        "select room_number, arrival::text from hotel.stay where stay_id = %s", (guest.stay_id.hex(),),
    ).fetchone()
    house.stage.mark(guest, "incognito")
    assert sent(page_of("Ada"), "/requests/phone", {"surname": guest.surname, "room": room, "arrival": arrival}).status == 409
