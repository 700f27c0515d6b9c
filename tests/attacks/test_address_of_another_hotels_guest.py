"""The address of another hotel's guest or stay, typed into the browser."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_guests_of_another_hotel_are_nobody_here(page_of, house):
    cleo = page_of("Cleo")
    dora = house.stage.guests["Dora"]
    cleo.goto(f"/guests/{dora.guest_id.hex()}?purpose=check_in")
    assert dora.surname not in cleo.content()
    assert cleo.goto(f"/stays/{dora.stay_id.hex()}").status == 404
