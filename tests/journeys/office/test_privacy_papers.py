"""The privacy officer's papers: what waits, who the hotel is in law, the impact assessment and its signature."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from discretion.hotel.purpose import Purpose
from discretion.office import assessments, privacy_desk, processing
from discretion.office.cases import NewCase, close_case, open_case
from discretion.office.outcome import ActRefusal, Done, OnDuty
from discretion.office.processing import Controller
from discretion.office.releases import InForce, loaded, starting_text
from tests.conftest import DatabaseUnderTest
from tests.journeys.office.conftest import Hotel, new_id
from tests.journeys.office.test_cases import in_house

BODY = starting_text(None)
POLICY = loaded(BODY)
STARTED_WITH = InForce(0, b"", bytes(32), BODY, None, ())
TODAY = datetime.now(UTC).date()


async def officer(hotel: Hotel, role: str = "privacy") -> bytes:
    """Return somebody who holds a role."""
    staff_id = new_id()
    async with hotel.office.changing() as now:
        await now.run(b"insert into hotel.staff (property_id, staff_id, number, name) values (%(p)s, %(s)s, %(n)s, 'Paula')",
                      {"p": hotel.property_id, "s": staff_id, "n": staff_id.hex()[:8]})
        await now.run(b"insert into hotel.staff_role (property_id, staff_id, role) values (%(p)s, %(s)s, %(r)s)",
                      {"p": hotel.property_id, "s": staff_id, "r": role})
    return staff_id


async def written(hotel: Hotel, by: bytes, seen: int = 0, **texts: str) -> Done | ActRefusal:
    known = await assessments.facts(hotel.office, hotel.property_id, TODAY, STARTED_WITH, POLICY)
    return await assessments.write(hotel.office, hotel.property_id, by, texts, known, seen)


async def test_the_desk_says_how_many_cases_wait(hotel: Hotel) -> None:
    privacy = OnDuty(hotel.property_id, await officer(hotel), "privacy")
    guest_id, _ = await in_house(hotel)
    before = await privacy_desk.waiting(hotel.office, hotel.property_id)
    assert (before["rights"].count, before["rights"].next_at) == (0, None)
    await open_case(hotel.office, privacy, NewCase(new_id(), "dsr", "a copy", guest_id=guest_id))
    after = await privacy_desk.waiting(hotel.office, hotel.property_id)
    assert (after["rights"].count, after["rights"].overdue) == (1, 0)
    assert after["rights"].next_at is not None


async def test_an_authority_is_answered_once_and_only_after_its_case_closed(hotel: Hotel) -> None:
    privacy = OnDuty(hotel.property_id, await officer(hotel), "privacy")
    guest_id, _ = await in_house(hotel)
    done = await open_case(hotel.office, privacy, NewCase(new_id(), "lawful_request", "a request", "2026-17", guest_id=guest_id))
    assert not isinstance(done, ActRefusal)

    async def said(answer: str) -> Done | ActRefusal:
        return await privacy_desk.answer(hotel.office, hotel.property_id, privacy.staff_id, done.case_id, answer)

    assert await said("given") == Done(done.case_id, is_repeat=True), "it is open: nothing is kept"
    assert await privacy_desk.unanswered(hotel.office, hotel.property_id) == ()
    await close_case(hotel.office, privacy, done.number, new_id(), "answered")
    assert [each.number for each in await privacy_desk.unanswered(hotel.office, hotel.property_id)] == [done.number]
    assert await said("perhaps") == ActRefusal("choice")
    assert await said("refused") == Done(done.case_id, is_repeat=False)
    assert await said("given") == Done(done.case_id, is_repeat=True), "what was said stays"
    assert await privacy_desk.unanswered(hotel.office, hotel.property_id) == ()


async def test_what_the_hotel_says_of_itself_is_kept_in_versions(hotel: Hotel) -> None:
    by = await officer(hotel)
    none = await processing.stated(hotel.office, hotel.property_id)
    assert (none.version, len(none.controller.missing)) == (0, 9)
    first = Controller(legal_name="西湖示例酒店有限公司", address="杭州\n西湖区", privacy_contact="privacy@example.org")
    assert isinstance(await processing.state(hotel.office, hotel.property_id, by, first, 0), Done)
    assert await processing.state(hotel.office, hotel.property_id, by, first, 0) == ActRefusal("conflict"), "somebody was faster"
    assert isinstance(await processing.state(hotel.office, hotel.property_id, by, replace_(first, address="杭州"), 1), Done)
    found = await processing.stated(hotel.office, hotel.property_id)
    assert (found.version, found.controller.address, found.by_name) == (2, "杭州", "Paula")
    assert "processors" in found.controller.missing
    bad = replace_(first, note="a\x07b")
    assert await processing.state(hotel.office, hotel.property_id, by, bad, 2) == ActRefusal("text", {"field": "note"})


def replace_(controller: Controller, **changed: str) -> Controller:
    return Controller(**{name: changed.get(name, getattr(controller, name)) for name in controller.__struct_fields__})


def test_the_records_know_every_purpose_and_see_what_the_policy_shows() -> None:
    found = {activity.purpose: activity for activity in processing.activities(POLICY)}
    assert set(found) == {purpose.value for purpose in Purpose}
    assert processing.groups_of(found["housekeeping"].clear) == ("stay", "preferences")
    assert {role for role, _, _ in found["marketing"].roles} == {"marketing"}
    known = processing.packaged()
    for activity in found.values():
        assert set(activity.kind.basis) <= set(known.basis) and set(activity.kind.people) <= set(known.people)
    assert processing.places_by_what()["sealed"] > 0


def test_every_risk_of_the_assessment_is_one_of_the_threats_with_its_test() -> None:
    threats = Path("docs/threats.md").read_text("utf-8")
    for risk in assessments.template().risk:
        assert not risk.test or re.search(rf"`(?:tests/\w+/)?{risk.test}(?:\.py)?`", threats), risk.en
    assert [risk.en for risk in assessments.template().risk if not risk.test] == ["The screen is photographed"]


async def test_an_assessment_is_kept_in_versions_and_signed_by_the_privacy_officer(hotel: Hotel, module_database: DatabaseUnderTest) -> None:
    by, other = await officer(hotel), await officer(hotel, "security")
    assert isinstance(await written(hotel, by, description="一家酒店\n六十间客房", open_points="none"), Done)
    assert await written(hotel, by, description="later") == ActRefusal("conflict")
    assert isinstance(await written(hotel, by, 1, description="later"), Done)
    assert await assessments.sign(hotel.office, hotel.property_id, by, 1) == ActRefusal("conflict"), "not the newest"
    assert await assessments.sign(hotel.office, hotel.property_id, other, 2) == ActRefusal("not_yours")
    assert isinstance(await assessments.sign(hotel.office, hotel.property_id, by, 2), Done)
    lines = await assessments.versions(hotel.office, hotel.property_id)
    assert [(line.version, line.signed_by) for line in lines] == [(2, "Paula"), (1, "")]
    first = await assessments.version(hotel.office, hotel.property_id, 1)
    assert first is not None
    assert first.texts["description"] == "一家酒店\n六十间客房"
    assert first.facts.purposes["housekeeping"].clear == ("stay", "preferences")
    assert await assessments.version(hotel.office, hotel.property_id, 3) is None
    with psycopg.connect(module_database.superuser) as connection:
        for statement in ("update hotel.assessment set version = 9", "delete from hotel.assessment_signature", "truncate hotel.assessment cascade"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)  # type: ignore[arg-type]


async def test_no_number_of_a_guest_gets_into_an_assessment(hotel: Hotel) -> None:
    by = await officer(hotel)
    assert await written(hotel, by, effects="the guest of 13800138000") == ActRefusal("words_number", {"field": "effects"})
    assert await written(hotel, by, conclusion="x" * 4001) == ActRefusal("text", {"field": "conclusion"})
