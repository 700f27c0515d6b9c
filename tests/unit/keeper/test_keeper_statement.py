"""Arrays in PostgreSQL's own form: what is written is what is read, and the standing that is remembered ends when it must."""

from __future__ import annotations

import os
import struct

import pytest

from discretion.keeper.store import standing as standing_module
from discretion.keeper.store.standing import KEPT_SECONDS
from discretion.keeper.store.statement import (
    BYTEA,
    INT2,
    INT4,
    INT8,
    UUID,
    bytes_array,
    number,
    number_array,
    read_bytes_array,
    read_numbers_array,
)
from tests.papers import NOW_AT, standing


@pytest.mark.parametrize("values", [[b""], [b"x"], [b"", b"abc", bytes(1000)], [None, b"x", None], [os.urandom(9) for _ in range(300)]])
def test_byte_strings_come_back(values: list[bytes | None]) -> None:
    assert read_bytes_array(bytes_array(BYTEA, values)) == values


def test_an_empty_id_is_null() -> None:
    one = os.urandom(16)
    assert read_bytes_array(bytes_array(UUID, [one, b"", one])) == [one, None, one]


def test_numbers_come_back() -> None:
    assert list(read_numbers_array(number_array(INT4, [0, 1, -1, 2**31 - 1, -(2**31)]))) == [0, 1, -1, 2**31 - 1, -(2**31)]


@pytest.mark.parametrize(("element", "most"), [(INT2, 2**15), (INT4, 2**31), (INT8, 2**63)])
def test_a_number_too_large_for_its_column_is_an_error_and_never_another_number(element: int, most: int) -> None:
    number_array(element, [most - 1, -most])
    with pytest.raises(struct.error):
        number_array(element, [most])


@pytest.mark.parametrize("element", [BYTEA, UUID, INT2, INT4, INT8])
def test_an_empty_array_has_no_dimension(element: int) -> None:
    made = bytes_array(element, []) if element in (BYTEA, UUID) else number_array(element, [])
    assert struct.unpack(">iiI", made) == (0, 0, element)


@pytest.mark.parametrize(("raw", "value"), [(b"\x00", 0), (b"\x01", 1), (b"\xff\xff", -1), (b"\x00\x00\x00\x80", 128), (b"", 0)])
def test_a_number_of_any_width_is_read(raw: bytes, value: int) -> None:
    assert number(raw) == value


def test_what_is_remembered_stands_while_nothing_moved() -> None:
    kept = standing()
    assert kept.is_good(0, NOW_AT)
    assert not kept.is_good(1, NOW_AT), "somebody else entered something"
    assert not kept.is_good(0, kept.midnight_at), "the day's counts begin anew"
    kept.is_bad = True
    assert not kept.is_good(0, NOW_AT)


def test_what_is_remembered_is_read_again_after_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = standing()
    later = standing_module.time.monotonic() + KEPT_SECONDS
    monkeypatch.setattr(standing_module.time, "monotonic", lambda: later + 0.001)
    assert not kept.is_good(0, NOW_AT)
