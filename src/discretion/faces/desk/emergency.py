"""W4: emergency viewing. One page asks what happened and what is needed; the next shows it, for fifteen minutes.

Rules:
* It helps first and asks for nobody's leave. Calm and violet: nothing here threatens.
* By the room, without a name and without a search: whoever is on shift may have to help.
* Each look at the page is an ask with its entry, within the emergency.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.desk.approvals import RequestIdForm
from discretion.faces.desk.record_view import name_of, refused_page, shown_groups
from discretion.faces.desk.verify import VerifiedForm, brought, new_request_id
from discretion.faces.kit.address import id_in
from discretion.faces.kit.field_groups import GroupWord, mask_of
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.seat import Seat
from discretion.hotel.purpose import Purpose
from discretion.office import emergencies
from discretion.wire.exceptions import Action, BeginEmergency, EndEmergency, NoteEmergency
from discretion.wire.lookup import Disclosure, Entered, Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.office.emergencies import Emergency, InRoom

SITUATIONS: Final = ("life", "police", "child", "outage")
TOLD_DUTIES: Final = frozenset({"security", "duty_manager", "privacy", "general_manager"})
_WORDS_MIN: Final = 10


class RoomForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which room."""

    room: Annotated[str, Meta(max_length=10)] = ""


class EmergencyForm(VerifiedForm, frozen=True, kw_only=True):
    """What happened, in a code and in a sentence, and what is needed."""

    situation: Literal["life", "police", "child", "outage"] | None = None
    words: Annotated[str, Meta(max_length=500)] = ""
    reference: Annotated[str, Meta(max_length=80)] = ""
    groups: Annotated[tuple[GroupWord, ...], Meta(max_length=8)] = ()


class NoteForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happened, afterwards."""

    request_id: Annotated[str, Meta(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")]
    words: Annotated[str, Meta(max_length=1000)] = ""


@get("/emergency")
async def room_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Ask for the room; list this person's own, or all for those who are told."""
    seat.require(Permission.EMERGENCY_BEGIN)
    return await _room_page(seat, "", ())


