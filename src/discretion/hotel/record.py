"""The guest record in bytes: one strict way in, one strict way out.

Rules:
* A group is one value of one type in `GROUP_TYPES`, named as in the policy.
* `encode` refuses what `decode` would refuse, so nothing is sealed that cannot be opened again.
* An error names the field and the rule, never the value, and carries no cause that quotes it.

Left to others: the fields themselves (`guest`, whose types this module hands on), sealing (the keeper).
Source: hotel.md section 2.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

import msgspec

from discretion.hotel.guest import (
    AMOUNT_RULE,
    DATE_PARTS_RULE,
    Address,
    BirthDate,
    Booking,
    Contact,
    ContactPerson,
    Deposit,
    Document,
    Documents,
    Email,
    FolioLine,
    GroupValue,
    Identity,
    Key,
    Note,
    Notes,
    Phone,
    Preferences,
    ReportState,
    Segment,
    Sex,
    SourceNumber,
    Spending,
    StayDetails,
    Visitor,
)

__all__ = [
    "BOX_SIZE_BYTES_MAX",
    "GROUP_TYPES",
    "RULES",
    "Address",
    "BirthDate",
    "Booking",
    "Contact",
    "ContactPerson",
    "Deposit",
    "Document",
    "Documents",
    "Email",
    "FolioLine",
    "GroupValue",
    "Identity",
    "Key",
    "Note",
    "Notes",
    "Phone",
    "Preferences",
    "RecordError",
    "ReportState",
    "Segment",
    "Sex",
    "SourceNumber",
    "Spending",
    "StayDetails",
    "Visitor",
    "decode",
    "encode",
]

BOX_SIZE_BYTES_MAX: Final = 64 * 1024
"""Most bytes of one encoded field group."""


class RecordError(Exception):
    """A value that is no record: says which field of which group breaks which rule, never the value.

    Shapes: `field` is a path such as `phones[0].e164`, or empty for the whole; `rule` is one of `RULES` or a rule of
    the module that raises or returns it.
    """

    def __init__(self, group: str, field: str, rule: str) -> None:
        """Name the place and the rule."""
        super().__init__(f"{group}.{field}: {rule}" if field else f"{group}: {rule}")
        self.group = group
        self.field = field
        self.rule = rule


_RULES: Final = "amount choice date_parts form group length missing range size syntax time_zone type unknown"
RULES: Final = frozenset(_RULES.split())
"""What `encode` and `decode` may find broken."""

GROUP_TYPES: Final[MappingProxyType[str, type[GroupValue]]] = MappingProxyType(
    {
        "identity": Identity,
        "contact": Contact,
        "document": Documents,
        "booking": Booking,
        "stay": StayDetails,
        "spending": Spending,
        "preferences": Preferences,
        "notes": Notes,
    }
)
"""Field group, as the policy names it, to the type of its value."""

_ENCODER: Final = msgspec.json.Encoder(decimal_format="string")
_DECODERS: Final = {group: msgspec.json.Decoder(kind) for group, kind in GROUP_TYPES.items()}

# What msgspec says, in the order tried, and the rule it means. The texts can quote a value; the rule cannot.
_SAYINGS: Final = (
    (re.compile(r"^Expected `(?:str|array)` of length"), "length"),
    (re.compile(r"^Expected `str` matching regex"), "form"),
    (re.compile(r"^Expected `(?:int|float)` [<>]"), "range"),
    (re.compile(r"^Expected `datetime` with a timezone"), "time_zone"),
    (re.compile(r"^Expected "), "type"),
    (re.compile(r"^Invalid (?:enum value|value)"), "choice"),
    (re.compile(r"^Invalid "), "form"),
    (re.compile(r"^Integer value out of range"), "range"),
    (re.compile(r"^Object missing required field `(?P<field>[a-z0-9_]+)`"), "missing"),
    (re.compile(r"^Object contains unknown field"), "unknown"),
    (re.compile(rf"^{DATE_PARTS_RULE}"), DATE_PARTS_RULE),
    (re.compile(rf"^{AMOUNT_RULE}"), AMOUNT_RULE),
)
_PLACE: Final = re.compile(r" - at `\$\.?(?P<path>[A-Za-z0-9_.\[\]]*)`$")


def encode(group: str, value: GroupValue) -> bytes:
    """Return `value` as JSON that `decode` gives back equal.

    Shapes: at most `BOX_SIZE_BYTES_MAX` bytes; fields at their default are left out.
    Errors: `RecordError` if `value` is not of the group's type or breaks a bound.
    """
    if type(value) is not GROUP_TYPES.get(group):
        raise RecordError(group, "", "group")
    try:
        raw = _ENCODER.encode(value)
    except (TypeError, ValueError):
        # A lone surrogate, or a value of a type that the field does not have: constructors do not check.
        raise RecordError(group, "", "type") from None
    decode(group, raw)
    return raw


def decode(group: str, raw: bytes) -> GroupValue:
    """Return the record that `raw` is.

    Errors: `RecordError` for an unknown group, broken JSON, an unknown field, or a value outside its bounds.
    Not checked: that numbers are right (`document.check_document`), that names are names.
    """
    decoder = _DECODERS.get(group)
    if decoder is None:
        raise RecordError(group[:32], "", "group")
    if len(raw) > BOX_SIZE_BYTES_MAX:
        raise RecordError(group, "", "size")
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        # The cause is dropped: msgspec quotes the value for some rules, and tracebacks are logged.
        raise _broken(group, str(error)) from None
    except ValueError:
        raise RecordError(group, "", "syntax") from None


def _broken(group: str, saying: str) -> RecordError:
    """Return the error for what msgspec said, without what it quoted."""
    place = _PLACE.search(saying)
    path = place["path"] if place else ""
    for pattern, rule in _SAYINGS:
        if found := pattern.match(saying):
            if rule == "missing":
                path = f"{path}.{found['field']}" if path else found["field"]
            return RecordError(group, path, rule)
    return RecordError(group, path, "form")
