"""Four digits of one's own, to come back with at a shared terminal. They are set over a passkey, and never shown."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get, post
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.refusals import FAILURES
from discretion.faces.kit.seat import Seat
from discretion.faces.kit.verified import VerifiedForm, brought
from discretion.wire.exceptions import Action, SetDigits


class SetForm(VerifiedForm, frozen=True, kw_only=True):
    """The digits, twice."""

    digits: Annotated[str, Meta(pattern="^[0-9]{4}$")]
    again: Annotated[str, Meta(max_length=4)] = ""


@get("/digits")
async def digits_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the form."""
    return _page(seat, "")


@post("/digits")
async def set_digits(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Set them."""
    form = (await seat.form(SetForm)).value
    if form is None or form.digits != form.again:
        return _page(seat, seat.words.gettext("Type the same four digits twice."), status=422)
    action = Action("set_digits", seat.person.staff_id)
    proof = await brought(seat, action, form)
    try:
        await seat.means.hatches.ask(SetDigits(
            ticket=seat.ticket, request_id=bytes.fromhex(form.request_id), digits=form.digits,
            challenge_id=proof.challenge_id, assertion=proof.assertion,
        ))  # fmt: skip
    except KeeperFailedError as error:
        if error.code != "digits_plain":
            raise
        return _page(seat, seat.words.gettext(FAILURES[error.code][1]), status=422)
    return seat.onward("/digits?said=digits_set")


def _page(seat: Seat, error: str, *, status: int = 200) -> Response[bytes]:
    return seat.page("digits.html", status=status, error=error, here="/digits")
