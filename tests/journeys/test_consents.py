"""Consents before a running keeper: said once, known to the next look-up, taken back as easily, and never overwritten."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from discretion.hotel.consent import Channel
from discretion.office import consent_texts, consents
from discretion.office.database import Office
from discretion.wire import lookup, upkeep
from tests.cast import Guest, Player, Stage, groups, new_id
from tests.conftest import HILLTOP
from tests.consents import VERSION, aged, answer, by, on_paper, said, visit_of
from tests.merging import joined

CONTACT = groups("contact")


@pytest.fixture
async def office(stage: Stage) -> AsyncIterator[Office]:
    async with Office(stage.settings.conninfo("office"), connections_max=2) as opened:
        yield opened


@pytest.fixture(scope="module")
def mia(stage: Stage) -> Player:
    return stage.players.get("Mia") or stage.players.setdefault("Mia", stage.hire("Mia", "marketing"))


@pytest.fixture(scope="module")
def ned(stage: Stage) -> Player:
    return stage.players.get("Ned") or stage.players.setdefault("Ned", stage.hire("Ned", "analyst"))


def opened(player: Player, guest: Guest, purpose: str = "marketing", clear: int = CONTACT) -> int:
    """Which groups such a look-up opens."""
    found = player.look_up(guest, purpose, clear=clear)
    return found.clear | found.masked if isinstance(found, lookup.Disclosure) else 0


async def test_a_consent_opens_marketing_and_its_withdrawal_closes_the_next_look_up(stage: Stage, office: Office, mia: Player) -> None:
    guest, other = stage.guest("departed"), stage.guest("departed")
    assert opened(mia, guest) == 0, "nothing is given until somebody says yes"
    assert await said(office, by(stage, stage.ada), answer(guest)) == ""
    assert opened(mia, guest) == CONTACT, "from the next look-up on"
    assert opened(mia, other) == 0, "one guest's consent is nobody else's"
    assert await said(office, by(stage, stage.ada), answer(guest, given=False)) == ""
    assert opened(mia, guest) == 0, "and closed from the next look-up on"


async def test_what_a_guest_says_at_home_counts_as_at_the_desk(stage: Stage, office: Office, ned: Player) -> None:
    guest = stage.guest("departed")
    visit = consents.By(guest.property_id, visit_of(stage, guest))
    booking = groups("booking")
    assert opened(ned, guest, "analytics", booking) == 0
    assert await said(office, visit, answer(guest, "analytics", channel=Channel.PORTAL, language="en")) == ""
    assert opened(ned, guest, "analytics", booking) == booking
    assert await said(office, by(stage, stage.ada), on_paper(guest, "analytics", given=False)) == "", "given at home, taken back by letter"
    assert opened(ned, guest, "analytics", booking) == 0


async def test_of_a_list_for_marketing_only_those_who_consent_are_shown(stage: Stage, office: Office, mia: Player) -> None:
    guests = [stage.guest("departed") for _ in range(4)]
    for guest in guests[1:3]:
        assert await said(office, by(stage, stage.ada), answer(guest)) == ""
    assert await said(office, by(stage, stage.ada), answer(guests[2], given=False)) == ""
    shown = mia.ask(lookup.LookUpMany, guest_ids=[guest.guest_id for guest in guests], purpose="marketing", masked=CONTACT)
    assert isinstance(shown, lookup.Answers), shown
    assert [isinstance(each, lookup.Disclosure) for each in shown.items] == [False, True, False, False]


async def test_a_restriction_or_a_minors_birthday_to_come_outweighs_a_consent(stage: Stage, office: Office, mia: Player) -> None:
    guest = stage.guest("departed")
    assert await said(office, by(stage, stage.ada), answer(guest)) == ""
    stage.mark(guest, "restriction")
    assert opened(mia, guest) == 0


async def test_a_look_up_names_the_consents_its_purpose_rests_on_and_no_others(stage: Stage, office: Office, mia: Player, ned: Player) -> None:
    guest = stage.guest("departed")
    for kind in ("marketing", "analytics", "loyalty"):
        assert await said(office, by(stage, stage.ada), answer(guest, kind)) == ""
    opened(mia, guest)
    opened(ned, guest, "analytics")
    opened(stage.ada, guest, "check_out")
    told = stage.upkeep(upkeep.ExplainGuest(property_id=guest.property_id, guest_id=guest.guest_id, request_id=new_id(), by="operator"))
    assert isinstance(told, upkeep.Explained), told
    contexts = [msgspec.json.decode(each.parts[2][32:]) for each in told.items]
    facts = {context["purpose"]: {fact for fact, _ in context.get("claims", [])} for context in contexts if "purpose" in context}
    assert facts["marketing"] == {"consent_mkt", "consent_ana"}
    assert facts["analytics"] == {"consent_ana"}
    assert facts["check_out"] == set()


async def test_what_was_said_stays_as_it_was_said(stage: Stage, office: Office) -> None:
    guest, ada = stage.guest("in_house"), by(stage, stage.ada)
    assert await said(office, ada, answer(guest, "loyalty", language="en")) == ""
    assert await said(office, ada, answer(guest, "loyalty", given=False)) == ""
    assert await said(office, ada, on_paper(guest, "loyalty")) == ""
    lines = await consents.history(office, guest.property_id, guest.guest_id)
    assert [(line.given, line.language, line.channel, line.paper) for line in lines] == [
        (True, "zh_Hans", "desk_paper", "P-7F3K-22"), (False, "en", "desk_tablet", ""), (True, "en", "desk_tablet", ""),
    ], "a withdrawal names the words it takes back"
    assert {line.staff_name for line in lines} == {"Ada"}
    shipped = next(each for each in consent_texts.packaged() if each.kind == "loyalty")
    assert lines[-1].words == shipped.en.words and lines[0].words == shipped.zh.words
    assert lines[0].hash != lines[1].hash, "and the hash is that of exactly these words"
    async with office.reading() as now:
        found = await consents.current(now, guest.property_id, [guest.guest_id, stage.dora.guest_id])
    assert [(each.kind, each.given) for each in found[guest.guest_id]] == [("loyalty", True)]
    assert stage.dora.guest_id not in found


async def test_the_same_form_twice_is_one_act_and_a_yes_after_a_yes_is_none(stage: Stage, office: Office) -> None:
    guest, ada = stage.guest("in_house"), by(stage, stage.ada)
    first = answer(guest, "loyalty")
    assert await said(office, ada, first) == "" == await said(office, ada, first)
    assert await said(office, ada, answer(guest, "loyalty")) == "nothing_changed"
    assert await said(office, ada, answer(stage.guest("in_house"), "loyalty", consent_id=first.consent_id)) == "act_id_used"
    assert await said(office, ada, answer(guest, given=False)) == "nothing_changed", "what was never given cannot be withdrawn"
    assert len(await consents.history(office, guest.property_id, guest.guest_id)) == 1


async def test_what_is_said_at_the_same_moment_is_numbered_without_gaps(stage: Stage, office: Office) -> None:
    guest, ada = stage.guest("in_house"), by(stage, stage.ada)
    codes = await asyncio.gather(*(said(office, ada, answer(guest, "loyalty", given=given)) for given in (True, False) * 4))
    assert set(codes) <= {"", "nothing_changed"}
    rows = stage.office.execute("select no, given from hotel.consent where guest_id = %s order by no", (guest.guest_id.hex(),)).fetchall()
    assert rows == [(at, at % 2 == 1) for at in range(1, codes.count("") + 1)], "yes and no take turns"


async def test_a_hotels_own_words_replace_the_products_and_are_asked_for_anew(stage: Stage, office: Office) -> None:
    hilltop, cleo = stage.guest("in_house", at=HILLTOP), by(stage, stage.cleo)
    assert await said(office, cleo, answer(hilltop, "face_check_in")) == ""
    own = consent_texts.read_texts("""
