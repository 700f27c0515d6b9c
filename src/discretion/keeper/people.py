"""People: signing in, choosing a duty, enrolling a passkey, recovery. Each step that changes something has its entry.

Rules:
* A challenge is burned, a link is used and a session is made in the transaction of the entry that says so.
* What fails says only that it failed: neither which keys exist nor who has one.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

import msgspec

from discretion.hotel.purpose import FREE_ROLES
from discretion.keeper.papers import Ask, AskKind, Opened, Refused
from discretion.keeper.store.database import Database, Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.tickets import (
    CHALLENGE_SIZE_BYTES,
    Live,
    PasskeyError,
    RelyingParty,
    action_challenge,
    check_assertion,
    check_credential,
    credential_id_of,
    enrolment_options,
    new_secret,
    release_challenge,
    secret_hash,
    sign_in_options,
)
from discretion.wire.exceptions import SignInLine, SignIns
from discretion.wire.lookup import (
    Challenge,
    ChooseDuty,
    ConfirmRecovery,
    DemoSignIn,
    Enrolled,
    Entered,
    Failed,
    FinishEnrolment,
    FinishSignIn,
    Invite,
    Person,
    SignedIn,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.keeper.rounds import Rounds
    from discretion.wire.exceptions import Action, ReadSignIns, VerifiedAsk
    from discretion.wire.lookup import Answer

    Writes = tuple[tuple[str, Mapping[str, object]], ...]

_SQL = queries("people.sql")
RECOVERY_DUTIES = frozenset({"duty_manager", "privacy"})


class People:
    """Sign-in for all properties of this keeper, over one connection of its own."""

    def __init__(self, database: Database, party: RelyingParty, *, is_demo: bool = False) -> None:
        self._database = database
        self.party = party
        self._is_demo = is_demo
        self._lock = asyncio.Lock()

    async def rows(
        self, name: str, property_id: bytes, params: Mapping[str, object], sql: Mapping[str, str] = _SQL,
    ) -> list[tuple[Any, ...]]:
        """Return the rows of one named query."""
        return await self.run(sql[name], property_id, params)

    async def run(self, query: str, property_id: bytes, params: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """Return the rows of a query of somebody else's, over this connection."""
        async with self._lock:
            return await self._database.rows(query, {"p": Uid(property_id), **params})

    async def person(self, live: Live) -> Person | Failed:
        """Return who holds a session."""
        return await self._person(live.property_id, live.session_id)

    async def session(self, ticket: bytes) -> tuple[bytes, bytes, str, float, float] | None:
        """Return the row of a ticket's session for `Sessions.keep`, if there is one."""
        rows = await self.rows("session_by_ticket", ticket[:16], {"ticket_hash": secret_hash(ticket)})
        return rows[0] if rows else None

    async def touch(self, used: dict[bytes, list[tuple[bytes, float]]]) -> None:
        """Keep when sessions were last used."""
        for property_id, sessions in used.items():
            await self.rows("touch_sessions", property_id, {
                "sessions": [Uid(session) for session, _ in sessions], "ago": [ago for _, ago in sessions],
            })

    async def begin_sign_in(self, property_id: bytes) -> Challenge:
        """Return a challenge for whoever wants to sign in."""
        challenge_id, challenge = await self._new_challenge(property_id, "sign_in", None)
        return Challenge(challenge_id=challenge_id, options=sign_in_options(self.party, challenge))

    async def finish_sign_in(self, message: FinishSignIn, rounds: Rounds) -> SignedIn | Failed:
        """Return a ticket for a user-verified assertion over an unused challenge."""
        try:
            credential_id = credential_id_of(message.assertion)
            challenge = await self.challenge(message.property_id, message.challenge_id, "sign_in")
            known = await self.rows("credential", message.property_id, {"credential_id": credential_id})
            if not known:
                raise PasskeyError("no such passkey")
            staff_id, public_key, sign_count, _ = known[0]
            asserted = check_assertion(self.party, message.assertion, challenge, public_key, sign_count)
        except PasskeyError:
            return Failed(code="passkey")
        burn = (_SQL["burn_challenge"], {"challenge_id": Uid(message.challenge_id)})
        count = (_SQL["count_signature"], {"credential_id": credential_id, "sign_count": asserted.sign_count})
        return await self._signed_in(
            message.property_id, staff_id, None, credential_id, (burn, count), rounds, AskKind.SIGN_IN,
            message.terminal_id,
        )

    async def demo_sign_in(self, message: DemoSignIn, rounds: Rounds) -> SignedIn | Failed:
        """Return a ticket for a persona. The door offers this only in a demo."""
        return await self._signed_in(
            message.property_id, message.staff_id, message.duty, None, (), rounds, AskKind.DEMO_SIGN_IN,
        )

    async def begin_action(self, action: Action, live: Live, over: str = "") -> Challenge:
        """Return a challenge that names this action, for the passkeys of whoever holds the session.

        `over` is the text of a release that is to be signed: then the challenge is made of it alone.
        """
        challenge_id, raw_action = os.urandom(16), msgspec.msgpack.encode(action)
        challenge = action_challenge(live.session_id, challenge_id, raw_action)
        if over:
            challenge = release_challenge(challenge_id, over)
        await self.rows("add_action_challenge", live.property_id, {
            "challenge_id": Uid(challenge_id), "challenge": challenge, "session": Uid(live.session_id),
            "action": raw_action,
        })
        own = await self.rows("credentials_of", live.property_id, {"staff": Uid(live.staff_id)})
        options = sign_in_options(self.party, challenge, [row[0] for row in own])
        return Challenge(challenge_id=challenge_id, options=options)

    async def verified(self, message: VerifiedAsk, action: Action, live: Live) -> Writes:
        """Return the writes that burn the challenge of this very action, once its assertion has been verified.

        A demo's people have no passkeys: there, and only there, an empty assertion stands for one.
        Errors: `PasskeyError`, also for a passkey that rests after a recovery.
        """
        rows = await self.rows(
            "open_action", live.property_id,
            {"challenge_id": Uid(message.challenge_id), "session": Uid(live.session_id)},
        )
        if not rows or rows[0][1] != msgspec.msgpack.encode(action):
            raise PasskeyError("no such challenge for this action, or it was used")
        challenge, _, is_demo = rows[0]
        burn = (_SQL["burn_challenge"], {"challenge_id": Uid(message.challenge_id)})
        if self._is_demo and is_demo and not message.assertion:
            return (burn,)
        credential_id = credential_id_of(message.assertion)
        known = await self.rows("credential", live.property_id, {"credential_id": credential_id})
        if not known or known[0][0] != live.staff_id or known[0][3]:
            raise PasskeyError("no such passkey of this person, or it rests")
        asserted = check_assertion(self.party, message.assertion, challenge, *known[0][1:3])
        count = (_SQL["count_signature"], {"credential_id": credential_id, "sign_count": asserted.sign_count})
        return (burn, count)

    async def choose_duty(self, message: ChooseDuty, live: Live, rounds: Rounds) -> Person | Failed:
        """Set the one duty of a session, if the roster or a role of its person offers it now."""
        person = await self.person(live)
        if isinstance(person, Failed):
            return person
        if message.duty not in person.duties or person.duty:
            return Failed(code="duty")
        write = (_SQL["choose_duty"], {"session": Uid(live.session_id), "duty": message.duty})
        ask = Ask(
            AskKind.DUTY,
            os.urandom(16),
            session_id=live.session_id,
            details=(("duty", message.duty),),
            writes=(write,),
        )
        await rounds.ask([ask])
        return await self.person(live)

    async def sign_out(self, live: Live, rounds: Rounds, *, is_parked: bool = False) -> Entered:
        """End a session; `is_parked` where its person may come back to it at its shared terminal."""
        write = (_SQL["end_session"], {"session": Uid(live.session_id), "parked": is_parked})
        (reply,) = await rounds.ask(
            [Ask(AskKind.SIGN_OUT, os.urandom(16), session_id=live.session_id, writes=(write,))]
        )
        return Entered(entry=reply.receipt.committed.draft.index if isinstance(reply, Opened) else -1)

    async def sign_ins(self, message: ReadSignIns, live: Live, _: People, rounds: Rounds) -> Answer:
        """Return when and where somebody signed in; that it was asked is an entry."""
        details = (("about", message.staff_id.hex()),)
        answer = await self._entered(
            Ask(AskKind.READ_SIGN_INS, message.request_id, live.session_id, details=details), rounds, b"",
        )
        if isinstance(answer, Failed):
            return answer
        rows = await self.rows("sign_ins", live.property_id, {"staff": Uid(message.staff_id)})
        names = SignInLine.__struct_fields__
        return SignIns(items=[SignInLine(**dict(zip(names, row, strict=True))) for row in rows])

    async def invite(self, message: Invite, live: Live, rounds: Rounds) -> Entered | Failed:
        """Make a one-time link; for a recovery only its first half."""
        is_recovery = message.kind == "recovery"
        if message.staff_id == live.staff_id:
            return Failed(code="not_allowed")
        secret, invitation_id = new_secret(live.property_id), os.urandom(16)
        # A recovery's first secret is thrown away: the link exists only once a second person has confirmed.
        hashed = secret_hash(os.urandom(32) if is_recovery else secret)
        write = (
            _SQL["add_invitation"],
            {
                "invitation": Uid(invitation_id),
                "secret_hash": hashed,
                "staff": Uid(message.staff_id),
                "kind": message.kind,
                "by": Uid(live.staff_id),
                "by_duty": live.duty,
            },
        )
        details = (("invitation", message.kind), ("invited", message.staff_id.hex()))
        ask = Ask(AskKind.INVITE, message.request_id, session_id=live.session_id, details=details, writes=(write,))
        return await self._entered(ask, rounds, invitation_id if is_recovery else secret)

    async def confirm_recovery(self, message: ConfirmRecovery, live: Live, rounds: Rounds) -> Entered | Failed:
        """Be the second witness of a recovery, in another duty than the first; return the link's secret."""
        secret = new_secret(live.property_id)
        write = (_SQL["confirm_recovery"], {
            "invitation": Uid(message.invitation_id), "secret_hash": secret_hash(secret), "by": Uid(live.staff_id),
            "duty": live.duty,
        })
        details = (("invitation", "recovery"), ("confirms", message.invitation_id.hex()))
        ask = Ask(AskKind.INVITE, message.request_id, session_id=live.session_id, details=details, writes=(write,))
        return await self._entered(ask, rounds, secret)

    async def begin_enrolment(self, secret: bytes) -> Challenge | Failed:
        """Return a challenge for whoever holds a link that still works."""
        found = await self._invitation(secret)
        if found is None:
            return Failed(code="link")
        invitation_id, staff_id, _ = found
        ((number, name, _),) = await self.rows("staff", secret[:16], {"staff": Uid(staff_id)})
        known = await self.rows("credentials_of", secret[:16], {"staff": Uid(staff_id)})
        challenge_id, challenge = await self._new_challenge(secret[:16], "enrolment", invitation_id)
        options = enrolment_options(self.party, challenge, staff_id, number, name, [row[0] for row in known])
        return Challenge(challenge_id=challenge_id, options=options)

    async def finish_enrolment(self, message: FinishEnrolment, rounds: Rounds) -> Enrolled | Failed:
        """Add the passkey and use the link."""
        property_id = message.secret[:16]
        found = await self._invitation(message.secret)
        if found is None:
            return Failed(code="link")
        invitation_id, staff_id, kind = found
        try:
            challenge = await self.challenge(property_id, message.challenge_id, "enrolment", invitation_id)
            made = check_credential(self.party, message.credential, challenge)
        except PasskeyError:
            return Failed(code="passkey")
        key_id, _, wrapped = rounds.room.keyring.new_staff_key(staff_id)
        await self.rows(
            "add_staff_key", property_id, {"staff": Uid(staff_id), "key_id": Uid(key_id), "wrapped": wrapped}
        )
        writes = (
            (_SQL["burn_challenge"], {"challenge_id": Uid(message.challenge_id)}),
            (_SQL["use_invitation"], {"invitation": Uid(invitation_id)}),
            (_SQL["add_credential"], {
                "credential_id": made.credential_id, "staff": Uid(staff_id), "public_key": made.public_key,
                "sign_count": made.sign_count, "aaguid": made.aaguid, "is_recovery": kind == "recovery",
            }),
        )
        details = (("aaguid", made.aaguid), ("invitation", kind))
        await rounds.ask([Ask(AskKind.ENROL, os.urandom(16), staff_id=staff_id, details=details, writes=writes)])
        ((_, name, keys_count),) = await self.rows("staff", property_id, {"staff": Uid(staff_id)})
        return Enrolled(name=name, keys_count=keys_count)

    async def _signed_in(
        self, property_id: bytes, staff_id: bytes, duty: str | None, credential_id: bytes | None,
        writes: tuple[tuple[str, Mapping[str, object]], ...], rounds: Rounds, kind: AskKind,
        terminal_id: bytes | None = None,
    ) -> SignedIn | Failed:
        ticket, session_id = new_secret(property_id), os.urandom(16)
        key_id, _, wrapped = rounds.room.keyring.new_staff_key(staff_id)
        await self.rows(
            "add_staff_key", property_id, {"staff": Uid(staff_id), "key_id": Uid(key_id), "wrapped": wrapped}
        )
        session = (_SQL["add_session"], {
            "session": Uid(session_id), "ticket_hash": secret_hash(ticket), "staff": Uid(staff_id), "duty": duty,
            "credential_id": credential_id, "demo": kind is AskKind.DEMO_SIGN_IN,
            "terminal": Uid(terminal_id) if terminal_id else None,
        })
        told = (("duty", duty), ("terminal", terminal_id.hex() if terminal_id else None))
        details = (("session", session_id.hex()), *((name, said) for name, said in told if said))
        await rounds.ask([Ask(kind, os.urandom(16), staff_id=staff_id, details=details, writes=(*writes, session))])
        person = await self._person(property_id, session_id)
        if isinstance(person, Failed):
            return person
        if not person.duty and len(person.duties) == 1:
            live = Live(property_id, session_id, staff_id, "", 0.0, 0.0)
            chosen = await self.choose_duty(ChooseDuty(ticket=ticket, duty=person.duties[0]), live, rounds)
            person = chosen if isinstance(chosen, Person) else person
        return SignedIn(ticket=ticket, person=person)

    async def _entered(self, ask: Ask, rounds: Rounds, detail: bytes) -> Entered | Failed:
        (reply,) = await rounds.ask([ask])
        if isinstance(reply, Refused):
            return Failed(code=reply.judged.reason)
        return (
            Entered(entry=reply.receipt.committed.draft.index, detail=detail)
            if isinstance(reply, Opened)
            else Failed(code="conflict")
        )

    async def _person(self, property_id: bytes, session_id: bytes) -> Person | Failed:
        rows = await self.rows("person", property_id, {"session": Uid(session_id), "free_roles": list(FREE_ROLES)})
        if not rows:
            return Failed(code="ticket")
        row = rows[0]
        return Person(
            property_id=property_id,
            session_id=row[0],
            staff_id=row[1],
            number=row[2],
            name=row[3],
            language=row[4],
            duty=row[5],
            duties=row[6],
            on_shift_until_at=row[7],
            badged_in_until_at=row[8],
            trained_until_at=row[9],
            ends_at=row[10],
            keys_count=row[11],
            is_demo=row[12],
            emergency_id=row[13],
            emergency_until_at=row[14],
        )

    async def _new_challenge(self, property_id: bytes, kind: str, invitation_id: bytes | None) -> tuple[bytes, bytes]:
        challenge_id, challenge = os.urandom(16), os.urandom(CHALLENGE_SIZE_BYTES)
        await self.rows("add_challenge", property_id, {
            "challenge_id": Uid(challenge_id), "challenge": challenge, "kind": kind,
            "invitation": Uid(invitation_id) if invitation_id else None,
        })
        return challenge_id, challenge

    async def challenge(
        self, property_id: bytes, challenge_id: bytes, kind: str, invitation_id: bytes | None = None
    ) -> bytes:
        """Return an unused challenge of this kind. Errors: `PasskeyError`."""
        rows = await self.rows("open_challenge", property_id, {"challenge_id": Uid(challenge_id)})
        if not rows or rows[0][1:] != (kind, invitation_id):
            raise PasskeyError("no such challenge, or it was used")
        challenge: bytes = rows[0][0]
        return challenge

    def burn(self, challenge_id: bytes) -> tuple[str, Mapping[str, object]]:
        """Return the write that uses a challenge up."""
        return _SQL["burn_challenge"], {"challenge_id": Uid(challenge_id)}

    async def _invitation(self, secret: bytes) -> tuple[bytes, bytes, str] | None:
        rows = await self.rows("invitation", secret[:16], {"secret_hash": secret_hash(secret)})
        return rows[0] if rows else None
