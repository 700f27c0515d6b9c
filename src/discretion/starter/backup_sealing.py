r"""Sealing of backup files: a clear header, then chunks that open only in their order, whole, under the backup key.

Rules:
* Each file has a key of its own: HKDF-SHA256 over the backup key, with the file's random salt and which part it is.
* A chunk's nonce is its place and whether it is the last (the STREAM construction); the header is bound to each. So a
  chunk that was changed, left out, moved, or taken from another file does not open, and a file that ends early neither.
* The backup key is not the root key. What is sealed here stays sealed inside as the database has it.

```
"discretion backup 1\n"   length of the header, 4 bytes   header, JSON   { length, 4 bytes   ciphertext and tag }…
```
Trust: whoever holds the backup key and a file reads facts and sealed records; with the root key too, the guests' data.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Meta, Struct

from discretion.starter.errors import StarterError
from discretion.wire.settings import SettingsError, read_secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK_SIZE_BYTES: Final = 1 << 20
KEY_SIZE_BYTES: Final = 32
_MAGIC: Final = b"discretion backup 1\n"
_HEADER_SIZE_BYTES_MAX: Final = 4096
_TAG_SIZE_BYTES: Final = 16
_LENGTH_SIZE_BYTES: Final = 4

Part = Literal["data", "keys"]
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """What a file says of itself in clear: which backup, which part, when, and the salt of its key. Nobody's data.

    `check` tells another key from damage: bytes that only this file's own key derivation gives.
    """

    backup: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$")]
    part: Part
    at: Annotated[str, Meta(pattern=r"^[0-9]{8}T[0-9]{6}Z$")]
    salt: Hex32
    check: Annotated[str, Meta(pattern=r"^[0-9a-f]{16}$")]


def new_header(key: bytes, backup: str, part: Part, at: str) -> Header:
    """Return the header of a new file."""
    salt = secrets.token_hex(KEY_SIZE_BYTES)
    return Header(backup, part, at, salt, _derived(key, part, salt)[1])


def read_key(path: Path) -> bytes:
    """Return the backup key of a file: 32 bytes as one line of base64, closed to others.

    Errors: `StarterError` `backup_key_missing`, `backup_key_open`, `backup_key_bad`.
    """
    try:
        key = base64.b64decode(read_secret(path), validate=True)
    except SettingsError as error:
        raise StarterError(error.code.replace("secret", "backup_key"), path=path) from error
    except binascii.Error as error:
        raise StarterError("backup_key_bad", path=path) from error
    if len(key) != KEY_SIZE_BYTES:
        raise StarterError("backup_key_bad", path=path)
    return key


def read_header(file: BinaryIO, path: Path) -> Header:
    """Return the header at the beginning of a file. Errors: `StarterError` `backup_not_one`. Not checked: the seal."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise StarterError("backup_not_one", path=path)
    size = int.from_bytes(file.read(_LENGTH_SIZE_BYTES), "big")
    if size > _HEADER_SIZE_BYTES_MAX:
        raise StarterError("backup_not_one", path=path)
    try:
        return msgspec.json.decode(file.read(size), type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StarterError("backup_not_one", path=path) from error


class SealedFile:
    """Writes one sealed file. Use: `write` as often as needed, then `finish` once; without it the file never opens."""

    def __init__(self, file: BinaryIO, key: bytes, header: Header) -> None:
        raw = msgspec.json.encode(header)
        self._file = file
        self._sealing, self._bound = AESGCM(_derived(key, header.part, header.salt)[0]), hashlib.sha256(raw).digest()
        self._waiting = bytearray()
        self._place = 0
        file.write(_MAGIC + len(raw).to_bytes(_LENGTH_SIZE_BYTES, "big") + raw)

    def write(self, plain: bytes) -> None:
        """Take more; chunks go to the file as they become full."""
        self._waiting += plain
        while len(self._waiting) > CHUNK_SIZE_BYTES:  # not when just full: it may be the last
            self._chunk(bytes(self._waiting[:CHUNK_SIZE_BYTES]), is_last=False)
            del self._waiting[:CHUNK_SIZE_BYTES]

    def finish(self) -> None:
        """Write the last chunk, and return when the file is on the disk."""
        self._chunk(bytes(self._waiting), is_last=True)
        self._file.flush()
        os.fsync(self._file.fileno())

    def _chunk(self, plain: bytes, *, is_last: bool) -> None:
        sealed = self._sealing.encrypt(_nonce(self._place, is_last=is_last), plain, self._bound)
        self._file.write(len(sealed).to_bytes(_LENGTH_SIZE_BYTES, "big") + sealed)
        self._place += 1


def opened(file: BinaryIO, key: bytes, path: Path) -> Iterator[bytes]:
    """Yield what a sealed file holds, chunk by chunk, each as soon as it has opened.

    Errors: `StarterError` `backup_not_one`; `backup_key_other` when this key or this header is not the file's;
    `backup_damaged`, which names the chunk; `backup_cut` when it ends before its end, or goes on after it.
    """
    header = read_header(file, path)
    own, check = _derived(key, header.part, header.salt)
    if check != header.check:
        raise StarterError("backup_key_other", path=path)
    sealing, bound = AESGCM(own), hashlib.sha256(msgspec.json.encode(header)).digest()
    place = 0
    while True:
        size = int.from_bytes(file.read(_LENGTH_SIZE_BYTES), "big")
        sealed = file.read(size) if _TAG_SIZE_BYTES <= size <= CHUNK_SIZE_BYTES + _TAG_SIZE_BYTES else b""
        if not sealed or len(sealed) != size:
            raise StarterError("backup_cut", path=path, chunk=place)
        plain, is_last = _unsealed(sealing, place, sealed, bound)
        if plain is None:
            raise StarterError("backup_damaged", path=path, chunk=place)
        yield plain
        if is_last:
            break
        place += 1
    if file.read(1):
        raise StarterError("backup_cut", path=path, chunk=place)


def _unsealed(sealing: AESGCM, place: int, sealed: bytes, bound: bytes) -> tuple[bytes | None, bool]:
    """Return a chunk and whether it is the last one; None when it does not open in this place."""
    for is_last in (False, True):
        with suppress(InvalidTag):
            return sealing.decrypt(_nonce(place, is_last=is_last), sealed, bound), is_last
    return None, False


def _derived(key: bytes, part: Part, salt: str) -> tuple[bytes, str]:
    """Return the key of one file, and what its header shows of it."""
    use = b"discretion/v1/backup/" + part.encode()
    raw = HKDF(algorithm=SHA256(), length=KEY_SIZE_BYTES + 8, salt=bytes.fromhex(salt), info=use).derive(key)
    return raw[:KEY_SIZE_BYTES], raw[KEY_SIZE_BYTES:].hex()


def _nonce(place: int, *, is_last: bool) -> bytes:
    return place.to_bytes(11, "big") + bytes([is_last])
