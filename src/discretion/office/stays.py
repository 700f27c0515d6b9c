"""Acts on a stay: every change of one goes through here, and through the table of `hotel.stay`.

Rules:
* One transaction an act, the stay locked: two people at two desks never both win.
* Each act carries an id; the same id twice changes nothing and answers as the first time.
* The version that the person saw must still be the stay's, else `stale`.
* What was before stands in the act's line, which nobody can change.

Left to others: who may do it (the faces, by duty), the guests' records and snapshots (the keeper).
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg

from discretion.hotel import number as reservation_number
from discretion.hotel.stay import Act, ActDetails, StayState
from discretion.office import stay_acts
from discretion.office.changes import (
    ACT_OF_CHANGE,
    Amend,
    Booking,
    Cancel,
    CheckIn,
    CheckOut,
    Confirm,
    Correct,
    Extend,
    Join,
    Leave,
    MoveRoom,
    NoShow,
    Reinstate,
    UndoCheckIn,
    UndoCheckOut,
    WalkIn,
)
from discretion.office.database import OfficeUnavailableError
from discretion.office.outcome import ActRefusal, Changed, RefusedError
from discretion.office.people import counted, named, places
from discretion.office.stay_acts import Result, Work
from discretion.office.stay_rows import House, StayRow, StayRows

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date

    from discretion.office.changes import Change
    from discretion.office.database import Office
    from discretion.office.outcome import Doing, SeenStay
    from discretion.office.people import Occupant

SETTLE = "settle"
_NUMBER_TRIES = 8
_ATTEMPTS = 3
_UNTOLD = frozenset({"number", "business_date", "now_at", "version", "stay_id", "reservation_id"})
_SETTLED_IN = frozenset({StayState.CONFIRMED, StayState.IN_HOUSE, StayState.CHECKED_OUT})

_ACTS: Mapping[type[Change], Callable[[Work, Any], Awaitable[Result]]] = {
    Confirm: stay_acts.confirm,
    Amend: stay_acts.amend,
    Cancel: stay_acts.cancel,
    NoShow: stay_acts.no_show,
    Reinstate: stay_acts.reinstate,
    CheckIn: stay_acts.check_in,
    UndoCheckIn: stay_acts.undo_check_in,
    Join: stay_acts.join,
    Leave: stay_acts.leave,
    MoveRoom: stay_acts.move_room,
    Extend: stay_acts.extend,
    CheckOut: stay_acts.check_out,
    UndoCheckOut: stay_acts.undo_check_out,
    Correct: stay_acts.correct,
}


async def book(office: Office, doing: Doing, booking: Booking) -> Changed | ActRefusal:
    """Make a reservation of one stay, with provisional occupants and those named already.

    Refusals: of the table (`not_bookable`, `dates_…`, `no_persons`), `value`, `room_unknown`, `room_taken`, those of
    `people.named`, `act_id_used`, `not_found`.
    """

    async def do(rows: StayRows, house: House, number: str) -> Changed:
        fresh = _new_stay(doing, house, booking, booking.arrival, number)
        state = StayState(booking.state) if booking.state in StayState.__members__.values() else None
        made = stay_acts.allowed(Act.BOOK, fresh, ActDetails(into=state), state=None)
        people = named(places((), booking.adults, booking.children, booking.babies), booking.people)
        adults, children, babies = counted(people)
        stay = replace(
            fresh, state=made.after, room_number=booking.room_number, expected_time=booking.expected_time,
            adults=adults, children=children, babies=babies,
        )
        stay_acts.check_values(stay)
        stay = replace(stay, room_type_assigned=await stay_acts.assigned_type(rows, stay))
        await rows.add_stay(stay)
        await rows.save_people(stay.stay_id, (), people)
        await rows.note(doing, Act.BOOK, None, stay, {})
        return _changed(stay, Act.BOOK)

    return await _found(office, doing, Act.BOOK, do)


async def walk_in(office: Office, doing: Doing, walk_in: WalkIn) -> Changed | ActRefusal:
    """Book and check in at once: one act, two versions.

    Refusals: as of `book` and of a check-in.
    """

    async def do(rows: StayRows, house: House, number: str) -> Changed:
        stay = replace(_new_stay(doing, house, walk_in, house.business_date, number), state=StayState.CONFIRMED)
        stay_acts.check_values(stay)
        people = places((), walk_in.adults, walk_in.children, walk_in.babies)
        result = await stay_acts.arrived(Work(rows, stay, people), Act.WALK_IN, walk_in.room_number, walk_in.people)
        await rows.add_stay(stay)
        return await _write(rows, doing, Act.WALK_IN, (None, stay, ()), result)

    return await _found(office, doing, Act.WALK_IN, do)


async def change(office: Office, doing: Doing, seen: SeenStay, change: Change) -> Changed | ActRefusal:
    """Carry out one act on a stay.

    Refusals: `not_found`, `stale`, `act_id_used`, the table's codes, and those of the act in `stay_acts`.
    """
    act = ACT_OF_CHANGE[type(change)]

    async def do(work: Work) -> Result:
        return await _ACTS[type(change)](work, change)

    return await _on_stay(office, doing, seen, act, do)


async def settle(office: Office, doing: Doing, seen: SeenStay, balance: Decimal) -> Changed | ActRefusal:
    """Note the folio's balance as the cashier tells it; above 0 the guest owes. Refusals: as of `change`, `value`."""

    async def do(work: Work) -> Result:
        if work.stay.state not in _SETTLED_IN:
            raise RefusedError("wrong_state", act=SETTLE, state=work.stay.state)
        return Result(replace(work.stay, balance=balance), work.people)

    return await _on_stay(office, doing, seen, SETTLE, do)


