"""Who asks for a page: a caller of whom nothing is known yet, and the seat of somebody signed in.

Rules:
* The cookie is the keeper's ticket itself; the house keeps no sessions and believes nothing it did not just ask.
* Every page of a seat asks the keeper who holds the ticket; idle and overall limits are the keeper's.
"""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.enums import MediaType

from discretion.faces.kit import forms, joined, language
from discretion.faces.kit.crossing import is_token_of, token_of
from discretion.faces.kit.formats import Formats
from discretion.faces.kit.means import KeeperFailedError
from discretion.faces.kit.network import as_known_here
from discretion.faces.kit.permissions import NEEDS_SHIFT, Permission, home_of, may
from discretion.faces.kit.words import translator
from discretion.office import merges
from discretion.office.locks import Held, held_by
from discretion.office.notices import unread_of
from discretion.office.properties import Property, property_and_locks
from discretion.wire.guests import GuestVisit, WhichGuest
from discretion.wire.lookup import Disclosure, Entered, LookUp, Person, Refusal, WhoAmI

if TYPE_CHECKING:
    from collections.abc import Mapping

    from babel.support import Translations

    from discretion.faces.kit.means import Means
    from discretion.wire.lookup import Answer

Form = TypeVar("Form", bound=msgspec.Struct)
AnyRequest = Request[Any, Any, Any]

TICKET_SIZE_BYTES: Final = 48
TERMINAL_SIZE_BYTES: Final = 48
_VISIT_SIZE_BYTES: Final = 32
_YEAR_SECONDS: Final = 365 * 24 * 3600
_PACK_FROM_BYTES: Final = 1024
_HANDED: Final = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+){1,6}")


class NotSignedInError(Exception):
    """The page is for somebody signed in, and nobody is."""


class NoVisitError(Exception):
    """The page is a guest's own, and no guest is here, or the visit is over."""


class EnteredBeforeError(Exception):
    """The same ask came twice: its entry is in the ledger, and an entry opens once. Ask anew to see it again."""


class LockedError(Exception):
    """A lock holds this person or this sign-in: nothing opens but the page that says who can help."""

    def __init__(self, held: Held, time_zone: str, language: str) -> None:
        super().__init__("locked")
        self.held = held
        self.time_zone = time_zone
        self.language = language


class HandedOverError(Exception):
    """This screen is in a guest's hands: until somebody signs in anew, it shows the page at `address` and no other."""

    def __init__(self, address: str) -> None:
        super().__init__("handed over")
        self.address = address


class NotPermittedError(Exception):
    """The page needs a permission that this duty lacks, or its shift is over."""


def cookie_name(name: str, *, is_secure: bool) -> str:
    """Return the cookie's name: bound to host, path and HTTPS where there is HTTPS."""
    return f"__Host-{name}" if is_secure else name


