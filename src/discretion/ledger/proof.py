"""Proofs over the tree: that an entry is in it, and that a later tree holds an earlier one.

Rules:
* Every hash taken in is 32 bytes, checked before any other test; a path has exactly the length that size and index ask.
* Checking never raises anything but `ProofError` or `ShapeError`, and returns nothing: there is no answer to overlook.

Left to others: signatures on the heads (`checkpoint`). Source: RFC 9162, 2.1.3 and 2.1.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import TYPE_CHECKING

from discretion.ledger.errors import ProofError
from discretion.ledger.tree import EMPTY_ROOT, Frontier, TreeHead, check_hash, leaf_hash, node_hash

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
    Errors: `ProofError` if the path ends in another root. Source: RFC 9162, 2.1.3.2.
    Not checked: the signature on `head`; see `checkpoint.open_checkpoint`.
    """
    check_hash_inclusion(proof, leaf_hash(leaf), head)


def check_hash_inclusion(proof: InclusionProof, hashed_leaf: bytes, head: TreeHead) -> None:
    """As `check_inclusion`, for the hash of an entry. Errors: `ProofError`, `ShapeError`."""
    for value in (hashed_leaf, head.root, *proof.path):
        check_hash(value)
    if not 0 <= proof.index < head.size:
        raise ProofError(f"index {proof.index} is not in a tree of {head.size}")
    node, last, result = proof.index, head.size - 1, hashed_leaf
    for value in proof.path:
        if last == 0:
            raise ProofError("the path is too long")
        if node & 1 or node == last:
            result = node_hash(value, result)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            result = node_hash(result, value)
        node >>= 1
        last >>= 1
    if last:
        raise ProofError("the path is too short")
    if not compare_digest(result, head.root):
        raise ProofError("the path ends in another root")


def check_consistency(proof: ConsistencyProof, old: TreeHead, new: TreeHead) -> None:
    """Return only if the tree under `new` begins with all of the tree under `old`.

    Errors: `ProofError`, `ShapeError`. Source: RFC 9162, 2.1.4.2.
    """
    for value in (old.root, new.root, *proof.path):
        check_hash(value)
    if not 0 <= old.size <= new.size:
        raise ProofError("a tree does not shrink")
    if old.size in (0, new.size):
        if proof.path or not compare_digest(old.root, EMPTY_ROOT if old.size == 0 else new.root):
            raise ProofError("equal sizes with other roots, or a path where none belongs")
        return
    path = list(proof.path)
    if not path:
        raise ProofError("the path is too short")
    if old.size & (old.size - 1) == 0:
        path.insert(0, old.root)
    node, last = old.size - 1, new.size - 1
    while node & 1:
        node >>= 1
        last >>= 1
    first = second = path[0]
    for value in path[1:]:
        if last == 0:
            raise ProofError("the path is too long")
        if node & 1 or node == last:
            first, second = node_hash(value, first), node_hash(value, second)
            while not node & 1 and node:
                node >>= 1
                last >>= 1
        else:
            second = node_hash(second, value)
        node >>= 1
        last >>= 1
    if last:
        raise ProofError("the path is too short")
    if not (compare_digest(first, old.root) and compare_digest(second, new.root)):
        raise ProofError("the path ends in other roots")


def prove_inclusion(index: int, hashes: Sequence[bytes]) -> InclusionProof:
    """Return the proof for one leaf of a tree given by all its leaf hashes. Costs n node hashes. Errors: `ProofError`."""
    if not 0 <= index < len(hashes):
        raise ProofError(f"index {index} is not in a tree of {len(hashes)}")
    return InclusionProof(index, tuple(_path(index, hashes)))


def prove_consistency(old_size: int, hashes: Sequence[bytes]) -> ConsistencyProof:
    """Return the proof from the first `old_size` leaves to all of `hashes`. Costs n node hashes. Errors: `ProofError`."""
    if not 0 <= old_size <= len(hashes):
        raise ProofError("a tree does not shrink")
    if old_size in (0, len(hashes)):
        return ConsistencyProof(())
    return ConsistencyProof(tuple(_subproof(old_size, hashes, is_whole=True)))


def _path(index: int, hashes: Sequence[bytes]) -> list[bytes]:
    if len(hashes) == 1:
        return []
    split = _split(len(hashes))
    if index < split:
        return [*_path(index, hashes[:split]), _root(hashes[split:])]
    return [*_path(index - split, hashes[split:]), _root(hashes[:split])]


def _subproof(old_size: int, hashes: Sequence[bytes], *, is_whole: bool) -> list[bytes]:
    if old_size == len(hashes):
        return [] if is_whole else [_root(hashes)]
    split = _split(len(hashes))
    if old_size <= split:
        return [*_subproof(old_size, hashes[:split], is_whole=is_whole), _root(hashes[split:])]
    return [*_subproof(old_size - split, hashes[split:], is_whole=False), _root(hashes[:split])]


def _split(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _root(hashes: Sequence[bytes]) -> bytes:
    return Frontier.empty().append(hashes).root()
