"""A box opens for its own guest, group, version and key; a mask leaves nothing of what it hides."""

from __future__ import annotations

import os

import pytest

from discretion.hotel.record import RecordError
from discretion.keeper.vault.box import GROUP_NAMES, Boxes
from discretion.keeper.vault.keyring import SealError
from tests.papers import House

IDENTITY = b'{"name":"Wang Secretive","surname":"Secretive","given":"Wang"}'
PHONE = b'{"phones":[{"e164":"+8613800138000","country_code":86,"national":"13800138000"}]}'


def test_groups_given_have_a_box_and_the_others_none() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id)
    boxes = house.boxes(guest_id, guest, key, identity=IDENTITY, contact=PHONE)
    assert [box is not None for box in boxes] == [True, True, *[False] * 6]
    assert Boxes(house.property_id).open_boxes(guest_id, guest.key_id, key, boxes, [1] * 8, 255, 0) == {"identity": IDENTITY, "contact": PHONE}


def test_only_what_is_named_is_opened() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id)
    boxes = house.boxes(guest_id, guest, key, identity=IDENTITY, contact=PHONE)
    assert Boxes(house.property_id).open_boxes(guest_id, guest.key_id, key, boxes, [1] * 8, 0, 0) == {}
    assert list(Boxes(house.property_id).open_boxes(guest_id, guest.key_id, key, boxes, [1] * 8, 2, 0)) == ["contact"]


def test_a_mask_leaves_nothing_of_what_it_hides() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id)
    boxes = house.boxes(guest_id, guest, key, identity=IDENTITY, contact=PHONE)
    masked = Boxes(house.property_id).open_boxes(guest_id, guest.key_id, key, boxes, [1] * 8, 0, 255)
    shown = b"".join(masked.values())
    for hidden in (b"Secretive", b"ecretive", b"+8613800138000", b"13800138000", b"138001380"):
        assert hidden not in shown


def test_it_is_bound_to_its_place() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id)
    boxes = house.boxes(guest_id, guest, key, identity=IDENTITY, contact=PHONE)
    exchanged = [boxes[1], boxes[0], *boxes[2:]]
    for wrong in (
        (os.urandom(16), guest_id, guest.key_id, key, boxes, [1] * 8), (house.property_id, os.urandom(16), guest.key_id, key, boxes, [1] * 8),
        (house.property_id, guest_id, os.urandom(16), key, boxes, [1] * 8), (house.property_id, guest_id, guest.key_id, os.urandom(32), boxes, [1] * 8),
        (house.property_id, guest_id, guest.key_id, key, exchanged, [1] * 8), (house.property_id, guest_id, guest.key_id, key, boxes, [2] * 8),
        (house.property_id, guest_id, guest.key_id, b"", boxes, [1] * 8),
    ):
        with pytest.raises(SealError):
            Boxes(wrong[0]).open_boxes(*wrong[1:], 1, 0)


@pytest.mark.parametrize("keep", [0, 1, 16, 17, 20, 28, 29, 40])
def test_it_is_not_opened_in_part(keep: int) -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id)
    boxes = house.boxes(guest_id, guest, key, identity=IDENTITY)
    assert boxes[0] is not None
    with pytest.raises(SealError):
        Boxes(house.property_id).open_boxes(guest_id, guest.key_id, key, [boxes[0][:keep], *boxes[1:]], [1] * 8, 1, 0)


def test_what_is_no_record_is_not_masked_into_one() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id)
    boxes = house.boxes(guest_id, guest, key, identity=b'{"nam":"x"}')
    with pytest.raises(RecordError):
        Boxes(house.property_id).open_boxes(guest_id, guest.key_id, key, boxes, [1] * 8, 0, 1)


def test_a_box_is_as_long_as_its_record_and_tells_no_group() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id)
    boxes = house.boxes(guest_id, guest, key, **dict.fromkeys(GROUP_NAMES, b"{}"))
    assert {len(box or b"") for box in boxes} == {2 + 45}
    assert len({box[:17] for box in boxes if box}) == 1
