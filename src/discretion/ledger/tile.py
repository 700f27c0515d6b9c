"""Tiles: the tree cut into runs of 256 hashes, as others fetch and keep it; proofs of any size from a few of them.

Rules:
* A tile of level L holds the roots of subtrees of 256^L leaves; a full one has 256 of them and never changes again.
* A tile that is not full is never hashed into the level above. No tile is empty.
* What is read is checked to be exactly as many hashes as the tile has; whether they are the right ones shows when a
  root is compared with a signed one.

Left to others: where tiles are kept (the keeper's store, a directory, a web server), signatures (`checkpoint`), what an
entry is (`leaf`). Source: C2SP tlog-tiles v0.1.0; RFC 9162, 2.1.3 and 2.1.4.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discretion.ledger.errors import ProofError, ShapeError
from discretion.ledger.proof import ConsistencyProof, InclusionProof, split_size
from discretion.ledger.tree import HASH_SIZE_BYTES, Frontier, node_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
TILE_SIZE_BYTES = TILE_WIDTH * HASH_SIZE_BYTES
ENTRY_SIZE_BYTES_MAX = 65_535
LEVEL_MAX = 63
_LENGTH_SIZE_BYTES = 2
_PATH = re.compile(r"tile/(entries|[0-9]{1,2})/((?:x[0-9]{3}/){0,6})([0-9]{3})(?:\.p/([0-9]{1,3}))?")


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """One tile: its level, its place in the level, how many hashes it has; `is_entries` for a bundle of entries."""

    level: int
    n: int
    width: int = TILE_WIDTH
    is_entries: bool = False

    @property
    def path(self) -> str:
        """Where it is found below the log's prefix: `tile/0/x001/067`, `tile/entries/000.p/12`."""
        n, last = divmod(self.n, 1000)
        place = f"{last:03d}"
        while n:
            n, group = divmod(n, 1000)
            place = f"x{group:03d}/{place}"
        name = f"tile/{'entries' if self.is_entries else self.level}/{place}"
        return name if self.width == TILE_WIDTH else f"{name}.p/{self.width}"

    @classmethod
    def parse(cls, path: str) -> Tile:
        """Return the tile that is found at `path`. Errors: `ShapeError` for any but the one way to write it.

        Not checked: whether a tree has it; see `is_of`.
        """
        found = _PATH.fullmatch(path)
        if found is None:
            raise ShapeError("no path of a tile")
        is_entries = found[1] == "entries"
        n = int(found[2].replace("x", "").replace("/", "") + found[3])
        tile = cls(0 if is_entries else int(found[1]), n, int(found[4] or TILE_WIDTH), is_entries)
        if tile.path != path or tile.level > LEVEL_MAX or not 0 < tile.width <= TILE_WIDTH:
            raise ShapeError("a path of a tile, but not the one")
        return tile

    def is_of(self, size: int) -> bool:
        """Whether a tree of `size` leaves has every hash of this tile."""
        return self.n * TILE_WIDTH + self.width <= size >> TILE_HEIGHT * self.level


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of hashes that a tree of `size` leaves has, level by level, the one that is not full last."""
    level, count = 0, size
    while count:
        full, rest = divmod(count, TILE_WIDTH)
        for n in range(full):
            yield Tile(level, n)
        if rest:
            yield Tile(level, full, rest)
        level, count = level + 1, full


def bundles_of(size: int) -> Iterator[Tile]:
    """Yield every bundle of entries that a log of `size` entries has."""
    for tile in tiles_of(size):
        if tile.level:
            return
        yield Tile(0, tile.n, tile.width, is_entries=True)


def split_hashes(raw: bytes, count: int) -> list[bytes]:
    """Return the `count` hashes of a tile. Errors: `ShapeError` when it has another length."""
    if len(raw) != count * HASH_SIZE_BYTES:
        raise ShapeError(f"{len(raw)} bytes are no tile of {count} hashes")
    return [raw[at:at + HASH_SIZE_BYTES] for at in range(0, len(raw), HASH_SIZE_BYTES)]


def tile_root(hashes: Sequence[bytes]) -> bytes:
    """Return the hash that a full tile has in the level above. Errors: `ShapeError` when it is not full."""
    if len(hashes) != TILE_WIDTH:
        raise ShapeError(f"a tile of {len(hashes)} hashes has no place in the level above")
    return _folded(list(hashes))


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return a bundle: each entry behind its length of two bytes. Errors: `ShapeError` for an entry too long."""
    for entry in entries:
        if len(entry) > ENTRY_SIZE_BYTES_MAX:
            raise ShapeError(f"an entry of {len(entry)} bytes")
    return b"".join(len(entry).to_bytes(_LENGTH_SIZE_BYTES, "big") + entry for entry in entries)


