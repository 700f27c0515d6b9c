"""Records to join and joined records: what waits for a second person, one link, joining, refusing, parting.

Rules:
* Whoever asked does not join. Whoever joins compares for themselves first: two more asks, two more entries.
* Parting needs one person and a reason; each record is then as it was, with its own list of who looked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery

from discretion.faces.desk.acts import Hex
from discretion.faces.desk.compared import FAULTS, GROUPS, purpose_for, two
from discretion.faces.desk.record_view import groups_in, refused_page
from discretion.faces.kit.address import id_in
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, failure_of
from discretion.faces.kit.seat import Seat
from discretion.hotel.purpose import Purpose
from discretion.office import merges
from discretion.wire.lookup import Entered, Refusal
from discretion.wire.merging import JoinRecords, PartRecords

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.merges import Merge


class JoinForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The second person's yes."""

    request_id: Hex


class PartForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why what is asked for, or what is joined, ends."""

    request_id: Hex
    why: Literal["", "other_person", "asked", "mistaken"] = ""


@get("/merges")
async def merges_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show what waits for a second person. Nobody is named: to compare is to look."""
    seat.require(Permission.RECORD_JOIN)
    waiting = await merges.waiting(seat.office, seat.property_id)
    return seat.page("merges.html", waiting=waiting, here="/merges")


@get("/merges/{merge:str}")
async def merge_page(
    seat: NamedDependency[Seat], merge: FromPath[str], purpose: FromQuery[Purpose | None] = None,
) -> Response[bytes]:
    """Show one link, and both records while it stands."""
    return await _shown(seat, await _found(seat, merge), purpose or "", {}, {})


@post("/merges/{merge:str}/join")
async def join_records(
    seat: NamedDependency[Seat], merge: FromPath[str], purpose: FromQuery[Purpose | None] = None,
) -> Response[bytes]:
    """Join what somebody else asked for."""
    one = await _found(seat, merge)
    form = (await seat.form(JoinForm)).value
    if form is None:
        raise MalformedFormError("joining")
    own, theirs = await _purposes(seat, one, purpose or "")
    message = JoinRecords(
        ticket=seat.ticket, request_id=bytes.fromhex(form.request_id), merge_id=one.merge_id, purpose=own,
        absorbed_purpose=theirs,
    )
    return await _done(seat, one, purpose or "", message, "merge_joined")


@post("/merges/{merge:str}/end")
async def part_records(
    seat: NamedDependency[Seat], merge: FromPath[str], purpose: FromQuery[Purpose | None] = None,
) -> Response[bytes]:
    """Refuse or take back what was asked for; part what is joined."""
    one = await _found(seat, merge)
    form = await seat.form(PartForm)
    if form.value is None or (one.is_joined and not form.value.why):
        errors = {"why": act_sentence(seat.words, "reason_missing", {})}
        return await _shown(seat, one, purpose or "", form.raw, errors, status=422)
    own, theirs = await _purposes(seat, one, purpose or "")
    message = PartRecords(
        ticket=seat.ticket, request_id=bytes.fromhex(form.value.request_id), merge_id=one.merge_id, purpose=own,
        absorbed_purpose=theirs, why=form.value.why or "refused",
    )
    return await _done(seat, one, purpose or "", message, "merge_parted")


async def _found(seat: Seat, merge: str) -> Merge:
    seat.require(Permission.RECORD_JOIN)
    one = await merges.merge(seat.office, seat.property_id, id_in(merge))
    if one is None:
        raise NotFoundException
    return one


async def _purposes(seat: Seat, one: Merge, stated: str) -> tuple[str, str]:
    own, _, _ = await purpose_for(seat, one.survivor_id, stated)
    theirs, _, _ = await purpose_for(seat, one.absorbed_id, stated)
    return own, theirs


async def _done(
    seat: Seat, one: Merge, stated: str, message: JoinRecords | PartRecords, said: str,
) -> Response[bytes]:
    try:
        answer = await seat.means.hatches.ask(message)
    except KeeperFailedError as error:
        if error.code not in FAULTS:
            raise
        sentence = seat.words.gettext(failure_of(error.code)[1])
        return await _shown(seat, await _found(seat, one.merge_id.hex()), stated, {}, {"why": sentence}, status=409)
    if isinstance(answer, Refusal):
        return await refused_page(seat, answer, one.survivor_id.hex(), message.purpose)
    if not isinstance(answer, Entered):
        raise TypeError(type(answer).__name__)
    return seat.onward(f"/merges/{one.merge_id.hex()}?said={said}")


async def _shown(
    seat: Seat, one: Merge, stated: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    pair = await two(seat, one.survivor_id, one.absorbed_id, stated) if one.waits else (None, None)
    return seat.page(
        "merge.html", status=status, one=one, survivor=pair[0], absorbed=pair[1], stated=stated, raw=raw, errors=errors,
        names=GROUPS, chosen=groups_in(one.absorbed_groups), is_own=one.asked_by == seat.person.staff_id,
        parted=merges.WHYS_PARTED, here=f"/merges/{one.merge_id.hex()}",
    )
