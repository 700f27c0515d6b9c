"""The registration form of a stay, and what was invoiced: what the sealed copies say, never the record of today.

Rules:
* A copy is looked up as the record is: for a purpose, masked at first, each person an ask with its entry.
* In full it is shown to be printed: for a reason, once, as far as the purpose shows each part; masked after 60 seconds.
* A correction keeps the record as it stands now as a new version, with its reason; the earlier one stays beside it.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.desk.guest import REVEALED_SECONDS
from discretion.faces.desk.record_view import name_of, shown_groups
from discretion.faces.desk.relation import purpose_of_names, purposes_first
from discretion.faces.desk.stay import stay_of
from discretion.faces.desk.verify import new_request_id
from discretion.faces.kit.address import id_in
from discretion.faces.kit.field_groups import BIT
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.joined import together
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.reasons import codes_under, reasons
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import Seat
from discretion.hotel.purpose import Purpose
from discretion.hotel.stay import StayState, relation_of
from discretion.office import stay_copies
from discretion.wire.lookup import Disclosure, Refusal, Snapshot
from discretion.wire.merging import LookUpCopy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.office.stay_copies import Copy
    from discretion.office.stay_view import StayView

_ALL: Final = sum(BIT.values())
Which = Literal["registration", "invoice"]


class PrintForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For which purpose and why the copies are shown in full."""

    request_id: Hex
    purpose: Purpose
    which: Which = "registration"
    reason: Annotated[str, Meta(max_length=40)] = ""


class CorrectForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose copy is corrected, and why."""

    act_id: Hex
    guest_id: Hex
    reason: Literal["misread", "guest_said", "missing"]


@get("/stays/{stay:str}/registration", name="registration_page")
async def registration_page(
    seat: NamedDependency[Seat], stay: FromPath[str], purpose: FromQuery[Purpose | None] = None,
    which: FromQuery[Which] = "registration", guest: FromQuery[str] = "", version: FromQuery[int] = 0,
) -> Response[bytes]:
    """Show the copies that count, masked; or one earlier version of one person's."""
    seat.require(Permission.STAY_LIST)
    view = await stay_of(seat, stay)
    found = await stay_copies.copies(seat.office, seat.property_id, view.line.stay_id)
    one = [copy for copy in found if guest and copy.guest_id == id_in(guest) and copy.version == version]
    if guest and not one:
        raise NotFoundException
    chosen = one or stay_copies.counting(found, of_registration=which == "registration")
    return await _shown(seat, view, found, chosen, purpose or "", which=which, is_earlier=bool(one))


@post("/stays/{stay:str}/registration/print", status_code=200)
async def print_registration(seat: NamedDependency[Seat], stay: FromPath[str]) -> Response[bytes]:
    """Show the copies that count as far as the purpose shows them, to be printed."""
    seat.require(Permission.STAY_LIST)
    view = await stay_of(seat, stay)
    wish = (await seat.form(PrintForm)).value
    if wish is None:
        raise MalformedFormError("the print of a registration")
    found = await stay_copies.copies(seat.office, seat.property_id, view.line.stay_id)
    chosen = stay_copies.counting(found, of_registration=wish.which == "registration")
    if wish.reason not in codes_under(wish.purpose):
        errors = {"reason": seat.words.gettext("Choose why this is needed.")}
        return await _shown(seat, view, found, chosen, wish.purpose, which=wish.which, errors=errors, status=422)
    return await _shown(
        seat, view, found, chosen, wish.purpose, which=wish.which, request_id=bytes.fromhex(wish.request_id),
        reason=wish.reason,
    )


