"""Papers as a keeper would have them, for tests without a database: a property's keys, a person, a guest, a round."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import structs

from discretion.keeper.papers import Allowed, Ask, AskKind, Committed, Draft, Facts, GuestFacts, Receipt, StaffFacts
from discretion.keeper.store.standing import Standing
from discretion.keeper.vault.box import seal_boxes
from discretion.keeper.vault.entry import draft_all
from discretion.keeper.vault.keyring import Keyring, found_property
from discretion.keeper.vault.unseal import Vault
from discretion.ledger.checkpoint import Signer, sign_checkpoint
from discretion.ledger.tree import Frontier
from discretion.policy.load import load_policy
from discretion.policy.table import Policy

NOW_AT = 1_800_000_000
TODAY = date(2027, 1, 15)
DAY_SECONDS = 86_400


@cache
def policy() -> Policy:
    """The policy of this version."""
    return load_policy((files("discretion.policy") / "policy.toml").read_bytes())


def staff_facts(**changed: Any) -> StaffFacts:
    """Somebody of the desk for whom everything holds."""
    return structs.replace(StaffFacts(
        session_id=os.urandom(16), staff_id=os.urandom(16), duty="front_desk", is_over=False, shift_until_at=NOW_AT + 3600,
        badge_until_at=NOW_AT + 7200, trained_until_at=NOW_AT + 30 * DAY_SECONDS, session_until_at=NOW_AT + 10_800, is_locked=False,
        key_id=b"", wrapped_key=b"",
    ), **changed)


def guest_facts(**changed: Any) -> GuestFacts:
    """Somebody due in today, with nothing special about them."""
    return structs.replace(GuestFacts(
        key_id=os.urandom(16), wrapped_key=b"", tag_epoch=1, seq=0, last_idx=-1, relation="arriving", departed_days=-1, is_minor=False,
        is_sealed=False, is_restricted=False, is_held=False, is_locked=False, version=1,
    ), **changed)


def facts(staff: StaffFacts | None = None, guest: GuestFacts | None = None, **changed: Any) -> Facts:
    """A look-up with what was read for it."""
    ask = Ask(
        AskKind.LOOK_UP, os.urandom(16), staff.session_id if staff else b"", guest_id=changed.pop("guest_id", os.urandom(16)),
        purpose=changed.pop("purpose", "check_in"), clear=changed.pop("clear", 1), masked=changed.pop("masked", 0),
    )
    return structs.replace(Facts(ask, staff, guest, -1, NOW_AT, NOW_AT + 8 * 3600, 0), **changed)


def standing(**changed: Any) -> Standing:
    """A property on its first day."""
    return Standing(**{
        "frontier": Frontier.empty(), "day": TODAY, "midnight_at": NOW_AT + 8 * 3600, "marks": {}, "locked": frozenset(), "claims": {}, **changed,
    })


@dataclass
class House:
    """One property's keys, its ledger in memory, and its vault."""

    property_id: bytes = field(default_factory=lambda: os.urandom(16))
    root_key: bytes = field(default_factory=lambda: os.urandom(32))
    wrapped: dict[str, bytes] = field(default_factory=dict)
    frontier: Frontier = field(default_factory=Frontier.empty)

    def __post_init__(self) -> None:
        self.wrapped = found_property(self.root_key, self.property_id)
        self.keyring = Keyring(self.root_key, self.property_id, self.wrapped)
        self.signer = Signer("house.example/ledger/harbour", self.keyring.ledger_seed)
        self.vault = Vault(self.keyring, self.signer.verifier)

    def guest(self, guest_id: bytes, **changed: Any) -> tuple[GuestFacts, bytes]:
        """Return a guest with a key of this house, and the key."""
        key_id, key, wrapped = self.keyring.new_guest_key(guest_id)
        return guest_facts(key_id=key_id, wrapped_key=wrapped, **changed), key

    def boxes(self, guest_id: bytes, guest: GuestFacts, key: bytes, **groups: bytes) -> list[bytes | None]:
        """Return a sealed record, every group at version 1."""
        return seal_boxes(self.property_id, guest_id, guest.key_id, key, {name: (raw, 1) for name, raw in groups.items()})

    def drafted(self, *judged: Any) -> list[Draft]:
        """Return the drafts of a round on the ledger as it is."""
        return draft_all(judged, self.frontier.size, self.keyring, lambda _guest_id: (0, -1))

    def receipts(self, drafts: list[Draft], boxes: list[bytes | None]) -> list[Receipt]:
        """Enter the drafts; return a receipt for each, all with the same boxes."""
        self.frontier, paths = self.frontier.append_with_paths([draft.leaf_hash for draft in drafts])
        checkpoint = sign_checkpoint(self.signer, self.frontier.head())
        return [Receipt(Committed(draft, boxes, [1] * 8), path, checkpoint) for draft, path in zip(drafts, paths, strict=True)]


def allowed(known: Facts, *, clear: int = 1, masked: int = 0) -> Allowed:
    """An ask that may be done."""
    return Allowed(known, None, 0, clear, masked, NOW_AT + 60)
