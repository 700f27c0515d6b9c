"""Tokens are padded so that their number tells nothing; an age that is not known is a minor's."""

from __future__ import annotations

import os
from datetime import date

import pytest

from discretion.hotel import record
from discretion.keeper.inscribe import TOKENS_STEP, age_of, padded, sealed_record
from tests.papers import House


@pytest.mark.parametrize("count", range(10))
def test_tokens_are_padded_to_the_next_step_and_none_is_lost(count: int) -> None:
    tokens = [os.urandom(16) for _ in range(count)]
    found = padded(tokens)
    assert found[:count] == tokens
    assert len(found) == max(TOKENS_STEP, -(-count // TOKENS_STEP) * TOKENS_STEP)
    assert {len(token) for token in found} == {16}
    assert len(set(found)) == len(found)


def test_the_padding_is_noise() -> None:
    assert padded([]) != padded([])


@pytest.mark.parametrize(("identity", "age", "until"), [
    ({}, "unknown", None), ({"age_category": "adult"}, "adult", None), ({"age_category": "child"}, "minor", None),
    ({"age_category": "infant"}, "minor", None), ({"birth": record.BirthDate(2000, 2, 29)}, "minor", date(2018, 3, 1)),
    ({"birth": record.BirthDate(2000, 2, 29), "age_category": "adult"}, "minor", date(2018, 3, 1)),
    ({"birth": record.BirthDate(2015), "age_category": "adult"}, "minor", date(2033, 12, 31)),
])
def test_an_age_is_what_the_record_proves(identity: dict[str, object], age: str, until: date | None) -> None:
    assert age_of(record.Identity(**identity)) == (age, until)  # type: ignore[arg-type]


def test_a_new_record_has_its_groups_at_version_one_and_padded_tokens() -> None:
    house, guest_id = House(), os.urandom(16)
    guest, key = house.guest(guest_id)
    raws = {"identity": b"{}", "contact": b'{"emails":[{"address":"a@example.org"}]}'}
    values = {name: record.decode(name, raw) for name, raw in raws.items()}
    sealed = sealed_record(guest_id, guest.key_id, key, values, raws, house.keyring)
    assert sealed.versions == [1, 1, 0, 0, 0, 0, 0, 0]
    assert [box is not None for box in sealed.boxes] == [True, True, *[False] * 6]
    assert sealed.tokens[0] == house.keyring.token("email", b"a@example.org")
    assert len(sealed.tokens) == TOKENS_STEP
    assert sealed.age == "unknown"
