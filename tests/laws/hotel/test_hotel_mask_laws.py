"""Two people who differ only in what a mask hides have the same mask: neither content nor width lets it through."""

from __future__ import annotations

import timeit

from hypothesis import assume, example, given
from hypothesis import strategies as st

from discretion.hotel.mask import mask, mask_email, mask_name, mask_number, mask_phone, mask_plate, mask_room
from discretion.hotel.purpose import FIELD_GROUPS
from discretion.hotel.record import GROUP_TYPES, Email, Identity, Phone

han = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
given_han = st.text(han, min_size=1, max_size=3)
surname_han = st.text(han, min_size=1, max_size=2)
letters = st.text("abcdefghijklmnopqrstuvwxyzéüß", min_size=1, max_size=20)
digits = st.text("0123456789", min_size=1, max_size=30)


@given(surname_han, given_han, given_han)
def test_the_given_name_leaves_no_trace_in_a_chinese_name(surname, one, other):
    masks = {
        mask("identity", Identity(name=surname + given_name, surname=surname, given=given_name))
        for given_name in (one, other)
    }
    assert masks == {Identity(name=surname + "*" * len(surname))}


@given(given_han, given_han)
def test_without_a_known_surname_one_character_is_shown(one, other):
    assume(one[:1] != other[:1])
    assert mask_name("王" + one) == mask_name("王" + other) == "王*"


@given(letters, letters, letters, letters, st.text("bcdf", min_size=2, max_size=2), st.sampled_from("xyz"))
def test_two_letters_and_an_initial_are_all_of_a_latin_name(tail, other_tail, rest, other_rest, begun, initial):
    one = mask_name("", begun + tail, initial + rest)
    assert one == mask_name("", begun + other_tail, initial + other_rest) == f"{begun}*** {initial}."


@given(given_han, given_han, given_han)
def test_a_name_with_a_middle_dot_shows_its_first_character(first, middle, last):
    assert mask_name(f"{first}{middle}·{last}") == f"{first[0]}**"


@example("", "", "𠀀0000 0")
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_name_makes_a_mask_wider_than_its_surname_allows(name, surname, given_name):
    masked = mask_name(name, surname, given_name)
    alone = "" if name.strip() + surname.strip() else given_name  # the only name there is stands for the whole
    assert len(masked) <= max(8, 2 * len(surname), 2 * len(name), 2 * len(alone))
    if name.strip() + surname.strip() and len(given_name) > 1 and not set(given_name) & set(name + surname + "*. "):
        assert given_name not in masked


@given(
    st.text("0123456789", min_size=4, max_size=4), st.text("0123456789", min_size=4, max_size=8), st.integers(1, 999)
)
def test_a_phone_shows_its_last_four_only(last, hidden, code):
    assume(code != 86)
    masked = mask_phone(Phone(e164="+1", country_code=code, national=hidden + last))
    assert masked == Phone(country_code=code, national=f"****{last}")


@given(st.text("0123456789", min_size=4, max_size=4), st.text("0123456789", min_size=4, max_size=4))
def test_a_chinese_mobile_hides_its_middle(hidden, last):
    phone = Phone(e164=f"+86138{hidden}{last}", country_code=86, national=f"138{hidden}{last}", as_written="x")
    assert mask_phone(phone) == Phone(country_code=86, national=f"138****{last}")


@given(st.text(max_size=40), st.text(st.characters(exclude_characters="@"), max_size=40))
def test_an_email_shows_one_letter_of_its_name(name, domain):
    assume(name and domain)
    assert mask_email(Email(address=f"{name}@{domain}")).address == f"{name[0]}***@{domain}"


@given(st.text(max_size=60))
def test_a_document_number_is_18_wide_and_shows_four_at_most(number):
    masked = mask_number(number)
    assert len(masked) == (18 if number else 0)
    assert not number or masked.startswith("·" * 14)


@given(st.text("ABCDEFGH0123456789", min_size=4, max_size=30), st.text("ABCDEFGH0123456789", min_size=4, max_size=30))
def test_numbers_of_the_same_end_look_the_same(one, other):
    assert mask_number(one + "0021") == mask_number(other + "0021")


@given(st.text(max_size=20))
def test_a_plate_has_one_of_three_widths(plate):
    assert len(mask_plate(plate)) in {0, 6, 8}


@given(st.integers(1, 99), st.integers(0, 99), st.integers(0, 99))
def test_rooms_of_one_floor_look_the_same(floor, one, other):
    assert mask_room(f"{floor}{one:02}") == mask_room(f"{floor}{other:02}") == f"{floor}**"


@given(st.sampled_from(FIELD_GROUPS))
def test_masking_twice_shows_no_more(group):
    empty = GROUP_TYPES[group]()
    assert mask(group, mask(group, empty)) == empty


def test_a_mask_costs_microseconds():
    identity = Identity(name="欧阳文静", surname="欧阳", given="文静")
    seconds = min(timeit.repeat(lambda: mask("identity", identity), number=1000, repeat=5)) / 1000
    assert seconds < 50e-6  # ten times the budget, for a busy machine
