"""The demo's welcome: personas with a mission each. This page exists in a demo only, and so does its sign-in.

Rules:
* The routes are registered only when the installation says that it is a demo; the keeper offers the sign-in only then.
* The link's key works once and for half an hour; afterwards a cookie made from it opens the page.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery
from msgspec import Meta

from discretion.faces.desk.acts import Hex
from discretion.faces.desk.handover import first_page
from discretion.faces.kit import language
from discretion.faces.kit.seat import Caller, NotPermittedError
from discretion.faces.kit.words import marked as _
from discretion.hotel.purpose import Role
from discretion.office import staff
from discretion.office.demo_star import EMAIL, star_of
from discretion.office.properties import properties
from discretion.wire.guests import DemoGuestSignIn, GuestVisit
from discretion.wire.lookup import DemoSignIn, SignedIn

if TYPE_CHECKING:
    from discretion.faces.kit.means import HouseSettings

COOKIE: Final = "welcome"
LINK_VALID_SECONDS: Final = 1800


@dataclass(frozen=True, slots=True)
class Mission:
    """What a persona does in two minutes, step by step."""

    role: Role
    sign: str
    promise: str
    steps: tuple[str, ...]


MISSIONS: Final = (
    Mission(Role.FRONT_DESK, "bed-double", _("Check a guest in, and see only what the check-in needs."), (
        _("Open the first arrival that is not yet here."),
        _("Choose “Check in”, name the guest if needed, and confirm."),
        _("Open the record: the name is masked. Choose “Show” and say why: the value stays for 60 seconds."),
        _("Look at “Who looked”: this look-up stands there for the guest too."),
    )),
    Mission(Role.DUTY_MANAGER, "shield-check", _("Keep the house running: presence, roster, a guest in need."), (
        _("Open “Presence” and attest a colleague on shift."),
        _("Find a guest in house by room and surname, with the purpose “Guest request”."),
        _("Then try the purpose “Marketing” for the same guest: it shows nothing, and says which rule is why."),
        _("A fire alarm on that floor: open “Emergency viewing” by the room, and see the telephone at once."),
        _("End it, and add what happened. The look-up stands in the ledger, and the guest will be told."),
        _("Open “Cases” and the complaint: look its guest up for the case. Once it is closed, that opens nothing."),
    )),
    Mission(Role.HOUSEKEEPING, "brush-cleaning", _("See rooms and preferences, never who somebody is."), (
        _("Open “Room status” and set a vacant room clean."),
        _("Open the in-house list: the stays are there, the names are not."),
        _("Open “Service requests” and take one: room and words, and nothing of the guest."),
        _("Open a room's stay, then its record: bed and pillow matter here, documents do not."),
    )),
    Mission(Role.SECURITY, "gavel", _("Review look-ups: the emergency, and what nothing explains."), (
        _("Be the duty manager first and begin an emergency viewing, so that there is something to review."),
        _("Back here: open “Look-up review”. Within some seconds the emergency stands on top."),
        _("Open it: roster, comings and goings, requests and acts around it are collected already."),
        _("Give the verdict, and the sentence that the guest will read."),
    )),
    Mission(Role.PRIVACY, "scale", _("Answer for who may see what, and why."), (
        _("Open your desk: what waits, how many, how overdue. No guest stands there."),
        _("Open “Records of processing”: made from the policy in force. Write what only the hotel can say."),
        _("Open “Impact assessment”: keep a version, read it, and sign it off."),
        _("Open the public transparency page: see why a quarter that still runs is not on it."),
        _("Open the page /policy: it is for everybody. Choose a duty and a purpose, and ask “what if”."),
        _("Open “Releases of the policy”: which one is in force, who signed, what a new one would change."),
        _("Open “Approvals”: what needs your vote waits there. A sealed record opens to the desk only so."),
    )),
    Mission(Role.IT_ADMIN, "users", _("Run staff, roster and training, and see no guest at all."), (
        _("Add a colleague and make a one-time link for a passkey."),
        _("Give a shift for today in the roster."),
        _("Try the address /desk: administrators have no guests."),
    )),
    Mission(Role.AUDITOR, "clipboard-list", _("Read who looked at whom, and verify that nothing was changed."), (
        _("Open the front desk's card first and show one value, so that there is something to find."),
        _("Back here: choose “Shown in full” above the entries, and find that look-up."),
        _("Choose “Verify” on its line: hash by hash up to the signed root."),
        _("Look at the newest line: reading the ledger is an entry too, and it is yours."),
    )),
)  # fmt: skip


GUEST_STEPS: Final = (
    _("See every step of the others: each look at your record stands here, with its purpose."),
    _("Ask about one of them: “A question about this?”. The privacy officer gets a case."),
    _("Open “My details”: what the hotel holds of you. Take a stay off these pages, or choose to be told nothing."),
    _("Download the list with proof, and verify it with a tool that we did not write."),
    _("Or come in as a guest does: leave, and have a code sent with the reservation number and e-mail below."),
)
"""The mission of the guest whose record the others look at."""


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody to be: a member of the demo's staff, in one duty, with its mission."""

    staff_id: bytes
    property_id: bytes
    name: str
    house: str
    mission: Mission


class BeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to be."""

    property_id: Hex
    staff_id: Hex
    duty: Annotated[Role, Meta()]


class WelcomeKey:
    """The one-time key of the link, and the cookie that follows from it. Lives as long as this house process."""

    def __init__(self, settings: HouseSettings) -> None:
        """Keep the key; the half hour begins now."""
        self._key = settings.welcome_key.encode()
        self._ends = time.monotonic() + LINK_VALID_SECONDS
        self._is_used = False
        self.pass_text = hmac.digest(self._key, b"welcome", "sha256").hex()

    def takes(self, text: str) -> bool:
        """Return whether `text` is the key, the first time and in time; it is used up by that."""
        is_key = bool(self._key) and hmac.compare_digest(text.encode(), self._key)
        if not is_key or self._is_used or time.monotonic() > self._ends:
            return False
        self._is_used = True
        return True

    def lets_in(self, caller: Caller) -> bool:
        """Return whether this browser came by the link."""
        return hmac.compare_digest(caller.request.cookies.get(COOKIE, ""), self.pass_text)


@get("/welcome")
async def welcome_page(
    caller: NamedDependency[Caller], welcome_key: NamedDependency[WelcomeKey], k: FromQuery[str] = ""
) -> Response[bytes]:
    """Take the link's key, or show the personas to a browser that came by it."""
    if k:
        if not welcome_key.takes(k) and not welcome_key.lets_in(caller):
            return caller.page("no_welcome.html", status=403, here="/welcome")
        caller.remember(COOKIE, welcome_key.pass_text)
        return caller.onward("/welcome")
    if not welcome_key.lets_in(caller):
        return caller.page("no_welcome.html", status=403, here="/welcome")
    star = await star_of(caller.means.office)
    return caller.page(
        "welcome.html", personas=await _personas(caller), star=star, guest_steps=GUEST_STEPS, star_email=EMAIL,
        here="/welcome",
    )


@post("/welcome/be")
async def be_persona(caller: NamedDependency[Caller], welcome_key: NamedDependency[WelcomeKey]) -> Response[bytes]:
    """Sign in as a persona of the demo."""
    if not welcome_key.lets_in(caller):
        raise NotPermittedError
    form = (await caller.form(BeForm)).value
    if form is None:
        raise NotFoundException
    answer = await caller.means.hatches.ask(
        DemoSignIn(
            property_id=bytes.fromhex(form.property_id), staff_id=bytes.fromhex(form.staff_id), duty=form.duty
        )
    )
    if not isinstance(answer, SignedIn):
        raise TypeError(type(answer).__name__)
    caller.take_ticket(answer.ticket)
    caller.take_back()
    caller.remember(language.COOKIE, caller.language)  # whoever tries the demo goes on in the language of its cards
    person = answer.person
    return caller.onward(await first_page(caller.means.office, person) if person.duty else "/duty")


@post("/welcome/guest")
async def be_guest(caller: NamedDependency[Caller], welcome_key: NamedDependency[WelcomeKey]) -> Response[bytes]:
    """Be the guest of the demo, on her own pages."""
    star = await star_of(caller.means.office)
    if not welcome_key.lets_in(caller) or star is None:
        raise NotPermittedError
    answer = await caller.means.hatches.ask(DemoGuestSignIn(property_id=star.property_id, guest_id=star.guest_id))
    if not isinstance(answer, GuestVisit):
        raise TypeError(type(answer).__name__)
    caller.take_guest(answer.ticket)
    caller.remember(language.COOKIE, caller.language)
    return caller.onward("/my")


async def _personas(caller: Caller) -> list[Persona]:
    """Return one persona for each mission: the first member of the staff who has the role."""
    found = []
    for house in await properties(caller.means.office):
        members = await staff.staff_list(caller.means.office, house.property_id)
        name = house.name_zh if caller.language == "zh_Hans" else house.name_en
        for mission in MISSIONS:
            holder = next((m for m in members if m.active and any(r.role == mission.role for r in m.roles)), None)
            if holder is not None:
                found.append(Persona(holder.staff_id, house.property_id, holder.name, name, mission))
        if found:
            break
    return found
