"""Whoever else holds what a request is about: that they were told, and that they confirmed, from its page.

Rules:
* Every form carries an id of its own: sent twice, it is done once.
* What was told is typed on no form: it is what the lines say.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.desk.rights import after, page_of
from discretion.faces.kit.address import Hex
from discretion.faces.kit.duty import on_duty
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import field_errors
from discretion.faces.kit.seat import Seat
from discretion.office import rights_told
from discretion.office.rights_told import REFERENCE_CHARACTERS_MAX

if TYPE_CHECKING:
    from collections.abc import Mapping


class ToldForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who was told, when and how."""

    act_id: Hex
    processor_id: Hex
    on_day: date
    how: Annotated[str, Meta(max_length=20)]


class ConfirmedForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who confirmed, when, and by which word it is found again."""

    act_id: Hex
    processor_id: Hex
    on_day: date
    reference: Annotated[str, Meta(max_length=REFERENCE_CHARACTERS_MAX)] = ""


@post("/rights/{number:str}/told")
async def tell(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Keep that one was told."""
    seat.require(Permission.RIGHTS_WORK)
    form = await seat.form(ToldForm)
    if (new := form.value) is None:
        return await _wrong(seat, number, form.errors)
    outcome = await rights_told.tell(
        seat.office, on_duty(seat), number, bytes.fromhex(new.act_id), bytes.fromhex(new.processor_id), new.on_day,
        new.how,
    )
    return await after(seat, number, outcome, "rights_told", "told")


@post("/rights/{number:str}/confirmed")
async def confirm(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Keep that one confirmed."""
    seat.require(Permission.RIGHTS_WORK)
    form = await seat.form(ConfirmedForm)
    if (new := form.value) is None:
        return await _wrong(seat, number, form.errors)
    outcome = await rights_told.confirm(
        seat.office, on_duty(seat), number, bytes.fromhex(new.act_id), bytes.fromhex(new.processor_id), new.on_day,
        new.reference,
    )
    return await after(seat, number, outcome, "rights_confirmed", "told")


async def _wrong(seat: Seat, number: str, errors: Mapping[str, str]) -> Response[bytes]:
    """Return the page with what is wrong in the first wrong field: every company has its own form there."""
    sentence = next(iter(field_errors(seat.words, errors).values()))
    return await page_of(seat, number, {}, {"told": sentence}, status=422)
