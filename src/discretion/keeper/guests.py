"""Guests: how they come in, by a code to the contact on record or by a passkey of their own, and their visits.

Rules:
* What is typed is compared, by keyed hashes, with what is on record: nothing is opened to send a code.
* A code goes only to the address that was typed, and only if it is the one on record. Where it is not, everything else
  happens all the same: an entry, a row, an answer after the same time. A decoy is never right.
* Five tries a code, five codes an hour for one reservation, three hundred for a hotel.
* A guest's ticket says which guest; it is found among visits alone, so one of staff is no guest's.

Left to others: what a guest sees (`own`), bringing the code (the worker takes it by the upkeep hatch).
"""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
from typing import TYPE_CHECKING, Any

from discretion.hotel.exact import normal_form
from discretion.keeper import own
from discretion.keeper.certify import certify
from discretion.keeper.papers import Ask, AskKind, Opened
from discretion.keeper.store.database import Uid, uid_or_none
from discretion.keeper.store.sql import queries
from discretion.keeper.tickets import (
    PasskeyError,
    check_assertion,
    check_credential,
    credential_id_of,
    enrolment_options,
    new_secret,
    secret_hash,
    sign_in_options,
)
from discretion.wire.erasure import CertifyErasure
from discretion.wire.guests import (
    CODE_DIGITS,
    BeginGuestPasskey,
    BeginGuestSignIn,
    CodeSent,
    DemoGuestSignIn,
    FinishGuestPasskey,
    FinishGuestSignIn,
    GuestLetter,
    GuestVisit,
    OwnEntries,
    OwnProofs,
    OwnRecord,
    WhichGuest,
)
from discretion.wire.lookup import Challenge, Entered, Failed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from discretion.keeper.desk import Desk
    from discretion.keeper.people import People
    from discretion.keeper.rounds import Rounds
    from discretion.wire.lookup import Answer

ANSWER_AFTER_SECONDS = 0.25  # right and wrong, known and unknown are answered when so long has passed
CODES_AN_HOUR, CODES_OF_ALL_AN_HOUR = 5, 300
LETTERS_MAX = 1000
HOME_REGION = "CN"
_SQL = queries("guests.sql")
Writes = tuple[tuple[str, "Mapping[str, object]"], ...]


