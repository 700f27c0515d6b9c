"""Entries: from a judged ask to a leaf and its sealed opening, and back for those who check.

Rules:
* Three commitments with fresh salts: guest, staff, context. Nothing in a leaf tells its kind (`ledger.md`, 3).
* Guest and context part are sealed under the guest's key, the staff part under the staff member's. A part that has no
  such owner is `{}` or the bare context, and is sealed under the property's opening key.
* The tag is HMAC(tag key, seq) for a guest's entry, random otherwise.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from discretion.keeper.papers import Allowed, Draft
from discretion.keeper.vault.keyring import (
    NONCE_SIZE_BYTES,
    STAFF_KEPT_MAX,
    SUITE_AES_256_GCM,
    SealError,
    opening_key,
    tag_key,
)
from discretion.ledger.leaf import PARTS, Opening, canonical_json, commit, encode_leaf, tag
from discretion.ledger.tree import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from discretion.keeper.papers import Facts, GuestFacts, Judged
    from discretion.keeper.vault.keyring import Keyring

SALT_SIZE_BYTES = 32
_NOISE_SIZE_BYTES = 3 * (SALT_SIZE_BYTES + NONCE_SIZE_BYTES)
_EMPTY = b"{}"
_BOUND = tuple(part.encode() for part in PARTS)


def draft_all(
    judged: Sequence[Judged], size: int, keyring: Keyring, latest: Callable[[bytes], tuple[int, int]],
) -> list[Draft]:
    """Return the drafts of a round, in order, for the tree of `size` leaves.

    Shapes: `latest` gives (seq, index) of a guest's entry in rounds still being entered, or (0, -1).
    Errors: `SealError` when a staff member's wrapped key does not open.
    """
    last: dict[bytes, tuple[int, int]] = {}  # guest → (seq, index) of the latest entry of this round
    noise = os.urandom(_NOISE_SIZE_BYTES * len(judged))  # one call for the round
    return [
        _draft(paper, index, keyring, last, latest, noise[at:at + _NOISE_SIZE_BYTES])
        for index, paper, at in zip(
            range(size, size + len(judged)), judged, range(0, len(noise), _NOISE_SIZE_BYTES), strict=True,
        )
    ]


def _draft(
    paper: Judged, index: int, keyring: Keyring, last: dict[bytes, tuple[int, int]],
    latest: Callable[[bytes], tuple[int, int]], noise: bytes,
) -> Draft:
    facts = paper.facts
    ask, guest = facts.ask, facts.guest
    salts = (noise[:32], noise[32:64], noise[64:96])
    guest_text, seq, guest_key, guest_key_id, sealing = _EMPTY, 0, b"", b"", keyring.opening
    if guest is not None:
        guest_key = _key_or_none(keyring, ask.guest_id, guest)
    if guest is not None and guest_key:
        before = last.get(ask.guest_id) or max((guest.seq, guest.last_idx), latest(ask.guest_id))
        seq = before[0] + 1
        last[ask.guest_id] = (seq, index)
        # Canonical as it stands: sorted, and nothing to escape.
        guest_text = b'{"guest":"%b","previous":%d,"seq":%d}' % (ask.guest_id.hex().encode(), before[1], seq)
        guest_key_id, sealing = guest.key_id, AESGCM(opening_key(guest_key))
        leaf_tag = tag(tag_key(guest_key, guest.tag_epoch), seq)
    else:
        leaf_tag = os.urandom(16)
        if guest is not None:  # the key is damaged: the entry names the guest and no more
            guest_text = canonical_json({"guest": ask.guest_id.hex()})
    staff_text, staff_sealing, staff_key_id = _staff_part(facts, keyring)
    context_text = canonical_json(_context(paper, facts))
    texts = (guest_text, staff_text, context_text)
    leaf = encode_leaf(leaf_tag, *map(commit, PARTS, salts, texts))
    place = keyring.property_id + index.to_bytes(8, "big") + ask.request_id
    parts = [
        SUITE_AES_256_GCM + nonce + key.encrypt(nonce, salt + text, part + place)
        for part, key, nonce, salt, text in zip(
            _BOUND,
            (sealing, staff_sealing, sealing),
            (noise[96:108], noise[108:120], noise[120:]),
            salts,
            texts,
            strict=True,
        )
    ]
    return Draft(
        paper, index, leaf, leaf_hash(leaf), Opening(salts, texts), guest_key, guest_key_id, staff_key_id,
        (parts[0], parts[1], parts[2]), seq,
    )


def _key_or_none(keyring: Keyring, guest_id: bytes, guest: GuestFacts) -> bytes:
    """Return the guest's key, or nothing when it is damaged: the ask is entered, and its boxes stay shut."""
    try:
        return keyring.guest_key(guest_id, guest.key_id, guest.wrapped_key)
    except SealError:
        return b""


def _staff_part(facts: Facts, keyring: Keyring) -> tuple[bytes, AESGCM, bytes]:
    """Return who asked: the text, what seals it, and the id of that key; `{}` where nobody did."""
    staff = facts.staff
    if staff is None:
        text = canonical_json({"staff": facts.ask.staff_id.hex()}) if facts.ask.staff_id else _EMPTY
        return text, keyring.opening, b""
    text = _staff_text(staff.duty, staff.session_id, staff.staff_id)
    if not staff.key_id:
        return text, keyring.opening, b""
    return text, keyring.staff_opening(staff.staff_id, staff.key_id, staff.wrapped_key), staff.key_id


@lru_cache(maxsize=STAFF_KEPT_MAX)
def _staff_text(duty: str, session_id: bytes, staff_id: bytes) -> bytes:
    return canonical_json({"duty": duty, "session": session_id.hex(), "staff": staff_id.hex()})


def _context(paper: Judged, facts: Facts) -> dict[str, object]:
    ask, decision = facts.ask, paper.decision
    context: dict[str, object] = {"at": facts.now_at, "kind": ask.kind.value, "request": ask.request_id.hex()}
    context.update(ask.details)
    if ask.purpose:
        context["purpose"] = ask.purpose
    if decision is not None:
        context["asked"] = [ask.clear, ask.masked]
        context["facts"] = paper.fact_bits
        context["obligations"] = list(decision.obligations)
        context["offers"] = [offer.rule for offer in decision.offers]
        context["policy"] = decision.policy.hex()
        context["relation"] = facts.guest.relation if facts.guest else "none"
        context["rules"] = [*decision.guards, *decision.caps, *decision.rules]
    if facts.claims:
        context["claims"] = [[claim.fact, claim.ref.hex()] for claim in facts.claims]
    if isinstance(paper, Allowed):
        context["decision"] = "allowed"
        if paper.uses:
            context["uses"] = [use.hex() for use in paper.uses]
        context["given"] = [paper.clear, paper.masked]
        context["until"] = paper.until_at
    else:
        context["decision"] = "denied"
        context["reason"] = paper.reason
    return context
