"""People as the desk types them: one small form for each place in a stay, turned into the groups of a record.

Rules:
* A machine-readable zone is read into the fields for the clerk to correct; the zone itself is kept nowhere.
* A finding of the checks informs: with the document in hand the clerk may stand by a number, and that is kept.
* Ids come from the form's own id and what was typed, so that the same form sent twice writes one person, and a
  corrected one never writes into the record of the first try.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from discretion.faces.kit import forms
from discretion.faces.kit.refusals import RULES, field_errors
from discretion.faces.kit.words import marked as _
from discretion.hotel import guest, record
from discretion.hotel.age import is_minor
from discretion.hotel.document import Finding, check_document, parse_mrz, read_resident_id
from discretion.hotel.document_type import DocumentType
from discretion.hotel.guest import Name
from discretion.hotel.phone import parse_phone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from babel.support import Translations

PEOPLE_ON_PAGE_MAX: Final = 12

_RELATIONS: Final = "^(|AB|BA|BN|CD|CY|HJ|HR|NI|PM|SB|SG|TI|YN|TU|OT)$"


class PersonForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One person as typed. `position` is the place in the stay, `guest` the record when the place has one already."""

    position: Annotated[int, Meta(ge=0, le=500)] | None = None
    guest: Annotated[str, Meta(min_length=32, max_length=32, pattern="^[0-9a-f]{32}$")] = ""
    name: Name = ""
    latin: Name = ""
    sex: Literal["", "F", "M", "other"] = ""
    birth_year: Annotated[int, Meta(ge=1850, le=2200)] | None = None
    birth_month: Annotated[int, Meta(ge=1, le=12)] | None = None
    birth_day: Annotated[int, Meta(ge=1, le=31)] | None = None
    nationality: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    address: Annotated[str, Meta(max_length=300)] = ""
    document_type: DocumentType | None = None
    document_number: Annotated[str, Meta(max_length=64)] = ""
    document_country: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = ""
    document_expires: date | None = None
    is_accepted: bool = False
    mrz: Annotated[str, Meta(max_length=256)] = ""
    age_category: Literal["adult", "child", "infant"] = "adult"
    relation: Annotated[str, Meta(pattern=_RELATIONS)] = ""
    guardian_name: Name = ""
    guardian_phone: Annotated[str, Meta(max_length=40)] = ""
    guardian_reached: Literal["", "yes", "no"] = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed for this place."""
        return not (self.name or self.latin or self.document_number or self.phone)

    @property
    def was_guardian_reached(self) -> bool | None:
        """The answer, None when it was not given."""
        return {"yes": True, "no": False}.get(self.guardian_reached)


FINDINGS: Final = {
    "missing": _("The document number is missing."),
    "length": _("This number has %(expected)s characters; there are %(actual)s now."),
    "form": _("Numbers of this kind of document are written in another way."),
    "check_digit": _("The check digit does not fit: one character may be wrong."),
    "birth_date": _("The digits for the birth date are no date."),
    "expired": _("This document was valid until %(on)s."),
    "dates_reversed": _("The document ends before it begins."),
    "country_missing": _("Enter the issuing country."),
}
_UNREADABLE: Final = RULES["form"]
_NOT_READ: Final = _("This is no machine-readable zone: two lines of 44 or 36 characters, or three of 30.")
_PHONE: Final = _("This phone number cannot be read; with country code it is sure, for example +44 20 7946 0000.")
_NAME: Final = _("Enter the name as on the document.")
_BIRTH: Final = _("This is no date.")
_GUARDIAN: Final = _("State whether a guardian was reached; “no” is an answer.")
_ACCEPT: Final = _("Compare with the document. When the number is right as typed, tick the box below it.")
_RELATION: Final = _("State how this person is related to the primary guest.")


@dataclass(frozen=True, slots=True)
class Typed:
    """One person of the form: what was typed, what is wrong by field, and the record's groups when nothing is."""

    form: PersonForm
    raw: Mapping[str, Any]
    errors: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def is_new(self) -> bool:
        """Whether a record is founded for this person."""
        return not self.form.guest and bool(self.groups)


