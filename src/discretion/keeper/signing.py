"""Signing: a release of the policy signed by a passkey, over a challenge that is made of the release itself.

Rules:
* The challenge covers the same text that key files sign: hotel, release, hash, author, predecessor, moment. Assertion,
  nonce and key are kept, and verified again whenever the release's signatures are.
* Only a passkey that the operator has registered for this person and role signs, in the duty of that role.

Left to others: counting signatures (`release`), the passkey itself and its challenge (`people`).
Source: decision 0036.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from discretion.keeper.papers import Ask, AskKind
from discretion.keeper.release import is_good, release_of
from discretion.keeper.reply import entered
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.tickets import PasskeyError, credential_id_of
from discretion.policy.release import DEMO, Release, Signature, Signer, statement
from discretion.wire.exceptions import Action, SignRelease
from discretion.wire.lookup import Failed

if TYPE_CHECKING:
    from discretion.keeper.people import People
    from discretion.keeper.rounds import Rounds
    from discretion.keeper.tickets import Live
    from discretion.wire.lookup import Answer

_SQL = queries("policy.sql")
_SIGN: Final = "sign_release"


async def text_of(action: Action, live: Live, people: People) -> str:
    """Return the text of the release that an action is to sign; empty for any other action, or without a release."""
    release = await _release(action.subject, live, people) if action.kind == _SIGN else None
    return statement(live.property_id, release) if release else ""


async def answer(message: SignRelease, live: Live, people: People, rounds: Rounds) -> Answer:
    """Take a signature."""
    release = await _release(message.release_id, live, people)
    if release is None:
        return Failed(code="not_found")
    if release.author_id == live.staff_id:
        return Failed(code="own_release")
    try:
        writes = await people.verified(message, Action(_SIGN, message.release_id), live)
        signer = await _signer(message, live, people)
    except PasskeyError:
        return Failed(code="passkey")
    if signer is None:
        return Failed(code="not_a_signer")
    made = Signature(signer.signer_id, signer.role, signer.public_key, message.assertion, message.challenge_id)
    # What would not be good at the next start is not taken now.
    if signer.kind != DEMO and not is_good(signer, statement(live.property_id, release), made):
        return Failed(code="passkey")
    write = (_SQL["add_signature"], {
        "release": Uid(message.release_id), "public_key": made.public_key, "signature": made.signature,
        "nonce": made.nonce,
    })
    details = (("policy_release", message.release_id.hex()), ("sha256", release.hash.hex()))
    ask = Ask(AskKind.RELEASE_SIGN, message.request_id, live.session_id, details=details, writes=(*writes, write))
    return await entered(ask, rounds)


async def _release(release_id: bytes, live: Live, people: People) -> Release | None:
    rows = await people.rows("open_release", live.property_id, {"release": Uid(release_id)}, _SQL)
    return release_of(rows[0]) if rows else None


async def _signer(message: SignRelease, live: Live, people: People) -> Signer | None:
    own = {"staff": Uid(live.staff_id), "role": live.duty}
    if not message.assertion:  # `verified` takes this in a demo alone
        await people.rows("add_demo_signer", live.property_id, own, _SQL)
    credential_id = credential_id_of(message.assertion) if message.assertion else b""
    rows = await people.rows("signer", live.property_id, {**own, "credential_id": credential_id}, _SQL)
    return Signer(*rows[0]) if rows else None
