"""`discretion lock`: a person, sign-in, terminal or guest record that nothing is shown to, or of (guard G9)."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from discretion.faces.cli.at_property import (
    ask_office,
    chosen_property,
    dry_run_option,
    hex_id,
    known_staff,
    property_option,
    say_done,
)
from discretion.faces.kit.words import marked
from discretion.office import locks as office_locks
from discretion.office.locks import NewLock

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.outcome import ActRefusal, Done

_TIME = click.DateTime(["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
_BY = click.option("--by", required=True, metavar="NUMBER", help=marked("Staff number of whoever decided it."))


@click.group("lock", help=marked("Locks: nothing more is shown to a person, or of a record, until it is released."))
def lock() -> None:
    """Hold the commands below."""


@lock.command("list", help=marked("List the locks in force, newest first."))
@property_option
@click.pass_obj
def list_locks(terminal: Terminal, /, *, code: str) -> None:
    """List locks."""
    at = chosen_property(terminal, code)
    zone = ZoneInfo(at.time_zone)

    async def do(office: Office) -> tuple[office_locks.Lock, ...]:
        return await office_locks.locks(office, at.property_id)

    terminal.show([
        {
            "lock_id": each.lock_id.hex(),
            "kind": each.kind,
            "target": each.target_number or each.target_id.hex(),
            "reason": each.reason,
            "by": each.by_name,
            "since": each.at.astimezone(zone).isoformat(timespec="minutes"),
            "until": each.until_at and each.until_at.astimezone(zone).isoformat(timespec="minutes"),
        }
        for each in ask_office(terminal, do)
    ])


@lock.command("add", help=marked("Lock a member of staff by number, or a guest record, sign-in or terminal by its id."))
@click.argument("target")
@property_option
@click.option(
    "--kind", type=click.Choice(office_locks.KINDS), default="staff", show_default=True, help=marked("What it is."),
)
@click.option("--reason", required=True, help=marked("Why, in one line; no guest's name."))
@_BY
@click.option(
    "--until", type=_TIME, default=None,
    help=marked("The end, in the property's own time; without it, its release."),
)
@dry_run_option
@click.pass_obj
def add(
    terminal: Terminal, /, *, target: str, code: str, kind: str, reason: str, by: str, until: datetime | None,
    dry_run: bool,
) -> None:
    """Set a lock."""
    at = chosen_property(terminal, code)
    ends = until and until.replace(tzinfo=ZoneInfo(at.time_zone)).astimezone(UTC)

    async def do(office: Office) -> Done | ActRefusal:
        by_id = (await known_staff(office, at.property_id, by)).staff_id
        if kind == "staff":
            target_id = (await known_staff(office, at.property_id, target)).staff_id
        else:
            target_id = hex_id(target, "TARGET")
        new = NewLock(secrets.token_bytes(16), kind, target_id, reason, by_id, ends)
        return await office_locks.add_lock(office, at.property_id, new)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"lock_id": done.id.hex(), "kind": kind, "target": target, "dry_run": dry_run}, done.id.hex())
    say_done(terminal, marked("Locked. It counts with the next look-up. See: discretion lock list"), is_dry_run=dry_run)


@lock.command("release", help=marked("End a lock now; never by whom it holds."))
@click.argument("lock_id")
@property_option
@_BY
@dry_run_option
@click.pass_obj
def release(terminal: Terminal, /, *, lock_id: str, code: str, by: str, dry_run: bool) -> None:
    """Release a lock."""
    at = chosen_property(terminal, code)
    raw_id = hex_id(lock_id, "LOCK_ID")

    async def do(office: Office) -> Done | ActRefusal:
        by_id = (await known_staff(office, at.property_id, by)).staff_id
        return await office_locks.release_lock(office, at.property_id, raw_id, by_id)

    done = ask_office(terminal, do, is_dry_run=dry_run)
    terminal.show({"lock_id": lock_id, "changed": not done.is_repeat, "dry_run": dry_run}, lock_id)
    say_done(terminal, marked("Released. See: discretion lock list"), is_dry_run=dry_run)
