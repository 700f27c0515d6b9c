"""Roster, training and presence: one plain page each, by hand and by file. Look-ups rest on these facts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import FAILURES, act_sentence, field_errors, row_words
from discretion.faces.kit.seat import Seat, fresh_id
from discretion.faces.kit.verified import VerifiedForm, brought
from discretion.hotel.purpose import Role
from discretion.office import courses, presence, roster, service_requests, staff, swaps, training
from discretion.office.outcome import ActRefusal
from discretion.office.sheet import SIZE_BYTES_MAX, CsvReport
from discretion.wire.exceptions import ATTESTED_AT_ONCE_MAX, Action, ActionKind, AttestPresence, subject_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

_UPLOAD_SIZE_BYTES_MAX = SIZE_BYTES_MAX + 64 * 1024
_SHOWN_DAYS = timedelta(days=8)
_REPORTED_DAYS = timedelta(days=7)
_ATTEST_REFUSALS = frozenset({"not_duty_manager", "not_found", "not_on_shift", "passkey", "self"})


class ShiftForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shift, in the hotel's own time."""

    shift_id: Hex
    staff_id: Hex
    duty: Role
    starts: datetime
    ends: datetime


class ShiftEndForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A shift that ends now."""

    shift_id: Hex


class TrainingForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A course that somebody completed."""

    staff_id: Hex
    course: Annotated[str, Meta(max_length=80)]
    version: Annotated[str, Meta(max_length=40)]
    completed_on: date
    valid_until: date


class AttestForm(VerifiedForm, frozen=True, kw_only=True):
    """Who is here, or has gone."""

    staff_id: Annotated[tuple[Hex, ...], Meta(max_length=ATTESTED_AT_ONCE_MAX)] = ()
    direction: Literal["in", "out"]


class BadgeTapForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A badge as the desk's reader types it."""

    event_id: Hex
    number: Annotated[str, Meta(max_length=40)] = ""


@get("/roster")
async def roster_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the shifts of today and the week ahead."""
    return await _roster(seat, {}, {})


@post("/roster")
async def add_shift(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Add a shift."""
    seat.require(Permission.ROSTER_CHANGE)
    form = await seat.form(ShiftForm)
    if form.value is None:
        return await _roster(seat, form.raw, field_errors(seat.words, form.errors), status=422)
    new, zone = form.value, ZoneInfo(seat.property.time_zone)
    outcome = await roster.add_shift(
        seat.office, seat.property_id,
        roster.NewShift(
            bytes.fromhex(new.shift_id), bytes.fromhex(new.staff_id), new.duty,
            new.starts.replace(tzinfo=zone), new.ends.replace(tzinfo=zone),
        ),
    )
    if isinstance(outcome, ActRefusal):
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _roster(seat, form.raw, {"ends": sentence}, status=409)
    return seat.onward("/roster?said=shift_added")


@post("/roster/end")
async def end_shift(seat: NamedDependency[Seat]) -> Response[bytes]:
    """End a shift now."""
    seat.require(Permission.ROSTER_CHANGE)
    form = (await seat.form(ShiftEndForm)).value
    if form is None:
        raise MalformedFormError("shift_id")
    await roster.end_shift(seat.office, seat.property_id, bytes.fromhex(form.shift_id), seat.person.staff_id)
    return seat.onward("/roster?said=shift_ended")


