"""My consents: what the guest may decide, each by itself, and everything said so far.

Rules:
* Off until the guest says yes. Yes and no are the same size, and taking back is the same one step as giving.
* The words are shown whole before the answer; what is recorded is their version, the language read, and this visit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit.forms import MalformedFormError
from discretion.faces.kit.refusals import act_sentence
from discretion.faces.kit.seat import GuestSeat
from discretion.hotel.consent import Channel
from discretion.office import consents
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from discretion.office.consents import Choice


class AnswerForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the guest answered, and to which words."""

    consent_id: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    version: Annotated[str, Meta(max_length=20)]
    language: Literal["zh_Hans", "en"]
    answer: Literal["yes", "no"]
    guardian: Literal["", "parent", "other_guardian"] = ""


@get("/my/consents")
async def consents_page(guest: NamedDependency[GuestSeat]) -> Response[bytes]:
    """Show what needs no consent, what the guest decides, and what was said so far."""
    return guest.page(
        "my_consents.html", here="/my/consents", tab="/my/consents",
        choices=await consents.choices(guest.office, guest.property_id, guest.guest_id, guest.language),
        history=await consents.history(guest.office, guest.property_id, guest.guest_id),
    )


@get("/my/consents/{kind:str}")
async def consent_page(guest: NamedDependency[GuestSeat], kind: FromPath[str]) -> Response[bytes]:
    """Show one consent: its words, and the two answers."""
    return _shown(guest, await _choice(guest, kind))


@post("/my/consents/{kind:str}")
async def answer(guest: NamedDependency[GuestSeat], kind: FromPath[str]) -> Response[bytes]:
    """Write down the guest's answer."""
    form = (await guest.form(AnswerForm)).value
    if form is None:
        raise MalformedFormError("the answer")
    choice = await _choice(guest, kind)
    given = form.answer == "yes"
    outcome = await consents.record(
        guest.office, consents.By(guest.property_id, guest.session_id),
        consents.Answer(
            bytes.fromhex(form.consent_id), guest.guest_id, choice.kind, given, form.version, form.language,
            Channel.PORTAL, form.guardian,
        ),
    )
    if not isinstance(outcome, ActRefusal):
        return guest.onward(f"/my/consents?said=my_consent_{'given' if given else 'withdrawn'}")
    if outcome.code == "nothing_changed":  # no after no, yes after yes
        return guest.onward("/my/consents?said=my_consent_unchanged")
    return _shown(guest, choice, act_sentence(guest.words, outcome.code, outcome.params), form.guardian)


async def _choice(guest: GuestSeat, kind: str) -> Choice:
    every = await consents.choices(guest.office, guest.property_id, guest.guest_id, guest.language)
    found = next((each for each in every if each.kind == kind), None)
    if found is None:
        raise NotFoundException
    return found


def _shown(guest: GuestSeat, choice: Choice, error: str = "", guardian: str = "") -> Response[bytes]:
    address = f"/my/consents/{choice.kind}"
    return guest.page(
        "my_consent.html", status=409 if error else 200, here=address, tab="/my/consents", choice=choice,
        words=choice.words, error=error, guardian=guardian, address=address,
    )
