"""Readers of the published ledger: auditors, mirrors, witnesses. Each has a key for one property.

Rules:
* A key is shown once, when it is made; kept is its SHA-256, of the key as it is written.
* Nobody is deleted: a key ends, and the row says when. Both are captured, so both are entries in the ledger.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from hmac import compare_digest
from os import urandom
from typing import TYPE_CHECKING

from discretion.office.outcome import ActRefusal, Done
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from datetime import datetime

    from discretion.office.database import Office

NAME_CHARACTERS_MAX = 80
KEY_SIZE_BYTES = 32
_KEY = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64url without padding
_SQL = queries("ledger_readers.sql")


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader, and since when; `ended_at` None = still."""

    name: str
    from_at: datetime
    ended_at: datetime | None


def new_key() -> str:
    """Return a fresh random key."""
    return secrets.token_urlsafe(KEY_SIZE_BYTES)


async def readers(office: Office, property_id: bytes) -> tuple[Reader, ...]:
    """Return who reads and who did, those who still do on top, at most 2000."""
    async with office.reading() as now:
        return await now.rows(Reader, _SQL["readers"], {"property_id": property_id})


async def add_reader(office: Office, property_id: bytes, name: str, key: str) -> Done | ActRefusal:
    """Let a reader in by a key from `new_key`. Refusals: `reader_name`; `reader_taken` while one of this name reads."""
    if not is_plain(name, NAME_CHARACTERS_MAX):
        return ActRefusal("reader_name")
    reader_id = urandom(16)
    async with office.changing() as now:
        added = await now.run(_SQL["add"], {
            "property_id": property_id, "reader_id": reader_id, "name": name.strip(), "key_hash": _hash(key).hex(),
        })
    return Done(reader_id, is_repeat=False) if added else ActRefusal("reader_taken")


async def end_reader(office: Office, property_id: bytes, name: str) -> Done | ActRefusal:
    """End a reader's key: from now on it is nobody's. Refusals: `reader_unknown`."""
    async with office.changing() as now:
        ended = await now.run(_SQL["end"], {"property_id": property_id, "name": name.strip()})
    return Done(b"", is_repeat=False) if ended else ActRefusal("reader_unknown")


async def is_reader(office: Office, property_id: bytes, raw_key: str) -> bool:
    """Return whether a key is one of this property's that counts now; every one is compared, in constant time."""
    if not _KEY.fullmatch(raw_key):
        return False
    given = _hash(raw_key)
    async with office.reading() as now:
        rows = await now.dicts(_SQL["keys"], {"property_id": property_id})
    return sum(compare_digest(given, row["key_hash"]) for row in rows) > 0


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