class Caller:
    """Whoever asks for a page, in the language they read."""

    def __init__(self, request: AnyRequest, means: Means) -> None:
        """Read cookies and language; nothing here waits."""
        self.request = request
        self.means = means
        self.settings = means.settings
        cookies = request.cookies
        self._set_cookies: list[Cookie] = []
        self.raw_ticket = _raw(cookies.get(self._name("ticket"), ""), TICKET_SIZE_BYTES)
        self.raw_terminal = _raw(cookies.get(self._name("terminal"), ""), TERMINAL_SIZE_BYTES)
        self.raw_guest = _raw(cookies.get(self._name("my"), ""), TICKET_SIZE_BYTES)
        self._visit = _raw(cookies.get(self._name("visit"), ""), _VISIT_SIZE_BYTES)
        handed = cookies.get(self._name("handed"), "")
        # The one page of a screen in a guest's hands.
        self.handed = "/" + handed.replace(".", "/") if _HANDED.fullmatch(handed) else ""
        self.theme = cookies["theme"] if cookies.get("theme") in {"light", "dark"} else ""
        self.has_keys = cookies.get("keys") != "off"
        self.language = language.chosen(
            "", cookies.get(language.COOKIE, ""), request.headers.get("accept-language", ""),
            self.settings.first_language,
        )
        self.formats = Formats(self.language)

    @property
    def words(self) -> Translations:
        """The words of pages in the reader's language."""
        return translator(self.language, "ui")

    def owns(self, token: str) -> bool:
        """Return whether a form's token belongs to this browser."""
        secrets = (self.raw_ticket, self.raw_guest, self._visit)
        return any(is_token_of(secret, token) for secret in secrets if secret is not None)

    async def form(self, kind: type[Form]) -> forms.Filled[Form]:
        """Return the request's form, each field checked. Errors: `MalformedFormError`."""
        return forms.filled(forms.fields_of(await self.request.body()), kind)

    def page(
        self, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any  # noqa: ANN401 - a template's own
    ) -> Response[bytes]:
        """Return the page, compressed when the browser takes that."""
        text = self.means.pages.render(self.language, template, self._context(context))
        body = text.encode()
        given = dict(headers or {})
        if len(body) >= _PACK_FROM_BYTES and "gzip" in self.request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 5, mtime=0)
            given["content-encoding"] = "gzip"
        given["vary"] = "accept-encoding, accept-language, cookie"
        return Response(
            body, status_code=status, headers=given, media_type=MediaType.HTML, cookies=self._set_cookies
        )

    def data(self, value: Mapping[str, Any], *, status: int = 200) -> Response[bytes]:
        """Return a few values to the page's own script."""
        return Response(
            msgspec.json.encode(value), status_code=status, media_type=MediaType.JSON, cookies=self._set_cookies
        )

    def onward(self, address: str) -> Response[bytes]:
        """Return the answer to a form that did what it should: go and look there."""
        return Response(b"", status_code=303, headers={"location": address}, cookies=self._set_cookies)

    def remember(self, name: str, value: str) -> None:
        """Keep a choice of this browser for a year: language, theme, keys."""
        self._set_cookies.append(self._cookie(name, value, _YEAR_SECONDS))

    def take_ticket(self, ticket: bytes) -> None:
        """Give the browser its ticket, until it closes."""
        self._set_cookies.append(self._cookie(self._name("ticket"), urlsafe_b64encode(ticket).decode(), None))

    def drop_ticket(self) -> None:
        """Take the ticket from the browser."""
        self._set_cookies.append(self._cookie(self._name("ticket"), "", 0))

    def hand_over(self, address: str) -> None:
        """Let this browser show one page and no other, until `take_back`."""
        self._set_cookies.append(self._cookie(self._name("handed"), address.removeprefix("/").replace("/", "."), None))

    def take_back(self) -> None:
        """Let this browser show every page again."""
        if self.handed:
            self._set_cookies.append(self._cookie(self._name("handed"), "", 0))

    def take_guest(self, ticket: bytes) -> None:
        """Give a guest's browser the ticket of its visit, until it closes."""
        self._set_cookies.append(self._cookie(self._name("my"), urlsafe_b64encode(ticket).decode(), None))

    def drop_guest(self) -> None:
        """Take the ticket of a visit from the browser."""
        self._set_cookies.append(self._cookie(self._name("my"), "", 0))

    def take_terminal(self, secret: bytes) -> None:
        """Give the browser the secret that makes it a shared terminal."""
        self.remember(self._name("terminal"), urlsafe_b64encode(secret).decode())

    def _name(self, name: str) -> str:
        return cookie_name(name, is_secure=self.settings.is_secure)

    def _cookie(self, name: str, value: str, max_age: int | None) -> Cookie:
        return Cookie(
            name, value=value, path="/", max_age=max_age, secure=self.settings.is_secure, httponly=True,
            samesite="strict",
        )

    def _secret(self) -> bytes:
        """Return what this browser's forms are bound to; a browser without anything gets a visit."""
        if self.raw_ticket is not None:
            return self.raw_ticket
        if self._visit is None:
            self._visit = os.urandom(_VISIT_SIZE_BYTES)
            self._set_cookies.append(self._cookie(self._name("visit"), urlsafe_b64encode(self._visit).decode(), None))
        return self._visit

    def _context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "seat": None,
            "guest": None,
            "house": None,
            "tab": "",
            "f": self.formats,
            "token": token_of(self._secret()),
            "here": self.request.url.path if self.request.method == "GET" else "",
            "theme": self.theme,
            "has_keys": self.has_keys,
            "is_demo": self.settings.is_demo,
            "is_terminal": self.raw_terminal is not None,
            "fresh_id": fresh_id,
            "said_code": self.request.query_params.get("said", ""),
            **context,
        }


class GuestSeat(Caller):
    """A guest on a visit to their own pages, at one hotel."""

    def __init__(self, request: AnyRequest, means: Means, ticket: bytes, visit: GuestVisit, house: Property) -> None:
        """Take what the keeper and the office said of this ticket."""
        super().__init__(request, means)
        self.ticket = ticket
        self.visit = visit
        self.property = house
        self.office = means.office
        self.formats = Formats(self.language, house.time_zone)

    @property
    def property_id(self) -> bytes:
        """The hotel of this visit."""
        return self.visit.property_id

    @property
    def guest_id(self) -> bytes:
        """Whose pages these are."""
        return self.visit.guest_id

    @property
    def session_id(self) -> bytes:
        """This visit."""
        return self.visit.session_id

    @property
    def lang(self) -> str:
        """The reader's language as the office writes it: `zh` or `en`."""
        return "zh" if self.language == "zh_Hans" else "en"

    def _secret(self) -> bytes:
        return self.ticket

    def _context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        return super()._context({"guest": self, "house": self.property, **context})


