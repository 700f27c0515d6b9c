"""Keys: the root key wraps each property's keys, those wrap the guests' and the staff's, those seal.

Rules:
* A key leaves this module only to seal, unseal, tag or hash; never into a log, an error or a table unwrapped.
* Every wrapped or sealed value is bound by its associated data to its place: moved elsewhere it does not open.
* A guest's key is ten secrets under one wrapping: one for the boxes of each field group, one for openings, one for
  tags. Forgetting one ends what it sealed, wherever copies of that are, and leaves the others.
* Values name their suite in the first byte, so that SM4-GCM can stand beside AES-256-GCM later.

Trust: whoever holds the root key and the `keys` schema can open every record of the database.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from discretion.hotel.purpose import FIELD_GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY_SIZE_BYTES = 32
GUEST_KEY_SIZE_BYTES = (len(FIELD_GROUPS) + 2) * KEY_SIZE_BYTES
NONCE_SIZE_BYTES = 12
SUITE_AES_256_GCM = b"\x01"
PROPERTY_KEY_NAMES = ("record", "token", "opening", "ledger", "check")
TOKEN_SIZE_BYTES = 16
STAFF_KEPT_MAX = 1024


class KeyError_(Exception):  # noqa: N801, N818 - `KeyError` is the language's own
    """A key could not be used.

    KeyError_
    ├── RootKeyError  the root key file is missing, malformed, or another installation's
    └── SealError     a sealed value does not open: altered, moved, or under another key
    """


class RootKeyError(KeyError_):
    """The root key is missing, malformed, or not the one this database was founded with."""


class SealError(KeyError_):
    """A sealed value does not open."""


def parse_root_key(raw: bytes) -> bytes:
    """Return the 32 bytes of a root key file: one line of standard base64.

    Errors: `RootKeyError`.
    """
    try:
        key = base64.b64decode(raw.strip(), validate=True)
    except binascii.Error as error:
        raise RootKeyError("the root key file is not base64") from error
    if len(key) != KEY_SIZE_BYTES:
        raise RootKeyError("the root key is not 32 bytes")
    return key


def subkey(key: bytes, use: bytes) -> bytes:
    """Return the key for one use below `key`: 32 bytes."""
    return hmac.digest(key, b"discretion/v1/" + use + b"\x01", "sha256")


def box_key(key: bytes, group: int) -> bytes:
    """Return what seals the boxes of one field group, of a guest's key."""
    return key[group * KEY_SIZE_BYTES:(group + 1) * KEY_SIZE_BYTES]


def opening_key(key: bytes) -> bytes:
    """Return what seals a guest's parts of openings, of a guest's key."""
    return key[-2 * KEY_SIZE_BYTES:-KEY_SIZE_BYTES]


def tag_key(key: bytes, epoch: int) -> bytes:
    """Return what makes a guest's tags in one epoch, of a guest's key."""
    return subkey(key[-KEY_SIZE_BYTES:], b"tag" + epoch.to_bytes(4, "big"))


