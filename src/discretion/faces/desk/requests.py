"""Service requests: what guests want, who does it, and a way to identify a caller before anything is opened.

Rules:
* A caller says surname, room and arrival; the keeper says whether they fit one guest. The page never says which part
  was wrong, whether anybody stays here, or whose room it is.
* A duty sees room and words of its own work; the record opens by its own purpose, with the request's number.
"""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.kit.address import id_in
from discretion.faces.kit.duty import on_duty
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.hotel.purpose import Purpose
from discretion.office import service_requests
from discretion.office.outcome import ActRefusal
from discretion.wire.lookup import FindByName, Found, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.service_requests import RequestDone, ServiceRequest

ListName = Literal["mine", "queue", "all", "closed"]
Kind = Literal["concierge", "engineering", "front_desk", "housekeeping", "lost_property", "restaurant"]
SomeId = Annotated[str, Meta(pattern="^(?:[0-9a-f]{32})?$")]
_FIELD_OF: Final = {
    "words": "words", "words_number": "words", "identity_check": "identity_check", "assignee": "assigned_to",
    "kind": "kind",
}  # fmt: skip


class CallerForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a caller says of themselves: all three, or nothing is opened."""

    surname: Annotated[str, Meta(max_length=160)]
    room: Annotated[str, Meta(max_length=10)]
    arrival: date


class RequestForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A request of a guest."""

    request_id: Hex
    kind: Kind
    channel: Literal["desk", "phone"]
    words: Annotated[str, Meta(max_length=500)]
    identity_check: Literal["", "called_back", "answered"] = ""
    assigned_to: SomeId = ""


class AssignForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who does it; empty = back to the queue. `seen` is who had it on the page."""

    assigned_to: SomeId = ""
    seen: SomeId = ""


class CloseForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a request ended."""

    outcome: Literal["done", "cancelled"]


@get("/requests")
async def requests_page(
    seat: NamedDependency[Seat], list: FromQuery[ListName] = "queue",  # noqa: A002 - the word in the address
    kind: FromQuery[str] = "", room: FromQuery[str] = "",
) -> Response[bytes]:
    """Show one list of requests."""
    seat.require(Permission.REQUEST_WORK)
    kinds = service_requests.kinds_of(seat.person.duty)
    chosen = kind if kind in service_requests.DUTIES_OF else ""
    lines = await service_requests.requests(seat.office, on_duty(seat), list, kind=chosen, room_number=room[:10])
    return seat.page(
        "requests.html", list=list, lines=lines, kind=chosen, room=room[:10], kinds=kinds,
        all_kinds=tuple(service_requests.DUTIES_OF), sees_all=seat.person.duty in service_requests.SEES_ALL,
        here="/requests",
    )


@get("/requests/phone")
async def caller_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show what to ask a caller, and what never to confirm."""
    seat.require(Permission.REQUEST_DISPATCH)
    return seat.page("caller.html", raw={}, errors={}, refusal=None, fits=True, here="/requests/phone")


@post("/requests/phone")
async def identify_caller(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Say whether surname, room and arrival fit one guest, and go on to the request; show nothing of anybody."""
    seat.require(Permission.REQUEST_DISPATCH)
    form = await seat.form(CallerForm)
    said = form.value
    if said is None:
        errors = field_errors(seat.words, form.errors)
        return seat.page("caller.html", status=422, raw=form.raw, errors=errors, refusal=None, fits=True,
                         here="/requests/phone")  # fmt: skip
    answer = await seat.means.hatches.ask(
        FindByName(
            ticket=seat.ticket, request_id=os.urandom(16), purpose=Purpose.GUEST_REQUEST, name=said.surname,
            room=said.room, arrival=said.arrival.isoformat(),
        )
    )
    if isinstance(answer, Found) and len(answer.items) == 1:
        return seat.onward(f"/guests/{answer.items[0].guest_id.hex()}/requests/new?channel=phone")
    refusal = answer if isinstance(answer, Refusal) else None
    return seat.page(
        "caller.html", status=403 if refusal else 409, raw={}, errors={}, refusal=refusal, fits=False,
        here="/requests/phone",
    )


@get("/guests/{guest:str}/requests/new")
async def new_request_page(
    seat: NamedDependency[Seat], guest: FromPath[str], channel: FromQuery[Literal["desk", "phone"]] = "desk"
) -> Response[bytes]:
    """Show the form for a request of this guest; nothing of the guest is looked up."""
    return await _form(seat, guest, {"channel": channel}, {})


