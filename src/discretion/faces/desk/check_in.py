"""Check-in, and people who join later: who is there, on which document, related how.

Rules:
* In this order, each step repeatable by its id: the records are sealed, the stay changes, the sealed copies are kept.
* Missing statutory fields do not block the desk: one named person does.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.desk.acts import PAGES, Hex, RoomNumber, Version
from discretion.faces.desk.arrivals import listed_guests
from discretion.faces.desk.person_form import PEOPLE_ON_PAGE_MAX, PersonForm, Typed, id_for, related, split, typed
from discretion.faces.desk.stay import purpose_at, stay_of
from discretion.faces.kit import forms
from discretion.faces.kit.field_groups import BIT
from discretion.faces.kit.joined import part_id
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import Seat
from discretion.hotel.purpose import Purpose
from discretion.office import changes, merges, rooms, stays
from discretion.office.outcome import ActRefusal, Changed, Doing, SeenStay
from discretion.wire.lookup import Inscribe, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.office.stay_view import StayView

HOME_REGION: Final = "CN"
ArrivalSlug = Literal["check-in", "join"]


class ArrivalForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The form's own fields, beside its people."""

    act_id: Hex
    version: Version
    room: RoomNumber = ""
    do: Annotated[str, Meta(pattern="^(read|do)$")] = "do"


@get("/stays/{stay:str}/check-in", name="check_in_page")
async def check_in_page(seat: NamedDependency[Seat], stay: FromPath[str]) -> Response[bytes]:
    """Show the check-in of one stay, with a place for each person booked."""
    return await _page(seat, stay, "check-in")


@get("/stays/{stay:str}/join", name="join_page")
async def join_page(seat: NamedDependency[Seat], stay: FromPath[str]) -> Response[bytes]:
    """Show the form for one more person."""
    return await _page(seat, stay, "join")


@post("/stays/{stay:str}/check-in", name="check_in")
async def check_in(seat: NamedDependency[Seat], stay: FromPath[str]) -> Response[bytes]:
    """Check the people in."""
    return await _arrive(seat, stay, "check-in")


@post("/stays/{stay:str}/join", name="join")
async def join(seat: NamedDependency[Seat], stay: FromPath[str]) -> Response[bytes]:
    """Let the people join the stay."""
    return await _arrive(seat, stay, "join")


async def _page(seat: Seat, stay: str, slug: ArrivalSlug) -> Response[bytes]:
    seat.require(PAGES[slug].permission)
    view = await stay_of(seat, stay)
    return await _shown(seat, view, slug, _places(view, slug), "", {})


async def _arrive(seat: Seat, stay: str, slug: ArrivalSlug) -> Response[bytes]:
    seat.require(PAGES[slug].permission)
    view = await stay_of(seat, stay)
    own, fields = split(forms.fields_of(await seat.request.body()))
    form = forms.filled(own, ArrivalForm)
    if form.value is None:
        raise forms.MalformedFormError(next(iter(form.errors)))
    wish = form.value
    is_read = wish.do == "read"
    people = [typed(seat.words, each, view.business_date, HOME_REGION, is_read=is_read) for each in fields]
    if not is_read:
        people = related(seat.words, people)
    if is_read or any(person.errors for person in people):
        return await _shown(seat, view, slug, people, "", form.raw, status=200 if is_read else 422)
    outcome = await _done(seat, view, slug, wish, people)
    if isinstance(outcome, ActRefusal):
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _shown(seat, await stay_of(seat, stay), slug, people, sentence, form.raw, status=409)
    return seat.onward(f"/stays/{stay}?said={'repeat' if outcome.is_repeat else PAGES[slug].act}")


async def _done(
    seat: Seat, view: StayView, slug: ArrivalSlug, wish: ArrivalForm, people: Sequence[Typed]
) -> Changed | ActRefusal:
    """Seal, change, keep copies. A crash between two steps is mended by sending the same form again."""
    act_id = bytes.fromhex(wish.act_id)
    present = await inscribed(seat, act_id, people)
    change: changes.Change = (
        changes.CheckIn(room_number=wish.room, people=present) if slug == "check-in" else changes.Join(people=present)
    )
    doing = Doing(seat.property_id, act_id, seat.person.staff_id)
    outcome = await stays.change(seat.office, doing, SeenStay(view.line.stay_id, wish.version), change)
    if isinstance(outcome, Changed):
        await keep_copies(seat, act_id, outcome.stay_id, [person.guest_id for person in present])
    return outcome


