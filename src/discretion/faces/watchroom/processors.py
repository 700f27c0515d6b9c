"""/privacy/processors: who else handles what this hotel holds of guests, and how they are reached.

Rules:
* Whoever may read the records of processing reads the list; the privacy officer keeps it.
* Nothing is deleted. Who has ended stays in the list below, as it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit.address import Hex, id_in
from discretion.faces.kit.duty import on_duty
from discretion.faces.kit.field_groups import BIT, GroupWord, mask_of
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import NotPermittedError, Seat
from discretion.office import processors
from discretion.office.outcome import ActRefusal
from discretion.office.processors import NAME_CHARACTERS_MAX, REACHED_CHARACTERS_MAX, SaidOf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.outcome import Done
    from discretion.office.processors import Processor

_FIELD_OF: Final = {"processor_kind": "kind", "groups": "groups", "processor_reached": "reached"}


class ProcessorForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of one."""

    name: Annotated[str, Meta(max_length=NAME_CHARACTERS_MAX)]
    kind: Literal["processor", "recipient"]
    reached: Annotated[str, Meta(max_length=REACHED_CHARACTERS_MAX)]
    groups: Annotated[tuple[GroupWord, ...], Meta(max_length=8)] = ()

    @property
    def said(self) -> SaidOf:
        """The form as the office takes it."""
        return SaidOf(self.name, self.kind, mask_of(self.groups), self.reached)


class NewProcessorForm(ProcessorForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One more, under an id that the form made."""

    processor_id: Hex


class EndForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A button and nothing else."""


@get("/privacy/processors")
async def processors_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the list."""
    seat.require(Permission.PRIVACY_READ)
    found = await processors.listed(seat.office, seat.property_id)
    return seat.page(
        "processors.html", here="/privacy/processors", found=[each for each in found if each.is_active],
        over=[each for each in found if not each.is_active], may_work=seat.may(Permission.PRIVACY_WORK),
    )


@get("/privacy/processors/new")
async def new_processor_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the form for one more."""
    seat.require(Permission.PRIVACY_WORK)
    return _form(seat, None, {}, {})


@post("/privacy/processors")
async def add_processor(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Put one more on the list."""
    seat.require(Permission.PRIVACY_WORK)
    form = await seat.form(NewProcessorForm)
    if (new := form.value) is None:
        return _form(seat, None, form.raw, field_errors(seat.words, form.errors), status=422)
    outcome = await processors.add(seat.office, on_duty(seat), bytes.fromhex(new.processor_id), new.said)
    return _after(seat, None, form.raw, outcome, "processor_added")


@get("/privacy/processors/{processor:str}")
async def processor_page(seat: NamedDependency[Seat], processor: FromPath[str]) -> Response[bytes]:
    """Show the form for what is said of one."""
    seat.require(Permission.PRIVACY_WORK)
    found = await _found(seat, processor)
    raw = {
        "name": found.name, "kind": found.kind, "reached": found.reached,
        "groups": [word for word, bit in BIT.items() if found.groups & bit],
    }
    return _form(seat, found, raw, {})


@post("/privacy/processors/{processor:str}")
async def change_processor(seat: NamedDependency[Seat], processor: FromPath[str]) -> Response[bytes]:
    """Say something else of one."""
    seat.require(Permission.PRIVACY_WORK)
    found = await _found(seat, processor)
    form = await seat.form(ProcessorForm)
    if form.value is None:
        return _form(seat, found, form.raw, field_errors(seat.words, form.errors), status=422)
    outcome = await processors.change(seat.office, on_duty(seat), found.processor_id, form.value.said)
    return _after(seat, found, form.raw, outcome, "processor_changed")


@post("/privacy/processors/{processor:str}/end")
async def end_processor(seat: NamedDependency[Seat], processor: FromPath[str]) -> Response[bytes]:
    """Say that one handles nothing any more."""
    seat.require(Permission.PRIVACY_WORK)
    found = await _found(seat, processor)
    await seat.form(EndForm)
    outcome = await processors.end(seat.office, on_duty(seat), found.processor_id)
    return _after(seat, found, {}, outcome, "processor_ended")


async def _found(seat: Seat, processor: str) -> Processor:
    """Return the one of this address. Errors: `NotFoundException`."""
    found = await processors.processor(seat.office, seat.property_id, id_in(processor))
    if found is None:
        raise NotFoundException
    return found


def _after(
    seat: Seat, found: Processor | None, raw: Mapping[str, Any], outcome: Done | ActRefusal, said: str,
) -> Response[bytes]:
    if not isinstance(outcome, ActRefusal):
        return seat.onward(f"/privacy/processors?said={'repeat' if outcome.is_repeat else said}")
    if outcome.code == "not_yours":
        raise NotPermittedError
    sentence = act_sentence(seat.words, outcome.code, outcome.params)
    return _form(seat, found, raw, {_FIELD_OF.get(outcome.code, "name"): sentence}, status=409)


def _form(
    seat: Seat, found: Processor | None, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    address = f"/privacy/processors/{found.processor_id.hex()}" if found else "/privacy/processors/new"
    return seat.page(
        "processor_form.html", status=status, here=address, found=found, raw=raw, errors=errors, groups=list(BIT),
        kinds=processors.KINDS, name_most=NAME_CHARACTERS_MAX, reached_most=REACHED_CHARACTERS_MAX,
    )
