"""Mallory wants a consent that nobody gave: by a visit or sign-in that is not the guest's, over, or of another hotel, or by writing it in the tables."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from discretion.hotel.consent import Channel
from discretion.office import consents
from tests.cast import Stage, new_id
from tests.consents import answer, by, on_paper, record_now, said_now, session_of, visit_of
from tests.portals import visit
from tests.sending import sent


def held(stage: Stage, guest: Any) -> int:
    row = stage.office.execute("select count(*) from hotel.consent where guest_id = %s", (guest.guest_id.hex(),)).fetchone()
    assert row is not None
    return int(row[0])


def test_a_visit_consents_for_its_own_guest_alone_and_while_it_lasts(stage: Stage) -> None:
    guest, other = stage.guest("departed"), stage.guest("departed")
    asked = answer(guest, channel=Channel.PORTAL)
    place = guest.property_id
    for session_id, staff_id in (
        (visit_of(stage, other), None), (visit_of(stage, guest, minutes=-1), None), (new_id(), None),
        (session_of(stage, stage.ada), None), (visit_of(stage, guest), stage.ada.staff_id),
    ):
        assert said_now(stage, consents.By(place, session_id, staff_id), asked) == "session"
    assert held(stage, guest) == 0


def test_staff_record_under_their_own_sign_in_at_their_own_hotel(stage: Stage) -> None:
    guest = stage.guest("in_house")
    place, ada = guest.property_id, session_of(stage, stage.ada)
    ended = stage.ada.sign_in()
    ended_id = session_of(stage, ended)
    stage.superuser.execute("update keys.session set ended_at = now() where session_id = %s", (ended_id.hex(),))
    for what in (answer(guest), on_paper(guest)):
        for session_id, staff_id in (
            (ada, None), (ada, stage.ben.staff_id), (new_id(), stage.ada.staff_id), (ended_id, stage.ada.staff_id),
            (session_of(stage, stage.cleo), stage.cleo.staff_id), (visit_of(stage, guest), stage.ada.staff_id),
        ):
            assert said_now(stage, consents.By(place, session_id, staff_id), what) == "session"
    elsewhere = consents.By(stage.cleo.property_id, session_of(stage, stage.cleo), stage.cleo.staff_id)
    assert said_now(stage, elsewhere, answer(guest)) == "not_found"
    assert held(stage, guest) == 0


@pytest.mark.parametrize("statement", [
    ("insert into hotel.consent (property_id, consent_id, guest_id, kind, no, given, version, language, hash, channel, session_id)"
    " select property_id, gen_random_uuid(), guest_id, kind, no + 1, true, version, language, hash, 'portal', session_id from hotel.consent"),
    "update hotel.consent set given = true",
    "update hotel.consent set at = now() - interval '1 year'",
    "update hotel.consent_text set words = 'everything'",
    "delete from hotel.consent",
    "delete from hotel.consent_text",
    "truncate hotel.consent",
    ("insert into hotel.consent_text (property_id, kind, version, language, basis, title, words, effect, valid_from)"
    " select property_id, 'loyalty', 'x', 'en', 'consent', 'x', 'x', 'x', '2020-01-01' from hotel.property"),
    "alter table hotel.consent disable trigger append_only",
])
def test_history_is_not_for_the_office_to_write(stage: Stage, statement: str) -> None:
    record_now(stage, by(stage, stage.ada), answer(stage.guest("in_house"), "loyalty"))
    with psycopg.connect(stage.database.conninfo("office")) as mallory, pytest.raises(psycopg.errors.InsufficientPrivilege):
        mallory.execute(statement)  # type: ignore[call-overload]


@pytest.mark.parametrize("statement", ["update hotel.consent set given = not given", "delete from hotel.consent", "update hotel.consent_text set title = 'x'"])
def test_nor_for_the_owner_of_the_tables(stage: Stage, statement: str) -> None:
    record_now(stage, by(stage, stage.ada), answer(stage.guest("in_house"), "loyalty"))
    with psycopg.connect(stage.database.superuser) as owner:
        owner.execute("set role discretion_owner")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append only"):
            owner.execute(statement)  # type: ignore[call-overload]


def test_no_other_role_records_a_consent_or_reads_more_than_it_decides_on(stage: Stage) -> None:
    call = "select hotel.record_consent(" + ", ".join(["null"] * 13) + ")"
    for program in ("keeper", "worker", "auditor"):
        with psycopg.connect(stage.database.conninfo(program)) as mallory, pytest.raises(psycopg.errors.InsufficientPrivilege):
            mallory.execute(call)  # type: ignore[call-overload]
        with psycopg.connect(stage.database.conninfo(program)) as mallory, pytest.raises(psycopg.errors.InsufficientPrivilege):
            mallory.execute("select paper, guardian from hotel.consent")


@pytest.mark.browser
def test_a_page_of_ones_own_takes_no_other_guests_answer(page_of, house) -> None:
    guest, other = house.stage.guest("departed"), house.stage.guest("departed")
    page = page_of()
    page.context.add_cookies([visit(house.stage, guest).cookie(house)])
    form = {"consent_id": new_id().hex(), "version": "2026.1", "language": "en", "answer": "yes"}
    for extra in ({"guest": other.guest_id.hex()}, {"guest_id": other.guest_id.hex()}, {"channel": "desk_paper"}, {"given": "1"}):
        assert posted(page, "/my/consents/marketing", {**form, **extra}) == 422
    assert posted(page, f"/guests/{other.guest_id.hex()}/consents/marketing/tablet", form) in {303, 403}
    assert posted(page, "/my/consents/nothing", form) == 404
    assert held(house.stage, guest) == held(house.stage, other) == 0


@pytest.mark.browser
@pytest.mark.parametrize("name", ["Iris", "Egon", "Lin", "Cleo"])
def test_a_duty_that_takes_no_consents_is_turned_away(page_of, house, name) -> None:
    house.on_duty("Lin", "housekeeping")
    guest = house.stage.guest("in_house")
    page = page_of(name)
    form = {"consent_id": new_id().hex(), "version": "2026.1", "language": "en", "answer": "yes"}
    for path, fields in (
        ("hand-over", {"language": "en"}), ("tablet", form), ("paper", {**form, "paper": "P-7F3K-22", "signed_on": "2026-11-27"}),
    ):
        assert sent(page, f"/guests/{guest.guest_id.hex()}/consents/loyalty/{path}", fields).status in {403, 404, 422}, path
    assert held(house.stage, guest) == 0


@pytest.mark.browser
def test_a_tablet_answers_only_while_it_is_handed_over(page_of, house) -> None:
    guest = house.stage.guest("in_house")
    page = page_of("Ada")
    form = {"consent_id": new_id().hex(), "version": "2026.1", "language": "en", "answer": "yes"}
    assert sent(page, f"/guests/{guest.guest_id.hex()}/consents/loyalty/tablet", form).status == 422
    assert held(house.stage, guest) == 0


def posted(page: Any, path: str, fields: dict[str, str]) -> int:
    """The status of a form sent with a token of the guest's own pages."""
    page.goto("/my/consents")
    token = page.locator("input[name=_token]").first.get_attribute("value")
    origin = page.url.partition("/my")[0]
    answered = page.context.request.post(
        path, form={"_token": token, **fields}, max_redirects=0, headers={"sec-fetch-site": "same-origin", "origin": origin},
    )
    return int(answered.status)
