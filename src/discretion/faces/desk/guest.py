"""W3: one guest's record for one stated purpose: masked groups, reveal, offers, refusals.

Rules:
* Every view is an ask with its entry; a reveal is a second ask with one more group in clear.
* The purpose follows from the working relation, or the person states it; it is not remembered between guests.
* A revealed value is in the answer to the form that asked for it and nowhere else; that answer is masked again after
  60 seconds, with or without scripts.
* A guest who does not exist and one hidden from this person take the same path and read the same.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from msgspec import Meta

from discretion.faces.desk.record_view import BIT, CLEAR_ON_RECORD, MASKED_IN_LISTS, name_of, shown_groups
from discretion.faces.desk.relation import present_stay, purposes_first, silent_purpose
from discretion.faces.kit.address import id_in
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.reasons import OTHER, codes_under, reasons
from discretion.faces.kit.seat import EnteredBeforeError, Seat
from discretion.hotel.purpose import Purpose
from discretion.office import lists
from discretion.office.locks import held_by
from discretion.wire.lookup import Disclosure

if TYPE_CHECKING:
    from discretion.hotel.purpose import Relation
    from discretion.office.lists import StayLine
    from discretion.wire.lookup import Refusal

_LOCKED: Final = "G9"  # the guards that this page has one more word for
_UNTRAINED: Final = "G3"
REVEALED_SECONDS: Final = 60


class RevealForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a reveal says: which group, for which purpose, why, and for which task."""

    group: Literal["identity", "contact", "document", "booking", "stay", "spending", "preferences", "notes"]
    purpose: Purpose
    request_id: Annotated[str, Meta(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")]
    reason: Annotated[str, Meta(max_length=40)] = ""
    reference: Annotated[str, Meta(max_length=80)] = ""
    script: Literal["", "1"] = ""  # "1" where app.js counts down itself, so that the countdown can be paused


@get("/guests/{guest:str}")
async def guest_page(
    seat: NamedDependency[Seat], guest: FromPath[str], purpose: FromQuery[Purpose | None] = None
) -> Response[bytes]:
    """Show the record, masked, for the purpose that follows from the guest's stay or was stated."""
    guest_id = id_in(guest)
    stays = await lists.stays_of_guest(seat.office, seat.property_id, guest_id)
    stay, relation = present_stay(stays, seat.property.business_date)
    silent = silent_purpose(seat.person.duty, relation)
    stated = purpose or silent
    if not stated:
        return _purpose_page(seat, guest)
    answer = await seat.look_up(
        guest_id, stated, clear=CLEAR_ON_RECORD, masked=CLEAR_ON_RECORD | MASKED_IN_LISTS, context="record"
    )
    return await _record(seat, answer, guest, stay, relation, stated, is_silent=stated == silent)


@get("/guests/{guest:str}/purpose")
async def purpose_page(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Ask for the purpose; nothing has been looked up yet."""
    id_in(guest)
    return _purpose_page(seat, guest)


@get("/guests/{guest:str}/reveal/{group:str}")
async def reveal_page(
    seat: NamedDependency[Seat], guest: FromPath[str], group: FromPath[str], purpose: FromQuery[Purpose]
) -> Response[bytes]:
    """Show the reveal form as a page of its own, for browsers without dialogs."""
    id_in(guest)
    if group not in BIT:
        raise NotFoundException
    return seat.page(
        "reveal.html", guest=guest, group=group, purpose=purpose, reasons=reasons(seat.words, purpose), errors={},
        raw={},
    )


@post("/guests/{guest:str}/reveal", status_code=200)
async def reveal(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Ask for one group in clear, and show it for 60 seconds."""
    guest_id = id_in(guest)
    form = await seat.form(RevealForm)
    wish = form.value
    if wish is None:
        return seat.page("error.html", status=422, code=422, title=seat.words.gettext("The form is incomplete"),
                         advice=seat.words.gettext("Open the record again and choose what to show."))  # fmt: skip
    if errors := _missing(seat, wish):
        return seat.page(
            "reveal.html", status=422, guest=guest, group=wish.group, purpose=wish.purpose,
            reasons=reasons(seat.words, wish.purpose), errors=errors, raw=form.raw,
        )
    stays = await lists.stays_of_guest(seat.office, seat.property_id, guest_id)
    stay, relation = present_stay(stays, seat.property.business_date)
    try:
        answer = await seat.look_up(
            guest_id, wish.purpose, clear=CLEAR_ON_RECORD | BIT[wish.group], masked=CLEAR_ON_RECORD | MASKED_IN_LISTS,
            context="reveal", reference=wish.reference, reason=wish.reason,
            request_id=bytes.fromhex(wish.request_id),
        )
    except EnteredBeforeError:  # the page was loaded again: back to the masked one
        return seat.onward(f"/guests/{guest}?purpose={wish.purpose}")
    silent = silent_purpose(seat.person.duty, relation)
    return await _record(
        seat, answer, guest, stay, relation, wish.purpose, is_silent=wish.purpose == silent, revealed=wish.group,
        is_counted_down=wish.script == "1",
    )


def _missing(seat: Seat, wish: RevealForm) -> dict[str, str]:
    """Return what the form still lacks, by field, in the reader's words."""
    if wish.reason not in codes_under(wish.purpose):
        return {"reason": seat.words.gettext("Choose why this is needed.")}
    if wish.reason == OTHER and not wish.reference:
        return {"reference": seat.words.gettext("Name the task or case that needs it.")}
    return {}


def _purpose_page(seat: Seat, guest: str) -> Response[bytes]:
    seat.require(Permission.GUEST_FIND)
    return seat.page("purpose.html", guest=guest, purposes=purposes_first(), here=f"/guests/{guest}/purpose")


async def _record(  # noqa: PLR0913 - a record is whose, what for, and what was asked of it
    seat: Seat, answer: Disclosure | Refusal, guest: str, stay: StayLine | None, relation: Relation, purpose: str,
    *, is_silent: bool, revealed: str = "", is_counted_down: bool = False,
) -> Response[bytes]:
    """Return the page of a record, or of a calm refusal."""  # fmt: skip
    back = f"/guests/{guest}" if is_silent else f"/guests/{guest}?purpose={purpose}"
    if not isinstance(answer, Disclosure):
        is_locked = any(line.rule == _LOCKED for line in answer.lines)
        held = await held_by(seat.office, seat.property_id, bytes.fromhex(guest)) if is_locked else None
        is_untrained = any(line.rule == _UNTRAINED for line in answer.lines)
        return seat.page("refused.html", refusal=answer, guest=guest, purpose=purpose, held=held,
                         is_untrained=is_untrained, here=f"/guests/{guest}")  # fmt: skip
    now = datetime.now(UTC)
    is_revealed = bool(revealed) and bool(answer.clear & BIT[revealed])
    headers = {"refresh": f"{REVEALED_SECONDS}; url={back}"} if is_revealed and not is_counted_down else {}
    return seat.page(
        "guest.html", headers=headers, guest=guest, answer=answer, stay=stay, relation=relation, purpose=purpose,
        is_silent=is_silent, name=name_of(answer), groups=shown_groups(seat, answer), back=back,
        revealed=revealed if is_revealed else "", wanted=revealed, seconds=REVEALED_SECONDS,
        reasons=reasons(seat.words, purpose), here=f"/guests/{guest}",
        now=int(now.timestamp()), minute=seat.formats.local(now).strftime("%m%d%H%M"),
    )