async def _on_stay(
    office: Office, doing: Doing, seen: SeenStay, act: str, do: Callable[[Work], Awaitable[Result]],
) -> Changed | ActRefusal:
    async def attempt(rows: StayRows) -> Changed:
        # 1. The stay, held: whoever else acts on it waits here.
        stay = await rows.lock(seen.stay_id)
        if stay is None:
            raise RefusedError("not_found")
        # 2. Was this act done before? Only now can the answer no longer change.
        done = await rows.done(doing.act_id)
        if done is not None:
            return _repeated(done, act, seen.stay_id)
        if stay.version != seen.version:
            raise RefusedError("stale", version=str(stay.version))
        # 3. What the act makes of it, and the writing.
        people = await rows.occupants(stay.stay_id)
        result = await do(Work(rows, stay, people))
        stay_acts.check_values(result.stay)
        return await _write(rows, doing, act, (stay.state, stay, people), result)

    return await _attempted(office, doing, attempt)


async def _found(
    office: Office, doing: Doing, act: Act, do: Callable[[StayRows, House, str], Awaitable[Changed]],
) -> Changed | ActRefusal:
    """Found a reservation under a free number and let `do` make its stay; the ids follow from the act's id."""

    async def attempt(rows: StayRows) -> Changed:
        house = await rows.house()
        if house is None:
            raise RefusedError("not_found")
        for _ in range(_NUMBER_TRIES):
            done = await rows.done(doing.act_id)
            if done is not None:
                return _repeated(done, act, _id_from(doing, "stay"))
            number = reservation_number.make("R", secrets.token_bytes(16))
            # A second one with the same act id waits here until the first has committed, and finds it above.
            if await rows.add_reservation(_id_from(doing, "reservation"), number, house.business_date):
                return await do(rows, house, number)
        raise RefusedError("act_id_used")

    return await _attempted(office, doing, attempt)


async def _attempted(
    office: Office, doing: Doing, attempt: Callable[[StayRows], Awaitable[Changed]],
) -> Changed | ActRefusal:
    """Run the attempt in a transaction; one that lost a race against another is run again from the start."""
    lost: psycopg.Error | None = None
    for _ in range(_ATTEMPTS):
        try:
            async with office.changing() as now:
                return await attempt(StayRows(now, doing.property_id))
        except RefusedError as refused:
            return refused.refusal
        except (psycopg.errors.UniqueViolation, psycopg.errors.DeadlockDetected) as error:
            # Nothing was kept. A room or an act id went to somebody else meanwhile: the next attempt sees it.
            lost = error
    raise OfficeUnavailableError("others were first, again and again") from lost


async def _write(
    rows: StayRows,
    doing: Doing,
    act: str,
    before: tuple[str | None, StayRow, tuple[Occupant, ...]],
    result: Result,
) -> Changed:
    from_state, old, people = before
    stay = replace(result.stay, version=old.version + 1)
    await rows.save_stay(stay)
    await rows.save_people(stay.stay_id, people, result.people)
    if result.closes_segment or result.opens_segment:
        await rows.move_segment(stay, closes=result.closes_segment, opens=result.opens_segment)
    for number, state in result.room_states.items():
        await rows.set_room_state(number, state)
    await rows.note(doing, act, from_state, stay, {**result.details, "was": _was(old, stay)})
    return _changed(stay, act)


def _was(old: StayRow, new: StayRow) -> dict[str, str | None]:
    """Return the values that the act replaced, as text."""
    was: dict[str, str | None] = {}
    for column in fields(StayRow):
        before = getattr(old, column.name)
        if column.name not in _UNTOLD and before != getattr(new, column.name):
            was[column.name] = None if before is None else str(before)
    return was


def _new_stay(doing: Doing, house: House, wanted: Booking | WalkIn, arrival: date, number: str) -> StayRow:
    return StayRow(
        stay_id=_id_from(doing, "stay"), reservation_id=_id_from(doing, "reservation"), number=number, state="",
        arrival=arrival, departure=wanted.departure, actual_in_at=None, actual_out_at=None, left_on=None,
        checked_in_on=None, room_number="", room_type_reserved=wanted.room_type, room_type_assigned="",
        adults=wanted.adults, children=wanted.children, babies=wanted.babies, meal=wanted.meal, rate=wanted.rate,
        currency=wanted.currency, expected_time=None, balance=Decimal(0), version=1,
        business_date=house.business_date, now_at=house.now_at,
    )


def _id_from(doing: Doing, kind: str) -> bytes:
    """Return an id that follows from the act's, so that a repeat names the same rows."""
    return hashlib.sha256(b"discretion act " + kind.encode() + doing.property_id + doing.act_id).digest()[:16]


def _repeated(done: Changed, act: str, stay_id: bytes) -> Changed:
    if (done.act, done.stay_id) != (act, stay_id):
        raise RefusedError("act_id_used")
    return done


def _changed(stay: StayRow, act: str) -> Changed:
    return Changed(stay.stay_id, stay.number, act, stay.state, stay.version, stay.room_number, is_repeat=False)
