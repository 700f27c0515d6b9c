"""Processors and recipients: the list of the hotel, whom a request concerns, that they are told before the answer, and that they confirm."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from discretion.office import privacy_desk, processing, processors, rights_told, rights_work
from discretion.office.outcome import ActRefusal, Done
from discretion.office.processors import SaidOf
from discretion.office.rights_work import Decision
from tests.journeys.office.conftest import new_id
from tests.rights import Desk, code, desk_of, keep, ok  # noqa: F401 - a fixture

CONTACT, DOCUMENT, PREFERENCES, NOTES = 2, 4, 64, 128
MAIL_HOUSE = SaidOf("Example SMS service", "processor", CONTACT | PREFERENCES, "privacy@sms.example")
CHANNEL = SaidOf("Example channel manager", "recipient", CONTACT | DOCUMENT, "https://channel.example/privacy")


async def listed(desk: Desk, said: SaidOf) -> bytes:
    """Put one on the list; return its id."""
    done = await processors.add(desk.hotel.office, desk.officer, new_id(), said)
    assert isinstance(done, Done) and not done.is_repeat, done
    return done.id


async def today(desk: Desk) -> date:
    ((day,),) = await desk.hotel.rows("select hotel.today(%s::uuid)")
    assert isinstance(day, date)
    return day


async def carried_out(desk: Desk, kind: str, groups: int) -> str:
    """Return the number of a request that was decided as suggested and carried out; a deletion is done."""
    number = await desk.taken_up(kind, groups=groups)
    await desk.suggested(number)
    ok(await rights_work.carry_out(desk.hotel.office, desk.officer, number, new_id()))
    return number


async def tell(desk: Desk, number: str, processor_id: bytes, how: str = "mail", days: int = 0) -> object:
    on_day = await today(desk) + timedelta(days=days)
    return await rights_told.tell(desk.hotel.office, desk.officer, number, new_id(), processor_id, on_day, how)


async def confirm(desk: Desk, number: str, processor_id: bytes, reference: str = "", days: int = 0) -> object:
    on_day = await today(desk) + timedelta(days=days)
    return await rights_told.confirm(desk.hotel.office, desk.officer, number, new_id(), processor_id, on_day, reference)


async def awaited(desk: Desk) -> list[tuple[str, str]]:
    found = await rights_told.unconfirmed(desk.hotel.office, desk.hotel.property_id)
    waiting = await privacy_desk.waiting(desk.hotel.office, desk.hotel.property_id)
    assert waiting["confirmations"].count == len(found)
    return [(each.number, each.name) for each in found]


async def test_the_privacy_officer_keeps_the_list_and_nothing_of_it_is_lost(desk: Desk) -> None:
    office, one = desk.hotel.office, await listed(desk, MAIL_HOUSE)
    assert await processors.add(office, desk.officer, one, MAIL_HOUSE) == Done(one, is_repeat=True), "the same form sent twice"
    assert await processors.add(office, desk.officer, new_id(), SaidOf(" example sms SERVICE", "recipient", 1, "letter")) == ActRefusal("processor_there")
    other = await listed(desk, CHANNEL)
    wider = SaidOf("Example SMS service", "processor", CONTACT, "privacy@sms.example")
    assert await processors.change(office, desk.officer, one, wider) == Done(one, is_repeat=False)
    assert await processors.change(office, desk.officer, one, wider) == Done(one, is_repeat=True)
    assert await processors.change(office, desk.officer, one, CHANNEL) == ActRefusal("processor_there")
    assert await processors.end(office, desk.officer, one) == Done(one, is_repeat=False)
    assert await processors.end(office, desk.officer, one) == Done(one, is_repeat=True)
    assert await processors.change(office, desk.officer, one, wider) == ActRefusal("processor_ended")
    assert await processors.end(office, desk.officer, new_id()) == ActRefusal("not_found")
    again = await listed(desk, MAIL_HOUSE)
    found = await processors.listed(office, desk.hotel.property_id)
    assert [(each.processor_id, each.is_active) for each in found] == [(again, True), (other, True), (one, False)]
    captured = await desk.hotel.rows("select op, sum(row_count)::int from ledger.fact_change where property_id = %s::uuid and fact = 'processor' group by op order by op")
    assert captured == [("insert", 3), ("update", 2)], "every change is on its way into the ledger"


@pytest.mark.parametrize(("said", "refused"), [
    (SaidOf("x", "processor", 1, "letter"), "processor_name"), (SaidOf("a\x07b", "processor", 1, "letter"), "processor_name"),
    (SaidOf("Example", "controller", 1, "letter"), "processor_kind"), (SaidOf("Example", "processor", 0, "letter"), "groups"),
    (SaidOf("Example", "recipient", 256, "letter"), "groups"), (SaidOf("Example", "recipient", 1, ""), "processor_reached"),
])
async def test_what_says_too_little_is_not_put_on_the_list(desk: Desk, said: SaidOf, refused: str) -> None:
    assert await processors.add(desk.hotel.office, desk.officer, new_id(), said) == ActRefusal(refused)
    assert await processors.add(desk.hotel.office, desk.manager, new_id(), MAIL_HOUSE) == ActRefusal("not_yours")
    assert await processors.active(desk.hotel.office, desk.hotel.property_id) == ()


async def test_the_records_of_processing_miss_nobody_who_is_on_the_list(desk: Desk) -> None:
    async def missing() -> tuple[str, ...]:
        stated = await processing.stated(desk.hotel.office, desk.hotel.property_id)
        return await processing.missing(desk.hotel.office, desk.hotel.property_id, stated)

    assert {"processors", "recipients"} <= set(await missing())
    one = await listed(desk, MAIL_HOUSE)
    assert "processors" not in await missing() and "recipients" in await missing()
    await processors.end(desk.hotel.office, desk.officer, one)
    assert "processors" in await missing()


async def test_whoever_holds_what_is_deleted_is_told_before_the_guest_is_answered(desk: Desk) -> None:
    sms, channel, _other = await listed(desk, MAIL_HOUSE), await listed(desk, CHANNEL), await listed(desk, SaidOf("Example bank", "processor", 32, "letter"))
    number = await carried_out(desk, "delete", CONTACT)
    case = await desk.case(number)
    assert [(each.name, each.groups) for each in case.concerned] == [("Example SMS service", CONTACT), ("Example channel manager", CONTACT)]
    ok(await tell(desk, number, sms, "portal"))
    await desk.erase(number)
    answer = await rights_work.answer(desk.hotel.office, desk.officer, number, new_id(), "", lambda _: ("", ""))
    assert code(answer) == "rights_untold"
    ok(await tell(desk, number, channel))
    assert code(await tell(desk, number, channel)) == "rights_state", "once"
    assert await awaited(desk) == [(number, "Example SMS service"), (number, "Example channel manager")]
    ok(await confirm(desk, number, sms, "DEL 2026-18"))
    told = {each.name: each for each in (await desk.case(number)).told}
    assert told["Example SMS service"].confirmed_on and told["Example SMS service"].reference == "DEL 2026-18"
    await desk.answered(number)
    ok(await rights_work.close(desk.hotel.office, desk.officer, number, new_id()))
    assert await awaited(desk) == [(number, "Example channel manager")], "it is not forgotten with the case"
    ok(await confirm(desk, number, channel))
    assert code(await confirm(desk, number, channel)) == "rights_state"
    assert await awaited(desk) == []
    acts = [(act.act, act.detail) for act in (await desk.case(number)).acts if act.act in ("told", "confirmed")]
    assert acts == [("confirmed", "Example channel manager"), ("confirmed", "Example SMS service"), ("told", "Example channel manager"), ("told", "Example SMS service")]


async def test_whom_a_request_concerns_stays_as_the_list_stood_when_it_was_carried_out(desk: Desk) -> None:
    sms, office = await listed(desk, MAIL_HOUSE), desk.hotel.office
    number = await carried_out(desk, "restrict", PREFERENCES)
    await listed(desk, SaidOf("Example survey", "processor", PREFERENCES, "letter"))
    await processors.end(office, desk.officer, sms)
    assert [each.name for each in (await desk.case(number)).untold] == ["Example SMS service"], "it holds a copy, contract or not"
    ok(await tell(desk, number, sms))
    await desk.answered(number)


@pytest.mark.parametrize(("kind", "groups", "concerned"), [("access", 255, 0), ("explain", 255, 0), ("correct", CONTACT, 2), ("object", PREFERENCES, 1), ("delete", NOTES, 0)])
async def test_only_what_is_deleted_corrected_or_stopped_concerns_anybody_else(desk: Desk, kind: str, groups: int, concerned: int) -> None:
    await listed(desk, MAIL_HOUSE)
    await listed(desk, CHANNEL)
    number = await carried_out(desk, kind, groups)
    assert len((await desk.case(number)).concerned) == concerned


async def test_what_could_not_be_deleted_after_all_is_told_to_nobody(desk: Desk) -> None:
    sms = await listed(desk, MAIL_HOUSE)
    number = await carried_out(desk, "delete", PREFERENCES)
    assert len((await desk.case(number)).untold) == 1
    ok(await rights_work.decide(desk.hotel.office, desk.officer, number, new_id(), [Decision(0, "keep", "hold")]))
    assert (await desk.case(number)).untold == ()
    assert code(await tell(desk, number, sms)) == "rights_state"
    await desk.answered(number)


async def test_who_keeps_a_part_by_law_is_told_of_the_rest(desk: Desk) -> None:
    await listed(desk, CHANNEL)
    number = await desk.taken_up("delete", groups=CONTACT | DOCUMENT)
    await desk.suggested(number, (keep("document", date(2028, 11, 26)),))
    preview = rights_told.to_be_concerned(await desk.case(number), await processors.active(desk.hotel.office, desk.hotel.property_id))
    assert [each.name for each in preview] == ["Example channel manager"]
    ok(await rights_work.carry_out(desk.hotel.office, desk.officer, number, new_id()))
    assert [each.groups for each in (await desk.case(number)).concerned] == [CONTACT | DOCUMENT]


async def test_the_days_and_the_words_of_what_was_told_are_looked_at(desk: Desk) -> None:
    sms = await listed(desk, MAIL_HOUSE)
    number = await carried_out(desk, "restrict", CONTACT)
    assert code(await tell(desk, number, sms, "pigeon")) == "told_how"
    assert code(await tell(desk, number, sms, days=1)) == "told_day"
    assert code(await tell(desk, number, sms, days=-1)) == "told_day", "nothing was carried out yesterday"
    assert code(await tell(desk, number, new_id())) == "not_found"
    assert code(await confirm(desk, number, sms)) == "rights_state", "nobody confirms what they were not told"
    ok(await tell(desk, number, sms))
    assert code(await confirm(desk, number, sms, days=1)) == "told_day"
    assert code(await confirm(desk, number, sms, "the guest of 13800138000")) == "words_number"
    assert code(await confirm(desk, number, sms, "x" * 81)) == "words"
    on_day = await today(desk)
    assert code(await rights_told.confirm(desk.hotel.office, desk.clerk, number, new_id(), sms, on_day, "")) == "not_yours"
