"""One act on a stay: its page, and the form that does it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from discretion.faces.desk.acts import PAGES, ActForm, ActPage, SettleForm
from discretion.faces.desk.arrivals import listed_guests
from discretion.faces.desk.check_in import keep_copies
from discretion.faces.desk.record_view import CLEAR_ON_RECORD, shown_groups
from discretion.faces.desk.stay import purpose_at, stay_of
from discretion.faces.kit.field_groups import BIT
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.hotel.purpose import Purpose
from discretion.office import rooms, stays
from discretion.office.outcome import ActRefusal, Changed, Doing, SeenStay
from discretion.wire.lookup import Disclosure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.stay_view import StayView


def _page_at(slug: str) -> ActPage:
    page = PAGES.get(slug)
    if page is None or page.act in {"check_in", "join"}:
        raise NotFoundException  # those have a page of their own
    return page


@get("/stays/{stay:str}/{slug:str}")
async def act_page(seat: NamedDependency[Seat], stay: FromPath[str], slug: FromPath[str]) -> Response[bytes]:
    """Show what the act needs, and what it will do."""
    page = _page_at(slug)
    seat.require(page.permission)
    return await _shown(seat, stay, page, await stay_of(seat, stay), {}, {})


@post("/stays/{stay:str}/{slug:str}")
async def do_act(seat: NamedDependency[Seat], stay: FromPath[str], slug: FromPath[str]) -> Response[bytes]:
    """Do the act, once, and lead to the stay; or say what is in its way."""
    page = _page_at(slug)
    seat.require(page.permission)
    view = await stay_of(seat, stay)
    form = await seat.form(page.form)
    if form.value is None:
        errors = field_errors(seat.words, form.errors)
        return await _shown(seat, stay, page, view, form.raw, errors, status=422)
    outcome = await _done(seat, view, page, form.value)
    if isinstance(outcome, ActRefusal):
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _shown(seat, stay, page, await stay_of(seat, stay), form.raw, {}, refused=sentence, status=409)
    said = "repeat" if outcome.is_repeat else page.act
    return seat.onward(f"/stays/{stay}?said={said}")


async def _done(seat: Seat, view: StayView, page: ActPage, form: ActForm) -> Changed | ActRefusal:
    doing = Doing(seat.property_id, bytes.fromhex(form.act_id), seat.person.staff_id)
    seen = SeenStay(view.line.stay_id, form.version)
    if isinstance(form, SettleForm):
        return await stays.settle(seat.office, doing, seen, Decimal(form.balance))
    if page.change is None:
        raise NotFoundException
    outcome = await stays.change(seat.office, doing, seen, page.change(form))
    if page.act == "check_out" and isinstance(outcome, Changed):
        leaving = view.leaving(is_repeat=outcome.is_repeat)
        await keep_copies(seat, doing.act_id, outcome.stay_id, leaving, "check_out")
    return outcome


async def _shown(
    seat: Seat, stay: str, page: ActPage, view: StayView, raw: Mapping[str, Any], errors: Mapping[str, str],
    *, refused: str = "", status: int = 200,
) -> Response[bytes]:
    line = view.line
    guests = [o.guest_id for o in view.occupants if o.guest_id]
    people, _ = await listed_guests(seat, purpose_at(seat, view), guests)
    context: dict[str, Any] = {"free": (), "folio": None, "refusal": None}
    if page.act in {"move_room", "amend"}:
        first = min(view.business_date if page.act == "move_room" else line.arrival, line.departure)
        context["free"] = await rooms.free_rooms(seat.office, seat.property_id, first, line.departure)
    if page.act == "check_out" and line.guest_id:
        answer = await seat.look_up(
            line.guest_id, Purpose.CHECK_OUT, clear=CLEAR_ON_RECORD, masked=CLEAR_ON_RECORD | BIT["identity"],
            context="check_out",
        )
        if isinstance(answer, Disclosure):
            context["folio"] = next(group for group in shown_groups(seat, answer) if group.name == "spending")
        else:
            context["refusal"] = answer
    return seat.page(
        "act.html", status=status, page=page, view=view, line=line, people=people, raw=raw, errors=errors,
        refused=refused, act_id=raw.get("act_id") or "", here=f"/stays/{stay}/{page.slug}", **context,
    )
