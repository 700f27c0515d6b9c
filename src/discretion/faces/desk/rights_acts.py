"""What is done to a request for rights from its page: known by whom, decided, laid before a second person, answered.

Rules:
* Every form carries an id of its own: sent twice, it is done once.
* An erasure is ordered here and carried out by the keeper, on the ticket of the privacy officer.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.desk.rights import after, case_for, page_of
from discretion.faces.kit.address import Hex
from discretion.faces.kit.duty import on_duty
from discretion.faces.kit.forms import MalformedFormError, fields_of
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import RULES, act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.office import retention, rights, rights_clock, rights_work
from discretion.office.outcome import ActRefusal
from discretion.office.rights_work import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEX_LENGTH: Final = 32
_REQUIRED: Final = RULES["required"]


class ActForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something done with nothing more to say."""

    act_id: Hex


class WordsForm(ActForm, frozen=True, forbid_unknown_fields=True):
    """Something done, with words."""

    words: Annotated[str, Meta(max_length=500)] = ""


class CodeForm(ActForm, frozen=True, forbid_unknown_fields=True):
    """Something done, with a code or a check sum."""

    code: Annotated[str, Meta(max_length=64)]


class SecondForm(ActForm, frozen=True, forbid_unknown_fields=True):
    """The second person's yes or no."""

    vote: Annotated[str, Meta(pattern="^(yes|no)$")]
    words: Annotated[str, Meta(max_length=500)] = ""


class ClockForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long answers may take, and the days that are not what their weekday says."""

    preset: Annotated[str, Meta(pattern="^(pipl|gdpr|own)$")]
    working_days: Annotated[int, Meta(ge=1, le=60)] | None = None
    months: Annotated[int, Meta(ge=1, le=3)] | None = None
    days: Annotated[str, Meta(max_length=20_000)] = ""


@post("/rights/{number:str}/identity")
async def identify(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Keep how whoever asks was identified."""
    form = (await seat.form(CodeForm)).value
    if form is None:
        return await _needed(seat, number, "identity")
    act_id = bytes.fromhex(form.act_id)
    outcome = await rights.identify(seat.office, on_duty(seat), number, act_id, form.code)
    return await after(seat, number, outcome, "rights_identified", "identity")