class Seat(Caller):
    """Somebody signed in, at one hotel, in one duty."""

    def __init__(self, request: AnyRequest, means: Means, ticket: bytes, person: Person, house: Property) -> None:
        """Take what the keeper and the office said of this ticket."""
        super().__init__(request, means)
        self.ticket = ticket
        self.person = person
        self.property = house
        self.office = means.office
        self.unread = 0
        self.language = language.chosen(
            person.language if language.COOKIE not in request.cookies else "",
            request.cookies.get(language.COOKIE, ""), request.headers.get("accept-language", ""),
            self.settings.first_language,
        )
        self.formats = Formats(self.language, house.time_zone)

    @property
    def property_id(self) -> bytes:
        """The hotel this ticket belongs to."""
        return self.person.property_id

    @property
    def home(self) -> str:
        """The page this duty begins on."""
        return home_of(self.person.duty)

    @property
    def is_on_shift(self) -> bool:
        """Whether the shift of this duty runs now."""
        return self.person.on_shift_until_at > time.time()

    def may(self, permission: str) -> bool:
        """Return whether this duty may use pages that need `permission`; templates name it by its text."""
        return may(self.person.duty, Permission(permission))

    def require(self, permission: Permission) -> None:
        """Return only if this duty may, and is on shift where that is needed. Errors: `NotPermittedError`."""
        if not self.may(permission) or (permission in NEEDS_SHIFT and not self.is_on_shift):
            raise NotPermittedError

    async def look_up(
        self, guest_id: bytes, purpose: str, *, clear: int, masked: int, context: str,
        reference: str = "", reason: str = "", request_id: bytes | None = None,
    ) -> Disclosure | Refusal:
        """Ask the keeper for field groups of one guest; of joined records each group of the one that shows it.

        Errors: `EnteredBeforeError` for a `request_id` used before; as `Hatches.ask`.
        """  # fmt: skip
        ask = LookUp(
            ticket=self.ticket, request_id=request_id or os.urandom(16), guest_id=guest_id, purpose=purpose,
            clear=clear, masked=masked, context=context, reference=reference, reason=reason,
        )
        sides = await merges.sides(self.office, self.property_id, guest_id)
        if len(sides) > 1 or (sides and sides[0].record_id != guest_id):
            answer: Answer | None = await joined.look_up(self.means.hatches, ask, sides)
        else:
            answer = await self.means.hatches.ask(ask)
        if answer is None or isinstance(answer, Entered):
            raise EnteredBeforeError
        if not isinstance(answer, Disclosure | Refusal):
            raise TypeError(type(answer).__name__)
        return answer

    def _context(self, context: Mapping[str, Any]) -> dict[str, Any]:
        return super()._context({"seat": self, "house": self.property, "person": self.person, **context})


async def guest_of(request: AnyRequest, means: Means) -> GuestSeat:
    """Return the guest who holds the request's ticket. Errors: `NoVisitError`."""
    name = cookie_name("my", is_secure=means.settings.is_secure)
    ticket = _raw(request.cookies.get(name, ""), TICKET_SIZE_BYTES)
    if ticket is None:
        raise NoVisitError
    try:
        visit, found = await asyncio.gather(
            means.hatches.ask(WhichGuest(ticket=ticket)), property_and_locks(means.office, ticket[:16])
        )
    except KeeperFailedError as error:
        if error.code not in {"ticket", "not_allowed"}:
            raise
        raise NoVisitError from error
    if not isinstance(visit, GuestVisit) or found is None:
        raise NoVisitError
    return GuestSeat(request, means, ticket, visit, found[0])


async def seat_of(request: AnyRequest, means: Means) -> Seat:
    """Return the seat of whoever holds the request's ticket.

    Errors: `NotSignedInError` without a ticket, `KeeperFailedError` with one that has ended, `LockedError`,
    `HandedOverError` for every page but the one that a guest holds in their hands.
    """
    handed = Caller(request, means).handed
    if handed and request.url.path != handed:
        raise HandedOverError(handed)
    ticket = _raw(request.cookies.get(cookie_name("ticket", is_secure=means.settings.is_secure), ""), TICKET_SIZE_BYTES)
    if ticket is None:
        raise NotSignedInError
    person, found = await asyncio.gather(
        means.hatches.ask(WhoAmI(ticket=ticket)), property_and_locks(means.office, ticket[:16])
    )
    if not isinstance(person, Person) or found is None:
        raise NotSignedInError
    house, locked = found
    person = await as_known_here(request, means, person)
    seat = Seat(request, means, ticket, person, house)
    if locked & {person.staff_id, person.session_id}:
        held = await held_by(means.office, person.property_id, person.staff_id, person.session_id)
        if held is not None:  # else it was released meanwhile
            raise LockedError(held, house.time_zone, seat.language)
    if person.duty and request.method == "GET":
        seat.unread = await unread_of(means.office, seat.property_id, person.staff_id, person.duty)
    return seat


def fresh_id() -> str:
    """Return a new random id as forms and addresses write it."""
    return os.urandom(16).hex()


def _raw(text: str, size_bytes: int) -> bytes | None:
    """Return the bytes that a cookie writes in base64url, or None when it is none of ours."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
    except ValueError:
        return None
    return raw if len(raw) == size_bytes else None
