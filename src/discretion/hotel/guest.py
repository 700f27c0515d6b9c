"""The guest, in the eight field groups of a record: what may be known, and how long each part may be.

Rules:
* Every field has a name of the trade, a bound, and a default that means "not given": empty text, empty list or None.
* Names, numbers and texts stay as written. Nothing here splits, guesses, corrects or cuts them.
* No image, no machine-readable zone as read, and of a card the last four digits and a token: there is no field for
  more.
* Constructors do not check bounds (msgspec); `record.encode` does, so nothing beyond them is ever sealed.

Left to others: bytes (`record`), masks (`mask`), checks of numbers (`document`), search (`name`, `exact`).
Source: hotel.md section 2.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from discretion.hotel.document_type import DocumentType

Name: TypeAlias = Annotated[str, Meta(max_length=200)]
Code: TypeAlias = Annotated[str, Meta(max_length=64)]
Line: TypeAlias = Annotated[str, Meta(max_length=300)]
Text: TypeAlias = Annotated[str, Meta(max_length=4000)]
Country: TypeAlias = Annotated[str, Meta(pattern=r"^(?:[A-Z]{3})?\Z")]
Count: TypeAlias = Annotated[int, Meta(ge=0, le=10_000)]
Moment: TypeAlias = Annotated[datetime, Meta(tz=True)]
Currency: TypeAlias = Annotated[str, Meta(pattern=r"^(?:[A-Z]{3})?\Z")]
Sex: TypeAlias = Literal["F", "M", "other", "unknown"]

AMOUNT_RULE: Final = "amount"
_AMOUNT_MAX: Final = Decimal(10) ** 12
_AMOUNT_PLACES_MAX: Final = 6
DATE_PARTS_RULE: Final = "date_parts"


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A part of a record: frozen, strict, and written without its defaults."""


def _require_money(amount: Decimal | None) -> None:
    """Refuse what is no sum of money: not a number, endless, or with an exponent that would fill memory."""
    if amount is None:
        return
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or not -_AMOUNT_PLACES_MAX <= exponent <= 0 or abs(amount) > _AMOUNT_MAX:
        raise ValueError(AMOUNT_RULE)


class BirthDate(_Part, frozen=True):
    """A birth date in the parts that are known: year; year and month; or all three. Never an invented 1 January."""

    year: Annotated[int, Meta(ge=1850, le=2200)]
    month: Annotated[int, Meta(ge=1, le=12)] | None = None
    day: Annotated[int, Meta(ge=1, le=31)] | None = None

    def __post_init__(self) -> None:
        """Refuse a day without a month, and a day that its month does not have."""
        if self.day is None:
            return
        if self.month is None:
            raise ValueError(DATE_PARTS_RULE)
        try:
            date(self.year, self.month, self.day)
        except ValueError as error:
            raise ValueError(DATE_PARTS_RULE) from error


class Identity(_Part, frozen=True):
    """Who the guest is 身份.

    `name` is the whole name as written, in any script. `latin` is the name as in a machine-readable zone, in capitals,
    surname and given names parted by a comma: `ZHANG, WEI`.
    """

    name: Name = ""
    given: Name = ""
    middle: Name = ""
    surname: Name = ""
    second_surname: Name = ""
    birth_name: Name = ""
    latin: Name = ""
    single_name: bool = False
    title: Code = ""
    sex: Sex = "unknown"
    birth: BirthDate | None = None
    birth_place: Line = ""
    birth_country: Country = ""
    nationalities: Annotated[tuple[Country, ...], Meta(max_length=8)] = ()
    language: Code = ""
    mother: Name = ""
    father: Name = ""
    profession: Line = ""
    age_category: Literal["adult", "child", "infant", ""] = ""


class Phone(_Part, frozen=True):
    """One phone. `e164` is empty when the number could not be read; a masked phone has its mask in `national`.

    Shapes: `national` is the digits after the country code, without trunk prefix.
    """

    e164: Annotated[str, Meta(pattern=r"^(?:\+[0-9]{4,15})?\Z")] = ""
    country_code: Annotated[int, Meta(ge=0, le=999)] = 0
    national: Code = ""
    kind: Literal["mobile", "home", "work", "other", ""] = ""
    as_written: Code = ""


class Email(_Part, frozen=True):
    """One e-mail address. `alias` is a platform's, one per booking: never a match key. `shared` is several people's."""

    address: Annotated[str, Meta(max_length=254)]
    kind: Literal["own", "alias", "shared"] = "own"


class Address(_Part, frozen=True):
    """A postal address."""

    lines: Annotated[tuple[Line, ...], Meta(max_length=6)] = ()
    municipality: Line = ""
    municipality_code: Code = ""
    region: Line = ""
    postal_code: Code = ""
    country: Country = ""


class ContactPerson(_Part, frozen=True):
    """Somebody to reach for the guest: guardian or emergency contact. `relation` is a `Kinship` code, or empty."""

    name: Name = ""
    relation: Code = ""
    phone: Phone | None = None
    email: Email | None = None
    reached: bool | None = None


class Contact(_Part, frozen=True):
    """How to reach the guest 联系方式."""

    phones: Annotated[tuple[Phone, ...], Meta(max_length=16)] = ()
    emails: Annotated[tuple[Email, ...], Meta(max_length=16)] = ()
    address: Address | None = None
    guardian: ContactPerson | None = None
    emergency: ContactPerson | None = None


