"""Google's vectors, and the lies a proof may tell."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest

from discretion.ledger.errors import LedgerError, ProofError, ShapeError
from discretion.ledger.proof import (
    ConsistencyProof,
    InclusionProof,
    check_consistency,
    check_hash_inclusion,
    check_inclusion,
    prove_consistency,
    prove_inclusion,
)
from discretion.ledger.tree import EMPTY_ROOT, Frontier, TreeHead, leaf_hash, node_hash

DATA = Path(__file__).parent / "data"
INCLUSION = json.loads((DATA / "inclusion.json").read_text())
CONSISTENCY = json.loads((DATA / "consistency.json").read_text())
# Its roots are 12-byte stand-ins, and it says accept. We demand 32 bytes of every hash: the only difference.
NOT_HASHES = "additional/sizes-are-equal-one-and-proof-is-empty"

ENTRIES = [bytes([number]) for number in range(7)]
HASHES = [leaf_hash(entry) for entry in ENTRIES]


def head(size: int) -> TreeHead:
    return Frontier.empty().append(HASHES[:size]).head()


def path(vector: dict[str, list[str] | None]) -> tuple[bytes, ...]:
    return tuple(b64decode(each) for each in vector["proof"] or ())


def test_all_vectors_are_here():
    assert (len(INCLUSION), len(CONSISTENCY)) == (98, 98)
    assert NOT_HASHES in CONSISTENCY


@pytest.mark.parametrize("vector", INCLUSION.values(), ids=INCLUSION)
def test_inclusion_vectors_give_their_result(vector):
    proof = InclusionProof(vector["leafIdx"], path(vector))
    tree = TreeHead(vector["treeSize"], b64decode(vector["root"]))
    try:
        check_hash_inclusion(proof, b64decode(vector["leafHash"]), tree)
    except LedgerError:
        is_refused = True
    else:
        is_refused = False
    assert is_refused == vector["wantErr"]


@pytest.mark.parametrize(("name", "vector"), CONSISTENCY.items(), ids=CONSISTENCY)
def test_consistency_vectors_give_their_result(name, vector):
    old = TreeHead(vector["size1"], b64decode(vector["root1"]))
    new = TreeHead(vector["size2"], b64decode(vector["root2"]))
    try:
        check_consistency(ConsistencyProof(path(vector)), old, new)
    except LedgerError:
        is_refused = True
    else:
        is_refused = False
    assert is_refused == (vector["wantErr"] or name == NOT_HASHES)


def test_an_entry_is_checked_before_hashing():
    check_inclusion(prove_inclusion(3, 7, HASHES), ENTRIES[3], head(7))
    with pytest.raises(ProofError):
        check_inclusion(prove_inclusion(3, 7, HASHES), HASHES[3], head(7))


def test_a_node_cannot_pass_for_an_entry():
    # Without the first byte 0x00 or 0x01 the pair below would be an entry of a tree half as large.
    pair = HASHES[0] + HASHES[1]
    root = node_hash(node_hash(HASHES[0], HASHES[1]), node_hash(HASHES[2], HASHES[3]))
    with pytest.raises(ProofError):
        check_inclusion(InclusionProof(0, (node_hash(HASHES[2], HASHES[3]),)), pair, TreeHead(2, root))


@pytest.mark.parametrize("index", [-1, 7, 8, 2**64])
def test_it_refuses_an_index_outside_the_tree(index):
    with pytest.raises(ProofError, match="not in a tree"):
        check_inclusion(InclusionProof(index, ()), ENTRIES[0], head(7))
    with pytest.raises(ProofError):
        prove_inclusion(index, 7, HASHES)


def test_nothing_is_in_the_empty_tree():
    with pytest.raises(ProofError):
        check_inclusion(InclusionProof(0, ()), b"", TreeHead(0, EMPTY_ROOT))


@pytest.mark.parametrize("bad", [b"", b"\x00" * 31, b"\x00" * 33])
def test_a_hash_of_another_length_is_refused_before_anything_else(bad):
    proof = prove_inclusion(3, 7, HASHES)
    with pytest.raises(ShapeError):
        check_inclusion(InclusionProof(3, (*proof.path, bad)), ENTRIES[3], head(7))
    with pytest.raises(ShapeError):
        check_inclusion(InclusionProof(99, ()), ENTRIES[3], TreeHead(7, bad))
    with pytest.raises(ShapeError):
        check_hash_inclusion(InclusionProof(99, ()), bad, head(7))
    with pytest.raises(ShapeError):
        check_consistency(ConsistencyProof((bad,)), head(5), head(3))
    with pytest.raises(ShapeError):
        check_consistency(ConsistencyProof(()), TreeHead(0, bad), head(7))
    with pytest.raises(ShapeError):
        check_consistency(ConsistencyProof(()), head(3), TreeHead(3, bad))


def test_a_tree_never_shrinks():
    with pytest.raises(ProofError, match="shrink"):
        check_consistency(ConsistencyProof(()), head(5), head(3))
    with pytest.raises(ProofError, match="shrink"):
        check_consistency(ConsistencyProof(()), TreeHead(-1, EMPTY_ROOT), head(3))


@pytest.mark.parametrize(("old_size", "size"), [(5, 3), (-1, 3), (3, 8)])
def test_it_cannot_prove_trees_there_are_not(old_size, size):
    with pytest.raises(ProofError):
        prove_consistency(old_size, size, HASHES)


def test_every_tree_extends_the_empty_one():
    for size in range(8):
        assert prove_consistency(0, size, HASHES) == ConsistencyProof(())
        check_consistency(ConsistencyProof(()), head(0), head(size))


def test_an_empty_tree_has_one_root():
    with pytest.raises(ProofError):
        check_consistency(ConsistencyProof(()), TreeHead(0, HASHES[0]), head(3))
    with pytest.raises(ProofError):
        check_consistency(ConsistencyProof(()), TreeHead(0, EMPTY_ROOT), TreeHead(0, HASHES[0]))
    with pytest.raises(ProofError):
        check_consistency(ConsistencyProof((HASHES[0],)), head(0), head(3))


def test_a_fork_of_the_same_size_is_refused():
    fork = Frontier.empty().append([*HASHES[:4], HASHES[0]]).head()
    with pytest.raises(ProofError):
        check_consistency(ConsistencyProof(()), head(5), fork)


def test_a_rewritten_entry_breaks_consistency():
    rewritten = [HASHES[6], *HASHES[1:]]
    new = Frontier.empty().append(rewritten).head()
    for old_size in range(1, 7):
        proof = prove_consistency(old_size, 7, rewritten)
        with pytest.raises(ProofError):
            check_consistency(proof, head(old_size), new)
