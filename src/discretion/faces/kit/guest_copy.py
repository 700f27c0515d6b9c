"""The copy of everything that is held of a guest: for machines as JSON with a published schema, for people as sections.

Rules:
* It holds what an entry of the ledger opened, and the rows that the register of personal data names; nothing is added.
* The schema is made from these types and published in `docs/guest-copy.schema.json`; a change of one is a change of it.
* Words of staff that may be about others are not in it: how many there are is, and the privacy officer reads them.
* For another controller it holds what came from the guest: the groups in `PROVIDED`, bookings and stays.

Left to others: opening (the keeper), which rows (the office), pages (the faces).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from discretion.faces.kit import pdf
from discretion.faces.kit.copy_words import field_word, value_words
from discretion.faces.kit.formats import Formats
from discretion.faces.kit.nouns import noun
from discretion.faces.kit.words import translator
from discretion.hotel.purpose import FieldGroup
from discretion.hotel.record import (
    GROUP_TYPES,
    Booking,
    Contact,
    Documents,
    Identity,
    Notes,
    Preferences,
    Spending,
    StayDetails,
    decode,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from discretion.office.properties import Property
    from discretion.office.rights_map import HeldRows

FORMAT: Final = "discretion.guest-copy"
SCHEMA_ID: Final = "urn:discretion:guest-copy:1"
PROVIDED: Final = ("identity", "contact", "document", "booking", "preferences")
PROVIDED_TABLES: Final = frozenset({"reservation", "stay", "room_segment", "consent"})
_ENCODER: Final = msgspec.json.Encoder(decimal_format="string", uuid_format="hex")
Cell = str | int | float | bool | None


class Hotel(Struct, frozen=True, kw_only=True):
    """Which hotel gives the copy."""

    code: str
    name_zh: str
    name_en: str


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The guest record by field group, each with the fields that are filled; a group without any is left out."""

    identity: Identity | None = None
    contact: Contact | None = None
    document: Documents | None = None
    booking: Booking | None = None
    stay: StayDetails | None = None
    spending: Spending | None = None
    preferences: Preferences | None = None
    notes: Notes | None = None


class GuestCopy(Struct, frozen=True, kw_only=True):
    """A copy of what one hotel holds of one guest.

    `entry` is the entry of the hotel's ledger under which the record was opened for it. `tables` holds, by kind, what
    is kept beside the record. `read_first` counts, by kind, words of staff which the privacy officer reads before they
    are given, because they may be about somebody else. Times are in UTC, sums and rates are texts.
    """

    format: Literal["discretion.guest-copy"] = "discretion.guest-copy"
    version: Literal[1] = 1
    made_at: datetime
    hotel: Hotel
    guest_id: Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
    entry: Annotated[int, Meta(ge=0)]
    is_for_transfer: bool = False
    record: Record
    tables: dict[str, list[dict[str, Cell]]]
    read_first: dict[str, int]


class Section(Struct, frozen=True):
    """One part of the readable copy: a heading, and a table of terms and texts for each thing in it."""

    title: str
    parts: tuple[tuple[tuple[str, str], ...], ...]


def guest_copy(
    house: Property, guest_id: bytes, made_at: datetime, entry: int, fields: Mapping[str, bytes],
    tables: Iterable[HeldRows], *, is_for_transfer: bool = False,
) -> GuestCopy:
    """Return the copy made of what was opened and of the rows. Errors: `RecordError` when a group is no record."""
    groups = PROVIDED if is_for_transfer else tuple(GROUP_TYPES)
    opened: dict[str, Any] = {name: decode(name, bytes(raw)) for name, raw in fields.items() if name in groups}
    held = [each for each in tables if not is_for_transfer or each.table in PROVIDED_TABLES]
    return GuestCopy(
        made_at=made_at, hotel=Hotel(code=house.code, name_zh=house.name_zh, name_en=house.name_en),
        guest_id=guest_id.hex(), entry=entry, is_for_transfer=is_for_transfer, record=Record(**opened),
        tables={each.table: [{key: _cell(value) for key, value in row.items()} for row in each.rows] for each in held},
        read_first={each.table: each.reviewed for each in held if each.reviewed},
    )  # fmt: skip


def as_json(copy: GuestCopy) -> bytes:
    """Return the copy for machines."""
    return msgspec.json.format(_ENCODER.encode(copy), indent=1)


def schema() -> dict[str, Any]:
    """Return the JSON Schema of copies, as it is published."""
    made = msgspec.json.schema(GuestCopy)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, "title": FORMAT, **made}


def sections(
    copy: GuestCopy, tables: Iterable[HeldRows], house: Property, language: str,
) -> tuple[Section, ...]:
    """Return the copy for people, in their language: every field that is filled, under its name.

    `tables` are the rows that the copy was made of.
    """
    words, formats = translator(language, "ui"), Formats(language, house.time_zone)
    made = []
    for group in FieldGroup:
        value = getattr(copy.record, group.word)
        lines = tuple(_lines(value, language, formats, ())) if value is not None else ()
        made.append(Section(noun(words, "group", group.word), (lines,) if lines else ()))
    for each in tables:
        if each.table in copy.tables:
            parts = (
                tuple((field_word(words, key), value_words(words, formats, each.table, key, value))
                      for key, value in row.items() if value not in (None, ""))
                for row in each.rows
            )  # fmt: skip
            made.append(Section(noun(words, "held", each.table), tuple(part for part in parts if part)))
    return tuple(each for each in made if each.parts)


def as_pdf(copy: GuestCopy, parts: Iterable[Section], house: Property, language: str) -> bytes:
    """Return the readable copy as a PDF."""
    words, formats = translator(language, "ui"), Formats(language, house.time_zone)
    name = house.name_zh if language == "zh_Hans" else house.name_en
    day = formats.date(formats.local(copy.made_at).date())
    opening = [name, words.gettext("Entry %(entry)s of the ledger · %(day)s") % {"entry": copy.entry, "day": day}]
    if copy.read_first:
        opening.append(words.gettext(
            "Words of staff that may be about somebody else as well. What is yours of them you are given on request."
        ))
    found = [
        pdf.Section(each.title, tuple((" · ".join(f"{term}: {text}" for term, text in part),) for part in each.parts))
        for each in parts
    ]
    return pdf.statement(language, words.gettext("My copy"), opening, found, f"{name} {day}")


def _lines(value: Struct, language: str, formats: Formats, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    words = translator(language, "ui")
    for info in msgspec.structs.fields(value):
        found = getattr(value, info.name)
        if found in (None, "", (), "unknown") or (found == info.default and found in (0, False)):
            continue
        here = (*path, field_word(words, info.name))
        for number, each in enumerate(found if isinstance(found, tuple) else (found,), 1):
            numbered = (*here[:-1], f"{here[-1]} {number}") if isinstance(found, tuple) and len(found) > 1 else here
            if isinstance(each, Struct):
                yield from _lines(each, language, formats, numbered)
            else:
                yield " · ".join(numbered), value_words(words, formats, type(value).__name__, info.name, each)


def _cell(value: object) -> Cell:
    """Return a value of a row as the copy writes it: ids in hex, anything else that JSON has no form for as text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return _ENCODER.encode(value).decode() if isinstance(value, dict | list) else str(value)
