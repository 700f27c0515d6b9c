"""What each act does to a stay that is locked: its new values, its people, its room. The writing is `stays`'.

Each act first asks the table of `hotel.stay`; what it adds is what only the house can know: rooms that exist, people
who are named, balances. A refusal leaves as `RefusedError` and ends the transaction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from discretion.hotel.room import RoomState, after_arrival, after_departure, after_undone_arrival
from discretion.hotel.stay import (
    Act,
    ActDetails,
    OccupantState,
    StayChange,
    StayFacts,
    StayState,
    transition,
)
from discretion.office.outcome import RefusedError
from discretion.office.people import boarded, counted, filled, left, named, places, positions_of, undone
from discretion.office.plain_text import is_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.office.changes import (
        Amend,
        Cancel,
        CheckIn,
        Confirm,
        Correct,
        Extend,
        Join,
        Leave,
        MoveRoom,
        NoShow,
        Person,
        Reinstate,
    )
    from discretion.office.people import Occupant
    from discretion.office.stay_rows import RoomRow, StayRow, StayRows

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_CURRENCY = re.compile(r"([A-Z]{3})?")
_MEAL_CHARACTERS_MAX = 20
_ROOM_TYPE_CHARACTERS_MAX = 40
_AMOUNT_MAX = Decimal(10) ** 10
NIGHTS_MAX = 1000


@dataclass(frozen=True, slots=True)
class Work:
    """A stay under the lock, with its people and the rows to ask more of."""

    rows: StayRows
    stay: StayRow
    people: tuple[Occupant, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What is to be written. `room_states` are the rooms whose state changes; `details` stand in the act's line."""

    stay: StayRow
    people: tuple[Occupant, ...]
    details: Mapping[str, Any] = field(default_factory=dict)
    room_states: Mapping[str, str] = field(default_factory=dict)
    closes_segment: bool = False
    opens_segment: bool = False


def allowed(act: Act, stay: StayRow, details: ActDetails, *, state: StayState | None, people: int = 0) -> StayChange:
    """Return what the table makes of the act. Errors: `RefusedError` with the table's code."""
    made = transition(act, StayFacts(
        state=state,
        business_date=stay.business_date,
        arrival=stay.arrival,
        departure=stay.departure,
        room=stay.room_number,
        persons=stay.adults + stay.children + stay.babies,
        named_occupants=people,
        checked_in_on=stay.checked_in_on,
        checked_out_on=stay.left_on,
        has_charges=stay.balance > 0,
    ), details)
    if isinstance(made, StayChange):
        return made
    raise RefusedError(made.code, act=act, state=made.state or "")


def check_values(stay: StayRow) -> None:
    """Return if the plain values fit their columns. Errors: `RefusedError` `value`, naming the field."""
    if (stay.departure - stay.arrival).days > NIGHTS_MAX:
        raise RefusedError("value", field="departure")
    if not is_plain(stay.meal, _MEAL_CHARACTERS_MAX, at_least=0):
        raise RefusedError("value", field="meal")
    if not is_plain(stay.room_type_reserved, _ROOM_TYPE_CHARACTERS_MAX, at_least=0):
        raise RefusedError("value", field="room_type")
    if not _CURRENCY.fullmatch(stay.currency):
        raise RefusedError("value", field="currency")
    for name, amount, least in (("rate", stay.rate, Decimal(0)), ("balance", stay.balance, -_AMOUNT_MAX)):
        if amount is None:
            continue
        if not (amount.is_finite() and least <= amount < _AMOUNT_MAX and amount == round(amount, 2)):
            raise RefusedError("value", field=name)


async def arrived(work: Work, act: Act, room_number: str, people: Sequence[Person]) -> Result:
    """Check in or walk in: who arrives is named, the room is theirs, the stay is in the house."""
    stay = work.stay
    rows = named(filled(work.people, stay.adults, stay.children, stay.babies), people)
    arriving = {person.guest_id for person in people} or {row.guest_id for row in rows if row.guest_id is not None}
    number = room_number or stay.room_number
    state = StayState(stay.state) if act is Act.CHECK_IN else None
    made = allowed(act, stay, ActDetails(room=number, named_occupants=len(arriving)), state=state)
    room = await _free_room(work, number, is_new=number != stay.room_number)
    adults, children, babies = counted(rows)
    after = replace(
        stay, state=made.after, room_number=number, room_type_assigned=room.type or stay.room_type_assigned,
        adults=adults, children=children, babies=babies, actual_in_at=stay.now_at, checked_in_on=stay.business_date,
        actual_out_at=None, left_on=None,
    )
    aboard = boarded(rows, arriving, stay.business_date)
    states = {number: after_arrival(RoomState(room.state))}
    noted = {"arrived": sorted(positions_of(aboard, OccupantState.ON_BOARD))}
    return Result(after, aboard, noted, states, opens_segment=True)


async def check_in(work: Work, change: CheckIn) -> Result:
    """People arrive."""
    return await arrived(work, Act.CHECK_IN, change.room_number, change.people)