@post("/guests/{guest:str}/requests")
async def open_request(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Open the request, and show it."""
    seat.require(Permission.REQUEST_DISPATCH)
    form = await seat.form(RequestForm)
    wish = form.value
    if wish is None:
        errors = field_errors(seat.words, form.errors)
        return await _form(seat, guest, form.raw, errors, status=422)
    outcome = await service_requests.open_request(
        seat.office, on_duty(seat),
        service_requests.NewRequest(
            bytes.fromhex(wish.request_id), id_in(guest), wish.kind, wish.channel, wish.words,
            identity_check=wish.identity_check if wish.channel == "phone" else "",
            assigned_to=bytes.fromhex(wish.assigned_to) or None,
        ),
    )
    if isinstance(outcome, ActRefusal):
        if outcome.code == "not_found":
            raise NotFoundException
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _form(seat, guest, form.raw, {_FIELD_OF.get(outcome.code, "words"): sentence}, status=409)
    return seat.onward(f"/requests/{outcome.number}?said=request_opened")


@get("/requests/{number:str}")
async def request_page(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Show one request, and what this person may do with it."""
    return await _request(seat, number)


@post("/requests/{number:str}/assign")
async def assign_request(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Take a request, give it to somebody, or give it back."""
    seat.require(Permission.REQUEST_WORK)
    form = (await seat.form(AssignForm)).value
    if form is None:
        raise MalformedFormError("assigned_to")
    to = bytes.fromhex(form.assigned_to) or None
    outcome = await service_requests.assign(
        seat.office, on_duty(seat), number, to, seen=bytes.fromhex(form.seen) or None
    )
    said = "request_returned" if to is None else "request_taken" if to == seat.person.staff_id else "request_assigned"
    return await _after(seat, number, outcome, said)


@post("/requests/{number:str}/close")
async def close_request(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Close a request."""
    seat.require(Permission.REQUEST_WORK)
    form = (await seat.form(CloseForm)).value
    if form is None:
        raise MalformedFormError("outcome")
    outcome = await service_requests.close_request(seat.office, on_duty(seat), number, form.outcome)
    return await _after(seat, number, outcome, "request_closed")


async def _after(seat: Seat, number: str, outcome: RequestDone | ActRefusal, said: str) -> Response[bytes]:
    if not isinstance(outcome, ActRefusal):
        still = await service_requests.request_by_number(seat.office, on_duty(seat), outcome.number)
        return seat.onward(f"/requests/{outcome.number}?said={said}" if still else f"/requests?said={said}")
    if outcome.code == "not_found":
        raise NotFoundException
    return await _request(seat, number, act_sentence(seat.words, outcome.code, outcome.params), status=409)


async def _request(seat: Seat, number: str, refused: str = "", *, status: int = 200) -> Response[bytes]:
    seat.require(Permission.REQUEST_WORK)
    found = await service_requests.request_by_number(seat.office, on_duty(seat), number)
    if found is None:
        raise NotFoundException
    is_given = found.is_open and seat.may(Permission.REQUEST_DISPATCH)
    people = await service_requests.assignable(seat.office, seat.property_id, found.kind) if is_given else ()
    return seat.page(
        "request.html", status=status, found=found, refused=refused, people=people, may=_may(seat, found),
        here=f"/requests/{found.number}",
    )


def _may(seat: Seat, found: ServiceRequest) -> set[str]:
    """Return what is drawn for this person: take, return, give, close."""
    if not found.is_open:
        return set()
    duty, is_own = seat.person.duty, found.assigned_to == seat.person.staff_id
    may = {"give", "close"} if seat.may(Permission.REQUEST_DISPATCH) else set()
    if not is_own and duty in service_requests.DUTIES_OF[found.kind] and (may or found.assigned_to is None):
        may.add("take")
    return may | ({"return", "close"} if is_own else set())


async def _form(
    seat: Seat, guest: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200
) -> Response[bytes]:
    seat.require(Permission.REQUEST_DISPATCH)
    known = await service_requests.requests_of_guest(seat.office, on_duty(seat), id_in(guest))
    people = await service_requests.assignable(seat.office, seat.property_id)
    return seat.page(
        "request_form.html", status=status, guest=guest, raw=raw, errors=errors, people=people, known=known,
        kinds=tuple(service_requests.DUTIES_OF), here=f"/guests/{guest}/requests/new",
    )
