"""An audit agrees with every whole log, and names the first entry of a broken one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discretion.ledger.audit import AuditError, audit
from discretion.ledger.errors import ShapeError
from discretion.ledger.tile import Tile, bundles_of, encode_bundle, tile_root, tiles_of
from discretion.ledger.tree import Frontier, leaf_hash


def published(entries: list[bytes]) -> dict[Tile, bytes]:
    """Every file of a log, by its tile."""
    hashes = [leaf_hash(entry) for entry in entries]
    levels = [hashes]
    while len(levels[-1]) >= 256:
        levels.append([tile_root(levels[-1][at:at + 256]) for at in range(0, len(levels[-1]) - 255, 256)])
    files = {tile: b"".join(levels[tile.level][tile.n * 256:tile.n * 256 + tile.width]) for tile in tiles_of(len(entries))}
    return files | {tile: encode_bundle(entries[tile.n * 256:tile.n * 256 + tile.width]) for tile in bundles_of(len(entries))}


def reader(files: dict[Tile, bytes]):
    def read(tile: Tile) -> bytes:
        if tile not in files:
            raise ShapeError("missing")
        return files[tile]

    return read


sizes = st.one_of(st.integers(0, 20), st.sampled_from([255, 256, 257, 511, 512, 513, 700]))


@given(sizes)
def test_a_whole_log_agrees(size: int) -> None:
    entries = [number.to_bytes(3, "big") for number in range(size)]
    head = Frontier.empty().append([leaf_hash(entry) for entry in entries]).head()
    assert list(audit(head, reader(published(entries))))[-1:] == ([size] if size else [])


@given(st.data())
def test_any_changed_byte_of_any_file_is_found_at_its_entry(data: st.DataObject) -> None:
    entries = [number.to_bytes(3, "big") for number in range(data.draw(sizes.filter(bool)))]
    head = Frontier.empty().append([leaf_hash(entry) for entry in entries]).head()
    files = published(entries)
    tile = data.draw(st.sampled_from(sorted(files)))
    raw = bytearray(files[tile])
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    files[tile] = bytes(raw)
    with pytest.raises(AuditError) as found:
        list(audit(head, reader(files)))
    if not tile.is_entries:
        assert found.value.index == (tile.n * 256 + at // 32) * 256 ** tile.level
    elif found.value.what == "tile":
        assert found.value.index == tile.n * 256 + at // 5
    else:
        assert (found.value.what, found.value.index) == ("bundle", tile.n * 256)


@given(st.data())
def test_a_missing_file_is_found(data: st.DataObject) -> None:
    entries = [number.to_bytes(3, "big") for number in range(data.draw(sizes.filter(bool)))]
    head = Frontier.empty().append([leaf_hash(entry) for entry in entries]).head()
    files = published(entries)
    del files[data.draw(st.sampled_from(sorted(files)))]
    with pytest.raises(AuditError) as found:
        list(audit(head, reader(files)))
    assert found.value.what in ("bundle", "tile")
