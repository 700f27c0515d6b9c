"""`discretion erase`: plan and run the erasure of one guest for a case of their rights, and prove that it was done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from discretion.faces.cli.at_property import (
    ask_keeper,
    ask_office,
    chosen_property,
    hex_id,
    known_staff,
    property_option,
)
from discretion.faces.cli.erase_certificate import check, write
from discretion.faces.cli.exits import Exit
from discretion.faces.cli.serve import checked
from discretion.faces.cli.trouble import Trouble
from discretion.faces.kit.words import marked
from discretion.hotel.purpose import FIELD_GROUPS, FieldGroup
from discretion.office import erasure_plans
from discretion.office.erasure_plans import Wanted
from discretion.wire.erasure import CarryOutErasures, CertifyErasure, ErasureProof, ErasuresDone

if TYPE_CHECKING:
    from discretion.faces.cli.terminal import Terminal
    from discretion.office.database import Office
    from discretion.office.outcome import ActRefusal, Done
    from discretion.wire.settings import Property

WHOLE = "all"
_GUEST = click.option("--guest", required=True, metavar="ID",
                      help=marked("The guest's id: 32 digits, as in the address of the record."))
_CASE = click.option("--case", "number", required=True, metavar="NUMBER",
                     help=marked("The open case of the guest's rights that this is done for."))
_GROUPS = click.option("--groups", default=WHOLE, show_default=True, metavar="NAMES",
                       help=marked("Field groups, parted by commas; all is the whole record, its key and its links."))


@click.group("erase", help=marked(
    "Erase a guest, or some field groups: the key is destroyed, words and links go, totals stay, the ledger verifies."
))
def erase() -> None:
    """Hold the commands below."""


@erase.command("plan", help=marked("Say what an erasure would touch and what stops it. Changes nothing."))
@_GUEST
@_CASE
@_GROUPS
@property_option
@click.pass_obj
def plan(terminal: Terminal, /, *, guest: str, number: str, groups: str, code: str) -> Exit:
    """Plan."""
    hotel = chosen_property(terminal, code)
    wanted = Wanted(hotel.property_id, hex_id(guest, "--guest"), _mask(groups), number)

    async def do(office: Office) -> erasure_plans.Plan | ActRefusal:
        return await erasure_plans.plan(office, wanted)

    found = ask_office(terminal, do)
    terminal.show(
        {"plan": found.plan_id.hex(), "groups": groups, "stopped": found.stopped, **found.counts},
        terminal.words(
            "Plan %(plan)s: stays %(stays)d, requests %(requests)d, cases %(cases)d, approvals %(approvals)d, "
            "reviews %(reviews)d, marks %(marks)d.", plan=found.plan_id.hex(), **found.counts,
        ),
    )
    if found.stopped:
        terminal.say(terminal.words(_STOPPED[found.stopped]))
        return Exit.CONFLICT
    terminal.say(terminal.words(
        "It cannot be taken back. To do it: discretion erase run --plan %(plan)s …", plan=found.plan_id.hex(),
    ))
    return Exit.OK


@erase.command("run", help=marked("Carry out a plan that still fits. It cannot be taken back. Discretion must run."))
@click.option("--plan", "plan_id", required=True, metavar="ID", help=marked("The plan, as `erase plan` printed it."))
@_GUEST
@_CASE
@_GROUPS
@click.option("--by", required=True, metavar="NUMBER", help=marked("Staff number of whoever decided it."))
@click.option("--confirm", "typed", default="", metavar="NAME",
              help=marked("The hotel's name, typed as it is written: nothing is erased by mistake."))
@property_option
@click.pass_obj
def run(
    terminal: Terminal, /, *, plan_id: str, guest: str, number: str, groups: str, by: str, typed: str, code: str,
) -> Exit:
    """Run."""
    hotel = chosen_property(terminal, code)
    settings = checked(terminal)
    wanted = Wanted(hotel.property_id, hex_id(guest, "--guest"), _mask(groups), number)
    raw_plan = hex_id(plan_id, "--plan")
    typed = typed or terminal.ask(terminal.words("Type the hotel's name to erase for ever"), "--confirm")
    if typed.strip() not in (hotel.name_zh, hotel.name_en):
        raise Trouble("not_confirmed")

    async def do(office: Office) -> Done | ActRefusal:
        by_id = (await known_staff(office, hotel.property_id, by)).staff_id
        return await erasure_plans.run(office, wanted, raw_plan, by_id)

    order_id = ask_office(terminal, do).id
    done = ask_keeper(settings, CarryOutErasures(
        property_id=hotel.property_id, request_id=os.urandom(16), order_id=order_id,
    ))
    if not isinstance(done, ErasuresDone):
        raise Trouble("keeper_refused", reason=getattr(done, "code", ""))
    stopped = next(iter(done.stopped), "")
    terminal.show(
        {"order": order_id.hex(), "done": bool(done.done), "stopped": stopped, "entry": done.entry}, order_id.hex(),
    )
    if not done.done:
        terminal.say(terminal.words(_STOPPED.get(stopped, marked("It was carried out already, or is on its way."))))
        return Exit.CONFLICT
    terminal.say(terminal.words(
        "Erased. The certificate: discretion erase certify %(order)s --out DIR. Check: discretion ledger verify",
        order=order_id.hex(),
    ))
    return Exit.OK


@erase.command("certify", help=marked(
    "Write what proves an erasure: its entry with the part that says what was destroyed, and a proof that any verifier "
    "takes. Discretion must run."
))
@click.argument("order_id", metavar="ORDER")
@click.option("--out", "directory", required=True, type=click.Path(path_type=Path),
              help=marked("A new directory for the files."))
@property_option
@click.pass_obj
def certify(terminal: Terminal, /, *, order_id: str, directory: Path, code: str) -> Exit:
    """Certify."""
    settings = checked(terminal)
    hotel: Property = chosen_property(terminal, code)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Trouble("export_not_empty", path=directory)
    raw_order = hex_id(order_id, "ORDER")
    found = ask_keeper(settings, CertifyErasure(property_id=hotel.property_id, order_id=raw_order))
    if not isinstance(found, ErasureProof):
        reason = getattr(found, "code", "")
        raise Trouble("order_unknown" if reason == "not_found" else "keeper_refused", reason=reason)
    write(directory, hotel.code, raw_order, found)
    terminal.show({"order": order_id, "entry": found.entry, "path": str(directory)}, str(directory))
    terminal.say(terminal.words("Anybody checks it with the ledger's key: discretion erase verify DIR --key FILE"))
    return Exit.OK


@erase.command("verify", help=marked(
    "Check a certificate against the ledger's key that you trust. Needs no installation. Exit code 3 when it proves "
    "nothing."
))
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--key", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help=marked("The ledger's key, as you had it before."))
@click.pass_obj
def verify(terminal: Terminal, /, *, directory: Path, key: Path) -> Exit:
    """Verify."""
    found = check(directory, key)
    proved = terminal.words(
        "Entry %(entry)s: the key %(erased_key)s was destroyed, with it the field groups %(groups)s.", **found,
    )
    terminal.show(found, terminal.words("This proves nothing.") if found["problem"] else proved)
    return Exit.PROBLEM if found["problem"] else Exit.OK


_STOPPED = {
    "held": marked("A hold keeps what would be erased. It ends with its case."),
    "open_stay": marked("A stay of this guest is not over. It ends with check-out or cancellation."),
    "unknown": marked("There is no such record any more, or it was erased."),
}
def _mask(names: str) -> int:
    if names == WHOLE:
        return 255
    wanted = [name.strip() for name in names.split(",")]
    if unknown := [name for name in wanted if name not in FIELD_GROUPS]:
        raise click.BadParameter(f"{', '.join(unknown)}: {', '.join((WHOLE, *FIELD_GROUPS))}", param_hint="--groups")
    return sum(FieldGroup(FIELD_GROUPS.index(name)).bit for name in set(wanted))
