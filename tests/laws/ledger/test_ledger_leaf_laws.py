"""One value, one text; one opening, one leaf."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discretion.ledger.errors import LeafError
from discretion.ledger.leaf import (
    PARTS,
    Opening,
    canonical_json,
    commit,
    decode_leaf,
    encode_leaf,
    opening_matches,
    parse_canonical_json,
    parts_match,
)

texts = st.text()
plain = st.none() | st.booleans() | st.integers(-(2**80), 2**80) | texts
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6,
)
objects = st.dictionaries(texts, values, max_size=3)
salts = st.binary(min_size=32, max_size=32)
openings = st.builds(Opening, st.tuples(salts, salts, salts), st.tuples(*[objects.map(canonical_json)] * 3))
tags = st.binary(min_size=16, max_size=16)


def leaf_of(opening: Opening, leaf_tag: bytes) -> bytes:
    return encode_leaf(leaf_tag, *map(commit, PARTS, opening.salts, opening.texts))


@given(objects)
def test_it_is_what_the_standard_library_writes_too(value):
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical_json(value) == written.encode()


@given(objects)
def test_what_was_written_reads_back(value):
    assert parse_canonical_json(canonical_json(value)) == value


@given(objects, st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(value, random):
    items = list(value.items())
    random.shuffle(items)
    assert canonical_json(dict(items)) == canonical_json(value)


@given(objects, st.sampled_from([None, 0, 2, "\t"]), st.booleans())
def test_another_writing_of_the_same_value_is_refused(value, indent, ensure_ascii):
    other = json.dumps(value, indent=indent, ensure_ascii=ensure_ascii).encode()
    if other == canonical_json(value):
        assert parse_canonical_json(other) == value
    else:
        with pytest.raises(LeafError):
            parse_canonical_json(other)


@given(objects, texts, st.floats())
def test_a_float_anywhere_is_refused(value, key, number):
    with pytest.raises(LeafError):
        canonical_json({**value, key: [number]})


@given(st.binary() | st.text().map(lambda text: text.encode()) | st.binary().map(lambda raw: b'{"a":"' + raw + b'"}'))
def test_junk_is_refused_and_never_anything_worse(raw):
    try:
        value = parse_canonical_json(raw)
    except LeafError:
        return
    assert canonical_json(value) == raw


@given(openings, tags, st.integers(0, 119), st.integers(1, 255))
def test_every_changed_byte_of_a_leaf_shows(opening, leaf_tag, at, flip):
    raw = leaf_of(opening, leaf_tag)
    assert opening_matches(raw, opening)
    broken = raw[:at] + bytes([raw[at] ^ flip]) + raw[at + 1:]
    if at < 8:
        with pytest.raises(LeafError):
            opening_matches(broken, opening)
    else:
        assert decode_leaf(broken) != decode_leaf(raw)
        assert opening_matches(broken, opening) == (at < 24)  # the tag is no commitment: its HMAC key checks it


@given(openings, tags, st.integers(0, 2), st.data())
def test_every_changed_byte_of_an_opening_shows(opening, leaf_tag, part, data):
    raw = leaf_of(opening, leaf_tag)
    pieces = [salt + text for salt, text in zip(opening.salts, opening.texts, strict=True)]
    at = data.draw(st.integers(0, len(pieces[part]) - 1))
    flip = data.draw(st.integers(1, 255))
    pieces[part] = pieces[part][:at] + bytes([pieces[part][at] ^ flip]) + pieces[part][at + 1:]
    broken = Opening(tuple(each[:32] for each in pieces), tuple(each[32:] for each in pieces))
    assert not opening_matches(raw, broken)
    assert not parts_match(raw, *zip(broken.salts, broken.texts, strict=True))


@given(openings, tags, st.tuples(st.booleans(), st.booleans(), st.booleans()))
def test_erased_parts_do_not_hide_a_wrong_one(opening, leaf_tag, erased):
    raw = leaf_of(opening, leaf_tag)
    pairs = list(zip(opening.salts, opening.texts, strict=True))
    assert parts_match(raw, *(None if is_erased else pair for pair, is_erased in zip(pairs, erased, strict=True)))
    wrong = [(salt, text + b" ") for salt, text in pairs]
    left = [None if is_erased else pair for pair, is_erased in zip(wrong, erased, strict=True)]
    assert parts_match(raw, *left) == all(erased)


@given(st.binary(max_size=200))
def test_bytes_that_decode_are_120_and_begin_with_the_magic(raw):
    try:
        leaf = decode_leaf(raw)
    except LeafError:
        assert len(raw) != 120 or not raw.startswith(b"DISCRET1")
    else:
        assert encode_leaf(leaf.tag, *leaf.commitments) == raw
