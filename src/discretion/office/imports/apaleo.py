"""Apaleo JSON: `bookings` with `reservations`; a guest exists only inside a reservation. Source: hotel.md section 7."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

from discretion.hotel.record import Address, Contact, Document, Identity, SourceNumber, StayDetails
from discretion.hotel.stay_state import Kinship
from discretion.office.imports import persons, stays
from discretion.office.imports.drafts import BadRow, BadRowError, Draft, ReservationRow, StayDraft, StayRow, Tally
from discretion.office.imports.fields import Fields
from discretion.office.imports.groups import booking
from discretion.office.imports.objects import objects, version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from discretion.office.imports.drafts import Person

SOURCE: Final = "apaleo"


def read(file: BinaryIO, tally: Tally, *, zone: ZoneInfo) -> Iterator[Draft | BadRow]:
    """Yield a draft or a bad row for each reservation. Shapes: `zone` is the property's, for its local dates."""
    for found in objects(file):
        if isinstance(found, BadRow):
            yield found
            continue
        number, raw = found
        try:
            many = raw.get("bookings")
            if many is not None and not isinstance(many, list):
                raise BadRowError("bookings", "type")
            bookings: list[Any] = [raw] if many is None else many
            is_list = many is not None
        except BadRowError as bad:
            yield BadRow(number, bad.field, bad.rule)
            continue
        for position, each in enumerate(bookings, 1):
            line = position if is_list else number
            if not isinstance(each, dict):
                yield BadRow(line, "bookings", "type")
                continue
            yield from _booking(line, Fields(each, "", tally), tally, zone)


def _booking(line: int, fields: Fields, tally: Tally, zone: ZoneInfo) -> Iterator[Draft | BadRow]:
    """Yield the reservations of one booking; each stands or falls alone."""
    try:
        booker = _name(fields.inner("booker"))
        reservations = fields.items("reservations")
        fields.skip("id", "created", "modified", "propertyValues", "paymentAccount")
        fields.finish()
    except BadRowError as bad:
        yield BadRow(line, bad.field, bad.rule)
        return
    for each in reservations:
        try:
            yield _reservation(line, each, booker, tally, zone)
        except BadRowError as bad:
            yield BadRow(line, bad.field, bad.rule)


def _name(fields: Fields) -> str:
    """Return a booker's whole name."""
    parts = [fields.text(key) for key in ("firstName", "middleInitial", "lastName", "secondLastName")]
    return " ".join(part for part in parts if part)


def _local(fields: Fields, key: str, zone: ZoneInfo) -> datetime:
    """Return a moment in the property's zone. Errors: `BadRowError` with `missing` or `type`."""
    at = fields.moment(key, zone)
    if at is None:
        raise BadRowError(fields.place(key), "missing")
    return at.astimezone(zone)


def _reservation(line: int, fields: Fields, booker: str, tally: Tally, zone: ZoneInfo) -> Draft:
    """Return one reservation with its guests. Errors: `BadRowError`."""
    source_id = fields.identifier("id")
    state = stays.state(SOURCE, fields.word("status"), fields.place("status"))
    arrival, departure = _local(fields, "arrival", zone), _local(fields, "departure", zone)
    unit = fields.inner("unit")
    row = stays.settled(
        StayRow(
            state=state,
            arrival=arrival.date(),
            departure=departure.date(),
            actual_in_at=fields.moment("checkInTime", zone),
            actual_out_at=fields.moment("checkOutTime", zone),
            room_number=stays.room(unit.word("name") or unit.word("id"), unit.place("name")),
            adults=fields.count("adults", stays.PEOPLE_MAX),
            children=len(_ages(fields)),
            expected_time=arrival.time().replace(second=0, microsecond=0) if state == "confirmed" else None,
        ),
        fields.place("departure"),
    )
    guests = [fields.inner("primaryGuest"), *fields.items("additionalGuests")] if fields.has("primaryGuest") else []
    people = [_guest(guest, f"{source_id}#{position}", tally) for position, guest in enumerate(guests)]
    reservation = ReservationRow(
        number=f"AP-{source_id}",
        source=SOURCE,
        source_id=source_id,
        source_version=fields.word("modified") or version(fields.raw),
        distribution_channel=fields.word("channelCode"),
        booked_on=fields.day("created"),
        country=people[0][1] if people else "",
        country_as_given=people[0][1] if people else "",
    )
    purpose = fields.word("travelPurpose")
    numbers = tuple(
        SourceNumber(source=name, number=number)
        for name, number in ((SOURCE, source_id), ("channel", fields.word("externalCode")))
        if number
    )
    named = [someone for someone, _, _ in people]
    if named:
        agreed = booking(reservation, row, booker, source_numbers=numbers, purpose_of_travel=purpose)
        named[0] = persons.with_group(named[0], "booking", agreed)
    unit.finish()
    fields.finish()
    placed = stays.places(named, row, tally, [relation for _, _, relation in people])
    return Draft(line, "", reservation, (StayDraft("1", row, placed),))