@post("/rights/{number:str}/take-up")
async def take_up(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Begin the work."""
    outcome = await rights_work.take_up(seat.office, on_duty(seat), number, await _act(seat))
    return await after(seat, number, outcome, "rights_taken_up", "lines")


@post("/rights/{number:str}/lines")
async def decide(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Keep what is decided about the lines: `what-3` is a disposition and its reason, `until-3` a day."""
    seat.require(Permission.RIGHTS_WORK)
    found = await case_for(seat, number)
    given = {name: texts[0] for name, texts in fields_of(await seat.request.body()).items() if len(texts) == 1}
    known = {"act_id"} | {f"{name}-{line.position}" for line in found.lines for name in ("what", "until")}
    act_id = given.get("act_id", "")
    if not set(given) <= known or len(act_id) != _HEX_LENGTH:
        raise MalformedFormError("lines")
    try:
        decisions = [
            _decision(line.position, given[f"what-{line.position}"], given.get(f"until-{line.position}", ""))
            for line in found.lines if given.get(f"what-{line.position}")
        ]
        outcome = await rights_work.decide(seat.office, on_duty(seat), number, bytes.fromhex(act_id), decisions)
    except ValueError:
        outcome = ActRefusal("rights_until")
    return await after(seat, number, outcome, "rights_decided", "lines")


@post("/rights/{number:str}/suggestions")
async def take_suggestions(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Decide every line as what was asked for and the retention rules say."""
    seat.require(Permission.RIGHTS_WORK)
    act_id = await _act(seat)
    found = await case_for(seat, number)
    async with seat.office.reading() as now:
        kept = await retention.kept(now, seat.property_id, found.request.guest_id)
    made = rights_work.suggestions(found, kept)
    outcome = await rights_work.decide(seat.office, on_duty(seat), number, act_id, made)
    return await after(seat, number, outcome, "rights_decided", "lines")


@post("/rights/{number:str}/propose")
async def propose(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Lay what is decided before a second person."""
    outcome = await rights_work.propose(seat.office, on_duty(seat), number, await _act(seat))
    return await after(seat, number, outcome, "rights_proposed", "lines")


@post("/rights/{number:str}/take-back")
async def take_back(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Take it back, to decide anew."""
    outcome = await rights_work.send_for_change(seat.office, on_duty(seat), number, await _act(seat))
    return await after(seat, number, outcome, "rights_sent_back", "lines")


@post("/rights/{number:str}/second")
async def second(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Say yes as the second person, or send it back."""
    form = (await seat.form(SecondForm)).value
    if form is None:
        return await _needed(seat, number, "second")
    outcome = await rights_work.second(
        seat.office, on_duty(seat), number, bytes.fromhex(form.act_id), is_yes=form.vote == "yes", words=form.words,
    )
    return await after(seat, number, outcome, "rights_seconded" if form.vote == "yes" else "rights_sent_back", "second")


@post("/rights/{number:str}/carry-out")
async def carry_out(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Have done what is decided."""
    outcome = await rights_work.carry_out(seat.office, on_duty(seat), number, await _act(seat))
    return await after(seat, number, outcome, "rights_carried_out", "lines")


@post("/rights/{number:str}/prolong")
async def prolong(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Take two months more, once."""
    form = (await seat.form(WordsForm)).value
    if form is None:
        return await _needed(seat, number, "prolong")
    act_id = bytes.fromhex(form.act_id)
    outcome = await rights.prolong(seat.office, on_duty(seat), number, act_id, form.words)
    return await after(seat, number, outcome, "rights_prolonged", "prolong")


@post("/rights/{number:str}/withdraw")
async def withdraw(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """End it because whoever asked wants it no longer."""
    act_id, who = await _act(seat), on_duty(seat)
    outcome = await rights.withdraw(seat.office, seat.property_id, number, act_id, who=who)
    return await after(seat, number, outcome, "rights_withdrawn", "lines")


@post("/rights/{number:str}/lift")
async def lift(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """End storage only."""
    outcome = await rights_work.lift(seat.office, on_duty(seat), number, await _act(seat))
    return await after(seat, number, outcome, "rights_lifted", "lines")


@post("/rights/{number:str}/close")
async def close(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Close the request and its case."""
    outcome = await rights_work.close(seat.office, on_duty(seat), number, await _act(seat))
    return await after(seat, number, outcome, "rights_closed", "lines")


@post("/rights/{number:str}/handed-over")
async def handed_over(seat: NamedDependency[Seat], number: FromPath[str]) -> Response[bytes]:
    """Keep that the file went to the receiver named."""
    form = (await seat.form(CodeForm)).value
    if form is None:
        return await _needed(seat, number, "digest")
    act_id, digest = bytes.fromhex(form.act_id), form.code.lower()
    outcome = await rights_work.handed_over(seat.office, on_duty(seat), number, act_id, digest)
    return await after(seat, number, outcome, "rights_handed_over", "digest")


@get("/rights/clock")
async def clock_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show how long answers may take, and the holidays."""
    return await _clock(seat, {}, {})


@post("/rights/clock")
async def keep_clock(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Set both."""
    seat.require(Permission.RIGHTS_WORK)
    form = await seat.form(ClockForm)
    if (new := form.value) is None:
        errors = field_errors(seat.words, form.errors)
        return await _clock(seat, form.raw, errors, status=422)
    who = on_duty(seat)
    outcome = await rights_clock.set_days(seat.office, who, new.days)
    if not isinstance(outcome, ActRefusal):
        outcome = await rights_clock.set_clock(
            seat.office, who, new.preset, working_days=new.working_days, months=new.months,
        )
    if isinstance(outcome, ActRefusal):
        field = "preset" if outcome.code == "clock" else "days"
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _clock(seat, form.raw, {field: sentence}, status=409)
    return seat.onward("/rights/clock?said=rights_clock")


async def _clock(
    seat: Seat, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    seat.require(Permission.RIGHTS_WORK)
    async with seat.office.reading() as now:
        clock = await rights_clock.clock_of(now, seat.property_id)
    days = "\n".join(f"{day.isoformat()}{' work' if is_worked else ''}" for day, is_worked in clock.special.items())
    return seat.page(
        "rights_clock.html", status=status, clock=clock, raw=raw or {"days": days}, errors=errors, here="/rights/clock",
    )


async def _act(seat: Seat) -> bytes:
    """Return the id of a form that says nothing more. Errors: `MalformedFormError`."""
    form = (await seat.form(ActForm)).value
    if form is None:
        raise MalformedFormError("act_id")
    return bytes.fromhex(form.act_id)


async def _needed(seat: Seat, number: str, field: str) -> Response[bytes]:
    return await page_of(seat, number, {}, {field: seat.words.gettext(_REQUIRED)}, status=422)


def _decision(position: int, what: str, until: str) -> Decision:
    """Return a line's decision as typed. Errors: `ValueError` for what is no day."""
    disposition, _dot, reason = what.partition(".")
    day = date.fromisoformat(until.strip()) if until.strip() else None
    return Decision(position, disposition, reason, day if disposition in ("keep", "stop") else None)

