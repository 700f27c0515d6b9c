"""A person of any format: the sealed field groups made from what the file says, strictly encoded.

Rules:
* Nothing is split or guessed: a name in one line stays one line, an unknown part of a birth date stays unknown.
* An e-mail that the source or its host marks as a platform's is an alias: never a match key.
* A number equal to its masked form, or with masking characters in it, is no number.
* An opt-in without date and text is a claim without evidence: it becomes a note, never a consent.

Left to others: which field of a format means what (its reader), checks of document numbers (the desk, at check-in).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from discretion.hotel.document_type import DocumentType
from discretion.hotel.phone import parse_phone
from discretion.hotel.record import (
    BirthDate,
    Contact,
    Document,
    Documents,
    Email,
    Identity,
    Note,
    Notes,
    Phone,
    RecordError,
    encode,
)
from discretion.office.imports.drafts import BadRowError, Person
from discretion.office.imports.given import clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import time

    from discretion.hotel.record import GroupValue, Sex
    from discretion.office.imports.drafts import Tally
    from discretion.office.imports.fields import Fields

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{1,63}")
_ALIAS_HOSTS: Final = (
    "guest.booking.com",
    "guest.airbnb.com",
    "m.expediapartnercentral.com",
    "guest.trip.com",
    "messages.homeaway.com",
)
_MASKED: Final = re.compile(r"[*•·xX]{3,}")
_BIRTH: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?:T.*)?", re.ASCII)
_SEXES: Final[Mapping[str, Sex]] = {
    "male": "M",
    "female": "F",
    "m": "M",
    "f": "F",
    "男": "M",
    "女": "F",
    "other": "other",
    "unknown": "unknown",
}
_PASSPORTS: Final = frozenset({"passport", "pass", "pp", "p"})
_SPANISH: Final = frozenset({"dni", "nie"})


def sex(text: str, field: str) -> Sex:
    """Return the sex by the words of PMS exports. Formats in which `M` means woman have maps of their own."""
    if not text:
        return "unknown"
    found = _SEXES.get(text.strip().lower())
    if found is None:
        raise BadRowError(field, "choice")
    return found


def birth(fields: Fields, key: str, year_first: bool = True) -> BirthDate | None:  # noqa: FBT001, FBT002
    """Return a birth date in the parts given: `1980`, `1980-05`, `1980-05-00` and `1980-05-17` are all right."""
    text = fields.word(key)
    if not text:
        return None
    found = _BIRTH.fullmatch(text) if year_first else None
    if found is None:
        raise BadRowError(fields.place(key), "type")
    year, month, number = (int(part) if part else 0 for part in found.groups())
    return birth_of(year, month, number, fields.place(key))


def birth_of(year: int, month: int, number: int, field: str) -> BirthDate | None:
    """Return a birth date of its parts, 0 for one that is unknown. Errors: `BadRowError` with `range`."""
    if not year:
        return None
    try:
        return BirthDate(year=year, month=month or None, day=number if month and number else None)
    except ValueError as error:
        raise BadRowError(field, "range") from error


def phone(text: str, country: str, tally: Tally) -> tuple[Phone, ...]:
    """Return the phone as read, or as written when it cannot be read, which is counted; none for empty text."""
    if not text:
        return ()
    found = parse_phone(text, country)
    if isinstance(found, RecordError):
        tally.noticed["phone_unread"] += 1
        return (Phone(as_written=text[:64]),)
    return (found,)


def email(text: str, field: str, *, is_alias: bool = False) -> tuple[Email, ...]:
    """Return the e-mail, an alias if marked or of a platform's host; none for empty text."""
    if not text:
        return ()
    if _EMAIL.fullmatch(text) is None:
        raise BadRowError(field, "form")
    host = text.rpartition("@")[2].lower()
    kind = "alias" if is_alias or host.endswith(_ALIAS_HOSTS) else "own"
    return (Email(address=text, kind=kind),)  # type: ignore[arg-type]  # one of the two words above


def document_type(text: str) -> DocumentType:
    """Return our kind of document for a source's word: its own keys are taken as they are, unknown ones are `OTHER`."""
    bare = text.strip()
    if bare in DocumentType.__members__:
        return DocumentType(bare)
    return DocumentType.PASSPORT if bare.lower() in _PASSPORTS else DocumentType.OTHER


def issuer_of(kind: str, country: str) -> str:
    """Return the issuing country; a Spanish card is Spain's."""
    return country or ("ESP" if kind.strip().lower() in _SPANISH else "")


def number_or_none(number: str, masked: str = "") -> str:
    """Return a document number, empty when it is only the masked form of one."""
    return "" if number == masked or _MASKED.search(number) is not None else number


def claims(words: Iterable[str]) -> tuple[Note, ...]:
    """Return the note for opt-ins that a source claims without evidence."""
    named = ", ".join(sorted(words))
    return (Note(text=f"Opt-in claimed by the source, no evidence: {named}"),) if named else ()


def person(
    source_id: str,
    identity: Identity,
    *,
    contact: Contact | None = None,
    documents: tuple[Document, ...] = (),
    notes: tuple[Note, ...] = (),
    groups: Mapping[str, GroupValue] | None = None,
) -> Person:
    """Return a person with every group that says something, ready to be sealed.

    Errors: `BadRowError` naming group, field and rule if a value breaks a bound of the record.
    """
    values: dict[str, GroupValue] = {"identity": identity, **(groups or {})}
    if contact is not None and contact != Contact():
        values["contact"] = contact
    if documents:
        values["document"] = Documents(documents=documents)
    if notes:
        values["notes"] = Notes(notes=notes)
    return Person(source_id, {group: encoded(group, value) for group, value in values.items()})


def with_group(someone: Person, group: str, value: GroupValue) -> Person:
    """Return the person with one more group, for what only the reservation knows."""
    return someone._replace(groups={**someone.groups, group: encoded(group, value)})


def encoded(group: str, value: GroupValue) -> bytes:
    """Return a group in bytes. Errors: `BadRowError`."""
    try:
        return encode(group, value)
    except RecordError as error:
        raise BadRowError(f"{group}.{error.field}" if error.field else group, error.rule) from error


def clock_of(text: str, field: str) -> time | None:
    """Return the time of day in a time or a moment, None for empty text. Errors: `BadRowError` with `type`."""
    if not text:
        return None
    bare = text.rpartition("T")[2].rpartition(" ")[2]
    return clock(bare[:5], field)
