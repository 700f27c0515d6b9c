"""/retention: the rules in force with their sources, what contradicts what, what falls due, and what was run.

Rules:
* Nothing is counted by opening the page: counting goes over every record, so it is asked for, and kept as a plan.
* Whoever shortens a period reads how many records that deletes tonight, and types the hotel's name, before it is done.
* No guest is named here: numbers, rules and codes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit.address import id_in
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.faces.watchroom.retention_words import (
    by_group,
    period_words,
    shown_clashes,
    shown_counts,
    shown_rule,
    skipped_lines,
)
from discretion.hotel.retention import read_period
from discretion.office import retention, retention_plans
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.retention import RuleRow

_FIELD_OF = {"period": "gone", "same": "gone", "confirm": "confirmed"}
Text = Annotated[str, Meta(max_length=20)]


class NoFields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A button and nothing else."""


class PeriodsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Other periods for a rule; `confirmed` is the hotel's name, where something goes earlier."""

    reason: Annotated[str, Meta(max_length=500)]
    keep: Text = ""
    gone: Text = ""
    confirmed: Annotated[str, Meta(max_length=120)] = ""


@get("/retention")
async def retention_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the rules in force, contradictions, and the plans that were made."""
    return await _overview(seat)


@post("/retention/plans")
async def count_due(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Count what falls due today, keep that as a plan, and show it."""
    seat.require(Permission.RETENTION_CHANGE)
    await seat.form(NoFields)
    plan = await retention_plans.make_plan(seat.office, seat.property_id, "page", seat.person.staff_id)
    if plan is None:  # only a night's plan is one a day
        raise NotFoundException
    return seat.onward(f"/retention/plans/{plan.plan_id.hex()}")


@get("/retention/plans/{plan_id:str}")
async def plan_page(seat: NamedDependency[Seat], plan_id: FromPath[str]) -> Response[bytes]:
    """Show one plan in numbers."""
    return await _plan(seat, plan_id)


@post("/retention/plans/{plan_id:str}/run")
async def run_plan(seat: NamedDependency[Seat], plan_id: FromPath[str]) -> Response[bytes]:
    """Order what the plan shows, unless something else falls due by now."""
    seat.require(Permission.RETENTION_CHANGE)
    await seat.form(NoFields)
    outcome = await retention_plans.run_plan(seat.office, seat.property_id, id_in(plan_id), seat.person.staff_id)
    if isinstance(outcome, ActRefusal):
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _plan(seat, plan_id, refused=sentence, status=409)
    return seat.onward(f"/retention/plans/{plan_id}?said=plan_running")


@get("/retention/rules/{rule_id:str}")
async def rule_page(seat: NamedDependency[Seat], rule_id: FromPath[str]) -> Response[bytes]:
    """Show the form for a rule's periods."""
    seat.require(Permission.RETENTION_CHANGE)
    row = await _row(seat, rule_id)
    raw = {
        "keep": period_words(seat.words, row.keep) if row.keep else "",
        "gone": period_words(seat.words, row.gone) if row.gone else "",
    }
    return _rule(seat, row, raw, {})