class Document(_Part, frozen=True):
    """One document.

    `check` is what the check digits said when it was taken, `accepted` if they failed and the clerk stood by the
    number; `held_by` is the guest id of the guardian whose document stands for a minor's.
    """

    type: DocumentType
    number: Code = ""
    support_number: Code = ""
    issuing_country: Country = ""
    issuing_place: Line = ""
    issued_on: date | None = None
    expires_on: date | None = None
    visa_number: Code = ""
    visa_issued_on: date | None = None
    visa_expires_on: date | None = None
    border_place: Line = ""
    border_on: date | None = None
    check: Literal["passed", "failed", "accepted", ""] = ""
    held_by: Code = ""


class Documents(_Part, frozen=True):
    """The guest's documents 证件."""

    documents: Annotated[tuple[Document, ...], Meta(max_length=16)] = ()


class SourceNumber(_Part, frozen=True):
    """A reservation number as one source gives it."""

    source: Code
    number: Code


class Booking(_Part, frozen=True):
    """What was agreed 预订. `number` is ours; `rate` is a price a night in `currency`."""

    number: Code = ""
    source_numbers: Annotated[tuple[SourceNumber, ...], Meta(max_length=16)] = ()
    channel: Code = ""
    market_segment: Code = ""
    customer_type: Code = ""
    booker: Name = ""
    booked_on: date | None = None
    arrival: date | None = None
    departure: date | None = None
    expected_at: Annotated[str, Meta(pattern=r"^(?:[0-2][0-9]:[0-5][0-9])?\Z")] = ""
    room_type: Code = ""
    assigned_room_type: Code = ""
    rate_code: Code = ""
    rate: Decimal | None = None
    currency: Currency = ""
    meal: Code = ""
    deposit_terms: Code = ""
    adults: Count = 0
    children: Count = 0
    babies: Count = 0
    parking_spaces: Count = 0
    changes: Count = 0
    waited_days: Count = 0
    earlier_cancelled: Count = 0
    earlier_kept: Count = 0
    known_before: bool = False
    purpose_of_travel: Code = ""
    group: Line = ""
    company: Line = ""
    agent: Line = ""
    special_request_count: Count = 0
    special_requests: Text = ""

    def __post_init__(self) -> None:
        """Refuse what is no sum of money."""
        _require_money(self.rate)


class Segment(_Part, frozen=True):
    """One room of a stay, from a date to a date."""

    room: Code
    room_type: Code = ""
    begins_on: date | None = None
    ends_on: date | None = None


class Key(_Part, frozen=True):
    """A key given out."""

    number: Code
    issued_at: Moment | None = None
    void_at: Moment | None = None


class Visitor(_Part, frozen=True):
    """Somebody who came to see the guest."""

    name: Name
    came_at: Moment | None = None
    left_at: Moment | None = None


class ReportState(_Part, frozen=True):
    """Where one statutory registration stands."""

    authority: Code
    state: Literal["pending", "incomplete", "ready", "sent", "acknowledged", "refused", "cancelled", "not_required"]
    late: bool = False


class StayDetails(_Part, frozen=True):
    """Where the guest slept, and with whom 住宿. `companions` are names of co-occupants."""

    segments: Annotated[tuple[Segment, ...], Meta(max_length=100)] = ()
    arrived_at: Moment | None = None
    left_at: Moment | None = None
    keys: Annotated[tuple[Key, ...], Meta(max_length=100)] = ()
    vehicle: Code = ""
    visitors: Annotated[tuple[Visitor, ...], Meta(max_length=100)] = ()
    companions: Annotated[tuple[Name, ...], Meta(max_length=60)] = ()
    registration_number: Code = ""
    reports: Annotated[tuple[ReportState, ...], Meta(max_length=16)] = ()


class FolioLine(_Part, frozen=True):
    """One line of the folio."""

    booked_on: date
    text: Line
    amount: Decimal
    currency: Currency
    kind: Code = ""

    def __post_init__(self) -> None:
        """Refuse what is no sum of money."""
        _require_money(self.amount)


class Deposit(_Part, frozen=True):
    """A deposit or pre-authorisation."""

    amount: Decimal
    currency: Currency
    kind: Literal["deposit", "preauthorisation"] = "deposit"
    taken_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse what is no sum of money."""
        _require_money(self.amount)


class Spending(_Part, frozen=True):
    """What the guest spent 消费. Of a card only the last four digits and a token."""

    folio: Annotated[tuple[FolioLine, ...], Meta(max_length=1000)] = ()
    deposits: Annotated[tuple[Deposit, ...], Meta(max_length=100)] = ()
    payer: Name = ""
    payment_kind: Code = ""
    loyalty_number: Code = ""
    loyalty_level: Code = ""
    card_last4: Annotated[str, Meta(pattern=r"^(?:[0-9]{4})?\Z")] = ""
    card_token: Code = ""


class Preferences(_Part, frozen=True):
    """What the guest likes 偏好. Diet and accessibility can reveal health or faith."""

    room: Line = ""
    bed: Line = ""
    floor: Line = ""
    diet: Line = ""
    accessibility: Line = ""
    greeting_language: Code = ""


class Note(_Part, frozen=True):
    """One note of the staff. `author` is a staff id."""

    kind: Literal["note", "complaint", "incident", "mark_reason"] = "note"
    text: Text = ""
    author: Code = ""
    written_at: Moment | None = None


class Notes(_Part, frozen=True):
    """The staff's notes 备注."""

    notes: Annotated[tuple[Note, ...], Meta(max_length=200)] = ()


GroupValue: TypeAlias = Identity | Contact | Documents | Booking | StayDetails | Spending | Preferences | Notes