async def confirm(work: Work, _change: Confirm) -> Result:
    """The booking becomes firm."""
    return _simple(work, Act.CONFIRM, ActDetails())


async def cancel(work: Work, change: Cancel) -> Result:
    """The booking ends."""
    return _simple(work, Act.CANCEL, ActDetails(reason=change.reason), {"reason": change.reason})


async def no_show(work: Work, _change: NoShow) -> Result:
    """Nobody came."""
    return _simple(work, Act.MARK_NO_SHOW, ActDetails())


async def reinstate(work: Work, _change: Reinstate) -> Result:
    """The booking stands again; its room only if nobody else has it meanwhile."""
    made = _simple(work, Act.REINSTATE, ActDetails())
    stay = made.stay
    if stay.room_number:
        await work.rows.lock_rooms([stay.room_number])
        if await work.rows.has_clash(stay, stay.room_number):
            return replace(made, stay=replace(stay, room_number="", room_type_assigned=""))
    return made


async def amend(work: Work, change: Amend) -> Result:
    """New values before arrival; a room that was or becomes assigned must be free for the new dates."""
    stay = work.stay
    counts = (_or(change.adults, stay.adults), _or(change.children, stay.children), _or(change.babies, stay.babies))
    made = allowed(Act.AMEND, stay, ActDetails(
        arrival=change.arrival, departure=change.departure, persons=sum(counts), room=change.room_number or "",
    ), state=StayState(stay.state))
    number = stay.room_number if change.room_number is None else change.room_number
    after = replace(
        stay, arrival=made.arrival, departure=made.departure, room_number=number,
        room_type_reserved=_or(change.room_type, stay.room_type_reserved),
        expected_time=_or(change.expected_time, stay.expected_time), meal=_or(change.meal, stay.meal),
        rate=_or(change.rate, stay.rate), currency=_or(change.currency, stay.currency),
        adults=counts[0], children=counts[1], babies=counts[2],
    )
    people = places(filled(work.people, stay.adults, stay.children, stay.babies), *counts)
    if after == stay and people == work.people:
        raise RefusedError("nothing_changed")
    if (after.room_number, after.arrival, after.departure) != (stay.room_number, stay.arrival, stay.departure):
        after = replace(after, room_type_assigned=await assigned_type(work.rows, after))
    return Result(after, people)


async def assigned_type(rows: StayRows, stay: StayRow) -> str:
    """Return the type of the room that `stay` has assigned, "" without one.

    Errors: `RefusedError` `room_unknown`, `room_taken` when another stay has it for one of the nights.
    """
    if not stay.room_number:
        return ""
    found = (await rows.lock_rooms([stay.room_number])).get(stay.room_number)
    if found is None:
        raise RefusedError("room_unknown", room=stay.room_number)
    if await rows.has_clash(stay, stay.room_number):
        raise RefusedError("room_taken", room=stay.room_number)
    return found.type


async def undo_check_in(work: Work, _change: object) -> Result:
    """Nobody has arrived after all: the people are expected again, the room is vacant, the time in it is closed."""
    stay = work.stay
    made = allowed(Act.UNDO_CHECK_IN, stay, ActDetails(), state=StayState(stay.state))
    people = undone(work.people, positions_of(work.people, OccupantState.ON_BOARD))
    rooms = await work.rows.lock_rooms([stay.room_number])
    states = {number: after_undone_arrival(RoomState(room.state)) for number, room in rooms.items()}
    after = replace(stay, state=made.after, actual_in_at=None, checked_in_on=None)
    return Result(after, people, {}, states, closes_segment=True)


async def join(work: Work, change: Join) -> Result:
    """More people come into the stay; the count grows when there is no place left in it."""
    stay = work.stay
    allowed(Act.JOIN, stay, ActDetails(on=stay.business_date), state=StayState(stay.state))
    if not change.people:
        raise RefusedError("nobody_named")
    rows = named(filled(work.people, stay.adults, stay.children, stay.babies), change.people)
    people = boarded(rows, {person.guest_id for person in change.people}, stay.business_date)
    joined = positions_of(people, OccupantState.ON_BOARD) - positions_of(work.people, OccupantState.ON_BOARD)
    if not joined:
        raise RefusedError("nothing_changed")
    adults, children, babies = counted(people)
    return Result(replace(stay, adults=adults, children=children, babies=babies), people, {"joined": sorted(joined)})


async def leave(work: Work, change: Leave) -> Result:
    """Some leave before the others; the last one checks out."""
    stay = work.stay
    allowed(Act.LEAVE, stay, ActDetails(on=stay.business_date), state=StayState(stay.state))
    aboard, going = positions_of(work.people, OccupantState.ON_BOARD), set(change.positions)
    if not going or going - aboard:
        raise RefusedError("position_unknown", position=",".join(str(position) for position in sorted(going - aboard)))
    if going == aboard:
        raise RefusedError("last_occupant")
    return Result(stay, left(work.people, going, stay.business_date), {"left": sorted(going)})


