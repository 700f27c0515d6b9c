"""The names of everything that a copy for a guest may hold, and its values in words.

The English stands here, the Chinese in the catalogue under the same context.
"""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.formats import Formats
from discretion.faces.kit.nouns import group_words, noun
from discretion.faces.kit.words import marked_in
from discretion.hotel.document_type import DocumentType

if TYPE_CHECKING:
    from babel.support import Translations

FIELDS: Final[dict[str, tuple[str, str]]] = {
    "accessibility": marked_in("copy_field", "Accessibility"),
    "act": marked_in("copy_field", "What was done"),
    "actual_in_at": marked_in("copy_field", "Checked in at"),
    "actual_out_at": marked_in("copy_field", "Checked out at"),
    "added_at": marked_in("copy_field", "Added at"),
    "address": marked_in("copy_field", "Address"),
    "adults": marked_in("copy_field", "Adults"),
    "age_category": marked_in("copy_field", "Age"),
    "agent": marked_in("copy_field", "Agent"),
    "amount": marked_in("copy_field", "Amount"),
    "answered_at": marked_in("copy_field", "Answered at"),
    "arrival": marked_in("copy_field", "Arrival"),
    "arrived_at": marked_in("copy_field", "Arrived at"),
    "as_written": marked_in("copy_field", "As written"),
    "asked_at": marked_in("copy_field", "Asked at"),
    "asked_by": marked_in("copy_field", "Asked by"),
    "assigned_room_type": marked_in("copy_field", "Room type given"),
    "at": marked_in("copy_field", "Time"),
    "author": marked_in("copy_field", "Written by (staff id)"),
    "authority": marked_in("copy_field", "Authority"),
    "babies": marked_in("copy_field", "Babies"),
    "balance": marked_in("copy_field", "Open balance"),
    "bed": marked_in("copy_field", "Bed"),
    "begins_on": marked_in("copy_field", "From"),
    "begun_at": marked_in("copy_field", "Begun at"),
    "birth": marked_in("copy_field", "Birth date"),
    "birth_country": marked_in("copy_field", "Country of birth"),
    "birth_name": marked_in("copy_field", "Name at birth"),
    "birth_place": marked_in("copy_field", "Place of birth"),
    "booked_on": marked_in("copy_field", "Booked on"),
    "booker": marked_in("copy_field", "Booker"),
    "border_on": marked_in("copy_field", "Crossed the border on"),
    "border_place": marked_in("copy_field", "Crossed the border at"),
    "came_at": marked_in("copy_field", "Came at"),
    "card_last4": marked_in("copy_field", "Last four digits of the card"),
    "card_token": marked_in("copy_field", "Token of the card"),
    "carried_at": marked_in("copy_field", "Carried out at"),
    "changed_at": marked_in("copy_field", "Changed at"),
    "changes": marked_in("copy_field", "Changes of the booking"),
    "channel": marked_in("copy_field", "Channel"),
    "check": marked_in("copy_field", "Check digit"),
    "checked_in_on": marked_in("copy_field", "Checked in on"),
    "children": marked_in("copy_field", "Children"),
    "closed_at": marked_in("copy_field", "Closed at"),
    "code": marked_in("copy_field", "What waits"),
    "companions": marked_in("copy_field", "Accompanying guests"),
    "company": marked_in("copy_field", "Company"),
    "counted": marked_in("copy_field", "Number"),
    "country": marked_in("copy_field", "Country"),
    "country_as_given": marked_in("copy_field", "Country as given"),
    "country_code": marked_in("copy_field", "Country code"),
    "created_at": marked_in("copy_field", "Made at"),
    "currency": marked_in("copy_field", "Currency"),
    "customer_type": marked_in("copy_field", "Kind of booking"),
    "day": marked_in("copy_field", "Day"),
    "departure": marked_in("copy_field", "Departure"),
    "deposit_terms": marked_in("copy_field", "Deposit terms"),
    "deposit_type": marked_in("copy_field", "Kind of deposit"),
    "deposits": marked_in("copy_field", "Deposit"),
    "detail": marked_in("copy_field", "Words"),
    "diet": marked_in("copy_field", "Diet"),
    "disposition": marked_in("copy_field", "What is done"),
    "distribution_channel": marked_in("copy_field", "Sales channel"),
    "documents": marked_in("copy_field", "Document"),
    "done_at": marked_in("copy_field", "Done at"),
    "due_at": marked_in("copy_field", "Answer by"),
    "e164": marked_in("copy_field", "Number"),
    "earlier_cancelled": marked_in("copy_field", "Earlier bookings cancelled"),
    "earlier_kept": marked_in("copy_field", "Earlier bookings kept"),
    "email": marked_in("copy_field", "E-mail"),
    "emails": marked_in("copy_field", "E-mail"),
    "emergency": marked_in("copy_field", "Emergency contact"),
    "ended_at": marked_in("copy_field", "Ended at"),
    "ends_on": marked_in("copy_field", "Until"),
    "entry_idx": marked_in("copy_field", "Entry of the ledger"),
    "expected_at": marked_in("copy_field", "Expected time"),
    "expected_time": marked_in("copy_field", "Expected time"),
    "expires_on": marked_in("copy_field", "Valid until"),
    "father": marked_in("copy_field", "Father's name"),
    "floor": marked_in("copy_field", "Floor"),
    "folio": marked_in("copy_field", "Folio line"),
    "from_at": marked_in("copy_field", "From"),
    "given": marked_in("copy_field", "Given name"),
    "greeting_language": marked_in("copy_field", "Greeting language"),
    "group": marked_in("copy_field", "Group"),
    "group_code": marked_in("copy_field", "Group"),
    "groups": marked_in("copy_field", "Parts of the record"),
    "guardian": marked_in("copy_field", "Guardian"),
    "guardian_reached": marked_in("copy_field", "Guardian reached"),
    "guest_en": marked_in("copy_field", "Sentence for the guest, in English"),
    "guest_id": marked_in("copy_field", "Record number"),
    "guest_zh": marked_in("copy_field", "Sentence for the guest, in Chinese"),
    "held_by": marked_in("copy_field", "Document of the guardian (record id)"),
    "identity_at": marked_in("copy_field", "Identity checked at"),
    "identity_check": marked_in("copy_field", "How the caller was identified"),
    "identity_how": marked_in("copy_field", "How identity was checked"),
    "is_primary": marked_in("copy_field", "Primary guest"),
    "issued_at": marked_in("copy_field", "Given out at"),
    "issued_on": marked_in("copy_field", "Issued on"),
    "issuing_country": marked_in("copy_field", "Issued by (country)"),
    "issuing_place": marked_in("copy_field", "Issued at"),
    "keys": marked_in("copy_field", "Key"),
    "kind": marked_in("copy_field", "Kind"),
    "known_before": marked_in("copy_field", "Known before"),
    "language": marked_in("copy_field", "Language"),
    "late": marked_in("copy_field", "Late"),
    "latin": marked_in("copy_field", "Latin form"),
    "left_at": marked_in("copy_field", "Left at"),
    "left_on": marked_in("copy_field", "Left on"),
    "lines": marked_in("copy_field", "Address line"),
    "loyalty_level": marked_in("copy_field", "Member level"),
    "loyalty_number": marked_in("copy_field", "Member number"),
    "market_segment": marked_in("copy_field", "Market segment"),
    "meal": marked_in("copy_field", "Meals"),
    "middle": marked_in("copy_field", "Middle name"),
    "month": marked_in("copy_field", "Month"),
    "mother": marked_in("copy_field", "Mother's name"),
    "municipality": marked_in("copy_field", "Municipality"),
    "municipality_code": marked_in("copy_field", "Code of the municipality"),
    "name": marked_in("copy_field", "Name"),
    "national": marked_in("copy_field", "Number"),
    "nationalities": marked_in("copy_field", "Nationality"),
    "note": marked_in("copy_field", "Note"),
    "notes": marked_in("copy_field", "Note"),
    "number": marked_in("copy_field", "Number"),
    "occasion": marked_in("copy_field", "Kept at"),
    "opened_at": marked_in("copy_field", "Opened at"),
    "ordered_at": marked_in("copy_field", "Ordered at"),
    "outcome": marked_in("copy_field", "Outcome"),
    "paper": marked_in("copy_field", "Number of the paper"),
    "parking_spaces": marked_in("copy_field", "Parking spaces"),
    "payer": marked_in("copy_field", "Payer"),
    "payment_kind": marked_in("copy_field", "Payment"),
    "phone": marked_in("copy_field", "Phone"),
    "phones": marked_in("copy_field", "Phone"),
    "postal_code": marked_in("copy_field", "Postal code"),
    "posted_at": marked_in("copy_field", "Sent at"),
    "previous_cancellations": marked_in("copy_field", "Earlier bookings cancelled"),
    "previous_kept": marked_in("copy_field", "Earlier bookings kept"),
    "profession": marked_in("copy_field", "Profession"),
    "proposed_at": marked_in("copy_field", "Proposed at"),
    "purpose": marked_in("copy_field", "Purpose"),
    "purpose_of_travel": marked_in("copy_field", "Purpose of travel"),
    "rate": marked_in("copy_field", "Rate a night"),
    "rate_code": marked_in("copy_field", "Rate code"),
    "reached": marked_in("copy_field", "Reached"),
    "reason": marked_in("copy_field", "Reason"),
    "received_at": marked_in("copy_field", "Received at"),
    "receiver": marked_in("copy_field", "The other company"),
    "reference": marked_in("copy_field", "Reference"),
    "region": marked_in("copy_field", "Region"),
    "registration_number": marked_in("copy_field", "Registration number"),
    "relation": marked_in("copy_field", "Relation"),
    "repeated_guest": marked_in("copy_field", "Returning guest"),
    "reports": marked_in("copy_field", "Registration"),
    "room": marked_in("copy_field", "Room"),
    "room_number": marked_in("copy_field", "Room"),
    "room_type": marked_in("copy_field", "Room type"),
    "room_type_assigned": marked_in("copy_field", "Room type given"),
    "room_type_reserved": marked_in("copy_field", "Room type booked"),
    "second_surname": marked_in("copy_field", "Second surname"),
    "segments": marked_in("copy_field", "Room"),
    "sex": marked_in("copy_field", "Sex"),
    "signed_on": marked_in("copy_field", "Signed on"),
    "single_name": marked_in("copy_field", "One name only"),
    "situation": marked_in("copy_field", "Situation"),
    "source": marked_in("copy_field", "Source"),
    "source_id": marked_in("copy_field", "Number at the source"),
    "source_numbers": marked_in("copy_field", "Number at a source"),
    "special_request_count": marked_in("copy_field", "Number of special requests"),
    "special_requests": marked_in("copy_field", "Special requests"),
    "state": marked_in("copy_field", "State"),
    "status_on": marked_in("copy_field", "State since"),
    "stay_id": marked_in("copy_field", "Stay (id)"),
    "stopped": marked_in("copy_field", "What stops it"),
    "summary": marked_in("copy_field", "What it is about"),
    "support_number": marked_in("copy_field", "Support number"),
    "surname": marked_in("copy_field", "Surname"),
    "taken_on": marked_in("copy_field", "Taken on"),
    "tells": marked_in("copy_field", "Messages to the guest"),
    "text": marked_in("copy_field", "Text"),
    "text_en": marked_in("copy_field", "Text in English"),
    "text_zh": marked_in("copy_field", "Text in Chinese"),
    "title": marked_in("copy_field", "Title"),
    "type": marked_in("copy_field", "Kind"),
    "until_at": marked_in("copy_field", "Until"),
    "until_on": marked_in("copy_field", "Until"),
    "vehicle": marked_in("copy_field", "Vehicle"),
    "verdict": marked_in("copy_field", "Verdict"),
    "version": marked_in("copy_field", "Version"),
    "visa_expires_on": marked_in("copy_field", "Visa valid until"),
    "visa_issued_on": marked_in("copy_field", "Visa issued on"),
    "visa_number": marked_in("copy_field", "Visa number"),
    "visitors": marked_in("copy_field", "Visitor"),
    "void_at": marked_in("copy_field", "Void since"),
    "waited_days": marked_in("copy_field", "Days on the waiting list"),
    "what": marked_in("copy_field", "What"),
    "why": marked_in("copy_field", "Why"),
    "words": marked_in("copy_field", "Words"),
    "written_at": marked_in("copy_field", "Written at"),
    "year": marked_in("copy_field", "Year"),
}

