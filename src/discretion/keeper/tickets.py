"""Tickets: who somebody is. Passkeys are verified here, and the tickets that every ask carries are made here.

Rules:
* A passkey counts only with user verification, from this origin, not in a frame of another's, over a challenge that
  works once. Keys that are synced between devices are refused at enrolment.
* A ticket is the property's id and 32 random bytes. Only its SHA-256 is kept; it is compared by look-up of that hash.
* A session ends 15 minutes after its last use, and 12 hours after its beginning, whatever happens.

Left to others: entering sign-ins in the ledger (`answer`), what a session may see (`policy`).
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import webauthn
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

TICKET_SIZE_BYTES = 48
CHALLENGE_SIZE_BYTES = 32
IDLE_SECONDS = 15 * 60
LIVE_MAX = 20_000


class PasskeyError(Exception):
    """An assertion or a new credential that is not accepted. Says nothing of why to whoever brought it."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The name the passkeys are bound to, and the one origin they may come from."""

    rp_id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Asserted:
    """A verified assertion."""

    credential_id: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A verified new passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    aaguid: str


@dataclass(slots=True)
class Live:
    """A session known to be live: whose, and until when.

    `seen_at` and `ends_at` are seconds of this process's clock.
    """

    property_id: bytes
    session_id: bytes
    staff_id: bytes
    duty: str
    seen_at: float
    ends_at: float

    def left_seconds(self) -> int:
        """Return how long the session lasts yet."""
        return max(0, int(self.ends_at - time.monotonic()))


def new_secret(property_id: bytes) -> bytes:
    """Return a ticket or a link's secret: the property's id, then 32 random bytes."""
    return property_id + os.urandom(TICKET_SIZE_BYTES - 16)


def secret_hash(secret: bytes) -> bytes:
    """Return what is kept of a ticket or a link's secret: its SHA-256."""
    return hashlib.sha256(secret).digest()


def sign_in_options(party: RelyingParty, challenge: bytes, own: Iterable[bytes] = ()) -> bytes:
    """Return the JSON a browser takes to sign in with any of its passkeys for this house, or with one of `own`."""
    options = webauthn.generate_authentication_options(
        rp_id=party.rp_id, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED,
        allow_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in own] or None,
    )
    return webauthn.options_to_json(options).encode()


def action_challenge(session_id: bytes, challenge_id: bytes, raw_action: bytes) -> bytes:
    """Return the challenge that names an action: what is signed covers the session and the action's bytes."""
    return hashlib.sha256(b"discretion action\x00" + session_id + challenge_id + raw_action).digest()


def release_challenge(nonce: bytes, text: str) -> bytes:
    """Return the challenge that is a release of the policy: what is signed covers its text, now and at every start."""
    return hashlib.sha256(b"discretion release\x00" + nonce + text.encode()).digest()


def enrolment_options(
    party: RelyingParty, challenge: bytes, staff_id: bytes, number: str, name: str, known: Iterable[bytes],
) -> bytes:
    """Return the JSON a browser takes to make a passkey for a member of staff, on an authenticator not in `known`."""
    options = webauthn.generate_registration_options(
        rp_id=party.rp_id,
        rp_name=party.name,
        user_id=staff_id,
        user_name=number,
        user_display_name=name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=credential_id) for credential_id in known],
    )
    return webauthn.options_to_json(options).encode()


