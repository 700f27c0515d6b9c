"""OPERA Cloud JSON: `profile` and `hotelReservation` objects, one, a list, or one a line. hotel.md section 7.

Rules:
* An `idNumber` equal to its masked form is missing, not a number.
* Opt-ins in `privacyInfo` carry no date: they become "claimed, no evidence", never a consent.
* Names of the type Incognito and Alternate are not the guest's name; the Primary one is, else the first of no type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

from discretion.hotel.record import Address, Contact, Document, Identity, SourceNumber, Spending
from discretion.office.imports import persons, stays
from discretion.office.imports.drafts import BadRow, BadRowError, Draft, ReservationRow, StayDraft, StayRow, Tally
from discretion.office.imports.fields import Fields
from discretion.office.imports.groups import booking
from discretion.office.imports.objects import objects, version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.office.imports.drafts import Person

SOURCE: Final = "opera"
_NOT_NAMES: Final = frozenset({"Alternate", "Incognito", "External", "Phonetic"})
_LISTS: Final = (("profiles", "profile"), ("hotelReservations", "hotelReservation"))
_PLAIN: Final = frozenset({"profile", "hotelReservation", "profiles", "hotelReservations"})


def read(file: BinaryIO, tally: Tally) -> Iterator[Draft | BadRow]:
    """Yield a draft or a bad row for each profile and each reservation."""
    for found in objects(file):
        if isinstance(found, BadRow):
            yield found
            continue
        number, raw = found
        parts = list(_parts(number, raw))
        if not parts:
            yield BadRow(number, "", "object_unknown")
        for line, kind, part in parts:
            if not isinstance(part, dict):
                yield BadRow(line, kind, "type")
                continue
            fields = Fields(part, "", tally)
            try:
                yield _profile_alone(line, fields, tally) if kind == "profile" else _reservation(line, fields, tally)
            except BadRowError as bad:
                yield BadRow(line, bad.field, bad.rule)


def _parts(number: int, raw: dict[str, Any]) -> Iterator[tuple[int, str, Any]]:
    """Yield line, kind and object of each profile and reservation in one object of the file."""
    for kind in ("profile", "hotelReservation"):
        if kind in raw:
            # A profile's ids stand beside it in some exports.
            part = raw[kind]
            beside = {key: value for key, value in raw.items() if key not in _PLAIN}
            yield number, kind, {**beside, **part} if isinstance(part, dict) else part
    for plural, kind in _LISTS:
        many = raw.get(plural)
        if isinstance(many, list):
            for position, each in enumerate(many, 1):
                part = each.get(kind, each) if isinstance(each, dict) else each
                yield position, kind, part


def _profile_alone(line: int, fields: Fields, tally: Tally) -> Draft:
    """Return a profile that comes without a reservation."""
    source_id = _own_id(fields, "profileIdList", "Profile") or fields.identifier("profileId")
    return Draft(line, "", None, people=(_profile(source_id, fields, tally),))


def _own_id(fields: Fields, key: str, kind: str) -> str:
    """Return the id of a kind from a list of ids, else the first."""
    ids = [(each.word("type"), each.word("id", 80)) for each in fields.items(key)]
    named = [value for name, value in ids if name == kind and value]
    return (named or [value for _, value in ids if value] or [""])[0]


def _reservation(line: int, fields: Fields, tally: Tally) -> Draft:
    """Return one reservation with its guests. Errors: `BadRowError`."""
    source_id = _own_id(fields, "reservationIdList", "Reservation")
    if not source_id:
        raise BadRowError("reservationIdList", "missing")
    confirmation = _own_id(fields, "reservationIdList", "Confirmation") or source_id
    state = stays.state(SOURCE, fields.word("reservationStatus"), "reservationStatus")
    room_stay = fields.inner("roomStay")
    row = _stay(room_stay, state)
    people = _guests(fields, source_id, tally)
    address_country = people[0][1] if people else ""
    reservation = ReservationRow(
        number=f"OP-{confirmation}",
        source=SOURCE,
        source_id=source_id,
        source_version=fields.word("lastModifyDateTime") or version(fields.raw),
        booked_on=fields.day("createDateTime"),
        country=address_country,
        country_as_given=address_country,
    )
    rates = room_stay.items("roomRates")
    rate_code = rates[0].word("ratePlanCode") if rates else ""
    numbers = (SourceNumber(source=SOURCE, number=confirmation),)
    named = [someone for someone, _ in people]
    if named:
        agreed = booking(reservation, row, source_numbers=numbers, rate_code=rate_code)
        named[0] = persons.with_group(named[0], "booking", agreed)
    room_stay.skip("registrationNumber")
    room_stay.finish()
    fields.skip("hotelId", "cashiering", "reservationPaymentMethods")
    fields.finish()
    return Draft(line, "", reservation, (StayDraft("1", row, stays.places(named, row, tally)),))


def _stay(room_stay: Fields, state: str) -> StayRow:
    """Return the room line. Errors: `BadRowError`."""
    counts = room_stay.inner("guestCounts")
    room = room_stay.inner("currentRoomInfo")
    ages = counts.raw.get("childAges") or []
    counts.mark("childAges")
    children = counts.count("children", stays.PEOPLE_MAX) or (len(ages) if isinstance(ages, list) else 0)
    times = room_stay.inner("expectedTimes")
    expected = times.word("reservationExpectedArrivalTime", 40)
    times.mark("reservationExpectedDepartureTime")
    row = StayRow(
        state=state,
        arrival=stays.required(room_stay.day("arrivalDate"), "roomStay.arrivalDate"),
        departure=stays.required(room_stay.day("departureDate"), "roomStay.departureDate"),
        room_number=stays.room(room.word("roomId", 40), "roomStay.currentRoomInfo.roomId"),
        room_type_reserved=room.word("roomType"),
        room_type_assigned=room.word("roomType"),
        adults=counts.count("adults", stays.PEOPLE_MAX),
        children=min(children, stays.PEOPLE_MAX),
        expected_time=persons.clock_of(expected, times.place("reservationExpectedArrivalTime")),
    )
    for part in (counts, room, times):
        part.finish()
    return stays.settled(row, "roomStay.departureDate")


def _guests(fields: Fields, reservation_id: str, tally: Tally) -> list[tuple[Person, str]]:
    """Return the reservation's guests with their countries, the primary one first."""
    found = []
    for position, guest in enumerate(fields.items("reservationGuests")):
        is_primary = guest.truth("primary")
        info = guest.inner("profileInfo")
        profile = info.inner("profile")
        own_id = _own_id(info, "profileIdList", "Profile") or f"{reservation_id}#{position}"
        visa = guest.inner("visaInfo")
        someone = _profile(own_id, profile, tally, visa=visa)
        country = _country(profile)
        info.finish()
        guest.skip("arrivalTransport", "departureTransport")
        guest.finish()
        found.append((not is_primary, someone, country))
    return [(someone, country) for _, someone, country in sorted(found, key=lambda each: each[0])]


