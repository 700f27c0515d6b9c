"""W1: arrivals, in house and departures. The table is the page; revealed values never stand in it.

Rules:
* One ask for the whole list, one entry for each guest on it; only masked name, phone and kind of document.
* A duty whose work gives no purpose sees the stays without the people.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from discretion.faces.desk.record_view import MASKED_IN_LISTS, name_of, values_of
from discretion.faces.desk.relation import purpose_of_names
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.seat import Seat
from discretion.hotel.phone import display_phone
from discretion.hotel.record import Contact, Documents
from discretion.hotel.stay import StayState, relation_of
from discretion.office import lists
from discretion.wire.lookup import Answers, Disclosure, LookUpMany

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.office.lists import StayLine, StayPage
    from discretion.wire.lookup import Refusal

ListName = Literal["arrivals", "in_house", "departures"]


@dataclass(frozen=True, slots=True)
class ListedGuest:
    """What a list shows of one person: masked, or nothing."""

    name: str = ""
    document: str = ""
    phone: str = ""


@get("/desk")
async def arrivals_page(
    seat: NamedDependency[Seat], list: FromQuery[ListName] = "arrivals",  # noqa: A002 - the word in the address
    show: FromQuery[str] = "", on: FromQuery[date | None] = None, page: FromQuery[int] = 1,
) -> Response[bytes]:
    """Show the working lists of the business date."""
    seat.require(Permission.STAY_LIST)
    day = await lists.day(seat.office, seat.property_id)
    stays = await _stays(seat, list, show, on, page)
    people, refusal = await _people(seat, list, stays.lines)
    return seat.page(
        "arrivals.html", day=day, list=list, show=show, on=on, stays=stays, people=people,
        refusal=refusal, nobody=ListedGuest(), here="/desk",
    )


async def _stays(seat: Seat, name: ListName, show: str, on: date | None, page: int) -> StayPage:
    if name == "arrivals":
        kept: Any = show if show in {"due", "arrived"} else "all"
        return await lists.arrivals(seat.office, seat.property_id, show=kept, on=on, page=page)
    if name == "in_house":
        return await lists.in_house(seat.office, seat.property_id, page=page)
    kept = show if show in {"due", "left"} else "all"
    return await lists.departures(seat.office, seat.property_id, show=kept, page=page)


async def _people(
    seat: Seat, name: ListName, lines: Sequence[StayLine]
) -> tuple[dict[bytes, ListedGuest], Refusal | None]:
    """Return who the stays are of, each asked under the purpose that its own relation gives."""
    asked: dict[str, list[bytes]] = {}
    for line in lines:
        relation = relation_of(StayState(line.state), line.arrival, line.departure, seat.property.business_date)
        purpose = purpose_of_names(seat.person.duty, relation, is_leaving=name == "departures")
        if line.guest_id and purpose:
            asked.setdefault(purpose, []).append(line.guest_id)
    people: dict[bytes, ListedGuest] = {}
    refusals = []
    for purpose, guest_ids in asked.items():
        named, refusal = await listed_guests(seat, purpose, guest_ids)
        people |= named
        refusals += [refusal] if refusal else []
    return people, refusals[0] if refusals and not people else None


async def listed_guests(
    seat: Seat, purpose: str, guest_ids: Sequence[bytes]
) -> tuple[dict[bytes, ListedGuest], Refusal | None]:
    """Return what a list may show of each guest, and the refusal when nothing at all was opened."""
    distinct = list(dict.fromkeys(guest_ids))
    if not purpose or not distinct:
        return {}, None
    answers = await seat.means.hatches.ask(
        LookUpMany(
            ticket=seat.ticket, request_id=os.urandom(16), guest_ids=distinct, purpose=purpose, masked=MASKED_IN_LISTS,
            context="list",
        )
    )
    if not isinstance(answers, Answers):
        raise TypeError(type(answers).__name__)
    people: dict[bytes, ListedGuest] = {}
    refusal: Refusal | None = None
    for guest_id, answer in zip(distinct, answers.items, strict=True):
        if isinstance(answer, Disclosure):
            people[guest_id] = listed(seat, answer)
        else:
            refusal = answer
    return people, None if people else refusal


def listed(seat: Seat, answer: Disclosure) -> ListedGuest:
    """Return what a list shows of a guest: name, kind of document, phone, as they were opened."""
    values = values_of(answer)
    contact, documents = values.get("contact"), values.get("document")
    phone = document = ""
    if isinstance(contact, Contact) and contact.phones:
        phone = display_phone(contact.phones[0])
    if isinstance(documents, Documents) and documents.documents:
        kind = documents.documents[0].type
        document = kind.zh if seat.language == "zh_Hans" else kind.en
    return ListedGuest(name_of(answer), document, phone)


def listed_state(line: StayLine) -> tuple[str, str, str]:
    """Return code, colour and icon of a stay's state in a list."""
    if line.derived in {"arrival_overdue", "departure_overdue"}:
        return line.derived, "warn", "circle-alert"
    if line.derived:
        return line.derived, "info", "clock"
    return {
        "in_house": ("in_house", "ok", "check"),
        "checked_out": ("checked_out", "", "log-out"),
        "cancelled": ("cancelled", "", "x"),
        "no_show": ("no_show", "warn", "user-x"),
    }.get(line.state, (line.state, "info", "calendar"))