def credential_id_of(raw_assertion: bytes) -> bytes:
    """Return the id of the passkey an assertion claims to be made with. Errors: `PasskeyError`."""
    try:
        return webauthn.base64url_to_bytes(json.loads(raw_assertion)["rawId"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise PasskeyError("no assertion") from error


def check_assertion(
    party: RelyingParty, raw_assertion: bytes, challenge: bytes, public_key: bytes, sign_count: int, *,
    may_sync: bool = False,
) -> Asserted:
    """Return only for a user-verified assertion over `challenge`, by the key given, from this origin.

    Errors: `PasskeyError`. Not checked: that the challenge was not used before; it is burned in the round's
    transaction.
    """
    _refuse_cross_origin(raw_assertion)
    try:
        checked = webauthn.verify_authentication_response(
            credential=raw_assertion.decode(), expected_challenge=challenge, expected_rp_id=party.rp_id,
            expected_origin=party.origin, credential_public_key=public_key, credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise PasskeyError("the assertion is not accepted") from error
    if checked.credential_backed_up and not may_sync:  # a guest's own devices share a passkey; staff's must not
        raise PasskeyError("a passkey that was synced since its enrolment is not accepted for staff")
    return Asserted(checked.credential_id, checked.new_sign_count)


def check_credential(
    party: RelyingParty, raw_credential: bytes, challenge: bytes, *, may_sync: bool = False,
) -> NewCredential:
    """Return only for a new user-verified passkey over `challenge`, from this origin; device-bound unless it may sync.

    Errors: `PasskeyError`.
    """
    _refuse_cross_origin(raw_credential)
    try:
        checked = webauthn.verify_registration_response(
            credential=raw_credential.decode(), expected_challenge=challenge, expected_rp_id=party.rp_id,
            expected_origin=party.origin, require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise PasskeyError("the credential is not accepted") from error
    if checked.credential_backed_up and not may_sync:
        # A synced key verifies the owner of a shared profile, not the person at the desk.
        raise PasskeyError("a synced passkey is not accepted for staff")
    return NewCredential(checked.credential_id, checked.credential_public_key, checked.sign_count, checked.aaguid)


def _refuse_cross_origin(raw: bytes) -> None:
    try:
        client_data = json.loads(webauthn.base64url_to_bytes(json.loads(raw)["response"]["clientDataJSON"]))
        if client_data.get("crossOrigin") not in (None, False) or "topOrigin" in client_data:
            raise PasskeyError("made in a frame of another origin")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise PasskeyError("no client data") from error


class Sessions:
    """The live sessions this process has met, so that an ask needs no read to know its property.

    What a session may do is read anew in every round; kept here is only that it exists and when it was last used.
    """

    def __init__(self) -> None:
        self._live: dict[bytes, Live] = {}
        self._used: dict[bytes, Live] = {}

    def find(self, ticket: bytes) -> Live | None:
        """Return the session of a ticket met before and not over, and count this as a use."""
        live = self._live.get(secret_hash(ticket))
        if live is None:
            return None
        now = time.monotonic()
        if now - live.seen_at > IDLE_SECONDS or now >= live.ends_at:
            self.forget(ticket)
            return None
        live.seen_at = now
        self._used[live.session_id] = live
        return live

    def keep(self, ticket: bytes, row: tuple[bytes, bytes, str, float, float]) -> Live | None:
        """Remember the session a ticket was found to have; None when it is over.

        Shapes: `row` is session id, staff id, duty, seconds since last use, seconds until the end.
        """
        session_id, staff_id, duty, idle_seconds, left_seconds = row
        if idle_seconds > IDLE_SECONDS or left_seconds <= 0:
            return None
        if len(self._live) >= LIVE_MAX:
            self._live.clear()  # they are read again on their next ask
        now = time.monotonic()
        live = Live(ticket[:16], session_id, staff_id, duty, now, now + left_seconds)
        self._live[secret_hash(ticket)] = live
        self._used[session_id] = live
        return live

    def forget(self, ticket: bytes) -> None:
        """Read this ticket's session anew on its next ask."""
        self._live.pop(secret_hash(ticket), None)

    def take_used(self) -> dict[bytes, list[tuple[bytes, float]]]:
        """Return, by property, the sessions used since the last call and how many seconds ago."""
        now = time.monotonic()
        used: dict[bytes, list[tuple[bytes, float]]] = {}
        for live in self._used.values():
            used.setdefault(live.property_id, []).append((live.session_id, now - live.seen_at))
        self._used = {}
        return used
