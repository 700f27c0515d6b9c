"""The fields of a record that are corrected one at a time, and how a typed value becomes one.

Rules:
* One value in, one field changed; everything else of the group stays as it was opened.
* What does not fit the field's own bounds is refused before it is written; the error names no value.
* Nothing typed empties the field: to supplement and to take away are corrections, too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from discretion.hotel.phone import parse_phone
from discretion.hotel.record import RecordError, decode, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

_BIRTH: Final = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_LISTS: Final = MappingProxyType({"phones": {}, "emails": {}, "documents": {"type": "OTHER"}})


class CorrectionError(Exception):
    """The value does not fit the field."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where a field stands: its group, the list whose first item holds it or "", and its name."""

    group: str
    name: str
    first_of: str = ""


FIELDS: Final[Mapping[str, Field]] = MappingProxyType({
    **{f"identity.{name}": Field("identity", name) for name in (
        "name", "surname", "given", "latin", "birth", "sex", "birth_place", "profession",
    )},
    "contact.phone": Field("contact", "e164", "phones"),
    "contact.email": Field("contact", "address", "emails"),
    "contact.address": Field("contact", "address"),
    "document.number": Field("document", "number", "documents"),
    "document.expires_on": Field("document", "expires_on", "documents"),
    "booking.company": Field("booking", "company"),
    "stay.vehicle": Field("stay", "vehicle"),
    "spending.payer": Field("spending", "payer"),
    **{f"preferences.{name}": Field("preferences", name) for name in (
        "room", "bed", "floor", "diet", "accessibility",
    )},
})  # fmt: skip


def corrected(field: str, raw: bytes, typed: str, region: str = "CN") -> bytes:
    """Return the group's JSON with one field anew. Errors: `CorrectionError` when what was typed does not fit."""
    place, text = FIELDS[field], typed.strip()
    group: dict[str, Any] = msgspec.json.decode(raw)
    if place.first_of:
        items = group.get(place.first_of) or [dict(_LISTS[place.first_of])]
        items[0] = _phone(text, region) if place.first_of == "phones" else {**items[0], place.name: text}
        group[place.first_of] = items if text else items[1:]
        if place.name == "number":
            items[0].pop("check", None)  # it was said of the number before
    elif place.name == "birth":
        group["birth"] = _birth(text)
    elif field == "contact.address":
        group["address"] = {**(group.get("address") or {}), "lines": [text] if text else []}
    else:
        group[place.name] = text or ("unknown" if place.name == "sex" else "")
    try:
        return encode(place.group, decode(place.group, msgspec.json.encode(group)))
    except RecordError:
        raise CorrectionError(field) from None


def _birth(text: str) -> dict[str, int] | None:
    if not text:
        return None
    found = _BIRTH.fullmatch(text)
    if found is None:
        raise CorrectionError("birth")
    return {name: int(part) for name, part in zip(("year", "month", "day"), found.groups(), strict=True) if part}


def _phone(text: str, region: str) -> dict[str, Any]:
    if not text:
        return {}
    phone = parse_phone(text, region)
    if isinstance(phone, RecordError):
        raise CorrectionError("phone")
    return msgspec.to_builtins(phone)  # type: ignore[no-any-return]
