"""Retention at a hotel: a preset adopted, what of a guest must stay, what falls due, and how a rule is changed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest

from discretion.hotel import retention as law
from discretion.hotel.retention import Basis, Event, GuestKind, Line, Period, Rule, StayKind
from discretion.office import retention, retention_plans
from discretion.office.outcome import ActRefusal, Done
from discretion.office.retention_presets import preset_of
from tests.journeys.office.conftest import TODAY, Hotel, new_id

NAMES = ("海港酒店", "Harbour Hotel")


def add_guest(hotel: Hotel, *stays: tuple[str, date, date], country: str = "") -> bytes:
    """A guest with these stays: state, arrival, departure."""
    guest_id, place = new_id(), hotel.property_id.hex()
    with psycopg.connect(hotel.database.superuser, autocommit=True) as connection:
        connection.execute(
            "insert into hotel.guest (property_id, guest_id, source_id, created_at) values (%s, %s, %s, %s)",
            (place, guest_id.hex(), guest_id.hex(), min((arrival for _, arrival, _ in stays), default=TODAY)),
        )
        for state, arrival, departure in stays:
            reservation, stay = new_id().hex(), new_id().hex()
            connection.execute(
                "insert into hotel.reservation (property_id, reservation_id, number, source_id, country, booked_on) values (%s, %s, %s, %s, %s, %s)",
                (place, reservation, reservation[:12], reservation, country, arrival - timedelta(days=9)),
            )
            connection.execute(
                "insert into hotel.stay (property_id, stay_id, reservation_id, state, arrival, departure, left_on) values (%s, %s, %s, %s, %s, %s, %s)",
                (place, stay, reservation, state, arrival, departure, departure if state == "checked_out" else None),
            )
            connection.execute(
                "insert into hotel.occupant (property_id, stay_id, position, guest_id) values (%s, %s, 0, %s)", (place, stay, guest_id.hex()),
            )
    return guest_id


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


async def adopted(hotel: Hotel, code: str = "CN") -> Hotel:
    preset = preset_of(code)
    assert preset is not None
    assert isinstance(await retention.adopt(hotel.office, hotel.property_id, preset), Done)
    return hotel


async def what_stays(hotel: Hotel, guest_id: bytes) -> dict[str, date | None]:
    async with hotel.office.reading() as now:
        return {each.group: each.until for each in await retention.kept(now, hotel.property_id, guest_id)}


async def add_rules(hotel: Hotel, *rules: Rule) -> None:
    async with hotel.office.changing() as now:
        for rule in rules:
            await now.run(retention._SQL["add"], {
                "property_id": hotel.property_id, "rule_id": new_id(), "preset": "CN", "staff_id": None, "reason": "", "law_zh": "法", "law_en": "law",
                "note_zh": "", "note_en": "", "is_certain": True, **retention._columns(rule),
            })


async def found(hotel: Hotel) -> dict[bytes, tuple[int, int, int, str]]:
    """What the database says of each guest: due, waits, clash, why not."""
    async with hotel.office.reading() as now:
        rows = await now.dicts(
            b"select * from hotel.retention_due(%(p)s, (select business_date from hotel.property where property_id = %(p)s))", {"p": hotel.property_id},
        )
    return {row["guest_id"]: (row["due"], row["waits"], row["clash"], row["why_not"]) for row in rows}


async def test_what_must_stay_is_named_with_its_day_and_its_law(hotel: Hotel) -> None:
    await adopted(hotel)
    left = ago(10)
    guest_id = add_guest(hotel, ("checked_out", ago(12), left))
    async with hotel.office.reading() as now:
        stays = await retention.kept(now, hotel.property_id, guest_id)
    until = left.replace(year=left.year + 3)
    assert {each.group: each.until for each in stays} == {
        "identity": until, "document": until, "booking": until, "stay": until, "links": until, "contact": date(2027, 2, 13),
    }
    assert all(each.law_zh and each.law_en and len(each.rule_id) == 16 for each in stays)


async def test_the_newest_of_several_stays_says_how_long(hotel: Hotel) -> None:
    await adopted(hotel, "DE")
    guest_id = add_guest(hotel, ("checked_out", ago(500), ago(498)), ("checked_out", ago(90), ago(88)), country="FRA")
    assert (await what_stays(hotel, guest_id))["document"] == date(2027, 8, 25)
    assert guest_id not in {guest for guest, (due, *_) in (await found(hotel)).items() if due}


async def test_rules_for_foreigners_leave_others_alone_and_take_the_unknown_along(hotel: Hotel) -> None:
    await adopted(hotel, "DE")
    at = ("checked_out", ago(60), ago(58))
    french, german, unknown = add_guest(hotel, at, country="FRA"), add_guest(hotel, at, country="DEU"), add_guest(hotel, at)
    assert set(await what_stays(hotel, french)) == set(await what_stays(hotel, unknown)) == {"identity", "contact", "document", "stay", "links"}
    assert await what_stays(hotel, german) == {}
    assert (await found(hotel))[german][0] == law.mask_of(["document"])


async def test_a_record_that_is_past_everything_goes_as_a_whole(hotel: Hotel) -> None:
    await adopted(hotel)
    old = add_guest(hotel, ("checked_out", ago(1200), ago(1198)))
    never = add_guest(hotel, ("no_show", ago(300), ago(299)))
    without = add_guest(hotel)
    due = await found(hotel)
    assert (due[old][0], due[never][0]) == (255, 255)
    assert without not in due, "its six months have only begun"


async def test_who_is_here_or_coming_is_left_alone_and_counted(hotel: Hotel) -> None:
    await add_rules(hotel, Rule("A-gone", 4, GuestKind.ANY, StayKind.ANY, Event.ARRIVAL, None, Period(0, 1), Basis.LAW, "CHN"))
    here = add_guest(hotel, ("in_house", ago(2), TODAY + timedelta(days=1)))
    late = add_guest(hotel, ("checked_out", ago(5), ago(4)), ("confirmed", ago(1), TODAY + timedelta(days=2)))
    add_guest(hotel, ("checked_out", ago(5), ago(4)), ("confirmed", TODAY + timedelta(days=3), TODAY + timedelta(days=5)))
    never_came = add_guest(hotel, ("confirmed", ago(9), ago(8)))  # and nobody said so
    due = await found(hotel)
    assert {guest: row[3] for guest, row in due.items()} == {here: "open_stay", late: "open_stay", never_came: "open_stay"}
    plan = await retention_plans.due(hotel.office, hotel.property_id)
    assert (plan.records, plan.counts.skipped["open_stay"]) == (0, 3)


async def test_two_laws_that_cannot_both_be_met_are_an_alarm_and_nothing_goes(hotel: Hotel) -> None:
    base = Rule("A-keep", 4, GuestKind.ANY, StayKind.STAYED, Event.DEPARTURE, Period(36, 0), None, Basis.LAW, "CHN")
    await add_rules(hotel, base, replace(base, code="B-gone", keep=None, gone=Period(1, 0)))
    guest_id = add_guest(hotel, ("checked_out", ago(90), ago(88)))
    assert (await found(hotel))[guest_id] == (0, 4, 4, "")
    plan = await retention_plans.due(hotel.office, hotel.property_id)
    assert (plan.records, plan.counts.contradictory) == (0, {"document": 1})
    rules = await retention.rules_in_force(hotel.office, hotel.property_id)
    assert [(clash.keep.code, clash.gone.code, clash.is_alarm) for clash in retention.contradictions(rules)] == [("A-keep", "B-gone", True)]


async def test_the_plan_says_how_many_by_which_rule(hotel: Hotel) -> None:
    await adopted(hotel)
    add_guest(hotel, ("checked_out", ago(500), ago(498)))
    add_guest(hotel, ("checked_out", ago(1200), ago(1198)))
    plan = await retention_plans.make_plan(hotel.office, hotel.property_id, "page")
    assert plan is not None
    assert (plan.records, plan.counts.whole) == (2, 1)
    counted = {(each.rule, each.group): each.guests for each in plan.counts.by_rule}
    assert counted["own-notes", "notes"] == 2
    assert counted["own-record", "identity"] == 1
    assert plan.counts.waiting == {"document": 1}, "the register's three years outlast the hotel's thirty days"


async def test_a_plan_runs_once_and_only_while_it_is_true(hotel: Hotel) -> None:
    await adopted(hotel)
    add_guest(hotel, ("checked_out", ago(500), ago(498)))
    plan = await retention_plans.make_plan(hotel.office, hotel.property_id, "page", hotel.ada)
    assert plan is not None
    assert await retention_plans.run_plan(hotel.office, hotel.property_id, plan.plan_id, hotel.ada) == 1
    assert await retention_plans.run_plan(hotel.office, hotel.property_id, plan.plan_id, hotel.ada) == ActRefusal("plan_gone")
    assert await hotel.rows("select groups, why from hotel.erasure_order where property_id = %s::uuid") == [(128, "retention")]
    assert (await retention_plans.due(hotel.office, hotel.property_id)).records == 0, "what is ordered is not due again"


async def test_a_shorter_period_needs_the_hotels_name_and_says_what_it_costs(hotel: Hotel) -> None:
    await adopted(hotel)
    for _ in range(3):
        add_guest(hotel, ("checked_out", ago(300), ago(298)))
    row = next(row for row in await retention.rules_in_force(hotel.office, hotel.property_id) if row.code == "own-notes")
    shorter = retention.NewPeriods(row.rule_id, None, Period(6, 0), "notes are rarely needed")
    rules = [retention.with_periods(each.rule, None, Period(6, 0)) if each.code == row.code else each.rule
             for each in await retention.rules_in_force(hotel.office, hotel.property_id)]
    assert await retention_plans.would_fall_due(hotel.office, hotel.property_id, rules) == 3

    async def change(new: retention.NewPeriods) -> Done | ActRefusal:
        return await retention.change_periods(hotel.office, hotel.property_id, hotel.ada, NAMES, new)

    assert await change(shorter) == ActRefusal("confirm", {"name": "海港酒店"})
    assert await change(replace(shorter, confirmed="Hilltop")) == ActRefusal("confirm", {"name": "海港酒店"})
    assert await change(replace(shorter, reason="")) == ActRefusal("words")
    done = await change(replace(shorter, confirmed="海港酒店"))
    assert isinstance(done, Done)
    assert (await retention_plans.due(hotel.office, hotel.property_id)).records == 3
    assert await change(shorter) == ActRefusal("not_found"), "that version has ended"
    longer = retention.NewPeriods(done.id, None, Period(12, 0), "complaints came in late")
    assert isinstance(await change(longer), Done), "longer needs a reason, and no name"
    history = await retention.rule_history(hotel.office, hotel.property_id)
    assert [(each.version, each.set_by_name) for each in history if each.code == "own-notes"] == [(3, "Ada"), (2, "Ada"), (1, "")]


@pytest.mark.parametrize("seed", range(3))
async def test_the_database_and_the_nouns_say_the_same_of_everybody(hotel: Hotel, seed: int) -> None:
    dice = random.Random(seed)
    rules = [
        Rule(f"R-{number}", dice.randint(1, 511), dice.choice(list(GuestKind)), dice.choice(list(StayKind)), dice.choice(list(Event)),
             dice.choice([None, Period(dice.randint(0, 40), dice.randint(0, 40))]), Period(dice.randint(0, 30), dice.randint(0, 40)),
             dice.choice(list(Basis)), "CHN")
        for number in range(9)
    ]
    await add_rules(hotel, *rules)
    people: dict[bytes, tuple[Line, ...]] = {}
    for _ in range(25):
        country, stays, lines = dice.choice(["", "CHN", "FRA"]), [], []
        for _ in range(dice.randint(1, 3)):
            state, arrival = dice.choice(["checked_out", "cancelled", "no_show"]), ago(dice.randint(5, 900))
            departure = arrival + timedelta(days=dice.randint(0, 4))
            stays.append((state, arrival, departure))
            outcome = {"checked_out": 1, "cancelled": 2, "no_show": 4}[state]
            lines.append(Line(outcome, country, arrival, departure, arrival if outcome == 1 else arrival - timedelta(days=9)))
        people[add_guest(hotel, *stays, country=country)] = tuple(lines)
    said = await found(hotel)
    for guest_id, lines in people.items():
        dates = law.dates_of(rules, lines)
        due = sum(law.SUBJECTS[each.subject] for each in dates if each.due_on and each.due_on <= TODAY)
        keeps = sum(law.SUBJECTS[each.subject] for each in dates if each.keep_until and each.keep_until > TODAY)
        mask = due & 255
        if mask == 255 and keeps & 256:
            mask &= ~8
        assert said.get(guest_id, (0, 0, 0, ""))[0] == mask, (seed, guest_id.hex())
        assert (await what_stays(hotel, guest_id)).keys() == set(law.words_of(keeps))
