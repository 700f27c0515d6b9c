"""Staff: who works here, in which roles, with which badge; one-time links for passkeys. For administrators.

Rules:
* A link is shown once, in the answer to the form that made it, and is in no address this house ever sees.
* Disabling ends nothing by force: the keeper refuses the next ask of whoever is disabled.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from datetime import date
from typing import TYPE_CHECKING, Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.kit.address import id_in
from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import RULES, act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.hotel.purpose import Role
from discretion.office import notices, service_requests, staff
from discretion.office.outcome import ActRefusal, Done
from discretion.wire.lookup import Entered, Invite

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNREADABLE = RULES["form"]
StaffNumber = Annotated[str, Meta(pattern="^[A-Za-z0-9-]{1,20}$")]
BadgeNumber = Annotated[str, Meta(pattern="^[A-Za-z0-9-]{4,40}$")]


class StaffForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody new."""

    staff_id: Hex
    number: StaffNumber
    name: Annotated[str, Meta(max_length=120)]
    language: Annotated[str, Meta(pattern="^(|zh_Hans|en)$")] = ""
    role: Role | None = None


class RoleForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role, from a day on."""

    role: Role
    from_on: date


class EndRoleForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A role that ends."""

    role: Role


class BadgeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A badge for this person."""

    number: BadgeNumber


class AddressForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where notices are sent; empty for the console alone."""

    email: Annotated[str, Meta(max_length=254)] = ""


class InviteForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link: the request's id makes it one link, however often it is sent."""

    request_id: Hex


class NoForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A form that says all by being sent."""


@get("/staff")
async def staff_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show everybody who works here, with the facts their look-ups rest on."""
    return await _list(seat, {}, {})


