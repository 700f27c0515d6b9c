"""W2: find a guest, purpose first. What was searched for never stands in an address.

Rules:
* By name only in the present house, and with two criteria at least; elsewhere only by an exact value.
* More than twenty hits: the number alone. There is no list of everybody.
* A search is a form, answered by the address of its result, which this sign-in alone can open, for ten minutes.
* A room or reservation number needs one key and no prompt: the stay leads to the record and to its purpose.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.desk.arrivals import listed_guests
from discretion.faces.desk.relation import present_stay, purposes_first
from discretion.faces.kit import forms
from discretion.faces.kit.address import id_in
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import field_errors
from discretion.faces.kit.seat import Seat
from discretion.hotel import number
from discretion.hotel.purpose import Purpose
from discretion.office import finds, lists
from discretion.wire.lookup import FindByName, FindExact, Found, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.faces.desk.arrivals import ListedGuest
    from discretion.office.lists import StayLine

_CRITERIA_MIN = 2


class FindForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A search: the purpose, then either criteria of the present house or one exact value."""

    purpose: Purpose
    name: Annotated[str, Meta(max_length=160)] = ""
    room: Annotated[str, Meta(max_length=10)] = ""
    phone_end: Annotated[str, Meta(pattern="^[0-9]{4}$")] = ""
    arrival: Annotated[str, Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")] = ""
    kind: Literal["", "number", "phone", "email", "document"] = ""
    value: Annotated[str, Meta(max_length=254)] = ""
    country: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = ""


class QuickForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The box in the top bar."""

    q: Annotated[str, Meta(max_length=80)] = ""


@dataclass(frozen=True, slots=True)
class FoundLine:
    """One person found: what a list may show, and the stay that ties them to the house."""

    guest_id: bytes
    guest: ListedGuest
    stay: StayLine | None


@get("/find")
async def find_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the empty search."""
    seat.require(Permission.GUEST_FIND)
    return _form_page(seat, {}, {})


@post("/find")
async def find(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Search, keep who was found for this sign-in, and lead to the result."""
    seat.require(Permission.GUEST_FIND)
    given = forms.in_capitals(forms.fields_of(await seat.request.body()), "country")
    form = forms.filled(given, FindForm)
    if form.value is None or (errors := _too_little(seat, form.value)):
        shown = field_errors(seat.words, form.errors) if form.value is None else errors
        return _form_page(seat, form.raw, shown, status=422)
    search = form.value
    if search.kind == "number":
        stays = await _by_number(seat, search.value)
        guests = [line.guest_id for line in stays if line.guest_id]
        if stays and not guests:
            return seat.onward(f"/stays/{stays[0].stay_id.hex()}")
        return await _lead_to(seat, search.purpose, guests, len(guests))
    answer = await seat.means.hatches.ask(_message(seat, search))
    if isinstance(answer, Refusal):
        return _form_page(seat, form.raw, {}, refusal=answer, status=403)
    if not isinstance(answer, Found):
        raise TypeError(type(answer).__name__)
    return await _lead_to(seat, search.purpose, [hit.guest_id for hit in answer.items], answer.hits)


@post("/find/quick")
async def quick_find(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Go to a room's or a reservation's guest; anything else becomes the name of a purpose-first search."""
    seat.require(Permission.GUEST_FIND)
    form = await seat.form(QuickForm)
    text = form.value.q if form.value else ""
    if not text:
        return seat.onward("/find")
    stays = await _by_number(seat, text)
    if not stays and len(text) <= 10:  # noqa: PLR2004 - the longest room number
        stays = await lists.stays_at_room(seat.office, seat.property_id, text)
    guests = [line.guest_id for line in stays if line.guest_id]
    if len(guests) == 1:
        return seat.onward(f"/guests/{guests[0].hex()}")
    if guests:
        return await _lead_to(seat, "", guests, len(guests))
    if stays:
        return seat.onward(f"/stays/{stays[0].stay_id.hex()}")
    message = seat.words.gettext(
        "No room or reservation has exactly this number. By name, one more criterion is needed."
    )
    return _form_page(seat, {"name": text}, {"room": message})


@get("/q/{find_id:str}")
async def found_page(seat: NamedDependency[Seat], find_id: FromPath[str]) -> Response[bytes]:
    """Show who was found, masked, for the purpose that was stated."""
    seat.require(Permission.GUEST_FIND)
    result = await finds.read_find(seat.office, seat.property_id, seat.person.session_id, id_in(find_id))
    if result is None:
        raise NotFoundException
    people, refusal = await listed_guests(seat, result.purpose, result.guest_ids)
    lines = [await _line(seat, guest_id, people) for guest_id in result.guest_ids if guest_id in people]
    return seat.page(
        "found.html", result=result, lines=lines, refusal=refusal, number=find_id[:8].upper(), here=f"/q/{find_id}"
    )


async def _line(seat: Seat, guest_id: bytes, people: Mapping[bytes, ListedGuest]) -> FoundLine:
    stays = await lists.stays_of_guest(seat.office, seat.property_id, guest_id)
    return FoundLine(guest_id, people[guest_id], present_stay(stays, seat.property.business_date)[0])


async def _lead_to(seat: Seat, purpose: str, guest_ids: Sequence[bytes], hits: int) -> Response[bytes]:
    find_id = await finds.keep_find(
        seat.office, seat.property_id, seat.person.session_id, purpose=purpose or Purpose.GUEST_REQUEST,
        guest_ids=list(dict.fromkeys(guest_ids)), hits=hits,
    )
    return seat.onward(f"/q/{find_id.hex()}")


async def _by_number(seat: Seat, text: str) -> tuple[StayLine, ...]:
    """Return the stays of a reservation number as typed, or as it was heard over the phone."""
    stays = await lists.stays_by_number(seat.office, seat.property_id, text)
    heard = None if stays else number.read(text)
    return await lists.stays_by_number(seat.office, seat.property_id, heard) if heard else stays


def _message(seat: Seat, search: FindForm) -> FindByName | FindExact:
    if search.kind:
        return FindExact(
            ticket=seat.ticket, request_id=os.urandom(16), purpose=search.purpose, kind=search.kind,
            value=search.value, country=search.country,
        )
    return FindByName(
        ticket=seat.ticket, request_id=os.urandom(16), purpose=search.purpose, name=search.name, room=search.room,
        phone_end=search.phone_end, arrival=search.arrival,
    )


def _too_little(seat: Seat, search: FindForm) -> dict[str, str]:
    """Return what a search still lacks, by field, in the reader's words."""
    words = seat.words
    if search.kind:
        if not search.value:
            return {"value": words.gettext("Enter the whole value.")}
        if search.kind == "document" and not search.country:
            return {"country": words.gettext("A document is found with its issuing country only.")}
        return {}
    if search.value:
        return {"kind": words.gettext("Choose what kind of number this is.")}
    given = [text for text in (search.name, search.room, search.phone_end, search.arrival) if text]
    if len(given) < _CRITERIA_MIN:
        return {"name": words.gettext("Fill at least two: fewer people are seen, and the result is better.")}
    return {}


def _form_page(
    seat: Seat, raw: Mapping[str, object], errors: Mapping[str, str], *, refusal: Refusal | None = None,
    status: int = 200,
) -> Response[bytes]:
    # An emergency viewing is begun on its own page; nobody is searched for in one.
    purposes = [purpose for purpose in purposes_first() if purpose != Purpose.EMERGENCY]
    return seat.page(
        "find.html", status=status, raw=raw, errors=errors, refusal=refusal, purposes=purposes, here="/find"
    )
