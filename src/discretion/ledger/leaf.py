"""A leaf: 120 bytes that commit to guest, staff and context of one entry and tell nothing about them.

Rules:
* leaf = "DISCRET1" ‖ tag[16] ‖ C_guest[32] ‖ C_staff[32] ‖ C_context[32]; the layout is final.
* C_x = SHA-256("discretion/v1/" ‖ x ‖ 0x00 ‖ salt[32] ‖ canonical JSON); every salt is 32 fresh random bytes.
* Canonical JSON: UTF-8, sorted keys, no white space, no floats, no duplicate keys.

Left to others: keys and sealing of openings (the keeper's vault), the tree (`tree`).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from discretion.ledger.errors import LeafError

LEAF_SIZE_BYTES = 120
MAGIC = b"DISCRET1"
TAG_SIZE_BYTES = 16
SALT_SIZE_BYTES = 32
Part = Literal["guest", "staff", "context"]
PARTS: tuple[Part, Part, Part] = ("guest", "staff", "context")

_PREFIXES = {part: b"discretion/v1/" + part.encode() + b"\x00" for part in PARTS}
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict).decode


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf taken apart."""

    tag: bytes
    commitments: tuple[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Opening:
    """The salts and texts behind the three commitments, in the order guest, staff, context."""

    salts: tuple[bytes, bytes, bytes]
    texts: tuple[bytes, bytes, bytes]


def canonical_json(value: dict[str, Any]) -> bytes:
    """Return the one encoding of `value`. Errors: `LeafError` for a float anywhere, or a key that is no text."""
    _refuse_floats(value)
    return _encode(value)


def parse_canonical_json(raw: bytes) -> dict[str, Any]:
    """Return what `raw` says. Errors: `LeafError` unless it is byte for byte what `canonical_json` makes."""
    try:
        value: dict[str, Any] = _decode(raw)
    except msgspec.DecodeError as error:
        raise LeafError("no JSON object") from error
    if canonical_json(value) != raw:
        raise LeafError("JSON, but not canonical")
    return value


def commit(part: Part, salt: bytes, text: bytes) -> bytes:
    """Return the commitment to one part: 32 bytes. `salt` is 32 bytes, `text` canonical JSON."""
    return hashlib.sha256(_PREFIXES[part] + salt + text).digest()


def tag(key: bytes, seq: int) -> bytes:
    """Return a record's tag for its entry number `seq`, from 1: 16 bytes. Unlinkable without `key`."""
    return hmac.digest(key, b"tag" + seq.to_bytes(8, "big"), hashlib.sha256)[:TAG_SIZE_BYTES]


def encode_leaf(leaf_tag: bytes, c_guest: bytes, c_staff: bytes, c_context: bytes) -> bytes:
    """Return the 120 bytes of a leaf. Errors: `LeafError` when a piece has the wrong length."""
    raw = MAGIC + leaf_tag + c_guest + c_staff + c_context
    if len(raw) != LEAF_SIZE_BYTES or len(leaf_tag) != TAG_SIZE_BYTES or not len(c_guest) == len(c_staff) == len(c_context):
        raise LeafError("a piece of the leaf has the wrong length")
    return raw


def decode_leaf(raw: bytes) -> Leaf:
    """Return a leaf taken apart. Errors: `LeafError`."""
    if len(raw) != LEAF_SIZE_BYTES or not raw.startswith(MAGIC):
        raise LeafError("no leaf of this ledger")
    return Leaf(raw[8:24], (raw[24:56], raw[56:88], raw[88:120]))


def commitments_of(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the three commitments of a leaf, in the order guest, staff, context. Errors: `LeafError`."""
    return decode_leaf(raw).commitments


def opening_matches(raw: bytes, opening: Opening) -> bool:
    """Whether all three parts of `opening` are the ones this leaf commits to. Errors: `LeafError`."""
    made = b"".join(map(commit, PARTS, opening.salts, opening.texts))
    return hmac.compare_digest(made, b"".join(commitments_of(raw)))


def _refuse_floats(value: object) -> None:
    if type(value) is float:
        raise LeafError("a float has no one encoding")
    if isinstance(value, dict):
        for key, inner in value.items():
            if type(key) is not str:
                raise LeafError("a key that is no text")
            if type(inner) is not str and type(inner) is not int:
                _refuse_floats(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _refuse_floats(inner)
