"""Shift handover 交接班 (experience.md, P13): everything that is still open on one page, done with one form.

Rules:
* A note is for the next shift and about the work. It never needs a guest's name: rooms and numbers are enough.
* What cannot be handed on is written here: the note of one's own emergency viewing, what one's own look-up was for.
* What is written is kept first, each once; only then is anything handed on. A form sent again repeats nothing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import home_of
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat, fresh_id
from discretion.hotel import number as numbers
from discretion.hotel.purpose import Role
from discretion.office import handovers, reviews
from discretion.office.outcome import ActRefusal
from discretion.wire.exceptions import NOTE_LENGTH_MAX, NOTE_LENGTH_MIN, NoteEmergency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.database import Office
    from discretion.wire.lookup import Person

NOTES = "/handover/notes"
_LOOK_UPS_MAX = 20  # the newest; the others stand on the page of one's own look-ups


class HandoverForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is handed over: the note and to whom, the requests and to whom, and whether the shift ends."""

    handover_id: Hex
    words: Annotated[str, Meta(max_length=2000)] = ""  # browsers send each new line as two characters
    to: Annotated[str, Meta(pattern="^(?:[0-9a-f]{32}|[a-z_]{1,40})$")] = ""
    request: list[Hex] = []
    requests_to: Hex | None = None
    case: list[Hex] = []
    cases_to: Hex | None = None
    ends: bool = False
    look_up: list[Annotated[str, Meta(max_length=20)]] = []
    was_for: list[Annotated[str, Meta(max_length=2 * reviews.WORDS_MAX)]] = []  # of each in turn, empty for not now
    emergency: list[Hex] = []
    noted: list[Annotated[str, Meta(max_length=2000)]] = []  # as above


class ReadForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A note that has been read."""

    handover_id: Hex


async def first_page(office: Office, person: Person) -> str:
    """Return where somebody begins: at the notes that wait for them, else at their duty's own page."""
    notes = await handovers.notes_for(office, person.property_id, person.staff_id, person.duty, unread_only=True)
    return NOTES if notes else home_of(person.duty)


@get("/handover")
async def handover_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show what is still open, and the form that hands it over."""
    return await _page(seat, {}, {})


@post("/handover")
async def hand_over(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Hand over."""
    form = await seat.form(HandoverForm)
    new = form.value
    if new is None:
        errors = field_errors(seat.words, form.errors)
        return await _page(seat, form.raw, errors, status=422)
    to_duty = new.to if new.to in Role.__members__.values() else ""
    to_id = bytes.fromhex(new.to) if len(new.to) == 32 and not to_duty else None  # noqa: PLR2004 - an id
    words = new.words.replace("\r\n", "\n")
    if errors := await _written(seat, new):
        return await _page(seat, form.raw, errors, status=422)
    outcome = await handovers.hand_over(seat.office, seat.property_id, handovers.NewHandover(
        bytes.fromhex(new.handover_id), seat.person.staff_id, seat.person.duty, words, to_duty, to_id,
        tuple(bytes.fromhex(each) for each in new.request),
        bytes.fromhex(new.requests_to) if new.requests_to else None, new.ends,
        tuple(bytes.fromhex(each) for each in new.case), bytes.fromhex(new.cases_to) if new.cases_to else None,
    ))
    if isinstance(outcome, ActRefusal):
        field = "words" if outcome.code == "words" else "requests_to" if new.request else "to"
        field = "cases_to" if outcome.code in {"cases_gone", "cases_recipient"} else field
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _page(seat, form.raw, {field: sentence}, status=409)
    return seat.onward(f"/my-shifts?said={'handed_over_ended' if new.ends else 'handed_over'}")


@get("/handover/notes")
async def notes_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show what the shift before left."""
    notes = await handovers.notes_for(seat.office, seat.property_id, seat.person.staff_id, seat.person.duty)
    return seat.page("handover_notes.html", notes=notes, here=NOTES)


@post("/handover/notes")
async def read_note(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Note that one was read."""
    form = (await seat.form(ReadForm)).value
    if form is None:
        raise MalformedFormError("handover_id")
    await handovers.mark_read(
        seat.office, seat.property_id, bytes.fromhex(form.handover_id), seat.person.staff_id, seat.person.duty,
    )
    return seat.onward(NOTES)


async def _written(seat: Seat, new: HandoverForm) -> dict[str, str]:
    """Keep what somebody wrote of their own look-ups and emergencies; return what is wrong with it, by field."""
    if len(new.look_up) != len(new.was_for) or len(new.emergency) != len(new.noted):
        raise MalformedFormError("look_up")
    noted = [(one, text.strip()) for one, text in zip(new.emergency, new.noted, strict=True) if text.strip()]
    errors = {
        f"noted-{one}": seat.words.gettext("Say it in at least ten characters.")
        for one, text in noted if not NOTE_LENGTH_MIN <= len(text) <= NOTE_LENGTH_MAX
    }
    for number, text in zip(new.look_up, new.was_for, strict=True):
        said = " ".join(text.split())
        if not said:
            continue
        outcome = await reviews.say(
            seat.office, seat.property_id, numbers.read(number) or "", seat.person.staff_id, said
        )
        if isinstance(outcome, ActRefusal) and outcome.code == "review_words":  # anything else: it was said before
            errors[f"was_for-{number}"] = act_sentence(seat.words, outcome.code, outcome.params)
    if not errors:
        for one, text in noted:
            once = hashlib.sha256(bytes.fromhex(new.handover_id + one)).digest()[:16]
            await seat.means.hatches.ask(NoteEmergency(
                ticket=seat.ticket, request_id=once, emergency_id=bytes.fromhex(one), words=text,
            ))  # fmt: skip
    return errors


async def _page(
    seat: Seat, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    me = seat.person.staff_id
    things = await handovers.open_things(seat.office, seat.property_id, me)
    look_ups = [
        line for line in await reviews.own(seat.office, seat.property_id, me)
        if line.state != "closed" and not line.is_said
    ][:_LOOK_UPS_MAX]
    # What came back, by what it is of.
    typed = dict(zip(raw.get("emergency", []), raw.get("noted", []), strict=False))
    typed |= zip(raw.get("look_up", []), raw.get("was_for", []), strict=False)
    people = [
        (staff_id.hex(), text) for staff_id, text in await handovers.next_people(seat.office, seat.property_id, me)
    ]
    return seat.page(
        "handover.html", status=status, things=things, look_ups=look_ups, typed=typed, people=people,
        duties=list(Role), raw=raw, errors=errors, new_id=fresh_id(), words_max=handovers.WORDS_MAX,
        reply_max=reviews.WORDS_MAX, here="/handover",
    )
