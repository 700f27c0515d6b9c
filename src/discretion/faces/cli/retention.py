"""`discretion retention`: how long what is kept, what falls due, and running that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.at_property import (
    ask_office,
    chosen_property,
    dry_run_option,
    known_staff,
    property_option,
    say_done,
)
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.retention_hold import hold
from discretion.faces.cli.retention_table import columns, preset_table, rules_text
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.hotel.retention import is_shortened, read_period
from discretion.office import retention as office_retention
from discretion.office import retention_plans
from discretion.office.outcome import ActRefusal
from discretion.office.retention_presets import packaged, preset_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.faces.cli.terminal import Terminal
    from discretion.hotel.retention import Rule
    from discretion.office.database import Office
    from discretion.office.outcome import Done
    from discretion.office.retention import RuleRow
    from discretion.office.retention_plans import Due, Plan

_PRESETS = click.Choice([each.code for each in packaged()])


@click.group("retention", help=marked("How long what is kept: rules, plans of what falls due, legal holds."))
def retention() -> None:
    """Hold the commands below."""


retention.add_command(hold)


@retention.command("presets", help=marked("List what a country's preset says; all of them without CODE."))
@click.argument("preset", metavar="CODE", type=_PRESETS, required=False)
@click.pass_obj
def presets(terminal: Terminal, /, *, preset: str | None) -> None:
    """List presets."""
    found = preset_table(terminal, preset)
    terminal.show(found, rules_text(terminal, found))


@retention.command("adopt", help=marked("Give a hotel without rules those of a country's preset."))
@click.argument("preset", metavar="CODE", type=_PRESETS)
@property_option
@dry_run_option
@click.pass_obj
def adopt(terminal: Terminal, /, *, preset: str, code: str, dry_run: bool) -> None:
    """Adopt a preset."""
    at = chosen_property(terminal, code)
    chosen = preset_of(preset)
    if chosen is None:
        raise Trouble("property_unknown")

    async def do(office: Office) -> Done | ActRefusal:
        return await office_retention.adopt(office, at.property_id, chosen)

    ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"preset": preset, "rules": len(chosen.rules), "dry_run": dry_run}, preset)
    say_done(terminal, marked("They count from the next night audit. See: discretion retention rules"),
             is_dry_run=dry_run)


@retention.command("rules", help=marked("List the rules in force, laws first."))
@property_option
@click.pass_obj
def rules(terminal: Terminal, /, *, code: str) -> None:
    """List rules."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> tuple[RuleRow, ...]:
        return await office_retention.rules_in_force(office, at.property_id)

    is_zh = terminal.language == "zh_Hans"
    found = [
        {
            **columns(row.rule), "source": row.law_zh if is_zh else row.law_en, "certain": row.is_certain,
            "version": row.version, "since": row.from_at.isoformat(timespec="minutes"), "by": row.set_by_name,
        }
        for row in ask_office(terminal, do)
    ]
    terminal.show(found, rules_text(terminal, found))


