"""/holds: legal holds. One person proposes, another seconds, and each ends by its day or with a reason.

Rules:
* A record is named by its id, as in its address; a case by its number. No name of a guest stands here.
* Whoever proposed a hold is not offered to second it.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from discretion.faces.kit.address import Hex
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import RULES, act_sentence, field_errors
from discretion.faces.kit.seat import NotPermittedError, Seat
from discretion.hotel import number as numbers
from discretion.hotel.purpose import FieldGroup
from discretion.office import legal_holds
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_END_OF_DAY: Final = time(23, 59)
_REQUIRED: Final = RULES["required"]
_FIELD_OF: Final = {
    "hold_scope": "guest", "groups": "groups", "until": "until_on", "hold_reference": "reference",
    "not_found": "guest",
}  # fmt: skip


class HoldForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A hold to be proposed: about one record, one case, or everybody who stayed in some days."""

    hold_id: Hex
    reason: Annotated[str, Meta(min_length=1, max_length=500)]
    until_on: date
    groups: Annotated[list[str], Meta(max_length=8)] = []
    guest: Annotated[str, Meta(max_length=32, pattern="^([0-9a-f]{32})?$")] = ""
    case: Annotated[str, Meta(max_length=20)] = ""
    first_day: date | None = None
    last_day: date | None = None
    reference: Annotated[str, Meta(max_length=80)] = ""


class SecondForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A button and nothing else."""


class EndForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a hold ends."""

    reason: Annotated[str, Meta(min_length=1, max_length=500)]


@get("/holds")
async def holds_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show what waits for a second person, what holds, and what has ended."""
    return await _holds(seat)


@get("/holds/new")
async def new_hold_page(seat: NamedDependency[Seat], guest: FromQuery[str] = "") -> Response[bytes]:
    """Show the form; `guest` fills it with a record."""
    seat.require(Permission.HOLD_WORK)
    return _form(seat, {"guest": guest} if len(guest) == 32 and guest.isalnum() else {}, {})  # noqa: PLR2004 - an id


@post("/holds")
async def propose_hold(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Propose a hold."""
    seat.require(Permission.HOLD_WORK)
    form = await seat.form(HoldForm)
    given = form.value
    if given is None:
        errors = field_errors(seat.words, form.errors)
        return _form(seat, form.raw, errors, status=422)
    known = {group.word: group.bit for group in FieldGroup}
    zone = ZoneInfo(seat.property.time_zone)
    outcome = await legal_holds.propose(
        seat.office, seat.property_id, seat.person.staff_id,
        legal_holds.NewHold(
            bytes.fromhex(given.hold_id), sum(known.get(word, 0) for word in set(given.groups)), given.reason,
            datetime.combine(given.until_on, _END_OF_DAY, zone), given.reference,
            bytes.fromhex(given.guest) or None, given.case.strip(), given.first_day, given.last_day,
        ),
    )
    if isinstance(outcome, ActRefusal):
        if outcome.code == "hold_role":
            raise NotPermittedError
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return _form(seat, form.raw, {_FIELD_OF.get(outcome.code, "reason"): sentence}, status=409)
    return seat.onward("/holds?said=hold_proposed")


@post("/holds/{number:str}/second")
async def second_hold(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Second a hold that somebody else proposed."""
    seat.require(Permission.HOLD_WORK)
    await seat.form(SecondForm)
    outcome = await legal_holds.second(seat.office, seat.property_id, seat.person.staff_id, _read(number))
    return await _after(seat, outcome, "hold_seconded")


@post("/holds/{number:str}/end")
async def end_hold(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """End a hold, or turn a proposal down, with a reason."""
    seat.require(Permission.HOLD_WORK)
    form = (await seat.form(EndForm)).value
    if form is None:
        return await _holds(seat, refused=seat.words.gettext(_REQUIRED), status=422)
    outcome = await legal_holds.end(seat.office, seat.property_id, seat.person.staff_id, _read(number), form.reason)
    return await _after(seat, outcome, "hold_ended")


async def _after(seat: Seat, outcome: legal_holds.HoldDone | ActRefusal, said: str) -> Response[bytes]:
    if isinstance(outcome, ActRefusal):
        if outcome.code == "not_found":
            raise NotFoundException
        return await _holds(seat, refused=act_sentence(seat.words, outcome.code, outcome.params), status=409)
    return seat.onward(f"/holds?said={'repeat' if outcome.is_repeat else said}")


def _read(number: str) -> str:
    """Return the number as it is written; what is none is found nowhere."""
    found = numbers.read(number)
    if found is None:
        raise NotFoundException
    return found


async def _holds(seat: Seat, *, refused: str = "", status: int = 200) -> Response[bytes]:
    if not seat.may(Permission.HOLD_WORK):
        seat.require(Permission.RETENTION_READ)
    found = await legal_holds.holds(seat.office, seat.property_id)
    return seat.page(
        "holds.html", status=status, here="/holds", refused=refused,
        open_holds=[each for each in found if each.state in {"proposed", "in_force"}],
        over=[each for each in found if each.state in {"expired", "ended"}],
        guests=await legal_holds.guests_held(seat.office, seat.property_id),
        may_work=seat.may(Permission.HOLD_WORK),
    )


def _form(seat: Seat, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200) -> Response[bytes]:
    return seat.page(
        "hold_form.html", status=status, here="/holds", raw=raw, errors=errors,
        groups=[group.word for group in FieldGroup],
    )
