"""GET /stays, GET /stays/{id}, and check-in and check-out, by the same steps as the desk."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from discretion.faces.api.bearer import body_of, id_at, person_of, ticket_of, told
from discretion.faces.api.problem import ActRefusedError, BodyError
from discretion.faces.api.shapes import (
    ChangedBody,
    CheckInBody,
    CheckOutBody,
    OccupantItem,
    PersonBody,
    StayBody,
    StayItem,
    StayPage,
)
from discretion.faces.kit.means import Means
from discretion.faces.kit.permissions import Permission
from discretion.hotel import record
from discretion.hotel.purpose import Purpose
from discretion.office import changes, lists, stay_view, stays
from discretion.office.outcome import ActRefusal, Changed, Doing, SeenStay
from discretion.wire.lookup import Inscribe, Snapshot

if TYPE_CHECKING:
    from discretion.office.lists import StayLine
    from discretion.wire.lookup import Person

_CHECK_IN: Final = msgspec.json.Decoder(CheckInBody)
_CHECK_OUT: Final = msgspec.json.Decoder(CheckOutBody)


@get("/stays")
async def list_stays(
    request: Request[Any, Any, Any], means: NamedDependency[Means],
    view: FromQuery[Literal["arrivals", "in_house", "departures"]] = "arrivals", page: FromQuery[int] = 1,
) -> Response[bytes]:
    """List the stays of the business date; a page holds at most 100. Who they are is an ask."""
    person = await person_of(means, await ticket_of(request, means), Permission.STAY_LIST, time.time())
    found = await getattr(lists, view)(means.office, person.property_id, page=page)
    return told(
        StayPage(
            items=[_item(line) for line in found.lines], total=found.total,
            next=found.page + 1 if found.page < found.pages else None,
        )
    )


@get("/stays/{stay_id:str}")
async def read_stay(
    request: Request[Any, Any, Any], means: NamedDependency[Means], stay_id: FromPath[str]
) -> Response[bytes]:
    """Read one stay, its people by id only, and what may be done to it."""
    person = await person_of(means, await ticket_of(request, means), Permission.STAY_LIST, time.time())
    view = await stay_view.stay(means.office, person.property_id, id_at(stay_id))
    if view is None:
        raise NotFoundException
    return told(
        StayBody(
            stay=_item(view.line), may=list(view.may), business_date=view.business_date,
            arrived_at=view.actual_in_at, left_at=view.actual_out_at,
            occupants=[
                OccupantItem(
                    position=o.position, guest_id=o.guest_id.hex() if o.guest_id else None, state=o.state,
                    is_primary=o.is_primary, relation=o.relation, age_category=o.age_category,
                )
                for o in view.occupants
            ],
        )
    )


@post("/stays/{stay_id:str}/check-in", status_code=200)
async def check_in(
    request: Request[Any, Any, Any], means: NamedDependency[Means], stay_id: FromPath[str]
) -> Response[bytes]:
    """Check people in: seal what is given, change the stay, keep the sealed copies. Repeatable by `act_id`."""
    ticket = await ticket_of(request, means)
    body = await body_of(request, _CHECK_IN)
    person = await person_of(means, ticket, Permission.STAY_CHANGE, time.time())
    act_id = bytes.fromhex(body.act_id)
    people = tuple([
        await _inscribed(means, ticket, act_id, place, each) for place, each in enumerate(body.people)
    ])  # fmt: skip
    change = changes.CheckIn(room_number=body.room_number, people=people)
    outcome = await _changed(means, person, act_id, id_at(stay_id), body.version, change)
    if people:
        await means.hatches.ask(
            Snapshot(
                ticket=ticket, request_id=_id(act_id, b"snapshot"), stay_id=id_at(stay_id),
                guest_ids=list(dict.fromkeys(each.guest_id for each in people)),
            )
        )
    return told(_body(outcome))


@post("/stays/{stay_id:str}/check-out", status_code=200)
async def check_out(
    request: Request[Any, Any, Any], means: NamedDependency[Means], stay_id: FromPath[str]
) -> Response[bytes]:
    """Check a stay out and keep the sealed copies; an open folio refuses it."""
    ticket = await ticket_of(request, means)
    body = await body_of(request, _CHECK_OUT)
    person = await person_of(means, ticket, Permission.STAY_CHANGE, time.time())
    act_id = bytes.fromhex(body.act_id)
    view = await stay_view.stay(means.office, person.property_id, id_at(stay_id))
    outcome = await _changed(means, person, act_id, id_at(stay_id), body.version, changes.CheckOut())
    leaving = view.leaving(is_repeat=outcome.is_repeat) if view else ()
    if leaving:
        await means.hatches.ask(
            Snapshot(
                ticket=ticket, request_id=_id(act_id, b"snapshot"), stay_id=id_at(stay_id), guest_ids=list(leaving),
                occasion="check_out",
            )
        )
    return told(_body(outcome))


async def _changed(
    means: Means, person: Person, act_id: bytes, stay_id: bytes, version: int, change: changes.Change
) -> Changed:
    doing = Doing(person.property_id, act_id, person.staff_id)
    outcome = await stays.change(means.office, doing, SeenStay(stay_id, version), change)
    if isinstance(outcome, ActRefusal):
        raise ActRefusedError(outcome)
    return outcome


async def _inscribed(means: Means, ticket: bytes, act_id: bytes, place: int, each: PersonBody) -> changes.Person:
    """Seal one person's groups; return the person for the office. Errors: `BodyError`; as `Hatches.ask`."""
    given = {"identity": each.identity, "contact": each.contact, "document": each.document}
    try:
        groups = {name: record.encode(name, value) for name, value in given.items() if value is not None}
    except record.RecordError as error:
        raise BodyError(f"people[{place}].{error.group}.{error.field}") from None
    if each.guest_id is None and "identity" not in groups:
        raise BodyError(f"people[{place}].identity")
    content = b"\0".join(name.encode() + b"\0" + raw for name, raw in sorted(groups.items()))
    guest_id = bytes.fromhex(each.guest_id) if each.guest_id else _id(act_id, b"guest", place, content)
    if groups:
        await means.hatches.ask(
            Inscribe(
                ticket=ticket, request_id=_id(act_id, b"inscribe", place, content), guest_id=guest_id,
                purpose=Purpose.CHECK_IN, groups=groups, is_new=each.guest_id is None,
            )
        )
    return changes.Person(
        guest_id=guest_id, relation=each.relation, age_category=each.age_category,
        guardian_reached=each.guardian_reached, position=each.position,
    )


def _id(act_id: bytes, use: bytes, place: int = 0, content: bytes = b"") -> bytes:
    """Return an id that follows from the act and what was sent: a retry gets the same."""
    digest = hashlib.blake2b(digest_size=16, key=act_id, person=use.ljust(16, b"\0"))
    digest.update(place.to_bytes(2) + content)
    return digest.digest()


def _item(line: StayLine) -> StayItem:
    return StayItem(
        stay_id=line.stay_id.hex(), number=line.number, state=line.state, derived=line.derived,
        room_number=line.room_number, room_type=line.room_type, arrival=line.arrival, departure=line.departure,
        nights=line.nights, expected_time=line.expected_time, adults=line.adults, children=line.children,
        babies=line.babies, guest_id=line.guest_id.hex() if line.guest_id else None, balance=line.balance,
        currency=line.currency, generated=line.generated, version=line.version,
    )


def _body(outcome: Changed) -> ChangedBody:
    return ChangedBody(
        stay_id=outcome.stay_id.hex(), number=outcome.number, act=outcome.act, state=outcome.state,
        version=outcome.version, room_number=outcome.room_number, is_repeat=outcome.is_repeat,
    )
