"""Mews JSON: Customers, IdentityDocuments, Reservations, Companionships, in one object or one a line.

Rules:
* The parts refer to each other, so the file is read whole before the first draft.
* Times are UTC; dates are the property's. `HasOtaEmail` marks an alias. A booker who does not stay is no occupant.
* A customer merged into another (`MergeTargetId`) is left out: the list holds the other one.

Source: hotel.md section 7.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from discretion.hotel.record import (
    Address,
    Contact,
    Document,
    Identity,
    Note,
    Preferences,
    SourceNumber,
    Spending,
    StayDetails,
)
from discretion.office.imports import persons, stays
from discretion.office.imports.drafts import BadRow, BadRowError, Draft, ReservationRow, StayDraft, StayRow, Tally
from discretion.office.imports.fields import Fields
from discretion.office.imports.groups import booking
from discretion.office.imports.objects import objects, version

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

    from discretion.hotel.record import GroupValue
    from discretion.office.imports.drafts import Person

SOURCE: Final = "mews"
_LISTS: Final = ("Customers", "IdentityDocuments", "Reservations", "Companionships", "Resources", "AgeCategories")
_TYPES: Final = {"Passport": "PASSPORT"}


@dataclass(slots=True)
class _Export:
    """The parts of a file, by what they are known by."""

    customers: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    documents: defaultdict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    reservations: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    companions: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    rooms: dict[str, str] = field(default_factory=dict)
    ages: dict[str, str] = field(default_factory=dict)


def read(file: BinaryIO, tally: Tally, *, zone: ZoneInfo) -> Iterator[Draft | BadRow]:
    """Yield a draft or a bad row for each reservation, the latest first, then for each customer without one."""
    export = _Export()
    for found in objects(file):
        if isinstance(found, BadRow):
            yield found
        else:
            yield from _sort(export, *found)
    people: dict[str, Person | None] = {}
    countries: dict[str, str] = {}
    for key, (line, raw) in export.customers.items():
        fields = Fields(raw, "Customers", tally)
        try:
            people[key], countries[key] = _customer(key, fields, export.documents.get(key, []), tally)
        except BadRowError as bad:
            yield BadRow(line, bad.field, bad.rule)
    stayed = set[str]()
    # The latest first: a guest's record keeps the booking it was founded with.
    for line, raw in sorted(export.reservations, key=lambda each: str(each[1].get("ScheduledStartUtc")), reverse=True):
        fields = Fields(raw, "Reservations", tally)
        try:
            yield _reservation(line, fields, _Cast(export, people, countries, stayed), tally, zone)
        except BadRowError as bad:
            yield BadRow(line, bad.field, bad.rule)
    for key, someone in people.items():
        if someone is not None and key not in stayed:
            yield Draft(export.customers[key][0], "", None, people=(someone,))


def _sort(export: _Export, number: int, raw: dict[str, Any]) -> Iterator[BadRow]:
    """Put the parts of one object where they belong; yield those that are no objects or of no known kind."""
    if any(name in raw for name in _LISTS):
        for name in _LISTS:
            many = raw.get(name) or []
            if not isinstance(many, list):
                yield BadRow(number, name, "type")
                continue
            for position, each in enumerate(many, 1):
                yield from _sort_one(export, name, position, each)
        return
    if "CustomerId" in raw and "ReservationGroupId" in raw:
        name = "Companionships"
    elif "CustomerId" in raw:
        name = "IdentityDocuments"
    elif "State" in raw:
        name = "Reservations"
    elif "LastName" in raw or "FirstName" in raw:
        name = "Customers"
    else:
        yield BadRow(number, "", "object_unknown")
        return
    yield from _sort_one(export, name, number, raw)


def _sort_one(export: _Export, name: str, line: int, raw: Any) -> Iterator[BadRow]:  # noqa: ANN401 - what the file holds
    """Put one part where it belongs."""
    if not isinstance(raw, dict):
        yield BadRow(line, name, "type")
        return
    fields = Fields(raw, name, Tally())
    try:
        if name == "Customers":
            export.customers[fields.identifier("Id")] = (line, raw)
        elif name == "IdentityDocuments":
            export.documents[fields.identifier("CustomerId")].append(raw)
        elif name == "Reservations":
            export.reservations.append((line, raw))
        elif name == "Companionships":
            key = (fields.identifier("ReservationGroupId"), fields.word("ReservationId"))
            export.companions[key].append(fields.identifier("CustomerId"))
        elif name == "Resources":
            export.rooms[fields.identifier("Id")] = fields.word("Name", 40)
        else:
            export.ages[fields.identifier("Id")] = fields.word("Classification")
    except BadRowError as bad:
        yield BadRow(line, bad.field, bad.rule)


@dataclass(frozen=True, slots=True)
class _Cast:
    """Who there is to stay: the customers read so far."""

    export: _Export
    people: dict[str, Person | None]
    countries: dict[str, str]
    stayed: set[str]

    def of(self, group: str, reservation: str, account: str) -> list[str]:
        """Return the customers who sleep in a reservation: its companions, the account's holder first among them."""
        named = [*self.export.companions.get((group, reservation), ()), *self.export.companions.get((group, ""), ())]
        unique = list(dict.fromkeys(named))
        if not unique and account in self.people:
            unique = [account]
        return sorted(unique, key=lambda each: each != account)