@post("/roster/file", status_code=200, request_max_body_size=_UPLOAD_SIZE_BYTES_MAX)
async def load_roster(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Read a roster from a file: shown first, added when asked again."""
    seat.require(Permission.ROSTER_CHANGE)
    report, refused = await _loaded(seat, roster.load_file)
    return await _roster(seat, {}, {}, report=report, refused=refused)


@get("/training")
async def training_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show who completed which training, and until when it counts."""
    return await _training(seat, {}, {})


@post("/training")
async def add_training(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Record a completed course."""
    seat.require(Permission.TRAINING_CHANGE)
    form = await seat.form(TrainingForm)
    if form.value is None:
        return await _training(seat, form.raw, field_errors(seat.words, form.errors), status=422)
    new = form.value
    outcome = await training.add_training(
        seat.office, seat.property_id,
        training.NewTraining(
            bytes.fromhex(new.staff_id), new.course, new.version, new.completed_on, new.valid_until
        ),
        by_id=seat.person.staff_id,
    )
    if isinstance(outcome, ActRefusal):
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _training(seat, form.raw, {"valid_until": sentence}, status=409)
    return seat.onward("/training?said=training_added")


@post("/training/file", status_code=200, request_max_body_size=_UPLOAD_SIZE_BYTES_MAX)
async def load_training(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Read completed courses from a file: shown first, added when asked again."""
    seat.require(Permission.TRAINING_CHANGE)
    report, refused = await _loaded(seat, partial(training.load_trainings, by_id=seat.person.staff_id))
    return await _training(seat, {}, {}, report=report, refused=refused)


@get("/presence")
async def presence_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show who is on shift, and who is known to be here."""
    return await _presence(seat)


@post("/presence")
async def attest(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Attest, over a passkey, who of those on shift is here or has gone."""
    seat.require(Permission.PRESENCE_ATTEST)
    form = (await seat.form(AttestForm)).value
    if form is None:
        raise MalformedFormError("presence")
    if not form.staff_id:
        return await _presence(seat, seat.words.gettext("Tick at least one person."), status=422)
    whom = [bytes.fromhex(each) for each in form.staff_id]
    kind: ActionKind = "attest_in" if form.direction == "in" else "attest_out"
    proof = await brought(seat, Action(kind, subject_of(whom)), form)
    try:
        await seat.means.hatches.ask(AttestPresence(
            ticket=seat.ticket, request_id=bytes.fromhex(form.request_id), staff_ids=whom, direction=form.direction,
            challenge_id=proof.challenge_id, assertion=proof.assertion,
        ))  # fmt: skip
    except KeeperFailedError as error:
        if error.code not in _ATTEST_REFUSALS:
            raise
        status, sentence = FAILURES[error.code]
        return await _presence(seat, seat.words.gettext(sentence), status=status)
    return seat.onward("/presence?said=attested")


@post("/badge")
async def badge(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Take a badge from the desk's reader: whoever holds it comes, or goes."""
    form = (await seat.form(BadgeTapForm)).value
    if form is None:
        raise MalformedFormError("number")
    outcome = await presence.badge(seat.office, seat.property_id, bytes.fromhex(form.event_id), form.number)
    if isinstance(outcome, ActRefusal):
        return seat.page(
            "error.html", status=409, code=409, title=seat.words.gettext("This badge was not taken"),
            advice=act_sentence(seat.words, outcome.code, outcome.params),
        )
    return seat.onward(f"{seat.home}?said=badged_{outcome.direction}")


async def _loaded(
    seat: Seat, load: Callable[..., Awaitable[CsvReport | ActRefusal]]
) -> tuple[CsvReport | None, str]:
    """Return the report on an uploaded file, or why it was refused whole."""
    form = await seat.request.form()
    upload, doing = form.get("file"), form.get("do")
    if not isinstance(upload, UploadFile) or doing not in {"check", "add"}:
        raise MalformedFormError("file")
    raw = await upload.read()
    outcome = await load(seat.office, seat.property_id, raw, is_dry_run=doing == "check")
    if isinstance(outcome, ActRefusal):
        return None, act_sentence(seat.words, outcome.code, outcome.params)
    return outcome, ""


async def _people(seat: Seat) -> list[tuple[str, str]]:
    members = await staff.staff_list(seat.office, seat.property_id)
    return [(m.staff_id.hex(), f"{m.number} · {m.name}") for m in members if m.active]


async def _roster(
    seat: Seat, raw: Mapping[str, Any], errors: Mapping[str, str], *, report: CsvReport | None = None,
    refused: str = "", status: int = 200,
) -> Response[bytes]:
    seat.require(Permission.ROSTER_CHANGE)
    midnight = datetime.combine(seat.property.business_date, datetime.min.time(), ZoneInfo(seat.property.time_zone))
    lines = await roster.shifts(seat.office, seat.property_id, from_at=midnight, until_at=midnight + _SHOWN_DAYS)
    return seat.page(
        "roster.html", status=status, lines=lines, now=datetime.now(UTC),
        waiting=[each for each in await swaps.open_swaps(seat.office, seat.property_id) if each.state == "waiting"],
        people=await _people(seat), duties=list(Role), raw=raw, errors=errors, report=report, refused=refused,
        row_words=_row_words(seat), new_id=fresh_id(), here="/roster",
        header="staff number,duty,starts,ends",
    )


async def _training(
    seat: Seat, raw: Mapping[str, Any], errors: Mapping[str, str], *, report: CsvReport | None = None,
    refused: str = "", status: int = 200,
) -> Response[bytes]:
    seat.require(Permission.TRAINING_CHANGE)
    lines = await training.trainings(seat.office, seat.property_id)
    return seat.page(
        "training.html", status=status, lines=lines, courses=await courses.courses(seat.office, seat.property_id),
        roles=list(Role), people=await _people(seat), raw=raw, errors=errors,
        report=report, refused=refused, row_words=_row_words(seat), here="/training",
        header="staff number,course,version,completed,valid until",
    )


async def _presence(seat: Seat, refused: str = "", *, status: int = 200) -> Response[bytes]:
    seat.require(Permission.PRESENCE_ATTEST)
    facts = await staff.facts_of_staff(seat.office, seat.property_id)
    known = [fact for fact in facts if fact.on_shift or fact.present]
    until_at = datetime.now(UTC) + timedelta(minutes=1)
    lines = await presence.report(
        seat.office, seat.property_id, from_at=until_at - _REPORTED_DAYS, until_at=until_at
    )
    open_requests = await service_requests.open_by_person(seat.office, seat.property_id)
    return seat.page(
        "presence.html", status=status, absent=[fact for fact in known if not fact.present],
        present=[fact for fact in known if fact.present], lines=lines, open_requests=open_requests, refused=refused,
        here="/presence",
    )


def _row_words(seat: Seat) -> Callable[[str], str]:
    return lambda code: row_words(seat.words, code)
