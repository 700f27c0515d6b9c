"""Masked forms of the eight field groups: enough to recognise and to serve, not enough to keep.

Rules:
* A mask has the type of what it masks, and never a part that another person could be looked up by.
* Its width does not depend on what it hides. Stars follow the surname, never the given name.
* What a mask does not carry on purpose is left out: a field added to a record is hidden until somebody adds it here.

| group | a mask keeps |
|---|---|
| identity | masked name; title, language, adult or child |
| contact | last four digits of phones, first letter and domain of e-mails, city; of guardian and emergency the same |
| document | kind, last four of the number, whether its check passed |
| booking | dates, expected time, room type, counts |
| stay | floor and dates, masked plate, masked names of co-occupants and visitors, states of reports |
| spending | kind of payment, last four of the card, level of the loyalty programme |
| preferences | room, bed, floor, greeting language; never diet or accessibility |
| notes | how many of which kind |

Left to others: who gets a mask (the policy), what cannot be masked further (the faces show it as it comes).
Source: experience.md section 6. Cost: a few microseconds a group; no library is asked.
"""

from __future__ import annotations

import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from discretion.hotel.name import has_middle_dot, is_cjk, split_proposal, surname_length
from discretion.hotel.record import (
    Address,
    Booking,
    Contact,
    ContactPerson,
    Document,
    Documents,
    Email,
    GroupValue,
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
)

if TYPE_CHECKING:
    from collections.abc import Callable

_NAME_LETTERS: Final = 2
_NAME_WIDTH: Final = 5
_LAST: Final = 4
_SHORT_LAST: Final = 2
_PHONE_DIGITS_MIN: Final = 8
_CHINA: Final = 86
_CHINA_MOBILE_DIGITS: Final = 11
_NUMBER_WIDTH: Final = 18
_PLATE_CHARACTERS_MIN: Final = 6
_ROOM_DIGITS_MIN: Final = 3


def mask(group: str, value: GroupValue) -> GroupValue:
    """Return the masked form of one field group: a value of the same type.

    Errors: `RecordError` if there is no such group or `value` is not of its type.
    """
    row = _MASKS.get(group)
    if row is None or type(value) is not row[0]:
        raise RecordError(group[:32], "", "group")
    return row[1](value)


def without_names(group: str, value: GroupValue) -> GroupValue:
    """Return a booking or a stay with the names in it masked: the booker, visitors, companions.

    Others come back as they are.

    Whoever may see a booking in full, and its guest's identity not, must not read the name there.
    """
    if isinstance(value, Booking) and group == "booking":
        return msgspec.structs.replace(value, booker=mask_name(value.booker))
    if isinstance(value, StayDetails) and group == "stay":
        return msgspec.structs.replace(
            value,
            visitors=tuple([msgspec.structs.replace(each, name=mask_name(each.name)) for each in value.visitors]),
            companions=tuple([mask_name(name) for name in value.companions]),
        )
    return value


def mask_name(name: str, surname: str = "", given: str = "") -> str:
    """Return a name masked: 张*, 欧阳**, 迪**, Sm*** J.

    Shapes: for names in Chinese characters, kana or Hangul the surname and a star for each of its characters; for
    names with a middle dot the first character and two stars; for all others two letters of the surname, filled with
    stars to five, and the initial of the given name. Empty for an empty name.
    """
    name, surname, given = _composed(name), _composed(surname), _composed(given)
    if is_cjk(name):
        return _mask_cjk(name, surname)
    if is_cjk(surname or (given if not name else "")):
        # Written in Latin letters, known in Chinese ones: the initial of the given name would be the given name.
        return _mask_cjk(surname + given, surname)
    if not surname:
        proposal = split_proposal(name or given)
        surname, given = (proposal.surname, proposal.given) if proposal.surname else (proposal.given, "")
    if not surname:
        return ""
    begun = surname[:_NAME_LETTERS].ljust(_NAME_WIDTH, "*")
    return f"{begun} {given[0]}." if given and not is_cjk(given) else begun


def _mask_cjk(text: str, surname: str) -> str:
    """Return a name without spaces masked."""
    if has_middle_dot(text):
        return f"{text[0]}**"
    if surname and text.startswith(surname) and text != surname:
        return surname + "*" * len(surname)
    before, _, after = text.partition(" ")
    if after:
        return before + "*" * len(before)
    length = surname_length(text)
    return text[:length] + "*" * length


def mask_phone(phone: Phone) -> Phone:
    """Return a phone with its mask in `national`, 138****8000 for Chinese mobiles, else ****6750; its kind stays.

    Shapes: eleven characters for Chinese mobiles, else eight. A number under eight digits keeps its last two.
    """
    return Phone(country_code=phone.country_code, national=_mask_digits(phone), kind=phone.kind)