@post("/staff")
async def add_staff(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Add somebody."""
    seat.require(Permission.STAFF_CHANGE)
    form = await seat.form(StaffForm)
    if form.value is None:
        errors = field_errors(seat.words, form.errors)
        return await _list(seat, form.raw, errors, status=422)
    new = form.value
    outcome = await staff.add_staff(
        seat.office, seat.property_id,
        staff.NewStaff(
            bytes.fromhex(new.staff_id), new.number, new.name, new.language, (new.role,) if new.role else ()
        ),
    )
    if isinstance(outcome, ActRefusal):
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        return await _list(seat, form.raw, {"number": sentence}, status=409)
    return seat.onward(f"/staff/{new.staff_id}?said=staff_added")


@get("/staff/{member:str}")
async def member_page(seat: NamedDependency[Seat], member: FromPath[str]) -> Response[bytes]:
    """Show one person: roles, badges, links."""
    return await _member(seat, member)


@post("/staff/{member:str}/roles")
async def give_role(seat: NamedDependency[Seat], member: FromPath[str]) -> Response[bytes]:
    """Give a role."""
    seat.require(Permission.STAFF_CHANGE)
    form = (await seat.form(RoleForm)).value
    if form is None:
        raise MalformedFormError("role")
    outcome = await staff.give_role(
        seat.office, seat.property_id, id_in(member), staff.StaffRole(form.role, form.from_on, None)
    )
    return await _after(seat, member, outcome, "role_given")


@post("/staff/{member:str}/roles/end")
async def end_role(seat: NamedDependency[Seat], member: FromPath[str]) -> Response[bytes]:
    """End a role with this business date."""
    seat.require(Permission.STAFF_CHANGE)
    form = (await seat.form(EndRoleForm)).value
    if form is None:
        raise MalformedFormError("role")
    outcome = await staff.end_role(
        seat.office, seat.property_id, id_in(member), form.role, seat.property.business_date
    )
    return await _after(seat, member, outcome, "role_ended")


@post("/staff/{member:str}/badge")
async def assign_badge(seat: NamedDependency[Seat], member: FromPath[str]) -> Response[bytes]:
    """Assign a badge."""
    seat.require(Permission.STAFF_CHANGE)
    form = await seat.form(BadgeForm)
    if form.value is None:
        return await _member(seat, member, seat.words.gettext(_UNREADABLE), status=422)
    outcome = await staff.assign_badge(seat.office, seat.property_id, id_in(member), form.value.number)
    return await _after(seat, member, outcome, "badge_assigned")


@post("/staff/{member:str}/badge/withdraw")
async def withdraw_badge(seat: NamedDependency[Seat], member: FromPath[str]) -> Response[bytes]:
    """Withdraw a badge."""
    seat.require(Permission.STAFF_CHANGE)
    form = (await seat.form(BadgeForm)).value
    if form is None:
        raise MalformedFormError("number")
    outcome = await staff.withdraw_badge(seat.office, seat.property_id, form.number)
    return await _after(seat, member, outcome, "badge_withdrawn")


@post("/staff/{member:str}/mail")
async def set_address(seat: NamedDependency[Seat], member: FromPath[str]) -> Response[bytes]:
    """Have notices sent to an address, or to none."""
    seat.require(Permission.STAFF_CHANGE)
    form = await seat.form(AddressForm)
    if form.value is None:
        return await _member(seat, member, seat.words.gettext(_UNREADABLE), status=422)
    if await staff.staff_member(seat.office, seat.property_id, id_in(member)) is None:
        raise NotFoundException
    outcome = await notices.set_address(seat.office, seat.property_id, id_in(member), form.value.email)
    return await _after(seat, member, outcome, "address_kept" if form.value.email else "address_dropped")


@post("/staff/{member:str}/disable")
async def disable(seat: NamedDependency[Seat], member: FromPath[str]) -> Response[bytes]:
    """Let this person no longer sign in."""
    seat.require(Permission.STAFF_CHANGE)
    await seat.form(NoForm)
    outcome = await staff.disable_staff(seat.office, seat.property_id, id_in(member))
    return await _after(seat, member, outcome, "disabled")


@post("/staff/{member:str}/enable")
async def enable(seat: NamedDependency[Seat], member: FromPath[str]) -> Response[bytes]:
    """Let this person sign in again."""
    seat.require(Permission.STAFF_CHANGE)
    await seat.form(NoForm)
    outcome = await staff.enable_staff(seat.office, seat.property_id, id_in(member))
    return await _after(seat, member, outcome, "enabled")


@post("/staff/{member:str}/invite", status_code=200)
async def invite(seat: NamedDependency[Seat], member: FromPath[str]) -> Response[bytes]:
    """Make a one-time link and show it, once."""
    seat.require(Permission.STAFF_CHANGE)
    form = (await seat.form(InviteForm)).value
    if form is None:
        raise MalformedFormError("request_id")
    answer = await seat.means.hatches.ask(
        Invite(ticket=seat.ticket, request_id=bytes.fromhex(form.request_id), staff_id=id_in(member))
    )
    if not isinstance(answer, Entered):
        raise TypeError(type(answer).__name__)
    link = f"{seat.settings.origin}/enrol#{urlsafe_b64encode(answer.detail).decode()}"
    return await _member(seat, member, link=link)


async def _after(seat: Seat, member: str, outcome: Done | ActRefusal, said: str) -> Response[bytes]:
    if isinstance(outcome, ActRefusal):
        return await _member(seat, member, act_sentence(seat.words, outcome.code, outcome.params), status=409)
    return seat.onward(f"/staff/{member}?said={said}")


async def _member(
    seat: Seat, member: str, refused: str = "", *, link: str = "", status: int = 200
) -> Response[bytes]:
    seat.require(Permission.STAFF_CHANGE)
    found = await staff.staff_member(seat.office, seat.property_id, id_in(member))
    if found is None:
        raise NotFoundException
    return seat.page(
        "member.html", status=status, member=found, refused=refused, link=link, roles=list(Role),
        here=f"/staff/{member}", is_self=found.staff_id == seat.person.staff_id,
        email=await notices.address_of(seat.office, seat.property_id, found.staff_id),
    )


async def _list(
    seat: Seat, raw: Mapping[str, object], errors: Mapping[str, str], *, status: int = 200
) -> Response[bytes]:
    seat.require(Permission.STAFF_CHANGE)
    facts = await staff.facts_of_staff(seat.office, seat.property_id)
    return seat.page(
        "staff.html", status=status, facts=facts, raw=raw, errors=errors, roles=list(Role), new_id=os.urandom(16).hex(),
        open_requests=await service_requests.open_by_person(seat.office, seat.property_id), here="/staff",
    )