def _reservation(line: int, fields: Fields, cast: _Cast, tally: Tally, zone: ZoneInfo) -> Draft:
    """Return one reservation with its people. Errors: `BadRowError`."""
    source_id = fields.identifier("Id")
    number = fields.word("Number") or source_id
    row = _stay(fields, cast.export, tally, zone)
    group = fields.word("GroupId")
    account = fields.word("AccountId") if fields.word("AccountType") in {"", "Customer"} else ""
    keys = cast.of(group, source_id, account)
    named = []
    for key in keys:
        someone = cast.people.get(key)
        if someone is None:
            tally.noticed["person_missing"] += 1
            continue
        named.append(someone)
    cast.stayed.update(someone.source_id for someone in named)
    country = cast.countries.get(named[0].source_id, "") if named else ""
    reservation = ReservationRow(
        number=f"MW-{number}",
        source=SOURCE,
        source_id=source_id,
        source_version=fields.word("UpdatedUtc") or version(fields.raw),
        booked_on=fields.day("CreatedUtc"),
        distribution_channel=fields.word("Origin"),
        group_code=group,
        country=country,
        country_as_given=country,
    )
    numbers = [SourceNumber(source=SOURCE, number=number)]
    if channel := fields.word("ChannelNumber"):
        numbers.append(SourceNumber(source="channel", number=channel))
    booker = _name_of(cast.export, fields.word("BookerId"))
    purpose = fields.word("Purpose")
    if named:
        agreed = booking(reservation, row, booker, source_numbers=tuple(numbers), purpose_of_travel=purpose)
        named[0] = persons.with_group(named[0], "booking", agreed)
    fields.skip("ServiceId", "RequestedResourceCategoryId", "RateId", "TravelAgencyId", "CompanyId", "Options")
    fields.finish()
    return Draft(line, "", reservation, (StayDraft("1", row, stays.places(named, row, tally)),))


def _name_of(export: _Export, key: str) -> str:
    """Return the whole name of a customer, empty for one who is not in the file."""
    _, raw = export.customers.get(key, (0, {}))
    return " ".join(part for part in (raw.get("FirstName"), raw.get("LastName")) if isinstance(part, str) and part)[
        :200
    ]


def _stay(fields: Fields, export: _Export, tally: Tally, zone: ZoneInfo) -> StayRow:
    """Return the room line. Errors: `BadRowError`."""
    state = stays.state(SOURCE, fields.word("State"), fields.place("State"), fields.word("CancellationReason"))
    scheduled_in, scheduled_out = fields.moment("ScheduledStartUtc", zone), fields.moment("ScheduledEndUtc", zone)
    actual_in, actual_out = fields.moment("ActualStartUtc", zone), fields.moment("ActualEndUtc", zone)
    begin, end = scheduled_in or fields.moment("StartUtc", zone), scheduled_out or fields.moment("EndUtc", zone)
    counts = {"adult": 0, "child": 0}
    for each in fields.items("PersonCounts"):
        kind = export.ages.get(each.word("AgeCategoryId"), "")
        if not kind:
            tally.noticed["age_category_unknown"] += 1
        counts["child" if kind == "Child" else "adult"] += each.count("Count", stays.PEOPLE_MAX)
    room_id = fields.word("AssignedResourceId")
    if room_id and room_id not in export.rooms:
        tally.noticed["room_unnamed"] += 1
    row = StayRow(
        state=state,
        arrival=stays.required(_local(begin, zone), fields.place("ScheduledStartUtc")),
        departure=stays.required(_local(end, zone), fields.place("ScheduledEndUtc")),
        actual_in_at=actual_in,
        actual_out_at=actual_out,
        left_on=_local(actual_out, zone) if state == "checked_out" else None,
        checked_in_on=_local(actual_in, zone) if state == "in_house" else None,
        room_number=stays.room(export.rooms.get(room_id, ""), fields.place("AssignedResourceId")),
        adults=min(counts["adult"], stays.PEOPLE_MAX),
        children=min(counts["child"], stays.PEOPLE_MAX),
        expected_time=begin.astimezone(zone).time().replace(second=0, microsecond=0) if begin is not None else None,
    )
    return stays.settled(row, fields.place("ScheduledEndUtc"))