# Which nouns say a field's code, by the field; where it depends, by the part or table and the field.
_CODES: Final = {
    "age_category": "age", "check": "check", "meal": "meal", "purpose": "purpose", "relation": "kinship", "sex": "sex",
    "situation": "situation", "verdict": "verdict", "identity_check": "identity_check", "act": "act",
    "stay.state": "state", "occupant.state": "occupant", "access_request.state": "approval", "mark.kind": "mark",
    "service_request.kind": "request_kind", "service_request.channel": "request_channel",
    "service_request.outcome": "request_outcome", "Note.kind": "note", "rights_request.kind": "right",
    "rights_request.why": "rights_reason", "rights_request.asked_by": "asked_by", "rights_act.act": "rights_act",
    "rights_request.channel": "rights_channel", "rights_request.state": "rights_state",
    "rights_line.disposition": "disposition", "rights_line.reason": "rights_reason", "identity_how": "identity_how",
    "case_file.purpose": "case_purpose", "erasure_order.stopped": "stopped",
}  # fmt: skip
_COUNTRIES: Final = frozenset({"birth_country", "country", "issuing_country", "nationalities"})
_TONGUES: Final = frozenset({"language", "greeting_language"})


def field_word(words: Translations, name: str) -> str:
    """Return a field's name in the reader's language; one that has none as it is."""
    found = FIELDS.get(name)
    return str(words.pgettext(*found)) if found else name