@retention.command("change", help=marked("Give a rule other periods. A shorter one deletes by itself."))
@click.argument("rule_code", metavar="RULE")
@property_option
@click.option("--keep", default=None, metavar="PERIOD", help=marked("Keep until: 3 years, 15 months, 30 days or none."))
@click.option("--gone", default=None, metavar="PERIOD", help=marked("Gone by: 3 years, 15 months, 30 days or none."))
@click.option("--reason", required=True, help=marked("Why, in one line; no guest's name."))
@click.option("--by", required=True, metavar="NUMBER", help=marked("Staff number of whoever decided it."))
@click.option("--confirm", default="", metavar="NAME", help=marked("The hotel's name, where something goes earlier."))
@dry_run_option
@click.pass_obj
def change(  # noqa: PLR0913 - one parameter an option, by click's way
    terminal: Terminal, /, *, rule_code: str, code: str, keep: str | None, gone: str | None, reason: str, by: str,
    confirm: str, dry_run: bool,
) -> None:
    """Change a rule's periods; say first what a shorter one deletes."""
    at = chosen_property(terminal, code)
    names = (at.name_zh, at.name_en) if terminal.language == "zh_Hans" else (at.name_en, at.name_zh)

    async def look(office: Office) -> tuple[RuleRow, int, int] | ActRefusal:
        rows = await office_retention.rules_in_force(office, at.property_id)
        row = next((each for each in rows if each.code == rule_code), None)
        if row is None:
            return ActRefusal("rule_unknown")
        new = _new_rule(row, keep, gone)
        before = await retention_plans.would_fall_due(office, at.property_id, [each.rule for each in rows])
        others = office_retention.changed_rules(rows, row.rule_id, new)
        return row, before, await retention_plans.would_fall_due(office, at.property_id, others)

    row, before, after = ask_office(terminal, look)
    new = _new_rule(row, keep, gone)
    terminal.say(terminal.count(
        "%(number)s record will fall due tonight (without this change: %(before)s).",
        "%(number)s records will fall due tonight (without this change: %(before)s).", after, before=before,
    ))
    given = names[0] if dry_run else confirm
    if not given and terminal.may_ask and is_shortened(row.rule, new):
        given = terminal.ask(terminal.words(marked("Type the hotel's name to confirm: %(name)s"), name=names[0]),
                             "--confirm")

    async def do(office: Office) -> Done | ActRefusal:
        by_id = (await known_staff(office, at.property_id, by)).staff_id
        return await office_retention.change_periods(
            office, at.property_id, by_id, names,
            office_retention.NewPeriods(row.rule_id, new.keep, new.gone, reason, given),
        )

    ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({
        "rule": rule_code, "keep": new.keep and str(new.keep), "gone": new.gone and str(new.gone), "due": after,
        "dry_run": dry_run,
    }, rule_code)
    say_done(terminal, marked("Changed. The next night audit counts by it. See: discretion retention plan"),
             is_dry_run=dry_run)


@retention.command("plan", help=marked("Count what falls due today, and keep that as a plan to run."))
@property_option
@dry_run_option
@click.pass_obj
def plan(terminal: Terminal, /, *, code: str, dry_run: bool) -> None:
    """Make a plan."""
    at = chosen_property(terminal, code)

    async def count(office: Office) -> Due:
        return await retention_plans.due(office, at.property_id)

    async def make(office: Office) -> Plan | ActRefusal:
        return await retention_plans.make_plan(office, at.property_id, "command") or ActRefusal("plan_gone")

    made = None if dry_run else ask_office(terminal, make)
    found = made or ask_office(terminal, count)
    counts = found.counts
    document = {
        "plan": made and made.plan_id.hex(), "day": found.for_day.isoformat(), "records": found.records,
        "whole": counts.whole, "skipped": counts.skipped, "partly_held": counts.partly_held,
        "contradictory": counts.contradictory,
        "due": [{"rule": each.rule, "group": each.group, "records": each.guests} for each in counts.by_rule],
    }
    lines = [
        terminal.words(marked("Records something goes of: %(records)s; as a whole: %(whole)s."),
                       records=found.records, whole=counts.whole),
        *(f"  {each.rule}  {each.group}  {each.guests}" for each in counts.by_rule),
        terminal.words(marked("Left alone: open stays %(open_stay)s, open cases %(open_case)s, marked %(marked)s, on "
                              "hold %(held)s."), **counts.skipped),
    ]
    if made:
        lines.append(terminal.words(marked("Plan: %(plan)s"), plan=made.plan_id.hex()))
    terminal.show(document, "\n".join(lines))
    say_done(terminal, marked("Run it: discretion retention run --plan ID"), is_dry_run=dry_run)


