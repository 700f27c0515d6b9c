"""The erased list is added to and read; a guest's key forgets single groups."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from discretion.keeper.store.erased import ErasedLine, ErasedList, ErasedListError
from discretion.keeper.vault.box import Boxes, seal_boxes
from discretion.keeper.vault.keyring import GUEST_KEY_SIZE_BYTES, SealError, box_key, opening_key, tag_key
from tests.papers import House

ONE, OTHER = ErasedLine(bytes(16), 255, 1_700_000_000, 7), ErasedLine(bytes([1] * 16), 64, 1_700_000_001, 8)


def test_what_is_added_is_read_in_order_and_stands_once(tmp_path: Path) -> None:
    erased = ErasedList(tmp_path / "a.erased")
    assert erased.lines() == []
    for line in (ONE, OTHER, ONE):
        erased.add(line)
    assert erased.lines() == [ONE, OTHER]
    assert (tmp_path / "a.erased").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_a_line_that_a_crash_cut_off_is_none_and_makes_way(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "a.erased"
    erased = ErasedList(path)
    erased.add(ONE)
    erased.add(OTHER)
    path.write_bytes(path.read_bytes()[:-cut])
    assert erased.lines() == [ONE]
    erased.add(OTHER)
    assert erased.lines() == [ONE, OTHER]


@pytest.mark.parametrize("text", ["x\n", "00 255 1 1\n", f"{bytes(16).hex()} 255 1\n", f"{bytes(16).hex()} 2555 1 1\n", f" {bytes(16).hex()} 255 1 1\n"])
def test_a_line_that_is_none_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.erased").write_text(text, "ascii")
    with pytest.raises(ErasedListError):
        ErasedList(tmp_path / "a.erased").lines()


def test_a_key_without_a_group_opens_the_others_and_what_was_sealed_in_that_group_no_more() -> None:
    house, guest_id = House(), os.urandom(16)
    key_id, key, wrapped = house.keyring.new_guest_key(guest_id)
    raws = {"identity": b'{"name":"Dora"}', "preferences": b'{"diet":"none"}'}
    boxes = seal_boxes(house.property_id, guest_id, key_id, key, {name: (raw, 1) for name, raw in raws.items()})
    renewed = house.keyring.guest_key(guest_id, key_id, house.keyring.without_groups(guest_id, key_id, wrapped, 64))
    opened = Boxes(house.property_id).open_boxes(guest_id, key_id, renewed, boxes, [1] * 8, 1, 0)
    assert list(opened) == ["identity"]
    with pytest.raises(SealError):
        Boxes(house.property_id).open_boxes(guest_id, key_id, renewed, boxes, [1] * 8, 64, 0)
    assert (opening_key(renewed), tag_key(renewed, 1)) == (opening_key(key), tag_key(key, 1))
    assert [box_key(renewed, group) == box_key(key, group) for group in range(8)] == [group != 6 for group in range(8)]


def test_the_secrets_of_a_key_differ_and_one_of_another_size_is_none() -> None:
    house, guest_id = House(), os.urandom(16)
    key_id, key, _ = house.keyring.new_guest_key(guest_id)
    assert len(key) == GUEST_KEY_SIZE_BYTES
    assert len({*(box_key(key, group) for group in range(8)), opening_key(key), tag_key(key, 1), tag_key(key, 2)}) == 11
    key_id, _, short = house.keyring._new_key(b"guest", guest_id, 32)
    with pytest.raises(SealError):
        house.keyring.guest_key(guest_id, key_id, short)
