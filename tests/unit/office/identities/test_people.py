"""Generated people: nobody's documents, phones that ring nowhere, names of several scripts, the same ones from a seed."""

from __future__ import annotations

import gzip
import io
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers
import pytest

from discretion.hotel.age import age_on
from discretion.hotel.document import check_document
from discretion.hotel.record import decode
from discretion.office.identities.documents import NOBODYS_REGION, resident_number
from discretion.office.identities.lists import latin, lists
from discretion.office.identities.people import Cast
from discretion.office.imports import bookings
from discretion.office.imports.drafts import Draft, Person, Tally

FILE = Path(__file__).parents[3] / "data" / "hotel_bookings.csv.gz"
RESERVED = ("example.com", "example.net", "example.org")


@cache
def filled(home: str = "PRT", seed: str = "seed") -> tuple[Draft, ...]:
    """A part of the real bookings with people."""
    lines = gzip.decompress(FILE.read_bytes()).splitlines(keepends=True)
    raw = b"".join([lines[0], *lines[1:1500], *lines[12000:13500]])
    cast = Cast(seed, home)
    found = bookings.read(io.BytesIO(raw), Tally(), encoding="utf-8", date_order=None)
    return tuple(cast.fill(each) for each in found if isinstance(each, Draft))


def people() -> list[tuple[Draft, Person, str]]:
    """Every person with the booking and the age category."""
    return [
        (draft, place.person, place.age_category)
        for draft in filled()
        for place in draft.stays[0].places
        if place.person is not None
    ]


def opened(person: Person, group: str) -> Any:
    """Return a group of a person."""
    return decode(group, person.groups[group])


def test_every_group_of_everybody_is_a_record_and_marked_generated() -> None:
    for _, person, _ in people():
        assert person.generated
        for group in person.groups:
            opened(person, group)


def test_the_same_seed_makes_the_same_people_and_another_others() -> None:
    again = Cast("seed", "PRT")
    for draft in filled()[:50]:
        bare = draft._replace(
            reservation=draft.reservation and draft.reservation._replace(
                source_version=draft.reservation.source_version.removesuffix("+people")
            ),
        )
        assert again.fill(bare) == draft
    names = [opened(person, "identity").name for _, person, _ in people()[:200]]
    others = [
        opened(place.person, "identity").name
        for draft in filled(seed="other")
        for place in draft.stays[0].places
        if place.person is not None
    ][:200]
    assert names != others


def test_bookings_that_took_place_name_everybody_others_the_booker_alone() -> None:
    for draft in filled():
        row, places = draft.stays[0].row, draft.stays[0].places
        named = [place for place in places if place.person is not None]
        if row.state == "checked_out":
            assert len(named) == len(places)
        else:
            assert len(named) == 1
        counted = row.adults + row.children + row.babies
        assert len(places) == counted + (0 if row.adults else 1)
        assert [place.is_primary for place in places] == [True] + [False] * (len(places) - 1)


def test_ages_fit_the_count() -> None:
    for draft, person, category in people():
        age = age_on(opened(person, "identity").birth, draft.stays[0].row.arrival)
        assert age is not None
        assert {"adult": age >= 18, "child": 1 < age < 18, "infant": age < 2}[category]


def test_children_have_the_first_guest_as_guardian() -> None:
    seen = 0
    for draft in filled():
        first, *others = draft.stays[0].places
        for place in others:
            if place.person is None or place.age_category == "adult":
                continue
            seen += 1
            assert first.person is not None
            guardian = opened(place.person, "contact").guardian
            assert guardian.name == opened(first.person, "booking").booker
            assert (place.relation, place.guardian_reached) == ("HJ", True)
    assert seen > 50


def test_documents_are_right_in_form_and_of_nobody() -> None:
    for _, person, _ in people():
        (document,) = opened(person, "document").documents
        assert check_document(document) == []
        assert document.number.startswith(("ZX", "00"))
    number = resident_number(date(1990, 5, 17), "F", 1)
    assert number.startswith(NOBODYS_REGION)


def test_chinese_at_home_show_a_resident_card_of_no_region() -> None:
    found = 0
    for draft in filled(home="CHN"):
        if draft.reservation is None or draft.reservation.country != "CHN":
            continue
        for person in draft.everyone():
            (document,) = opened(person, "document").documents
            identity = opened(person, "identity")
            assert check_document(document) == []
            assert document.number.startswith(NOBODYS_REGION)
            birth = identity.birth
            assert document.number[6:14] == f"{birth.year}{birth.month:02d}{birth.day:02d}"
            found += 1
    assert found


def test_mail_goes_to_reserved_hosts_and_platforms_bring_an_alias() -> None:
    for draft, person, category in people():
        if "contact" not in person.groups or category != "adult":
            continue
        (email,) = opened(person, "contact").emails
        assert email.address.endswith(RESERVED)
        assert draft.reservation is not None
        assert (email.kind == "alias") == (draft.reservation.market_segment == "Online TA")


def test_phones_ring_nowhere() -> None:
    for country, numbers in lists().phones.items():
        for national in (numbers.first, (numbers.first + numbers.last) // 2, numbers.last):
            number = phonenumbers.parse(f"+{numbers.country_code}{national}")
            e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            assert e164 == f"+{numbers.country_code}{national}", country
            if not numbers.is_reserved:
                assert not phonenumbers.is_valid_number(number), country
                assert phonenumbers.is_possible_number(number), country
    assert {"GBR", "USA", "DEU", "AUS", "SWE", "IRL", "FRA"} <= {
        country for country, numbers in lists().phones.items() if numbers.is_reserved
    }


def test_names_come_in_several_scripts() -> None:
    text = "".join(
        names.written
        for each in {id(value): value for value in lists().names.values()}.values()
        for names in (*each.surnames, *each.women, *each.men)
    )
    for example in "张陳김佐АиالحכהΕशŁçß":
        assert example.lower() in text.lower() or example in text, example
    everyone = [person for draft in filled() for person in draft.everyone()]
    assert all(opened(person, "identity").latin.isascii() for person in everyone)


@pytest.mark.parametrize(
    ("written", "zone"), [("Groß", "GROSS"), ("Müller", "MUELLER"), ("Łucja", "LUCJA"), ("O'Neill", "ONEILL"), ("Conceição", "CONCEICAO")]
)
def test_latin_names_are_spelled_as_passports_spell_them(written: str, zone: str) -> None:
    assert latin(written) == zone
