"""`discretion policy propose, sign, activate, withdraw, list, show`: a release on its way into force.

Rules:
* Whoever signs is shown what changes before the question, and signs exactly the bytes that were shown.
* Nothing here brings a release into force: the keeper does, at its moment, when it has verified everything itself.
"""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

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
from discretion.faces.cli.policy_checks import (
    DAYS_REPLAYED,
    check_lines,
    checks_report,
    in_force_here,
    loaded,
    replay_of,
    run_checks,
    situations_option,
)
from discretion.faces.cli.policy_signers import signed_by, signing_key
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.nouns import noun
from discretion.faces.kit.policy_words import (
    KINDS,
    STATES,
    as_report,
    difference_lines,
    narrower_line,
    replay_lines,
)
from discretion.faces.kit.words import marked, translator
from discretion.office import releases
from discretion.office.releases import NewRelease
from discretion.policy.compare import compare
from discretion.policy.release import REGULAR, TIGHTENING, Signature, statement
from discretion.starter.database import running_database

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.outcome import ActRefusal
    from discretion.office.releases import ReleaseRow, SignatureLine
    from discretion.policy.table import Policy
    from discretion.wire.settings import Property

_MARGIN = timedelta(minutes=10)  # of a moment that nobody chose, beyond the notice
_IN_FORCE_WITHIN_SECONDS = 10.0
_number = click.argument("number", metavar="NUMBER", type=click.IntRange(min=1))


