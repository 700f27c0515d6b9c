"""One's own shifts: when, in which duty; beginning a little early, ending early, handing one to a colleague.

Rules:
* Everybody signed in has this page, with and without a duty: somebody without a shift finds the next one here.
* Only one's own shift is begun, ended or offered here. Who decides on a swap is no part of it; the office sees to both.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import Seat, fresh_id
from discretion.office import roster, staff, swaps
from discretion.office.outcome import ActRefusal, Done

_EARLY = timedelta(minutes=30)


class OwnShiftForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One's own shift that begins or ends now."""

    shift_id: Hex
    do: Literal["begin", "end"]


class OfferForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shift that is offered; without a person, to whoever holds the role."""

    swap_id: Hex
    shift_id: Hex
    for_id: Hex | None = None


class SwapForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of an offer."""

    swap_id: Hex
    do: Annotated[str, Meta(pattern="^(accept|withdraw|allow|refuse)$")]


class ResumeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shift whose off-duty mark is taken back."""

    shift_id: Hex


@get("/my-shifts")
async def my_shifts_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show one's own shifts and the offers that concern oneself."""
    return await _own(seat)


@post("/my-shifts")
async def mark_shift(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Begin or end one's own shift."""
    form = (await seat.form(OwnShiftForm)).value
    if form is None:
        raise MalformedFormError("shift_id")
    shift_id, me = bytes.fromhex(form.shift_id), seat.person.staff_id
    if form.do == "begin":
        outcome = await roster.begin_shift(seat.office, seat.property_id, shift_id, me)
    else:
        outcome = await roster.end_shift(seat.office, seat.property_id, shift_id, me, is_own=True)
    return await _answered(seat, outcome, "shift_begun" if form.do == "begin" else "shift_ended")


@post("/my-shifts/offer")
async def offer_shift(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Offer one's own shift."""
    form = (await seat.form(OfferForm)).value
    if form is None:
        raise MalformedFormError("swap_id")
    outcome = await swaps.offer_swap(seat.office, seat.property_id, swaps.NewSwap(
        bytes.fromhex(form.swap_id), bytes.fromhex(form.shift_id), seat.person.staff_id,
        bytes.fromhex(form.for_id) if form.for_id else None,
    ))
    return await _answered(seat, outcome, "swap_offered")


@post("/my-shifts/swaps")
async def answer_swap(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Take an offered shift, or take one's own offer back."""
    form = (await seat.form(SwapForm)).value
    if form is None or form.do not in {"accept", "withdraw"}:
        raise MalformedFormError("swap_id")
    do = swaps.accept_swap if form.do == "accept" else swaps.withdraw_swap
    outcome = await do(seat.office, seat.property_id, bytes.fromhex(form.swap_id), seat.person.staff_id)
    return await _answered(seat, outcome, "swap_accepted" if form.do == "accept" else "swap_withdrawn")


@post("/roster/swaps")
async def decide_swap(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Decide on a swap that waits, for whoever keeps the roster."""
    seat.require(Permission.ROSTER_CHANGE)
    form = (await seat.form(SwapForm)).value
    if form is None or form.do not in {"allow", "refuse"}:
        raise MalformedFormError("swap_id")
    outcome = await swaps.decide_swap(
        seat.office, seat.property_id, bytes.fromhex(form.swap_id), seat.person.staff_id, is_allowed=form.do == "allow",
    )
    if isinstance(outcome, ActRefusal):
        return _refused(seat, outcome)
    return seat.onward(f"/roster?said=swap_{'done' if form.do == 'allow' else 'refused'}")


@post("/roster/resume")
async def resume_shift(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Take an off-duty mark back, for whoever keeps the roster; never one's own."""
    seat.require(Permission.ROSTER_CHANGE)
    form = (await seat.form(ResumeForm)).value
    if form is None:
        raise MalformedFormError("shift_id")
    outcome = await roster.resume_shift(
        seat.office, seat.property_id, bytes.fromhex(form.shift_id), seat.person.staff_id,
    )
    if isinstance(outcome, ActRefusal):
        return _refused(seat, outcome)
    return seat.onward("/roster?said=shift_resumed")


async def _answered(seat: Seat, outcome: Done | ActRefusal, said: str) -> Response[bytes]:
    if isinstance(outcome, ActRefusal):
        return await _own(seat, act_sentence(seat.words, outcome.code, outcome.params), status=409)
    return seat.onward(f"/my-shifts?said={said}")


def _refused(seat: Seat, refusal: ActRefusal) -> Response[bytes]:
    return seat.page(
        "error.html", status=409, code=409, title=seat.words.gettext("Nothing was changed"),
        advice=act_sentence(seat.words, refusal.code, refusal.params),
    )


async def _own(seat: Seat, refused: str = "", *, status: int = 200) -> Response[bytes]:
    me, now = seat.person.staff_id, datetime.now(UTC)
    lines = await roster.shifts_of(seat.office, seat.property_id, me)
    offers = await swaps.swaps_for(seat.office, seat.property_id, me)
    members = await staff.staff_list(seat.office, seat.property_id)
    colleagues = {
        duty: [
            (m.staff_id.hex(), f"{m.number} · {m.name}") for m in members
            if m.active and m.staff_id != me and any(role.role == duty for role in m.roles)
        ]
        for duty in {line.duty for line in lines}
    }
    return seat.page(
        "my_shifts.html", status=status, lines=lines, offers=offers, colleagues=colleagues, now=now, early=now + _EARLY,
        offered={swap.shift_id for swap in offers if swap.from_id == me}, refused=refused, fresh_id=fresh_id,
        here="/my-shifts",
    )
