"""Locks: a person, a sign-in, a terminal or a guest's record rests at once, until somebody else releases it.

Rules:
* A lock works with the next ask: it is a fact the keeper reads. No sign-in has to be found or ended for it.
* Nobody locks or releases themselves.
* A guest's record is named by its id, as in its address; a sign-in by its id, from the list of somebody's.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.kit.address import id_in
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import RULES, act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.office import locks, staff
from discretion.office.outcome import ActRefusal
from discretion.wire.exceptions import ReadSignIns, SignIns

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUIRED = RULES["required"]


class LockForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be locked: somebody who works here, or something by its id."""

    lock_id: Hex
    reason: Annotated[str, Meta(min_length=3, max_length=200)]
    kind: Literal["staff", "guest", "session", "terminal"] = "staff"
    staff_id: Hex | None = None
    target: Hex | None = None
    until: datetime | None = None


class ReleaseForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lock that ends now."""

    lock_id: Hex


@get("/locks")
async def locks_page(
    seat: NamedDependency[Seat], guest: FromQuery[str] = "", session: FromQuery[str] = "",
) -> Response[bytes]:
    """Show what is locked now; `guest` fills the form with a record, `session` with a sign-in."""
    target = session or guest
    kind = "session" if session else "guest"
    raw = {"kind": kind, "target": target} if len(target) == 32 and target.isalnum() else {}  # noqa: PLR2004 - an id
    return await _locks(seat, raw, {})


@get("/locks/sign-ins")
async def sign_ins_page(seat: NamedDependency[Seat], of: FromQuery[str] = "") -> Response[bytes]:
    """Show when and where a colleague signed in; the keeper tells, and enters that it was asked."""
    seat.require(Permission.LOCK_CHANGE)
    member = await staff.staff_member(seat.office, seat.property_id, id_in(of))
    if member is None:
        raise NotFoundException
    answer = await seat.means.hatches.ask(
        ReadSignIns(ticket=seat.ticket, request_id=os.urandom(16), staff_id=member.staff_id)
    )
    if not isinstance(answer, SignIns):
        raise TypeError(type(answer).__name__)
    shown = [
        (line, _moment(line.started_at), _moment(line.seen_at), _moment(line.ended_at)) for line in answer.items
    ]
    return seat.page("sign_ins.html", member=member, sign_ins=shown, here="/locks")


def _moment(at: int) -> datetime | None:
    return datetime.fromtimestamp(at, UTC) if at else None


@post("/locks")
async def add_lock(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Set a lock."""
    seat.require(Permission.LOCK_CHANGE)
    form = await seat.form(LockForm)
    new = form.value
    errors = field_errors(seat.words, form.errors)
    target = None if new is None else new.staff_id if new.kind == "staff" else new.target
    if new is not None and target is None:
        errors["staff_id" if new.kind == "staff" else "target"] = seat.words.gettext(_REQUIRED)
    if new is None or target is None:
        return await _locks(seat, form.raw, errors, status=422)
    until = new.until and new.until.replace(tzinfo=ZoneInfo(seat.property.time_zone))
    outcome = await locks.add_lock(seat.office, seat.property_id, locks.NewLock(
        bytes.fromhex(new.lock_id), new.kind, bytes.fromhex(target), new.reason, seat.person.staff_id, until,
    ))
    if isinstance(outcome, ActRefusal):
        which = "staff_id" if new.kind == "staff" else "target"
        field = outcome.code if outcome.code in {"until", "reason"} else which
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _locks(seat, form.raw, {field: sentence}, status=409)
    return seat.onward("/locks?said=locked")


@post("/locks/release")
async def release_lock(seat: NamedDependency[Seat]) -> Response[bytes]:
    """End a lock now."""
    seat.require(Permission.LOCK_CHANGE)
    form = (await seat.form(ReleaseForm)).value
    if form is None:
        raise MalformedFormError("lock_id")
    outcome = await locks.release_lock(
        seat.office, seat.property_id, bytes.fromhex(form.lock_id), seat.person.staff_id,
    )
    if isinstance(outcome, ActRefusal):
        return await _locks(seat, {}, {}, refused=act_sentence(seat.words, outcome.code, outcome.params), status=409)
    return seat.onward("/locks?said=lock_released")


async def _locks(
    seat: Seat, raw: Mapping[str, Any], errors: Mapping[str, str], *, refused: str = "", status: int = 200,
) -> Response[bytes]:
    seat.require(Permission.LOCK_CHANGE)
    members = await staff.staff_list(seat.office, seat.property_id)
    people = [
        (m.staff_id.hex(), f"{m.number} · {m.name}") for m in members
        if m.active and m.staff_id != seat.person.staff_id
    ]
    is_thing = raw.get("kind", "staff") not in {"", "staff"}
    listed = {
        f"{name}-thing" if is_thing and name in {"reason", "until"} else name: said for name, said in errors.items()
    }
    return seat.page(
        "locks.html", status=status, listed=listed, locks=await locks.locks(seat.office, seat.property_id),
        people=people, raw=raw, errors=errors, refused=refused, new_id=os.urandom(16).hex(), here="/locks",
    )
