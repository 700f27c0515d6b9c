"""Every record comes back from its bytes, and bytes that are no record name no value."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from discretion.hotel.document_type import DocumentType
from discretion.hotel.mask import mask
from discretion.hotel.purpose import FIELD_GROUPS
from discretion.hotel.record import (
    GROUP_TYPES,
    RULES,
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
    Note,
    Notes,
    Phone,
    Preferences,
    RecordError,
    Segment,
    Spending,
    StayDetails,
    Visitor,
    decode,
    encode,
)

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
days = st.dates(date(1900, 1, 1), date(2100, 1, 1))
moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
money = st.decimals(-10_000_000, 10_000_000, places=2)
births = st.one_of(
    st.builds(BirthDate, year=st.integers(1850, 2200)),
    st.builds(BirthDate, year=st.integers(1850, 2200), month=st.integers(1, 12)),
    days.map(lambda day: BirthDate(year=day.year, month=day.month, day=day.day)),
)
phones = st.builds(
    Phone, e164=st.from_regex(r"\A(\+[0-9]{4,15})?\Z"), national=st.text("0123456789", max_size=15), as_written=texts
)
emails = st.builds(Email, address=texts, kind=st.sampled_from(["own", "alias", "shared"]))
people = st.builds(ContactPerson, name=texts, phone=st.none() | phones, email=st.none() | emails)
RECORDS = {
    "identity": st.builds(
        Identity,
        name=texts,
        surname=texts,
        given=texts,
        latin=texts,
        birth=st.none() | births,
        sex=st.sampled_from(["F", "M", "other", "unknown"]),
        age_category=st.sampled_from(["adult", "child", "infant", ""]),
    ),
    "contact": st.builds(
        Contact,
        phones=st.lists(phones, max_size=3).map(tuple),
        emails=st.lists(emails, max_size=3).map(tuple),
        address=st.none() | st.builds(Address, lines=st.lists(texts, max_size=3).map(tuple), municipality=texts),
        guardian=st.none() | people,
    ),
    "document": st.builds(
        Documents,
        documents=st.lists(
            st.builds(Document, type=st.sampled_from(DocumentType), number=texts, expires_on=st.none() | days),
            max_size=3,
        ).map(tuple),
    ),
    "booking": st.builds(
        Booking, number=texts, arrival=st.none() | days, rate=st.none() | money, adults=st.integers(0, 55)
    ),
    "stay": st.builds(
        StayDetails,
        segments=st.lists(st.builds(Segment, room=texts), max_size=3).map(tuple),
        arrived_at=st.none() | moments,
        vehicle=texts,
        visitors=st.lists(st.builds(Visitor, name=texts), max_size=2).map(tuple),
        companions=st.lists(texts, max_size=3).map(tuple),
    ),
    "spending": st.builds(
        Spending,
        folio=st.lists(
            st.builds(FolioLine, booked_on=days, text=texts, amount=money, currency=st.just("CNY")), max_size=3
        ).map(tuple),
        payer=texts,
    ),
    "preferences": st.builds(Preferences, room=texts, diet=texts),
    "notes": st.builds(Notes, notes=st.lists(st.builds(Note, text=texts), max_size=3).map(tuple)),
}
records = st.sampled_from(FIELD_GROUPS).flatmap(lambda group: RECORDS[group].map(lambda value: (group, value)))


@given(records)
def test_every_record_comes_back_equal(record):
    group, value = record
    assert decode(group, encode(group, value)) == value


@given(records)
def test_every_mask_is_a_record(record):
    group, value = record
    masked = mask(group, value)
    assert type(masked) is GROUP_TYPES[group]
    assert decode(group, encode(group, masked)) == masked


@given(st.sampled_from(FIELD_GROUPS), st.binary(max_size=200))
def test_junk_is_a_record_or_a_record_error(group, raw):
    try:
        value = decode(group, raw)
    except RecordError as error:
        assert error.rule in RULES  # noqa: PT017 - both ends are allowed
    else:
        assert decode(group, encode(group, value)) == value


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(sorted({field for kind in GROUP_TYPES.values() for field in kind.__struct_fields__}))


@given(st.sampled_from(FIELD_GROUPS), st.dictionaries(fields, json_values, max_size=4))
def test_any_json_is_a_record_or_a_record_error(group, value):
    try:
        decode(group, msgspec.json.encode(value))
    except RecordError as error:
        assert error.rule in RULES  # noqa: PT017 - as above
        assert len(str(error)) < 200  # noqa: PT017 - as above


@given(st.text(min_size=6, max_size=30).filter(lambda text: text.isalnum() and text.isascii() and text not in RULES))
def test_an_error_never_quotes_the_value(secret):
    secret = f"Q{secret}Q"
    for group, raw in (
        ("identity", {"sex": secret}),
        ("identity", {"birth": secret}),
        ("identity", {secret: secret}),
        ("contact", {"emails": [{"address": "a@b.c", "kind": secret}]}),
        ("document", {"documents": [{"type": secret}]}),
        ("booking", {"arrival": secret, "rate": secret}),
        ("booking", {"rate": secret}),
        ("spending", {"card_last4": secret}),
    ):
        try:
            decode(group, msgspec.json.encode(raw))
        except RecordError as error:
            assert secret not in str(error)  # noqa: PT017 - the error is the subject
        else:
            raise AssertionError(group)


@given(st.decimals())
def test_money_is_finite_and_of_bounded_size(amount):
    try:
        booking = Booking(rate=Decimal(amount))
    except ValueError:
        return
    assert len(encode("booking", booking)) < 60
