"""A passkey in software, for tests that speak to the keeper without a browser. Real signatures, real formats."""

from __future__ import annotations

import hashlib
import json
import os
import struct

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url as b64url


class Authenticator:
    """One authenticator with one passkey. The switches make it lie, for attacks."""

    def __init__(self, origin: str = "http://localhost:8080", rp_id: str = "localhost") -> None:
        self.origin = origin
        self.rp_id = rp_id
        self.credential_id = os.urandom(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0
        self.is_user_verified = True
        self.is_synced = False
        self.is_cross_origin = False

    def make(self, options: bytes) -> bytes:
        """Answer `navigator.credentials.create`: the new credential as JSON."""
        numbers = self.key.public_key().public_numbers()
        public_key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + public_key
        data = self._data(flags=0x40) + attested
        client = self._client("webauthn.create", json.loads(options)["challenge"])
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential({"attestationObject": b64url(attestation), "clientDataJSON": b64url(client)})

    def sign(self, options: bytes) -> bytes:
        """Answer `navigator.credentials.get`: the assertion as JSON."""
        self.count += 1
        data = self._data()
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential({
            "authenticatorData": b64url(data), "clientDataJSON": b64url(client), "signature": b64url(signature),
        })

    def _data(self, flags: int = 0) -> bytes:
        flags |= 0x01 | (0x04 if self.is_user_verified else 0) | (0x18 if self.is_synced else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes((flags,)) + struct.pack(">I", self.count)

    def _client(self, kind: str, challenge: str) -> bytes:
        client = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.is_cross_origin}
        return json.dumps(client).encode()

    def _credential(self, response: dict[str, str]) -> bytes:
        raw_id = b64url(self.credential_id)
        return json.dumps({
            "id": raw_id, "rawId": raw_id, "type": "public-key", "response": response, "clientExtensionResults": {},
            "authenticatorAttachment": "cross-platform",
        }).encode()
