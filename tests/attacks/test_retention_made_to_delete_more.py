"""Retention deletes what the rules say: no stale plan, no plan by hand, no edited rule, and nobody who is on hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from discretion.hotel.retention import Period
from discretion.office import legal_holds, retention, retention_plans
from discretion.office.legal_holds import NewHold
from discretion.office.outcome import ActRefusal
from discretion.office.staff import NewStaff, add_staff
from tests.conftest import DatabaseUnderTest
from tests.journeys.office.conftest import Hotel, hotel, new_id, office  # noqa: F401 - the fixtures of a hotel
from tests.journeys.office.test_retention import add_guest, adopted, ago

OLD = ("checked_out", ago(1200), ago(1198))
REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation, psycopg.errors.RaiseException)


async def plan_of(at: Hotel) -> retention_plans.Plan:
    plan = await retention_plans.make_plan(at.office, at.property_id, "page")
    assert plan is not None
    return plan


async def hold(at: Hotel, guest_id: bytes) -> None:
    people = []
    for role in ("privacy", "general_manager"):
        people.append(new_id())
        await add_staff(at.office, at.property_id, NewStaff(people[-1], people[-1].hex()[:8], role, "en", (role,)))
    new = NewHold(new_id(), 255, "letter of the court", datetime.now(UTC) + timedelta(days=9), guest_id=guest_id)
    done = await legal_holds.propose(at.office, at.property_id, people[0], new)
    assert not isinstance(done, ActRefusal)
    assert not isinstance(await legal_holds.second(at.office, at.property_id, people[1], done.number), ActRefusal)


async def orders(at: Hotel) -> list[tuple[object, ...]]:
    return await at.rows("select groups from hotel.erasure_order where property_id = %s::uuid")


async def test_a_plan_that_no_longer_says_what_would_go_is_refused(hotel: Hotel) -> None:  # noqa: F811
    await adopted(hotel)
    add_guest(hotel, OLD)
    plan = await plan_of(hotel)
    add_guest(hotel, OLD)
    assert await retention_plans.run_plan(hotel.office, hotel.property_id, plan.plan_id) == ActRefusal("plan_stale")
    plan = await plan_of(hotel)
    await hotel.turn_date()
    assert await retention_plans.run_plan(hotel.office, hotel.property_id, plan.plan_id) == ActRefusal("plan_stale")
    assert await retention_plans.run_plan(hotel.office, hotel.property_id, new_id()) == ActRefusal("plan_gone")
    assert await orders(hotel) == []


async def test_who_came_on_hold_after_the_plan_is_not_deleted(hotel: Hotel) -> None:  # noqa: F811
    await adopted(hotel)
    guest_id = add_guest(hotel, OLD)
    plan = await plan_of(hotel)
    await hold(hotel, guest_id)
    assert await retention_plans.run_plan(hotel.office, hotel.property_id, plan.plan_id) == ActRefusal("plan_stale")
    assert (await plan_of(hotel)).records == 0
    assert await orders(hotel) == []


async def test_nobody_shortens_a_period_without_the_hotels_name(hotel: Hotel) -> None:  # noqa: F811
    await adopted(hotel)
    add_guest(hotel, ("checked_out", ago(40), ago(38)))
    rows = {row.code: row for row in await retention.rules_in_force(hotel.office, hotel.property_id)}
    for code, keep, gone in (("own-record", None, Period(0, 1)), ("CN-register", Period(0, 1), None), ("CN-register", Period(36, 0), Period(36, 0))):
        for typed in ("", "yes", "Harbour", "harbour hotel", "Hilltop Hotel"):
            new = retention.NewPeriods(rows[code].rule_id, keep, gone, "because I say so", typed)
            done = await retention.change_periods(hotel.office, hotel.property_id, hotel.ada, ("海港酒店", "Harbour Hotel"), new)
            assert isinstance(done, ActRefusal) and done.code == "confirm", (code, typed, done)
    assert (await plan_of(hotel)).records == 0


async def test_neither_the_office_nor_the_worker_orders_by_hand(hotel: Hotel, module_database: DatabaseUnderTest) -> None:  # noqa: F811
    await adopted(hotel)
    old, new = add_guest(hotel, OLD), add_guest(hotel, ("checked_out", ago(9), ago(8)))
    plan = await plan_of(hotel)
    assert await retention_plans.run_plan(hotel.office, hotel.property_id, plan.plan_id) == 1
    place = hotel.property_id.hex()
    for program in ("office", "worker"):
        with psycopg.connect(module_database.conninfo(program), autocommit=True) as mallory:
            for statement, params in (
                ("insert into hotel.erasure_order (property_id, order_id, guest_id, groups, why, plan_id) values (%s, gen_random_uuid(), %s, 255, 'retention', %s)",
                 (place, new.hex(), plan.plan_id.hex())),
                ("update hotel.retention_rule set gone_days = 0, gone_months = 0 where property_id = %s", (place,)),
                ("update hotel.retention_plan set digest = sha256('') where property_id = %s", (place,)),
                ("update hotel.retention_plan set state = 'made', run_at = null where property_id = %s", (place,)),
                ("delete from hotel.retention_rule where property_id = %s", (place,)),
            ):
                with pytest.raises(REFUSED):
                    mallory.execute(statement, params)
    assert await hotel.rows("select encode(uuid_send(guest_id), 'hex') from hotel.erasure_order where property_id = %s::uuid") == [(old.hex(),)]
