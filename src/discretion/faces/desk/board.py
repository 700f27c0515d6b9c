"""The room board, in its first form: states as words and glyphs, and setting clean or dirty."""

from __future__ import annotations

from itertools import groupby
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta

from discretion.faces.desk.acts import RoomNumber
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import Seat
from discretion.office import rooms
from discretion.office.outcome import ActRefusal

State = Literal["VC", "VD", "OC", "OD", "VI", "OOO", "OOS"]
_NEXT = {
    "VC": ("VI", "VD"), "VD": ("VC",), "OC": ("OD",), "OD": ("OC",), "VI": ("VD",), "OOO": ("VD",), "OOS": ("VD",),
}  # fmt: skip


class RoomForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One room's new state, and the state the page showed."""

    number: Annotated[RoomNumber, Meta(min_length=1)]
    state: State
    seen: State


@get("/rooms")
async def rooms_page(seat: NamedDependency[Seat], show: FromQuery[str] = "") -> Response[bytes]:
    """Show every room by floor, or those of one state."""
    return await _shown(seat, show)


@post("/rooms")
async def set_room(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Set one room's state."""
    seat.require(Permission.ROOM_CHANGE)
    form = (await seat.form(RoomForm)).value
    if form is None:
        raise MalformedFormError("room")
    outcome = await rooms.set_state(seat.office, seat.property_id, form.number, form.state, seen=form.seen)
    if isinstance(outcome, ActRefusal):
        return await _shown(seat, "", act_sentence(seat.words, outcome.code, outcome.params), status=409)
    return seat.onward("/rooms?said=room")


async def _shown(seat: Seat, state: str, refused: str = "", *, status: int = 200) -> Response[bytes]:
    if not seat.may(Permission.STAY_LIST):
        seat.require(Permission.ROOM_CHANGE)
    every = await rooms.rooms(seat.office, seat.property_id)
    counts = {code: sum(room.state == code for room in every) for code in _NEXT}
    shown = [room for room in every if not state or room.state == state]
    shown.sort(key=lambda room: (len(room.floor), room.floor))  # 9 before 10; stable, so rooms keep their order
    floors = [(floor, list(each)) for floor, each in groupby(shown, key=lambda room: room.floor)]
    return seat.page(
        "rooms.html", status=status, floors=floors, counts=counts, state=state, next_states=_NEXT, refused=refused,
        total=len(every), may_set=seat.may(Permission.ROOM_CHANGE), here="/rooms",
    )