def value_words(words: Translations, formats: Formats, part: str, name: str, value: object) -> str:  # noqa: PLR0911 - a table of kinds
    """Return a value as its reader writes it: dates, codes, countries, yes and no."""
    if isinstance(value, bool):
        return str(words.pgettext("copy", "yes") if value else words.pgettext("copy", "no"))
    if isinstance(value, datetime):
        return f"{_day(formats.language, formats.local(value).date())} {formats.clock(value)}"
    if isinstance(value, date):
        return _day(formats.language, value)
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if name == "groups" and isinstance(value, int):
        return group_words(words, value)
    return _text(words, formats, part, name, str(value))


@lru_cache(4096)
def _day(language: str, day: date) -> str:
    """Return a day in words: a guest of two hundred stays has thousands, and most of them twice."""
    return Formats(language).date(day)


def _text(words: Translations, formats: Formats, part: str, name: str, text: str) -> str:
    if part == "Document" and name == "type":
        kind = DocumentType(text)
        return kind.zh if formats.language == "zh_Hans" else kind.en
    if name in _COUNTRIES:
        return formats.country(text)
    if name in _TONGUES:
        return formats.tongue(text)
    if part == "rights_line" and name == "what":
        of, _dot, what = text.partition(".")
        return noun(words, "group" if of == "group" else "held", what or of)
    code = _CODES.get(f"{part}.{name}") or _CODES.get(name)
    return noun(words, code, text) if code else text
