"""A plain CSV of guests or stays, by a column mapping that the operator writes as TOML: docs/importing.md.

Rules:
* Only what the mapping names is read; every other column is dropped and counted.
* A mapping with an unknown key or field refuses to load. Two columns may not feed one field.
* A row is known by its own id if the mapping names one, else by its line.
"""

from __future__ import annotations

import tomllib
from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, Final

import msgspec

from discretion.hotel.record import Address, Contact, Document, Identity, Note, Preferences, SourceNumber, Spending
from discretion.hotel.stay_state import StayState
from discretion.office.imports import given, persons, stays
from discretion.office.imports.drafts import (
    BadRow,
    BadRowError,
    Draft,
    FileRefusedError,
    ReservationRow,
    StayDraft,
    StayRow,
    Tally,
)
from discretion.office.imports.fields import Fields
from discretion.office.imports.groups import booking
from discretion.office.imports.lines import header, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.hotel.guest import BirthDate
    from discretion.hotel.record import GroupValue
    from discretion.office.imports.drafts import Person

MAPPING_SIZE_BYTES_MAX: Final = 64 * 1024
_GUEST_WORDS: Final = (
    "id name given middle surname second_surname latin title sex birth_date birth_place nationality language phone "
    "email email_is_alias address city region postal_code country document_type document_number document_country "
    "document_issued document_expires note diet room loyalty_number"
)
GUEST_FIELDS: Final = _GUEST_WORDS.split()
_STAY_WORDS: Final = (
    "hotel id number state arrival departure nights room room_type adults children babies meal rate currency "
    "expected_time booked_on channel segment agent company country special_requests"
)
STAY_FIELDS: Final = _STAY_WORDS.split()
FIELDS: Final = frozenset([*(f"guest.{name}" for name in GUEST_FIELDS), *(f"stay.{name}" for name in STAY_FIELDS)])
_DATES: Final = ("guest.document_issued", "guest.document_expires", "stay.arrival", "stay.departure", "stay.booked_on")
_NIGHTS_MAX: Final = 1000

Words = dict[str, str]
SourceName = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{1,39}\Z")]


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How one system's CSV is laid out.

    Shapes: `columns` is column to field; `defaults` is field to value, for what the file does not say; `states` and the
    like turn the file's words into ours.
    """

    source: SourceName
    columns: Words
    defaults: Words = {}
    states: Words = {}
    sexes: Words = {}
    documents: Words = {}
    delimiter: Annotated[str, msgspec.Meta(min_length=1, max_length=1)] = ","
    encoding: Annotated[str, msgspec.Meta(max_length=40)] = "utf-8"
    date_order: given.DateOrder | None = None


HAIP: Final = Mapping(
    source="haip",
    columns={
        "firstName": "guest.given",
        "lastName": "guest.surname",
        "email": "guest.email",
        "phone": "guest.phone",
        "loyaltyNumber": "guest.loyalty_number",
    },
)
"""HAIP's guest CSV; its `companyName` names a company and not the guest, and is dropped."""


def parse_mapping(raw: bytes) -> Mapping:
    """Return a mapping.

    Errors: `FileRefusedError` with `mapping` or another rule of that beginning, and the key to mend.
    """
    if len(raw) > MAPPING_SIZE_BYTES_MAX:
        raise FileRefusedError("mapping_size")
    try:
        document = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileRefusedError("mapping_toml") from error
    try:
        mapping = msgspec.convert(document, Mapping)
    except msgspec.ValidationError as error:
        raise FileRefusedError("mapping", str(error)[:200]) from error
    named = [*mapping.columns.values(), *mapping.defaults]
    for name in named:
        if name not in FIELDS:
            raise FileRefusedError("mapping_field", name[:80])
    if len(set(named)) != len(named):
        raise FileRefusedError("mapping_twice", next(name for name in named if named.count(name) > 1))
    if not mapping.columns:
        raise FileRefusedError("mapping_field", "columns")
    for state in mapping.states.values():
        if state not in {each.value for each in StayState}:
            raise FileRefusedError("mapping_state", state[:80])
    return mapping


