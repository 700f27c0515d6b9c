"""Records that may be of one person: who shares an exact value, two of them side by side, and asking to join them.

Rules:
* Suggested by a document, an own e-mail or a phone, shown to whoever may see both, and joined by no rule alone.
* What is asked for changes nothing: somebody else joins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.desk.arrivals import listed
from discretion.faces.desk.compared import FAULTS, GROUPS, purpose_for, two
from discretion.faces.desk.record_view import refused_page
from discretion.faces.desk.relation import purposes_first
from discretion.faces.desk.verify import new_request_id
from discretion.faces.kit.address import id_in
from discretion.faces.kit.field_groups import BIT
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, failure_of
from discretion.faces.kit.seat import Seat
from discretion.hotel.purpose import Purpose
from discretion.office import merges
from discretion.office.free_words import fault_of, one_line
from discretion.wire.lookup import Disclosure, Entered, Found, Refusal
from discretion.wire.merging import AskMerge, FindDuplicates

if TYPE_CHECKING:
    from collections.abc import Mapping

Taken = Literal["survivor", "absorbed"]


class MergeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of which record each part is to be shown, and why the two are one person."""

    request_id: Hex
    why: Literal["document", "email", "phone", "guest_said", "imported"]
    words: Annotated[str, Meta(max_length=500)] = ""
    identity: Taken = "survivor"
    contact: Taken = "survivor"
    document: Taken = "survivor"
    booking: Taken = "survivor"
    stay: Taken = "survivor"
    spending: Taken = "survivor"
    preferences: Taken = "survivor"
    notes: Taken = "survivor"

    @property
    def absorbed_groups(self) -> int:
        """The parts of which the other record's are to be shown, as bits."""
        return sum(BIT[group] for group in GROUPS if getattr(self, group) == "absorbed")


@get("/guests/{guest:str}/duplicates")
async def duplicates_page(
    seat: NamedDependency[Seat], guest: FromPath[str], purpose: FromQuery[Purpose | None] = None,
) -> Response[bytes]:
    """Show who shares an exact value with this guest; the search is for a purpose, and on the record."""
    seat.require(Permission.GUEST_FIND)
    guest_id = id_in(guest)
    own, stay, _ = await purpose_for(seat, guest_id, purpose or "")
    if not purpose and own == Purpose.DSR:  # no work of today leads here: the purpose has to be stated
        return seat.page("duplicates.html", guest=guest, purpose="", purposes=purposes_first(), here=_here(guest))
    found = await seat.means.hatches.ask(
        FindDuplicates(
            ticket=seat.ticket, request_id=new_request_id(), guest_id=guest_id, purpose=own, shown_for=purpose or "",
        )
    )
    if isinstance(found, Refusal):
        return await refused_page(seat, found, guest, own)
    if not isinstance(found, Found):
        raise TypeError(type(found).__name__)
    people = [
        (hit.guest_id.hex(), hit.by, listed(seat, hit.answer))
        for hit in found.items if isinstance(hit.answer, Disclosure)
    ]  # fmt: skip
    links = await merges.merges_of(seat.office, seat.property_id, guest_id)
    return seat.page(
        "duplicates.html", guest=guest, purpose=own, stated=purpose or "", found=found, people=people, stay=stay,
        linked={each.hex() for link in links for each in (link.survivor_id, link.absorbed_id)}, here=_here(guest),
    )


@get("/guests/{guest:str}/duplicates/{other:str}")
async def compare_page(
    seat: NamedDependency[Seat], guest: FromPath[str], other: FromPath[str], purpose: FromQuery[Purpose | None] = None,
) -> Response[bytes]:
    """Show two records side by side, masked, part by part."""
    seat.require(Permission.RECORD_JOIN)
    return await _compared(seat, (guest, other), purpose or "", {}, {})


@post("/guests/{guest:str}/duplicates/{other:str}")
async def ask_merge(
    seat: NamedDependency[Seat], guest: FromPath[str], other: FromPath[str], purpose: FromQuery[Purpose | None] = None,
) -> Response[bytes]:
    """Ask that the two be joined."""
    seat.require(Permission.RECORD_JOIN)
    survivor_id, absorbed_id, stated = id_in(guest), id_in(other), purpose or ""
    form = await seat.form(MergeForm)
    wish = form.value
    if wish is None or (wish.words and fault_of(wish.words)):
        field, code = ("why", "reason_missing") if wish is None else ("words", fault_of(wish.words))
        errors = {field: act_sentence(seat.words, code, {})}
        return await _compared(seat, (guest, other), stated, form.raw, errors, status=422)
    own, _, _ = await purpose_for(seat, survivor_id, stated)
    theirs, _, _ = await purpose_for(seat, absorbed_id, stated)
    try:
        answer = await seat.means.hatches.ask(
            AskMerge(
                ticket=seat.ticket, request_id=bytes.fromhex(wish.request_id), survivor_id=survivor_id,
                absorbed_id=absorbed_id, absorbed_groups=wish.absorbed_groups, purpose=own, absorbed_purpose=theirs,
                why=wish.why, words=one_line(wish.words),
            )
        )
    except KeeperFailedError as error:
        if error.code not in FAULTS:
            raise
        sentence = seat.words.gettext(failure_of(error.code)[1])
        return await _compared(seat, (guest, other), stated, form.raw, {"why": sentence}, status=409)
    if isinstance(answer, Refusal):
        return await refused_page(seat, answer, guest, own)
    if not isinstance(answer, Entered):
        raise TypeError(type(answer).__name__)
    return seat.onward(f"/merges/{answer.detail.hex()}?said=merge_asked" if answer.detail else "/merges?said=repeat")


async def _compared(
    seat: Seat, pair: tuple[str, str], stated: str, raw: Mapping[str, Any], errors: Mapping[str, str],
    *, status: int = 200,
) -> Response[bytes]:
    survivor, absorbed = await two(seat, id_in(pair[0]), id_in(pair[1]), stated)
    return seat.page(
        "compare.html", status=status, survivor=survivor, absorbed=absorbed, stated=stated, raw=raw, errors=errors,
        names=GROUPS, whys=merges.WHYS, here=f"/guests/{pair[0]}/duplicates/{pair[1]}",
    )


def _here(guest: str) -> str:
    return f"/guests/{guest}/duplicates"
