"""Phones are read as people write them and shown as their reader is used to."""

from __future__ import annotations

import pytest

from discretion.hotel.mask import mask_phone
from discretion.hotel.phone import display_phone, parse_phone
from discretion.hotel.record import Phone, RecordError


@pytest.mark.parametrize(
    ("as_written", "region", "e164", "shown"),
    [
        ("13800138000", "CN", "+8613800138000", "138 0013 8000"),
        ("138-0013-8000", "CHN", "+8613800138000", "138 0013 8000"),
        ("+86 138 0013 8000", "GB", "+8613800138000", "138 0013 8000"),
        ("0086 13800138000", "CN", "+8613800138000", "138 0013 8000"),
        ("+852 6123 4567", "CN", "+85261234567", "+852 6123 4567"),
        ("020 7946 0018", "GBR", "+442079460018", "+44 20 7946 0018"),
        ("010-65234567", "CN", "+861065234567", "010 6523 4567"),
        ("+39 06 1234 5678", "", "+390612345678", "+39 06 1234 5678"),
    ],
)
def test_it_reads_and_shows(as_written, region, e164, shown):
    phone = parse_phone(as_written, region)
    assert isinstance(phone, Phone)
    assert phone.e164 == e164
    assert e164 == f"+{phone.country_code}{phone.national}"
    assert phone.as_written == as_written
    assert display_phone(phone) == shown


@pytest.mark.parametrize(
    ("as_written", "region", "rule"),
    [
        ("", "CN", "missing"),
        ("   ", "CN", "missing"),
        ("call me", "CN", "form"),
        ("123", "CN", "number"),
        ("13800138000", "", "form"),
        ("1" * 41, "CN", "length"),
    ],
)
def test_what_is_no_phone_comes_back_as_a_rule(as_written, region, rule):
    error = parse_phone(as_written, region)
    assert isinstance(error, RecordError)
    assert error.rule == rule
    assert not as_written.strip() or as_written not in str(error)


def test_a_mobile_of_the_region_is_not_taken_for_a_chinese_one():
    phone = parse_phone("13800138000", "US")
    assert isinstance(phone, RecordError) or phone.country_code == 1


@pytest.mark.parametrize(
    ("as_written", "region", "shown"),
    [("13800138000", "CN", "138****8000"), ("+44 1632 456750", "", "+44 ****6750"), ("010-65234567", "CN", "****4567")],
)
def test_a_masked_phone_shows_its_mask(as_written, region, shown):
    phone = parse_phone(as_written, region)
    assert isinstance(phone, Phone)
    assert display_phone(mask_phone(phone)) == shown


def test_a_phone_that_could_not_be_read_is_shown_as_written():
    assert display_phone(Phone(as_written="Zimmer 12")) == "Zimmer 12"
