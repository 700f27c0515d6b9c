"""Open service requests and cases of the demo hotel, so that its lists are about something.

Rules:
* They are of generated guests, in the house or departed, and never of the guest of the mission.
* The same hotel gets the same ones; loading twice changes nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from discretion.hotel import number as numbers
from discretion.hotel.purpose import FieldGroup
from discretion.office.case_kinds import CASE_KINDS
from discretion.office.imports.writing import derived_id
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import psycopg

_SQL: Final = queries("demo_context.sql")


@dataclass(frozen=True, slots=True)
class _Request:
    """A request of the n-th guest in house, or (`is_departed`) the n-th who left."""

    guest: int
    kind: str
    channel: str
    identity_check: str
    words: str
    minutes_ago: int
    opened_by: str
    assigned_to: str = ""
    is_departed: bool = False


@dataclass(frozen=True, slots=True)
class _Case:
    """A case of the n-th guest in house, or who left, opened by one and owned by another."""

    guest: int
    purpose: str
    summary: str
    opened_by: str
    owner: str
    note: str = ""
    is_departed: bool = False


REQUESTS: Final = (
    _Request(0, "housekeeping", "desk", "in_person", "加两条浴巾和一个荞麦枕", 95, "1001", "1003"),
    _Request(1, "housekeeping", "phone", "called_back", "房间太暗，请更换台灯灯泡", 40, "1001"),
    _Request(2, "engineering", "phone", "answered", "空调不制冷，漏水", 25, "1002"),
    _Request(3, "concierge", "desk", "in_person", "订两张明晚的越剧票", 130, "1001"),
    _Request(4, "front_desk", "phone", "called_back", "明早6:30叫早，延迟退房到14:00", 15, "1001", "1001"),
    _Request(
        0, "lost_property", "phone", "called_back", "退房后发现落下充电器，愿付邮费寄回", 210, "1002", is_departed=True,
    ),
)
CASES: Final = (
    _Case(5, "complaint", "连续两晚隔壁施工噪声，要求换房或减免", "1001", "1002", note="已当面致歉，待定补偿方案"),
    _Case(1, "check_out", "退房后对迷你吧两笔收费有异议", "1001", "1002", is_departed=True),
    _Case(6, "dsr", "当面要求一份本人信息的复制件", "1001", "1001"),
)

PROCESSORS: Final = (
    ("示例短信服务商 / Example SMS service", "processor", FieldGroup.CONTACT.bit, "privacy@sms.example"),
    ("示例渠道平台 / Example channel manager", "recipient",
     FieldGroup.IDENTITY.bit | FieldGroup.CONTACT.bit | FieldGroup.BOOKING.bit, "https://channel.example/privacy"),
)  # fmt: skip
_OFFICER: Final = "1009"


def add_context(
    connection: psycopg.Connection[Any], property_id: bytes, now: datetime, staff: Mapping[str, bytes], mission: bytes,
) -> None:
    """Add requests and cases; what is there already stays as it is. `mission` is the stay of the demo's own guest."""
    place = {"property_id": property_id, "mission": mission}
    in_house = [row[0] for row in connection.execute(_SQL["in_house"], place).fetchall()]
    departed = [row[0] for row in connection.execute(_SQL["departed"], place).fetchall()]
    requests = [
        (each, guest) for each in REQUESTS if (guest := _nth(departed if each.is_departed else in_house, each.guest))
    ]
    cases = [
        (each, guest) for each in CASES if (guest := _nth(departed if each.is_departed else in_house, each.guest))
    ]
    with connection.transaction():
        for at, (wish, guest) in enumerate(requests):
            opened_at = now - timedelta(minutes=wish.minutes_ago)
            connection.execute(_SQL["add_request"], {
                "property_id": property_id, "request_id": derived_id(property_id, "request", "demo", str(at)),
                "number": _number("S", at), "guest_id": guest, "kind": wish.kind, "channel": wish.channel,
                "identity_check": wish.identity_check, "words": wish.words, "opened_by": staff[wish.opened_by],
                "opened_at": opened_at, "assigned_to": staff[wish.assigned_to] if wish.assigned_to else None,
            })
        for at, (case, guest) in enumerate(cases):
            _add_case(connection, property_id, now, staff, case, at, guest)
        for name, kind, groups, reached in PROCESSORS:
            connection.execute(_SQL["add_processor"], {
                "property_id": property_id, "processor_id": derived_id(property_id, "processor", "demo", name),
                "name": name, "kind": kind, "groups": groups, "reached": reached, "added_by": staff[_OFFICER],
            })


def _add_case(
    connection: psycopg.Connection[Any], property_id: bytes, now: datetime, staff: Mapping[str, bytes], case: _Case,
    place: int, guest: bytes,
) -> None:
    case_id, kind = derived_id(property_id, "case", "demo", str(place)), CASE_KINDS[case.purpose]
    named = {"property_id": property_id, "case_id": case_id}
    added = connection.execute(_SQL["add_case"], {
        **named, "number": _number(kind.prefix, place), "purpose": case.purpose, "summary": case.summary,
        "opened_by": staff[case.opened_by], "opened_at": now, "owner_id": staff[case.owner],
        "due_at": now + kind.due_within,
    }).rowcount
    if not added:
        return
    connection.execute(_SQL["add_case_guest"], {
        **named, "guest_id": guest, "added_by": staff[case.opened_by], "added_at": now,
    })
    acts: list[tuple[str, str, bytes | None, str]] = [("opened", case.opened_by, None, "")]
    acts += [("owner_changed", case.opened_by, staff[case.owner], "")] if case.owner != case.opened_by else []
    acts += [("noted", case.owner, None, case.note)] if case.note else []
    for step, (act, by, subject, words) in enumerate(acts):
        connection.execute(_SQL["add_case_act"], {
            **named, "act_id": derived_id(property_id, "case_act", "demo", f"{place}-{step}"), "act": act,
            "staff_id": staff[by], "subject_id": subject, "words": words,
        })


def _nth(guests: list[bytes], place: int) -> bytes | None:
    """Return the guest at this place, None where the hotel has not as many."""
    return guests[place] if place < len(guests) else None


def _number(prefix: str, place: int) -> str:
    return numbers.make(prefix, hashlib.sha256(f"demo {prefix} {place}".encode()).digest())