def decode_bundle(raw: bytes, count: int) -> list[bytes]:
    """Return the `count` entries of a bundle. Errors: `ShapeError` when it holds anything more or less."""
    entries, at = [], 0
    for _ in range(count):
        start = at + _LENGTH_SIZE_BYTES
        at = start + int.from_bytes(raw[at:start], "big")
        if at > len(raw) or start > len(raw):
            raise ShapeError("a bundle that ends inside an entry")
        entries.append(raw[start:at])
    if at != len(raw):
        raise ShapeError("a bundle with more than its entries")
    return entries


class TiledTree:
    """A tree of `size` leaves whose hashes are read tile by tile; each tile is read once.

    The implementer of `read` returns the hashes of that tile in one run of bytes; it may raise what it likes.
    """

    def __init__(self, size: int, read: Callable[[Tile], bytes]) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def root(self) -> bytes:
        """Return the root hash. Errors: `ShapeError`, and those of `read`."""
        return self._range(0, self.size)

    def frontier(self) -> Frontier:
        """Return the compact range, on which the tree can be grown. Errors: as `root`."""
        return self._run(0, self.size)

    def prove_inclusion(self, index: int) -> InclusionProof:
        """Return the proof that leaf `index` is in this tree, from at most two tiles a level.

        Errors: `ProofError` when there is no such leaf; as `root`. Source: RFC 9162, 2.1.3.1.
        """
        if not 0 <= index < self.size:
            raise ProofError(f"index {index} is not in a tree of {self.size}")
        path: list[bytes] = []
        start, end = 0, self.size
        while end - start > 1:
            split = start + split_size(end - start)
            if index < split:
                path.append(self._range(split, end))
                end = split
            else:
                path.append(self._range(start, split))
                start = split
        return InclusionProof(index, tuple(reversed(path)))

    def prove_consistency(self, old_size: int) -> ConsistencyProof:
        """Return the proof that this tree begins with its first `old_size` leaves, from a few tiles a level.

        Errors: `ProofError` when there is no such tree; as `root`. Source: RFC 9162, 2.1.4.1.
        """
        if not 0 <= old_size <= self.size:
            raise ProofError(f"no trees of {old_size} and {self.size}")
        if old_size in (0, self.size):
            return ConsistencyProof(())
        path: list[bytes] = []
        start, end, is_whole = 0, self.size, True
        while old_size != end:
            split = start + split_size(end - start)
            if old_size <= split:
                path.append(self._range(split, end))
                end = split
            else:
                path.append(self._range(start, split))
                start, is_whole = split, False
        if not is_whole:
            path.append(self._range(start, end))
        return ConsistencyProof(tuple(reversed(path)))

    def _range(self, start: int, end: int) -> bytes:
        """Return the root over the leaves from `start` to `end`; `start` is where a subtree that large may begin."""
        return self._run(start, end).root()

    def _run(self, start: int, end: int) -> Frontier:
        """Return the perfect subtrees of a run of leaves, largest first: a tree of its own."""
        size, parts = end - start, []
        while start < end:
            height = (end - start).bit_length() - 1
            parts.append(self._node(height, start >> height))
            start += 1 << height
        return Frontier(size, tuple(parts))

    def _node(self, height: int, index: int) -> bytes:
        """Return the root of the perfect subtree of 2^`height` leaves at `index`."""
        level, inner = divmod(height, TILE_HEIGHT)
        n, start = divmod(index << inner, TILE_WIDTH)
        return _folded(self._tile(level, n)[start:start + (1 << inner)])

    def _tile(self, level: int, n: int) -> list[bytes]:
        found = self._tiles.get((level, n))
        if found is None:
            width = min(TILE_WIDTH, (self.size >> TILE_HEIGHT * level) - n * TILE_WIDTH)
            tile = Tile(level, n, width)
            found = self._tiles[level, n] = split_hashes(self._read(tile), width)
        return found


def _folded(row: list[bytes]) -> bytes:
    while len(row) > 1:
        pairs = iter(row)
        row = [node_hash(left, right) for left, right in zip(pairs, pairs, strict=True)]
    return row[0]
