"""Trees small enough to write down."""

from __future__ import annotations

from hashlib import sha256

import pytest

from discretion.ledger.errors import ShapeError
from discretion.ledger.tree import EMPTY_ROOT, Frontier, TreeHead, leaf_hash, node_hash

A, B, C, D, E, F, G = (leaf_hash(letter) for letter in (b"a", b"b", b"c", b"d", b"e", b"f", b"g"))


def test_leaf_and_node_hashes_stand_apart_by_their_first_byte():
    assert leaf_hash(b"") == sha256(b"\x00").digest()
    assert node_hash(A, B) == sha256(b"\x01" + A + B).digest()
    assert leaf_hash(A + B) != node_hash(A, B)


def test_the_empty_tree_is_the_hash_of_nothing():
    assert Frontier.empty().head() == TreeHead(0, EMPTY_ROOT)
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_tree_of_one_is_its_leaf():
    assert Frontier.empty().append([A]).head() == TreeHead(1, A)


def test_a_tree_of_seven_has_the_root_of_the_rfc():
    left = node_hash(node_hash(A, B), node_hash(C, D))
    right = node_hash(node_hash(E, F), G)
    frontier = Frontier.empty().append([A, B, C, D, E, F, G])
    assert frontier.head() == TreeHead(7, node_hash(left, right))
    assert frontier.stack == (left, node_hash(E, F), G)


def test_new_leaves_come_with_their_paths_leaf_side_first():
    before = Frontier.empty().append([A, B, C])
    after, (path_d, path_e) = before.append_with_paths([D, E])
    assert after == Frontier.empty().append([A, B, C, D, E])
    assert path_d == (C, node_hash(A, B), E)
    assert path_e == (node_hash(node_hash(A, B), node_hash(C, D)),)


def test_new_leaves_that_fill_the_tree_have_nothing_on_their_right():
    after, (path_c, path_d) = Frontier.empty().append([A, B]).append_with_paths([C, D])
    assert after.stack == (node_hash(node_hash(A, B), node_hash(C, D)),)
    assert (path_c, path_d) == ((D, node_hash(A, B)), (C, node_hash(A, B)))


def test_a_single_new_leaf_has_the_old_tree_on_its_left():
    before = Frontier.empty().append([A, B, C])
    after, (path,) = before.append_with_paths([D])
    assert path == (C, node_hash(A, B))
    assert after.stack == (node_hash(node_hash(A, B), node_hash(C, D)),)


def test_the_first_leaf_has_an_empty_path():
    after, paths = Frontier.empty().append_with_paths([A])
    assert (after.head(), paths) == (TreeHead(1, A), [()])


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7])
def test_nothing_appended_changes_nothing(size):
    before = Frontier.empty().append([A, B, C, D, E, F, G][:size])
    assert before.append([]) == before
    assert before.append_with_paths([]) == (before, [])


def test_the_stored_stack_comes_back():
    frontier = Frontier.empty().append([A, B, C])
    assert Frontier.from_bytes(3, frontier.to_bytes()) == frontier
    assert Frontier.from_bytes(0, b"") == Frontier.empty()


@pytest.mark.parametrize(("size", "raw"), [(3, A), (3, A + B + C), (3, A + B[:31]), (0, A), (-1, b""), (4, b"")])
def test_it_refuses_a_stack_that_does_not_fit_the_size(size, raw):
    with pytest.raises(ShapeError):
        Frontier.from_bytes(size, raw)


@pytest.mark.parametrize("bad", [b"", A[:31], A + b"\x00"])
@pytest.mark.parametrize("around", [[], [A]])
def test_it_refuses_a_hash_that_is_not_32_bytes(bad, around):
    with pytest.raises(ShapeError):
        Frontier.empty().append([*around, bad])
    with pytest.raises(ShapeError):
        Frontier.empty().append_with_paths([*around, bad])
