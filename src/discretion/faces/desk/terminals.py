"""Shared terminals, for the administrator: add one, read its one-time code at the machine, end it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat, fresh_id
from discretion.office import terminals
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping


class TerminalForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A terminal to be added."""

    terminal_id: Hex
    name: Annotated[str, Meta(max_length=60)]
    place: Annotated[str, Meta(max_length=120)] = ""


class OneTerminalForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A terminal of the list."""

    terminal_id: Hex


@get("/terminals")
async def terminals_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the terminals."""
    return await _shown(seat)


@post("/terminals", status_code=200)
async def add_terminal(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Add a terminal; its code is shown once."""
    seat.require(Permission.TERMINAL_CHANGE)
    form = await seat.form(TerminalForm)
    if form.value is None:
        errors = field_errors(seat.words, form.errors)
        return await _shown(seat, raw=form.raw, errors=errors, status=422)
    code = await terminals.add_terminal(
        seat.office, seat.property_id, bytes.fromhex(form.value.terminal_id), form.value.name, form.value.place,
        seat.person.staff_id,
    )
    if isinstance(code, ActRefusal):
        sentence = act_sentence(seat.words, code.code, code.params)
        return await _shown(seat, raw=form.raw, errors={"name": sentence}, status=409)
    return await _shown(seat, code=code)


@post("/terminals/code", status_code=200)
async def renew_code(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Make another one-time code for a terminal."""
    code = await terminals.renew_code(seat.office, seat.property_id, await _chosen(seat))
    if isinstance(code, ActRefusal):
        return await _shown(seat, errors={"name": act_sentence(seat.words, code.code, code.params)}, status=409)
    return await _shown(seat, code=code)


@post("/terminals/end")
async def end_terminal(seat: NamedDependency[Seat]) -> Response[bytes]:
    """End a terminal."""
    await terminals.end_terminal(seat.office, seat.property_id, await _chosen(seat))
    return seat.onward("/terminals?said=terminal_ended")


async def _chosen(seat: Seat) -> bytes:
    seat.require(Permission.TERMINAL_CHANGE)
    form = (await seat.form(OneTerminalForm)).value
    if form is None:
        raise MalformedFormError("terminal_id")
    return bytes.fromhex(form.terminal_id)


async def _shown(
    seat: Seat, *, code: str = "", raw: Mapping[str, Any] | None = None, errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[bytes]:
    seat.require(Permission.TERMINAL_CHANGE)
    found = await terminals.terminals(seat.office, seat.property_id)
    return seat.page(
        "terminals.html", status=status, terminals=found, code=code, raw=raw or {}, errors=errors or {},
        new_id=fresh_id(), address=f"{seat.settings.origin}/terminal/enrol", here="/terminals",
    )