async def inscribed(seat: Seat, act_id: bytes, people: Sequence[Typed]) -> tuple[changes.Person, ...]:
    """Seal what was typed; return who is there, for the office. Errors: as `Hatches.ask`."""
    present = []
    for place, person in enumerate(people):
        form = person.form
        if form.is_empty and not form.guest:
            continue
        guest_id = bytes.fromhex(form.guest) if form.guest else id_for(act_id, place, person, b"guest")
        request_id = id_for(act_id, place, person, b"inscribe")
        for record_id, groups in await _parts(seat, guest_id, person):
            await seat.means.hatches.ask(
                Inscribe(
                    ticket=seat.ticket, request_id=part_id(request_id, guest_id, record_id), guest_id=record_id,
                    purpose=Purpose.CHECK_IN, groups=groups, is_new=person.is_new,
                )
            )
        present.append(
            changes.Person(
                guest_id=guest_id, relation=form.relation, age_category=form.age_category,
                guardian_reached=form.was_guardian_reached, position=form.position,
            )
        )
    return tuple(present)


async def _parts(seat: Seat, guest_id: bytes, person: Typed) -> list[tuple[bytes, dict[str, bytes]]]:
    """Return what is written into which record: of joined ones each group goes where it is shown from."""
    if person.is_new or not person.groups:
        return [(guest_id, dict(person.groups))] if person.groups else []
    parts = []
    for side in await merges.sides(seat.office, seat.property_id, guest_id):
        groups = {name: raw for name, raw in person.groups.items() if BIT[name] & side.groups}
        if groups:
            parts.append((side.record_id, groups))
    return parts


async def keep_copies(
    seat: Seat, act_id: bytes, stay_id: bytes, guest_ids: Sequence[bytes], occasion: str = "check_in",
) -> None:
    """Keep the sealed copy of each record as it stands at check-in or check-out."""
    if guest_ids:
        await seat.means.hatches.ask(
            Snapshot(
                ticket=seat.ticket, request_id=hashlib.blake2b(act_id, digest_size=16, person=b"snapshot").digest(),
                stay_id=stay_id, guest_ids=list(dict.fromkeys(guest_ids)), occasion=occasion,
            )
        )


def _places(view: StayView, slug: ArrivalSlug) -> list[Typed]:
    """Return an empty form for each place: those not yet arrived, or one more for somebody who joins."""
    if slug == "join":
        return [blank()]
    waiting = [o for o in view.occupants if o.state not in {"on_board", "departed", "cancelled"}]
    return [
        blank(o.position, o.guest_id.hex() if o.guest_id else "", o.age_category or "adult", o.relation)
        for o in waiting[:PEOPLE_ON_PAGE_MAX]
    ] or [blank()]


def blank(position: int | None = None, guest: str = "", age_category: str = "adult", relation: str = "") -> Typed:
    """Return an untouched form for one person."""
    raw: dict[str, Any] = {
        "position": "" if position is None else str(position), "guest": guest, "age_category": age_category,
        "relation": relation,
    }
    return Typed(PersonForm(guest=guest), raw)


async def _shown(
    seat: Seat, view: StayView, slug: ArrivalSlug, people: Sequence[Typed], refused: str, raw: Mapping[str, Any],
    *, status: int = 200,
) -> Response[bytes]:
    line = view.line
    guests = [bytes.fromhex(str(person.raw["guest"])) for person in people if person.raw.get("guest")]
    known, refusal = await listed_guests(seat, purpose_at(seat, view), guests)
    last = max(line.departure, view.business_date)
    free = await rooms.free_rooms(seat.office, seat.property_id, view.business_date, last)
    return seat.page(
        "check_in.html", status=status, view=view, line=line, people=people, known=known, refusal=refusal, free=free,
        refused=refused, raw=raw, slug=slug, act=PAGES[slug].act, here=f"/stays/{line.stay_id.hex()}/{slug}",
    )
