"""How a guest comes in: a reservation number and the contact on record, then the code that was sent there.

Rules:
* What is answered is the same whether the reservation exists, the contact is on record, or neither.
* Nothing of what was typed stands in an address. The code's page is known by a random id.
* Leaving takes the visit along and leads away from the hotel; nothing of these pages may be kept by a browser.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit import forms
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.refusals import field_errors
from discretion.faces.kit.seat import Caller, GuestSeat
from discretion.office.properties import properties
from discretion.wire.guests import (
    CODE_DIGITS,
    BeginGuestSignIn,
    CodeSent,
    FinishGuestSignIn,
    GuestVisit,
    WhichGuest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.properties import Property

_TYPED = r"^[^\x00-\x1f\x7f]*\Z"
_NO_DIGITS = re.compile(r"[\s-]+")
_FORGET = {"clear-site-data": '"cache", "storage"'}


class ComingInForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which hotel, which reservation, and where the code is to go."""

    number: Annotated[str, Meta(min_length=1, max_length=40, pattern=_TYPED)]
    contact: Annotated[str, Meta(min_length=3, max_length=254, pattern=_TYPED)]
    at: Annotated[str, Meta(max_length=40)] = ""


class CodeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The code, as somebody types it."""

    code: Annotated[str, Meta(min_length=1, max_length=20)]
    at: Annotated[str, Meta(max_length=40)] = ""


class At(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The hotel that a link names, by its code."""

    at: Annotated[str, Meta(max_length=40)] = ""


@get("/my/sign-in")
async def guest_sign_in_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Ask for reservation number and contact."""
    return await _first_page(caller, named_in(caller), {}, {})


@post("/my/sign-in")
async def begin_guest_sign_in(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Have a code sent, and lead to where it is typed."""
    filled = await caller.form(ComingInForm)
    form = filled.value
    if form is None:
        errors = field_errors(caller.words, filled.errors)
        return await _first_page(caller, filled.raw.get("at", ""), filled.raw, errors, status=422)
    house = await hotel_of(caller, form.at)
    if house is None:
        return await _first_page(caller, "", filled.raw, {"at": caller.words.gettext("Choose the hotel.")}, status=422)
    answer = await caller.means.hatches.ask(BeginGuestSignIn(
        property_id=house.property_id, number=form.number.strip() or "-", contact=form.contact.strip().ljust(3, "-"),
        language=caller.language,
    ))
    if not isinstance(answer, CodeSent):
        raise TypeError(type(answer).__name__)
    if answer.demo_code:  # a demo has no mail: the page that follows shows what would have come by it
        return _code_page(caller, house, answer.code_id.hex(), demo_code=answer.demo_code)
    return caller.onward(f"/my/code/{answer.code_id.hex()}?at={house.code}")


@get("/my/code/{code_id:str}")
async def code_page(code_id: FromPath[str], caller: NamedDependency[Caller]) -> Response[bytes]:
    """Ask for the code."""
    house = await hotel_of(caller, named_in(caller))
    if house is None:
        return caller.onward("/my/sign-in")
    return _code_page(caller, house, _checked(code_id))


@post("/my/code/{code_id:str}")
async def take_code(code_id: FromPath[str], caller: NamedDependency[Caller]) -> Response[bytes]:
    """Bring the code; the right one begins a visit."""
    filled = await caller.form(CodeForm)
    house = await hotel_of(caller, filled.raw.get("at", ""))
    if house is None:
        return caller.onward("/my/sign-in")
    code = _NO_DIGITS.sub("", filled.value.code) if filled.value else ""
    wrong = caller.words.gettext("This code is not right, or no longer. Have a new one sent if it does not come.")
    if not re.fullmatch(rf"[0-9]{{{CODE_DIGITS}}}", code):
        return _code_page(caller, house, _checked(code_id), error=caller.words.gettext(
            "The code has %(number)s digits.") % {"number": CODE_DIGITS}, status=422)
    try:
        visit = await caller.means.hatches.ask(FinishGuestSignIn(
            property_id=house.property_id, code_id=bytes.fromhex(_checked(code_id)), code=code,
        ))
    except KeeperFailedError as error:
        if error.code != "code":
            raise
        return _code_page(caller, house, code_id, error=wrong, status=403)
    if not isinstance(visit, GuestVisit):
        raise TypeError(type(visit).__name__)
    caller.take_guest(visit.ticket)
    return caller.onward("/my")


@post("/my/sign-out")
async def guest_sign_out(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """End the visit."""
    return await _ended(guest, "/my/sign-in")


@get("/my/leave")
async def leave(caller: NamedDependency[Caller]) -> Response[bytes]:
    """End the visit if there is one, and lead away at once."""
    if caller.raw_guest is None:
        return caller.onward(caller.settings.leave_to)
    return await _ended(caller, caller.settings.leave_to)


@get("/my/left")
async def left_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Say nothing that tells where this was."""
    return caller.page("left.html")


async def _ended(caller: Caller, to: str) -> Response[bytes]:
    if caller.raw_guest is not None:
        try:
            await caller.means.hatches.ask(WhichGuest(ticket=caller.raw_guest, ends=True))
        except KeeperFailedError as error:
            if error.code not in {"ticket", "not_allowed"}:  # over already
                raise
    caller.drop_guest()
    response = caller.onward(to)
    response.headers.update(_FORGET)
    return response


def _checked(code_id: str) -> str:
    """Return the id as it is written. Errors: `MalformedFormError`."""
    if not re.fullmatch(r"[0-9a-f]{32}", code_id):
        raise forms.MalformedFormError("code")
    return code_id


def named_in(caller: Caller) -> str:
    """Return the code of the hotel that the address names, "" where it names none."""
    asked = forms.filled(forms.fields_of(caller.request.scope["query_string"]), At)
    return asked.value.at if asked.value else ""


async def hotel_of(caller: Caller, code: str) -> Property | None:
    """Return the hotel that a code names, or the only one there is."""
    return _chosen(await properties(caller.means.office), code)


async def asking_page(
    caller: Caller, template: str, here: str, at: str, raw: Mapping[str, Any], errors: Mapping[str, str], *,
    status: int,
) -> Response[bytes]:
    """Return a page that asks something of somebody who is at no hotel yet, and of which hotel where there are more."""
    houses = await properties(caller.means.office)
    return caller.page(
        template, status=status, houses=houses if len(houses) > 1 else (), house=_chosen(houses, at), at=at, raw=raw,
        errors=errors, here=here,
    )


def _chosen(houses: tuple[Property, ...], code: str) -> Property | None:
    if len(houses) == 1:
        return houses[0]
    return next((house for house in houses if house.code == code), None)


async def _first_page(
    caller: Caller, at: str, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    return await asking_page(caller, "guest_sign_in.html", "/my/sign-in", at, raw, errors, status=status)


def _code_page(
    caller: Caller, house: Property, code_id: str, *, demo_code: str = "", error: str = "", status: int = 200,
) -> Response[bytes]:
    return caller.page(
        "guest_code.html", status=status, house=house, code_id=code_id, demo_code=demo_code, error=error,
        digits=CODE_DIGITS, here=f"/my/code/{code_id}?at={house.code}",
    )
