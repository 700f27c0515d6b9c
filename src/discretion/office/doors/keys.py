"""The secrets of door controllers: one file a source, closed to others, beside the house's other secrets.

Rules:
* A report is verified by the same secret it was signed with, so the house must hold the secret itself, not a hash. It
  stands in a file and not in the database: whoever reads a backup of the database can sign no report (decision 0021).
* A source has one secret, or two while the controller changes over from the old one to the new.
* Every secret is tried, whichever fits, and a source that is not there costs the same work.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - the router reads this annotation
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from msgspec import Meta

from discretion.wire.settings import SettingsError, read_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

DIRECTORY: Final = "doors"
SECRETS_MAX: Final = 2
_NOBODYS: Final = (secrets.token_urlsafe(32),)


class SourceKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file of a source holds: the property it is bound to, and its secrets, the newest first."""

    hotel: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    secrets: Annotated[list[Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{43}$")]], Meta(min_length=1, max_length=2)]

    @property
    def property_id(self) -> bytes:
        """The property's id as 16 bytes."""
        return bytes.fromhex(self.hotel)

    def line(self) -> str:
        """Return the file's one line."""
        return msgspec.json.encode(self).decode()


@dataclass(frozen=True, slots=True)
class DoorKeys:
    """The directory of these files."""

    directory: Path

    def file(self, source_id: bytes) -> Path:
        """Return where the secrets of a source stand."""
        return self.directory / f"{source_id.hex()}.secret"

    def read(self, source_id: bytes) -> SourceKeys | None:
        """Return the secrets of a source; None without a file, or with one that others may read or that is damaged."""
        try:
            return msgspec.json.decode(read_secret(self.file(source_id)), type=SourceKeys)
        except (SettingsError, msgspec.DecodeError):
            return None


def new_secret() -> str:
    """Return a fresh secret: 256 random bits, written as 43 characters that every controller's form takes."""
    return secrets.token_urlsafe(32)


def is_signed(keys: SourceKeys | None, message: bytes, hex_digests: Sequence[str]) -> bool:
    """Return whether one of the digests given is HMAC-SHA256 over `message` under one of the source's secrets."""
    found = 0
    for secret in keys.secrets if keys else _NOBODYS:
        made = hmac.new(secret.encode(), message, "sha256").hexdigest()
        found += sum(hmac.compare_digest(made, digest) for digest in hex_digests if digest.isascii())
    return keys is not None and found > 0
