"""A person is found by surname and by full name, whatever the script, and by nothing shorter."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from discretion.hotel.name import NameQuery, display_name, fold, matches, search_keys, split_proposal
from discretion.hotel.reading import readings, surname_readings
from discretion.hotel.record import Identity

han = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=2)
latin = st.text("abcdefghijklmnopqrstuvwxyzäöüéñøßł", min_size=2, max_size=12)


@given(han, han)
@settings(deadline=None)  # the first example loads the table of readings
def test_a_chinese_name_is_found_by_characters_and_readings(surname, own):
    keys = search_keys(Identity(name=surname + own, surname=surname, given=own))
    for query in (surname, surname + own, surname[0]):
        assert NameQuery(query).matches(keys)
    for reading in surname_readings(surname):
        assert NameQuery(reading).matches(keys)
        for own_reading in readings(own):
            assert NameQuery(f"{reading} {own_reading}").matches(keys)


@given(latin, latin)
def test_a_latin_name_is_found_in_both_orders_in_any_case_without_accents(surname, own):
    identity = Identity(name=f"{own} {surname}", surname=surname, given=own)
    for query in (surname, f"{own} {surname}", f"{surname}, {own}", surname.upper(), fold(surname)):
        assert matches(query, identity)


@given(latin, st.integers(0, 12))
def test_a_surname_may_be_begun_with_two_letters(surname, length):
    begun = fold(surname)[:length]
    own = "qqqq"
    assume(not own.startswith(begun) or not begun)
    assert matches(begun, Identity(surname=surname, given=own)) == (len(begun) >= 2 or begun == fold(surname))


@given(latin, latin)
def test_a_given_name_alone_finds_nobody(surname, own):
    assume(not fold(surname).startswith(fold(own)))
    identity = Identity(surname="qqqqqq" + surname, given=own)
    assume(not fold("qqqqqq" + surname).startswith(fold(own)))
    assert not matches(own, identity)


@given(st.text(max_size=300))
@settings(deadline=None)
def test_no_name_and_no_query_breaks_anything(text):
    split_proposal(text)
    display_name(Identity(name=text))
    keys = search_keys(Identity(name=text, surname=text[:3], latin=text[3:9]))
    assert "" not in keys
    NameQuery(text).matches(keys)


@given(st.text(max_size=100))
@settings(deadline=None)
def test_what_is_written_finds_the_one_it_was_written_for(text):
    assume(fold(text))
    assert matches(text, Identity(name=text))


@given(st.text(max_size=100))
def test_folding_twice_folds_no_further(text):
    assert fold(fold(text)) == fold(text)
