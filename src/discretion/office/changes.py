"""What a person at the desk wants changed about a stay: one frozen class an act, as the faces fill them in.

Nothing is checked here; `stays` answers with a refusal. The acts themselves are the table of `hotel.stay`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from discretion.hotel.stay import Act, StayState

if TYPE_CHECKING:
    from datetime import date, time
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Person:
    """A guest in a stay.

    Shapes: `relation` is a `hotel.stay.Kinship` code of an accompanying person to the primary one, or "";
    `age_category` is adult, child or infant; `guardian_reached` is asked for minors; `position` is the provisional row
    to re-use, None = the next free one, else a new one.
    """

    guest_id: bytes
    relation: str = ""
    age_category: str = "adult"
    guardian_reached: bool | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A new reservation of one stay. `people` are those known already, the primary one first."""

    arrival: date
    departure: date
    adults: int
    children: int = 0
    babies: int = 0
    state: str = StayState.CONFIRMED
    room_number: str = ""
    room_type: str = ""
    expected_time: time | None = None
    meal: str = ""
    rate: Decimal | None = None
    currency: str = ""
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkIn:
    """Somebody without a reservation, who arrives now."""

    departure: date
    room_number: str
    adults: int
    people: tuple[Person, ...]
    children: int = 0
    babies: int = 0
    room_type: str = ""
    meal: str = ""
    rate: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """A booking becomes firm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amend:
    """New values before arrival; None leaves what is, `room_number` "" takes the room away."""

    arrival: date | None = None
    departure: date | None = None
    adults: int | None = None
    children: int | None = None
    babies: int | None = None
    room_number: str | None = None
    room_type: str | None = None
    expected_time: time | None = None
    meal: str | None = None
    rate: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """A booking ends; `reason` is a `hotel.stay.CancelReason`."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoShow:
    """Nobody came."""


@dataclass(frozen=True, slots=True)
class Reinstate:
    """A cancelled booking or a no-show is confirmed again."""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """People arrive: `room_number` "" is the room assigned, `people` empty is everybody already named."""

    room_number: str = ""
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class UndoCheckIn:
    """The check-in of this business date was a mistake."""


@dataclass(frozen=True, slots=True)
class Join:
    """More people come into the stay."""

    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Leave:
    """Some people leave before the others."""

    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MoveRoom:
    """Another room; `reason` is a code such as `noise`, or ""."""

    room_number: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Extend:
    """A later departure."""

    departure: date


@dataclass(frozen=True, slots=True)
class CheckOut:
    """Everybody leaves; before the booked day it is an early departure, and both are kept."""


@dataclass(frozen=True, slots=True)
class UndoCheckOut:
    """The check-out of this business date was a mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct:
    """New values after departure; `reason` is a code such as `rate_error`. None leaves what is."""

    reason: str
    adults: int | None = None
    children: int | None = None
    babies: int | None = None
    meal: str | None = None
    rate: Decimal | None = None
    currency: str | None = None


Change: TypeAlias = (
    Confirm | Amend | Cancel | NoShow | Reinstate | CheckIn | UndoCheckIn | Join | Leave | MoveRoom | Extend
    | CheckOut | UndoCheckOut | Correct
)

ACT_OF_CHANGE: dict[type[Change], Act] = {
    Confirm: Act.CONFIRM,
    Amend: Act.AMEND,
    Cancel: Act.CANCEL,
    NoShow: Act.MARK_NO_SHOW,
    Reinstate: Act.REINSTATE,
    CheckIn: Act.CHECK_IN,
    UndoCheckIn: Act.UNDO_CHECK_IN,
    Join: Act.JOIN,
    Leave: Act.LEAVE,
    MoveRoom: Act.MOVE_ROOM,
    Extend: Act.EXTEND,
    CheckOut: Act.CHECK_OUT,
    UndoCheckOut: Act.UNDO_CHECK_OUT,
    Correct: Act.CORRECT,
}
