"""Numbers of documents are checked for form and check digits, and no finding carries one."""

from __future__ import annotations

from datetime import date

import pytest

from discretion.hotel.document import (
    DocumentType,
    Finding,
    check_dni,
    check_document,
    check_nie,
    check_resident_id,
    read_resident_id,
)
from discretion.hotel.record import BirthDate, Document

GOOD = "990101199001010022"  # region 99 is assigned to nobody


def resident_id(first: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True))
    return first + "10X98765432"[total % 11]


def codes(findings):
    return [finding.code for finding in findings]


def test_a_right_resident_id_has_no_finding():
    for first in ("99010119900101002", "99010120000229123", "99010119491001777"):
        assert check_resident_id(resident_id(first)) == []


def test_the_check_digit_x_is_read_in_any_case():
    number = next(n for n in (resident_id(f"99010119900101{i:03}") for i in range(1000)) if n.endswith("X"))
    assert check_resident_id(number.lower()) == []


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("99010119900101002", ["length"]),
        ("9901011990010100AA", ["form"]),
        (resident_id("99010119900230002"), ["birth_date"]),
        (resident_id("99010107000101002"), ["birth_date"]),
    ],
)
def test_a_wrong_resident_id_is_told_why(number, expected):
    assert codes(check_resident_id(number)) == expected


def test_the_length_found_and_expected_are_told():
    assert check_resident_id("1" * 17) == [Finding("length", "number", (("expected", "18"), ("actual", "17")))]


def test_every_single_wrong_digit_is_found():
    right = resident_id("99010119900101002")
    for place in range(17):
        for digit in "0123456789":
            wrong = right[:place] + digit + right[place + 1 :]
            assert (wrong == right) == ("check_digit" not in codes(check_resident_id(wrong)))


def test_birth_date_and_sex_are_read_from_a_right_number_only():
    facts = read_resident_id(resident_id("99010119900228002"))
    assert facts is not None
    assert facts.birth == BirthDate(year=1990, month=2, day=28)
    assert facts.sex == "F"
    assert read_resident_id("1" * 18) is None


@pytest.mark.parametrize(
    ("number", "expected"), [("00000000T", []), ("12345678Z", []), ("12345678A", ["check_digit"]), ("1234", ["form"])]
)
def test_dni(number, expected):
    assert codes(check_dni(number)) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [("X0000000T", []), ("Y1234567X", []), ("X1234567A", ["check_digit"]), ("W1234567L", ["form"])],
)
def test_nie(number, expected):
    assert codes(check_nie(number)) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (Document(type=DocumentType.RIC, number=resident_id("99010119900101002")), []),
        (Document(type=DocumentType.RIC), ["missing"]),
        (Document(type=DocumentType.RIC, held_by="guardian"), []),
        (Document(type=DocumentType.HM_PERMIT, number="H12345678"), []),
        (Document(type=DocumentType.HM_PERMIT, number="12345678"), ["form"]),
        (Document(type=DocumentType.TW_PERMIT, number="12345678"), []),
        (Document(type=DocumentType.PASSPORT, number="E12345678", issuing_country="CHN"), []),
        (Document(type=DocumentType.PASSPORT, number="EA1234567", issuing_country="CHN"), []),
        (Document(type=DocumentType.PASSPORT, number="E1234", issuing_country="CHN"), ["form"]),
        (Document(type=DocumentType.PASSPORT, number="C01X00T47", issuing_country="DEU"), []),
        (Document(type=DocumentType.PASSPORT, number="C01X00T47"), ["country_missing"]),
        (Document(type=DocumentType.PASSPORT, number="护照123", issuing_country="CHN"), ["form"]),
        (Document(type=DocumentType.OTHER, number="12345678A", issuing_country="ESP"), ["check_digit"]),
        (Document(type=DocumentType.OTHER, number="X-1234567-L", issuing_country="ESP"), []),
        (Document(type=DocumentType.OTHER, number="anything 7", issuing_country="ESP"), []),
        (Document(type=DocumentType.FPR, number="DEU110085010112"), []),
        (Document(type=DocumentType.MIL, number="南字第01234567号"), []),
        (
            Document(type=DocumentType.MIL, number="1", issued_on=date(2026, 2, 1), expires_on=date(2026, 1, 1)),
            ["dates_reversed", "expired"],
        ),
    ],
)
def test_each_kind_has_its_form(document, expected):
    assert codes(check_document(document, date(2026, 11, 23))) == expected


def test_without_a_day_nothing_is_said_about_expiry():
    assert check_document(Document(type=DocumentType.MIL, number="1", expires_on=date(1990, 1, 1))) == []


def test_every_kind_has_a_name_in_both_languages():
    for kind in DocumentType:
        assert kind.zh
        assert kind.en.isascii()