@click.command(help=marked(
    "Propose a policy file: run every check, say what changes, decide last week's look-ups again, and keep all of it "
    "with the file's exact bytes. Exit code 3 when a check fails."
))
@click.argument("file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@property_option
@click.option("--author", required=True, metavar="NUMBER", help=marked("The staff number of whoever wrote it."))
@click.option("--note", required=True, help=marked("What changes and why, in a sentence for those who sign."))
@click.option("--activate-at", "when", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
              help=marked("When it comes into force, in the hotel's time. Else after the notice that the settings ask "
                          "for, a tightening at once."))
@click.option("--tightening", is_flag=True,
              help=marked("It shows nothing more in any situation, so one signature suffices."))
@click.option("--without-replay", is_flag=True, help=marked("Leave the replay out, because the keeper does not run."))
@situations_option
@dry_run_option
@click.pass_obj
def propose(  # noqa: PLR0913 - a flag each
    terminal: Terminal, /, *, file: Path, code: str, author: str, note: str, when: datetime | None, tightening: bool,
    without_replay: bool, situations: Path | None, dry_run: bool,
) -> Exit:
    """Propose a release."""
    hotel, before = in_force_here(terminal, code)
    raw = file.read_bytes()
    new, was = loaded(raw), loaded(before.body)
    found = run_checks(terminal, raw, situations)
    with running_database(checked(terminal)):
        found.append(ask_office(terminal, lambda office: releases.check_approvers(office, hotel.property_id, new)))
    difference = as_report(compare(was, new))
    report: dict[str, Any] = {"checks": checks_report(found), "difference": difference}
    if not without_replay:
        report["replay"] = replay_of(terminal, hotel, before, new, DAYS_REPLAYED)
    notice_hours = checked(terminal).keeper.policy_notice_hours
    at = _moment(hotel, when, timedelta() if tightening else timedelta(hours=notice_hours))
    shown = {"file": str(file), "sha256": new.hash.hex(), "activate_at": at.isoformat(), "dry_run": dry_run, **report}
    text = _report_lines(terminal, report, new)
    is_sound = all(each.is_passed for each in found)
    if tightening and not difference["narrower"]:
        terminal.show(shown, "\n".join(text))
        raise Trouble("release_wide")
    if not is_sound or dry_run:
        terminal.show(shown, "\n".join(text))
        say_done(terminal, marked("Nothing was changed."), is_dry_run=True)
        return Exit.OK if is_sound else Exit.PROBLEM

    async def do(office: Office) -> int | ActRefusal:
        member = await known_staff(office, hotel.property_id, author)
        kind = TIGHTENING if tightening else REGULAR
        made = NewRelease(
            os.urandom(16), raw, member.staff_id, kind, _engine(), at, note, json.dumps(report, ensure_ascii=False),
        )
        return await releases.propose(office, hotel.property_id, made, before, notice_hours)

    with running_database(checked(terminal)):
        number = ask_office(terminal, do)
    terminal.show({"number": number, **shown}, "\n".join(text))
    terminal.say(terminal.words(
        marked("Proposed as release %(number)s. Two people sign it, with a passkey on its page (%(page)s) or with a "
               "key: discretion policy sign %(number)s --key FILE"),
        number=number, page=f"{checked(terminal).house.origin}/watch/policy/{number}",
    ))
    return Exit.OK


@click.command(help=marked("Read what a release changes, and sign it with your key."))
@_number
@property_option
@click.option("--key", "file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help=marked("The file that keygen made."))
@click.option("--yes", is_flag=True, help=marked("Do not ask."))
@click.pass_obj
def sign(terminal: Terminal, /, *, number: int, code: str, file: Path, yes: bool) -> None:
    """Sign a release."""
    key, hotel = signing_key(file), chosen_property(terminal, code)
    with running_database(checked(terminal)):
        row, signatures = _release(terminal, hotel, number)
        texts = ask_office(terminal, lambda office: releases.texts(office, hotel.property_id))
        policy, before = loaded(texts[row.hash]), loaded(texts[row.previous])
        if (policy.hash, before.hash) != (row.hash, row.previous):
            raise Trouble("release_bytes")
        # Never the difference that stands in the table: whoever signs has it computed anew, here.
        report = {**row.carried, "difference": as_report(compare(before, policy))}
        mine = next((
            each for each in ask_office(terminal, lambda office: releases.signers(office, hotel.property_id))
            if each.public_key == key.verifier.public_key and each.ended_at is None
        ), None)
        if mine is None:
            raise Trouble("office_release_signer")
        terminal.say("\n".join(_release_lines(terminal, hotel, row, signatures, (policy, report))))
        if not yes and not terminal.confirm(terminal.words(
            marked("Sign release %(number)s as %(name)s (%(role)s)?"), number=number, name=mine.name,
            role=noun(translator(terminal.language, "ui"), "role", mine.role),
        )):
            raise click.Abort
        made = Signature(
            mine.signer_id, mine.role, mine.public_key, signed_by(key, statement(hotel.property_id, row.release())),
        )
        ask_office(terminal, lambda office: releases.sign(office, hotel.property_id, row, made))
        row, signatures = _release(terminal, hotel, number)
    terminal.show(_document(row, signatures), terminal.words(
        marked("Signed. Release %(number)s: %(state)s. See: discretion policy show %(number)s"),
        number=number, state=_state(terminal, row),
    ))


@click.command(help=marked(
    "Wait until a release is in force. It comes into force by itself at its moment, once it is signed. Exit code 6 "
    "while it waits for signatures or its moment."
))
@_number
@property_option
@click.pass_obj
def activate(terminal: Terminal, /, *, number: int, code: str) -> Exit:
    """Wait for a release."""
    hotel = chosen_property(terminal, code)
    end = time.monotonic() + _IN_FORCE_WITHIN_SECONDS
    with running_database(checked(terminal)):
        row, signatures = _release(terminal, hotel, number)
        while row.state == "signed" and row.activate_at <= datetime.now(UTC) and time.monotonic() < end:
            time.sleep(0.2)
            row, signatures = _release(terminal, hotel, number)
    terminal.show(_document(row, signatures), _state_line(terminal, hotel, row))
    if row.state == "signed" and row.activate_at <= datetime.now(UTC):
        raise Trouble("release_refused")
    return Exit.OK if row.state == "active" else Exit.CONFLICT


@click.command(help=marked("Take back a release that is not in force yet."))
@_number
@property_option
@dry_run_option
@click.pass_obj
def withdraw(terminal: Terminal, /, *, number: int, code: str, dry_run: bool) -> None:
    """Withdraw a release."""
    hotel = chosen_property(terminal, code)
    with running_database(checked(terminal)):
        row, signatures = _release(terminal, hotel, number)
        ask_office(terminal, lambda office: releases.withdraw(office, hotel.property_id, row), is_dry_run=dry_run)
        row, signatures = _release(terminal, hotel, number)
    terminal.show(_document(row, signatures), _state_line(terminal, hotel, row))
    say_done(terminal, marked("Withdrawn. See: discretion policy list"), is_dry_run=dry_run)


@click.command("list", help=marked("List the releases of the policy, newest first."))
@property_option
@click.pass_obj
def list_releases(terminal: Terminal, /, *, code: str) -> None:
    """List releases."""
    hotel = chosen_property(terminal, code)
    with running_database(checked(terminal)):
        rows, signatures = ask_office(terminal, lambda office: releases.releases(office, hotel.property_id))
    documents = [_document(row, signatures) for row in rows]
    lines = "\n".join(f"{row.number:>4}  {_state_line(terminal, hotel, row)}  {row.note}" for row in rows)
    terminal.show(documents, lines or terminal.words(marked(
        "No release yet: the keeper goes by the policy it was started with."
    )))


@click.command(help=marked(
    "Show a release: what changes, what its checks found, who signed. Without NUMBER: the text in force."
))
@click.argument("number", metavar="NUMBER", type=click.IntRange(min=1), required=False)
@property_option
@click.option("--text", "is_text", is_flag=True, help=marked("Print the exact bytes instead."))
@click.pass_obj
def show(terminal: Terminal, /, *, number: int | None, code: str, is_text: bool) -> None:
    """Show a release."""
    hotel, before = in_force_here(terminal, code)
    if number is None:
        click.echo(before.body, nl=False)
        return
    with running_database(checked(terminal)):
        row, signatures = _release(terminal, hotel, number)
        body = ask_office(terminal, lambda office: releases.texts(office, hotel.property_id))[row.hash]
    if is_text:
        click.echo(body, nl=False)
        return
    document = {**_document(row, signatures), **row.carried}
    terminal.show(document, "\n".join(_release_lines(terminal, hotel, row, signatures, (loaded(body), row.carried))))


def _release(terminal: Terminal, hotel: Property, number: int) -> tuple[ReleaseRow, tuple[SignatureLine, ...]]:
    """Return one release and its signatures. Errors: `Trouble` `release_unknown`."""
    rows, signatures = ask_office(terminal, lambda office: releases.releases(office, hotel.property_id))
    row = next((each for each in rows if each.number == number), None)
    if row is None:
        raise Trouble("release_unknown")
    return row, tuple(each for each in signatures if each.release_id == row.release_id)


def _moment(hotel: Property, when: datetime | None, notice: timedelta) -> datetime:
    if when is None:
        return (datetime.now(UTC) + (notice + _MARGIN if notice else notice)).replace(microsecond=0)
    return when.replace(tzinfo=ZoneInfo(hotel.time_zone), microsecond=0).astimezone(UTC)


def _engine() -> str:
    try:
        return version("discretion")[:40]
    except PackageNotFoundError:
        return "0"


def _document(row: ReleaseRow, signatures: tuple[SignatureLine, ...]) -> dict[str, Any]:
    return {
        "number": row.number, "state": row.state, "kind": row.kind, "sha256": row.hash.hex(), "author": row.author,
        "activate_at": row.activate_at.isoformat(),
        "activated_at": row.activated_at and row.activated_at.isoformat(), "note": row.note,
        "signed_by": [f"{each.name} ({each.as_role})" for each in signatures if each.release_id == row.release_id],
    }


def _state(terminal: Terminal, row: ReleaseRow) -> str:
    return str(translator(terminal.language, "ui").gettext(STATES[row.state]))


def _state_line(terminal: Terminal, hotel: Property, row: ReleaseRow) -> str:
    at = (row.activated_at or row.activate_at).astimezone(ZoneInfo(hotel.time_zone))
    return f"{_state(terminal, row)}  {at:%Y-%m-%d %H:%M}"


def _release_lines(
    terminal: Terminal, hotel: Property, row: ReleaseRow, signatures: tuple[SignatureLine, ...],
    found: tuple[Policy, dict[str, Any]],
) -> list[str]:
    """Return everything that whoever signs should have read."""
    words = translator(terminal.language, "ui")
    lines = [
        f"{row.number}  {_state_line(terminal, hotel, row)}", words.gettext(KINDS[row.kind]),
        terminal.words(marked("Author: %(name)s. %(note)s"), name=row.author, note=row.note),
        f"SHA-256 {row.hash.hex()}",
    ]
    lines += [
        terminal.words(marked("Signed by %(name)s (%(role)s)"), name=each.name, role=noun(words, "role", each.as_role))
        for each in signatures
    ]
    return [*lines, *_report_lines(terminal, found[1], found[0])]


def _report_lines(terminal: Terminal, report: dict[str, Any], policy: Policy) -> list[str]:
    words = translator(terminal.language, "ui")
    lines = []
    if difference := report.get("difference"):
        lines += [*difference_lines(words, terminal.language, difference, policy), narrower_line(words, difference)]
    if replayed := report.get("replay"):
        lines += replay_lines(words, replayed)
    return [*lines, *check_lines(terminal, report.get("checks", []))]
