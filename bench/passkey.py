"""A passkey in software, to sign in the clerks of a measurement. Real signatures, real formats."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import struct
from typing import TYPE_CHECKING

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as b64url

from discretion.wire import lookup as wire

if TYPE_CHECKING:
    from discretion.wire.settings import Settings


class Passkey:
    """One passkey for one person."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._id = os.urandom(32)
        self._key = ec.generate_private_key(ec.SECP256R1())

    def enrol_and_sign_in(self, property_id: bytes, secret: bytes) -> bytes:
        """Use a one-time link and sign in; return the ticket."""
        return asyncio.run(self._enrol_and_sign_in(property_id, secret))

    async def _enrol_and_sign_in(self, property_id: bytes, secret: bytes) -> bytes:
        hatch = wire.Hatch(str(self._settings.keeper_socket))
        challenge = await hatch.ask(wire.BeginEnrolment(secret=secret))
        assert isinstance(challenge, wire.Challenge)
        made = self._make(challenge.options)
        await hatch.ask(wire.FinishEnrolment(secret=secret, challenge_id=challenge.challenge_id, credential=made))
        challenge = await hatch.ask(wire.BeginSignIn(property_id=property_id))
        assert isinstance(challenge, wire.Challenge)
        signed = self._sign(challenge.options)
        answer = await hatch.ask(
            wire.FinishSignIn(property_id=property_id, challenge_id=challenge.challenge_id, assertion=signed),
        )
        assert isinstance(answer, wire.SignedIn)
        await hatch.close()
        return answer.ticket

    def _make(self, options: bytes) -> bytes:
        numbers = self._key.public_key().public_numbers()
        public_key = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        )
        data = self._data(0x45, 0) + bytes(16) + struct.pack(">H", len(self._id)) + self._id + public_key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._credential({"attestationObject": b64url(attestation), "clientDataJSON": b64url(client)})

    def _sign(self, options: bytes) -> bytes:
        data, client = self._data(0x05, 1), self._client("webauthn.get", options)
        signature = self._key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential({
            "authenticatorData": b64url(data), "clientDataJSON": b64url(client), "signature": b64url(signature),
        })

    def _data(self, flags: int, count: int) -> bytes:
        return hashlib.sha256(self._settings.house.rp_id.encode()).digest() + bytes((flags,)) + struct.pack(">I", count)

    def _client(self, kind: str, options: bytes) -> bytes:
        challenge = json.loads(options)["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": self._settings.house.origin}).encode()

    def _credential(self, response: dict[str, str]) -> bytes:
        raw_id = b64url(self._id)
        return json.dumps({
            "id": raw_id, "rawId": raw_id, "type": "public-key", "response": response, "clientExtensionResults": {},
        }).encode()
