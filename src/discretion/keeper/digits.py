"""Digits: coming back with four digits at the shared terminal where one was displaced a short while ago.

Rules:
* They follow a sign-in with the passkey at that very terminal, within ten minutes of being displaced there, and never
  its end of twelve hours. Whoever signs out is not displaced.
* Each try is counted before the digits are looked at; after five the passkey signs in again.
* They are no passkey: the session they make is marked, and opens only what waits for nothing more (`facts`, `judge`).
* They are kept as scrypt under a salt of their person's own, set over a passkey, and stand in no entry and no log.

Left to others: who is displaced (the house selects; `people` parks), what such a session may see (`judge`).
Source: policy.md, section 8; decision 0037.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
from typing import TYPE_CHECKING

from discretion.keeper.papers import Ask, AskKind, Opened
from discretion.keeper.reply import entered
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.tickets import Live, PasskeyError, new_secret, secret_hash
from discretion.wire.exceptions import Action, ReturnByDigits, SetDigits
from discretion.wire.lookup import Failed, Person, SignedIn

if TYPE_CHECKING:
    from discretion.keeper.people import People
    from discretion.keeper.rounds import Rounds
    from discretion.wire.lookup import Answer

_SQL = queries("people.sql")
_RUNS = "01234567890 09876543210"


async def set_digits(message: SetDigits, live: Live, people: People, rounds: Rounds) -> Answer:
    """Keep somebody's own digits, over their passkey. Those that everybody tries first are refused."""
    if len(set(message.digits)) == 1 or message.digits in _RUNS:
        return Failed(code="digits_plain")
    try:
        writes = await people.verified(message, Action("set_digits", live.staff_id), live)
    except PasskeyError:
        return Failed(code="passkey")
    salt = os.urandom(16)
    hashed = await asyncio.to_thread(_hashed, message.digits, salt)
    write = (_SQL["set_digits"], {"staff": Uid(live.staff_id), "salt": salt, "hash": hashed})
    ask = Ask(
        AskKind.STEP_UP, message.request_id, live.session_id, details=(("sets", "digits"),), writes=(*writes, write),
    )
    return await entered(ask, rounds)


async def come_back(message: ReturnByDigits, people: People, rounds: Rounds) -> Answer:
    """Return a ticket for whoever was displaced here and knows their digits."""
    where = {"staff": Uid(message.staff_id), "terminal": Uid(message.terminal_id)}
    rows = await people.rows("try_digits", message.property_id, where)
    if not rows:
        return Failed(code="digits_passkey")
    parked, duty, salt, kept = rows[0]
    if not hmac.compare_digest(await asyncio.to_thread(_hashed, message.digits, salt), kept):
        return Failed(code="digits")
    ticket, session_id = new_secret(message.property_id), os.urandom(16)
    writes = (
        (_SQL["add_returned"], {
            "session": Uid(session_id), "ticket_hash": secret_hash(ticket), "parked": Uid(parked),
        }),
        (_SQL["take_parked"], {"parked": Uid(parked)}),
    )
    details = (
        ("by", "digits"), ("duty", duty), ("session", session_id.hex()), ("terminal", message.terminal_id.hex()),
    )
    ask = Ask(AskKind.SIGN_IN, os.urandom(16), staff_id=message.staff_id, details=details, writes=writes)
    (reply,) = await rounds.ask([ask])
    person = await people.person(Live(message.property_id, session_id, message.staff_id, duty, 0.0, 0.0))
    if not isinstance(reply, Opened) or not isinstance(person, Person):
        return Failed(code="digits_passkey")
    return SignedIn(ticket=ticket, person=person)


def _hashed(digits: str, salt: bytes) -> bytes:
    return hashlib.scrypt(digits.encode(), salt=salt, n=2**15, r=8, p=1, maxmem=2**26, dklen=32)
