"""Boxes: one sealed field group of one guest.

Rules:
* A box is suite (1 byte), key id (16), nonce (12), ciphertext and tag; 45 bytes more than the record in it.
* It is bound to property, guest, group and version: a box put elsewhere, or an older one put back, does not open.
* Records are written and read strictly (`hotel.record`); masking happens here, so that no other process sees more.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from discretion.hotel import mask, record
from discretion.hotel.purpose import FieldGroup
from discretion.keeper.vault.keyring import NONCE_SIZE_BYTES, SUITE_AES_256_GCM, SealError, box_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GROUP_NAMES = tuple(group.name.lower() for group in FieldGroup)
_IDENTITY = 1 << FieldGroup.IDENTITY
_NAMING = ("booking", "stay")  # groups in full whose names are still the identity's to show
_HEADER = 1 + 16
_START = _HEADER + NONCE_SIZE_BYTES


def seal_boxes(
    property_id: bytes, guest_id: bytes, key_id: bytes, key: bytes, groups: Mapping[str, tuple[bytes, int]],
) -> list[bytes | None]:
    """Return eight boxes, None for the groups not given.

    Shapes: `groups` gives for each name the record's JSON and the version it will have.
    """
    boxes: list[bytes | None] = [None] * len(GROUP_NAMES)
    header, place = SUITE_AES_256_GCM + key_id, _place(property_id, guest_id)
    noise = os.urandom(NONCE_SIZE_BYTES * len(groups))  # one call for the record
    for at, (name, (plain, version)) in enumerate(groups.items()):
        number = GROUP_NAMES.index(name)
        nonce = noise[at * NONCE_SIZE_BYTES:(at + 1) * NONCE_SIZE_BYTES]
        sealed = AESGCM(box_key(key, number)).encrypt(nonce, plain, _bound(place, number, version))
        boxes[number] = header + nonce + sealed
    return boxes


class Boxes:
    """The boxes of one property, and a count of how often they were opened, by whatever way.

    Every opening is one that an entry's receipt allowed, or a comparison under a search's entry; those who hold the
    entry count the one or the other. The sums are the same whenever nothing is under way.
    """

    def __init__(self, property_id: bytes) -> None:
        self._property_id = property_id
        self._opened = self._taken = 0
        self.allowed = 0
        self.compared = 0

    def excess(self) -> int:
        """Return how many were opened beyond what was allowed or compared, and were not told before."""
        found = self._opened - self.allowed - self.compared
        self.allowed += found
        return found

    def take_opened(self) -> int:
        """Return how many were opened since the last time, comparisons left out."""
        now = self._opened - self.compared
        new, self._taken = now - self._taken, now
        return new

    def open_boxes(
        self, guest_id: bytes, key_id: bytes, key: bytes, boxes: Sequence[bytes | None], versions: Sequence[int],
        clear: int, masked: int,
    ) -> dict[str, bytes]:
        """Return the JSON of every group in `clear` or `masked` that has a box; masked ones hold only the mask.

        Errors: `SealError` when a box is under another key, altered or out of place; `record.RecordError` when what is
        in it is no record.
        """
        self._opened += 1
        place = _place(self._property_id, guest_id)
        fields: dict[str, bytes] = {}
        for number, name in enumerate(GROUP_NAMES):
            bit = 1 << number
            box = boxes[number] if (clear | masked) & bit else None
            if box is None:
                continue
            if box[:_HEADER] != SUITE_AES_256_GCM + key_id:
                raise SealError("a box under another key")
            try:
                bound_to = _bound(place, number, versions[number])
                plain = AESGCM(box_key(key, number)).decrypt(box[_HEADER:_START], box[_START:], bound_to)
            except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
                raise SealError("a box does not open") from error
            if not clear & bit:
                plain = record.encode(name, mask.mask(name, record.decode(name, plain)))
            elif not clear & _IDENTITY and name in _NAMING:
                plain = record.encode(name, mask.without_names(name, record.decode(name, plain)))
            fields[name] = plain
        return fields


def _place(property_id: bytes, guest_id: bytes) -> bytes:
    return b"box" + property_id + guest_id


def _bound(place: bytes, number: int, version: int) -> bytes:
    return place + (number << 32 | version).to_bytes(5, "big")
