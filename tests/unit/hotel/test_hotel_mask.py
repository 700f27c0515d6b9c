"""Masks look as the hotel's staff know them, and carry nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from discretion.hotel.document_type import DocumentType
from discretion.hotel.mask import mask, mask_name, mask_number, mask_plate, mask_room
from discretion.hotel.purpose import FIELD_GROUPS
from discretion.hotel.record import (
    GROUP_TYPES,
    Address,
    BirthDate,
    Booking,
    Contact,
    ContactPerson,
    Document,
    Documents,
    Email,
    FolioLine,
    Identity,
    Key,
    Note,
    Notes,
    Phone,
    Preferences,
    RecordError,
    ReportState,
    Segment,
    SourceNumber,
    Spending,
    StayDetails,
    Visitor,
    decode,
    encode,
)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"),
        ("张小明", "张*"),
        ("欧阳文", "欧阳**"),
        ("欧阳文静", "欧阳**"),
        ("歐陽文", "歐陽**"),
        ("迪丽热巴·迪力木拉提", "迪**"),
        ("ジョン・スミス", "ジ**"),
        ("홍길동", "홍*"),
        ("田中 太郎", "田中**"),
        ("John Smith", "Sm*** J."),
        ("Smith, John", "Sm*** J."),
        ("Ng Wei", "We*** N."),
        ("O", "O****"),
        ("Null", "Nu***"),
        ("Åsa Öberg", "Öb*** Å."),
        ("A\u030asa O\u0308berg", "Öb*** Å."),
        ("Сергей Иванов", "Ив*** С."),
        ("", ""),
    ],
)
def test_a_name_in_one_line_is_masked(name, masked):
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("name", "surname", "given", "masked"),
    [
        ("John Smith", "Smith", "John", "Sm*** J."),
        ("", "Smith", "John", "Sm*** J."),
        ("田中太郎", "田中", "太郎", "田中**"),
        ("", "张", "伟", "张*"),
        ("Zhang Wei", "张", "伟", "张*"),
        ("张伟", "ZHANG", "WEI", "张*"),
        ("王小明", "王小明", "", "王*"),
        ("Maria", "", "Maria", "Ma***"),
        ("", "", "Maria", "Ma***"),
        ("", "", "小明", "小*"),
        ("Wei", "Zhang", "伟", "Zh***"),
    ],
)
def test_the_surname_that_is_known_decides(name, surname, given, masked):
    assert mask_name(name, surname, given) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        (Phone(e164="+8613800138000", country_code=86, national="13800138000"), "138****8000"),
        (Phone(e164="+441632456750", country_code=44, national="1632456750"), "****6750"),
        (Phone(e164="+862112345678", country_code=86, national="2112345678"), "****5678"),
        (Phone(e164="+2905123", country_code=290, national="5123"), "******23"),
        (Phone(as_written="ask the 4711 porter"), "********"),
    ],
)
def test_a_phone_keeps_its_last_digits(phone, masked):
    opened = mask("contact", Contact(phones=(phone,)))
    assert opened == Contact(phones=(Phone(country_code=phone.country_code, national=masked),))


def test_an_email_keeps_first_letter_and_domain():
    contact = Contact(emails=(Email(address="wei.zhang@example.com", kind="alias"), Email(address="no address")))
    assert mask("contact", contact) == Contact(
        emails=(Email(address="w***@example.com", kind="alias"), Email(address="***"))
    )


def test_people_to_reach_are_masked_like_guests():
    person = ContactPerson(
        name="李四",
        relation="PM",
        phone=Phone(e164="+8613800138000", country_code=86, national="13800138000"),
        email=Email(address="li@example.com"),
        reached=True,
    )
    masked = mask("contact", Contact(guardian=person, address=Address(lines=("某路1号",), municipality="杭州市")))
    assert masked == Contact(
        guardian=ContactPerson(
            name="李*",
            relation="PM",
            phone=Phone(country_code=86, national="138****8000"),
            email=Email(address="l***@example.com"),
            reached=True,
        ),
        address=Address(municipality="杭州市"),
    )


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("990101199001010021", "··············0021"),
        ("E12345678", "··············5678"),
        ("1234567", "················67"),
        ("123", "·" * 18),
        ("X" * 40 + "9876", "··············9876"),
        ("", ""),
    ],
)
def test_a_document_number_is_always_as_wide(number, masked):
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("plate", "masked"),
    [("浙A12345", "浙A·**345"), ("浙A·D12345", "浙A·**345"), ("B-XY 1234", "***234"), ("A1", "******"), ("", "")],
)
def test_a_plate_keeps_its_last_three(plate, masked):
    assert mask_plate(plate) == masked


@pytest.mark.parametrize(
    ("room", "masked"), [("1208", "12**"), ("305", "3**"), ("12", "**"), ("Penthouse", "**"), ("", "")]
)
def test_a_room_keeps_its_floor(room, masked):
    assert mask_room(room) == masked


SECRET_DAY = date(1987, 6, 5)
SECRET_MOMENT = datetime(1987, 6, 5, tzinfo=UTC)
FULL = {
    "identity": Identity(
        name="张秘密",
        given="秘密",
        middle="秘密",
        surname="张",
        second_surname="秘密",
        birth_name="秘密",
        latin="ZHANG, MIMI",
        sex="F",
        birth=BirthDate(year=1987, month=6, day=5),
        birth_place="秘密",
        birth_country="XSC",
        nationalities=("XSC",),
        mother="秘密",
        father="秘密",
        profession="秘密",
    ),
    "contact": Contact(
        phones=(Phone(e164="+441987654321", country_code=44, national="1987654321", as_written="01987 654321"),),
        emails=(Email(address="mimi@example.com"),),
        address=Address(lines=("秘密",), municipality_code="1987", region="秘密", postal_code="1987", country="XSC"),
    ),
    "document": Documents(
        documents=(
            Document(
                type=DocumentType.PASSPORT,
                number="XSC19870000",
                support_number="1987",
                issuing_country="XSC",
                issuing_place="秘密",
                issued_on=SECRET_DAY,
                expires_on=SECRET_DAY,
                visa_number="1987",
                visa_issued_on=SECRET_DAY,
                visa_expires_on=SECRET_DAY,
                border_place="秘密",
                border_on=SECRET_DAY,
                held_by="1987",
            ),
        )
    ),
    "booking": Booking(
        number="1987",
        source_numbers=(SourceNumber(source="x", number="1987"),),
        channel="秘密",
        booker="秘密",
        booked_on=SECRET_DAY,
        rate_code="1987",
        rate=Decimal(1987),
        purpose_of_travel="秘密",
        group="秘密",
        company="秘密",
        agent="秘密",
        special_requests="秘密",
    ),
    "stay": StayDetails(
        segments=(Segment(room="1987"),),
        arrived_at=SECRET_MOMENT,
        left_at=SECRET_MOMENT,
        keys=(Key(number="1987"),),
        vehicle="浙A1987秘",
        visitors=(Visitor(name="王秘密", came_at=SECRET_MOMENT),),
        companions=("李秘密",),
        registration_number="1987",
        reports=(ReportState(authority="police", state="sent"),),
    ),
    "spending": Spending(
        folio=(FolioLine(booked_on=SECRET_DAY, text="秘密", amount=Decimal(1987), currency="XSC"),),
        payer="秘密",
        loyalty_number="1987",
        card_token="1987",
    ),
    "preferences": Preferences(diet="秘密", accessibility="秘密"),
    "notes": Notes(notes=(Note(text="秘密", author="1987", written_at=SECRET_MOMENT),)),
}


@pytest.mark.parametrize("group", FIELD_GROUPS)
def test_a_mask_is_a_record_of_the_same_group_without_its_secrets(group):
    masked = mask(group, FULL[group])
    assert type(masked) is GROUP_TYPES[group]
    raw = encode(group, masked)
    assert decode(group, raw) == masked
    for secret in ("秘密", "1987", "XSC", "MIMI", '"F"', "mimi@"):
        assert secret not in raw.decode()


@pytest.mark.parametrize("group", FIELD_GROUPS)
def test_the_mask_of_nothing_is_nothing(group):
    empty = GROUP_TYPES[group]()
    assert mask(group, empty) == empty


def test_what_is_needed_to_serve_stays():
    booking = Booking(arrival=date(2026, 11, 23), departure=date(2026, 11, 26), adults=2, expected_at="18:00")
    assert mask("booking", booking) == booking
    preferences = Preferences(bed="双床", floor="高楼层", greeting_language="zh")
    assert mask("preferences", preferences) == preferences
    assert mask("spending", Spending(card_last4="0021")) == Spending(card_last4="0021")


def test_it_refuses_a_value_of_another_group():
    with pytest.raises(RecordError):
        mask("identity", Contact())
    with pytest.raises(RecordError):
        mask("dreams", Identity())