def _ages(fields: Fields) -> list[Any]:
    """Return the list of children's ages."""
    ages = fields.raw.get("childrenAges") or []
    fields.mark("childrenAges")
    if not isinstance(ages, list) or len(ages) > stays.PEOPLE_MAX:
        raise BadRowError(fields.place("childrenAges"), "type")
    return ages


def _guest(fields: Fields, source_id: str, tally: Tally) -> tuple[Person, str, str]:
    """Return a guest, the nationality, and the relation to the primary guest. Errors: `BadRowError`."""
    nationality = fields.country("nationalityCountryCode")
    address = fields.inner("address")
    home = address.country("countryCode")
    place = Address(
        lines=tuple(line for line in (address.text("addressLine1"), address.text("addressLine2")) if line),
        municipality=address.text("city"),
        region=address.text("regionCode"),
        postal_code=address.word("postalCode"),
        country=home,
    )
    identity = Identity(
        title=fields.word("title"),
        sex=persons.sex(fields.word("gender"), fields.place("gender")),
        given=fields.text("firstName"),
        middle=fields.text("middleInitial"),
        surname=fields.text("lastName"),
        second_surname=fields.text("secondLastName"),
        birth_name=fields.text("birthLastName"),
        birth=persons.birth(fields, "birthDate"),
        birth_place=fields.text("birthPlace"),
        nationalities=(nationality,) if nationality else (),
        language=fields.word("preferredLanguage"),
        mother=f"{fields.text('motherFirstName')} {fields.text('motherLastName')}".strip(),
    )
    contact = Contact(
        phones=persons.phone(fields.word("phone", 40), home or nationality, tally),
        emails=persons.email(fields.word("email", 254), fields.place("email")),
        address=place if place != Address() else None,
    )
    groups = {}
    vehicle = fields.word("vehicleRegistration")
    if vehicle:
        groups["stay"] = StayDetails(vehicle=vehicle)
    document = _document(fields, nationality)
    relation = _relation(fields)
    fields.skip("birthFirstName", "personalTaxId", "company", "nextDestination")
    address.finish()
    fields.finish()
    someone = persons.person(
        source_id, identity, contact=contact, documents=(document,) if document is not None else (), groups=groups
    )
    return someone, nationality, relation


def _document(fields: Fields, nationality: str) -> Document | None:
    """Return the guest's document, None without a number."""
    kind = fields.word("identificationType")
    number = persons.number_or_none(fields.word("identificationNumber"))
    document = Document(
        type=persons.document_type(kind),
        number=number,
        support_number=fields.word("identificationAdditionalNumber"),
        issuing_country=persons.issuer_of(kind, fields.country("identificationIssueCountry") or nationality),
        issuing_place=fields.text("identificationIssuePlace"),
        issued_on=fields.day("identificationIssueDate"),
        expires_on=fields.day("identificationExpiryDate"),
        border_place=fields.text("borderCrossingPlace"),
        border_on=fields.day("borderCrossingDate"),
    )
    return document if number else None


def _relation(fields: Fields) -> str:
    """Return the relation to the primary guest, if it is one of the codes."""
    word = fields.word("relationshipToPrimaryGuest")
    return word.upper() if word.upper() in Kinship.__members__ else ""
