"""Retention from the night's plan to records that no longer open: the worker's jobs, the keeper, and the ledger that says so."""

from __future__ import annotations

from discretion.office import retention, retention_plans
from discretion.office.database import Office
from discretion.office.outcome import ActRefusal
from discretion.office.retention_presets import preset_of
from discretion.office.worker import Jobs
from discretion.wire import erasure, lookup
from tests.cast import ALL, Guest, Stage, groups, new_id
from tests.reviewing import in_office


def adopt(stage: Stage, code: str) -> None:
    preset = preset_of(code)
    assert preset is not None
    done = in_office(stage, lambda office: retention.adopt(office, stage.iris.property_id, preset))
    assert not isinstance(done, ActRefusal)


def day_begins(stage: Stage) -> None:
    """Have the business date turn at midnight, and be today's."""
    stage.superuser.execute(
        "update hotel.property set night_audit_at = '00:00', business_date = (now() at time zone time_zone)::date where property_id = %s",
        (stage.iris.property_id.hex(),),
    )


def night(stage: Stage) -> int:
    """Let the rules be of yesterday, and the worker do its jobs of the night; return how many records it ordered erased."""
    day_begins(stage)
    stage.superuser.execute("alter table hotel.retention_rule disable trigger rule_ends_once")
    stage.superuser.execute("update hotel.retention_rule set from_at = now() - interval '1 day'")
    stage.superuser.execute("alter table hotel.retention_rule enable always trigger rule_ends_once")
    return int(in_office(stage, work, "worker"))


async def work(office: Office) -> int:
    return await Jobs(office).run_retention()


def carry_out(stage: Stage) -> None:
    """What the worker asks of the keeper for each plan that runs."""
    for plan_id in in_office(stage, lambda office: retention_plans.running(office, stage.iris.property_id)):
        done = stage.upkeep(erasure.CarryOutErasures(property_id=stage.iris.property_id, request_id=new_id(), plan_id=plan_id))
        assert isinstance(done, erasure.ErasuresDone), done


def left(stage: Stage, days: int, country: str = "DEU") -> Guest:
    """A guest who left so many days ago."""
    guest = stage.guest("departed", departed_days=days)
    stage.office.execute(
        "update hotel.reservation set country = %s where property_id = %s and reservation_id ="
        " (select reservation_id from hotel.stay where property_id = %s and stay_id = %s)",
        (country, guest.property_id.hex(), guest.property_id.hex(), guest.stay_id.hex()),
    )
    return guest


def boxes(stage: Stage, guest: Guest) -> list[bool] | None:
    row = stage.superuser.execute(
        "select array(select b is not null from unnest(boxes) b) from vault.record where property_id = %s and guest_id = %s",
        (guest.property_id.hex(), guest.guest_id.hex()),
    ).fetchone()
    return None if row is None else list(row[0])


def test_the_night_after_the_rules_came_deletes_what_is_over_and_nothing_else(own_stage: Stage) -> None:
    stage = own_stage
    old, middle, fresh = left(stage, 1200), left(stage, 45), left(stage, 5)
    adopt(stage, "DE")
    day_begins(stage)
    assert in_office(stage, work, "worker") == 0, "rules that came today wait for the night"
    assert night(stage) == 2
    assert night(stage) == 0, "once a night"
    carry_out(stage)
    in_office(stage, work, "worker")
    assert boxes(stage, old) is None, "the whole record"
    assert boxes(stage, middle) == [True, True, False, True, True, True, True, True], "the document, thirty days after the departure"
    assert boxes(stage, fresh) == [True] * 8
    (plan,) = in_office(stage, lambda office: retention_plans.plans(office, stage.iris.property_id))
    assert (plan.how, plan.state, plan.records, plan.counts.whole) == ("night", "done", 2, 1)
    assert in_office(stage, lambda office: retention_plans.progress(office, stage.iris.property_id, plan.plan_id)).done == 2
    status, verdict = stage.verify()
    assert status == 0, verdict
    assert in_office(stage, lambda office: retention_plans.due(office, stage.iris.property_id)).records == 0, "what is gone is not due again"
    answer = stage.ada.look_up(fresh, "check_out", clear=0, masked=groups("identity"))
    assert isinstance(answer, lookup.Disclosure | lookup.Refusal), answer


def test_a_hold_set_between_plan_and_keeper_still_holds(own_stage: Stage) -> None:
    stage = own_stage
    guest = left(stage, 1200)
    adopt(stage, "CN")
    assert night(stage) == 1
    stage.office.execute(
        "insert into hotel.mark (property_id, mark_id, guest_id, kind, reason_code, author_id) values (%s, %s, %s, 'hold', 'court', %s)",
        (guest.property_id.hex(), new_id().hex(), guest.guest_id.hex(), stage.iris.staff_id.hex()),
    )
    carry_out(stage)
    assert boxes(stage, guest) == [True] * 8
    in_office(stage, work, "worker")
    (plan,) = in_office(stage, lambda office: retention_plans.plans(office, stage.iris.property_id))
    found = in_office(stage, lambda office: retention_plans.progress(office, stage.iris.property_id, plan.plan_id))
    assert (plan.state, found.done, found.stopped) == ("done", 0, 1)
    due = in_office(stage, lambda office: retention_plans.due(office, stage.iris.property_id))
    assert (due.records, due.counts.skipped["held"]) == (0, 1), "held now, and counted as such"


def test_a_plan_run_by_hand_is_carried_out_the_same_way(own_stage: Stage) -> None:
    stage = own_stage
    guest = left(stage, 1200)
    adopt(stage, "CN")
    officer = stage.hire("Petra", "privacy", is_at_work=False)
    plan = in_office(stage, lambda office: retention_plans.make_plan(office, officer.property_id, "page", officer.staff_id))
    assert plan.records == 1
    assert in_office(stage, lambda office: retention_plans.run_plan(office, officer.property_id, plan.plan_id, officer.staff_id)) == 1
    carry_out(stage)
    assert boxes(stage, guest) is None
    entered = stage.superuser.execute(
        "select groups, done_at is not null, entry_idx is not null from hotel.erasure_order where property_id = %s", (guest.property_id.hex(),),
    ).fetchall()
    assert entered == [(ALL, True, True)]
