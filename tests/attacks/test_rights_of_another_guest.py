"""Somebody asks for, reads, adds to or withdraws another guest's request for rights, or works one of another hotel."""

from __future__ import annotations

import pytest

from tests.cast import new_id
from tests.portals import visit
from tests.sending import sent

pytestmark = pytest.mark.browser
MINE = "/my/requests"


@pytest.fixture
def asked(house, page_of):
    """A guest's open request, and the page of another guest who knows its number."""
    dora, mallory = house.stage.guest("departed"), house.stage.guest("departed")
    page = page_of(java_script_enabled=False)
    page.context.add_cookies([visit(house.stage, dora).cookie(house)])
    done = sent(page, MINE, {"kind": "restrict", "case_id": new_id().hex(), "scope": "whole"}, MINE)
    assert done.status == 303, done.text()
    other = page_of(java_script_enabled=False)
    other.context.add_cookies([visit(house.stage, mallory).cookie(house)])
    return done.headers["location"].partition("?")[0].rpartition("/")[2], dora, mallory, other


def test_a_number_that_is_known_shows_and_changes_nothing_of_another_guest(house, asked):
    number, dora, _, page = asked
    assert page.goto(f"/my/requests/{number}").status == 404
    for act in ("withdraw", "supplement"):
        assert sent(page, f"/my/requests/{number}/{act}", {"act_id": new_id().hex(), "words": "hello"}, MINE).status == 404
    assert sent(page, f"/my/requests/{number}/code", {}, MINE).status == 404
    assert page.goto(f"/my/requests/{number}/certificate").status == 404
    state = house.stage.office.execute("select state from hotel.rights_request where guest_id = %s", (dora.guest_id.hex(),)).fetchone()
    assert state == ("checked",)
    page.goto("/my/requests")
    assert number not in page.content()


def test_the_id_of_anothers_form_opens_nothing_in_their_name(house, asked):
    _, dora, mallory, page = asked
    case_id = house.stage.office.execute(
        "select case_id from hotel.rights_request where guest_id = %s", (dora.guest_id.hex(),)).fetchone()[0]
    assert sent(page, MINE, {"kind": "restrict", "case_id": case_id.hex, "scope": "whole"}, MINE).status == 409
    mine = house.stage.office.execute("select count(*) from hotel.rights_request where guest_id = %s", (mallory.guest_id.hex(),)).fetchone()
    assert mine == (0,)


def test_the_desk_and_another_hotel_do_not_work_a_request(page_of, house, asked):
    number, *_ = asked
    ada, cleo = page_of("Ada"), page_of("Cleo")
    assert cleo.goto(f"/rights/{number}").status == 404
    assert ada.goto("/rights").status == 403 and ada.goto(f"/rights/{number}/copy").status == 403
    for act in ("take-up", "propose", "carry-out", "close"):
        assert sent(ada, f"/rights/{number}/{act}", {"act_id": new_id().hex()}).status == 409
        assert sent(cleo, f"/rights/{number}/{act}", {"act_id": new_id().hex()}).status in {404, 409}
    for act in ("suggestions", "lines"):
        assert sent(ada, f"/rights/{number}/{act}", {"act_id": new_id().hex()}).status == 403
    assert page_of().goto(f"{house.origin}/rights/{number}").url.endswith("/sign-in")
