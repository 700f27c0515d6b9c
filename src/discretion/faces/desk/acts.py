"""The acts on a stay that one short form does: a table of what each asks, what it changes, and who may.

Rules:
* An act's form carries the act's id and the version of the stay that the page showed: sent twice it happens once, and
  what somebody else changed meanwhile is never overwritten.
* Whether an act is possible is the office's to say, by the table of hotel.stay; what is drawn here is only what its
  state allows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from discretion.faces.kit.permissions import Permission
from discretion.office import changes

if TYPE_CHECKING:
    from collections.abc import Callable

    from discretion.faces.kit.seat import Seat
    from discretion.office.stay_view import StayView

Hex = Annotated[str, Meta(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")]
Version = Annotated[int, Meta(ge=0, lt=2**31)]
Count = Annotated[int, Meta(ge=0, le=200)]
Amount = Annotated[str, Meta(pattern=r"^-?[0-9]{1,9}(?:\.[0-9]{1,2})?$")]
RoomNumber = Annotated[str, Meta(max_length=10)]


class ActForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What every act's form carries."""

    act_id: Hex
    version: Version


class MoveForm(ActForm, frozen=True):
    """Another room."""

    room: RoomNumber
    reason: Literal["", "noise", "fault", "wish", "upgrade"] = ""


class ExtendForm(ActForm, frozen=True):
    """A later departure."""

    departure: date


class CancelForm(ActForm, frozen=True):
    """Why the booking ends."""

    reason: Literal["in_time", "late", "modified", "other"]


class SettleForm(ActForm, frozen=True):
    """The folio's balance as the cashier tells it."""

    balance: Amount


class AmendForm(ActForm, frozen=True):
    """What may be changed before arrival."""

    arrival: date
    departure: date
    adults: Count
    children: Count = 0
    babies: Count = 0
    room: RoomNumber = ""
    expected_time: time | None = None


class LeaveForm(ActForm, frozen=True):
    """Who leaves before the others."""

    position: Annotated[list[Annotated[int, Meta(ge=0, le=500)]], Meta(max_length=200)] = []


@dataclass(frozen=True, slots=True)
class ActPage:
    """One act: its code in the table of hotel.stay, its address, its form, and what the form changes.

    `change` is None for `settle`, which is no act of the table.
    """

    act: str
    slug: str
    sign: str
    form: type[ActForm]
    change: Callable[[Any], changes.Change] | None
    permission: Permission = Permission.STAY_CHANGE
    is_main: bool = False


def _amend(form: AmendForm) -> changes.Change:
    return changes.Amend(
        arrival=form.arrival, departure=form.departure, adults=form.adults, children=form.children,
        babies=form.babies, room_number=form.room, expected_time=form.expected_time,
    )


_BOOKING: Final = Permission.BOOKING_CHANGE
_ALL: Final = (
    ActPage("check_in", "check-in", "log-in", ActForm, None, is_main=True),
    ActPage("check_out", "check-out", "log-out", ActForm, lambda _form: changes.CheckOut(), is_main=True),
    ActPage("join", "join", "user", ActForm, None),
    ActPage("leave", "leave", "user-x", LeaveForm, lambda form: changes.Leave(tuple(form.position))),
    ActPage("move_room", "move-room", "arrow-right", MoveForm, lambda form: changes.MoveRoom(form.room, form.reason)),
    ActPage("extend", "extend", "calendar-days", ExtendForm, lambda form: changes.Extend(form.departure)),
    ActPage("settle", "settle", "receipt", SettleForm, None),
    ActPage("confirm", "confirm", "check", ActForm, lambda _form: changes.Confirm(), _BOOKING),
    ActPage("amend", "amend", "pencil", AmendForm, _amend, _BOOKING),
    ActPage("mark_no_show", "no-show", "user-x", ActForm, lambda _form: changes.NoShow()),
    ActPage("cancel", "cancel", "x", CancelForm, lambda form: changes.Cancel(form.reason), _BOOKING),
    ActPage("reinstate", "reinstate", "history", ActForm, lambda _form: changes.Reinstate(), _BOOKING),
    ActPage("undo_check_in", "undo-check-in", "history", ActForm, lambda _form: changes.UndoCheckIn()),
    ActPage("undo_check_out", "undo-check-out", "history", ActForm, lambda _form: changes.UndoCheckOut()),
)
PAGES: Final = MappingProxyType({page.slug: page for page in _ALL})


def may_do(seat: Seat, view: StayView, page: ActPage) -> bool:
    """Return whether the act is drawn: the duty may, and the stay's state, date and balance do not rule it out."""
    line = view.line
    if not seat.may(page.permission):
        return False
    if page.act == "settle":
        return line.state in {"confirmed", "in_house", "checked_out"}
    if page.act not in view.may:
        return False
    return {
        "mark_no_show": line.arrival < view.business_date,
        "check_in": line.arrival <= view.business_date <= line.departure,
        "undo_check_in": line.checked_in_on == view.business_date,
        "undo_check_out": line.left_on == view.business_date,
        "leave": sum(o.state == "on_board" for o in view.occupants) > 1,
    }.get(page.act, True)
