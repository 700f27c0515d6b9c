"""The RFC 6962 tree: leaf and node hashes, and the compact range that grows it.

Rules:
* A leaf is SHA-256(0x00 ‖ entry), a node SHA-256(0x01 ‖ left ‖ right); the empty tree is SHA-256 of nothing.
* A tree of n leaves splits at the largest power of two below n.
* Every hash taken in is exactly 32 bytes; that is checked before anything else.

Left to others: proofs (`proof`), what an entry is (`leaf`), signatures (`checkpoint`). Source: RFC 9162, 2.1.1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from discretion.ledger.errors import ShapeError

HASH_SIZE_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of one leaf: 32 bytes."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two hashes of 32 bytes each. Their length is not checked here: this is the hot path."""
    return _sha256(b"\x01" + left + right).digest()


def check_hash(value: bytes) -> bytes:
    """Return `value` if it is 32 bytes. Errors: `ShapeError`."""
    if len(value) != HASH_SIZE_BYTES:
        raise ShapeError(f"a hash of {len(value)} bytes; it has 32")
    return value


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

    @classmethod
    def empty(cls) -> Frontier:
        """Return the tree without leaves."""
        return cls(0, ())

    @classmethod
    def from_bytes(cls, size: int, raw: bytes) -> Frontier:
        """Return the compact range stored as `raw`, 32 bytes for each set bit of `size`. Errors: `ShapeError`."""
        if size < 0 or len(raw) != HASH_SIZE_BYTES * size.bit_count():
            raise ShapeError(f"{len(raw)} bytes are no compact range of {size} leaves")
        return cls(size, tuple(raw[at:at + HASH_SIZE_BYTES] for at in range(0, len(raw), HASH_SIZE_BYTES)))

    def to_bytes(self) -> bytes:
        """Return the stack as one run of bytes, largest subtree first."""
        return b"".join(self.stack)

    def root(self) -> bytes:
        """Return the root hash."""
        if not self.stack:
            return EMPTY_ROOT
        root = self.stack[-1]
        for left in reversed(self.stack[:-1]):
            root = node_hash(left, root)
        return root

    def head(self) -> TreeHead:
        """Return size and root."""
        return TreeHead(self.size, self.root())

    def append(self, leaf_hashes: Sequence[bytes]) -> Frontier:
        """Return the tree with these leaves at its end. Costs at most one node hash a leaf, and log n. Errors: `ShapeError`."""
        stack, size = list(self.stack), self.size
        for new in leaf_hashes:
            top = check_hash(new)
            ones = size
            while ones & 1:
                top = node_hash(stack.pop(), top)
                ones >>= 1
            stack.append(top)
            size += 1
        return Frontier(size, tuple(stack))

    def append_with_paths(self, leaf_hashes: Sequence[bytes]) -> tuple[Frontier, list[tuple[bytes, ...]]]:
        """Return the tree with these leaves, and for each its inclusion path under the new head, leaf side first.

        Costs: k + log n node hashes for k leaves, and k·log n to put the paths together. Errors: `ShapeError`.
        """
        size = self.size + len(leaf_hashes)
        known = dict(zip(_set_bits(self.size), self.stack, strict=True))
        nodes = [check_hash(new) for new in leaf_hashes]
        paths: list[list[bytes]] = [[] for _ in nodes]
        stack: list[bytes] = []
        loose: bytes | None = None  # what stands right of the last complete node of this level
        level = 0
        while size >> level:
            base, width = self.size >> level, size >> level
            if base & 1:  # the left sibling of the first new node stood before
                base -= 1
                nodes.insert(0, known[level])
            for index, path in enumerate(paths, self.size):
                sibling = index >> level ^ 1
                if sibling < width:
                    path.append(nodes[sibling - base])
                elif sibling == width and loose is not None:
                    path.append(loose)
            if width & 1:
                stack.append(nodes[-1])
                loose = nodes[-1] if loose is None else node_hash(nodes[-1], loose)
            nodes = [node_hash(nodes[at], nodes[at + 1]) for at in range(0, len(nodes) - 1, 2)]
            level += 1
        return Frontier(size, tuple(reversed(stack))), [tuple(path) for path in paths]


def _set_bits(size: int) -> list[int]:
    return [bit for bit in range(size.bit_length() - 1, -1, -1) if size >> bit & 1]
