"""The tree grows the same however it is fed, and every new leaf comes with a path that holds."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discretion.ledger.errors import ShapeError
from discretion.ledger.proof import InclusionProof, check_hash_inclusion
from discretion.ledger.tree import Frontier, leaf_hash

HASHES = [leaf_hash(number.to_bytes(4, "big")) for number in range(66_000)]
sizes = st.integers(0, 700)
hashes = st.binary(min_size=32, max_size=32)


def root_by_definition(leaves: list[bytes]) -> bytes:
    """The tree hash as RFC 9162, 2.1.1 writes it, over leaves already hashed."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + root_by_definition(leaves[:split]) + root_by_definition(leaves[split:])).digest()


def tree(size: int) -> Frontier:
    return Frontier.empty().append(HASHES[:size])


def check_growth(before: Frontier, size: int) -> None:
    after, paths = before.append_with_paths(HASHES[before.size:size])
    # `_root` is left out of the comparison: the stack alone must give the same root as the paths were made for.
    assert after == before.append(HASHES[before.size:size])
    assert after.root() == Frontier(after.size, after.stack).root()
    assert len(paths) == size - before.size
    for index, path in enumerate(paths, before.size):
        check_hash_inclusion(InclusionProof(index, path), HASHES[index], after.head())


def test_the_root_is_the_one_of_the_definition_for_every_size_to_600():
    for size in range(601):
        assert tree(size).root() == root_by_definition(HASHES[:size])


def test_every_new_leaf_is_proved_for_every_size_to_600():
    for size in range(1, 601):
        for old_size in {0, size // 2, 1 << (size - 1).bit_length() >> 1, max(0, size - 33), size - 2, size - 1}:
            if 0 <= old_size < size and (old_size or size % 7 == 0):
                check_growth(tree(old_size), size)


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537])
@pytest.mark.parametrize("count", [1, 2, 3, 31, 32, 33, 512])
def test_every_new_leaf_is_proved_around_a_power_of_two(size, count):
    check_growth(tree(size - count), size)


@given(st.lists(st.integers(0, 80), max_size=12))
def test_any_batching_gives_the_same_tree(counts):
    appended = with_paths = Frontier.empty()
    for count in counts:
        batch = HASHES[appended.size:appended.size + count]
        appended = appended.append(batch)
        with_paths, _ = with_paths.append_with_paths(batch)
    assert appended == with_paths == tree(sum(counts))
    assert with_paths.root() == root_by_definition(HASHES[:sum(counts)])


@given(sizes, st.integers(0, 70))
def test_any_growth_proves_its_leaves(old_size, count):
    check_growth(tree(old_size), old_size + count)


@given(st.lists(hashes, max_size=40), st.lists(hashes, max_size=9))
def test_it_holds_for_any_hashes(old, new):
    before = Frontier.empty().append(old)
    after, paths = before.append_with_paths(new)
    assert after.root() == root_by_definition([*old, *new])
    for index, path in enumerate(paths, len(old)):
        check_hash_inclusion(InclusionProof(index, path), new[index - len(old)], after.head())


@given(sizes)
def test_a_stored_tree_comes_back(size):
    frontier = tree(size)
    assert len(frontier.to_bytes()) == 32 * size.bit_count()
    assert Frontier.from_bytes(size, frontier.to_bytes()) == frontier


@given(st.integers(-5, 10_000), st.binary(max_size=500))
def test_bytes_that_do_not_fit_are_refused(size, raw):
    try:
        frontier = Frontier.from_bytes(size, raw)
    except ShapeError:
        assert size < 0 or len(raw) != 32 * size.bit_count()
    else:
        assert frontier.to_bytes() == raw
