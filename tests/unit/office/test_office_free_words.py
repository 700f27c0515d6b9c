"""Words of staff hold no number by which somebody could be found."""

from __future__ import annotations

import pytest

from discretion.office.free_words import fault_of, holds_a_number, one_line


@pytest.mark.parametrize("text", [
    "护照E12345678", "passport E12345678", "id 110101199003070021", "11010119900307002X", "call 13800138000", "call 138 0013 8000",
    "+44 20 7946 0018", "138-0013-8000", "(010) 8765 43210", "dora@example.org", "１３８００１３８０００", "card 4111 1111 1111 1111",
    "HK id A123456", "K 1234567", "tel:02079460018",
])
def test_it_finds_what_looks_like_a_number_of_somebody(text):
    assert holds_a_number(text)
    assert fault_of(text) == "words_number"


@pytest.mark.parametrize("text", [
    "two more towels", "1208房要两个枕头", "on 2026-11-23 at 14:30, room 1208", "2026年11月23日退房", "¥1,288.00 too much", "rooms 1208, 1209, 1210",
    "request S-7F3K-22", "6:30 call", "3 days", "B2 level, socket 12", "@ the pool", "case C-12 of 2026/11/23",
])
def test_it_leaves_plain_words_alone(text):
    assert not holds_a_number(text)
    assert fault_of(text) == ""


def test_words_are_few_and_plain():
    assert fault_of(" ") == "words" and fault_of("x" * 501) == "words" and fault_of("a\x00b") == "words"
    assert fault_of("ab", at_least=3) == "words"
    assert one_line(" a\n b\t c ") == "a b c"
