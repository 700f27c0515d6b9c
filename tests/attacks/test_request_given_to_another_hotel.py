"""A service request of this hotel is given to somebody of another, so that its guest opens there."""

from __future__ import annotations

import psycopg
import pytest

from tests.browser.places import _asked
from tests.cast import new_id
from tests.sending import sent

pytestmark = pytest.mark.browser


def test_the_page_gives_it_to_nobody_of_another_hotel(page_of, house):
    number, cleo = _asked(house), house.stage.cleo.staff_id.hex()
    page = page_of("Ada")
    assert sent(page, f"/requests/{number}/assign", {"assigned_to": cleo, "seen": ""}).status == 409
    form = {"request_id": new_id().hex(), "kind": "front_desk", "channel": "desk", "words": "x", "assigned_to": cleo}
    assert sent(page, f"/guests/{house.stage.dora.guest_id.hex()}/requests", form).status == 409
    assert house.stage.office.execute("select count(*) from hotel.service_request where assigned_to = %s", (cleo,)).fetchone() == (0,)


def test_the_database_gives_it_to_nobody_of_another_hotel(house):
    number, stage = _asked(house), house.stage
    ada, cleo = stage.ada, stage.cleo.staff_id.hex()
    for statement, values in (
        ("update hotel.service_request set assigned_to = %s where number = %s", (cleo, number)),
        (
            "insert into hotel.case_file (property_id, case_id, number, purpose, summary, opened_by, owner_id) values (%s, %s, 'C-X', 'audit', 'sample', %s, %s)",
            (ada.property_id.hex(), new_id().hex(), ada.staff_id.hex(), cleo),
        ),
    ):
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            stage.office.execute(statement, values)  # type: ignore[arg-type]


def test_the_other_hotels_pages_do_not_know_it(page_of, house):
    number = _asked(house)
    page = page_of("Cleo")
    assert page.goto(f"/requests/{number}").status == 404
    for path, form in (("assign", {"assigned_to": house.stage.cleo.staff_id.hex(), "seen": ""}), ("close", {"outcome": "done"})):
        assert sent(page, f"/requests/{number}/{path}", form).status == 404
    form = {"request_id": new_id().hex(), "kind": "front_desk", "channel": "desk", "words": "x"}
    assert sent(page, f"/guests/{house.stage.dora.guest_id.hex()}/requests", form).status == 404
