"""A disclosure as a page shows it: each field group with its level and its lines, in the reader's words.

Rules:
* What was not opened is not in the page: a hidden group has a level and no line.
* A masked value is shown as the keeper masked it. Nothing is masked, unmasked or guessed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from discretion.faces.kit.nouns import noun
from discretion.hotel.name import display_name
from discretion.hotel.phone import display_phone
from discretion.hotel.purpose import FieldGroup
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
    decode,
)
from discretion.office.locks import held_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from litestar import Response

    from discretion.faces.kit.seat import Seat
    from discretion.office.approvals import Approval
    from discretion.wire.lookup import Disclosure, OfferLine, Refusal

Lines: TypeAlias = "Iterator[tuple[str, str]]"

BIT: Final = {group.word: group.bit for group in FieldGroup}
MASKED_IN_LISTS: Final = FieldGroup.IDENTITY.bit | FieldGroup.CONTACT.bit | FieldGroup.DOCUMENT.bit
CLEAR_ON_RECORD: Final = (
    FieldGroup.BOOKING.bit | FieldGroup.STAY.bit | FieldGroup.SPENDING.bit | FieldGroup.PREFERENCES.bit
)

_LOCKED: Final = "G9"  # the guards that a refusal's page has one more word for
_UNTRAINED: Final = "G3"


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """One field group on a page. `level` is clear, masked or hidden; `may_reveal` says that asking would open it."""

    name: str
    level: str
    lines: tuple[tuple[str, str], ...]
    may_reveal: bool
    offer: OfferLine | None  # what would show it in full


def groups_in(mask: int) -> list[str]:
    """Return the words of the field groups in a bit mask, in the policy's order."""
    return [group.word for group in FieldGroup if mask & group.bit]


async def refused_page(
    seat: Seat, refusal: Refusal, guest: str, purpose: str, asked: tuple[Approval, ...] = (),
) -> Response[bytes]:
    """Return the calm page of a refusal, with what would show more and what was asked for already."""
    rules = {line.rule for line in refusal.lines}
    held = await held_by(seat.office, seat.property_id, bytes.fromhex(guest)) if _LOCKED in rules else None
    return seat.page(
        "refused.html", refusal=refusal, guest=guest, purpose=purpose, asked=asked, held=held,
        is_untrained=_UNTRAINED in rules, here=f"/guests/{guest}",
    )


def values_of(answer: Disclosure) -> dict[str, GroupValue]:
    """Return every opened group as its record type."""
    return {group: decode(group, bytes(raw)) for group, raw in answer.fields.items()}


def shown_groups(seat: Seat, answer: Disclosure) -> tuple[ShownGroup, ...]:
    """Return all eight groups in the policy's order."""
    values = values_of(answer)
    shown = []
    for group in FieldGroup:
        word, bit = group.word, group.bit
        level = "clear" if answer.clear & bit else "masked" if answer.masked & bit else "hidden"
        value = values.get(word)
        lines = () if value is None else tuple(_WRITERS[word](seat, value))
        may_reveal = level != "clear" and bool(answer.may_clear & bit)
        offer = next((one for one in answer.offers if one.clear & bit), None) if not may_reveal else None
        shown.append(ShownGroup(word, level, lines, may_reveal, offer if level != "clear" else None))
    return tuple(shown)


def name_of(answer: Disclosure) -> str:
    """Return the name as opened, masked or clear; empty when identity was not opened."""
    raw = answer.fields.get("identity")
    if raw is None:
        return ""
    identity = decode("identity", bytes(raw))
    return display_name(identity) if isinstance(identity, Identity) else ""


def _identity(seat: Seat, value: Identity) -> Lines:
    words, formats = seat.words, seat.formats
    yield words.gettext("Name"), display_name(value)
    yield words.gettext("Latin form"), value.latin
    yield words.gettext("Sex"), "" if value.sex == "unknown" else noun(words, "sex", value.sex)
    yield words.gettext("Birth date"), birth_text(seat, value.birth)
    yield words.gettext("Birth place"), _joined(value.birth_place, formats.country(value.birth_country))
    yield words.gettext("Nationality"), _joined(*(formats.country(code) for code in value.nationalities))
    yield words.gettext("Language"), formats.tongue(value.language)
    yield words.gettext("Profession"), value.profession


def _contact(seat: Seat, value: Contact) -> Lines:
    words = seat.words
    yield words.gettext("Phone"), _joined(*(display_phone(phone) for phone in value.phones))
    yield words.gettext("E-mail"), _joined(*(email.address for email in value.emails))
    yield words.gettext("Address"), _address(seat, value.address)
    yield words.gettext("Guardian"), _contact_person(seat, value.guardian)
    yield words.gettext("Emergency contact"), _contact_person(seat, value.emergency)


