"""Entries: from a judged ask to a leaf and its sealed opening, and back for those who check.

Rules:
* Three commitments with fresh salts: guest, staff, context. Nothing in a leaf tells its kind (`ledger.md`, 3).
* Guest and context part are sealed under the guest's key, the staff part under the staff member's. A part that has no
  such owner is `{}` or the bare context, and is sealed under the property's opening key.
* The tag is HMAC(tag key, seq) for a guest's entry, random otherwise.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from discretion.keeper.papers import Allowed, Draft
from discretion.keeper.vault.keyring import seal, subkey
from discretion.ledger.leaf import Opening, canonical_json, commit, encode_leaf, tag
from discretion.ledger.tree import leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from discretion.keeper.papers import Facts, Judged
    from discretion.keeper.vault.keyring import Keyring

SALT_SIZE_BYTES = 32
_EMPTY = b"{}"


def draft_all(
    judged: Sequence[Judged], size: int, keyring: Keyring, latest: Callable[[bytes], tuple[int, int]],
) -> list[Draft]:
    """Return the drafts of a round, in order, for the tree of `size` leaves.

    Shapes: `latest` gives (seq, index) of a guest's entry in rounds still being entered, or (0, -1).
    Errors: `SealError` when a wrapped key does not open.
    """
    last: dict[bytes, tuple[int, int]] = {}  # guest → (seq, index) of the latest entry of this round
    return [_draft(paper, index, keyring, last, latest) for index, paper in enumerate(judged, size)]


def _draft(
    paper: Judged, index: int, keyring: Keyring, last: dict[bytes, tuple[int, int]],
    latest: Callable[[bytes], tuple[int, int]],
) -> Draft:
    facts = paper.facts
    ask, guest, staff = facts.ask, facts.guest, facts.staff
    salts = os.urandom(3 * SALT_SIZE_BYTES)
    guest_text, seq, guest_key_id = _EMPTY, 0, b""
    guest_opening = keyring.opening_key
    if guest is not None:
        guest_key = keyring.guest_key(ask.guest_id, guest.key_id, guest.wrapped_key)
        before = last.get(ask.guest_id) or max((guest.seq, guest.last_idx), latest(ask.guest_id))
        seq = before[0] + 1
        last[ask.guest_id] = (seq, index)
        guest_text = canonical_json({"guest": ask.guest_id.hex(), "previous": before[1], "seq": seq})
        guest_opening, guest_key_id = subkey(guest_key, b"opening"), guest.key_id
        leaf_tag = tag(subkey(guest_key, b"tag" + guest.tag_epoch.to_bytes(4, "big")), seq)
    else:
        leaf_tag = os.urandom(16)
    staff_text, staff_opening, staff_key_id = _EMPTY, keyring.opening_key, b""
    if staff is not None:
        staff_text = canonical_json({"duty": staff.duty, "session": staff.session_id.hex(), "staff": staff.staff_id.hex()})
        if staff.key_id:
            staff_opening, staff_key_id = keyring.staff_key(staff.staff_id, staff.key_id, staff.wrapped_key), staff.key_id
    elif ask.staff_id:
        staff_text = canonical_json({"staff": ask.staff_id.hex()})
    context_text = canonical_json(_context(paper, facts))
    opening = Opening((salts[:32], salts[32:64], salts[64:]), (guest_text, staff_text, context_text))
    leaf = encode_leaf(
        leaf_tag, commit("guest", salts[:32], guest_text), commit("staff", salts[32:64], staff_text),
        commit("context", salts[64:], context_text),
    )
    place = keyring.property_id + index.to_bytes(8, "big") + ask.request_id
    parts = (
        seal(guest_opening, salts[:32] + guest_text, b"guest" + place),
        seal(staff_opening, salts[32:64] + staff_text, b"staff" + place),
        seal(guest_opening, salts[64:] + context_text, b"context" + place),
    )
    return Draft(paper, index, leaf, leaf_hash(leaf), opening, guest_key_id, staff_key_id, parts, seq)


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
    if isinstance(paper, Allowed):
        context["decision"] = "allowed"
        context["given"] = [paper.clear, paper.masked]
        context["until"] = paper.until_at
    else:
        context["decision"] = "denied"
        context["reason"] = paper.reason
    return context
