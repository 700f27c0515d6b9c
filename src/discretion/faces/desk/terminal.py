"""A shared terminal: tap a badge or choose a name, then the passkey. Whoever sat there before is signed out.

Rules:
* A tap is no sign-in and raises nothing: it selects. The passkey must be the selected person's, or nobody is signed in.
* Selecting works without scripts: a reader types the number and presses Enter. The passkey alone needs them.
* An unknown badge displaces nobody. Whoever is displaced may come back with four digits (decision 0037).

Source: policy.md §8. Left to others: what a terminal is (`office.terminals`), the passkey (`sign_in`).
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.desk.handover import first_page
from discretion.faces.kit.address import id_in
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.refusals import FAILURES, act_sentence
from discretion.faces.kit.seat import Caller, NotSignedInError
from discretion.office import terminals
from discretion.office.outcome import ActRefusal
from discretion.office.properties import property_of
from discretion.wire.exceptions import ReturnByDigits
from discretion.wire.lookup import Person, SignedIn, SignOut, WhoAmI


class SelectForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A badge as the reader types it, or a name."""

    badge: Annotated[str, Meta(max_length=80)] = ""
    staff_id: Hex | None = None


class DigitsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Four digits of whoever was here a short while ago."""

    digits: Annotated[str, Meta(pattern="^[0-9]{4}$")]


class CodeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The administrator's one-time code."""

    code: Annotated[str, Meta(max_length=40)] = ""


@get("/terminal")
async def terminal_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Show the field for the badge and the names of those on shift, or say that this is no terminal."""
    return await _shown(caller, await _here(caller))


@post("/terminal")
async def select(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Select somebody; whoever sat there is signed out."""
    here = await _here(caller)
    form = (await caller.form(SelectForm)).value
    if here is None or caller.raw_terminal is None:
        return caller.onward("/terminal")
    if form is None:
        raise MalformedFormError("badge")
    office = caller.means.office
    chosen = (
        await terminals.person_of(office, here.property_id, bytes.fromhex(form.staff_id)) if form.staff_id
        else await terminals.tapped(office, here.property_id, form.badge)
    )
    if chosen is None:
        return await _shown(caller, here, act_sentence(caller.words, "badge_unknown", {}), status=409)
    if await _is_there(caller, chosen.staff_id):
        return caller.onward("/")
    caller.take_terminal(await terminals.renewed(office, here, caller.raw_terminal))
    return caller.onward(f"/terminal/as/{chosen.staff_id.hex()}")


@get("/terminal/as/{staff_id:str}")
async def selected_page(caller: NamedDependency[Caller], staff_id: FromPath[str]) -> Response[bytes]:
    """Show whose passkey is waited for."""
    return await _selected(caller, staff_id)


@post("/terminal/as/{staff_id:str}")
async def come_back(caller: NamedDependency[Caller], staff_id: FromPath[str]) -> Response[bytes]:
    """Let somebody who was displaced here a short while ago go on, with four digits."""
    form, here = (await caller.form(DigitsForm)).value, await _here(caller)
    if form is None or here is None:
        _, sentence = FAILURES["digits"]
        return await _selected(caller, staff_id, caller.words.gettext(sentence), status=422)
    try:
        answer = await caller.means.hatches.ask(ReturnByDigits(
            property_id=here.property_id, terminal_id=here.terminal_id, staff_id=id_in(staff_id), digits=form.digits,
        ))  # fmt: skip
    except KeeperFailedError as error:
        if error.code not in ("digits", "digits_passkey"):
            raise
        return await _selected(caller, staff_id, caller.words.gettext(FAILURES[error.code][1]), status=403)
    if not isinstance(answer, SignedIn):
        raise TypeError(type(answer).__name__)
    caller.take_ticket(answer.ticket)
    return caller.onward(await first_page(caller.means.office, answer.person))


async def _selected(caller: Caller, staff_id: str, error: str = "", *, status: int = 200) -> Response[bytes]:
    here = await _here(caller)
    if here is None:
        raise NotSignedInError
    is_id = len(staff_id) == 32 and set(staff_id) <= set("0123456789abcdef")  # noqa: PLR2004 - 16 bytes
    office = caller.means.office
    chosen = await terminals.person_of(office, here.property_id, bytes.fromhex(staff_id)) if is_id else None
    if chosen is None:
        return caller.onward("/terminal")
    return caller.page(
        "terminal_as.html", status=status, terminal=here, chosen=chosen, error=error, here="/terminal",
    )


@get("/terminal/enrol")
async def enrol_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Ask for the administrator's one-time code."""
    return caller.page("terminal_enrol.html", error="", here="/terminal/enrol")


@post("/terminal/enrol", status_code=200)
async def enrol(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Make this browser a shared terminal."""
    form = (await caller.form(CodeForm)).value
    if form is None:
        raise MalformedFormError("code")
    made = await terminals.enrol(caller.means.office, form.code)
    if isinstance(made, ActRefusal):
        error = act_sentence(caller.words, made.code, made.params)
        return caller.page("terminal_enrol.html", status=409, error=error, here="/terminal/enrol")
    caller.take_terminal(made)
    return caller.onward("/terminal")


async def _here(caller: Caller) -> terminals.Here | None:
    if caller.raw_terminal is None:
        return None
    return await terminals.terminal_of(caller.means.office, caller.raw_terminal)


async def _is_there(caller: Caller, staff_id: bytes) -> bool:
    """Return whether the one selected is signed in here already; anybody else who is, is signed out."""
    if caller.raw_ticket is None:
        return False
    try:
        person = await caller.means.hatches.ask(WhoAmI(ticket=caller.raw_ticket))
        if isinstance(person, Person) and person.staff_id == staff_id:
            return True
        await caller.means.hatches.ask(SignOut(ticket=caller.raw_ticket, is_parked=True))
    except KeeperFailedError as error:
        if error.code != "ticket":  # one that has ended needs no end
            raise
    caller.drop_ticket()
    return False


async def _shown(
    caller: Caller, here: terminals.Here | None, error: str = "", *, status: int = 200
) -> Response[bytes]:
    if here is None:
        return caller.page("no_terminal.html", here="/terminal")
    office = caller.means.office
    house = await property_of(office, here.property_id)
    people = await terminals.on_shift(office, here.property_id)
    return caller.page(
        "terminal.html", status=status, terminal=here, at=house, people=people, error=error, here="/terminal"
    )