def _document(seat: Seat, value: Documents) -> Lines:
    words, formats = seat.words, seat.formats
    for document in value.documents:
        kind = document.type.zh if seat.language == "zh_Hans" else document.type.en
        checked = noun(words, "check", document.check) if document.check else ""
        yield kind, _joined(document.number, formats.country(document.issuing_country), checked)
        if document.expires_on:
            yield words.gettext("Valid until"), formats.date(document.expires_on)


def _booking(seat: Seat, value: Booking) -> Lines:
    words, formats = seat.words, seat.formats
    yield words.gettext("Reservation number"), value.number
    yield words.gettext("Dates"), _dates(seat, value.arrival, value.departure)
    yield words.gettext("Expected time"), value.expected_at
    yield words.gettext("Persons"), persons(seat, value.adults, value.children, value.babies)
    yield words.gettext("Room type"), _joined(value.room_type, value.assigned_room_type)
    yield words.gettext("Rate a night"), "" if value.rate is None else formats.money(value.rate, value.currency)
    yield words.gettext("Meals"), noun(words, "meal", value.meal)
    yield words.gettext("Channel"), _joined(value.channel, value.market_segment)
    yield words.gettext("Booker"), value.booker
    yield words.gettext("Group or company"), _joined(value.group, value.company, value.agent)
    yield words.gettext("Special requests"), value.special_requests


def _stay(seat: Seat, value: StayDetails) -> Lines:
    words = seat.words
    yield words.gettext("Rooms"), _joined(*(segment.room for segment in value.segments))
    yield words.gettext("Accompanying guests"), _joined(*value.companions)
    yield words.gettext("Vehicle"), value.vehicle
    yield words.gettext("Visitors"), _joined(*(visitor.name for visitor in value.visitors))
    yield words.gettext("Registration number"), value.registration_number


def _spending(seat: Seat, value: Spending) -> Lines:
    words, formats = seat.words, seat.formats
    for line in value.folio:
        yield formats.date(line.booked_on), _joined(line.text, formats.money(line.amount, line.currency))
    for deposit in value.deposits:
        yield words.gettext("Deposit"), formats.money(deposit.amount, deposit.currency)
    yield words.gettext("Payer"), value.payer
    yield words.gettext("Payment"), _joined(value.payment_kind, f"···· {value.card_last4}" if value.card_last4 else "")
    yield words.gettext("Member"), _joined(value.loyalty_number, value.loyalty_level)


def _preferences(seat: Seat, value: Preferences) -> Lines:
    words = seat.words
    yield words.gettext("Room wishes"), _joined(value.room, value.floor)
    yield words.gettext("Bed"), value.bed
    yield words.gettext("Diet"), value.diet
    yield words.gettext("Accessibility"), value.accessibility
    yield words.gettext("Greeting language"), value.greeting_language


def _notes(seat: Seat, value: Notes) -> Lines:
    for note in value.notes:
        yield noun(seat.words, "note", note.kind), note.text or seat.words.gettext("(text not shown)")


def birth_text(seat: Seat, birth: BirthDate | None) -> str:
    """Return a birth date in the parts that are known."""
    if birth is None:
        return ""


    if birth.month is None:
        return str(birth.year)
    whole = date(birth.year, birth.month, birth.day or 1)
    return seat.formats.date(whole) if birth.day else seat.formats.month(whole)


def persons(seat: Seat, adults: int, children: int, babies: int) -> str:
    """Return who comes, in the words of the desk."""
    words = seat.words
    parts = [words.ngettext("%(num)d adult", "%(num)d adults", adults) % {"num": adults}]
    if children:
        parts.append(words.ngettext("%(num)d child", "%(num)d children", children) % {"num": children})
    if babies:
        parts.append(words.ngettext("%(num)d baby", "%(num)d babies", babies) % {"num": babies})
    return _joined(*parts)


def _address(seat: Seat, address: Address | None) -> str:
    if address is None:
        return ""
    return _joined(
        *address.lines, address.municipality, address.region, address.postal_code, seat.formats.country(address.country)
    )


def _contact_person(seat: Seat, contact: ContactPerson | None) -> str:
    if contact is None:
        return ""
    relation = noun(seat.words, "kinship", contact.relation) if contact.relation else ""
    return _joined(contact.name, relation, display_phone(contact.phone) if contact.phone else "")


def _dates(seat: Seat, arrival: date | None, departure: date | None) -> str:
    if arrival is None or departure is None:
        return ""
    return seat.formats.interval(arrival, departure)


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


_WRITERS: Final[dict[str, Callable[[Seat, Any], Any]]] = {
    "identity": _identity, "contact": _contact, "document": _document, "booking": _booking,
    "stay": _stay, "spending": _spending, "preferences": _preferences, "notes": _notes,
}  # fmt: skip
