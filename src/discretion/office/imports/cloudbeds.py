"""Cloudbeds JSON: `data` of getReservation (guests keyed by id) and of getGuestList. hotel.md section 7.

Rules:
* `cardsOnFile` is never read. A guest marked `isAnonymized` brings no identity.
* The same fields are spelled in two ways by the two calls: both are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final

from discretion.hotel.record import Address, Contact, Document, Identity, SourceNumber
from discretion.office.imports import persons, stays
from discretion.office.imports.drafts import BadRow, BadRowError, Draft, ReservationRow, StayDraft, StayRow, Tally
from discretion.office.imports.fields import Fields
from discretion.office.imports.groups import booking
from discretion.office.imports.objects import objects, version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.office.imports.drafts import Person

SOURCE: Final = "cloudbeds"
_SEXES: Final = {"M": "M", "F": "F"}
_IGNORED: Final = ("cardsOnFile", "balanceDetailed", "guestID", "customFields")


def read(file: BinaryIO, tally: Tally) -> Iterator[Draft | BadRow]:
    """Yield a draft or a bad row for each reservation, and for each guest of a guest list."""
    for found in objects(file):
        if isinstance(found, BadRow):
            yield found
            continue
        number, raw = found
        data = raw.get("data", raw)
        items: list[Any] = list(data) if isinstance(data, list) else [data]
        for position, each in enumerate(items, 1):
            line = position if isinstance(data, list) else number
            if not isinstance(each, dict):
                yield BadRow(line, "data", "type")
                continue
            fields = Fields(each, "", tally)
            try:
                yield _reservation(line, fields, tally) if "reservationID" in each else _alone(line, fields, tally)
            except BadRowError as bad:
                yield BadRow(line, bad.field, bad.rule)


def _alone(line: int, fields: Fields, tally: Tally) -> Draft:
    """Return a guest of a guest list."""
    source_id = fields.identifier("guestID")
    if fields.truth("isMerged") and fields.word("newGuestID"):
        # The record was joined into another, which the list holds too.
        tally.noticed["merged_elsewhere"] += 1
        return Draft(line, "", None)
    guest = _guest(source_id, fields, tally)
    return Draft(line, "", None, people=(guest[0],) if guest is not None else ())


def _reservation(line: int, fields: Fields, tally: Tally) -> Draft:
    """Return one reservation; each of its rooms is a stay. Errors: `BadRowError`."""
    source_id = fields.identifier("reservationID")
    status = stays.state(SOURCE, fields.word("status"), fields.place("status"))
    guests = _guests(fields, tally)
    country = guests[0][2] if guests else ""
    reservation = ReservationRow(
        number=f"CB-{source_id}",
        source=SOURCE,
        source_id=source_id,
        source_version=fields.word("dateModified") or version(fields.raw),
        booked_on=fields.day("dateCreated"),
        distribution_channel=fields.word("source"),
        country=country,
        country_as_given=country,
    )
    third_party = fields.word("thirdPartyIdentifier")
    numbers = tuple(
        SourceNumber(source=name, number=number)
        for name, number in ((SOURCE, source_id), ("channel", third_party))
        if number
    )
    rooms = [(room, True) for room in fields.items("assigned")] + [(room, False) for room in fields.items("unassigned")]
    begin, end = fields.day("startDate"), fields.day("endDate")
    drafts = []
    for position, (room, is_assigned) in enumerate(rooms):
        row = _stay(room, status, is_assigned=is_assigned, fallback=(begin, end))
        named = _of_room(guests, room.word("roomID"), position)
        room.finish()
        if named and position == 0:
            agreed = booking(reservation, row, source_numbers=numbers)
            named = [persons.with_group(named[0], "booking", agreed), *named[1:]]
        drafts.append(
            StayDraft(room.word("subReservationID") or str(position + 1), row, stays.places(named, row, tally))
        )
    if not rooms:
        raise BadRowError("assigned", "missing")
    fields.skip(*_IGNORED, "propertyID", "reservationName", "guestName", "guestEmail", "total", "balance")
    fields.finish()
    return Draft(line, "", reservation, tuple(drafts))


def _stay(room: Fields, status: str, *, is_assigned: bool, fallback: tuple[Any, Any]) -> StayRow:
    """Return one room line, in the room's own state if it has one."""
    own = room.word("reservationRoomStatus") or room.word("roomStatus")
    state = stays.state("cloudbeds_room", own, room.place("roomStatus")) if own else status
    number = room.word("roomName", 40)
    return stays.settled(
        StayRow(
            state=state,
            arrival=stays.required(room.day("startDate") or fallback[0], room.place("startDate")),
            departure=stays.required(room.day("endDate") or fallback[1], room.place("endDate")),
            room_number=stays.room(number, room.place("roomName")) if is_assigned else None,
            room_type_reserved=room.word("roomTypeName"),
            room_type_assigned=room.word("roomTypeName") if is_assigned else "",
            adults=room.count("adults", stays.PEOPLE_MAX),
            children=room.count("children", stays.PEOPLE_MAX),
        ),
        room.place("endDate"),
    )


