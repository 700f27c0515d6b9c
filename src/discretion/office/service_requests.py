"""Service requests of guests: opened at the desk or by phone, given to somebody on shift, done or cancelled.

Rules:
* An open request that is assigned to a person is the fact `assigned`: the ground that a few views of the policy need.
* By phone a request is opened only after the caller was identified; how, is part of the request.
* It is given only to somebody on shift now in a duty that does this kind of work, of the same hotel.
* A duty sees the requests of its own work and nothing else; the id of the guest only where a look-up could follow.
* A request of an incognito or sealed guest stands in no queue: whom it is given to, who opened it and the duty manager
  see it.
* What is closed stays closed.

Left to others: who the guest is (the keeper), whether a page may be used (the faces), the portal's own pages.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from discretion.hotel import number as numbers
from discretion.hotel.purpose import Role
from discretion.office.free_words import fault_of, one_line
from discretion.office.outcome import ActRefusal, RefusedError
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from discretion.office.database import Office, Statements
    from discretion.office.outcome import OnDuty

_SQL: Final = queries("service_requests.sql")
_NUMBER_TRIES: Final = 5
PREFIX: Final = "S"

DUTIES_OF: Final[Mapping[str, frozenset[Role]]] = MappingProxyType({
    "concierge": frozenset({Role.CONCIERGE, Role.DUTY_MANAGER}),
    "engineering": frozenset({Role.ENGINEERING}),
    "front_desk": frozenset({Role.FRONT_DESK, Role.DUTY_MANAGER}),
    "housekeeping": frozenset({Role.HOUSEKEEPING}),
    "lost_property": frozenset({Role.CONCIERGE, Role.DUTY_MANAGER, Role.FRONT_DESK}),
    "restaurant": frozenset({Role.RESTAURANT}),
})  # fmt: skip
"""Which duties do which kind of work."""

DISPATCHERS: Final = frozenset({Role.CONCIERGE, Role.DUTY_MANAGER, Role.FRONT_DESK})
"""Who opens requests, and gives them to others."""

SEES_ALL: Final = frozenset({Role.DUTY_MANAGER})
IDENTIFIED: Final = ("called_back", "answered")
Which = Literal["mine", "queue", "all", "closed"]


@dataclass(frozen=True, slots=True)
class NewRequest:
    """What a guest wants. `identity_check` is how a caller was identified: `called_back` or `answered`."""

    request_id: bytes
    guest_id: bytes
    kind: str
    channel: str
    words: str
    identity_check: str = ""
    assigned_to: bytes | None = None


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """One request as the viewer may see it; `guest_id` None = not for this viewer."""

    request_id: bytes
    number: str
    guest_id: bytes | None
    room_number: str
    kind: str
    channel: str
    identity_check: str
    words: str
    opened_by: bytes | None
    opened_by_name: str
    opened_at: datetime
    assigned_to: bytes | None
    assigned_to_name: str
    assigned_at: datetime | None
    closed_at: datetime | None
    closed_by_name: str
    outcome: str
    is_protected: bool

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Assignable:
    """Somebody on shift now who does such work, and how many requests they have open."""

    staff_id: bytes
    number: str
    name: str
    duty: str
    open_count: int


@dataclass(frozen=True, slots=True)
class RequestDone:
    """The request after an act. `is_repeat`: it was so before, and nothing changed now."""

    request_id: bytes
    number: str
    is_repeat: bool


def kinds_of(duty: str) -> tuple[str, ...]:
    """Return the kinds of work this duty does."""
    return tuple(kind for kind, duties in DUTIES_OF.items() if duty in duties)


async def requests(
    office: Office, who: OnDuty, which: Which = "queue", *, kind: str = "", room_number: str = "",
) -> tuple[ServiceRequest, ...]:
    """Return requests that this person may see, oldest first, at most 200; `closed` are those of the last 7 days."""
    async with office.reading() as now:
        found = await now.rows(ServiceRequest, _SQL["requests"], {
            **_viewer(who), "which": which, "kind": kind, "room_number": room_number.strip(),
        })
    return tuple(_withheld(each, who) for each in found)


async def request_by_number(office: Office, who: OnDuty, number: str) -> ServiceRequest | None:
    """Return the request that a number means, None for one that does not exist or is not for this person."""
    wanted = numbers.read(number)
    if wanted is None:
        return None
    async with office.reading() as now:
        found = await now.row(ServiceRequest, _SQL["by_number"], {**_viewer(who), "number": wanted})
    return None if found is None else _withheld(found, who)


async def requests_of_guest(office: Office, who: OnDuty, guest_id: bytes) -> tuple[ServiceRequest, ...]:
    """Return the open requests of one guest that this person may see."""
    async with office.reading() as now:
        found = await now.rows(ServiceRequest, _SQL["of_guest"], {**_viewer(who), "guest_id": guest_id})
    return tuple(_withheld(each, who) for each in found)


async def assignable(office: Office, property_id: bytes, kind: str = "") -> tuple[Assignable, ...]:
    """Return who is on shift for this kind of work, or for any, with the least to do first."""
    duties = sorted(DUTIES_OF[kind] if kind else frozenset().union(*DUTIES_OF.values()))
    async with office.reading() as now:
        return await now.rows(Assignable, _SQL["assignable"], {"property_id": property_id, "duties": duties})


async def open_by_person(office: Office, property_id: bytes) -> dict[bytes, int]:
    """Return how many open requests each person has; who has none is not in it."""
    async with office.reading() as now:
        rows = await now.dicts(_SQL["open_by_person"], {"property_id": property_id})
    return {row["staff_id"]: row["open_count"] for row in rows}


async def open_request(office: Office, who: OnDuty, new: NewRequest) -> RequestDone | ActRefusal:
    """Open a request. The same id twice is one request.

    Refusals: `kind`, `channel`, `identity_check` for a caller who was not identified, `words`, `words_number`,
    `not_yours`, `not_found` for no guest of this hotel, `assignee` for somebody who is not on shift for such work.
    """
    if wrong := _fault(who, new):
        return ActRefusal(wrong)
    params = {
        "property_id": who.property_id, "request_id": new.request_id, "guest_id": new.guest_id, "kind": new.kind,
        "channel": new.channel, "words": one_line(new.words), "assigned_to": new.assigned_to,
        "identity_check": {"desk": "in_person", "phone": new.identity_check}.get(new.channel, ""),
        "staff_id": None if new.channel == "portal" else who.staff_id, "duties": sorted(DUTIES_OF[new.kind]),
    }
    async with office.changing() as now:
        for _ in range(_NUMBER_TRIES):
            number = numbers.make(PREFIX, secrets.token_bytes(16))
            if await now.run(_SQL["open"], {**params, "number": number}):
                return RequestDone(new.request_id, number, is_repeat=False)
            known = await now.dicts(_SQL["known"], params)
            if known and known[0]["number"]:
                is_same = known[0]["request_guest_id"] == new.guest_id
                return RequestDone(new.request_id, known[0]["number"], is_repeat=True) if is_same else ActRefusal(
                    "act_id_used")
            if not known:
                return ActRefusal("not_found")
            if new.assigned_to is not None and not known[0]["is_assignee_on_shift"]:
                return ActRefusal("assignee")
    return ActRefusal("act_id_used")


async def assign(
    office: Office, who: OnDuty, number: str, to: bytes | None, *, seen: bytes | None,
) -> RequestDone | ActRefusal:
    """Give a request to somebody, or with None back to its queue; `seen` is who had it on the page.

    Refusals: `not_found`, `request_closed`, `stale`, `assignee`, `not_yours` for whoever may only take, or give back.
    """

    async def do(now: Statements, found: ServiceRequest) -> RequestDone:
        if found.assigned_to == to:
            return RequestDone(found.request_id, found.number, is_repeat=True)
        if found.assigned_to != seen:
            raise RefusedError("stale")
        is_own = to == who.staff_id or (to is None and found.assigned_to == who.staff_id)
        if who.duty not in DISPATCHERS and not is_own:
            raise RefusedError("not_yours")
        if not await now.run(_SQL["assign"], {
            "property_id": who.property_id, "request_id": found.request_id, "assigned_to": to,
            "staff_id": who.staff_id, "duties": sorted(DUTIES_OF[found.kind]),
        }):
            raise RefusedError("assignee")
        return RequestDone(found.request_id, found.number, is_repeat=False)

    return await _with_locked(office, who, number, do)


async def close_request(office: Office, who: OnDuty, number: str, outcome: str) -> RequestDone | ActRefusal:
    """Close a request as `done` or `cancelled`. Refusals: `not_found`, `request_closed`, `not_yours`, `outcome`."""
    if outcome not in {"done", "cancelled"}:
        return ActRefusal("outcome")

    async def do(now: Statements, found: ServiceRequest) -> RequestDone:
        if who.duty not in DISPATCHERS and found.assigned_to != who.staff_id:
            raise RefusedError("not_yours")
        await now.run(_SQL["close"], {
            "property_id": who.property_id, "request_id": found.request_id, "staff_id": who.staff_id,
            "outcome": outcome,
        })
        return RequestDone(found.request_id, found.number, is_repeat=False)

    return await _with_locked(office, who, number, do)


async def _with_locked(
    office: Office, who: OnDuty, number: str, do: Callable[[Statements, ServiceRequest], Awaitable[RequestDone]],
) -> RequestDone | ActRefusal:
    """Do something to an open request that this person may see, while nobody else does."""
    wanted = numbers.read(number)
    try:
        async with office.changing() as now:
            params = {**_viewer(who), "number": wanted or ""}
            if not await now.dicts(_SQL["lock"], params):
                raise RefusedError("not_found")
            found = await now.row(ServiceRequest, _SQL["by_number"], params)
            if found is None:
                raise RefusedError("not_found")
            if not found.is_open:
                raise RefusedError("request_closed")
            return await do(now, found)
    except RefusedError as refused:
        return refused.refusal


def _fault(who: OnDuty, new: NewRequest) -> str:
    """Return the code of what is wrong with a new request, "" when nothing is."""
    if new.kind not in DUTIES_OF:
        return "kind"
    if new.channel not in {"desk", "phone", "portal"}:
        return "channel"
    if new.channel == "phone" and new.identity_check not in IDENTIFIED:
        return "identity_check"
    if new.channel != "portal" and who.duty not in DISPATCHERS:
        return "not_yours"
    return fault_of(new.words)


def _viewer(who: OnDuty) -> dict[str, object]:
    return {
        "property_id": who.property_id, "staff_id": who.staff_id, "kinds": list(kinds_of(who.duty)),
        "sees_all": who.duty in SEES_ALL,
    }


def _withheld(found: ServiceRequest, who: OnDuty) -> ServiceRequest:
    """Return the request without its guest's id, unless this person could look the guest up for it."""
    is_for_them = who.duty in DISPATCHERS or found.assigned_to == who.staff_id
    return found if is_for_them else replace(found, guest_id=None)
