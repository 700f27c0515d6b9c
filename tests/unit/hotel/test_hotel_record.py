"""Records go in and out of bytes strictly, and no error quotes a value."""

from __future__ import annotations

import traceback
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from discretion.hotel.document_type import DocumentType
from discretion.hotel.purpose import FIELD_GROUPS
from discretion.hotel.record import (
    BOX_SIZE_BYTES_MAX,
    GROUP_TYPES,
    RULES,
    BirthDate,
    Booking,
    Contact,
    Document,
    Documents,
    Email,
    FolioLine,
    Identity,
    Note,
    Notes,
    Phone,
    RecordError,
    Spending,
    StayDetails,
    Visitor,
    decode,
    encode,
)

SECRET = "Zhuangzi-4711"


def test_there_is_one_type_for_each_field_group_of_the_policy():
    assert tuple(GROUP_TYPES) == FIELD_GROUPS


@pytest.mark.parametrize("group", FIELD_GROUPS)
def test_an_empty_record_is_two_bytes(group):
    empty = GROUP_TYPES[group]()
    assert encode(group, empty) == b"{}"
    assert decode(group, b"{}") == empty


def test_a_full_record_comes_back_equal():
    identity = Identity(
        name="欧阳文",
        surname="欧阳",
        given="文",
        latin="OUYANG, WEN",
        sex="F",
        birth=BirthDate(year=2000, month=2, day=29),
        nationalities=("CHN",),
        age_category="adult",
    )
    assert decode("identity", encode("identity", identity)) == identity
    spending = Spending(
        folio=(FolioLine(booked_on=date(2026, 11, 23), text="茶", amount=Decimal("1288.00"), currency="CNY"),),
        card_last4="0021",
    )
    assert decode("spending", encode("spending", spending)) == spending
    stay = StayDetails(visitors=(Visitor(name="王五", came_at=datetime(2026, 11, 23, 8, tzinfo=UTC)),))
    assert decode("stay", encode("stay", stay)) == stay


@pytest.mark.parametrize(
    ("group", "raw", "field", "rule"),
    [
        ("identity", b'{"sex": "Zhuangzi-4711"}', "sex", "choice"),
        ("identity", b'{"name": 4711}', "name", "type"),
        ("identity", b'{"name": "' + b"x" * 201 + b'"}', "name", "length"),
        ("identity", b'{"birth": {"year": 1990, "day": 3}}', "birth", "date_parts"),
        ("identity", b'{"birth": {"year": 1990, "month": 2, "day": 30}}', "birth", "date_parts"),
        ("identity", b'{"birth": {"month": 2}}', "birth.year", "missing"),
        ("identity", b'{"birth": {"year": 47}}', "birth.year", "range"),
        ("identity", b'{"nationalities": ["chn"]}', "nationalities[0]", "form"),
        ("identity", b'{"nationalities": ["CHN\\n"]}', "nationalities[0]", "form"),
        ("identity", b'{"Zhuangzi-4711": 1}', "", "unknown"),
        ("identity", b'{"image": "Zhuangzi-4711"}', "", "unknown"),
        ("identity", b'{"name": "Zhuangzi-4711', "", "syntax"),
        ("identity", b'{"name": "Zhuangzi-4711\xff"}', "", "syntax"),
        ("identity", b"[]", "", "type"),
        ("contact", b'{"phones": [{"e164": "Zhuangzi-4711"}]}', "phones[0].e164", "form"),
        ("contact", b'{"emails": [{"kind": "own"}]}', "emails[0].address", "missing"),
        ("document", b'{"documents": [{"type": "Zhuangzi-4711 - at `$.x`"}]}', "documents[0].type", "choice"),
        ("document", b'{"documents": [{"type": "RIC", "issued_on": "Zhuangzi"}]}', "documents[0].issued_on", "form"),
        (
            "spending",
            b'{"folio": [{"booked_on": "2026-01-01", "text": "", "amount": "NaN", "currency": "EUR"}]}',
            "folio[0]",
            "amount",
        ),
        (
            "spending",
            b'{"folio": [{"booked_on": "2026-01-01", "text": "", "amount": 1e999, "currency": "EUR"}]}',
            "folio[0]",
            "amount",
        ),
        ("spending", b'{"card_last4": "4111111111111111"}', "card_last4", "form"),
        ("stay", b'{"arrived_at": "2026-01-01T00:00:00"}', "arrived_at", "time_zone"),
        ("photographs", b"{}", "", "group"),
        ("notes", b" " * (BOX_SIZE_BYTES_MAX + 1), "", "size"),
    ],
)
def test_it_names_field_and_rule_and_never_the_value(group, raw, field, rule):
    with pytest.raises(RecordError) as caught:
        decode(group, raw)
    assert (caught.value.field, caught.value.rule) == (field, rule)
    assert rule in RULES
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("group", "value", "field", "rule"),
    [
        ("identity", Identity(name="x" * 201), "name", "length"),
        ("identity", Contact(), "", "group"),
        ("dreams", Identity(), "", "group"),
        ("identity", Identity(name="\ud800"), "", "type"),
        ("contact", Contact(phones=(Phone(e164="138"),)), "phones[0].e164", "form"),
        ("contact", Contact(emails=(Email(address="a@b.c", kind="mine"),)), "emails[0].kind", "choice"),  # type: ignore[arg-type]
        ("notes", Notes(notes=(Note(text="x" * 4000),) * 17), "", "size"),
        ("booking", Booking(adults=-1), "adults", "range"),
        (
            "document",
            Documents(documents=(Document(type=DocumentType.RIC, number="1" * 65),)),
            "documents[0].number",
            "length",
        ),
    ],
)
def test_it_seals_nothing_that_it_could_not_open_again(group, value, field, rule):
    with pytest.raises(RecordError) as caught:
        encode(group, value)
    assert (caught.value.field, caught.value.rule) == (field, rule)


def test_money_must_be_money():
    for amount in ("NaN", "Infinity", "1E+30", "0.0000001", "1000000000001"):
        with pytest.raises(ValueError, match="amount"):
            Booking(rate=Decimal(amount))


def test_names_of_120_characters_and_more_are_kept():
    name = "नाम" * 60
    kept = decode("identity", encode("identity", Identity(name=name)))
    assert isinstance(kept, Identity)
    assert kept.name == name
