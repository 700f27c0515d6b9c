"""A part of an opening counts only at its own place, under its own key, and where the leaf commits to it."""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import pytest

from discretion.keeper.vault.keyring import opening_key
from discretion.keeper.vault.opening import PartState, key_ids_of, open_parts, opening_keys
from discretion.ledger.errors import LeafError
from tests.papers import House, allowed, facts, staff_facts

MATCHES, ERASED, KEYLESS, DAMAGED = PartState.MATCHES, PartState.ERASED, PartState.KEYLESS, PartState.DAMAGED


class Kept:
    """One look-up as the tables keep it: its row, and the rows of its keys."""

    def __init__(self) -> None:
        self.house, guest_id, staff_id = House(), os.urandom(16), os.urandom(16)
        key_id, _, wrapped = self.house.keyring.new_staff_key(staff_id)
        staff = staff_facts(staff_id=staff_id, key_id=key_id, wrapped_key=wrapped)
        guest, self.guest_key = self.house.guest(guest_id)
        (draft,) = self.house.drafted(allowed(facts(staff, guest, guest_id=guest_id), clear=1))
        ids = [UUID(bytes=raw) for raw in (draft.judged.facts.ask.request_id, draft.guest_key_id, draft.staff_key_id)]
        self.texts = draft.opening.texts
        self.row: list[Any] = [draft.index, draft.leaf, draft.leaf_hash, *ids, *draft.sealed_parts]
        self.key_rows: list[tuple[Any, ...]] = [
            (ids[1], "guest", UUID(bytes=guest_id), guest.wrapped_key), (ids[2], "staff", UUID(bytes=staff_id), wrapped),
        ]

    def states(self, **changed: Any) -> list[PartState]:
        """The states with some places of the row changed: `at3=…`."""
        row = [changed.get(f"at{place}", value) for place, value in enumerate(self.row)]
        return [state for state, _ in open_parts(self.house.keyring, row, opening_keys(self.house.keyring, self.key_rows))]


@pytest.fixture
def kept() -> Kept:
    return Kept()


def test_every_part_of_a_whole_entry_matches_and_says_its_text(kept: Kept) -> None:
    keys = opening_keys(kept.house.keyring, kept.key_rows)
    assert keys[kept.row[4]] == opening_key(kept.guest_key)
    assert [text for _, text in open_parts(kept.house.keyring, kept.row, keys)] == list(kept.texts)
    assert kept.states() == [MATCHES] * 3
    assert set(key_ids_of([kept.row, kept.row])) == {kept.row[4], kept.row[5]}


def test_one_part_that_is_gone_or_changed_says_nothing_of_the_others(kept: Kept) -> None:
    guest, staff, context = kept.row[6:9]
    assert kept.states(at6=None) == [ERASED, MATCHES, MATCHES]
    assert kept.states(at7=None) == [MATCHES, ERASED, MATCHES]
    assert kept.states(at8=bytes([*context[:-1], context[-1] ^ 1])) == [MATCHES, MATCHES, DAMAGED]
    assert kept.states(at6=context, at8=guest) == [DAMAGED, MATCHES, DAMAGED]
    assert kept.states(at7=b"") == [MATCHES, DAMAGED, MATCHES]
    assert kept.states(at7=staff[:20]) == [MATCHES, DAMAGED, MATCHES]


def test_an_entry_moved_to_another_place_or_request_does_not_match(kept: Kept) -> None:
    assert kept.states(at0=kept.row[0] + 1) == [DAMAGED] * 3
    assert kept.states(at3=UUID(bytes=bytes(16))) == [DAMAGED] * 3


def test_a_leaf_that_commits_to_something_else_does_not_match(kept: Kept) -> None:
    leaf = kept.row[1]
    assert kept.states(at1=bytes([*leaf[:119], leaf[119] ^ 1])) == [MATCHES, MATCHES, DAMAGED]
    with pytest.raises(LeafError):
        kept.states(at1=b"DISCRET2" + leaf[8:])


def test_a_key_that_is_gone_or_damaged_leaves_its_parts_keyless(kept: Kept) -> None:
    del kept.key_rows[1]
    assert kept.states() == [MATCHES, KEYLESS, MATCHES]
    key_id, kind, owner, wrapped = kept.key_rows[0]
    kept.key_rows[0] = (key_id, kind, owner, wrapped[:-1] + bytes([wrapped[-1] ^ 1]))
    assert kept.states() == [KEYLESS] * 3


def test_an_entry_without_a_guest_opens_under_the_propertys_own_key(kept: Kept) -> None:
    assert kept.states(at4=None) == [DAMAGED, MATCHES, DAMAGED]
