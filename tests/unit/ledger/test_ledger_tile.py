"""Tiles: where they are, what they hold, and the numbers of the specification."""

from __future__ import annotations

import os

import pytest

from discretion.ledger.errors import ProofError, ShapeError
from discretion.ledger.tile import (
    TILE_SIZE_BYTES,
    Tile,
    TiledTree,
    bundles_of,
    decode_bundle,
    encode_bundle,
    split_hashes,
    tile_root,
    tiles_of,
)
from discretion.ledger.tree import EMPTY_ROOT, Frontier


@pytest.mark.parametrize(("tile", "path"), [
    (Tile(0, 0), "tile/0/000"),
    (Tile(0, 67, 112), "tile/0/067.p/112"),
    (Tile(1, 1_234_067), "tile/1/x001/x234/067"),
    (Tile(3, 1000, 1), "tile/3/x001/000.p/1"),
    (Tile(0, 273, 112, is_entries=True), "tile/entries/273.p/112"),
    (Tile(0, 1_234_067, is_entries=True), "tile/entries/x001/x234/067"),
])
def test_a_tile_is_found_where_the_specification_puts_it(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert Tile.parse(path) == tile


@pytest.mark.parametrize("path", [
    "", "tile", "tile/0", "tile/00/000", "tile/64/000", "tile/100/000", "tile/0/x000/000", "tile/0/000.p/0", "tile/0/000.p/256",
    "tile/0/000.p/999", "tile/0/000.p/01", "tile/0/0000", "/tile/0/000", "tile/0/000/", "tile/0/000\n", "tile/entries/x000/001", "tile/0/001/002",
    "tile/0/\u0660\u0660\u0660", "tile/0/" + "x999/" * 7 + "999",
])
def test_there_is_one_way_to_write_where_a_tile_is(path: str) -> None:
    with pytest.raises(ShapeError):
        Tile.parse(path)


def test_a_tree_has_its_tiles_and_every_smaller_one_and_no_other() -> None:
    assert all(tile.is_of(70_000) for tile in (*tiles_of(70_000), *bundles_of(70_000), Tile(0, 273, 1), Tile(1, 0, 255), Tile(2, 0, 1)))
    assert not any(tile.is_of(70_000) for tile in (Tile(0, 273), Tile(0, 273, 113), Tile(0, 274, 1), Tile(1, 1, 18), Tile(2, 0, 2), Tile(3, 0, 1)))
    assert not Tile(0, 0, 1).is_of(0)


def test_seventy_thousand_leaves_have_the_tiles_of_the_check_value() -> None:
    tiles = list(tiles_of(70_000))
    assert [sum(tile.level == level and tile.width == 256 for tile in tiles) for level in (0, 1, 2)] == [273, 1, 0]
    assert [tile.path for tile in tiles if tile.width < 256] == ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
    assert [tile.path for tile in bundles_of(70_000)][-1] == "tile/entries/273.p/112"
    assert len(list(bundles_of(70_000))) == 274


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 65_537])
def test_no_tile_is_empty_and_a_full_one_is_named_as_such(size: int) -> None:
    for tile in tiles_of(size):
        assert 1 <= tile.width <= 256
        assert (".p/" in tile.path) == (tile.width < 256)
    assert sum(tile.width for tile in tiles_of(size) if tile.level == 0) == size == sum(tile.width for tile in bundles_of(size))


def test_a_full_tile_has_one_hash_above_and_another_has_none() -> None:
    hashes = [os.urandom(32) for _ in range(256)]
    assert tile_root(hashes) == Frontier.empty().append(hashes).root()
    assert len(b"".join(hashes)) == TILE_SIZE_BYTES
    with pytest.raises(ShapeError):
        tile_root(hashes[:255])


def test_a_tile_of_another_length_is_refused() -> None:
    assert split_hashes(b"a" * 64, 2) == [b"a" * 32] * 2
    for raw in (b"", b"a" * 63, b"a" * 65, b"a" * 96):
        with pytest.raises(ShapeError):
            split_hashes(raw, 2)


def test_a_bundle_holds_its_entries_and_nothing_else() -> None:
    entries = [b"", b"one", b"x" * 65_535]
    raw = encode_bundle(entries)
    assert raw[:2] == b"\0\0"
    assert decode_bundle(raw, 3) == entries
    for broken, count in ((raw, 2), (raw, 4), (raw[:-1], 3), (raw + b"\0", 3), (raw[:3], 2), (b"", 1)):
        with pytest.raises(ShapeError):
            decode_bundle(broken, count)
    with pytest.raises(ShapeError):
        encode_bundle([b"x" * 65_536])


def test_what_is_not_in_the_tree_is_not_proved() -> None:
    tree = TiledTree(0, lambda _tile: b"")
    assert tree.root() == EMPTY_ROOT
    with pytest.raises(ProofError):
        tree.prove_inclusion(0)
    with pytest.raises(ProofError):
        tree.prove_consistency(1)
