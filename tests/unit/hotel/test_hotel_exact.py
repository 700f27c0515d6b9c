"""A record and a search make the same bytes, and what must not be searched makes none."""

from __future__ import annotations

import pytest

from discretion.hotel.document_type import DocumentType
from discretion.hotel.exact import forms_of, normal_form
from discretion.hotel.record import (
    Booking,
    Contact,
    Document,
    Documents,
    Email,
    Identity,
    Phone,
    RecordError,
    SourceNumber,
)


@pytest.mark.parametrize(
    ("kind", "value", "country", "form"),
    [
        ("phone", "138 0013 8000", "CN", b"+8613800138000"),
        ("phone", "+8613800138000", "", b"+8613800138000"),
        ("phone", "+44 (0)20 7946 0018", "", b"+442079460018"),
        ("phone", "nonsense", "CN", None),
        ("email", " Wei.Zhang@Example.COM ", "", b"wei.zhang@example.com"),
        ("email", "ｗｅｉ@example.com", "", b"wei@example.com"),
        ("email", "wei", "", None),
        ("email", "a@b@c.d", "", None),
        ("email", "\ud800@example.com", "", None),
        ("document", "e-1234 5678", "CN", b"CHN|E12345678"),
        ("document", "Ｅ12345678", "chn", b"CHN|E12345678"),
        ("document", "E12345678", "", None),
        ("document", "E12345678", "ZZ", None),
        ("document", "---", "CHN", None),
        ("reservation", "r-7f3k-22", "", b"R7F3K22"),
        ("reservation", "  ", "", None),
        ("reservation", "9" * 255, "", None),
    ],
)
def test_there_is_one_spelling(kind, value, country, form):
    assert normal_form(kind, value, country) == form


@pytest.mark.parametrize("kind", ["name", "birth", "room", ""])
def test_nothing_of_few_values_can_be_asked_for(kind):
    with pytest.raises(ValueError, match="kind"):
        normal_form(kind, "x")


def test_a_contact_is_found_by_phone_and_own_email_but_not_by_an_alias():
    contact = Contact(
        phones=(Phone(e164="+8613800138000", country_code=86, national="13800138000"), Phone(as_written="?")),
        emails=(
            Email(address="Wei@example.com"),
            Email(address="front@example.com", kind="shared"),
            Email(address="x7@guest.example.com", kind="alias"),
        ),
    )
    assert forms_of("contact", contact) == [
        ("phone", b"+8613800138000"),
        ("email", b"wei@example.com"),
        ("email", b"front@example.com"),
    ]


def test_a_document_is_found_with_its_issuing_country():
    documents = Documents(
        documents=(
            Document(type=DocumentType.RIC, number="990101199001010022"),
            Document(type=DocumentType.PASSPORT, number="C01X00T47", issuing_country="DEU"),
            Document(type=DocumentType.PASSPORT, number="C01X00T47"),
            Document(type=DocumentType.PASSPORT, issuing_country="DEU"),
        )
    )
    assert forms_of("document", documents) == [
        ("document", b"CHN|990101199001010022"),
        ("document", b"DEU|C01X00T47"),
    ]


def test_a_booking_is_found_by_each_number_once():
    booking = Booking(
        number="R-7F3K-22",
        source_numbers=(SourceNumber(source="a", number="x1"), SourceNumber(source="b", number="X1")),
    )
    assert forms_of("booking", booking) == [("reservation", b"R7F3K22"), ("reservation", b"X1")]


def test_an_identity_is_found_by_nothing():
    assert forms_of("identity", Identity(name="张伟")) == []


def test_a_value_of_another_group_is_an_error():
    with pytest.raises(RecordError):
        forms_of("contact", Identity())
