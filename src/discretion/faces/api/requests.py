"""GET and POST /requests, their reading, assigning and closing, by the same services as the desk."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from discretion.faces.api.bearer import body_of, person_of, ticket_of, told
from discretion.faces.api.problem import ActRefusedError
from discretion.faces.api.shapes import (
    AssignRequestBody,
    CloseRequestBody,
    OpenRequestBody,
    RequestDoneBody,
    RequestItem,
    RequestPage,
)
from discretion.faces.kit.means import Means
from discretion.faces.kit.permissions import Permission
from discretion.office import service_requests
from discretion.office.outcome import ActRefusal, OnDuty

if TYPE_CHECKING:
    from discretion.office.service_requests import RequestDone, ServiceRequest

_OPEN: Final = msgspec.json.Decoder(OpenRequestBody)
_ASSIGN: Final = msgspec.json.Decoder(AssignRequestBody)
_CLOSE: Final = msgspec.json.Decoder(CloseRequestBody)


@get("/requests")
async def list_requests(
    request: Request[Any, Any, Any], means: NamedDependency[Means],
    view: FromQuery[Literal["queue", "mine", "all", "closed"]] = "queue",
) -> Response[bytes]:
    """List the requests that this duty sees."""
    who = await _on_duty(means, await ticket_of(request, means), Permission.REQUEST_WORK)
    found = await service_requests.requests(means.office, who, view)
    return told(RequestPage(items=[_item(each) for each in found]))


@get("/requests/{number:str}")
async def read_request(
    request: Request[Any, Any, Any], means: NamedDependency[Means], number: FromPath[str]
) -> Response[bytes]:
    """Read one request."""
    who = await _on_duty(means, await ticket_of(request, means), Permission.REQUEST_WORK)
    found = await service_requests.request_by_number(means.office, who, number)
    if found is None:
        raise NotFoundException
    return told(_item(found))


@post("/requests", status_code=200)
async def open_request(request: Request[Any, Any, Any], means: NamedDependency[Means]) -> Response[bytes]:
    """Open a request. Repeatable by `request_id`."""
    ticket = await ticket_of(request, means)
    body = await body_of(request, _OPEN)
    who = await _on_duty(means, ticket, Permission.REQUEST_DISPATCH)
    new = service_requests.NewRequest(
        bytes.fromhex(body.request_id), bytes.fromhex(body.guest_id), body.kind, body.channel, body.words,
        identity_check=body.identity_check, assigned_to=_id(body.assigned_to),
    )
    return _done(await service_requests.open_request(means.office, who, new))


@post("/requests/{number:str}/assign", status_code=200)
async def assign_request(
    request: Request[Any, Any, Any], means: NamedDependency[Means], number: FromPath[str]
) -> Response[bytes]:
    """Take a request, give it to somebody on shift, or back to the queue."""
    ticket = await ticket_of(request, means)
    body = await body_of(request, _ASSIGN)
    who = await _on_duty(means, ticket, Permission.REQUEST_WORK)
    return _done(
        await service_requests.assign(means.office, who, number, _id(body.assigned_to), seen=_id(body.seen))
    )


@post("/requests/{number:str}/close", status_code=200)
async def close_request(
    request: Request[Any, Any, Any], means: NamedDependency[Means], number: FromPath[str]
) -> Response[bytes]:
    """Close a request."""
    ticket = await ticket_of(request, means)
    body = await body_of(request, _CLOSE)
    who = await _on_duty(means, ticket, Permission.REQUEST_WORK)
    return _done(await service_requests.close_request(means.office, who, number, body.outcome))


async def _on_duty(means: Means, ticket: bytes, permission: Permission) -> OnDuty:
    person = await person_of(means, ticket, permission, time.time())
    return OnDuty(person.property_id, person.staff_id, person.duty)


def _id(text: str | None) -> bytes | None:
    return bytes.fromhex(text) if text else None


def _done(outcome: RequestDone | ActRefusal) -> Response[bytes]:
    if isinstance(outcome, ActRefusal):
        raise ActRefusedError(outcome)
    return told(RequestDoneBody(number=outcome.number, is_repeat=outcome.is_repeat))


def _item(found: ServiceRequest) -> RequestItem:
    return RequestItem(
        number=found.number, kind=found.kind, channel=found.channel, identity_check=found.identity_check,
        words=found.words, room_number=found.room_number, guest_id=found.guest_id.hex() if found.guest_id else None,
        opened_at=found.opened_at, assigned_to=found.assigned_to.hex() if found.assigned_to else None,
        closed_at=found.closed_at, outcome=found.outcome,
    )