def _local(moment: Any, zone: ZoneInfo) -> date | None:  # noqa: ANN401 - a datetime or None
    """Return the property's date at a moment."""
    return None if moment is None else moment.astimezone(zone).date()


def _customer(key: str, fields: Fields, documents: list[dict[str, Any]], tally: Tally) -> tuple[Person | None, str]:
    """Return a customer and the nationality; None for one who was merged into another. Errors: `BadRowError`."""
    if fields.word("MergeTargetId"):
        tally.noticed["merged_elsewhere"] += 1
        return None, ""
    nationality = fields.country("NationalityCode")
    address = fields.inner("Address")
    home = address.country("CountryCode")
    place = Address(
        lines=tuple(line for line in (address.text("Line1"), address.text("Line2")) if line),
        municipality=address.text("City"),
        region=address.text("CountrySubdivisionCode"),
        postal_code=address.word("PostalCode"),
        country=home,
    )
    identity = Identity(
        title=fields.word("Title"),
        sex=persons.sex(fields.word("Sex"), fields.place("Sex")),
        given=fields.text("FirstName"),
        surname=fields.text("LastName"),
        second_surname=fields.text("SecondLastName"),
        birth=persons.birth(fields, "BirthDate"),
        birth_place=fields.text("BirthPlace"),
        nationalities=(nationality,) if nationality else (),
        language=fields.word("LanguageCode"),
    )
    contact = Contact(
        phones=persons.phone(fields.word("Phone", 40), home or nationality, tally),
        emails=persons.email(fields.word("Email", 254), fields.place("Email"), is_alias=fields.truth("HasOtaEmail")),
        address=place if place != Address() else None,
    )
    someone = persons.person(
        key,
        identity,
        contact=contact,
        documents=tuple(_document(Fields(each, "IdentityDocuments", tally)) for each in documents),
        notes=_notes(fields),
        groups=_groups(fields),
    )
    fields.skip("Number", "Classifications", "ItalianFiscalCode", "CreatedUtc", "UpdatedUtc")
    fields.mark("Id", "IsActive")
    address.finish()
    fields.finish()
    return someone, nationality or home


def _notes(fields: Fields) -> tuple[Note, ...]:
    """Return the staff's note and the claimed opt-ins."""
    text = fields.text("Notes", 4000)
    options = fields.raw.get("Options") or []
    fields.mark("Options")
    claimed = [str(option)[:60] for option in options] if isinstance(options, list) else []
    notes = (Note(text=text),) if text else ()
    return (*notes, *persons.claims(claimed))


def _groups(fields: Fields) -> dict[str, GroupValue]:
    """Return what else a customer says: loyalty, plate, diet."""
    groups: dict[str, GroupValue] = {}
    if loyalty := fields.word("LoyaltyCode"):
        groups["spending"] = Spending(loyalty_number=loyalty)
    if plate := fields.word("CarRegistrationNumber"):
        groups["stay"] = StayDetails(vehicle=plate)
    if diet := fields.text("DietaryRequirements", 300):
        groups["preferences"] = Preferences(diet=diet)
    return groups


def _document(fields: Fields) -> Document:
    """Return an identity document; its number is empty where a country bars collecting it. Errors: `BadRowError`."""
    kind = fields.word("Type")
    number = persons.number_or_none(fields.word("Number"))
    is_visa = kind == "Visa"
    document = Document(
        type=persons.document_type(_TYPES.get(kind, kind)),
        number="" if is_visa else number,
        visa_number=number if is_visa else "",
        support_number=fields.word("IdentityDocumentSupportNumber"),
        issuing_country=fields.country("IssuingCountryCode"),
        issuing_place=fields.text("IssuingCity"),
        issued_on=fields.day("IssuanceDate"),
        expires_on=fields.day("ExpirationDate"),
    )
    fields.mark("Id", "CustomerId")
    fields.finish()
    return document
