"""Checkpoints: a tree head as a signed note, in the C2SP formats and no other.

Rules:
* signed-note v1.0.0 and tlog-checkpoint v1.0.0, Ed25519 (type 0x01); no extension lines; the key's name is the origin.
* Reading is as strict as Go's `note.Open`: a line by an unknown key is ignored, one by a known key that fails ends it.
* Ed25519 is deterministic: signing a head again after a crash gives the same bytes.

Left to others: witnesses' cosignatures, and whether a head may be signed at all (the keeper signs committed heads only).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from discretion.ledger.errors import CheckpointError
from discretion.ledger.tree import HASH_SIZE_BYTES, TreeHead

ED25519 = b"\x01"
NOTE_SIZE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100  # as Go's note.Open
KEY_ID_SIZE_BYTES = 4
_SPLIT = "\n\n"
_LINE = "— "
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}\Z")


def key_id(name: str, kind: bytes, public_key: bytes) -> bytes:
    """Return the four bytes that hint which key signed: SHA-256(name ‖ 0x0A ‖ type ‖ key)[:4]."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public_key).digest()[:KEY_ID_SIZE_BYTES]


class Signer:
    """The key of one ledger. Whoever holds it can sign a fork; witnesses refuse to follow one."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Make the signer from a seed of 32 bytes. Errors: `CheckpointError` for a name that no note may carry."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.verifier = Verifier(_good_name(name), raw)

    def sign(self, text: str) -> str:
        """Return `text` as a note with this key's one signature. Errors: `CheckpointError` when it is no note text."""
        _check_text(text)
        raw = self.verifier.key_id + self._key.sign(text.encode())
        return f"{text}\n{_LINE}{self.verifier.name} {base64.b64encode(raw).decode()}\n"


@dataclass(frozen=True, slots=True)
class Verifier:
    """The public half: a name and 32 bytes."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes this key's lines begin with."""
        return key_id(self.name, ED25519, self.public_key)

    @property
    def vkey(self) -> str:
        """The key as one line: name, id in hex, type and key in base64."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ED25519 + self.public_key).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Return the key a line names. Errors: `CheckpointError`."""
        parts = vkey.split("+", 2)
        if len(parts) != 3:  # noqa: PLR2004 - name, id, key
            raise CheckpointError("a verifier key has three parts")
        name, hint, encoded = parts
        raw = _base64(encoded)
        if raw[:1] != ED25519 or len(raw) != 1 + 32:
            raise CheckpointError("no Ed25519 key")
        verifier = cls(_good_name(name), raw[1:])
        if verifier.key_id.hex() != hint:
            raise CheckpointError("the key's id is another key's")
        return verifier

    def check(self, text: str, signature: bytes) -> None:
        """Return only if `signature` is this key's over `text`. Errors: `CheckpointError`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode())
        except InvalidSignature as error:
            raise CheckpointError("a signature by a known key fails") from error


def open_note(note: str, *verifiers: Verifier) -> str:
    """Return the text of a note that at least one of `verifiers` has signed.

    Errors: `CheckpointError` when it is malformed, when none of them signed, when a known key's line fails or stands twice.
    """
    if len(note) > NOTE_SIZE_BYTES_MAX:
        raise CheckpointError("a note too large")
    at = note.rfind(_SPLIT)
    if at < 0 or not note.endswith("\n"):
        raise CheckpointError("no note: text, an empty line, signatures")
    text, lines = note[:at + 1], note[at + 2:].splitlines(keepends=True)
    _check_text(text)
    if not lines or len(lines) > SIGNATURES_MAX or note[at + 2:].count("\n") != len(lines):
        raise CheckpointError("no signatures, or too many")
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed: set[tuple[str, bytes]] = set()
    for line in lines:
        name, raw = _signature(line)
        verifier = known.get((name, raw[:KEY_ID_SIZE_BYTES]))
        if verifier is None:
            continue  # a witness we do not know, or grease
        if (name, raw[:KEY_ID_SIZE_BYTES]) in signed:
            raise CheckpointError("a known key signed twice")
        verifier.check(text, raw[KEY_ID_SIZE_BYTES:])
        signed.add((name, raw[:KEY_ID_SIZE_BYTES]))
    if not signed:
        raise CheckpointError("no signature by a known key")
    return text


def checkpoint_text(origin: str, head: TreeHead) -> str:
    """Return the three lines of a checkpoint."""
    return f"{origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"


def sign_checkpoint(signer: Signer, head: TreeHead) -> str:
    """Return the signed checkpoint of `head`. The caller has read `head` from a committed row."""
    return signer.sign(checkpoint_text(signer.verifier.name, head))


def open_checkpoint(note: str, verifier: Verifier) -> TreeHead:
    """Return the head of a checkpoint that `verifier` signed, and whose origin is its name. Errors: `CheckpointError`."""
    lines = open_note(note, verifier).split("\n")
    if len(lines) != 4 or lines[0] != verifier.name:  # noqa: PLR2004 - three lines and what follows the last
        raise CheckpointError("no checkpoint of this ledger, or one with extensions")
    if not _SIZE.fullmatch(lines[1]):
        raise CheckpointError("a size that is no decimal number")
    root = _base64(lines[2])
    if len(root) != HASH_SIZE_BYTES:
        raise CheckpointError("a root that is not 32 bytes")
    return TreeHead(int(lines[1]), root)


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CheckpointError("text that is no UTF-8") from error
    if not text.endswith("\n") or any(char < " " and char != "\n" for char in text):
        raise CheckpointError("text without its last newline, or with control characters")


def _signature(line: str) -> tuple[str, bytes]:
    parts = line.removesuffix("\n").removeprefix(_LINE).split(" ")
    if not line.startswith(_LINE) or len(parts) != 2:  # noqa: PLR2004 - name and base64
        raise CheckpointError("a malformed signature line")
    raw = _base64(parts[1])
    if len(raw) <= KEY_ID_SIZE_BYTES:
        raise CheckpointError("a signature without a key id")
    return _good_name(parts[0]), raw


def _good_name(name: str) -> str:
    if not name or "+" in name or any(char.isspace() for char in name) or any(char < " " for char in name):
        raise CheckpointError("a name that no key may have")
    return name


def _base64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError("no base64") from error
    if base64.b64encode(raw).decode() != text:
        raise CheckpointError("base64, but not canonical")
    return raw
