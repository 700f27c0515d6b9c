"""Machine-readable zones survive junk and give back what was put in; check digits find what they must."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from discretion.hotel import number
from discretion.hotel.age import age_on, is_minor, latest_birth, minor_until
from discretion.hotel.document import DocumentType, check_document, check_resident_id, parse_mrz
from discretion.hotel.exact import EXACT_KINDS, normal_form
from discretion.hotel.machine_zone import check_digit
from discretion.hotel.phone import display_phone, parse_phone
from discretion.hotel.record import BirthDate, Contact, Document, Phone, RecordError, encode

TODAY = date(2026, 11, 23)
zone_signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
names = st.lists(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=8), min_size=1, max_size=2).map("<".join)


@given(st.text(max_size=300))
def test_any_text_is_a_reading_or_a_record_error(text):
    try:
        parse_mrz(text)
    except RecordError as error:
        assert error.rule in {"missing", "length", "form"}  # noqa: PT017 - both ends are allowed


@given(
    st.sampled_from([72, 88, 90]).flatmap(lambda size: st.text(zone_signs, min_size=size - 1, max_size=size - 1)),
    st.sampled_from("PIACV"),
)
def test_any_zone_of_the_right_size_is_read_without_error(signs, first):
    if len(signs) == 89 and first == "V":
        return
    reading = parse_mrz(first + signs)
    assert "<" not in reading.surname + reading.given + reading.number + reading.optional
    birth, expires_on = reading.birth(TODAY), reading.expires_on(TODAY)
    assert birth is None or (birth.year, birth.month or 1, birth.day or 1) <= (2026, 11, 23)
    assert expires_on is None or 1966 <= expires_on.year < 2066


@given(
    names,
    st.none() | names,
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=9),
    st.dates(date(1930, 1, 1), TODAY),
    st.dates(date(2000, 1, 1), date(2060, 1, 1)),
    st.sampled_from("FM<X"),
)
def test_a_passport_gives_back_what_was_put_in(surname, given_names, document_number, birth, expiry, sex):
    line = f"P<CHN{surname}" + (f"<<{given_names}" if given_names else "")
    line = line[:44].ljust(44, "<")
    parts = [document_number.ljust(9, "<"), birth.strftime("%y%m%d"), expiry.strftime("%y%m%d")]
    checked = [f"{part}{check_digit(part)}" for part in parts]
    whole = check_digit("".join(checked) + "<" * 14 + "0")
    reading = parse_mrz(f"{line}\n{checked[0]}CHN{checked[1]}{sex}{checked[2]}{'<' * 14}0{whole}")
    assert reading.passed
    assert reading.number == document_number
    assert reading.single_name == (given_names is None)
    assert reading.surname == surname.replace("<", " ")
    assert reading.given == (given_names or "").replace("<", " ")
    assert reading.birth(TODAY) in {
        BirthDate(year=birth.year + century, month=birth.month, day=birth.day) for century in (0, 100)
    }
    assert reading.expires_on(TODAY) == expiry


@given(st.text("0123456789", min_size=17, max_size=17), st.integers(0, 16), st.sampled_from("0123456789"))
def test_a_resident_id_has_one_check_digit_and_no_neighbour(first, place, digit):
    right = [last for last in "0123456789X" if "check_digit" not in {f.code for f in check_resident_id(first + last)}]
    assert len(right) == 1
    changed = first[:place] + digit + first[place + 1 :]
    if changed != first:
        assert "check_digit" in {finding.code for finding in check_resident_id(changed + right[0])}


@given(
    st.builds(
        Document,
        type=st.sampled_from(DocumentType),
        number=st.text(max_size=64),
        issuing_country=st.sampled_from(["", "CHN", "ESP"]),
    )
)
def test_no_finding_carries_the_number(document):
    for finding in check_document(document, TODAY):
        told = [value for name, value in finding.params if name not in {"expected", "actual"}]
        assert document.number not in told


@given(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), st.binary(min_size=8, max_size=16))
def test_a_number_is_found_wrong_if_one_sign_is_or_two_changed_places(prefix, random_bytes):
    made = number.make(prefix, random_bytes)
    assert number.check(made)
    bare = made.replace("-", "")
    for place in range(1, len(bare)):
        for sign in number.SIGNS:
            if sign != bare[place]:
                assert not number.check(bare[:place] + sign + bare[place + 1 :])
        for other in range(place + 1, len(bare)):
            swapped = list(bare)
            swapped[place], swapped[other] = swapped[other], swapped[place]
            assert number.check("".join(swapped)) == (bare[place] == bare[other])


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_none(text):
    read = number.read(text)
    assert read is None or number.read(read) == read


@given(st.text(max_size=60), st.sampled_from(["CN", "GBR", "", "XX"]))
def test_any_text_is_a_phone_or_a_rule(text, region):
    phone = parse_phone(text, region)
    if isinstance(phone, Phone):
        assert phone.e164 == f"+{phone.country_code}{phone.national}"
        assert display_phone(phone)
        encode("contact", Contact(phones=(phone,)))


@given(st.sampled_from(sorted(EXACT_KINDS)), st.text(max_size=300), st.sampled_from(["", "CN", "CHN"]))
def test_an_exact_form_is_stable(kind, value, country):
    form = normal_form(kind, value, country)
    if form is not None:
        again = form.decode().removeprefix("CHN|")
        assert normal_form(kind, again, country) == form


births = st.one_of(
    st.builds(BirthDate, year=st.integers(1900, 2026)),
    st.builds(BirthDate, year=st.integers(1900, 2026), month=st.integers(1, 12)),
    st.dates(date(1900, 1, 1), TODAY).map(lambda day: BirthDate(year=day.year, month=day.month, day=day.day)),
)


@given(births, st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_a_minor_is_one_exactly_until_the_day_and_age_agrees(birth, day):
    until = minor_until(birth)
    assert until is not None
    assert is_minor(birth, day) == (day < until)
    age = age_on(birth, day)
    assert (age is None) == (day < latest_birth(birth))
    if age is not None:
        assert (age < 18) == is_minor(birth, day)
