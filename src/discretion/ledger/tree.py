"""The RFC 6962 tree: leaf and node hashes, and the compact range that grows it.

Rules:
* A leaf is SHA-256(0x00 ‖ entry), a node SHA-256(0x01 ‖ left ‖ right); the empty tree is SHA-256 of nothing.
* A tree of n leaves splits at the largest power of two below n.
* Every hash taken in is exactly 32 bytes; that is checked before anything else.

Left to others: proofs (`proof`), what an entry is (`leaf`), signatures (`checkpoint`). Source: RFC 9162, 2.1.1.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from discretion.ledger.errors import ShapeError

if TYPE_CHECKING:
    from collections.abc import Sequence

HASH_SIZE_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one leaf: 32 bytes."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two hashes of 32 bytes. Not checked here, on the hot path: their length."""
    return _sha256(b"\x01" + left + right).digest()


def check_hashes(values: Sequence[bytes]) -> None:
    """Return only if each of `values` is 32 bytes. Errors: `ShapeError`."""
    for value in values:
        if len(value) != HASH_SIZE_BYTES:
            raise ShapeError(f"a hash of {len(value)} bytes; it has 32")


@dataclass(frozen=True, slots=True)
class TreeHead:
    """Size and root of a tree: all that a checkpoint says."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """The compact range of a tree: the roots of its perfect subtrees, one for each set bit of `size`, largest first."""

    size: int
    stack: tuple[bytes, ...]
    _root: bytes | None = field(default=None, repr=False, compare=False)  # kept where appending has made it anyway

    @classmethod
    def empty(cls) -> Frontier:
        """Return the tree without leaves."""
        return cls(0, ())

    @classmethod
    def from_bytes(cls, size: int, raw: bytes) -> Frontier:
        """Return the compact range stored as `raw`, 32 bytes for each set bit of `size`. Errors: `ShapeError`."""
        if size < 0 or len(raw) != HASH_SIZE_BYTES * size.bit_count():
            raise ShapeError(f"{len(raw)} bytes are no compact range of {size} leaves")
        return cls(size, tuple([raw[at:at + HASH_SIZE_BYTES] for at in range(0, len(raw), HASH_SIZE_BYTES)]))

    def to_bytes(self) -> bytes:
        """Return the stack as one run of bytes, largest subtree first."""
        return b"".join(self.stack)

    def root(self) -> bytes:
        """Return the root hash. Costs log n node hashes, or none after `append_with_paths`."""
        return _folded(self.stack) if self._root is None else self._root

    def head(self) -> TreeHead:
        """Return size and root."""
        return TreeHead(self.size, self.root())

    def append(self, leaf_hashes: Sequence[bytes]) -> Frontier:
        """Return the tree with these leaves at its end. Costs about one node hash a leaf. Errors: `ShapeError`."""
        size = self.size + len(leaf_hashes)
        rows = _rows(self, leaf_hashes)
        return Frontier(size, tuple([row[-1] for level, row in enumerate(rows) if size >> level & 1][::-1]))

    def append_with_paths(self, leaf_hashes: Sequence[bytes]) -> tuple[Frontier, list[tuple[bytes, ...]]]:
        """Return the tree with these leaves, and for each its inclusion path under the new head, leaf side first.

        Costs: k + log n node hashes for k leaves, and 2k + log n tuples. Errors: `ShapeError`.
        """
        if len(leaf_hashes) == 1:  # the round of a quiet hotel: the last leaf has the whole old tree on its left
            return self._append_one(leaf_hashes[0]), [self.stack[::-1]]
        if not leaf_hashes:
            return self, []
        size = self.size + len(leaf_hashes)
        rows = _rows(self, leaf_hashes)
        stack: list[bytes] = []
        rests: list[bytes | None] = []  # for each level the root of what stands right of its last complete node
        rest: bytes | None = None
        for level, row in enumerate(rows):
            rests.append(rest)
            if size >> level & 1:
                stack.append(row[-1])
                rest = row[-1] if rest is None else node_hash(row[-1], rest)
        paths: list[tuple[bytes, ...]] = [()]
        for level in range(len(rows) - 1, -1, -1):
            paths = _paths_below(rows[level], rests[level], paths, self.size >> level + 1 & 1)
        return Frontier(size, tuple(stack[::-1]), rest), paths[self.size & 1:]

    def _append_one(self, new: bytes) -> Frontier:
        check_hashes((new,))
        lefts, ones = list(self.stack), self.size
        while ones & 1:
            new = node_hash(lefts.pop(), new)
            ones >>= 1
        stack = (*lefts, new)
        return Frontier(self.size + 1, stack, _folded(stack))


def _folded(stack: tuple[bytes, ...]) -> bytes:
    if not stack:
        return EMPTY_ROOT
    root = stack[-1]
    for left in stack[-2::-1]:
        root = node_hash(left, root)
    return root


def _rows(before: Frontier, leaf_hashes: Sequence[bytes]) -> list[list[bytes]]:
    """Return for each level, leaves first, its complete nodes from the first new one on.

    Each row begins at an even place: where the first new node is a right child, its left sibling stands before it.
    """
    check_hashes(leaf_hashes)
    nodes, lefts = list(leaf_hashes), list(before.stack)
    base, width = before.size, before.size + len(nodes)
    rows = []
    while width:
        if base & 1:
            nodes.insert(0, lefts.pop())
        rows.append(nodes)
        pairs = iter(nodes)  # an odd last node has no right sibling yet and is dropped
        nodes = [_sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
        base >>= 1
        width >>= 1
    return rows


def _paths_below(
    row: list[bytes], rest: bytes | None, above: list[tuple[bytes, ...]], skipped: int,
) -> list[tuple[bytes, ...]]:
    """Return the path of each node of `row`, then of the rest if there is one, from those of their parents.

    `above` begins with `skipped` nodes without a child in `row`, and ends with the parent of an odd last node or rest.
    """
    paths: list[tuple[bytes, ...]] = []
    pairs = iter(row)
    for (left, right), path in zip(zip(pairs, pairs, strict=False), above[skipped:], strict=False):
        paths += (right, *path), (left, *path)
    if len(row) & 1:
        if rest is None:
            paths.append(above[-1])
        else:
            paths += (rest, *above[-1]), (row[-1], *above[-1])
    elif rest is not None:
        paths.append(above[-1])
    return paths
