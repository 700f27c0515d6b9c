"""A leaf: 120 bytes that commit to guest, staff and context of one entry and tell nothing about them.

Rules:
* leaf = "DISCRET1" ‖ tag[16] ‖ C_guest[32] ‖ C_staff[32] ‖ C_context[32]; the layout is final.
* C_x = SHA-256("discretion/v1/" ‖ x ‖ 0x00 ‖ salt[32] ‖ canonical JSON); every salt is 32 fresh random bytes.
* Canonical JSON: UTF-8, keys sorted by code point, no white space, no floats, no duplicate keys.

Left to others: keys and sealing of openings (the keeper's vault), the tree (`tree`).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from discretion.ledger.errors import LeafError

if TYPE_CHECKING:
    from collections.abc import Collection

LEAF_SIZE_BYTES = 120
MAGIC = b"DISCRET1"
TAG_SIZE_BYTES = 16
SALT_SIZE_BYTES = 32
COMMITMENT_SIZE_BYTES = 32
Part = Literal["guest", "staff", "context"]
Salted = tuple[bytes, bytes]
PARTS: tuple[Part, Part, Part] = ("guest", "staff", "context")

_PREFIXES = {part: b"discretion/v1/" + part.encode() + b"\x00" for part in PARTS}
_SIZES = [TAG_SIZE_BYTES, COMMITMENT_SIZE_BYTES, COMMITMENT_SIZE_BYTES, COMMITMENT_SIZE_BYTES]
_TEXT = frozenset((str,))
_PLAIN = frozenset((str, int, bool, type(None)))
_BLOCK_SIZE_BYTES = 64  # of SHA-256
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_encode = msgspec.json.Encoder(order="sorted").encode
_decode = msgspec.json.Decoder(dict).decode


@dataclass(frozen=True, slots=True)
class Leaf:
    """A leaf taken apart; the commitments in the order guest, staff, context."""

    tag: bytes
    commitments: tuple[bytes, bytes, bytes]


@dataclass(frozen=True, slots=True)
class Opening:
    """The salts and texts behind the three commitments, in the order guest, staff, context."""

    salts: tuple[bytes, bytes, bytes]
    texts: tuple[bytes, bytes, bytes]


def canonical_json(value: dict[str, Any]) -> bytes:
    """Return the one encoding of `value`: an object of texts, whole numbers, true, false, null, lists and objects.

    Errors: `LeafError` for anything else inside (a float, bytes, a time), and for a key or text that has no UTF-8.
    """
    try:
        _check_plain(value)
        return _encode(value)
    except (RecursionError, TypeError, UnicodeEncodeError) as error:
        raise LeafError("a value that canonical JSON has no form for") from error


def parse_canonical_json(raw: bytes) -> dict[str, Any]:
    """Return what `raw` says. Errors: `LeafError` unless it is byte for byte what `canonical_json` makes."""
    try:
        value: dict[str, Any] = _decode(raw)
    except (RecursionError, UnicodeDecodeError, msgspec.DecodeError) as error:
        raise LeafError("no JSON object") from error
    if canonical_json(value) != raw:
        raise LeafError("JSON, but not canonical")
    return value


def commit(part: Part, salt: bytes, text: bytes) -> bytes:
    """Return the commitment to one part: 32 bytes.

    Shapes: `salt` is 32 bytes, `text` canonical JSON. Errors: `LeafError` for a salt of another length: it would let
    the border between salt and text move. Not checked: that `text` is canonical.
    """
    if len(salt) != SALT_SIZE_BYTES:
        raise LeafError("a salt that is not 32 bytes")
    return sha256(_PREFIXES[part] + salt + text).digest()


def tag(key: bytes, seq: int) -> bytes:
    """Return a record's tag for its entry number `seq`, from 1: 16 bytes. Unlinkable without `key`."""
    return hmac_sha256(key, b"tag" + seq.to_bytes(8, "big"))[:TAG_SIZE_BYTES]


def hmac_sha256(key: bytes, text: bytes) -> bytes:
    """Return the HMAC of `text`, 32 bytes. Source: RFC 2104. Errors: `LeafError` for a key above 64 bytes.

    Written out: the library's one call looks its algorithm up each time, which costs several times the hashing.
    """
    if len(key) > _BLOCK_SIZE_BYTES:
        raise LeafError("a key longer than a block")
    block = key.ljust(_BLOCK_SIZE_BYTES, b"\x00")
    return sha256(block.translate(_OUTER) + sha256(block.translate(_INNER) + text).digest()).digest()


def encode_leaf(leaf_tag: bytes, c_guest: bytes, c_staff: bytes, c_context: bytes) -> bytes:
    """Return the 120 bytes of a leaf. Errors: `LeafError` when a piece has the wrong length."""
    if [len(leaf_tag), len(c_guest), len(c_staff), len(c_context)] != _SIZES:
        raise LeafError("a piece of the leaf has the wrong length")
    return MAGIC + leaf_tag + c_guest + c_staff + c_context


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


def parts_match(raw: bytes, guest: Salted | None, staff: Salted | None, context: Salted | None) -> bool:
    """Whether every part left, as salt and text, is the one this leaf commits to; None stands for an erased part.

    Errors: `LeafError`. Not checked: that an erased part is named by a later erasure entry; whoever rescans does.
    """
    pairs = zip(PARTS, (guest, staff, context), commitments_of(raw), strict=True)
    left = [(commit(part, *salted), committed) for part, salted, committed in pairs if salted is not None]
    return hmac.compare_digest(b"".join([made for made, _ in left]), b"".join([committed for _, committed in left]))


def _check_plain(value: object) -> None:
    inner: Collection[object]
    if isinstance(value, dict):
        if not _TEXT.issuperset(map(type, value)):
            raise LeafError("a key that is no text")
        inner = value.values()
    elif isinstance(value, (list, tuple)):
        inner = value
    elif isinstance(value, (str, int)):  # a name or number of an enumeration
        return
    else:
        raise LeafError(f"a {type(value).__name__} has no one encoding")
    if not _PLAIN.issuperset(map(type, inner)):
        for one in inner:
            if type(one) not in _PLAIN:
                _check_plain(one)