async def move_room(work: Work, change: MoveRoom) -> Result:
    """Another room: the old one is vacant and dirty, the new one occupied, both times in a room are kept."""
    stay = work.stay
    # The table is asked first for what it can tell without the rooms; whether the target is free comes with its lock.
    made = allowed(
        Act.MOVE_ROOM, stay, ActDetails(room=change.room_number, is_room_free=True), state=StayState(stay.state),
    )
    if change.reason and not _CODE.fullmatch(change.reason):
        raise RefusedError("reason_unknown")
    room = await _free_room(work, made.room, is_new=True)
    old = (await work.rows.lock_rooms([stay.room_number])).get(stay.room_number)
    states = {room.number: after_arrival(RoomState(room.state))}
    if old is not None:
        states[old.number] = after_departure(RoomState(old.state))
    after = replace(stay, room_number=room.number, room_type_assigned=room.type or stay.room_type_assigned)
    noted = {"from": stay.room_number, "reason": change.reason}
    return Result(after, work.people, noted, states, closes_segment=True, opens_segment=True)


async def extend(work: Work, change: Extend) -> Result:
    """A later departure. Not checked: whether the room is promised to an arrival, who then needs another."""
    stay = work.stay
    made = allowed(Act.EXTEND, stay, ActDetails(departure=change.departure), state=StayState(stay.state))
    return Result(replace(stay, departure=made.departure), work.people)


async def check_out(work: Work, _change: object) -> Result:
    """Everybody leaves; an open balance is refused, whoever owes it."""
    stay = work.stay
    made = allowed(Act.CHECK_OUT, stay, ActDetails(), state=StayState(stay.state))
    if stay.balance != 0:
        raise RefusedError("has_balance", amount=str(stay.balance), currency=stay.currency)
    going = positions_of(work.people, OccupantState.ON_BOARD)
    rooms = await work.rows.lock_rooms([stay.room_number])
    states = {number: after_departure(RoomState(room.state)) for number, room in rooms.items()}
    after = replace(stay, state=made.after, actual_out_at=stay.now_at, left_on=made.left_on)
    noted = {"departed": sorted(going), "effects": [str(effect) for effect in made.effects]}
    return Result(after, left(work.people, going, stay.business_date), noted, states, closes_segment=True)


async def undo_check_out(work: Work, _change: object) -> Result:
    """The people who left with the check-out are in the house again, in the same room."""
    stay = work.stay
    made = allowed(Act.UNDO_CHECK_OUT, stay, ActDetails(is_room_free=True), state=StayState(stay.state))
    room = await _free_room(work, stay.room_number, is_new=False)
    noted = await work.rows.last_details(stay.stay_id, Act.CHECK_OUT)
    people = undone(work.people, set(noted.get("departed", ())))
    after = replace(stay, state=made.after, actual_out_at=None, left_on=None)
    states = {room.number: after_arrival(RoomState(room.state))}
    return Result(after, people, {}, states, opens_segment=True)


async def correct(work: Work, change: Correct) -> Result:
    """New values after departure, with a reason; snapshots stay as they are."""
    stay = work.stay
    allowed(Act.CORRECT, stay, ActDetails(reason=change.reason), state=StayState(stay.state))
    if not _CODE.fullmatch(change.reason):
        raise RefusedError("reason_unknown")
    counts = (_or(change.adults, stay.adults), _or(change.children, stay.children), _or(change.babies, stay.babies))
    after = replace(
        stay, adults=counts[0], children=counts[1], babies=counts[2], meal=_or(change.meal, stay.meal),
        rate=_or(change.rate, stay.rate), currency=_or(change.currency, stay.currency),
    )
    if after == stay:
        raise RefusedError("nothing_changed")
    people = work.people
    if counts != (stay.adults, stay.children, stay.babies):
        people = places(filled(people, stay.adults, stay.children, stay.babies), *counts)
    return Result(after, people, {"reason": change.reason})


def _simple(work: Work, act: Act, details: ActDetails, noted: Mapping[str, Any] | None = None) -> Result:
    made = allowed(act, work.stay, details, state=StayState(work.stay.state))
    return Result(replace(work.stay, state=made.after), work.people, noted or {})


async def _free_room(work: Work, number: str, *, is_new: bool) -> RoomRow:
    """Return the room, locked and free; a room that is newly chosen must also be promised to nobody else."""
    rooms = await work.rows.lock_rooms([number, work.stay.room_number])
    room = rooms.get(number)
    if room is None:
        raise RefusedError("room_unknown", room=number)
    if room.state in {RoomState.OOO, RoomState.OOS}:
        raise RefusedError("room_out_of_order", room=number, state=room.state)
    if await work.rows.is_occupied(number, work.stay.stay_id):
        raise RefusedError("room_taken", room=number)
    if is_new and await work.rows.has_clash(work.stay, number):
        raise RefusedError("room_taken", room=number)
    return room


def _or(new: Any, old: Any) -> Any:  # noqa: ANN401 - one of the two, of any column
    return old if new is None else new
