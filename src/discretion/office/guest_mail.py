"""Letters to guests: the code to come in, at once, and that something waits on their pages.

Rules:
* A code is taken from the keeper once and brought at once; what cannot be brought is dropped, and asked for again.
* An address is known here while its letter is brought, and kept nowhere; no log holds one, or a code.
* What waits is addressed by the keeper when it is brought, under an entry of the guest's own. It names no matter.
* Codes go to phones through a gateway that the hotel has; without one, by mail alone.

Trust: the mail server and the gateway learn an address, a code for ten minutes, and who sends.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import smtplib
import urllib.request
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import TYPE_CHECKING, Protocol

import msgspec

from discretion.office.mail import connected
from discretion.office.sql import queries
from discretion.wire.frame import FrameError
from discretion.wire.guests import AddressPost, Letters, TakeLetters
from discretion.wire.settings import SettingsError, read_secret
from discretion.wire.upkeep import asked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.office.database import Office
    from discretion.wire.guests import GuestLetter
    from discretion.wire.settings import Settings
    from discretion.wire.upkeep import UpkeepAnswer, UpkeepRequest

_SQL = queries("guest_door.sql")
_WAIT_SECONDS = 2  # how long the keeper is waited for at a time, and at most a stop of this program
_AGAIN_SECONDS = 3.0
_GATEWAY_SECONDS_MAX = 10.0
_log = logging.getLogger("discretion.worker")


class WritesToGuests(Protocol):
    """What writes a letter in a language: the words are the faces'."""

    def __call__(self, what: str, language: str, code: str, origin: str) -> tuple[str, str]:
        """Return subject and text of a letter."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    property_id: bytes
    post_id: bytes
    guest_id: bytes
    code: str


class GuestMail:
    """Brings letters to guests. Without `[mail]` and a gateway in the settings it brings none."""

    def __init__(self, settings: Settings, office: Office, writes: WritesToGuests) -> None:
        """Say where mail server and gateway are; nothing is connected yet."""
        self._settings = settings
        self._office = office
        self._writes = writes
        self._is_away = False

    async def bring_codes(self) -> None:
        """Bring every code as soon as the keeper has one, until cancelled. The keeper being away is waited for."""
        while self._settings.mail is not None or self._gateway is not None:
            try:
                answer = await asyncio.to_thread(self._ask, TakeLetters(within_seconds=_WAIT_SECONDS))
            except FrameError:
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            if isinstance(answer, Letters) and answer.items:
                await asyncio.to_thread(self._bring, answer.items)

    async def bring_posts(self) -> int:
        """Return how many guests were told that something waits; the others are tried again later."""
        if self._settings.mail is None and self._gateway is None:
            return 0
        async with self._office.reading() as now:
            waiting = await now.rows(_Waiting, _SQL["posts_waiting"], {})
        brought = 0
        for post in waiting:  # each is an entry of its own guest, and a letter of its own
            is_done = await asyncio.to_thread(self._bring_post, post)
            brought += is_done
            async with self._office.changing() as now:
                await now.run(_SQL["posted" if is_done else "not_posted"], {
                    "property_id": post.property_id, "post_ids": [post.post_id],
                })
        return brought

    @property
    def _gateway(self) -> str | None:
        portal = self._settings.portal
        return portal.text_gateway if portal and portal.text_gateway else None

    def _ask(self, message: UpkeepRequest) -> UpkeepAnswer:
        return asked(str(self._settings.upkeep_socket), message, within_seconds=_WAIT_SECONDS + 10.0)

    def _bring_post(self, post: _Waiting) -> bool:
        """Return whether a post is done with: brought, or there is no address to bring it to."""
        try:
            answer = self._ask(AddressPost(
                property_id=post.property_id, request_id=os.urandom(16), post_id=post.post_id, guest_id=post.guest_id,
                what=post.code,
            ))
        except FrameError:
            return False
        if not isinstance(answer, Letters):
            return False
        return self._bring(answer.items) == len(answer.items)

    def _bring(self, letters: Sequence[GuestLetter]) -> int:
        """Return how many letters were taken by a server or a gateway."""
        taken = 0
        for letter in letters:
            try:
                taken += self._mailed(letter) if letter.kind == "email" else self._texted(letter)
                self._is_away = False
            except (OSError, smtplib.SMTPException, SettingsError) as error:
                if not self._is_away:
                    _log.warning("a letter to a guest was not taken: %s", type(error).__name__)
                self._is_away = True
        return taken

    def _words(self, letter: GuestLetter) -> tuple[str, str]:
        language = letter.language or self._settings.installation.languages[0]
        return self._writes(letter.what, language, letter.code, self._settings.house.origin)

    def _mailed(self, letter: GuestLetter) -> bool:
        mail = self._settings.mail
        if mail is None:
            return False
        subject, text = self._words(letter)
        message = EmailMessage()
        message["Subject"], message["From"], message["To"] = subject, mail.sender, letter.address
        message["Date"] = formatdate(localtime=False)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        with connected(mail) as server:
            if mail.username and mail.password_file:
                server.login(mail.username, read_secret(self._settings.secrets / mail.password_file))
            server.send_message(message, mail.sender, [letter.address])
        return True

    def _texted(self, letter: GuestLetter) -> bool:
        """Hand a short text to the gateway: JSON of `to` and `text`, with its HMAC-SHA-256 in a header."""
        gateway, portal = self._gateway, self._settings.portal
        if gateway is None or portal is None:
            return False
        body = msgspec.json.encode({"to": letter.address, "text": self._words(letter)[1]})
        key = read_secret(self._settings.secrets / portal.text_key_file).encode()
        request = urllib.request.Request(gateway, body, {  # noqa: S310 - the settings allow HTTPS and loopback alone
            "content-type": "application/json", "x-signature": hmac.digest(key, body, "sha256").hex(),
        })
        with urllib.request.urlopen(request, timeout=_GATEWAY_SECONDS_MAX) as answer:  # noqa: S310 - as above
            return answer.status in range(200, 300)
