"""Openings: the sealed explanation behind a leaf, opened part by part for those who check entries and who read them.

Rules:
* A part counts only when it opens at its own place and is the one that the leaf commits to.
* One damaged part says nothing of the others, and one damaged entry nothing of the next.

Left to others: who may read (`answer`), where rows come from (`rescan`, `entries`), what a text means.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from discretion.keeper.vault.keyring import SealError, opening_key, unseal
from discretion.ledger.errors import LeafError
from discretion.ledger.leaf import PARTS, SALT_SIZE_BYTES, commit, commitments_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from discretion.keeper.vault.keyring import Keyring

_BOUND = tuple(part.encode() for part in PARTS)


class PartState(StrEnum):
    """How one part of an opening stands to its leaf."""

    MATCHES = "matches"
    ERASED = "erased"  # nothing is kept, or an erasure has destroyed the key
    KEYLESS = "keyless"  # something is kept, and the key that opens it is not there
    DAMAGED = "damaged"  # it does not open, or is another entry's


_MATCHES = PartState.MATCHES


def key_ids_of(rows: Iterable[Sequence[Any]]) -> list[object]:
    """Return the ids of the keys behind these rows of `entries`, each once."""
    return list({key for row in rows for key in row[4:6] if key})


def opening_keys(keyring: Keyring, found: Iterable[Sequence[Any]]) -> dict[object, bytes]:
    """Return what opens openings, by key id, from rows of `opening_keys`.

    A wrapped key that is damaged is left out; one that an erasure has destroyed is empty.
    """
    keys: dict[object, bytes] = {}
    for key_id, kind, owner_id, wrapped in found:
        if kind == "erased":
            keys.setdefault(key_id, b"")
            continue
        try:
            unwrap = keyring.guest_key if kind == "guest" else keyring.staff_key
            key = unwrap(owner_id.bytes, key_id.bytes, wrapped)
        except SealError:
            continue  # every opening under it is then keyless, and said so by its index
        keys[key_id] = opening_key(key) if kind == "guest" else key
    return keys


def open_parts(keyring: Keyring, row: Sequence[Any], keys: Mapping[object, bytes]) -> list[tuple[PartState, bytes]]:
    """Return state and text of guest, staff and context part of one row of `entries`; a text only where it matches.

    Errors: `LeafError` when the leaf is none.
    """
    return [(state, plain[SALT_SIZE_BYTES:]) for state, plain in salted_parts(keyring, row, keys)]


def plain_parts(keyring: Keyring, row: Sequence[Any], keys: Mapping[object, bytes]) -> list[bytes]:
    """Return guest, staff and context part of one row, each behind its salt; empty where it is gone, or no part."""
    try:
        return [plain for _, plain in salted_parts(keyring, row, keys)]
    except LeafError:
        return [b"", b"", b""]


def salted_parts(keyring: Keyring, row: Sequence[Any], keys: Mapping[object, bytes]) -> list[tuple[PartState, bytes]]:
    """Return as `open_parts`, each text behind its salt of 32 bytes: what its commitment can be made of again."""
    place = keyring.property_id + row[0].to_bytes(8, "big") + row[3].bytes
    owners = (row[4], row[5], row[4])
    opened = []
    for part, bound, sealed, owner, committed in zip(
        PARTS, _BOUND, row[6:9], owners, commitments_of(row[1]), strict=True
    ):
        key = keys.get(owner) if owner else keyring.opening_key
        if sealed is None or not key:
            opened.append((PartState.KEYLESS if sealed is not None and key is None else PartState.ERASED, b""))
            continue
        try:
            plain = unseal(key, sealed, bound + place)
        except SealError:
            plain = b""
        salt, text = plain[:SALT_SIZE_BYTES], plain[SALT_SIZE_BYTES:]
        is_this = len(plain) >= SALT_SIZE_BYTES and commit(part, salt, text) == committed
        opened.append((_MATCHES, plain) if is_this else (PartState.DAMAGED, b""))
    return opened