def _country(profile: Fields) -> str:
    """Return where the guest comes from: the first address, else the nationality."""
    addresses = _addresses(profile)
    home = next((address.country for address in addresses if address.country), "")
    return home or profile.inner("customer").country("nationality")


def _listed(fields: Fields, outer: str, inner: str, part: str) -> list[Fields]:
    """Return the objects of OPERA's lists, with or without their wrappers."""
    value = fields.raw.get(outer)
    wrapped = fields.inner(outer).items(inner) if isinstance(value, dict) else fields.items(outer)
    return [each.inner(part) if isinstance(each.raw.get(part), dict) else each for each in wrapped]


def _addresses(profile: Fields) -> tuple[Address, ...]:
    """Return the postal addresses, as given."""
    found = []
    for each in _listed(profile, "addresses", "addressInfo", "address"):
        lines = each.raw.get("addressLine") or []
        each.mark("addressLine")
        texts = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else [str(lines)]
        country = each.raw.get("country")
        code = country.get("code") if isinstance(country, dict) else country
        named = Fields({"country": code}, each.place("country"), Tally())
        found.append(
            Address(
                lines=tuple(texts[:6]),
                municipality=each.text("cityName"),
                region=each.text("state"),
                postal_code=each.word("postalCode"),
                country=named.country("country"),
            )
        )
    return tuple(found)