def split(fields: Mapping[str, list[str]]) -> tuple[dict[str, list[str]], list[dict[str, list[str]]]]:
    """Return the form's own fields, and those of each person, written as `p0-name`, in order.

    Errors: `MalformedFormError` for a person beyond `PEOPLE_ON_PAGE_MAX`.
    """
    own: dict[str, list[str]] = {}
    people: dict[int, dict[str, list[str]]] = {}
    for name, values in fields.items():
        head, dash, rest = name.partition("-")
        if dash and head[:1] == "p" and head[1:].isdecimal() and len(head) <= 3:  # noqa: PLR2004 - p0 to p99
            people.setdefault(int(head[1:]), {})[rest] = values
        else:
            own[name] = values
    if people and max(people) >= PEOPLE_ON_PAGE_MAX:
        raise forms.MalformedFormError("too many people in one form")
    return own, [people[place] for place in sorted(people)]


def typed(words: Translations, fields: Mapping[str, list[str]], today: date, region: str, *, is_read: bool) -> Typed:
    """Return one person, checked. With `is_read` a pasted zone fills the fields and nothing is complained of yet."""
    filled = forms.filled(forms.in_capitals(fields, "nationality", "document_country"), PersonForm)
    if filled.value is None:
        errors = field_errors(words, filled.errors)
        return Typed(PersonForm(), filled.raw, errors)
    form = filled.value
    raw = dict(filled.raw)
    if form.mrz:
        try:
            form = _from_zone(form, today)
        except record.RecordError:
            return Typed(form, raw, {"mrz": words.gettext(_NOT_READ)})
        raw = _raw_of(form)
    form = _from_resident_number(form)
    raw.update(_raw_of(form))
    if is_read or (form.is_empty and not form.guest):
        return Typed(form, raw)
    return _checked(words, form, raw, today, region)


def _from_zone(form: PersonForm, today: date) -> PersonForm:
    """Return the form with what the zone says. Errors: `RecordError`."""
    zone = parse_mrz(form.mrz)
    birth = zone.birth(today)
    return msgspec.structs.replace(
        form,
        mrz="",
        name=form.name or " ".join(part for part in (zone.given, zone.surname) if part),
        latin=zone.latin,
        sex="" if zone.sex == "unknown" else zone.sex,
        birth_year=birth.year if birth else None,
        birth_month=birth.month if birth else None,
        birth_day=birth.day if birth else None,
        nationality=zone.nationality or form.nationality,
        document_type=form.document_type or zone.document_type,
        document_number=zone.number,
        document_country=zone.issuing_country or form.document_country,
        document_expires=zone.expires_on(today),
    )


def _from_resident_number(form: PersonForm) -> PersonForm:
    """Return the form with birth date, sex and countries that a right 18-digit number tells, where none was typed."""
    if form.document_type not in {DocumentType.RIC, DocumentType.TRIC}:
        return form
    facts = read_resident_id(form.document_number)
    filled = msgspec.structs.replace(
        form, document_country=form.document_country or "CHN", nationality=form.nationality or "CHN"
    )
    if facts is None or form.birth_year is not None:
        return filled
    return msgspec.structs.replace(
        filled, birth_year=facts.birth.year, birth_month=facts.birth.month, birth_day=facts.birth.day,
        sex=form.sex or facts.sex,
    )