@post("/retention/rules/{rule_id:str}")
async def change_rule(seat: NamedDependency[Seat], rule_id: FromPath[str]) -> Response[bytes]:
    """Change a rule's periods; what goes earlier by it is counted and confirmed first."""
    seat.require(Permission.RETENTION_CHANGE)
    row = await _row(seat, rule_id)
    form = await seat.form(PeriodsForm)
    given = form.value
    if given is None:
        errors = field_errors(seat.words, form.errors)
        return _rule(seat, row, form.raw, errors, status=422)
    periods = {name: read_period(text) if text else None for name, text in (("keep", given.keep), ("gone", given.gone))}
    unread = [name for name, text in (("keep", given.keep), ("gone", given.gone)) if text and periods[name] is None]
    if unread:
        sentence = act_sentence(seat.words, "period", {})
        return _rule(seat, row, form.raw, dict.fromkeys(unread, sentence), status=422)
    new = retention.NewPeriods(row.rule_id, periods["keep"], periods["gone"], given.reason, given.confirmed)
    names = (seat.property.name_zh, seat.property.name_en)
    if seat.language != "zh_Hans":
        names = (names[1], names[0])
    outcome = await retention.change_periods(seat.office, seat.property_id, seat.person.staff_id, names, new)
    if not isinstance(outcome, ActRefusal):
        return seat.onward("/retention?said=retention_changed")
    if outcome.code == "not_found":
        raise NotFoundException
    field = _FIELD_OF.get(outcome.code, "reason")
    errors = {field: act_sentence(seat.words, outcome.code, outcome.params)}
    if outcome.code != "confirm":
        return _rule(seat, row, form.raw, errors, status=409)
    due = await _due_under(seat, row, new)
    return _rule(seat, row, form.raw, errors if given.confirmed else {}, due=due, names=names, status=409)


async def _due_under(seat: Seat, row: RuleRow, new: retention.NewPeriods) -> tuple[int, int]:
    """Return how many records fall due today by the rules in force, and how many with this one changed."""
    rows = await retention.rules_in_force(seat.office, seat.property_id)
    after = retention.changed_rules(rows, row.rule_id, retention.with_periods(row.rule, new.keep, new.gone))
    return (
        await retention_plans.would_fall_due(seat.office, seat.property_id, [each.rule for each in rows]),
        await retention_plans.would_fall_due(seat.office, seat.property_id, after),
    )


async def _row(seat: Seat, rule_id: str) -> RuleRow:
    wanted = id_in(rule_id)
    rows = await retention.rules_in_force(seat.office, seat.property_id)
    found = next((row for row in rows if row.rule_id == wanted), None)
    if found is None:
        raise NotFoundException
    return found


def _rule(
    seat: Seat, row: RuleRow, raw: Mapping[str, Any], errors: Mapping[str, str], *,
    due: tuple[int, int] | None = None, names: tuple[str, str] = ("", ""), status: int = 200,
) -> Response[bytes]:
    return seat.page(
        "retention_rule.html", status=status, here="/retention", rule=shown_rule(seat.words, seat.language, row),
        raw=raw, errors=errors, due=due, hotel_name=names[0],
    )


async def _overview(seat: Seat) -> Response[bytes]:
    seat.require(Permission.RETENTION_READ)
    rows = await retention.rules_in_force(seat.office, seat.property_id)
    history = await retention.rule_history(seat.office, seat.property_id)
    plans = await retention_plans.plans(seat.office, seat.property_id)
    return seat.page(
        "retention.html", here="/retention", rules=[shown_rule(seat.words, seat.language, row) for row in rows],
        clashes=shown_clashes(seat.words, retention.contradictions(rows)),
        changed=[shown_rule(seat.words, seat.language, row) for row in history if row.ended_at or row.reason],
        plans=plans, newest=next(iter(plans), None),
        contradictory=by_group(seat.words, plans[0].counts.contradictory) if plans else [],
    )


async def _plan(seat: Seat, plan_id: str, *, refused: str = "", status: int = 200) -> Response[bytes]:
    seat.require(Permission.RETENTION_READ)
    plan = await retention_plans.plan_of(seat.office, seat.property_id, id_in(plan_id))
    if plan is None:
        raise NotFoundException
    progress = None if plan.state == "made" else await retention_plans.progress(
        seat.office, seat.property_id, plan.plan_id,
    )
    counts = plan.counts
    return seat.page(
        "retention_plan.html", status=status, here="/retention", plan=plan, counts=counts, progress=progress,
        lines=shown_counts(seat.words, counts), skipped=skipped_lines(seat.words, counts),
        waiting=by_group(seat.words, counts.waiting), contradictory=by_group(seat.words, counts.contradictory),
        refused=refused,
    )

