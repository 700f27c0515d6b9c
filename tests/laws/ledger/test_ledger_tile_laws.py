"""Proofs from tiles are the proofs from all leaves, for every size and place, and read only a few tiles."""

from __future__ import annotations

import hashlib
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discretion.ledger.errors import ShapeError
from discretion.ledger.proof import (
    check_consistency,
    check_hash_inclusion,
    prove_consistency,
    prove_inclusion,
)
from discretion.ledger.tile import Tile, TiledTree, decode_bundle, encode_bundle, tile_root, tiles_of
from discretion.ledger.tree import Frontier, TreeHead

SIZE_MAX = 70_000


@cache
def leaves() -> tuple[bytes, ...]:
    return tuple(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(SIZE_MAX))


@cache
def levels() -> list[list[bytes]]:
    """Every level's hashes: of leaves, of full tiles, of full tiles of those."""
    found = [list(leaves())]
    while len(found[-1]) >= 256:
        row = found[-1]
        found.append([tile_root(row[at:at + 256]) for at in range(0, len(row) - 255, 256)])
    return found


class Read:
    """Tiles of a tree of any size below the largest, as they would be kept; counts what was read."""

    def __init__(self) -> None:
        self.tiles: list[Tile] = []

    def __call__(self, tile: Tile) -> bytes:
        self.tiles.append(tile)
        return b"".join(levels()[tile.level][tile.n * 256:tile.n * 256 + tile.width])


@cache
def root(size: int) -> bytes:
    return Frontier.empty().append(leaves()[:size]).root()


@pytest.mark.parametrize("size", [*range(1, 40), 255, 256, 257, 511, 512, 513, 600, 65_535, 65_536, 65_537])
def test_root_and_growth_are_those_of_the_leaves(size: int) -> None:
    tree = TiledTree(size, Read())
    assert tree.root() == root(size)
    assert tree.frontier() == Frontier.empty().append(leaves()[:size])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 255, 256, 257, 300, 512, 600])
def test_every_entry_is_proved_as_from_all_leaves(size: int) -> None:
    tree = TiledTree(size, Read())
    for index in range(size):
        assert tree.prove_inclusion(index) == prove_inclusion(index, size, leaves()[:size])


@pytest.mark.parametrize("size", [2, 3, 7, 255, 256, 257, 300, 513])
def test_every_earlier_tree_is_proved_as_from_all_leaves(size: int) -> None:
    tree = TiledTree(size, Read())
    for old_size in range(size + 1):
        assert tree.prove_consistency(old_size) == prove_consistency(old_size, size, leaves()[:size])


@given(st.data())
def test_any_entry_of_any_tree_is_proved_from_two_tiles_a_level(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, SIZE_MAX))
    index = data.draw(st.integers(0, size - 1))
    read = Read()
    proof = TiledTree(size, read).prove_inclusion(index)
    check_hash_inclusion(proof, leaves()[index], TreeHead(size, TiledTree(size, Read()).root()))
    assert len(read.tiles) == len(set(read.tiles))
    for level in range(3):
        assert sum(tile.level == level for tile in read.tiles) <= 2
    assert set(read.tiles) <= set(tiles_of(size))


@given(st.data())
def test_any_earlier_tree_of_any_tree_is_proved(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, SIZE_MAX))
    old_size = data.draw(st.integers(1, size))
    tree = TiledTree(size, Read())
    old = TreeHead(old_size, TiledTree(old_size, Read()).root())
    check_consistency(tree.prove_consistency(old_size), old, TreeHead(size, tree.root()))


@given(st.lists(st.binary(max_size=300), max_size=40))
def test_a_bundle_comes_back(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


@given(st.binary(max_size=200), st.integers(0, 5))
def test_junk_is_a_bundle_or_refused(raw: bytes, count: int) -> None:
    try:
        entries = decode_bundle(raw, count)
    except ShapeError:
        return
    assert encode_bundle(entries) == raw


TILES = st.builds(Tile, st.integers(0, 63), st.integers(0, 10**21 - 1), st.integers(1, 256))


@given(TILES, st.booleans())
def test_a_path_is_read_as_the_tile_that_wrote_it(tile: Tile, is_entries: bool) -> None:
    if is_entries:
        tile = Tile(0, tile.n, tile.width, is_entries=True)
    assert Tile.parse(tile.path) == tile


@given(st.one_of(st.text(max_size=40), st.from_regex(r"tile/(entries|[0-9]{1,3})/(x[0-9]{3}/){0,3}[0-9]{2,4}(\.p/[0-9]{1,4})?", fullmatch=True)))
def test_whatever_is_read_as_a_tile_is_written_the_same(path: str) -> None:
    try:
        tile = Tile.parse(path)
    except ShapeError:
        return
    assert tile.path == path
    assert 0 <= tile.level <= 63 and 1 <= tile.width <= 256
