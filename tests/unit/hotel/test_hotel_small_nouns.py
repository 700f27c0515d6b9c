"""Rooms, numbers and countries."""

from __future__ import annotations

import subprocess
import sys

import pytest
from babel import Locale
from babel.core import get_global

from discretion.hotel import number
from discretion.hotel.country import ALPHA2_OF_ALPHA3, ALPHA3_OF_ALPHA2, alpha2, alpha3, country_of_zone
from discretion.hotel.room import RoomState, after_arrival, after_departure, after_undone_arrival


def test_a_room_turns_from_clean_to_occupied_to_dirty():
    assert after_arrival(RoomState.VI) is RoomState.OC
    assert after_arrival(RoomState.VD) is RoomState.OD
    assert after_departure(RoomState.OC) is RoomState.VD
    assert after_undone_arrival(RoomState.OC) is RoomState.VC
    for closed in (RoomState.OOO, RoomState.OOS):
        assert after_arrival(closed) is after_departure(closed) is after_undone_arrival(closed) is closed


def test_every_room_state_has_a_name_in_both_languages():
    assert all(state.zh and state.en.isascii() for state in RoomState)
    assert {state for state in RoomState if state.is_ready} == {RoomState.VC, RoomState.VI}
    assert not any(state.is_sellable and state.is_occupied for state in RoomState)


def test_a_number_looks_like_one():
    made = number.make("R", bytes(range(8)))
    assert len(made) == len("R-7F3K-22")
    assert number.check(made)
    assert number.read(made.lower().replace("-", " ")) == made


@pytest.mark.parametrize(
    "text", ["", "R", "R-7F3K-2", "R-7F3K-222", "R-7F3K-2*", "7-7F3K-22", "É-7F3K-22", "R" * 99, "R\n"]
)
def test_what_is_no_number(text):
    assert not number.check(text)


@pytest.mark.parametrize(("prefix", "size"), [("", 8), ("RR", 8), ("r", 8), ("R\n", 8), ("1", 8), ("R", 7)])
def test_a_number_is_not_made_of_anything_else(prefix, size):
    with pytest.raises(ValueError, match=r"prefix|random_bytes"):
        number.make(prefix, bytes(size))


def test_the_table_of_countries_agrees_with_babel():
    aliases = get_global("territory_aliases")
    territories = Locale("en").territories
    for code2, code3 in ALPHA3_OF_ALPHA2.items():
        assert code2 in territories
        assert code3 == "XKX" or aliases[code3] == [code2]
    assert len(ALPHA2_OF_ALPHA3) == len(ALPHA3_OF_ALPHA2) == 250


@pytest.mark.parametrize(
    ("code", "two", "three"),
    [
        ("CN", "CN", "CHN"),
        ("chn", "CN", "CHN"),
        (" deu ", "DE", "DEU"),
        ("XX", None, None),
        ("", None, None),
        ("NULL", None, None),
    ],
)
def test_codes_of_countries(code, two, three):
    assert (alpha2(code), alpha3(code)) == (two, three)


@pytest.mark.parametrize(
    ("signs", "code"), [("D<<", "DEU"), ("CHN", "CHN"), ("RKS", "XKX"), ("GBN", "GBN"), ("UTO", None), ("<<<", None)]
)
def test_codes_of_machine_readable_zones(signs, code):
    assert country_of_zone(signs) == code


def test_the_records_load_without_the_heavy_libraries():
    program = (
        "import sys, discretion.hotel.record, discretion.hotel.mask, discretion.hotel.name, discretion.hotel.exact; "
        "print(sorted({'phonenumbers', 'pypinyin'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
