"""Signing in by passkey, choosing the duty, signing out, and enrolling a passkey by a one-time link.

Rules:
* The keeper makes each challenge and verifies each answer; the house carries both and keeps neither.
* There is no password anywhere, and nothing to guess: a link's secret stays behind the # of its address, so that it
  reaches no log, and only its page's script posts it.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.desk.handover import first_page
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.permissions import Permission, may
from discretion.faces.kit.seat import Caller, NotSignedInError, Seat, seat_of
from discretion.hotel.purpose import Role
from discretion.office.properties import properties
from discretion.office.terminals import terminal_of
from discretion.wire.lookup import (
    BeginEnrolment,
    BeginSignIn,
    Challenge,
    ChooseDuty,
    Enrolled,
    FinishEnrolment,
    FinishSignIn,
    Person,
    SignedIn,
    SignOut,
)

if TYPE_CHECKING:
    from typing import TypeVar

    Body = TypeVar("Body", bound=msgspec.Struct)

Secret = Annotated[str, Meta(min_length=64, max_length=64, pattern="^[A-Za-z0-9_-]{64}$")]


class BeginSignInBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At which hotel."""

    property: Hex


class FinishSignInBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the browser's passkey answered."""

    property: Hex
    challenge: Hex
    assertion: msgspec.Raw
    person: Annotated[str, Meta(pattern="^([0-9a-f]{32})?$")] = ""  # who was selected at a shared terminal


class BeginEnrolmentBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The secret of the link."""

    secret: Secret


class FinishEnrolmentBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The passkey that the browser made."""

    secret: Secret
    challenge: Hex
    credential: msgspec.Raw


class DutyForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The duty chosen."""

    duty: Role


@get("/")
async def start(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Lead to where this browser's person begins."""
    if caller.raw_ticket is None:
        return caller.onward("/welcome" if caller.settings.is_demo else "/sign-in")
    seat = await seat_of(caller.request, caller.means)
    return caller.onward(await first_page(seat.office, seat.person) if seat.person.duty else "/duty")


@get("/sign-in")
async def sign_in_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Show the one button, and the hotels when there are several."""
    return caller.page("sign_in.html", houses=await properties(caller.means.office), here="/sign-in")


@post("/sign-in/begin", status_code=200)
async def begin_sign_in(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Hand out a challenge."""
    body = await _body(caller, BeginSignInBody)
    answer = await caller.means.hatches.ask(BeginSignIn(property_id=bytes.fromhex(body.property)))
    return _challenge(answer)


@post("/sign-in/finish", status_code=200)
async def finish_sign_in(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Bring the assertion to the keeper; on success the browser gets its ticket."""
    body = await _body(caller, FinishSignInBody)
    answer = await caller.means.hatches.ask(
        FinishSignIn(
            property_id=bytes.fromhex(body.property), challenge_id=bytes.fromhex(body.challenge),
            assertion=bytes(body.assertion), terminal_id=await _terminal(caller),
        )
    )
    if not isinstance(answer, SignedIn):
        raise NotSignedInError
    if body.person and bytes.fromhex(body.person) != answer.person.staff_id:
        await caller.means.hatches.ask(SignOut(ticket=answer.ticket))
        raise KeeperFailedError("other_person")
    caller.take_ticket(answer.ticket)
    person = answer.person
    if caller.handed:
        caller.take_back()
        if may(person.duty, Permission.CONSENT_READ):
            return caller.data({"to": caller.handed.rsplit("/", 2)[0]})  # the consents that the guest was asked about
    return caller.data({"to": await first_page(caller.means.office, person) if person.duty else "/duty"})


@post("/sign-out")
async def sign_out(caller: NamedDependency[Caller]) -> Response[bytes]:
    """End the ticket, in the keeper and in the browser."""
    if caller.raw_ticket is not None:
        await caller.means.hatches.ask(SignOut(ticket=caller.raw_ticket))
        caller.drop_ticket()
    if caller.raw_terminal is not None:
        return caller.onward("/terminal")
    return caller.onward("/welcome" if caller.settings.is_demo else "/sign-in")


@get("/duty")
async def duty_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the duties that roster and roles offer now, or why there is none."""
    if seat.person.duty:
        return seat.onward(seat.home)
    return seat.page("duty.html", duties=seat.person.duties, here="/duty")


@post("/duty")
async def choose_duty(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Take the duty for this sign-in."""
    form = (await seat.form(DutyForm)).value
    if form is None:
        return seat.onward("/duty")
    person = await seat.means.hatches.ask(ChooseDuty(ticket=seat.ticket, duty=form.duty))
    if not isinstance(person, Person):
        raise TypeError(type(person).__name__)
    return seat.onward(await first_page(seat.office, person))


@get("/nothing-here")
async def nothing_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Say that this duty has no page of its own yet."""
    return seat.page("nothing.html", here="/nothing-here")


@get("/enrol")
async def enrol_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Show the page that a one-time link opens; the secret is not in the request."""
    return caller.page("enrol.html", here="/enrol")


@post("/enrol/begin", status_code=200)
async def begin_enrolment(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Hand out the options for a new passkey."""
    body = await _body(caller, BeginEnrolmentBody)
    try:
        return _challenge(await caller.means.hatches.ask(BeginEnrolment(secret=urlsafe_b64decode(body.secret))))
    except KeeperFailedError as error:
        if error.code != "not_allowed":
            raise
        raise KeeperFailedError("link") from error  # a hotel that is not here: to its holder just a dead link


@post("/enrol/finish", status_code=200)
async def finish_enrolment(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Bring the new passkey to the keeper."""
    body = await _body(caller, FinishEnrolmentBody)
    answer = await caller.means.hatches.ask(
        FinishEnrolment(
            secret=urlsafe_b64decode(body.secret), challenge_id=bytes.fromhex(body.challenge),
            credential=bytes(body.credential),
        )
    )
    if not isinstance(answer, Enrolled):
        raise TypeError(type(answer).__name__)
    return caller.data({"name": answer.name, "keys": answer.keys_count})


async def _terminal(caller: Caller) -> bytes | None:
    """Return the shared terminal that this browser is, None for any other browser."""
    if caller.raw_terminal is None:
        return None
    here = await terminal_of(caller.means.office, caller.raw_terminal)
    return here.terminal_id if here else None


async def _body(caller: Caller, kind: type[Body]) -> Body:
    """Return the request's JSON as `kind`. Errors: `MalformedFormError`, without what it quoted."""
    try:
        return msgspec.json.decode(await caller.request.body(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise MalformedFormError("the JSON of a passkey page") from None


def _challenge(answer: object) -> Response[bytes]:
    if not isinstance(answer, Challenge):
        raise TypeError(type(answer).__name__)
    body = msgspec.json.encode({"challenge": answer.challenge_id.hex(), "options": msgspec.Raw(answer.options)})
    return Response(body, media_type="application/json")