class Letterbox:
    """Codes on their way, in this process alone: what is lost with it is asked for again."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[GuestLetter] = asyncio.Queue(LETTERS_MAX)

    def put(self, letter: GuestLetter) -> None:
        """Have a letter taken by the worker; when nobody has taken any for long, the oldest makes room."""
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(letter)

    async def take(self, within_seconds: float) -> list[GuestLetter]:
        """Return all that wait, or the first that comes in time; each once."""
        letters = []
        if self._waiting.empty() and within_seconds:
            try:
                letters.append(await asyncio.wait_for(self._waiting.get(), within_seconds))
            except TimeoutError:
                return []
        while not self._waiting.empty():
            letters.append(self._waiting.get_nowait())
        return letters


class Guests:
    """Codes, passkeys and visits of the guests of all properties of this keeper."""

    def __init__(
        self, people: People, letters: Letterbox, desk_of: Callable[[bytes], Desk], *, is_demo: bool,
    ) -> None:
        """Shapes: `desk_of` gives the desk of a property, or fails the message. `menu` is a part of the door's."""
        self._people = people
        self._letters = letters
        self._desk_of = desk_of
        self._is_demo = is_demo
        self.menu: dict[type, Callable[[Any], Awaitable[Answer]]] = {
            BeginGuestPasskey: self._begin_passkey, BeginGuestSignIn: self._begin, CertifyErasure: self._certify,
            FinishGuestPasskey: self._finish_passkey, FinishGuestSignIn: self._finish, OwnEntries: self._own,
            OwnProofs: self._own, OwnRecord: self._own, WhichGuest: self._which,
        }
        if is_demo:
            self.menu[DemoGuestSignIn] = self._demo

    async def _begin(self, message: BeginGuestSignIn) -> CodeSent | Failed:
        """Have a code sent, if there is somebody for it; what is told and when is the same if there is not."""
        rounds = self._desk_of(message.property_id).rounds
        ends_at = asyncio.get_running_loop().time() + ANSWER_AFTER_SECONDS
        keyring = rounds.room.keyring
        kind = "email" if "@" in message.contact else "phone"
        number = normal_form("reservation", message.number) or b"-"
        contact = normal_form(kind, message.contact.strip(), HOME_REGION)
        target = keyring.token("guest-door", number)
        ((guest_id, of_this, of_all),) = await self._people.rows("door", message.property_id, {
            "number": message.number.strip(), "reservation": keyring.token("reservation", number), "target": target,
            "contacts": [keyring.token(kind, contact)] if contact else [],
        }, _SQL)
        if of_all >= CODES_OF_ALL_AN_HOUR:
            return Failed(code="busy")
        guest_id = guest_id if guest_id and of_this < CODES_AN_HOUR else b""
        code_id, code = os.urandom(16), str(secrets.randbelow(10**CODE_DIGITS)).zfill(CODE_DIGITS)
        write = (_SQL["add_code"], {
            "code_id": Uid(code_id), "guest": uid_or_none(guest_id), "target": target,
            "code_hash": keyring.token("guest-code", code_id + code.encode()),
        })
        ask = Ask(AskKind.GUEST_CODE, os.urandom(16), guest_id=guest_id, details=(("to", kind),), writes=(write,))
        await rounds.ask([ask])
        if guest_id and contact:
            self._letters.put(GuestLetter(
                kind=kind, address=contact.decode(), language=message.language, what="code", code=code,
            ))
        await _until(ends_at)
        return CodeSent(code_id=code_id, demo_code=code if self._is_demo else "")

    async def _finish(self, message: FinishGuestSignIn) -> GuestVisit | Failed:
        """Return a visit for the right code; a wrong one and one for nobody read the same."""
        rounds = self._desk_of(message.property_id).rounds
        ends_at = asyncio.get_running_loop().time() + ANSWER_AFTER_SECONDS
        rows = await self._people.rows("try_code", message.property_id, {"code_id": Uid(message.code_id)}, _SQL)
        guest_id, kept = rows[0] if rows else (None, bytes(16))
        given = rounds.room.keyring.token("guest-code", message.code_id + message.code.encode())
        if hmac.compare_digest(kept, given) and guest_id:
            use = (_SQL["use_code"], {"code_id": Uid(message.code_id)})
            answer: GuestVisit | Failed = await self._come_in(message.property_id, guest_id, "code", (use,), rounds)
        else:
            await rounds.ask([Ask(AskKind.GUEST_CODE_WRONG, os.urandom(16), guest_id=guest_id or b"")])
            answer = Failed(code="code")
        await _until(ends_at)
        return answer

    async def _demo(self, message: DemoGuestSignIn) -> GuestVisit | Failed:
        """Return a visit of a guest of the demo."""
        rounds = self._desk_of(message.property_id).rounds
        return await self._come_in(message.property_id, message.guest_id, "demo", (), rounds)

    async def _own(self, message: OwnRecord | OwnEntries | OwnProofs) -> Answer:
        visit = await self._visit(message.ticket)
        if isinstance(visit, Failed):
            return visit
        desk = self._desk_of(visit.property_id)
        return await own.answer(message, visit, desk.rounds, desk.database, desk.lock)

    async def _certify(self, message: CertifyErasure) -> Answer:
        """Prove an order that was carried out, to whoever knows its id: nobody comes in as that guest any more."""
        desk = self._desk_of(message.property_id)
        async with desk.lock:
            return await certify(message, desk.rounds.room, desk.database)

    async def _visit(self, ticket: bytes) -> GuestVisit | Failed:
        """Return the visit behind a ticket, and count this as a use."""
        rows = await self._people.rows("visit", ticket[:16], {"ticket_hash": secret_hash(ticket)}, _SQL)
        if not rows:
            return Failed(code="ticket")
        session_id, guest_id, ends_at, how, passkeys = rows[0]
        return GuestVisit(
            property_id=ticket[:16], session_id=session_id, guest_id=guest_id, ends_at=ends_at, how=how,
            passkeys_count=passkeys,
        )

    async def _which(self, message: WhichGuest) -> GuestVisit | Failed:
        """Return the visit behind a ticket, ended if that is asked for."""
        found = await self._visit(message.ticket)
        if isinstance(found, GuestVisit) and message.ends:
            write = (_SQL["end_visit"], {"session": Uid(found.session_id)})
            ask = Ask(AskKind.GUEST_SIGN_OUT, os.urandom(16), guest_id=found.guest_id, writes=(write,))
            await self._desk_of(found.property_id).rounds.ask([ask])
        return found

    async def _begin_passkey(self, message: BeginGuestPasskey) -> Answer:
        """Return a challenge: to come in, or with a ticket to make a passkey of one's own."""
        self._desk_of(message.property_id)
        challenge_id, challenge = os.urandom(16), os.urandom(32)
        visit = await self._visit(message.ticket) if message.ticket else None
        if isinstance(visit, Failed):
            return visit
        await self._people.rows("add_challenge", message.property_id, {
            "challenge_id": Uid(challenge_id), "challenge": challenge, "invitation": None,
            "kind": "guest_passkey" if visit else "guest_sign_in",
        })
        party = self._people.party
        if visit is None:
            return Challenge(challenge_id=challenge_id, options=sign_in_options(party, challenge))
        own = await self._people.rows("guest_credentials", visit.property_id, {"guest": Uid(visit.guest_id)}, _SQL)
        # The name stands in the phone's list of passkeys, for whoever holds it: it tells no hotel's guest.
        options = enrolment_options(party, challenge, visit.guest_id, "my-record", "my-record", [row[0] for row in own])
        return Challenge(challenge_id=challenge_id, options=options)

    async def _finish_passkey(self, message: FinishGuestPasskey) -> Answer:
        """Return a visit for an assertion; with a ticket keep the new passkey."""
        rounds = self._desk_of(message.property_id).rounds
        try:
            if message.ticket:
                return await self._keep_passkey(message, message.ticket, rounds)
            challenge = await self._people.challenge(message.property_id, message.challenge_id, "guest_sign_in")
            credential_id = credential_id_of(message.answer)
            known = await self._people.rows(
                "guest_credential", message.property_id, {"credential_id": credential_id}, _SQL,
            )
            if not known:
                raise PasskeyError("no such passkey")
            guest_id, public_key, sign_count = known[0]
            asserted = check_assertion(
                self._people.party, message.answer, challenge, public_key, sign_count, may_sync=True,
            )
        except PasskeyError:
            return Failed(code="passkey")
        count = (_SQL["count_guest_signature"], {"credential_id": credential_id, "sign_count": asserted.sign_count})
        burn = self._people.burn(message.challenge_id)
        return await self._come_in(message.property_id, guest_id, "passkey", (burn, count), rounds)

    async def _keep_passkey(self, message: FinishGuestPasskey, ticket: bytes, rounds: Rounds) -> Answer:
        visit = await self._visit(ticket)
        if isinstance(visit, Failed) or visit.property_id != message.property_id:
            return Failed(code="ticket")
        challenge = await self._people.challenge(message.property_id, message.challenge_id, "guest_passkey")
        made = check_credential(self._people.party, message.answer, challenge, may_sync=True)
        add = (_SQL["add_guest_credential"], {
            "credential_id": made.credential_id, "guest": Uid(visit.guest_id), "public_key": made.public_key,
            "sign_count": made.sign_count,
        })
        ask = Ask(
            AskKind.GUEST_PASSKEY, os.urandom(16), guest_id=visit.guest_id,
            writes=(self._people.burn(message.challenge_id), add),
        )
        (reply,) = await rounds.ask([ask])
        return (
            Entered(entry=reply.receipt.committed.draft.index) if isinstance(reply, Opened) else Failed(code="conflict")
        )

    async def _come_in(
        self, property_id: bytes, guest_id: bytes, how: str, writes: Writes, rounds: Rounds,
    ) -> GuestVisit | Failed:
        ticket, session_id = new_secret(property_id), os.urandom(16)
        visit = (_SQL["add_visit"], {
            "session": Uid(session_id), "ticket_hash": secret_hash(ticket), "guest": Uid(guest_id), "how": how,
        })
        ask = Ask(
            AskKind.GUEST_SIGN_IN, os.urandom(16), guest_id=guest_id,
            details=(("how", how), ("visit", session_id.hex())), writes=(*writes, visit),
        )
        (reply,) = await rounds.ask([ask])
        if not isinstance(reply, Opened):
            return Failed(code="code")
        found: Any = await self._visit(ticket)
        return found if isinstance(found, Failed) else GuestVisit(
            property_id=property_id, session_id=session_id, guest_id=guest_id, ends_at=found.ends_at, how=how,
            passkeys_count=found.passkeys_count, ticket=ticket,
        )


async def _until(at: float) -> None:
    """Return at this time of the loop's clock: how long the work took is told to nobody."""
    await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))