def _checked(words: Translations, form: PersonForm, raw: Mapping[str, Any], today: date, region: str) -> Typed:
    """Return the person with what is wrong in words, or with the groups of the record."""
    errors: dict[str, str] = {}
    groups: dict[str, record.GroupValue] = {}
    birth = _birth(form, errors)
    if not form.guest:
        if not form.name and not form.latin:
            errors["name"] = _NAME
        groups["identity"] = guest.Identity(
            name=form.name or form.latin, latin=form.latin, sex=form.sex or "unknown", birth=birth,
            nationalities=(form.nationality,) if form.nationality else (), age_category=form.age_category,
        )
        contact = _contact(form, region, errors)
        if contact != guest.Contact():
            groups["contact"] = contact
    said = {name: words.gettext(sentence) for name, sentence in errors.items()}
    if form.document_type and form.document_number:
        document = _document(form)
        findings = check_document(document, today)
        if findings and not form.is_accepted:
            said["document_number"] = " ".join([*_in_words(words, findings), words.gettext(_ACCEPT)])
        check = "accepted" if findings else "passed"
        groups["document"] = guest.Documents(documents=(msgspec.structs.replace(document, check=check),))
    is_child = form.age_category != "adult" or (birth is not None and is_minor(birth, today))
    if is_child and not form.guardian_reached:
        said["guardian_reached"] = words.gettext(_GUARDIAN)
    if said:
        return Typed(form, raw, said)
    try:
        return Typed(form, raw, {}, {name: record.encode(name, value) for name, value in groups.items()})
    except record.RecordError as error:
        return Typed(form, raw, {error.field.partition(".")[0] or "name": words.gettext(_UNREADABLE)})


def _birth(form: PersonForm, errors: dict[str, str]) -> guest.BirthDate | None:
    if form.birth_year is None:
        return None
    try:
        return guest.BirthDate(year=form.birth_year, month=form.birth_month, day=form.birth_day)
    except ValueError:
        errors["birth_year"] = _BIRTH
        return None


def _contact(form: PersonForm, region: str, errors: dict[str, str]) -> guest.Contact:
    guardian = None
    if form.guardian_name or form.guardian_phone:
        guardian = guest.ContactPerson(
            name=form.guardian_name, relation="TU", phone=_phone(form.guardian_phone, region, "guardian_phone", errors),
            reached=form.was_guardian_reached,
        )
    phone = _phone(form.phone, region, "phone", errors)
    return guest.Contact(
        phones=(phone,) if phone else (), address=guest.Address(lines=(form.address,)) if form.address else None,
        guardian=guardian,
    )


def _phone(text: str, region: str, name: str, errors: dict[str, str]) -> guest.Phone | None:
    if not text:
        return None
    phone = parse_phone(text, region)
    if isinstance(phone, record.RecordError):
        errors[name] = _PHONE
        return None
    return phone


def _document(form: PersonForm) -> guest.Document:
    return guest.Document(
        type=form.document_type or DocumentType.OTHER, number=form.document_number,
        issuing_country=form.document_country, expires_on=form.document_expires,
    )


def _in_words(words: Translations, findings: Sequence[Finding]) -> list[str]:
    return [words.gettext(FINDINGS[finding.code]) % dict(finding.params) for finding in findings]


def _raw_of(form: PersonForm) -> dict[str, str]:
    """Return the form as its page fills it in again."""
    texts = {}
    for name in form.__struct_fields__:
        value = getattr(form, name)
        texts[name] = "" if value is None else "true" if value is True else "" if value is False else str(value)
    return texts


def related(words: Translations, people: Sequence[Typed]) -> list[Typed]:
    """Return the people, with an error for each accompanying one without a relation. The first is the primary."""
    present = [person for person in people if not person.form.is_empty or person.form.guest]
    checked = []
    for person in people:
        is_first = bool(present) and person is present[0]
        if person in present and not is_first and not person.form.relation and not person.errors:
            checked.append(replace(person, errors={"relation": words.gettext(_RELATION)}))
        else:
            checked.append(person)
    return checked


def id_for(act_id: bytes, place: int, person: Typed, use: bytes) -> bytes:
    """Return the id under which this person, as typed in this form, is written: the same when sent again."""
    digest = hashlib.blake2b(digest_size=16, key=act_id, person=use.ljust(16, b"\0"))
    digest.update(place.to_bytes(2))
    for name in sorted(person.groups):
        digest.update(name.encode() + b"\0" + person.groups[name] + b"\0")
    return digest.digest()