@retention.command("run", help=marked("Delete what a plan shows; a plan that is stale is refused."))
@property_option
@click.option("--plan", "plan_id", required=True, metavar="ID", help=marked("The plan's id."))
@click.option("--yes", is_flag=True, help=marked("Do not ask."))
@dry_run_option
@click.pass_obj
def run(terminal: Terminal, /, *, code: str, plan_id: str, yes: bool, dry_run: bool) -> Exit:
    """Run a plan."""
    at = chosen_property(terminal, code)
    raw_id = id_of(plan_id, "--plan")

    async def look(office: Office) -> Plan | ActRefusal:
        return await retention_plans.plan_of(office, at.property_id, raw_id) or ActRefusal("plan_gone")

    found = ask_office(terminal, look)
    question = terminal.count(
        "%(number)s record loses what the plan lists. This cannot be undone. Go on?",
        "%(number)s records lose what the plan lists. This cannot be undone. Go on?", found.records,
    )
    if not (yes or dry_run) and not terminal.confirm(question):
        return Exit.INTERRUPTED

    async def do(office: Office) -> int | ActRefusal:
        return await retention_plans.run_plan(office, at.property_id, raw_id)

    ordered = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"plan": plan_id, "ordered": ordered, "dry_run": dry_run}, str(ordered))
    say_done(terminal, marked("Ordered. The worker has the keeper delete it. See: discretion retention check"),
             is_dry_run=dry_run)
    return Exit.OK


@retention.command("check", help=marked(
    "Whether anything is kept beyond its limit, or two laws contradict each other; ends with code 3 then."
))
@property_option
@click.pass_obj
def check(terminal: Terminal, /, *, code: str) -> Exit:
    """Check for what is overdue."""
    at = chosen_property(terminal, code)

    async def do(office: Office) -> tuple[Due, Sequence[RuleRow], Sequence[Plan]]:
        return (
            await retention_plans.due(office, at.property_id, days_ago=1),
            await office_retention.rules_in_force(office, at.property_id),
            await retention_plans.plans(office, at.property_id),
        )

    overdue, rows, plans = ask_office(terminal, do)
    day_ago = datetime.now(UTC) - timedelta(days=1)
    stuck = [each for each in plans if each.state == "running" and each.run_at and each.run_at < day_ago]
    alarms = [clash for clash in office_retention.contradictions(rows) if clash.is_alarm]
    is_good = bool(rows) and not overdue.records and not stuck and not alarms and not overdue.counts.contradictory
    terminal.show({
        "ok": is_good, "rules": len(rows), "overdue": overdue.records,
        "plans_not_carried_out": len(stuck),
        "contradictions": [f"{clash.keep.code} {clash.gone.code}" for clash in alarms],
        "contradictory": overdue.counts.contradictory,
    }, terminal.words(
        marked("Rules: %(rules)d. Records beyond a limit: %(overdue)d. Contradictions between laws: %(alarms)d."),
        rules=len(rows), overdue=overdue.records, alarms=len(alarms),
    ))
    if stuck:
        said = marked("A plan was run over a day ago and is not carried out. See: discretion status")
        terminal.say(terminal.words(said))
    if not is_good:
        terminal.say(terminal.words(marked("See: discretion retention rules, discretion retention plan")))
    return Exit.OK if is_good else Exit.PROBLEM


def id_of(text: str, hint: str) -> bytes:
    """Return the 16 bytes that `text` writes. Errors: click's, for anything else."""
    try:
        raw = bytes.fromhex(text)
    except ValueError as error:
        raise click.BadParameter(text, param_hint=hint) from error
    if len(raw) != 16:  # noqa: PLR2004 - an id
        raise click.BadParameter(text, param_hint=hint)
    return raw


def _new_rule(row: RuleRow, keep: str | None, gone: str | None) -> Rule:
    """Return the rule with the periods given; without an option, the one it has."""
    periods = []
    for text, before, hint in ((keep, row.keep, "--keep"), (gone, row.gone, "--gone")):
        found = before if text is None else None if text == "none" else read_period(text)
        if found is None and text not in {None, "none"}:
            raise click.BadParameter(str(text), param_hint=hint)
        periods.append(found)
    return office_retention.with_periods(row.rule, *periods)
