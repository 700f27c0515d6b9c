"""Machine-readable zones are taken apart and checked; junk is refused. Specimens: ICAO Doc 9303."""

from __future__ import annotations

from datetime import date

import pytest

from discretion.hotel.document import DocumentType, parse_mrz
from discretion.hotel.machine_zone import RAW_LENGTH_MAX, check_digit
from discretion.hotel.record import BirthDate, RecordError

TODAY = date(2026, 11, 23)
PASSPORT = """P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L898902C36UTO7408122F1204159ZE184226B<<<<<10"""
CARD = """I<UTOD231458907<<<<<<<<<<<<<<<
7408122F1204159UTO<<<<<<<<<<<6
ERIKSSON<<ANNA<MARIA<<<<<<<<<<"""
SMALL_CARD = """I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<
D231458907UTO7408122F1204159<<<<<<<6"""
VISA = """V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
L8988901C4XXX4009078F96121096ZE184226B<<<<<<"""
LONG_NUMBER = """IDUTO123456789<07<<<<<<<<<<<<<
8601012M3001019UTO<<<<<<<<<<<6
SPECIMEN<<JANE<<<<<<<<<<<<<<<<"""


def passport(names="LOVELACE<<ADA", number="C01X00T47", nationality="D<<", birth="640812", sex="F", issuer="D<<"):
    names = f"P<{issuer}{names}".ljust(44, "<")
    body = f"{number.ljust(9, '<')}{check_digit(number.ljust(9, '<'))}"
    dates = f"{birth}{check_digit(birth)}", f"270228{check_digit('270228')}"
    tail = "<" * 14 + "<"
    whole = check_digit(body + dates[0] + dates[1] + tail)
    return f"{names}\n{body}{nationality}{dates[0]}{sex}{dates[1]}{tail}{whole}"


@pytest.mark.parametrize(
    ("lines", "layout", "number", "optional"),
    [
        (PASSPORT, "TD3", "L898902C3", "ZE184226B"),
        (CARD, "TD1", "D23145890", ""),
        (SMALL_CARD, "TD2", "D23145890", ""),
    ],
)
def test_the_specimens_are_read(lines, layout, number, optional):
    reading = parse_mrz(lines)
    assert reading.format == layout
    assert (reading.surname, reading.given, reading.latin) == ("ERIKSSON", "ANNA MARIA", "ERIKSSON, ANNA MARIA")
    assert reading.number == number
    assert reading.optional == optional
    assert reading.sex == "F"
    assert reading.birth(TODAY) == BirthDate(year=1974, month=8, day=12)
    assert reading.expires_on(TODAY) == date(2012, 4, 15)
    assert reading.passed
    assert (reading.issuing_country, reading.issuer_as_read) == ("", "UTO")
    assert not reading.names_cut


def test_a_visa_has_no_digit_over_the_whole():
    reading = parse_mrz(VISA)
    assert (reading.format, reading.number) == ("MRV-A", "L8988901C")
    assert reading.passed
    assert "whole" not in {check.field for check in reading.checks}


def test_a_number_longer_than_nine_goes_on_in_the_optional_data():
    reading = parse_mrz(LONG_NUMBER)
    assert reading.number == "1234567890"
    assert {check.field: check.passed for check in reading.checks}["number"]


def test_a_german_passport_is_read():
    reading = parse_mrz(passport())
    assert (reading.issuing_country, reading.nationality) == ("DEU", "DEU")
    assert reading.number == "C01X00T47"
    assert reading.passed
    assert reading.document_type is DocumentType.PASSPORT


def test_optional_data_may_be_checked_by_a_zero_too():
    lines = passport()
    assert parse_mrz(lines[:-2] + "0" + lines[-1]).passed


def test_a_single_name_is_no_error():
    reading = parse_mrz(passport("SUKARNO"))
    assert reading.single_name
    assert (reading.surname, reading.given, reading.latin) == ("SUKARNO", "", "SUKARNO")


def test_a_name_that_fills_its_field_may_be_cut():
    assert parse_mrz(passport("VERYLONGNAME<<" + "X" * 25)).names_cut


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("7408<<", BirthDate(year=1974, month=8)),
        ("74<<<<", BirthDate(year=1974)),
        ("<<<<<<", None),
        ("740800", BirthDate(year=1974, month=8)),
        ("740231", None),
        ("261123", BirthDate(year=2026, month=11, day=23)),
        ("261124", BirthDate(year=1926, month=11, day=24)),
    ],
)
def test_unknown_parts_of_a_birth_date_stay_unknown(birth, expected):
    reading = parse_mrz(passport(birth=birth))
    assert reading.birth(TODAY) == expected
    assert reading.passed


@pytest.mark.parametrize(("sign", "sex"), [("F", "F"), ("M", "M"), ("X", "other"), ("<", "unknown")])
def test_sex(sign, sex):
    assert parse_mrz(passport(sex=sign)).sex == sex


@pytest.mark.parametrize("place", [0, 13, 21, 43])
def test_a_wrong_sign_is_a_failed_check_and_no_error(place):
    first, second = passport(number="C01X00T47").split("\n")
    wrong = second[:place] + ("1" if second[place] != "1" else "2") + second[place + 1 :]
    assert not parse_mrz(f"{first}\n{wrong}").passed


@pytest.mark.parametrize(
    "lines", [PASSPORT.replace("\n", ""), PASSPORT.lower(), PASSPORT.replace("\n", "\r\n") + "\r\n"]
)
def test_line_ends_and_case_do_not_matter(lines):
    assert parse_mrz(lines) == parse_mrz(PASSPORT)


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ("", "missing"),
        (" \n ", "missing"),
        (PASSPORT[:-1], "length"),
        (PASSPORT + "<", "length"),
        ("x" * (RAW_LENGTH_MAX + 1), "length"),
        (PASSPORT.replace("ANNA", "ANN4\u00e9"[:4] + "é"), "form"),
        (PASSPORT.replace("ANNA", "AN!A"), "form"),
        (PASSPORT.replace("ANNA", "ANßA"), "form"),
        (PASSPORT.replace("ANNA", "AN٣A"), "form"),
        ("Z" + PASSPORT[1:], "form"),
        ("V" + CARD[1:], "length"),
    ],
)
def test_junk_is_refused_without_quoting_it(lines, rule):
    with pytest.raises(RecordError) as caught:
        parse_mrz(lines)
    assert (caught.value.field, caught.value.rule) == ("machine_zone", rule)
    assert "ERIKSSON" not in str(caught.value)


def test_a_reading_does_not_print_itself():
    assert "ERIKSSON" not in repr(parse_mrz(PASSPORT))
