"""Keys open what was sealed under them, in its place, and nothing else."""

from __future__ import annotations

import base64
import os
from itertools import combinations

import pytest

from discretion.keeper.vault.keyring import (
    PROPERTY_KEY_NAMES,
    Keyring,
    RootKeyError,
    SealError,
    found_property,
    parse_root_key,
    seal,
    subkey,
    unseal,
)
from tests.papers import House


@pytest.mark.parametrize("raw", [
    b"", b"\n", base64.b64encode(bytes(31)), base64.b64encode(bytes(33)), bytes(32), b"@" * 44, base64.b64encode(bytes(32))[:-1],
    base64.b64encode(bytes(32)) * 2, "钥匙".encode(),
])
def test_it_refuses_a_root_key_that_is_none(raw: bytes) -> None:
    with pytest.raises(RootKeyError):
        parse_root_key(raw)


def test_a_root_key_is_one_line() -> None:
    assert parse_root_key(base64.b64encode(bytes(range(32))) + b"\n") == bytes(range(32))


@pytest.mark.parametrize("plain", [b"", b"x", bytes(10_000)])
def test_what_is_sealed_opens_in_its_place_alone(plain: bytes) -> None:
    key = os.urandom(32)
    sealed = seal(key, plain, b"here")
    assert unseal(key, sealed, b"here") == plain
    assert len(sealed) == len(plain) + 29
    for wrong_key, wrong, place in (
        (os.urandom(32), sealed, b"here"), (key, sealed, b"there"), (key, sealed[:-1], b"here"), (key, sealed + b"\0", b"here"),
        (key, b"\x02" + sealed[1:], b"here"), (key, b"", b"here"), (key, sealed[:1], b"here"), (key, sealed[:12], b"here"),
        (key, sealed[:20], b"here"),
    ):
        with pytest.raises(SealError):
            unseal(wrong_key, wrong, place)


def test_every_changed_byte_keeps_it_shut() -> None:
    key = os.urandom(32)
    sealed = seal(key, b"plain", b"here")
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1:]
        with pytest.raises(SealError):
            unseal(key, changed, b"here")


def test_sealing_twice_gives_two_ciphertexts() -> None:
    assert seal(bytes(32), b"x", b"") != seal(bytes(32), b"x", b"")


def test_another_root_key_opens_no_property() -> None:
    house = House()
    with pytest.raises(RootKeyError):
        Keyring(os.urandom(32), house.property_id, house.wrapped)
    with pytest.raises(RootKeyError):
        Keyring(house.root_key, os.urandom(16), house.wrapped)


@pytest.mark.parametrize("name", PROPERTY_KEY_NAMES)
def test_a_property_lacks_none_of_its_keys_and_none_stands_for_another(name: str) -> None:
    house = House()
    with pytest.raises(RootKeyError):
        Keyring(house.root_key, house.property_id, {key: value for key, value in house.wrapped.items() if key != name})
    other = next(key for key in PROPERTY_KEY_NAMES if key != name)
    with pytest.raises(RootKeyError):
        Keyring(house.root_key, house.property_id, house.wrapped | {name: house.wrapped[other]})


def test_a_wrapped_key_opens_for_its_owner_kind_id_and_property_alone() -> None:
    house, guest_id = House(), os.urandom(16)
    key_id, key, wrapped = house.keyring.new_guest_key(guest_id)
    assert house.keyring.guest_key(guest_id, key_id, wrapped) == key
    other = Keyring(house.root_key, elsewhere := os.urandom(16), found_property(house.root_key, elsewhere))
    for wrong in (
        lambda: house.keyring.guest_key(os.urandom(16), key_id, wrapped), lambda: house.keyring.guest_key(guest_id, os.urandom(16), wrapped),
        lambda: house.keyring.staff_key(guest_id, key_id, wrapped), lambda: other.guest_key(guest_id, key_id, wrapped),
        lambda: house.keyring.guest_key(guest_id, key_id, b""), lambda: house.keyring.guest_key(guest_id, key_id, wrapped[:-1]),
    ):
        with pytest.raises(SealError):
            wrong()


def test_keys_for_different_uses_differ() -> None:
    uses = [subkey(bytes(32), use) for use in (b"box", b"opening", b"tag\0\0\0\1", b"tag\0\0\0\2", b"guest-id")]
    assert all(len(use) == 32 for use in uses)
    assert all(one != other for one, other in combinations(uses, 2))
    assert subkey(bytes(32), b"box") == uses[0]


def test_tokens_are_the_same_for_the_same_value_and_tell_nothing_across_kinds_and_properties() -> None:
    one, other = House(), House()
    assert one.keyring.token("phone", b"+861") == one.keyring.token("phone", b"+861")
    tokens = {
        one.keyring.token("phone", b"+861"), one.keyring.token("email", b"+861"), one.keyring.token("phone", b"+862"),
        other.keyring.token("phone", b"+861"),
    }
    assert len(tokens) == 4
    assert {len(token) for token in tokens} == {16}


def test_guest_ids_of_an_import_are_stable_and_well_formed() -> None:
    house = House()
    found = house.keyring.guest_id("opera", "17")
    assert found == house.keyring.guest_id("opera", "17")
    assert found[6] >> 4 == 8
    assert found[8] >> 6 == 2
    assert len({house.keyring.guest_id(source, number) for source in ("opera", "mews") for number in ("1", "2", "17")}) == 6
    assert House().keyring.guest_id("opera", "17") != found
