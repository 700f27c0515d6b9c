"""The values of a record as lines of a page, in the reader's words; for staff and for the guest alike.

Rules:
* A value is shown as it came from the keeper, masked or clear; nothing is masked, unmasked or guessed here.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from discretion.faces.kit.nouns import noun
from discretion.hotel.name import display_name
from discretion.hotel.phone import display_phone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from discretion.faces.kit.seat import Caller
    from discretion.hotel.record import (
        Address,
        BirthDate,
        Booking,
        Contact,
        ContactPerson,
        Documents,
        GroupValue,
        Identity,
        Notes,
        Preferences,
        Spending,
        StayDetails,
    )

Lines: TypeAlias = "Iterator[tuple[str, str]]"


def lines_of(reader: Caller, group: str, value: GroupValue) -> tuple[tuple[str, str], ...]:
    """Return label and text of every line of one field group."""
    return tuple(_WRITERS[group](reader, value))


def _identity(reader: Caller, value: Identity) -> Lines:
    words, formats = reader.words, reader.formats
    yield words.gettext("Name"), display_name(value)
    yield words.gettext("Latin form"), value.latin
    yield words.gettext("Sex"), "" if value.sex == "unknown" else noun(words, "sex", value.sex)
    yield words.gettext("Birth date"), birth_text(reader, value.birth)
    yield words.gettext("Birth place"), _joined(value.birth_place, formats.country(value.birth_country))
    yield words.gettext("Nationality"), _joined(*(formats.country(code) for code in value.nationalities))
    yield words.gettext("Language"), formats.tongue(value.language)
    yield words.gettext("Profession"), value.profession


def _contact(reader: Caller, value: Contact) -> Lines:
    words = reader.words
    yield words.gettext("Phone"), _joined(*(display_phone(phone) for phone in value.phones))
    yield words.gettext("E-mail"), _joined(*(email.address for email in value.emails))
    yield words.gettext("Address"), _address(reader, value.address)
    yield words.gettext("Guardian"), _contact_person(reader, value.guardian)
    yield words.gettext("Emergency contact"), _contact_person(reader, value.emergency)


def _document(reader: Caller, value: Documents) -> Lines:
    words, formats = reader.words, reader.formats
    for document in value.documents:
        kind = document.type.zh if reader.language == "zh_Hans" else document.type.en
        checked = noun(words, "check", document.check) if document.check else ""
        yield kind, _joined(document.number, formats.country(document.issuing_country), checked)
        if document.expires_on:
            yield words.gettext("Valid until"), formats.date(document.expires_on)


def _booking(reader: Caller, value: Booking) -> Lines:
    words, formats = reader.words, reader.formats
    yield words.gettext("Reservation number"), value.number
    yield words.gettext("Dates"), _dates(reader, value.arrival, value.departure)
    yield words.gettext("Expected time"), value.expected_at
    yield words.gettext("Persons"), persons(reader, value.adults, value.children, value.babies)
    yield words.gettext("Room type"), _joined(value.room_type, value.assigned_room_type)
    yield words.gettext("Rate a night"), "" if value.rate is None else formats.money(value.rate, value.currency)
    yield words.gettext("Meals"), noun(words, "meal", value.meal)
    yield words.gettext("Channel"), _joined(value.channel, value.market_segment)
    yield words.gettext("Booker"), value.booker
    yield words.gettext("Group or company"), _joined(value.group, value.company, value.agent)
    yield words.gettext("Special requests"), value.special_requests


def _stay(reader: Caller, value: StayDetails) -> Lines:
    words = reader.words
    yield words.gettext("Rooms"), _joined(*(segment.room for segment in value.segments))
    yield words.gettext("Accompanying guests"), _joined(*value.companions)
    yield words.gettext("Vehicle"), value.vehicle
    yield words.gettext("Visitors"), _joined(*(visitor.name for visitor in value.visitors))
    yield words.gettext("Registration number"), value.registration_number


def _spending(reader: Caller, value: Spending) -> Lines:
    words, formats = reader.words, reader.formats
    for line in value.folio:
        yield formats.date(line.booked_on), _joined(line.text, formats.money(line.amount, line.currency))
    for deposit in value.deposits:
        yield words.gettext("Deposit"), formats.money(deposit.amount, deposit.currency)
    yield words.gettext("Payer"), value.payer
    yield words.gettext("Payment"), _joined(value.payment_kind, f"···· {value.card_last4}" if value.card_last4 else "")
    yield words.gettext("Member"), _joined(value.loyalty_number, value.loyalty_level)


def _preferences(reader: Caller, value: Preferences) -> Lines:
    words = reader.words
    yield words.gettext("Room wishes"), _joined(value.room, value.floor)
    yield words.gettext("Bed"), value.bed
    yield words.gettext("Diet"), value.diet
    yield words.gettext("Accessibility"), value.accessibility
    yield words.gettext("Greeting language"), value.greeting_language


def _notes(reader: Caller, value: Notes) -> Lines:
    for note in value.notes:
        yield noun(reader.words, "note", note.kind), note.text or reader.words.gettext("(text not shown)")


def birth_text(reader: Caller, birth: BirthDate | None) -> str:
    """Return a birth date in the parts that are known."""
    if birth is None:
        return ""
    if birth.month is None:
        return str(birth.year)
    whole = date(birth.year, birth.month, birth.day or 1)
    return reader.formats.date(whole) if birth.day else reader.formats.month(whole)


def persons(reader: Caller, adults: int, children: int, babies: int) -> str:
    """Return who comes, in the words of the desk."""
    words = reader.words
    parts = [words.ngettext("%(num)d adult", "%(num)d adults", adults) % {"num": adults}]
    if children:
        parts.append(words.ngettext("%(num)d child", "%(num)d children", children) % {"num": children})
    if babies:
        parts.append(words.ngettext("%(num)d baby", "%(num)d babies", babies) % {"num": babies})
    return _joined(*parts)


def _address(reader: Caller, address: Address | None) -> str:
    if address is None:
        return ""
    return _joined(
        *address.lines, address.municipality, address.region, address.postal_code,
        reader.formats.country(address.country),
    )


def _contact_person(reader: Caller, contact: ContactPerson | None) -> str:
    if contact is None:
        return ""
    relation = noun(reader.words, "kinship", contact.relation) if contact.relation else ""
    return _joined(contact.name, relation, display_phone(contact.phone) if contact.phone else "")


def _dates(reader: Caller, arrival: date | None, departure: date | None) -> str:
    if arrival is None or departure is None:
        return ""
    return reader.formats.interval(arrival, departure)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


_WRITERS: Final[dict[str, Callable[[Caller, Any], Any]]] = {
    "identity": _identity, "contact": _contact, "document": _document, "booking": _booking,
    "stay": _stay, "spending": _spending, "preferences": _preferences, "notes": _notes,
}  # fmt: skip
