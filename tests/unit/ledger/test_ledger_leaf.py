"""Leaves, commitments and canonical JSON against values made by other means; these formats are final."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from decimal import Decimal
from enum import IntFlag, StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from discretion.ledger.errors import LeafError
from discretion.ledger.leaf import (
    LEAF_SIZE_BYTES,
    MAGIC,
    PARTS,
    Leaf,
    Opening,
    canonical_json,
    commit,
    commitments_of,
    decode_leaf,
    encode_leaf,
    hmac_sha256,
    opening_matches,
    parse_canonical_json,
    parts_match,
    tag,
)
from discretion.ledger.tree import leaf_hash

GOLDEN = json.loads((Path(__file__).parent / "data" / "golden.json").read_text())
_OPENED = GOLDEN["commitments"][:3]
SALTS = tuple(bytes.fromhex(each["salt"]) for each in _OPENED)
TEXTS = tuple(each["text"].encode() for each in _OPENED)
LEAF = bytes.fromhex(GOLDEN["leaf"]["leaf"])


class Duty(StrEnum):
    FRONT_DESK = "front_desk"


class Groups(IntFlag):
    IDENTITY = 1
    CONTACT = 2


class Carried(msgspec.Struct):
    rate: float


@pytest.mark.parametrize("vector", GOLDEN["canonical_json"])
def test_canonical_json_is_as_written_down(vector):
    assert canonical_json(vector["value"]) == vector["text"].encode()
    assert parse_canonical_json(vector["text"].encode()) == vector["value"]


@pytest.mark.parametrize("vector", GOLDEN["commitments"])
def test_commitments_are_as_written_down(vector):
    made = commit(vector["part"], bytes.fromhex(vector["salt"]), vector["text"].encode())
    assert made.hex() == vector["commitment"]


@pytest.mark.parametrize("vector", GOLDEN["tags"])
def test_tags_are_as_written_down(vector):
    assert tag(bytes.fromhex(vector["key"]), vector["seq"]).hex() == vector["tag"]


@pytest.mark.parametrize("length", [0, 16, 32, 63, 64])
def test_a_keyed_hash_is_the_library_s(length):
    key = bytes(range(7, 7 + length))
    for text in (b"", b"tag", bytes(range(200))):
        assert hmac_sha256(key, text) == hmac.digest(key, text, "sha256")
    with pytest.raises(LeafError):
        hmac_sha256(bytes(65), b"")


def test_the_leaf_is_as_written_down():
    commitments = tuple(map(commit, PARTS, SALTS, TEXTS))
    leaf_tag = bytes.fromhex(GOLDEN["leaf"]["tag"])
    made = encode_leaf(leaf_tag, *commitments)
    assert made == LEAF
    assert (len(made), made[:8]) == (LEAF_SIZE_BYTES, MAGIC) == (120, b"DISCRET1")
    assert leaf_hash(made).hex() == GOLDEN["leaf"]["leaf_hash"]
    assert decode_leaf(made) == Leaf(leaf_tag, commitments)
    assert commitments_of(made) == commitments


def test_enumerations_are_written_by_their_value():
    assert canonical_json({"duty": Duty.FRONT_DESK, "given": [Groups.IDENTITY | Groups.CONTACT]}) == (
        b'{"duty":"front_desk","given":[3]}'
    )
    assert canonical_json({"given": (1, 2)}) == b'{"given":[1,2]}'


@pytest.mark.parametrize(
    "value",
    [
        {"a": 1.0}, {"a": [1, [2.5]]}, {"a": {"b": float("nan")}}, {"a": Decimal(1)}, {"a": b"x"}, {"a": {1, 2}},
        {"a": UUID(int=1)}, {"a": datetime(2026, 11, 23, tzinfo=UTC)}, {"a": Carried(1.5)}, {"a": object()},
        {1: "a"}, {"a": {None: 1}}, {"a": [{Duty.FRONT_DESK: 1}]}, {"a": "\ud800"}, {"\udfff": 1},
        {"a": type("Text", (str,), {})("x")},
    ],
)
def test_it_refuses_what_has_no_one_encoding(value):
    with pytest.raises(LeafError):
        canonical_json(value)


def test_it_refuses_what_is_nested_beyond_reading():
    value: dict[str, Any] = {}
    for _ in range(5000):
        value = {"a": value}
    with pytest.raises(LeafError):
        canonical_json(value)


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{", b"[]", b"1", b'"a"', b"null", b"{}\n", b" {}", b"\xef\xbb\xbf{}", b'{"a": 1}', b'{"b":1,"a":2}',
        b'{"a":1,"a":1}', b'{"a":1,"a":2}', b'{"a":1.0}', b'{"a":1e2}', b'{"a":-0}', b'{"a":01}', b'{"a":NaN}',
        b'{"a":"\\u0041"}', b'{"a":"\\/"}', b'{"a":"\\u001F"}', b'{"a":"\\ud800"}', b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}', b'{"a":"\xc0\x80"}', b'{"a":"\x7f\n"}', b"{'a':1}", b'{"a":1,}', b'{"a":1}{}',
        b'{"a":' * 100_000, b'{"a":' * 5000 + b"1" + b"}" * 5000, b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_it_refuses_bytes_that_are_not_canonical(raw):
    with pytest.raises(LeafError):
        parse_canonical_json(raw)


@pytest.mark.parametrize("salt", [b"", b"s" * 31, b"s" * 33])
def test_it_refuses_a_salt_that_would_move_the_border_to_the_text(salt):
    with pytest.raises(LeafError):
        commit("guest", salt, b"{}")


@pytest.mark.parametrize(
    "sizes",
    [(15, 32, 32, 32), (17, 32, 32, 32), (16, 31, 33, 32), (16, 32, 31, 33), (16, 33, 32, 31), (16, 32, 32, 0)],
)
def test_it_refuses_pieces_of_another_length_even_if_they_add_up(sizes):
    with pytest.raises(LeafError):
        encode_leaf(*(b"x" * size for size in sizes))


@pytest.mark.parametrize("raw", [b"", LEAF[:-1], LEAF + b"\x00", b"DISCRET2" + LEAF[8:], LEAF[8:] + b"DISCRET1"])
def test_it_refuses_bytes_that_are_no_leaf(raw):
    with pytest.raises(LeafError):
        decode_leaf(raw)
    with pytest.raises(LeafError):
        opening_matches(raw, Opening(SALTS, TEXTS))


def test_an_opening_matches_its_leaf_only():
    assert opening_matches(LEAF, Opening(SALTS, TEXTS))
    other = encode_leaf(LEAF[8:24], LEAF[24:56], LEAF[56:88], commit("context", SALTS[2], b"{}"))
    assert not opening_matches(other, Opening(SALTS, TEXTS))


def test_parts_cannot_change_places():
    swapped = Opening((SALTS[1], SALTS[0], SALTS[2]), (TEXTS[1], TEXTS[0], TEXTS[2]))
    assert not opening_matches(LEAF, swapped)
    assert commit("guest", SALTS[0], b"{}") != commit("staff", SALTS[0], b"{}")


def test_an_erased_part_leaves_the_others_checked():
    guest, staff, context = zip(SALTS, TEXTS, strict=True)
    assert parts_match(LEAF, guest, staff, context)
    assert parts_match(LEAF, None, staff, None)
    assert parts_match(LEAF, None, None, None)
    assert not parts_match(LEAF, None, (SALTS[1], b"{}"), None)
    assert not parts_match(LEAF, staff, None, context)


def test_tags_of_two_records_or_numbers_differ():
    made = {tag(key, seq) for key in (b"a" * 32, b"b" * 32) for seq in (1, 2, 3)}
    assert len(made) == 6
    assert {len(each) for each in made} == {16}
