"""The one spelling of each value by which a record may be found exactly, wherever the guest is.

Rules:
* Only values that name few people: phone, e-mail, document, reservation number. Never names, dates or anything with few
  possible values: a token of those could be guessed back.
* The form made from a record and the form made from what is typed at the desk are the same bytes.
* An alias e-mail has none: it belongs to a booking platform. A document without its issuing country has none.

Left to others: the token itself (an HMAC in the keeper's vault), which purposes may search by it (the policy).
Source: design.md section 5, hotel.md section 4.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

from discretion.hotel.country import alpha3
from discretion.hotel.document_type import DocumentType
from discretion.hotel.phone import parse_phone
from discretion.hotel.record import Booking, Contact, Document, Documents, RecordError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.hotel.record import GroupValue

ExactKind: TypeAlias = Literal["phone", "email", "document", "reservation"]
EXACT_KINDS: Final[frozenset[str]] = frozenset(get_args(ExactKind))
VALUE_LENGTH_MAX: Final = 254

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_E164: Final = re.compile(r"\+[0-9]{4,15}")
_FOUND_BY: Final[dict[str, type[GroupValue]]] = {"contact": Contact, "document": Documents, "booking": Booking}
_NO_LETTERS: Final = re.compile("[^A-Z0-9]+")
_CHINESE_TYPES: Final = frozenset(
    {
        DocumentType.RIC,
        DocumentType.TRIC,
        DocumentType.HKB,
        DocumentType.HMT_RP,
        DocumentType.HM_PERMIT,
        DocumentType.TW_PERMIT,
        DocumentType.FPR,
        DocumentType.MIL,
    }
)


def normal_form(kind: str, value: str, country: str = "") -> bytes | None:
    """Return the bytes that stand for `value` wherever it is searched, None if nothing may be found by it.

    Shapes: `kind` is one of `EXACT_KINDS`; `value` is at most 254 characters. `country` is the region to read a phone
    in, or the issuing country of a document, alpha-2 or alpha-3; documents have no form without it.
    Errors: `ValueError` for an unknown kind, which is a bug of the caller.
    Not checked: check digits (`document`), whether an e-mail is an alias: a record knows, see `forms_of`.
    """
    if kind not in EXACT_KINDS:
        raise ValueError("kind: no exact match by this")
    if not value or len(value) > VALUE_LENGTH_MAX:
        return None
    if kind == "phone":
        return _phone_form(value, country)
    if kind == "email":
        return _email_form(value)
    if kind == "document":
        issuer = alpha3(country)
        number = _letters_and_digits(value)
        return f"{issuer}|{number}".encode() if issuer and number else None
    number = _letters_and_digits(value)
    return number.encode() if number else None


def forms_of(group: str, value: GroupValue) -> list[tuple[ExactKind, bytes]]:
    """Return every form by which the record with this field group may be found, without doubles, in order.

    Errors: `RecordError` if `value` is not of the group's type. Groups that nobody is found by have none.
    """
    expected = _FOUND_BY.get(group)
    if expected is None:
        return []
    if type(value) is not expected:
        raise RecordError(group, "", "group")
    return list(dict.fromkeys(_forms(value)))


def document_form(document: Document) -> bytes | None:
    """Return the form of one document; kinds that only China issues need no issuing country."""
    issuer = document.issuing_country or ("CHN" if document.type in _CHINESE_TYPES else "")
    return normal_form("document", document.number, issuer)


def _forms(value: GroupValue) -> Iterator[tuple[ExactKind, bytes]]:
    """Yield the forms of one field group."""
    candidates: Iterator[tuple[ExactKind, bytes | None]] = iter(())
    if isinstance(value, Contact):
        candidates = _contact_forms(value)
    elif isinstance(value, Documents):
        candidates = (("document", document_form(document)) for document in value.documents)
    elif isinstance(value, Booking):
        numbers = (value.number, *(source.number for source in value.source_numbers))
        candidates = (("reservation", normal_form("reservation", number)) for number in numbers)
    for kind, form in candidates:
        if form:
            yield kind, form


def _contact_forms(value: Contact) -> Iterator[tuple[ExactKind, bytes | None]]:
    """Yield the forms of phones and e-mails; an alias has none."""
    for phone in value.phones:
        yield "phone", phone.e164.encode()
    for email in value.emails:
        yield "email", None if email.kind == "alias" else _email_form(email.address)


def _phone_form(value: str, region: str) -> bytes | None:
    """Return the E.164 number; one that is written so, but that no country gives out, stays as it is."""
    phone = parse_phone(value, region)
    if not isinstance(phone, RecordError):
        return phone.e164.encode()
    return value.encode() if _E164.fullmatch(value) else None


def _email_form(value: str) -> bytes | None:
    """Return the address in one case and composition. Dots and tags stay: only the provider knows what they mean."""
    address = unicodedata.normalize("NFKC", value.strip()).casefold()
    return address.encode() if address.isprintable() and _EMAIL.fullmatch(address) else None


def _letters_and_digits(value: str) -> str:
    """Return letters and digits of `value`, full-width ones made plain, in capitals."""
    if value.isascii():  # the same, quicker
        return _NO_LETTERS.sub("", value.upper())
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", value).upper()))