def read(
    file: BinaryIO, tally: Tally, mapping: Mapping, *, encoding: str = "", date_order: given.DateOrder | None = None
) -> Iterator[Draft | BadRow]:
    """Yield a draft or a bad row for each row. Errors: `FileRefusedError`."""
    raw_encoding = encoding or mapping.encoding
    names = _header(file, mapping, raw_encoding)
    fields = [mapping.columns.get(name) for name in names]
    order = _order(file, mapping, raw_encoding, fields, date_order)
    for name, field in zip(names, fields, strict=True):
        if field is None:
            tally.dropped[name[:80]] += 1
    named_columns = {field: column for column, field in mapping.columns.items()}
    table = _Table(mapping, order, tally)
    file.seek(0)
    raw_rows = rows(file, encoding=raw_encoding, delimiter=mapping.delimiter)
    next(raw_rows)
    for raw in raw_rows:
        if isinstance(raw, BadRow):
            yield raw
            continue
        line, cells = raw
        if len(cells) != len(names):
            yield BadRow(line, "", "columns")
            continue
        values = dict(mapping.defaults)
        values.update((field, cell) for field, cell in zip(fields, cells, strict=True) if field is not None)
        try:
            yield table.draft(line, values)
        except BadRowError as bad:
            yield BadRow(line, named_columns.get(bad.field, bad.field), bad.rule)


def _header(file: BinaryIO, mapping: Mapping, encoding: str) -> list[str]:
    """Return the file's columns. Errors: `FileRefusedError` if one of the mapping's is missing."""
    first = next(rows(file, encoding=encoding, delimiter=mapping.delimiter), None)
    if first is None:
        raise FileRefusedError("empty")
    if isinstance(first, BadRow):
        raise FileRefusedError("header", "", 1)
    names = header(first[1])
    for name in mapping.columns:
        if name not in names:
            raise FileRefusedError("column_missing", name[:80], 1)
    return names


def _order(
    file: BinaryIO, mapping: Mapping, encoding: str, fields: list[str | None], stated: given.DateOrder | None
) -> given.DateOrder:
    """Return the one order in which the file writes dates, proved by its own values."""
    places = [at for at, field in enumerate(fields) if field in _DATES or field == "guest.birth_date"]
    file.seek(0)
    raw_rows = rows(file, encoding=encoding, delimiter=mapping.delimiter)
    next(raw_rows)
    values = (
        (raw[0], raw[1][at])
        for raw in raw_rows
        if not isinstance(raw, BadRow) and len(raw[1]) == len(fields)
        for at in places
    )
    return given.proved_order(values, stated or mapping.date_order, None, "date")


