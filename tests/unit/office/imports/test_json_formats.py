"""The JSON shapes of other systems, each from a small export written for this test by hotel.md section 7."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from datetime import date, time
from typing import Any

import pytest

from discretion.hotel.record import decode
from discretion.office.imports.drafts import BadRow, Draft, FileRefusedError, Person, Tally
from discretion.office.imports.formats import Layout

ZONE = "Europe/Lisbon"


def read(kind: str, document: Any) -> tuple[list[Draft], list[BadRow], Tally]:
    """Return what a format makes of a document, or of lines given as bytes."""
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    tally = Tally()
    found = list(Layout(kind, time_zone=ZONE).read(io.BytesIO(raw), tally))
    return [each for each in found if isinstance(each, Draft)], [each for each in found if isinstance(each, BadRow)], tally


def group(person: Person, name: str) -> Any:
    """Return one opened group of a person."""
    return decode(name, person.groups[name])


OPERA = {
    "hotelReservation": {
        "reservationIdList": [{"id": "11", "type": "Reservation"}, {"id": "C-77", "type": "Confirmation"}],
        "hotelId": "HTL1",
        "reservationStatus": "DueIn",
        "lastModifyDateTime": "2026-11-20T10:00:00",
        "roomStay": {
            "arrivalDate": "2026-11-23",
            "departureDate": "2026-11-26",
            "expectedTimes": {"reservationExpectedArrivalTime": "2026-11-23T16:30:00"},
            "guestCounts": {"adults": 2, "children": 1, "childAges": [{"age": 7}]},
            "currentRoomInfo": {"roomType": "DLX", "roomId": "1208"},
            "roomRates": [{"ratePlanCode": "BAR"}],
            "registrationNumber": "R1",
        },
        "reservationGuests": [
            {
                "primary": False,
                "profileInfo": {"profile": {"customer": {"personName": [{"givenName": "Na", "surname": "Null"}]}}},
            },
            {
                "primary": True,
                "profileInfo": {
                    "profileIdList": [{"id": "501", "type": "Profile"}],
                    "profile": {
                        "customer": {
                            "personName": [
                                {"givenName": "Quiet", "surname": "Alias", "nameType": "Incognito"},
                                {"givenName": "Elena", "surname": "García", "nameType": "Primary", "language": "es"},
                            ],
                            "birthDate": "1980-05-17",
                            "gender": "Female",
                            "nationality": "ES",
                            "vipStatus": "V1",
                            "blacklist": True,
                            "identifications": [
                                {"idType": "PASSPORT", "idNumber": "XXXXX567", "idNumberMasked": "XXXXX567", "issuedCountry": "ES"},
                                {"idType": "PASSPORT", "idNumber": "ZX1234567", "issuedCountry": "ES", "expirationDate": "2030-01-01"},
                            ],
                        },
                        "addresses": [{"addressLine": ["Calle 1"], "cityName": "Madrid", "country": {"code": "ES"}}],
                        "telephones": [{"phoneNumber": "+34 100 000 000"}],
                        "emails": [{"emailAddress": "elena@example.org"}],
                        "privacyInfo": {"optInEmail": True, "optInPhone": False},
                        "stayReservationInfoList": [{"x": 1}],
                    },
                },
            },
        ],
        "somethingNew": 5,
    }
}


def test_opera_gives_a_reservation_with_its_primary_guest_first() -> None:
    (draft,), bad, tally = read("opera", OPERA)
    assert not bad
    assert draft.reservation is not None
    assert (draft.reservation.source_id, draft.reservation.number, draft.reservation.country) == ("11", "OP-C-77", "ESP")
    (stay,) = draft.stays
    assert (stay.row.state, stay.row.arrival, stay.row.room_number) == ("confirmed", date(2026, 11, 23), "1208")
    assert (stay.row.adults, stay.row.children, stay.row.expected_time) == (2, 1, time(16, 30))
    first, second, third = stay.places
    assert first.person is not None
    assert second.person is not None
    assert third.person is None
    identity = group(first.person, "identity")
    assert (identity.given, identity.surname, identity.sex, identity.nationalities) == ("Elena", "García", "F", ("ESP",))
    assert group(second.person, "identity").surname == "Null"
    documents = group(first.person, "document").documents
    assert [each.number for each in documents] == ["ZX1234567"]
    assert group(first.person, "contact").emails[0].address == "elena@example.org"
    assert "optInEmail" in group(first.person, "notes").notes[0].text
    assert group(first.person, "booking").source_numbers[0].number == "C-77"
    assert tally.dropped["somethingNew"] == 1


def test_opera_states_are_never_guessed() -> None:
    for word in ("reserved", "Sleeping", ""):
        document = {"hotelReservation": {**OPERA["hotelReservation"], "reservationStatus": word}}
        _, bad, _ = read("opera", document)
        assert bad == [BadRow(1, "reservationStatus", "state_unknown")]


def test_a_profile_alone_becomes_a_guest_and_one_bad_line_harms_no_other() -> None:
    good = {"profileIdList": [{"id": "9", "type": "Profile"}], "profile": {"customer": {"personName": [{"surname": "Na"}]}}}
    lines = b"\n".join([json.dumps(good).encode(), b"{broken", json.dumps({"profile": {"customer": {}}}).encode()])
    drafts, bad, _ = read("opera", lines)
    assert [person.source_id for draft in drafts for person in draft.people] == ["9"]
    assert bad == [BadRow(2, "", "json"), BadRow(3, "profileId", "missing")]


MEWS = {
    "Customers": [
        {"Id": "c1", "FirstName": "Wei", "LastName": "Zhang", "Sex": "Female", "NationalityCode": "CN", "BirthDate": "1990-05-17",
         "Email": "x1@guest.example.net", "HasOtaEmail": True, "Phone": "+8615400008000", "Address": {"CountryCode": "CN"},
         "LoyaltyCode": "L1", "CarRegistrationNumber": "浙A00000", "DietaryRequirements": "vegetarian", "Notes": "likes quiet",
         "Options": ["SendMarketingEmails"], "Classifications": ["Vip"], "IsActive": True},
        {"Id": "c2", "FirstName": "Li", "LastName": "Wang"},
        {"Id": "c3", "FirstName": "Old", "LastName": "Copy", "MergeTargetId": "c1"},
        {"Id": "c4", "LastName": "Alone"},
        {"Id": "c5", "FirstName": "Pays", "LastName": "Only"},
    ],
    "IdentityDocuments": [
        {"Id": "d1", "CustomerId": "c1", "Type": "Passport", "Number": "ZX7654321", "IssuingCountryCode": "CN", "ExpirationDate": "2030-01-01"},
    ],
    "Reservations": [
        {"Id": "r1", "GroupId": "g1", "AccountId": "c5", "AccountType": "Customer", "BookerId": "c5", "Number": "52", "ChannelNumber": "OTA-9",
         "State": "Confirmed", "ScheduledStartUtc": "2026-11-22T23:30:00Z", "ScheduledEndUtc": "2026-11-25T11:00:00Z",
         "AssignedResourceId": "s1", "Purpose": "Leisure", "PersonCounts": [{"AgeCategoryId": "a", "Count": 2}, {"AgeCategoryId": "k", "Count": 1}]},
        {"Id": "r2", "State": "Canceled", "CancellationReason": "NoShow", "ScheduledStartUtc": "2026-06-01T14:00:00Z",
         "ScheduledEndUtc": "2026-06-02T10:00:00Z", "PersonCounts": []},
    ],
    "Companionships": [{"CustomerId": "c1", "ReservationGroupId": "g1"}, {"CustomerId": "c2", "ReservationGroupId": "g1"}],
    "Resources": [{"Id": "s1", "Name": "204"}],
    "AgeCategories": [{"Id": "a", "Classification": "Adult"}, {"Id": "k", "Classification": "Child"}],
    "Cursor": None,
}  # fmt: skip


def test_mews_joins_customers_documents_and_companions() -> None:
    drafts, bad, tally = read("mews", MEWS)
    assert not bad
    stays = [draft for draft in drafts if draft.reservation is not None]
    assert [draft.reservation.number for draft in stays if draft.reservation] == ["MW-52", "MW-r2"]
    row, places = stays[0].stays[0].row, stays[0].stays[0].places
    # 23:30 UTC in Lisbon's winter is still the 22nd.
    assert (row.arrival, row.expected_time, row.room_number) == (date(2026, 11, 22), time(23, 30), "204")
    assert (row.adults, row.children, len(places)) == (2, 1, 3)
    first = places[0].person
    assert first is not None
    assert first.source_id == "c1"
    assert group(first, "contact").emails[0].kind == "alias"
    assert group(first, "document").documents[0].number == "ZX7654321"
    assert group(first, "booking").booker == "Pays Only"
    assert group(first, "preferences").diet == "vegetarian"
    assert group(first, "stay").vehicle == "浙A00000"
    assert stays[1].stays[0].row.state == "no_show"
    assert [person.source_id for draft in drafts for person in draft.people] == ["c4", "c5"]
    assert tally.noticed["merged_elsewhere"] == 1


def test_mews_json_lines_mean_the_same() -> None:
    lines = [
        json.dumps(each).encode()
        for name in ("Customers", "IdentityDocuments", "Reservations", "Companionships")
        for each in MEWS[name]  # type: ignore[union-attr]
    ]
    lines.append(json.dumps({"Resources": MEWS["Resources"], "AgeCategories": MEWS["AgeCategories"]}).encode())
    together, _, _ = read("mews", MEWS)
    apart, bad, _ = read("mews", b"\n".join(lines))
    assert not bad
    assert [draft._replace(line=0) for draft in apart] == [draft._replace(line=0) for draft in together]


APALEO = {
    "bookings": [
        {
            "id": "B1",
            "booker": {"firstName": "Ada", "lastName": "Lind"},
            "reservations": [
                {"id": "XP-1", "status": "InHouse", "arrival": "2026-11-23T15:00:00+01:00", "departure": "2026-11-25T11:00:00+01:00",
                 "unit": {"id": "u1", "name": "101"}, "adults": 2, "travelPurpose": "Leisure",
                 "primaryGuest": {"title": "Ms", "gender": "Female", "firstName": "Ada", "lastName": "Lind", "nationalityCountryCode": "SE",
                                  "birthDate": "1970-00-00", "identificationNumber": "ZX0000001", "identificationType": "PassportNumber",
                                  "email": "ada@guest.booking.com", "vehicleRegistration": "ABC123"},
                 "additionalGuests": [{"firstName": "Bo", "lastName": "Lind", "relationshipToPrimaryGuest": "cy"}]},
                {"id": "XP-2", "status": "Dreaming", "arrival": "2026-11-23T15:00:00+01:00", "departure": "2026-11-25T11:00:00+01:00"},
            ],
        }
    ]
}  # fmt: skip


def test_apaleo_reads_guests_inside_reservations() -> None:
    (draft,), bad, _ = read("apaleo", APALEO)
    assert bad == [BadRow(1, "reservations.status", "state_unknown")]
    (stay,) = draft.stays
    assert (stay.row.state, stay.row.room_number, stay.row.checked_in_on) == ("in_house", "101", date(2026, 11, 23))
    first, second = stay.places
    assert first.person is not None
    assert (first.is_primary, second.relation) == (True, "CY")
    identity = group(first.person, "identity")
    assert (identity.birth.year, identity.birth.month, identity.nationalities) == (1970, None, ("SWE",))
    assert group(first.person, "contact").emails[0].kind == "alias"
    assert group(first.person, "booking").booker == "Ada Lind"


CLOUDBEDS = {
    "success": True,
    "data": {
        "reservationID": "3456789012345", "propertyID": "1", "status": "confirmed", "startDate": "2026-11-23", "endDate": "2026-11-24",
        "source": "Booking.com", "thirdPartyIdentifier": "BK-1", "cardsOnFile": [{"cardNumber": "4111111111111111"}],
        "guestList": {
            "7": {"guestID": "7", "guestFirstName": "Gone", "isAnonymized": True},
            "8": {"guestID": "8", "guestFirstName": "Max", "guestLastName": "Muster", "guestGender": "N/A", "guestEmail": "max@example.net",
                  "guestCellPhone": "+49 30 23125000", "guestAddress": "Musterstr. 1", "guestCity": "Berlin", "guestCountry": "DE",
                  "guestBirthdate": "1980-01-02", "guestDocumentType": "passport", "guestDocumentNumber": "ZX1", "isMainGuest": True,
                  "rooms": []},
        },
        "assigned": [{"roomID": "1-1", "roomName": "12", "roomTypeName": "Double", "startDate": "2026-11-23", "endDate": "2026-11-24",
                      "adults": "2", "children": "0", "subReservationID": "3456789012345-1"}],
        "unassigned": [],
    },
}  # fmt: skip


def test_cloudbeds_reads_counts_as_text_and_never_cards() -> None:
    (draft,), bad, tally = read("cloudbeds", CLOUDBEDS)
    assert not bad
    (stay,) = draft.stays
    assert (stay.key, stay.row.adults, stay.row.room_number) == ("3456789012345-1", 2, "12")
    person = stay.places[0].person
    assert person is not None
    assert group(person, "identity").surname == "Muster"
    assert group(person, "identity").sex == "unknown"
    assert tally.noticed["anonymized"] == 1
    assert b"4111" not in b"".join(raw for each in draft.everyone() for raw in each.groups.values())


def test_cloudbeds_guest_lists_are_guests_alone() -> None:
    document = {"data": [
        {"guestID": "1", "guestFirstName": "A", "guestLastName": "B", "guestBirthDate": "1980-01-02", "guestAddress1": "X 1", "guestOptIn": True},
        {"guestID": "2", "isMerged": True, "newGuestID": "1"},
        {"guestFirstName": "nobody"},
    ]}  # fmt: skip
    drafts, bad, _ = read("cloudbeds", document)
    assert [person.source_id for draft in drafts for person in draft.people] == ["1"]
    assert bad == [BadRow(3, "guestID", "missing")]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("Notes", "card 4111 1111 1111 1111 exp 12/29", "card_number"),
        ("FirstName", "4111111111111111", "card_number"),
        ("Photo", "data:image/png;base64," + "A" * 100, "image"),
        ("Scan", {"deep": ["/9j/" + "A" * 200]}, "image"),
        ("Payment", {"cardNumber": "4111111111111111"}, "card_number"),
        ("Payment", {"CVV": 123}, "card_number"),
    ],
)
def test_card_numbers_and_images_are_refused(field: str, value: Any, rule: str) -> None:
    _, bad, _ = read("mews", {"Customers": [{"Id": "c1", "LastName": "X", field: value}]})
    assert [each.rule for each in bad] == [rule]


@pytest.mark.parametrize("kind", ["opera", "mews", "apaleo", "cloudbeds"])
@pytest.mark.parametrize("raw", [b"", b"[1,2]", b"null", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a":' * 5000])
def test_what_is_no_export_is_refused_whole_or_row_by_row(kind: str, raw: bytes) -> None:
    drafts: list[Draft] = []
    with suppress(FileRefusedError):
        drafts, _, _ = read(kind, raw)
    assert drafts == []


def test_local_dates_follow_the_property() -> None:
    raw = json.dumps(MEWS).encode()
    drafts = [each for each in Layout("mews", time_zone="Asia/Shanghai").read(io.BytesIO(raw), Tally()) if isinstance(each, Draft)]
    assert drafts[0].stays[0].row.arrival == date(2026, 11, 23)
