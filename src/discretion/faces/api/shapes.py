"""What the API takes and gives. Published in the OpenAPI document; a field is added, never renamed or re-used."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from discretion.faces.api.bearer import HexId
from discretion.hotel.guest import (
    Booking,
    Contact,
    Documents,
    Identity,
    Notes,
    Preferences,
    Spending,
    StayDetails,
)
from discretion.hotel.purpose import Purpose

Group = Literal["identity", "contact", "document", "booking", "stay", "spending", "preferences", "notes"]
Groups = Annotated[list[Group], Meta(max_length=8)]
Reference = Annotated[str, Meta(max_length=80)]
RequestKind = Literal["concierge", "engineering", "front_desk", "housekeeping", "lost_property", "restaurant"]


class AskBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An ask: which guest, what for, which field groups. `request_id` makes a retry meet the same entry."""

    guest_id: HexId
    purpose: Purpose
    clear: Groups = []
    masked: Groups = []
    reference: Reference = ""
    reason: Reference = ""
    request_id: HexId | None = None


class FindBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A search: two criteria of the present house, or one exact value with its kind."""

    purpose: Purpose
    name: Annotated[str, Meta(max_length=160)] = ""
    room: Annotated[str, Meta(max_length=10)] = ""
    phone_end: Annotated[str, Meta(max_length=4, pattern="^([0-9]{4})?$")] = ""
    arrival: date | None = None
    kind: Literal["", "phone", "email", "document"] = ""
    value: Annotated[str, Meta(max_length=254)] = ""
    country: Annotated[str, Meta(max_length=3, pattern="^([A-Z]{3})?$")] = ""
    request_id: HexId | None = None


class PersonBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody who checks in. With `guest_id` a record that exists; without it one is founded from the groups."""

    guest_id: HexId | None = None
    identity: Identity | None = None
    contact: Contact | None = None
    document: Documents | None = None
    relation: Annotated[str, Meta(max_length=2)] = ""
    age_category: Literal["adult", "child", "infant"] = "adult"
    guardian_reached: bool | None = None
    position: Annotated[int, Meta(ge=0, le=500)] | None = None


class CheckInBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A check-in. The same `act_id` twice is one check-in; `version` is the stay's as it was read."""

    act_id: HexId
    version: Annotated[int, Meta(ge=0)]
    room_number: Annotated[str, Meta(max_length=10)] = ""
    people: Annotated[list[PersonBody], Meta(max_length=60)] = []


class CheckOutBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A check-out."""

    act_id: HexId
    version: Annotated[int, Meta(ge=0)]


class OpenRequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A service request. The same `request_id` twice is one request; by phone `identity_check` is needed."""

    request_id: HexId
    guest_id: HexId
    kind: RequestKind
    channel: Literal["desk", "phone"]
    words: Annotated[str, Meta(min_length=1, max_length=500)]
    identity_check: Literal["", "called_back", "answered"] = ""
    assigned_to: HexId | None = None


class AssignRequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who does it, null for the queue; `seen` is who had it when it was read."""

    assigned_to: HexId | None = None
    seen: HexId | None = None


class CloseRequestBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How a request ended."""

    outcome: Literal["done", "cancelled"]


class RequestItem(msgspec.Struct, frozen=True, kw_only=True):
    """A service request. `guest_id` is null where this duty could not look the guest up for it."""

    number: str
    kind: str
    channel: str
    identity_check: str
    words: str
    room_number: str
    guest_id: str | None
    opened_at: datetime
    assigned_to: str | None
    closed_at: datetime | None
    outcome: str


class RequestPage(msgspec.Struct, frozen=True, kw_only=True):
    """The requests of one list that this duty sees, at most 200."""

    items: list[RequestItem]


class RequestDoneBody(msgspec.Struct, frozen=True, kw_only=True):
    """The request after an act."""

    number: str
    is_repeat: bool


class RuleLine(msgspec.Struct, frozen=True):
    """A rule that acted, with its sentence in both languages."""

    rule: str
    zh: str
    en: str


class Offer(msgspec.Struct, frozen=True):
    """What would open more, and what is still lacking for it."""

    rule: str
    lacking: list[str]
    clear: list[str]
    masked: list[str]
    zh: str
    en: str


class Opened(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of each group that was opened."""

    identity: Identity | None = None
    contact: Contact | None = None
    document: Documents | None = None
    booking: Booking | None = None
    stay: StayDetails | None = None
    spending: Spending | None = None
    preferences: Preferences | None = None
    notes: Notes | None = None


class DisclosureBody(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="disclosure"):
    """What was opened, and under which entry. `until` is when the page must hide it at the latest."""

    guest_id: str
    entry: int
    purpose: str
    relation: str
    clear: list[str]
    masked: list[str]
    fields: Opened
    may_clear: list[str]
    until: str
    rules: list[RuleLine]
    offers: list[Offer]


class RefusalBody(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="refusal"):
    """Nothing was opened; the refusal has its entry. `reason` is a stable code."""

    entry: int
    reason: str
    detail: str
    rules: list[RuleLine]
    offers: list[Offer]


class EnteredBody(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="entered"):
    """The same `request_id` came before: its entry stands, and an entry opens once. Ask with a new id to see it."""

    entry: int


class HitBody(msgspec.Struct, frozen=True, kw_only=True):
    """One person found."""

    guest_id: str
    stay_id: str
    answer: DisclosureBody | RefusalBody


class FoundBody(msgspec.Struct, frozen=True, kw_only=True, tag_field="outcome", tag="found"):
    """What a search found. Above twenty hits only the number."""

    entry: int
    hits: int
    is_too_many: bool
    items: list[HitBody]


class StayItem(msgspec.Struct, frozen=True, kw_only=True):
    """One stay, pseudonymous."""

    stay_id: str
    number: str
    state: str
    derived: str
    room_number: str
    room_type: str
    arrival: date
    departure: date
    nights: int
    expected_time: time | None
    adults: int
    children: int
    babies: int
    guest_id: str | None
    balance: Decimal
    currency: str
    generated: bool
    version: int


class StayPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of stays; `next` is the next page's number, or null."""

    items: list[StayItem]
    total: int
    next: int | None


class OccupantItem(msgspec.Struct, frozen=True, kw_only=True):
    """One person's place in a stay."""

    position: int
    guest_id: str | None
    state: str
    is_primary: bool
    relation: str
    age_category: str


class StayBody(msgspec.Struct, frozen=True, kw_only=True):
    """One stay with its people and what may be done."""

    stay: StayItem
    occupants: list[OccupantItem]
    may: list[str]
    business_date: date
    arrived_at: datetime | None
    left_at: datetime | None


class ChangedBody(msgspec.Struct, frozen=True, kw_only=True):
    """The stay after an act. `is_repeat`: the act was done before, nothing changed now."""

    stay_id: str
    number: str
    act: str
    state: str
    version: int
    room_number: str
    is_repeat: bool