class _Table:
    """Turns the values of a row, by field, into a draft."""

    def __init__(self, mapping: Mapping, order: given.DateOrder, tally: Tally) -> None:
        self._mapping = mapping
        self._order = order
        self._tally = tally
        named = {*mapping.columns.values(), *mapping.defaults}
        self._has_stays = "stay.arrival" in named
        self._has_guests = any(name.startswith("guest.") for name in named)

    def draft(self, line: int, values: dict[str, str]) -> Draft:
        """Return what a row says. Errors: `BadRowError`."""
        fields = Fields(values, "", self._tally)
        row_id = fields.word("stay.id", 80) or fields.word("stay.number", 60) or str(line)
        someone = self._person(fields, row_id) if self._has_guests else None
        if not self._has_stays:
            return Draft(line, fields.word("stay.hotel", 80), None, people=(someone,) if someone is not None else ())
        row = self._stay(fields)
        number = fields.word("stay.number", 60)
        country = fields.country("stay.country")
        reservation = ReservationRow(
            number=f"{self._mapping.source[:2].upper()}-{number or row_id}",
            source=self._mapping.source,
            source_id=row_id,
            source_version=blake2b("\x1f".join(values.values()).encode("utf-8", "replace"), digest_size=8).hexdigest(),
            booked_on=fields.day("stay.booked_on", self._order),
            market_segment=fields.word("stay.segment"),
            distribution_channel=fields.word("stay.channel"),
            agent=fields.word("stay.agent"),
            company=fields.word("stay.company"),
            country=country,
            country_as_given=fields.word("stay.country"),
        )
        requests = fields.text("stay.special_requests", 2000)
        if someone is not None:
            numbers = (SourceNumber(source=self._mapping.source, number=number),) if number else ()
            agreed = booking(reservation, row, source_numbers=numbers, special_requests=requests)
            someone = persons.with_group(someone, "booking", agreed)
        placed = stays.places([someone] if someone is not None else [], row, self._tally)
        return Draft(line, fields.word("stay.hotel", 80), reservation, (StayDraft("1", row, placed),))

    def _stay(self, fields: Fields) -> StayRow:
        arrival = stays.required(fields.day("stay.arrival", self._order), "stay.arrival")
        departure = fields.day("stay.departure", self._order)
        if departure is None:
            if not fields.word("stay.nights"):
                raise BadRowError("stay.departure", "missing")
            departure = arrival + timedelta(fields.count("stay.nights", _NIGHTS_MAX))
        word = fields.word("stay.state")
        return stays.settled(
            StayRow(
                state=stays.state("plain", self._mapping.states.get(word, word), "stay.state"),
                arrival=arrival,
                departure=departure,
                room_number=stays.room(fields.word("stay.room", 40), "stay.room"),
                room_type_reserved=fields.word("stay.room_type"),
                adults=fields.count("stay.adults", stays.PEOPLE_MAX) if fields.word("stay.adults") else 1,
                children=fields.count("stay.children", stays.PEOPLE_MAX),
                babies=fields.count("stay.babies", stays.PEOPLE_MAX),
                meal=fields.word("stay.meal"),
                rate=fields.amount("stay.rate"),
                currency=_currency(fields),
                expected_time=fields.clock("stay.expected_time"),
            ),
            "stay.departure",
        )

    def _person(self, fields: Fields, row_id: str) -> Person | None:
        """Return the guest of a row, None when the row names nobody."""
        identity = self._identity(fields)
        if not (identity.name or identity.given or identity.surname or identity.latin):
            return None
        country = fields.country("guest.country")
        address = Address(
            lines=tuple(line for line in (fields.text("guest.address", 300),) if line),
            municipality=fields.text("guest.city"),
            region=fields.text("guest.region"),
            postal_code=fields.word("guest.postal_code"),
            country=country,
        )
        region = country or (identity.nationalities or ("",))[0]
        contact = Contact(
            phones=persons.phone(fields.word("guest.phone", 40), region, self._tally),
            emails=persons.email(
                fields.word("guest.email", 254), "guest.email", is_alias=fields.truth("guest.email_is_alias")
            ),
            address=address if address != Address() else None,
        )
        note = fields.text("guest.note", 4000)
        document = self._document(fields, region)
        return persons.person(
            fields.word("guest.id", 80) or f"{row_id}#guest",
            identity,
            contact=contact,
            documents=(document,) if document is not None else (),
            notes=(Note(text=note),) if note else (),
            groups=_groups(fields),
        )

    def _identity(self, fields: Fields) -> Identity:
        word = fields.word("guest.sex")
        nationality = fields.country("guest.nationality")
        return Identity(
            name=fields.text("guest.name"),
            given=fields.text("guest.given"),
            middle=fields.text("guest.middle"),
            surname=fields.text("guest.surname"),
            second_surname=fields.text("guest.second_surname"),
            latin=fields.text("guest.latin"),
            title=fields.word("guest.title"),
            sex=persons.sex(self._mapping.sexes.get(word, word), "guest.sex"),
            birth=self._birth(fields),
            birth_place=fields.text("guest.birth_place"),
            nationalities=(nationality,) if nationality else (),
            language=fields.word("guest.language"),
        )

    def _birth(self, fields: Fields) -> BirthDate | None:
        """Return the birth date; a year, or year and month alone are right in any order of dates."""
        text = fields.word("guest.birth_date")
        if not text:
            return None
        if text[:4].isdigit() and ("-" in text[4:5] or len(text) == 4):  # noqa: PLR2004 - a year
            return persons.birth(fields, "guest.birth_date")
        day = given.day(text, "guest.birth_date", self._order)
        return persons.birth_of(day.year, day.month, day.day, "guest.birth_date")

    def _document(self, fields: Fields, region: str) -> Document | None:
        word = fields.word("guest.document_type")
        number = persons.number_or_none(fields.word("guest.document_number"))
        if not number:
            return None
        return Document(
            type=persons.document_type(self._mapping.documents.get(word, word)),
            number=number,
            issuing_country=fields.country("guest.document_country") or persons.issuer_of(word, region),
            issued_on=fields.day("guest.document_issued", self._order),
            expires_on=fields.day("guest.document_expires", self._order),
        )


def _currency(fields: Fields) -> str:
    """Return a currency code of three capitals. Errors: `BadRowError` with `form`."""
    code = fields.word("stay.currency")
    if code and not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):  # noqa: PLR2004
        raise BadRowError("stay.currency", "form")
    return code


def _groups(fields: Fields) -> dict[str, GroupValue]:
    """Return what else a row says of the guest."""
    groups: dict[str, Any] = {}
    if loyalty := fields.word("guest.loyalty_number"):
        groups["spending"] = Spending(loyalty_number=loyalty)
    wishes = Preferences(room=fields.text("guest.room", 300), diet=fields.text("guest.diet", 300))
    if wishes != Preferences():
        groups["preferences"] = wishes
    return groups
