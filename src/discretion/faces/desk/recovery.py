"""A lost passkey: two people who saw the person, in two duties, and only then a link.

Source: policy.md, section 8. The keeper holds to it; these pages carry the two halves.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.seat import Seat
from discretion.office import staff
from discretion.wire.lookup import ConfirmRecovery, Entered, Invite


class RecoveryForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first half: who lost the key."""

    staff_id: Hex
    request_id: Hex


class ConfirmForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The second half: the number that the first person was given."""

    invitation: Annotated[str, Meta(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")]
    request_id: Hex


@get("/recovery")
async def recovery_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show both halves."""
    return await _shown(seat)


@post("/recovery", status_code=200)
async def begin_recovery(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Note that this person saw the one who lost the key; give the number for the second person."""
    seat.require(Permission.STAFF_RECOVER)
    form = (await seat.form(RecoveryForm)).value
    if form is None:
        raise MalformedFormError("staff_id")
    answer = await seat.means.hatches.ask(
        Invite(
            ticket=seat.ticket, request_id=bytes.fromhex(form.request_id), staff_id=bytes.fromhex(form.staff_id),
            kind="recovery",
        )
    )
    if not isinstance(answer, Entered):
        raise TypeError(type(answer).__name__)
    return await _shown(seat, number=answer.detail.hex())


@post("/recovery/confirm", status_code=200)
async def confirm_recovery(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Be the second person; the link is shown once."""
    seat.require(Permission.STAFF_RECOVER)
    form = (await seat.form(ConfirmForm)).value
    if form is None:
        raise MalformedFormError("invitation")
    answer = await seat.means.hatches.ask(
        ConfirmRecovery(
            ticket=seat.ticket, request_id=bytes.fromhex(form.request_id),
            invitation_id=bytes.fromhex(form.invitation),
        )
    )
    if not isinstance(answer, Entered):
        raise TypeError(type(answer).__name__)
    return await _shown(seat, link=f"{seat.settings.origin}/enrol#{urlsafe_b64encode(answer.detail).decode()}")


async def _shown(seat: Seat, *, number: str = "", link: str = "") -> Response[bytes]:
    seat.require(Permission.STAFF_RECOVER)
    members = await staff.staff_list(seat.office, seat.property_id)
    me = seat.person.staff_id
    others = [(m.staff_id.hex(), f"{m.number} · {m.name}") for m in members if m.active and m.staff_id != me]
    return seat.page("recovery.html", others=others, number=number, link=link, here="/recovery")