def seal(key: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Return suite, nonce, ciphertext and tag: 29 bytes longer than `plain`."""
    return _sealed(AESGCM(key), plain, bound_to)


def _sealed(sealing: AESGCM, plain: bytes, bound_to: bytes) -> bytes:
    nonce = os.urandom(NONCE_SIZE_BYTES)
    return SUITE_AES_256_GCM + nonce + sealing.encrypt(nonce, plain, bound_to)


def unseal(key: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Return what was sealed. Errors: `SealError`."""
    if sealed[:1] != SUITE_AES_256_GCM:
        raise SealError("a suite this keeper does not know")
    try:
        return AESGCM(key).decrypt(sealed[1:13], sealed[13:], bound_to)
    except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
        raise SealError("a sealed value does not open") from error


def found_property(root_key: bytes, property_id: bytes) -> dict[str, bytes]:
    """Return new random keys of a property, wrapped, by name. Called once a property, by an explicit command."""
    return {name: new_property_key(root_key, property_id, name)[1] for name in PROPERTY_KEY_NAMES}


def new_property_key(root_key: bytes, property_id: bytes, name: str) -> tuple[bytes, bytes]:
    """Return a new random key of a property, and the same wrapped."""
    key = os.urandom(KEY_SIZE_BYTES)
    return key, seal(root_key, key, _property_bound(property_id, name))


class Keyring:
    """The unwrapped keys of one property."""

    def __init__(self, root_key: bytes, property_id: bytes, wrapped: Mapping[str, bytes]) -> None:
        """Unwrap. Errors: `RootKeyError` when a key is missing or the root key is another one."""
        self.property_id = property_id
        try:
            keys = {
                name: unseal(root_key, wrapped[name], _property_bound(property_id, name)) for name in PROPERTY_KEY_NAMES
            }
        except (KeyError, SealError) as error:
            raise RootKeyError("this root key does not open this property's keys") from error
        self._record = AESGCM(keys["record"])
        self._token = keys["token"]
        self._guest_ids = subkey(keys["token"], b"guest-id")
        self.opening_key = keys["opening"]
        self.opening = AESGCM(keys["opening"])
        self.ledger_seed = keys["ledger"]
        self._staff: dict[bytes, AESGCM] = {}

    def new_guest_key(self, guest_id: bytes) -> tuple[bytes, bytes, bytes]:
        """Return key id, key, and the key wrapped for `guest_id`."""
        return self._new_key(b"guest", guest_id, GUEST_KEY_SIZE_BYTES)

    def without_groups(self, guest_id: bytes, key_id: bytes, wrapped: bytes, groups: int) -> bytes:
        """Return a guest's key wrapped anew, with fresh secrets for the boxes of `groups`. Errors: `SealError`."""
        key = self.guest_key(guest_id, key_id, wrapped)
        kept = b"".join(
            os.urandom(KEY_SIZE_BYTES) if groups >> group & 1 else box_key(key, group)
            for group in range(len(FIELD_GROUPS))
        )
        return _sealed(self._record, kept + key[len(kept):], b"guest" + self.property_id + guest_id + key_id)

    def new_staff_key(self, staff_id: bytes) -> tuple[bytes, bytes, bytes]:
        """Return key id, key, and the key wrapped for `staff_id`."""
        return self._new_key(b"staff", staff_id, KEY_SIZE_BYTES)

    def guest_key(self, guest_id: bytes, key_id: bytes, wrapped: bytes) -> bytes:
        """Return a guest's key. Not kept: destroying the row must end it at once. Errors: `SealError`."""
        key = self._unwrap(b"guest", guest_id, key_id, wrapped)
        if len(key) != GUEST_KEY_SIZE_BYTES:
            raise SealError("a wrapped key of another format")
        return key

    def staff_key(self, staff_id: bytes, key_id: bytes, wrapped: bytes) -> bytes:
        """Return a staff member's key. Errors: `SealError`."""
        return self._unwrap(b"staff", staff_id, key_id, wrapped)

    def staff_opening(self, staff_id: bytes, key_id: bytes, wrapped: bytes) -> AESGCM:
        """Return what seals a staff member's part of openings; those of people on shift are kept.

        Errors: `SealError`.
        """
        sealing = self._staff.get(key_id)
        if sealing is None:
            if len(self._staff) > STAFF_KEPT_MAX:
                self._staff.clear()
            sealing = self._staff[key_id] = AESGCM(self.staff_key(staff_id, key_id, wrapped))
        return sealing

    def token(self, kind: str, normal_form: bytes) -> bytes:
        """Return the exact-match token of a value in its normal form: 16 bytes, keyed by property and kind."""
        return hmac.digest(self._token, kind.encode() + b"\x00" + normal_form, "sha256")[:TOKEN_SIZE_BYTES]

    def guest_id(self, source: str, source_id: str) -> bytes:
        """Return the guest id that belongs to a source's own id: random to all others, the same each time."""
        raw = bytearray(hmac.digest(self._guest_ids, source.encode() + b"\x00" + source_id.encode(), "sha256")[:16])
        raw[6] = raw[6] & 0x0F | 0x80  # RFC 9562, version 8: a uuid of our own making
        raw[8] = raw[8] & 0x3F | 0x80
        return bytes(raw)

    def _new_key(self, kind: bytes, owner_id: bytes, size_bytes: int) -> tuple[bytes, bytes, bytes]:
        raw = os.urandom(16 + size_bytes)
        key_id, key = raw[:16], raw[16:]
        return key_id, key, _sealed(self._record, key, kind + self.property_id + owner_id + key_id)

    def _unwrap(self, kind: bytes, owner_id: bytes, key_id: bytes, wrapped: bytes) -> bytes:
        try:
            return self._record.decrypt(wrapped[1:13], wrapped[13:], kind + self.property_id + owner_id + key_id)
        except (InvalidTag, ValueError) as error:
            raise SealError("a wrapped key does not open") from error


def _property_bound(property_id: bytes, name: str) -> bytes:
    return b"property" + property_id + name.encode()