@post("/emergency", status_code=200)
async def room(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Say who is in the room, by place in the stay and not by name."""
    seat.require(Permission.EMERGENCY_BEGIN)
    form = (await seat.form(RoomForm)).value
    number = form.room if form else ""
    people = await emergencies.people_in_room(seat.office, seat.property_id, number)
    if len(people) == 1:
        return seat.onward(f"/guests/{people[0].guest_id.hex()}/emergency")
    return await _room_page(seat, number, people)


@get("/guests/{guest:str}/emergency")
async def emergency_page(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Show the one screen; nothing has been opened yet."""
    seat.require(Permission.EMERGENCY_BEGIN)
    id_in(guest)
    return _form_page(seat, guest, {}, {})


@post("/guests/{guest:str}/emergency", status_code=200)
async def begin(seat: NamedDependency[Seat], guest: FromPath[str]) -> Response[bytes]:
    """Begin, and go to what it shows."""
    seat.require(Permission.EMERGENCY_BEGIN)
    guest_id = id_in(guest)
    form = await seat.form(EmergencyForm)
    wish = form.value
    errors = _missing(seat, wish) if wish else dict.fromkeys(form.errors, "")
    if wish is None or errors or wish.situation is None:
        return _form_page(seat, guest, form.raw, errors, status=422)
    groups = mask_of(wish.groups)
    proof = await brought(seat, Action("emergency", guest_id, Purpose.EMERGENCY, groups), wish)
    try:
        answer = await seat.means.hatches.ask(
            BeginEmergency(
                ticket=seat.ticket, request_id=bytes.fromhex(wish.request_id), guest_id=guest_id, groups=groups,
                situation=wish.situation, words=wish.words, reference=wish.reference,
                challenge_id=proof.challenge_id, assertion=proof.assertion,
            )
        )
    except KeeperFailedError as error:
        if error.code != "conflict" or not seat.person.emergency_id:
            raise
        return seat.onward(f"/emergencies/{seat.person.emergency_id.hex()}")  # one of this guest is open already
    if isinstance(answer, Refusal):
        return await refused_page(seat, answer, guest, Purpose.EMERGENCY)
    if not isinstance(answer, Entered):
        raise TypeError(type(answer).__name__)
    return seat.onward(f"/emergencies/{answer.detail.hex()}" if answer.detail else "/emergency")


@get("/emergencies/{emergency:str}")
async def viewing_page(seat: NamedDependency[Seat], emergency: FromPath[str]) -> Response[bytes]:
    """Show what the emergency opens, to its person while it is open; afterwards what was done, and the note."""
    one = await _found(seat, emergency)
    is_own = one.staff_id == seat.person.staff_id
    groups, answer = [], None
    if one.is_open and is_own:
        answer = await seat.look_up(
            one.guest_id, Purpose.EMERGENCY, clear=one.groups, masked=0, context="emergency",
        )
        if isinstance(answer, Disclosure):
            groups = [group for group in shown_groups(seat, answer) if group.level != "hidden"]
    left = max(1, int(one.until_at.timestamp() - time.time()))
    return seat.page(
        "emergency.html", headers={"refresh": str(left + 1)} if one.is_open and is_own else {}, one=one, is_own=is_own,
        groups=groups, refusal=answer if isinstance(answer, Refusal) else None, left=left,
        name=name_of(answer) if isinstance(answer, Disclosure) else "", errors={}, raw={},
        minute=seat.formats.local(datetime.now(UTC)).strftime("%m%d%H%M"),
        here=f"/emergencies/{emergency}",
    )


@post("/emergencies/{emergency:str}/end")
async def end(seat: NamedDependency[Seat], emergency: FromPath[str]) -> Response[bytes]:
    """End one's own."""
    form = (await seat.form(RequestIdForm)).value
    request_id = bytes.fromhex(form.request_id) if form else new_request_id()
    try:
        await seat.means.hatches.ask(
            EndEmergency(ticket=seat.ticket, request_id=request_id, emergency_id=id_in(emergency))
        )
    except KeeperFailedError as error:
        if error.code != "conflict":
            raise  # time was quicker: it has ended, and that is what was wanted
    return seat.onward(f"/emergencies/{emergency}?said=emergency_ended")


@post("/emergencies/{emergency:str}/note", status_code=200)
async def note(seat: NamedDependency[Seat], emergency: FromPath[str]) -> Response[bytes]:
    """Add what happened."""
    one = await _found(seat, emergency)
    form = await seat.form(NoteForm)
    wish = form.value
    if wish is None or len(wish.words.strip()) < _WORDS_MIN:
        errors = {"words": seat.words.gettext("Say it in at least ten characters.")}
        return seat.page(
            "emergency.html", status=422, one=one, is_own=one.staff_id == seat.person.staff_id, groups=[], refusal=None,
            left=0, name="", errors=errors, raw=form.raw, here=f"/emergencies/{emergency}",
        )
    await seat.means.hatches.ask(
        NoteEmergency(
            ticket=seat.ticket, request_id=bytes.fromhex(wish.request_id), emergency_id=one.emergency_id,
            words=wish.words,
        )
    )
    return seat.onward(f"/emergencies/{emergency}?said=emergency_noted")


async def _found(seat: Seat, emergency: str) -> Emergency:
    one = await emergencies.emergency(seat.office, seat.property_id, id_in(emergency))
    if one is None or (one.staff_id != seat.person.staff_id and seat.person.duty not in TOLD_DUTIES):
        raise NotFoundException
    return one


def _missing(seat: Seat, wish: EmergencyForm) -> dict[str, str]:
    words = seat.words
    errors = {}
    if wish.situation is None:
        errors["situation"] = words.gettext("Choose what happened.")
    if len(wish.words.strip()) < _WORDS_MIN:
        errors["words"] = words.gettext("Say it in at least ten characters.")
    if wish.situation == "police" and len(wish.reference.strip()) < 3:  # noqa: PLR2004 - as the keeper asks
        errors["reference"] = words.gettext("Write down the officer's number and the station's telephone.")
    if not wish.groups:
        errors["groups"] = words.gettext("Tick what is needed.")
    return errors


def _form_page(
    seat: Seat, guest: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    return seat.page(
        "emergency_begin.html", status=status, guest=guest, raw=raw, errors=errors, situations=SITUATIONS,
        here=f"/guests/{guest}/emergency",
    )


async def _room_page(seat: Seat, number: str, people: Sequence[InRoom]) -> Response[bytes]:
    recent = await emergencies.emergencies(
        seat.office, seat.property_id, seat.person.staff_id, is_told=seat.person.duty in TOLD_DUTIES,
    )
    return seat.page(
        "emergency_room.html", room=number, people=people, recent=recent, here="/emergency",
    )
