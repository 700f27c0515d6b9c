"""Proofs over the tree: that an entry is in it, and that a later tree holds an earlier one.

Rules:
* Every hash taken in is 32 bytes, checked before any other test; a path has exactly the length that size and index ask.
* Checking never raises anything but `ProofError` or `ShapeError`, and returns nothing: there is no answer to overlook.

Left to others: signatures on the heads (`checkpoint`). Source: RFC 9162, 2.1.3 and 2.1.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from discretion.ledger.errors import ProofError
from discretion.ledger.tree import EMPTY_ROOT, Frontier, TreeHead, check_hashes, leaf_hash, node_hash

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Where an entry stands, and the hashes beside its way to the root, leaf side first."""

    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """The hashes that lead from an earlier root to a later one, in the order of RFC 9162."""

    path: tuple[bytes, ...]


def check_inclusion(proof: InclusionProof, leaf: bytes, head: TreeHead) -> None:
    """Return only if `leaf` is entry `proof.index` of the tree under `head`.

    Shapes: `leaf` is the entry before hashing; `proof.path` is 0 to 63 hashes of 32 bytes, leaf side first.
    Errors: `ProofError` if the path ends in another root, `ShapeError` for a hash of another length.
    Source: RFC 9162, 2.1.3.2.
    Not checked: the signature on `head`; see `checkpoint.open_checkpoint`.
    """
    check_hash_inclusion(proof, leaf_hash(leaf), head)


def check_hash_inclusion(proof: InclusionProof, hashed_leaf: bytes, head: TreeHead) -> None:
    """As `check_inclusion`, for the hash of an entry. Errors: `ProofError`, `ShapeError`."""
    check_hashes((hashed_leaf, head.root, *proof.path))
    if not 0 <= proof.index < head.size:
        raise ProofError(f"index {proof.index} is not in a tree of {head.size}")
    result = hashed_leaf
    for value, is_left in zip(proof.path, _sides(proof.index, head.size - 1, proof.path), strict=True):
        # `node_hash`, written out: the vault walks such a path for every look-up
        result = sha256(b"\x01" + value + result if is_left else b"\x01" + result + value).digest()
    if not compare_digest(result, head.root):
        raise ProofError("the path ends in another root")


def check_consistency(proof: ConsistencyProof, old: TreeHead, new: TreeHead) -> None:
    """Return only if the tree under `new` begins with all of the tree under `old`.

    Shapes: `proof.path` is hashes of 32 bytes, none where `old` is empty or as large as `new`.
    Errors: `ProofError` if it ends in other roots, `ShapeError` for a hash of another length.
    Source: RFC 9162, 2.1.4.2; of an empty `old` it says nothing, here its root must be that of the empty tree.
    Not checked: the signatures on the heads; see `checkpoint.open_checkpoint`.
    """
    check_hashes((old.root, new.root, *proof.path))
    if not 0 <= old.size <= new.size:
        raise ProofError("a tree does not shrink")
    if old.size in (0, new.size):
        is_empty = old.size or compare_digest(old.root, EMPTY_ROOT)
        is_equal = old.size < new.size or compare_digest(old.root, new.root)
        if proof.path or not (is_empty and is_equal):
            raise ProofError("equal sizes with other roots, or a path where none belongs")
        return
    if not proof.path:
        raise ProofError("the path is too short")
    node, last = old.size - 1, new.size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    # A tree of 2^n leaves is itself the first node of the way; its root is then left out of the path.
    path = proof.path if node else (old.root, *proof.path)
    first = second = path[0]
    for value, is_left in zip(path[1:], _sides(node, last, path[1:]), strict=True):
        if is_left:
            first = node_hash(value, first)
        second = node_hash(value, second) if is_left else node_hash(second, value)
    if not (compare_digest(first, old.root) and compare_digest(second, new.root)):
        raise ProofError("the path ends in other roots")


def prove_inclusion(index: int, size: int, hashes: Sequence[bytes]) -> InclusionProof:
    """Return the proof that leaf `index` is in the tree of the first `size` of these leaf hashes.

    Costs: about `size` node hashes. Errors: `ProofError` when there is no such leaf, `ShapeError`.
    Source: RFC 9162, 2.1.3.1.
    """
    if not 0 <= index < size <= len(hashes):
        raise ProofError(f"index {index} is not in a tree of {size}, of {len(hashes)} leaves")
    return InclusionProof(index, tuple(_path(index, hashes[:size])))


def prove_consistency(old_size: int, size: int, hashes: Sequence[bytes]) -> ConsistencyProof:
    """Return the proof that the tree of the first `size` of these leaf hashes begins with the one of `old_size`.

    Costs: about `size` node hashes. Errors: `ProofError` when there are no such trees, `ShapeError`.
    Source: RFC 9162, 2.1.4.1.
    """
    if not 0 <= old_size <= size <= len(hashes):
        raise ProofError(f"no trees of {old_size} and {size}, of {len(hashes)} leaves")
    if old_size == 0:
        return ConsistencyProof(())
    return ConsistencyProof(tuple(_subproof(old_size, hashes[:size], is_whole=True)))


def _sides(node: int, last: int, path: Sequence[bytes]) -> list[bool]:
    """Return for each hash of a path up from `node` whether it stands left of the way; `last` is the level's last node.

    Errors: `ProofError` when the path is not exactly as long as the way.
    """
    inner = (node ^ last).bit_length()  # up to here the way has both neighbours; from here it is the tree's right edge
    sides = [bool(node >> level & 1) for level in range(inner)] + [True] * (node >> inner).bit_count()
    if len(sides) != len(path):
        raise ProofError(f"a path of {len(path)} hashes; the way has {len(sides)}")
    return sides


def _path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    split = split_size(len(hashes))
    if index < split:
        return [*_path(index, hashes[:split]), _root(hashes[split:])]
    return [*_path(index - split, hashes[split:]), _root(hashes[:split])]


def _subproof(old_size: int, hashes: Sequence[bytes], *, is_whole: bool) -> list[bytes]:
    if old_size == len(hashes):
        return [] if is_whole else [_root(hashes)]
    split = split_size(len(hashes))
    if old_size <= split:
        return [*_subproof(old_size, hashes[:split], is_whole=is_whole), _root(hashes[split:])]
    return [*_subproof(old_size - split, hashes[split:], is_whole=False), _root(hashes[:split])]


def split_size(size: int) -> int:
    """Return the largest power of two below `size`, which is 2 or more: where a tree of that size splits."""
    return 1 << (size - 1).bit_length() - 1


def _root(hashes: Sequence[bytes]) -> bytes:
    return Frontier.empty().append(hashes).root()
