"""Mail: notices by SMTP, in the recipient's language, text only, with a link to the console and no guest data.

Rules:
* Nothing waits for mail: notices stand in the console before this sends them, and a server that is away is tried
  again later, each time twice as late, for three days.
* A notice may come twice, never not at all; its message id is the same both times.
* One connection a run, with TLS verified as the settings say. The password stands in a file of its own.

Trust: whoever runs the mail server learns that somebody should look at the console, and of what kind the matter is.
"""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Protocol

from discretion.office.sql import queries
from discretion.wire.settings import SettingsError, read_secret

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.office.database import Office
    from discretion.wire.settings import Settings
    from discretion.wire.settings_parts import Mail

_SQL = queries("notices.sql")
_CLOCKS = queries("worker.sql")["clocks"]
_SECONDS_MAX = 10.0
_log = logging.getLogger("discretion.worker")


class Writes(Protocol):
    """What writes a notice in a language: the words are the faces'."""

    def __call__(self, kind: str, details: Mapping[str, Any], language: str) -> tuple[str, str]:
        """Return title and sentence of a notice."""


@dataclass(frozen=True, slots=True)
class _Unmailed:
    notice_id: bytes
    kind: str
    details: dict[str, Any]
    mail_tries: int
    language: str
    email: str
    name_zh: str
    name_en: str


class Post:
    """Sends what notices are unsent. Without `[mail]` in the settings it sends none; the console has them all."""

    def __init__(self, settings: Settings, office: Office, writes: Writes) -> None:
        """Say where the mail server is; nothing is connected yet."""
        self._mail = settings.mail
        self._password_file = settings.secrets / settings.mail.password_file if settings.mail else None
        self._origin = settings.house.origin
        self._first_language = settings.installation.languages[0]
        self._office = office
        self._writes = writes
        self._is_away = False

    async def send(self) -> int:
        """Return how many notices were sent. The server being away is no end: they are tried again later."""
        if self._mail is None:
            return 0
        sent = 0
        async with self._office.reading() as now:
            properties = await now.dicts(_CLOCKS, {})
        for each in properties:
            sent += await self._send(self._mail, each["property_id"])
        return sent

    async def _send(self, mail: Mail, property_id: bytes) -> int:
        place = {"property_id": property_id}
        async with self._office.reading() as now:
            found = await now.rows(_Unmailed, _SQL["unmailed"], place)
        if not found:
            return 0
        done = await asyncio.to_thread(self._post, mail, found)
        late = {each.notice_id for each in found} - done
        async with self._office.changing() as now:
            if done:
                await now.run(_SQL["mailed"], {**place, "notice_ids": sorted(done)})
            if late:
                await now.run(_SQL["not_mailed"], {**place, "notice_ids": sorted(late)})
        return len(done)

    def _post(self, mail: Mail, found: Sequence[_Unmailed]) -> set[bytes]:
        """Return which notices went to everyone they are for; a refused address counts, it will not get better."""
        tried = 0
        failed: set[bytes] = set()
        try:
            with connected(mail) as server:
                if mail.username and self._password_file is not None:
                    server.login(mail.username, read_secret(self._password_file))
                for each in found:
                    if not self._took(server, mail, each):
                        failed.add(each.notice_id)
                    tried += 1
            self._is_away = False
        except (OSError, smtplib.SMTPException, SettingsError) as error:
            if not self._is_away:
                _log.warning("mail is not taken; notices stand in the console: %s", type(error).__name__)
            self._is_away = True
        left = {each.notice_id for each in found[tried:]}  # of the first of these some may have gone out already
        return {each.notice_id for each in found[:tried]} - failed - left

    def _took(self, server: smtplib.SMTP, mail: Mail, each: _Unmailed) -> bool:
        """Return whether the server took one message, or refused it for good."""
        message = self._message(mail, each)
        try:
            server.send_message(message, mail.sender, [each.email])
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            return all(code >= 500 for code in codes)  # noqa: PLR2004 - SMTP's own classes
        except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused):
            return False  # this one is not taken; the next may be
        return True

    def _message(self, mail: Mail, each: _Unmailed) -> EmailMessage:
        language = {"zh": "zh_Hans", "en": "en"}.get(each.language[:2], self._first_language)
        title, sentence = self._writes(each.kind, each.details, language)
        message = EmailMessage()
        message["Subject"] = f"{each.name_zh if language == 'zh_Hans' else each.name_en}: {title}"
        message["From"] = mail.sender
        message["To"] = each.email
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = f"<{each.notice_id.hex()}@{mail.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(f"{sentence}\n\n{self._origin}/notices\n")
        return message


def connected(mail: Mail) -> smtplib.SMTP:
    """Return a connection, under TLS where the settings ask for it. Errors: `OSError`, `smtplib.SMTPException`."""
    if mail.tls == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=_SECONDS_MAX, context=ssl.create_default_context())
    server = smtplib.SMTP(mail.host, mail.port, timeout=_SECONDS_MAX)
    if mail.tls == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except (OSError, smtplib.SMTPException):
            server.close()
            raise
    return server
