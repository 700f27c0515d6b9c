"""Names are shown as written, split only as a proposal, and found by surname or full name."""

from __future__ import annotations

import pytest

from discretion.hotel.name import (
    NameProposal,
    NameQuery,
    display_name,
    fold,
    matches,
    search_keys,
    split_proposal,
)
from discretion.hotel.reading import COMBINATIONS_MAX, initials, readings, surname_readings
from discretion.hotel.record import Identity
from discretion.hotel.surname import COMPOUND, READINGS


@pytest.mark.parametrize(
    ("identity", "shown"),
    [
        (Identity(name="Dr. Ada  Lovelace", surname="Lovelace"), "Dr. Ada  Lovelace"),
        (Identity(surname="张", given="伟"), "张伟"),
        (Identity(surname="Lovelace", given="Ada", middle="King"), "Ada King Lovelace"),
        (Identity(surname="García", second_surname="Márquez", given="Gabriel"), "Gabriel García Márquez"),
        (Identity(surname="Zhang", given="Wei", nationalities=("CHN",)), "Zhang Wei"),
        (Identity(surname="Kovács", given="Éva", nationalities=("HUN",)), "Kovács Éva"),
        (Identity(given="Sukarno"), "Sukarno"),
        (Identity(latin="ZHANG, WEI"), "ZHANG, WEI"),
        (Identity(), ""),
    ],
)
def test_a_name_is_shown_as_written_or_in_its_own_order(identity, shown):
    assert display_name(identity) == shown


@pytest.mark.parametrize(
    ("name", "proposal"),
    [
        ("张伟", NameProposal("张", "伟")),
        ("欧阳文", NameProposal("欧阳", "文")),
        ("欧阳", NameProposal("欧", "阳")),
        ("王", NameProposal("王", "", single=True)),
        ("迪丽热巴·迪力木拉提", NameProposal("", "迪丽热巴·迪力木拉提", single=True)),
        ("Ada Lovelace", NameProposal("Lovelace", "Ada")),
        ("Ludwig van Beethoven", NameProposal("van Beethoven", "Ludwig")),
        ("LOVELACE Ada", NameProposal("LOVELACE", "Ada")),
        ("Lovelace,Ada,Mrs", NameProposal("Lovelace", "Ada", title="Mrs")),
        ("Mr. Null", NameProposal("Null", "", single=True, title="Mr.")),
        ("ZHANG<<WEI<LI", NameProposal("ZHANG", "WEI LI")),
        ("SUKARNO<<", NameProposal("SUKARNO", "", single=True)),
        ("", NameProposal("", "", single=True)),
    ],
)
def test_a_split_is_proposed(name, proposal):
    assert split_proposal(name) == proposal


@pytest.mark.parametrize(
    "query",
    [
        "张",
        "张伟",
        "zhang",
        "Zhang Wei",
        "wei zhang",
        "ZHANGWEI",
        "zh",
        "zha",
        "zw",
        "ZHANG, WEI",
        "ZHANG<<WEI",
        " 张 伟 ",
    ],
)
def test_a_chinese_name_is_found(query):
    assert matches(query, Identity(name="张伟", surname="张", given="伟", latin="ZHANG, WEI"))


@pytest.mark.parametrize("query", ["", " ", "伟", "wei", "z", "张伟伟", "zhangw", "李", "-", "*", "%", "x" * 300])
def test_a_given_name_or_a_scrap_finds_nobody(query):
    assert not matches(query, Identity(name="张伟", surname="张", given="伟", latin="ZHANG, WEI"))


@pytest.mark.parametrize(
    ("surname", "reading"),
    [
        ("单", "shan"),
        ("解", "xie"),
        ("曾", "zeng"),
        ("查", "zha"),
        ("仇", "qiu"),
        ("朴", "piao"),
        ("区", "ou"),
        ("吕", "lv"),
        ("吕", "lu"),
        ("吕", "lyu"),
        ("吕", "lü"),
        ("尉迟", "yuchi"),
        ("万俟", "moqi"),
    ],
)
def test_a_surname_is_found_as_it_is_read(surname, reading):
    identity = Identity(name=f"{surname}文静", surname=surname, given="文静")
    assert matches(reading, identity)
    assert matches(f"{reading} wenjing", identity)
    assert matches(f"{reading[0]}wj", identity) or len(surname) > 1


def test_the_usual_reading_of_a_surname_finds_too():
    assert matches("dan", Identity(name="单文"))


@pytest.mark.parametrize(
    ("query", "identity"),
    [
        ("muller", Identity(name="Jürgen Müller")),
        ("MUELLER", Identity(name="Jürgen Müller")),
        ("müller", Identity(name="Jürgen Müller")),
        ("Juergen Mueller", Identity(name="Jürgen Müller")),
        ("beethoven", Identity(name="Ludwig van Beethoven")),
        ("van beet", Identity(name="Ludwig van Beethoven")),
        ("garcia marquez", Identity(surname="García", second_surname="Márquez", given="Gabriel")),
        ("marquez", Identity(surname="García", second_surname="Márquez", given="Gabriel")),
        ("o'neil", Identity(surname="O’Neil", given="Sue")),
        ("strasse", Identity(surname="Straße", given="Eva")),
        ("Lodz", Identity(surname="Łódź", given="Ewa")),
        ("byron", Identity(surname="Lovelace", given="Ada", birth_name="Byron")),
        ("sukarno", Identity(given="Sukarno", single_name=True)),
        ("null", Identity(name="Null")),
        ("홍길동", Identity(name="홍길동")),
        ("洪", Identity(surname="洪", given="吉童")),
        ("иванов", Identity(name="Сергей Иванов")),
        ("tanaka", Identity(name="田中太郎", surname="田中", given="太郎", latin="TANAKA, TARO")),
        ("tanaka taro", Identity(name="田中太郎", surname="田中", given="太郎", latin="TANAKA TARO")),
        ("迪丽热巴", Identity(name="迪丽热巴·迪力木拉提")),
        ("dilireba", Identity(name="迪丽热巴·迪力木拉提")),
        ("oyw", Identity(name="欧阳文")),
    ],
)
def test_accents_spellings_and_scripts_do_not_hide_a_guest(query, identity):
    assert matches(query, identity)


def test_one_query_serves_many_people():
    people = [search_keys(Identity(name=name)) for name in ("张伟", "章文", "李四", "Ada Lovelace")]
    assert [NameQuery("zhang").matches(keys) for keys in people] == [True, True, False, False]
    assert [NameQuery("").matches(keys) for keys in people] == [False] * 4


def test_a_person_without_a_name_has_no_keys():
    assert search_keys(Identity()) == frozenset()


def test_keys_stay_few_for_a_long_name():
    assert len(readings("重" * 20)) <= COMBINATIONS_MAX
    assert len(initials("重" * 20)) <= COMBINATIONS_MAX
    assert len(search_keys(Identity(name="重" * 20, surname="重", given="重" * 19))) < 1000


def test_a_character_without_reading_stands_for_itself():
    assert readings("〇A") >= {"〇a"} or "A" in next(iter(readings("A")))
    assert surname_readings("") == frozenset({""})


def test_fold_keeps_what_makes_another_word():
    assert fold("ガ") != fold("カ")
    assert fold("한국") == "한국"
    assert fold("É-è ’x") == "eex"


def test_the_tables_are_of_a_piece():
    assert all(len(surname) == 2 for surname in COMPOUND)
    assert len(COMPOUND) >= 80
    assert len(READINGS) >= 60
    assert all(reading.isascii() and reading.islower() for row in READINGS.values() for reading in row)