def _mask_digits(phone: Phone) -> str:
    """Return the digits of a phone masked."""
    digits = phone.national
    if phone.country_code == _CHINA and len(digits) == _CHINA_MOBILE_DIGITS and digits[0] == "1":
        return f"{digits[:3]}****{digits[-_LAST:]}"
    if phone.e164 and len(digits) >= _PHONE_DIGITS_MIN:
        return f"****{digits[-_LAST:]}"
    if phone.e164 and len(digits) >= _LAST:
        return f"******{digits[-_SHORT_LAST:]}"
    return "********"


def mask_email(email: Email) -> Email:
    """Return an e-mail address as its first letter, three stars and the domain."""
    local, _, domain = email.address.rpartition("@")
    return Email(address=f"{local[0]}***@{domain}" if local and domain else "***", kind=email.kind)


def mask_number(number: str) -> str:
    """Return a document number as dots and its last four: always 18 wide.

    Shapes: a number under eight characters keeps its last two, one under four none. Empty for an empty number.
    """
    if not number:
        return ""
    length = len(number)
    kept = _LAST if length >= 2 * _LAST else _SHORT_LAST if length >= _LAST else 0
    return number[length - kept :].rjust(_NUMBER_WIDTH, "·") if kept else "·" * _NUMBER_WIDTH


def mask_plate(plate: str) -> str:
    """Return a number plate masked: 浙A·**345, else stars and the last three; short ones only stars."""
    bare = "".join(character for character in plate if character.isalnum())
    if not bare:
        return ""
    if len(bare) < _PLATE_CHARACTERS_MIN:
        return "******"
    return f"{bare[:2]}·**{bare[-3:]}" if is_cjk(bare) else f"***{bare[-3:]}"


def mask_room(room: str) -> str:
    """Return the floor of a room and two stars; only stars if the number does not tell the floor."""
    if len(room) >= _ROOM_DIGITS_MIN and room.isdecimal():
        return f"{room[:-2]}**"
    return "**" if room else ""


def _composed(text: str) -> str:
    """Return `text` trimmed, each accent in one character with its letter, so that a cut does not part them."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFC", text).strip()


def _mask_identity(value: Identity) -> Identity:
    name = mask_name(value.name, value.surname, value.given) or mask_name(value.latin)
    return Identity(name=name, title=value.title, language=value.language, age_category=value.age_category)


def _mask_person(person: ContactPerson | None) -> ContactPerson | None:
    if person is None:
        return None
    return ContactPerson(
        name=mask_name(person.name),
        relation=person.relation,
        phone=None if person.phone is None else mask_phone(person.phone),
        email=None if person.email is None else mask_email(person.email),
        reached=person.reached,
    )


def _mask_contact(value: Contact) -> Contact:
    return Contact(
        phones=tuple([mask_phone(phone) for phone in value.phones]),
        emails=tuple([mask_email(email) for email in value.emails]),
        address=None if value.address is None else Address(municipality=value.address.municipality),
        guardian=_mask_person(value.guardian),
        emergency=_mask_person(value.emergency),
    )


def _mask_documents(value: Documents) -> Documents:
    return Documents(
        documents=tuple([Document(type=d.type, number=mask_number(d.number), check=d.check) for d in value.documents])
    )


def _mask_booking(value: Booking) -> Booking:
    return Booking(
        arrival=value.arrival,
        departure=value.departure,
        expected_at=value.expected_at,
        room_type=value.room_type,
        assigned_room_type=value.assigned_room_type,
        adults=value.adults,
        children=value.children,
        babies=value.babies,
    )


def _mask_stay(value: StayDetails) -> StayDetails:
    return StayDetails(
        segments=tuple(
            [
                Segment(room=mask_room(s.room), room_type=s.room_type, begins_on=s.begins_on, ends_on=s.ends_on)
                for s in value.segments
            ]
        ),
        vehicle=mask_plate(value.vehicle),
        visitors=tuple([Visitor(name=mask_name(visitor.name)) for visitor in value.visitors]),
        companions=tuple([mask_name(name) for name in value.companions]),
        reports=value.reports,
    )


def _mask_spending(value: Spending) -> Spending:
    return Spending(payment_kind=value.payment_kind, loyalty_level=value.loyalty_level, card_last4=value.card_last4)


def _mask_preferences(value: Preferences) -> Preferences:
    return Preferences(room=value.room, bed=value.bed, floor=value.floor, greeting_language=value.greeting_language)


def _mask_notes(value: Notes) -> Notes:
    return Notes(notes=tuple([Note(kind=note.kind) for note in value.notes]))


_MASKS: Final[MappingProxyType[str, tuple[type[GroupValue], Callable[[Any], GroupValue]]]] = MappingProxyType(
    {
        "identity": (Identity, _mask_identity),
        "contact": (Contact, _mask_contact),
        "document": (Documents, _mask_documents),
        "booking": (Booking, _mask_booking),
        "stay": (StayDetails, _mask_stay),
        "spending": (Spending, _mask_spending),
        "preferences": (Preferences, _mask_preferences),
        "notes": (Notes, _mask_notes),
    }
)