def _profile(source_id: str, fields: Fields, tally: Tally, *, visa: Fields | None = None) -> Person:
    """Return the person of a profile. Errors: `BadRowError`."""
    customer = fields.inner("customer")
    addresses = _addresses(fields)
    country = next((address.country for address in addresses if address.country), "")
    contact = Contact(
        phones=tuple(
            found
            for each in _listed(fields, "telephones", "telephoneInfo", "telephone")
            for found in persons.phone(each.word("phoneNumber", 40), country, tally)
        ),
        emails=tuple(
            found
            for each in _listed(fields, "emails", "emailInfo", "email")
            for found in persons.email(each.word("emailAddress", 254), each.place("emailAddress"))
        ),
        address=addresses[0] if addresses else None,
    )
    privacy = fields.inner("privacyInfo")
    opted = [key for key, value in privacy.raw.items() if value is True]
    privacy.mark(*privacy.raw)
    groups = {}
    vip = customer.word("vipStatus")
    if vip:
        groups["spending"] = Spending(loyalty_level=vip)
    # A blacklist without reason, author and end is no mark of ours; alienInfo and preferences have no fixed fields.
    customer.skip("blacklist", "privateProfile", "alienInfo")
    fields.skip("preferenceCollection", "stayReservationInfoList", "alienInfo", "blacklist", "privateProfile")
    someone = persons.person(
        source_id,
        _identity(customer),
        contact=contact,
        documents=_documents(customer, visa),
        notes=persons.claims(opted),
        groups=groups,
    )
    customer.finish()
    fields.mark("profileIdList", "profileId")
    fields.finish()
    return someone


def _identity(customer: Fields) -> Identity:
    """Return who the customer is. Errors: `BadRowError` with `missing` when there is no name."""
    names = customer.items("personName")
    typed = [(name.word("nameType"), name) for name in names]
    own = [name for kind, name in typed if kind == "Primary"] or [
        name for kind, name in typed if kind not in _NOT_NAMES
    ]
    if not own:
        raise BadRowError(customer.place("personName"), "missing")
    name = own[0]
    nationality = customer.country("nationality") or customer.country("citizenCountry")
    return Identity(
        given=name.text("givenName"),
        middle=name.text("middleName"),
        surname=name.text("surname"),
        second_surname=name.text("name2"),
        title=name.word("namePrefix"),
        sex=persons.sex(customer.word("gender"), customer.place("gender")),
        birth=persons.birth(customer, "birthDate"),
        birth_place=customer.text("birthPlace"),
        birth_country=customer.country("birthCountry"),
        nationalities=(nationality,) if nationality else (),
        language=name.word("language"),
    )


def _documents(customer: Fields, visa: Fields | None) -> tuple[Document, ...]:
    """Return the documents with a number, and the visa with the first of them."""
    found = []
    for each in _listed(customer, "identifications", "identificationInfo", "identification"):
        kind = each.word("idType", 40)
        number = persons.number_or_none(each.word("idNumber", 80), each.word("idNumberMasked", 80))
        each.mark("primaryInd", "issuedPlace")
        if not number:
            continue
        found.append(
            Document(
                type=persons.document_type(kind),
                number=number,
                issuing_country=persons.issuer_of(kind, each.country("issuedCountry")),
                issuing_place=str(each.raw.get("issuedPlace") or "")[:300],
                issued_on=each.day("issuedDate"),
                expires_on=each.day("expirationDate"),
            )
        )
    if visa is not None and found and visa.word("visaNumber"):
        first = found[0]
        found[0] = Document(
            type=first.type, number=first.number, issuing_country=first.issuing_country,
            issuing_place=first.issuing_place, issued_on=first.issued_on,
            expires_on=first.expires_on, visa_number=visa.word("visaNumber"),
            visa_issued_on=visa.day("visaIssueDate"), visa_expires_on=visa.day("visaExpirationDate"),
        )  # fmt: skip
    return tuple(found)
