"""Every prefix proves; every changed byte, place or size breaks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discretion.ledger.errors import LedgerError
from discretion.ledger.proof import (
    ConsistencyProof,
    InclusionProof,
    check_consistency,
    check_inclusion,
    prove_consistency,
    prove_inclusion,
)
from discretion.ledger.tree import Frontier, TreeHead, leaf_hash

ENTRIES = [number.to_bytes(2, "big") for number in range(601)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]
HEADS = [Frontier.empty().append(HASHES[:size]).head() for size in range(602)]

sizes_and_places = st.integers(1, 601).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1)))
sizes_and_older = st.integers(0, 601).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size)))
hashes = st.binary(min_size=32, max_size=32)
changes = st.tuples(st.integers(0, 10_000), st.integers(1, 255))


def changed(raw: bytes, change: tuple[int, int]) -> bytes:
    at = change[0] % len(raw)
    return raw[:at] + bytes([raw[at] ^ change[1]]) + raw[at + 1:]


def changed_path(path: tuple[bytes, ...], change: tuple[int, int]) -> tuple[bytes, ...]:
    raw = changed(b"".join(path), change)
    return tuple(raw[at:at + 32] for at in range(0, len(raw), 32))


def test_every_entry_of_every_tree_to_65_is_proved():
    for size in range(1, 66):
        for index in range(size):
            check_inclusion(prove_inclusion(index, size, HASHES), ENTRIES[index], HEADS[size])


def test_every_prefix_of_every_tree_to_65_is_proved():
    for size in range(66):
        for old_size in range(size + 1):
            check_consistency(prove_consistency(old_size, size, HASHES), HEADS[old_size], HEADS[size])


def test_every_prefix_of_a_tree_of_600_is_proved():
    for old_size in range(0, 601, 7):
        check_consistency(prove_consistency(old_size, 600, HASHES), HEADS[old_size], HEADS[600])


@given(sizes_and_places)
def test_the_path_of_a_new_leaf_is_the_one_of_the_definition(place):
    size, first = place
    before = Frontier.empty().append(HASHES[:first])
    _, paths = before.append_with_paths(HASHES[first:size])
    assert paths[0] == prove_inclusion(first, size, HASHES).path
    assert paths[-1] == prove_inclusion(size - 1, size, HASHES).path


@given(sizes_and_places, changes, st.data())
def test_every_changed_byte_breaks_an_inclusion_proof(place, change, data):
    size, index = place
    proof, entry, head = prove_inclusion(index, size, HASHES), ENTRIES[index], HEADS[size]
    check_inclusion(proof, entry, head)
    broken = data.draw(st.sampled_from(["path", "entry", "root"] if proof.path else ["entry", "root"]))
    if broken == "path":
        proof = replace(proof, path=changed_path(proof.path, change))
    elif broken == "entry":
        entry = changed(entry, change)
    else:
        head = replace(head, root=changed(head.root, change))
    with pytest.raises(LedgerError):
        check_inclusion(proof, entry, head)


@given(sizes_and_places, st.integers(-1, 700))
def test_an_entry_stands_at_one_index_only(place, other):
    size, index = place
    proof = InclusionProof(other, prove_inclusion(index, size, HASHES).path)
    if other != index:
        with pytest.raises(LedgerError):
            check_inclusion(proof, ENTRIES[index], HEADS[size])


@given(sizes_and_places, st.data())
def test_a_path_has_one_length(place, data):
    size, index = place
    path = prove_inclusion(index, size, HASHES).path
    at = data.draw(st.integers(0, len(path)))
    if data.draw(st.booleans()) and at < len(path):
        path = path[:at] + path[at + 1:]
    else:
        path = (*path[:at], HASHES[0], *path[at:])
    with pytest.raises(LedgerError):
        check_inclusion(InclusionProof(index, path), ENTRIES[index], HEADS[size])


@given(sizes_and_older, changes, st.data())
def test_every_changed_byte_breaks_a_consistency_proof(pair, change, data):
    size, old_size = pair
    proof, old, new = prove_consistency(old_size, size, HASHES), HEADS[old_size], HEADS[size]
    check_consistency(proof, old, new)
    # From the empty tree there is nothing to compare the new root with.
    choices = ["old", *(["new"] if old_size or not size else []), *(["path"] if proof.path else [])]
    broken = data.draw(st.sampled_from(choices))
    if broken == "path":
        proof = ConsistencyProof(changed_path(proof.path, change))
    elif broken == "old":
        old = replace(old, root=changed(old.root, change))
    else:
        new = replace(new, root=changed(new.root, change))
    with pytest.raises(LedgerError):
        check_consistency(proof, old, new)


@given(sizes_and_older, st.integers(0, 700))
def test_a_proof_from_one_size_is_none_from_another(pair, claimed):
    size, old_size = pair
    proof = prove_consistency(old_size, size, HASHES)
    if claimed != old_size and old_size:
        with pytest.raises(LedgerError):
            check_consistency(proof, TreeHead(claimed, HEADS[old_size].root), HEADS[size])


@given(sizes_and_older, st.data())
def test_a_consistency_path_has_one_length(pair, data):
    size, old_size = pair
    path = prove_consistency(old_size, size, HASHES).path
    at = data.draw(st.integers(0, len(path)))
    if data.draw(st.booleans()) and at < len(path):
        path = path[:at] + path[at + 1:]
    else:
        path = (*path[:at], HASHES[0], *path[at:])
    with pytest.raises(LedgerError):
        check_consistency(ConsistencyProof(path), HEADS[old_size], HEADS[size])


@given(
    st.integers(-2, 2**65), st.integers(-2, 2**65), st.lists(st.binary(max_size=33) | hashes, max_size=70),
    hashes, hashes,
)
def test_junk_is_refused_and_never_anything_worse(small, large, path, root, other):
    with pytest.raises(LedgerError):
        check_inclusion(InclusionProof(small, tuple(path)), b"entry", TreeHead(large, root))
    if root != other:
        with pytest.raises(LedgerError):
            check_consistency(ConsistencyProof(tuple(path)), TreeHead(small, root), TreeHead(large, other))
