"""`discretion ledger key` and `witnesses`: by which key a ledger is checked, and what outsiders have cosigned of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.at_property import chosen_property, property_option
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.ledger.trust import Trust
from discretion.starter.database import running_database
from discretion.watch.published import LogAwayError, witnessed
from discretion.wire.witnesses import trust_of

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal
    from discretion.watch.published import Witnessed
    from discretion.wire.settings import Settings


@click.command(help=marked(
    "Print a ledger's key, as witnesses and auditors take it; with witnesses in the settings, the whole tlog-policy."
))
@property_option
@click.pass_obj
def key(terminal: Terminal, /, *, code: str) -> Exit:
    """Print one hotel's key."""
    found = _witnessed(terminal, code)
    terminal.show({"origin": found.origin, "vkey": found.vkey}, policy_text(terminal.settings(), found.vkey))
    return Exit.OK


@click.command(help=marked(
    "Show what each outside witness has cosigned of a ledger. Exit code 3 when a quorum is missing for what is signed."
))
@property_option
@click.pass_obj
def witnesses(terminal: Terminal, /, *, code: str) -> Exit:
    """Show one hotel's witnesses."""
    found = _witnessed(terminal, code)
    trust = trust_of(terminal.settings()) or Trust()
    items = [
        {"witness": name, "cosigned": size, "behind": found.size - size, "at": _time(found.times.get(name))}
        for name, size in ((name, found.cosigned.get(name, 0)) for name in trust.witnesses)
    ]
    if not items:
        terminal.show([], terminal.words(
            "No outside witness is set up: whoever holds database and keys could rewrite this ledger. "
            "See docs/running.md",
        ))
        return Exit.OK
    terminal.show(items)
    seen = {trust.witnesses[name] for name in trust.witnesses if found.cosigned.get(name, 0) >= found.size}
    return Exit.OK if trust.is_enough(seen) else Exit.PROBLEM


def policy_text(settings: Settings, vkey: str) -> str:
    """Return whom to trust of a ledger, as a tlog-policy: its key, and the witnesses of the settings."""
    lines = f"log {vkey}\n"
    if not settings.witnesses.policy:
        return lines + "quorum none\n"
    return lines + (settings.directory / settings.witnesses.policy).read_text("utf-8")


def _witnessed(terminal: Terminal, code: str) -> Witnessed:
    settings = checked(terminal)
    hotel = chosen_property(terminal, code)
    with running_database(settings):
        try:
            found = witnessed(settings.conninfo("auditor"), hotel.property_id)
        except LogAwayError as error:
            raise Trouble("database_away") from error
    if found is None:
        raise Trouble("property_not_founded")
    return found


def _time(at: int | None) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat() if at is not None else ""
