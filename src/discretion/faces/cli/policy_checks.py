"""What `discretion policy` computes: every check of a file, the difference of two, recorded look-ups decided again."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from discretion.faces.cli.at_property import ask_keeper, ask_office, chosen_property, property_option
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.policy_words import (
    as_report,
    check_words,
    difference_lines,
    narrower_line,
    replay_lines,
    replay_report,
)
from discretion.faces.kit.words import marked, translator
from discretion.office import releases
from discretion.policy import checks
from discretion.policy.compare import compare
from discretion.policy.load import PolicyError, load_policy
from discretion.policy.named import NamedError, read_named
from discretion.policy.referee import check_cedar
from discretion.policy.replay import Recorded
from discretion.policy.replay import replay as replayed
from discretion.starter.database import running_database
from discretion.wire.upkeep import ReadRecorded
from discretion.wire.upkeep import Recorded as RecordedAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.faces.cli.terminal import Terminal
    from discretion.office.releases import InForce
    from discretion.policy.checks import Check
    from discretion.policy.table import Policy
    from discretion.wire.settings import Property

DAYS_REPLAYED = 7
_DAY_SECONDS = 86_400
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
situations_option = click.option(
    "--situations", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help=marked("A directory of named situations (*.toml) in the place of those of this version."),
)


@click.command(help=marked(
    "Say what one policy shows that another does not, in every situation. Without OLD: against the one in force. Exit "
    "code 3 when anything is widened."
))
@click.argument("new", metavar="NEW", type=_FILE)
@click.argument("old", metavar="OLD", type=_FILE, required=False)
@property_option
@click.pass_obj
def diff(terminal: Terminal, /, *, new: Path, old: Path | None, code: str) -> Exit:
    """Compare two policies."""
    before = old.read_bytes() if old else in_force_here(terminal, code)[1].body
    now, was = loaded(new.read_bytes()), loaded(before)
    report = as_report(compare(was, now))
    words = translator(terminal.language, "ui")
    lines = [*difference_lines(words, terminal.language, report, now), narrower_line(words, report)]
    terminal.show(report, "\n".join(lines))
    return Exit.OK if report["narrower"] else Exit.PROBLEM


@click.command(help=marked(
    "Decide the recorded look-ups of the last seven days again under another policy, and count. Nobody's look-up can "
    "be told from another's. Discretion must run."
))
@click.argument("new", metavar="NEW", type=_FILE)
@property_option
@click.option("--days", type=click.IntRange(1, 366), default=DAYS_REPLAYED, show_default=True,
              help=marked("How many days back."))
@click.pass_obj
def replay(terminal: Terminal, /, *, new: Path, code: str, days: int) -> None:
    """Replay recorded look-ups."""
    hotel, before = in_force_here(terminal, code)
    report = replay_of(terminal, hotel, before, loaded(new.read_bytes()), days)
    terminal.show(report, "\n".join(replay_lines(translator(terminal.language, "ui"), report)))


def in_force_here(terminal: Terminal, code: str) -> tuple[Property, InForce]:
    """Return the chosen property and what is in force there."""
    hotel, settings = chosen_property(terminal, code), checked(terminal)
    configured = settings.directory / settings.keeper.policy if settings.keeper.policy else None
    try:
        zero = releases.starting_text(configured)
    except OSError as error:
        raise Trouble("policy_missing") from error
    with running_database(settings):
        return hotel, ask_office(terminal, lambda office: releases.in_force(office, hotel.property_id, zero))


def loaded(raw: bytes) -> Policy:
    """Return the policy in these bytes. Errors: `Trouble` `policy_refused`."""
    try:
        return load_policy(raw)
    except PolicyError as error:
        raise Trouble("policy_refused") from error


def replay_of(terminal: Terminal, hotel: Property, before: InForce, now: Policy, days: int) -> dict[str, Any]:
    """Return how the look-ups of so many days would come out under `now`. Errors: `Trouble` `keeper_away`."""
    message = ReadRecorded(property_id=hotel.property_id, since_at=int(time.time()) - days * _DAY_SECONDS)
    answer = ask_keeper(checked(terminal), message, within_seconds=3600)
    if not isinstance(answer, RecordedAnswer):
        raise Trouble("keeper_refused", reason=getattr(answer, "code", ""))
    texts = ask_office(terminal, lambda office: releases.texts(office, hotel.property_id))
    known = {key: loaded(body) for key, body in {**texts, before.hash: before.body}.items()}
    recorded = [
        Recorded(each.policy, each.purpose, each.role, each.relation, each.facts, each.clear, each.masked, each.asks)
        for each in answer.items
    ]
    found = replay_report(replayed(recorded, known, known[before.hash], now))
    found["unread"] += answer.unread
    return {"days": days, **found}


def run_checks(terminal: Terminal, raw: bytes, situations: Path | None) -> list[Check]:
    """Run every check of a file, the cheap ones first. Errors: `Trouble` `policy_refused`, `situations_bad`."""
    policy = loaded(raw)
    directory = situations or Path(checks.__file__).parent / "named_situations"
    try:
        named = [read_named(path.read_text("utf-8")) for path in sorted(directory.glob("*.toml"))]
    except (NamedError, UnicodeDecodeError) as error:
        raise Trouble("situations_bad", why=str(error)) from error
    found = [checks.Check("load", len(policy.rules.facts), ()), checks.check_named(policy, named)]
    found += [checks.check_decisive(policy), checks.check_promises(policy), checks.check_monotone(policy)]
    if not all(each.is_passed for each in found):
        return found  # the two that take longest would only be run again
    cedar = check_cedar(policy)
    if cedar is not None:
        found.append(cedar)
    with terminal.progress(terminal.words(marked("Leaving out one part after the other"))) as say:
        found.append(checks.check_mutation(policy, say))
    return found


def checks_report(found: list[Check]) -> list[dict[str, Any]]:
    """Return checks as a proposal carries them."""
    return [
        {"check": each.code, "tried": each.tried, "passed": each.is_passed, "findings": list(each.findings)}
        for each in found
    ]


def check_lines(terminal: Terminal, report: list[Mapping[str, Any]] | list[dict[str, Any]]) -> list[str]:
    """Return what checks found, a line each, and their findings below."""
    words = translator(terminal.language, "ui")
    lines = []
    for each in report:
        sign = "x" if not each["passed"] else "!" if each["findings"] else "ok"
        lines.append(f"[{sign}] {check_words(words, each['check'])} ({each['tried']:,})")
        lines += [f"     {finding}" for finding in each["findings"]]
    return lines


def show_checks(terminal: Terminal, found: list[Check]) -> Exit:
    """Print checks; say whether all were passed."""
    report = checks_report(found)
    terminal.show(report, "\n".join(check_lines(terminal, report)))
    return Exit.OK if all(each.is_passed for each in found) else Exit.PROBLEM
