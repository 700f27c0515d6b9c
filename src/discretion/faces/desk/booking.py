"""Walk-in and new reservation: one form for the stay, one for each person known already."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.desk.acts import Amount, Count, Hex, RoomNumber
from discretion.faces.desk.check_in import HOME_REGION, blank, inscribed, keep_copies
from discretion.faces.desk.person_form import Typed, related, split, typed
from discretion.faces.kit import forms
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.office import changes, rooms, stays
from discretion.office.outcome import ActRefusal, Changed, Doing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Kind = Literal["walk-in", "reservation"]


class StayForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The stay itself; a walk-in arrives on the business date and needs a room."""

    act_id: Hex
    departure: date
    arrival: date | None = None
    adults: Count = 1
    children: Count = 0
    babies: Count = 0
    room: RoomNumber = ""
    expected_time: time | None = None
    rate: Amount | None = None
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = ""
    state: Literal["confirmed", "tentative", "waitlisted", "inquired"] = "confirmed"
    do: Literal["read", "do", "more"] = "do"


@get("/walk-in")
async def walk_in_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the form for somebody without a reservation."""
    seat.require(Permission.STAY_CHANGE)
    return await _shown(seat, "walk-in", [blank()], {}, {})


@post("/walk-in")
async def walk_in(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Check somebody in who has no reservation."""
    seat.require(Permission.STAY_CHANGE)
    return await _taken(seat, "walk-in")


@get("/reservations/new")
async def reservation_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the form for a new reservation."""
    seat.require(Permission.BOOKING_CHANGE)
    return await _shown(seat, "reservation", [blank()], {}, {})


@post("/reservations/new")
async def book(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Make the reservation."""
    seat.require(Permission.BOOKING_CHANGE)
    return await _taken(seat, "reservation")


async def _taken(seat: Seat, kind: Kind) -> Response[bytes]:
    own, fields = split(forms.fields_of(await seat.request.body()))
    form = forms.filled(forms.in_capitals(own, "currency"), StayForm)
    doing = form.raw.get("do")
    is_read = doing in {"read", "more"}
    today = seat.property.business_date
    people = [typed(seat.words, each, today, HOME_REGION, is_read=is_read) for each in fields]
    if doing == "more":
        people.append(blank())
    if is_read:
        return await _shown(seat, kind, people, form.raw, {})
    people = related(seat.words, people)
    errors = field_errors(seat.words, form.errors)
    if form.value is None or any(person.errors for person in people):
        return await _shown(seat, kind, people, form.raw, errors, status=422)
    outcome = await _done(seat, kind, form.value, people)
    if isinstance(outcome, ActRefusal):
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _shown(seat, kind, people, form.raw, {}, refused=sentence, status=409)
    said = "repeat" if outcome.is_repeat else "walk_in" if kind == "walk-in" else "booked"
    return seat.onward(f"/stays/{outcome.stay_id.hex()}?said={said}")


async def _done(seat: Seat, kind: Kind, form: StayForm, people: Sequence[Typed]) -> Changed | ActRefusal:
    act_id = bytes.fromhex(form.act_id)
    doing = Doing(seat.property_id, act_id, seat.person.staff_id)
    present = await inscribed(seat, act_id, people)
    if kind == "reservation":
        return await stays.book(
            seat.office, doing,
            changes.Booking(
                arrival=form.arrival or seat.property.business_date, departure=form.departure, adults=form.adults,
                children=form.children, babies=form.babies, state=form.state, room_number=form.room,
                expected_time=form.expected_time, rate=_rate(form), currency=form.currency, people=present,
            ),
        )
    outcome = await stays.walk_in(
        seat.office, doing,
        changes.WalkIn(
            departure=form.departure, room_number=form.room, adults=form.adults, children=form.children,
            babies=form.babies, rate=_rate(form), currency=form.currency, people=present,
        ),
    )
    if isinstance(outcome, Changed):
        await keep_copies(seat, act_id, outcome.stay_id, [person.guest_id for person in present])
    return outcome


def _rate(form: StayForm) -> Decimal | None:
    return None if form.rate is None else Decimal(form.rate)


async def _shown(
    seat: Seat, kind: Kind, people: Sequence[Typed], raw: Mapping[str, Any], errors: Mapping[str, str],
    *, refused: str = "", status: int = 200,
) -> Response[bytes]:
    today = seat.property.business_date
    tomorrow = today + timedelta(days=1)
    free = await rooms.free_rooms(seat.office, seat.property_id, today, tomorrow) if kind == "walk-in" else ()
    return seat.page(
        "booking.html", status=status, kind=kind, people=people, raw=raw, errors=errors, refused=refused, free=free,
        tomorrow=tomorrow, here="/walk-in" if kind == "walk-in" else "/reservations/new",
    )