def _guests(fields: Fields, tally: Tally) -> list[tuple[Person, frozenset[str], str]]:
    """Return the guests, the main one first: person, ids of the rooms, country."""
    keyed = fields.raw.get("guestList") or {}
    listed = fields.items("guestList")
    keys = list(keyed) if isinstance(keyed, dict) else [""] * len(listed)
    found = []
    for key, guest in zip(keys, listed, strict=True):
        source_id = guest.word("guestID") or str(key)
        if not source_id:
            raise BadRowError(guest.place("guestID"), "missing")
        made = _guest(source_id, guest, tally)
        if made is not None:
            found.append((not made[3], made[:3]))
    return [made for _, made in sorted(found, key=lambda each: each[0])]


def _of_room(guests: list[tuple[Person, frozenset[str], str]], room_id: str, position: int) -> list[Person]:
    """Return who sleeps in a room: those the file puts there, and in the first room those it puts nowhere."""
    return [person for person, rooms, _ in guests if room_id in rooms or (not rooms and position == 0)]


def _guest(source_id: str, fields: Fields, tally: Tally) -> tuple[Person, frozenset[str], str, bool] | None:
    """Return person, rooms, country and whether main; None for one whose identity was taken out.

    Errors: `BadRowError`.
    """
    is_main = fields.truth("isMainGuest")
    rooms = frozenset(room.word("roomID") for room in fields.items("rooms"))
    if fields.truth("isAnonymized"):
        tally.noticed["anonymized"] += 1
        return None
    given_sex = fields.word("guestGender")
    if given_sex and given_sex not in _SEXES:
        raise BadRowError(fields.place("guestGender"), "choice")
    country = fields.country("guestCountry")
    birth_key = "guestBirthdate" if fields.has("guestBirthdate") else "guestBirthDate"
    line_key = "guestAddress" if fields.has("guestAddress") else "guestAddress1"
    identity = Identity(
        given=fields.text("guestFirstName"),
        surname=fields.text("guestLastName"),
        sex=_SEXES.get(given_sex, "unknown"),  # type: ignore[arg-type]  # the two letters above
        birth=persons.birth(fields, birth_key),
    )
    address = Address(
        lines=tuple(line for line in (fields.text(line_key), fields.text("guestAddress2")) if line),
        municipality=fields.text("guestCity"),
        region=fields.text("guestState"),
        postal_code=fields.word("guestZip"),
        country=country,
    )
    contact = Contact(
        phones=(
            *persons.phone(fields.word("guestPhone", 40), country, tally),
            *persons.phone(fields.word("guestCellPhone", 40), country, tally),
        ),
        emails=persons.email(fields.word("guestEmail", 254), fields.place("guestEmail")),
        address=address if address != Address() else None,
    )
    kind = fields.word("guestDocumentType")
    number = persons.number_or_none(fields.word("guestDocumentNumber"))
    document = Document(
        type=persons.document_type(kind),
        number=number,
        issuing_country=persons.issuer_of(kind, fields.country("guestDocumentIssuingCountry")),
        issued_on=fields.day("guestDocumentIssueDate"),
        expires_on=fields.day("guestDocumentExpirationDate"),
    )
    notes = persons.claims(("marketing",) if fields.truth("guestOptIn") else ())
    fields.skip(*_IGNORED, "guestName", "isMerged", "newGuestID", "taxID", "companyName", "companyTaxID")
    fields.finish()
    person = persons.person(source_id, identity, contact=contact, documents=(document,) if number else (), notes=notes)
    return person, rooms, country, is_main
