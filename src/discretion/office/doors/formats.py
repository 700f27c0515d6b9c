"""What door controllers send, read strictly into one event of ours: our own form, and those of two makers.

Rules:
* First the signature over the raw bytes, then the bytes: nothing is parsed of a body whose sender is not known.
* What a maker's controller reports besides (doors held open, batteries) is no event and no error.
* A value that was sent stands in no message: an error names the field.

Sources, all public, read in November 2026. Kisi: docs.kisi.io, “Track unlocks using webhooks”. Verkada:
apidocs.verkada.com, “Access Events Webhooks” and “Securing webhooks”. The facts used stand in docs/doors.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

if TYPE_CHECKING:
    from collections.abc import Mapping

EVENTS_MAX: Final = 100
SIGNATURES_MAX: Final = 4
OUR_TIME: Final = "x-discretion-timestamp"
OUR_SIGNATURE: Final = "x-discretion-signature"
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_SECONDS: Final = re.compile(r"[0-9]{1,11}")
_AT: Final = re.compile(r" - at `\$?\.?([A-Za-z0-9_.\[\]…]*)`")

Badge = Annotated[str, Meta(min_length=4, max_length=40, pattern="^[A-Za-z0-9-]+$")]
Direction = Literal["in", "out"]
Door = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
EventId = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[\x21-\x7e]+$")]
Moment = Annotated[datetime, Meta(tz=True)]
Kind = TypeVar("Kind")


class ReportError(Exception):
    """A signed body that is none of this format; names the field, never what stood there."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


@dataclass(frozen=True, slots=True)
class DoorEvent:
    """Somebody's badge at a door. `property_code` is empty where the format names no hotel."""

    badge: str
    door: str
    direction: str
    at: datetime
    event_id: str
    footage: str = ""
    property_code: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """What is said to be signed: the message, the digests that come with it, and when, if the header says so."""

    message: bytes
    hex_digests: tuple[str, ...]
    at: datetime | None


class OwnEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Our own form. `footage` says where the picture is, as a camera and a time; no picture is taken."""

    badge: Badge
    property: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]
    door: Door
    direction: Direction
    at: Moment
    event_id: EventId
    footage: Annotated[str, Meta(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class _Kisi(msgspec.Struct, frozen=True):
    uuid: EventId
    type: str
    created_at: Moment
    success: bool
    object_type: str | None = None
    object_id: int | None = None
    actor_type: str | None = None
    actor_id: int | None = None


class _VerkadaUser(msgspec.Struct, frozen=True):
    user_id: str | None = None


class _VerkadaEvent(msgspec.Struct, frozen=True):
    notification_type: str
    created: int | None = None
    event_id: EventId | None = None
    door_id: Door | None = None
    direction: str | None = None
    user_info: _VerkadaUser | None = None


class _Verkada(msgspec.Struct, frozen=True):
    webhook_type: str
    data: msgspec.Raw


_OWN: Final = msgspec.json.Decoder(OwnEvent | Annotated[list[OwnEvent], Meta(min_length=1, max_length=EVENTS_MAX)])
_BADGE: Final = re.compile(r"[A-Za-z0-9-]{4,40}")
# Somebody opened the door by something of their own; unlocking from afar shows nobody at the door.
_VERKADA_ENTRIES: Final = frozenset({
    "door_keycard_entered_accepted", "door_code_entered_accepted", "door_mobile_nfc_scan_accepted",
    "door_ble_unlock_attempt_accepted", "door_face_presented_accepted",
})  # fmt: skip
_VERKADA_DIRECTIONS: Final = {"Inbound": "in", "Outbound": "out"}


def signed_in(format_name: str, headers: Mapping[str, str], raw: bytes) -> Signed:
    """Return what is said to be signed, and by which digests; none where the headers are not this format's."""
    match format_name:
        case "discretion":
            seconds, digests = headers.get(OUR_TIME, ""), headers.get(OUR_SIGNATURE, "").split(",")
            return _signed(f"{seconds}.".encode() + raw, seconds, digests)
        case "kisi":
            return Signed(raw, _digests([headers.get("x-signature", "")]), None)
        case "verkada":
            seconds, _, digest = headers.get("verkada-signature", "").partition("|")
            return _signed(raw + f"|{seconds}".encode(), seconds, [digest])
    return Signed(raw, (), None)


def events_in(format_name: str, raw: bytes, doors: Mapping[str, str]) -> list[DoorEvent]:
    """Return the events of a verified body; none for what is no coming or going.

    Shapes: `doors` says of a door whether it leads in or out, where the controller does not. Errors: `ReportError`.
    """
    match format_name:
        case "kisi":
            return _kisi(_decoded(raw, msgspec.json.Decoder(_Kisi)), doors)
        case "verkada":
            return _verkada(raw, doors)
    found = _decoded(raw, _OWN)
    return [
        DoorEvent(each.badge, each.door, each.direction, each.at, each.event_id, each.footage, each.property)
        for each in (found if isinstance(found, list) else [found])
    ]


def _kisi(event: _Kisi, doors: Mapping[str, str]) -> list[DoorEvent]:
    direction = doors.get(str(event.object_id), "")
    is_entry = event.type == "lock.unlock" and event.object_type == "Lock" and event.actor_type == "User"
    if not is_entry or not event.success or not direction or event.actor_id is None:
        return []
    return [DoorEvent(f"kisi-{event.actor_id}", str(event.object_id), direction, event.created_at, event.uuid)]


def _verkada(raw: bytes, doors: Mapping[str, str]) -> list[DoorEvent]:
    notification = _decoded(raw, msgspec.json.Decoder(_Verkada))
    if notification.webhook_type != "notification":
        return []
    event = _decoded(bytes(notification.data), msgspec.json.Decoder(_VerkadaEvent), "data.")
    if event.notification_type not in _VERKADA_ENTRIES:
        return []
    for name in ("created", "event_id", "door_id"):
        if getattr(event, name) is None:
            raise ReportError(f"data.{name}")
    badge = (event.user_info.user_id if event.user_info else None) or ""
    direction = _VERKADA_DIRECTIONS.get(event.direction or "", doors.get(event.door_id or "", ""))
    if not direction or not _BADGE.fullmatch(badge):
        return []
    at = _moment(event.created or 0)
    if at is None:
        raise ReportError("data.created")
    return [DoorEvent(badge, event.door_id or "", direction, at, event.event_id or "")]


def _signed(message: bytes, seconds: str, digests: list[str]) -> Signed:
    at = _moment(int(seconds)) if _SECONDS.fullmatch(seconds) else None
    return Signed(message, _digests(digests) if at is not None else (), at)


def _digests(given: list[str]) -> tuple[str, ...]:
    """Return the digests that are some, at most a few: each costs a comparison."""
    trimmed = [each.strip().removeprefix("v1=").removeprefix("sha256=").lower() for each in given[:SIGNATURES_MAX]]
    return tuple(each for each in trimmed if _HEX.fullmatch(each))


def _moment(seconds: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _decoded(raw: bytes, decoder: msgspec.json.Decoder[Kind], before: str = "") -> Kind:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        found = _AT.search(str(error))
        raise ReportError(before + (found[1] if found else "")) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ReportError(before.rstrip(".")) from None
