"""Checkpoints: a tree head as a signed note, in the C2SP formats and no other.

Rules:
* signed-note v1.0.0 and tlog-checkpoint v1.0.0, Ed25519 (type 0x01); no extension lines; the key's name is the origin.
* Reading takes nothing that Go's `note.Open` refuses: a line by an unknown key is ignored, one by a known key that
  fails ends it. Stricter than Go in two things: base64 is canonical, and a known key's later lines must verify too.
* Ed25519 is deterministic: signing a head again after a crash gives the same bytes.

Left to others: witnesses' cosignatures; whether a head may be signed at all (the keeper signs committed heads only).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from discretion.ledger.errors import CheckpointError, LedgerError
from discretion.ledger.tree import HASH_SIZE_BYTES, TreeHead

if TYPE_CHECKING:
    from collections.abc import Iterable

ED25519 = b"\x01"
KEY_SIZE_BYTES = 32
KEY_ID_SIZE_BYTES = 4
NOTE_SIZE_MAX = 1_000_000  # characters
SIGNATURES_MAX = 100  # as Go's note.Open; 16 at least by the specification
SIZE_MAX = 2**63 - 1  # what outside verifiers and our own tables can count to
_DASH = "— "
_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")  # control characters; what has no UTF-8
_NO_NAME = re.compile(r"[\s+]")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


def key_id(name: str, kind: bytes, public_key: bytes) -> bytes:
    """Return the four bytes that hint which key signed: SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4]."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public_key).digest()[:KEY_ID_SIZE_BYTES]


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half of a key that signs notes: name, 32 bytes, kind, and the four bytes its lines begin with."""

    name: str
    public_key: bytes
    kind: bytes = ED25519
    key_id: bytes = field(init=False, compare=False)
    _key: Ed25519PublicKey = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Errors: `CheckpointError` for a name that no note may carry, or a key of another length."""
        _check_name(self.name)
        if len(self.public_key) != KEY_SIZE_BYTES:
            raise CheckpointError("no Ed25519 key")
        object.__setattr__(self, "key_id", key_id(self.name, self.kind, self.public_key))
        object.__setattr__(self, "_key", Ed25519PublicKey.from_public_bytes(self.public_key))

    @property
    def vkey(self) -> str:
        """The key as one line: name, id in hex, type and key in base64."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self.kind + self.public_key).decode()}"

    @classmethod
    def parse(cls, vkey: str, kind: bytes = ED25519) -> Verifier:
        """Return the key of this kind that a line names. Errors: `CheckpointError`."""
        name, _, rest = vkey.partition("+")
        hint, _, encoded = rest.partition("+")
        raw = canonical_base64(encoded)
        if raw[:1] != kind:
            raise CheckpointError("no key of this kind")
        verifier = cls(name, raw[1:], kind)
        if verifier.key_id.hex() != hint.lower():
            raise CheckpointError("the key's id is another key's")
        return verifier

    def check(self, text: str, signature: bytes) -> None:
        """Return only if `signature` is this key's over `text`. Errors: `CheckpointError`."""
        try:
            self._key.verify(signature, text.encode())
        except InvalidSignature as error:
            raise CheckpointError("a signature by a known key fails") from error


class Signer:
    """The key of one ledger. Whoever holds it can sign a fork; witnesses refuse to follow one."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Make the signer from a seed of 32 bytes. Errors: `CheckpointError` for another length, or a name not ours."""
        if len(seed) != KEY_SIZE_BYTES or not name.isascii():
            raise CheckpointError("a ledger's key has a seed of 32 bytes and an ASCII name")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = Verifier(name, self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, text: str) -> str:
        """Return `text` as a note with this key's one signature. Errors: `CheckpointError` when it is no note text."""
        if not text.endswith("\n") or _FORBIDDEN.search(text):
            raise CheckpointError("text without its last newline, or with control characters")
        raw = self.verifier.key_id + self._key.sign(text.encode())
        return f"{text}\n{_DASH}{self.verifier.name} {base64.b64encode(raw).decode()}\n"


def open_note(note: str, verifiers: Iterable[Verifier]) -> str:
    """Return the text of a note that at least one of `verifiers` has signed.

    Errors: `CheckpointError` when it is malformed, when none of them signed, when a line by one of them fails.
    Source: C2SP signed-note v1.0.0. Not checked: what the text says.
    """
    text, lines = read_note(note)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    is_signed = False
    for name, hint, signature in lines:
        verifier = known.get((name, hint))
        if verifier is not None:  # else a witness we do not know, or grease
            verifier.check(text, signature)
            is_signed = True
    if not is_signed:
        raise CheckpointError("no signature by a known key")
    return text


def read_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Return a note's text, and of each signature line the key's name, its four bytes, and the signature.

    Errors: `CheckpointError` when it is malformed. Not checked: any signature.
    """
    if len(note) > NOTE_SIZE_MAX or _FORBIDDEN.search(note):
        raise CheckpointError("a note too large, or with control characters")
    text, empty, signatures = note.rpartition("\n\n")
    if not empty or not signatures.endswith("\n"):
        raise CheckpointError("no note: text, an empty line, signatures")
    text += "\n"
    lines = signatures[:-1].split("\n", SIGNATURES_MAX)
    if len(lines) > SIGNATURES_MAX:
        raise CheckpointError("too many signatures")
    return text, [_signature(line) for line in lines]


def checkpoint_text(origin: str, head: TreeHead) -> str:
    """Return the three lines of a checkpoint."""
    return f"{origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"


def sign_checkpoint(signer: Signer, head: TreeHead) -> str:
    """Return the signed checkpoint of `head`. The caller has read `head` from a committed row."""
    return signer.sign(checkpoint_text(signer.verifier.name, head))


def open_checkpoint(note: str, verifier: Verifier) -> TreeHead:
    """Return the head of a checkpoint that `verifier` signed, and whose origin is its name.

    Errors: `CheckpointError`. Source: C2SP tlog-checkpoint v1.0.0. Not checked: that the head extends an earlier one;
    see `proof.check_consistency`.
    """
    lines = open_note(note, (verifier,)).split("\n")
    if len(lines) != 4 or lines[0] != verifier.name:  # noqa: PLR2004 - three lines and what follows the last
        raise CheckpointError("no checkpoint of this ledger, or one with extensions")
    if not _SIZE.fullmatch(lines[1]) or int(lines[1]) > SIZE_MAX:
        raise CheckpointError("a size that is no decimal number, or beyond counting")
    root = canonical_base64(lines[2])
    if len(root) != HASH_SIZE_BYTES:
        raise CheckpointError("a root that is not 32 bytes")
    return TreeHead(int(lines[1]), root)


def _signature(line: str) -> tuple[str, bytes, bytes]:
    if not line.startswith(_DASH):
        raise CheckpointError("a malformed signature line")
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    _check_name(name)
    raw = canonical_base64(encoded)
    if len(raw) <= KEY_ID_SIZE_BYTES:
        raise CheckpointError("a signature line without a signature")
    return name, raw[:KEY_ID_SIZE_BYTES], raw[KEY_ID_SIZE_BYTES:]


def _check_name(name: str) -> None:
    if not name or _NO_NAME.search(name) or _FORBIDDEN.search(name):
        raise CheckpointError("a name that no key may have")


def canonical_base64(text: str, error: type[LedgerError] = CheckpointError) -> bytes:
    """Return what `text` encodes. Errors: `error` unless it is the one encoding of that, with padding."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as found:
        raise error("no base64") from found
    if base64.b64encode(raw).decode() != text:
        raise error("base64, but not canonical")
    return raw