@post("/stays/{stay:str}/registration/correct")
async def correct_registration(seat: NamedDependency[Seat], stay: FromPath[str]) -> Response[bytes]:
    """Keep the record as it stands now as the corrected copy."""
    seat.require(Permission.STAY_CHANGE)
    view = await stay_of(seat, stay)
    wish = (await seat.form(CorrectForm)).value
    if wish is None:
        found = await stay_copies.copies(seat.office, seat.property_id, view.line.stay_id)
        errors = {"correct": act_sentence(seat.words, "reason_missing", {})}
        return await _shown(
            seat, view, found, stay_copies.counting(found), "", which="registration", errors=errors, status=422,
        )
    if bytes.fromhex(wish.guest_id) not in {occupant.guest_id for occupant in view.occupants}:
        raise NotFoundException
    await seat.means.hatches.ask(
        Snapshot(
            ticket=seat.ticket, request_id=bytes.fromhex(wish.act_id), stay_id=view.line.stay_id,
            guest_ids=[bytes.fromhex(wish.guest_id)], occasion="corrected", reason=wish.reason,
        )
    )
    return seat.onward(f"/stays/{stay}/registration?said=copy_corrected")


async def _shown(  # noqa: PLR0913 - a form is of which stay, what of it, and what for
    seat: Seat, view: StayView, found: Sequence[Copy], chosen: Sequence[Copy], stated: str, *, which: Which,
    is_earlier: bool = False, request_id: bytes = b"", reason: str = "", errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response[bytes]:
    line = view.line
    relation = relation_of(StayState(line.state), line.arrival, line.departure, view.business_date)
    purpose = stated or purpose_of_names(seat.person.duty, relation, is_leaving=True)
    people: list[dict[str, Any]] = []
    if purpose:
        asked = [_looked(seat, view, copy, purpose, request_id, reason) for copy in chosen]
        answers = await asyncio.gather(*asked)
        if None in answers:  # the page was loaded again: back to the masked one
            return seat.onward(f"/stays/{line.stay_id.hex()}/registration?which={which}")
        for copy, answer in zip(chosen, answers, strict=True):
            shown = answer if isinstance(answer, Disclosure) else None
            people.append({
                "kept": copy, "answer": answer, "is_shown": shown is not None, "name": name_of(shown) if shown else "",
                "groups": shown_groups(seat, shown) if shown else (),
            })
    here = f"/stays/{line.stay_id.hex()}/registration"
    headers = {"refresh": f"{REVEALED_SECONDS}; url={here}?which={which}"} if request_id else {}
    return seat.page(
        "registration.html", status=status, headers=headers, view=view, line=line, found=found, people=people,
        purpose=purpose, purposes=purposes_first(), which=which, is_full=bool(request_id), is_earlier=is_earlier,
        reasons=reasons(seat.words, purpose) if purpose else [], errors=errors or {}, here=here,
        why_corrected=stay_copies.REASONS, may_correct=seat.may(Permission.STAY_CHANGE) and seat.is_on_shift,
    )


async def _looked(
    seat: Seat, view: StayView, copy: Copy, purpose: str, request_id: bytes, reason: str,
) -> Disclosure | Refusal | None:
    """Return what one person's copy shows; None when this very ask was entered before."""
    parts, fresh = copy.parts, request_id or new_request_id()
    wish = _ALL if request_id else 0
    answers = await asyncio.gather(*(
        seat.means.hatches.ask(
            LookUpCopy(
                ticket=seat.ticket, request_id=_id_of(fresh, copy, side.record_id),
                guest_id=side.record_id, stay_id=view.line.stay_id, version=version, purpose=purpose,
                clear=wish & side.groups, masked=side.groups, context="registration", reference=view.line.number,
                reason=reason,
            )
        )
        for side, version in parts
    ))
    told = [
        (side, answer) for (side, _), answer in zip(parts, answers, strict=True)
        if isinstance(answer, Disclosure | Refusal)
    ]  # fmt: skip
    return together(copy.guest_id, told) if told else None


def _id_of(request_id: bytes, copy: Copy, record_id: bytes) -> bytes:
    """Return the request id of one record's part of a page: the same each time."""
    return hashlib.blake2b(request_id + copy.guest_id + record_id, digest_size=16, person=b"copy").digest()