[[text]]
kind = "face_check_in"
version = "hilltop-1"
zh = { title = "人脸核验", words = "山顶酒店可以比对我的人脸与证件照片。", effect = "撤回后改由人工核验。" }
en = { title = "Face check", words = "Hilltop may compare my face with the photo of my document.", effect = "Once withdrawn, the desk checks." }
""".encode())[0]
    assert not hasattr(await consent_texts.add_version(office, hilltop.property_id, own, stage.cleo.staff_id), "code")
    again = await consent_texts.add_version(office, hilltop.property_id, own, stage.cleo.staff_id)
    assert getattr(again, "code", "") == "text_version", "a version is never written twice"
    face = next(each for each in await consents.choices(office, hilltop.property_id, hilltop.guest_id, "en") if each.kind == "face_check_in")
    assert face.is_given and face.has_new_words and face.words is not None and face.words.title == "Face check"
    assert await said(office, cleo, answer(hilltop, "face_check_in")) == "text_changed", "nobody agrees to words that are not in force"
    assert await said(office, cleo, answer(hilltop, "face_check_in", version="hilltop-1")) == ""
    assert await said(office, cleo, answer(hilltop, "face_check_in", given=False, version=VERSION)) == "", "old words never stop a withdrawal"


async def test_giving_to_partners_and_abroad_is_not_offered_until_the_hotel_names_the_recipient(stage: Stage, office: Office) -> None:
    offered = await consents.choices(office, stage.dora.property_id, stage.guest("arriving").guest_id, "zh_Hans")
    assert [each.kind for each in offered] == ["loyalty", "marketing", "analytics", "face_check_in"]
    assert not any(each.is_given for each in offered), "off until somebody says yes"
    assert [each.words.basis for each in offered if each.words] == ["consent", "consent", "consent", "separate_consent"]


@pytest.mark.parametrize(("years", "category", "kind", "guardian", "fault"), [
    (30, "adult", "marketing", "", ""),
    (18, "adult", "marketing", "", ""),
    (17, "adult", "marketing", "", "minor"),
    (17, "adult", "analytics", "parent", "minor"),
    (15, "adult", "loyalty", "", ""),
    (14, "adult", "loyalty", "", ""),
    (13, "child", "loyalty", "", "guardian_needed"),
    (13, "child", "face_check_in", "", "guardian_needed"),
    (13, "child", "loyalty", "parent", ""),
    (6, "child", "face_check_in", "other_guardian", ""),
    (6, "child", "marketing", "parent", "minor"),
    (None, "child", "loyalty", "", "guardian_needed"),
    (None, "", "loyalty", "", ""),
    (None, "", "marketing", "", "age_unknown"),
    (None, "adult", "marketing", "", ""),
    (30, "adult", "loyalty", "parent", "guardian_of_adult"),
])
async def test_who_decides_for_whom(
    stage: Stage, office: Office, years: int | None, category: str, kind: str, guardian: str, fault: str,
) -> None:
    guest = aged(stage, years, "in_house", category)
    assert await said(office, by(stage, stage.ada), answer(guest, kind, guardian=guardian)) == fault


@pytest.mark.parametrize(("changed", "fault"), [
    ({"paper": ""}, "paper"), ({"paper": "see file"}, "paper"), ({"paper": "13800138000"}, "paper"), ({"signed_on": None}, "paper_date"),
    ({"signed_on": datetime.now(UTC).date() + timedelta(days=3)}, "paper_date"), ({"signed_on": datetime.now(UTC).date() - timedelta(days=400)}, "paper_date"),
    ({"paper": "2026/17"}, ""),
])
async def test_a_paper_has_its_number_and_date(stage: Stage, office: Office, changed: dict[str, object], fault: str) -> None:
    assert await said(office, by(stage, stage.ada), on_paper(stage.guest("in_house"), "loyalty", **changed)) == fault


async def test_whoever_withdraws_on_one_of_two_joined_records_has_withdrawn(stage: Stage, office: Office, mia: Player) -> None:
    first, second = stage.guest("departed"), stage.guest("departed")
    for guest in (first, second):
        stage.case(guest, "complaint")
    joined(stage, first, second, purpose="complaint")
    hand = by(stage, stage.ada)
    assert await said(office, hand, answer(first)) == ""
    assert opened(mia, first) == opened(mia, second) == CONTACT, "one person said yes"
    assert await said(office, hand, answer(second)) == ""
    assert await said(office, hand, answer(second, given=False)) == ""
    assert opened(mia, first) == opened(mia, second) == 0, "and no, to whichever record"
