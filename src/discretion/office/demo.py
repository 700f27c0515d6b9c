"""The demo hotel 西湖示例酒店 / West Lake Sample Hotel: 60 rooms, 90 days around today, its staff and its guests.

Rules:
* Everybody here is generated and marked so. The bookings are real ones without identities (`demo_bookings`).
* The same seed makes the same hotel; only the dates follow the day.
* Sealed first, written afterwards, like any import. Loading twice changes nothing but the staff's shifts and badges.

Left to others: the installation and its property row (the starter), signing in as a persona (the keeper's demo menu).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import psycopg

from discretion.office import demo_bookings, demo_guest
from discretion.office.database import id_adapters
from discretion.office.demo_bookings import ATTRIBUTION
from discretion.office.demo_context import add_context
from discretion.office.demo_rooms import CLOSED, allocate, named_so, rooms
from discretion.office.demo_star import LINE
from discretion.office.identities.people import Cast
from discretion.office.imports.bookings import SOURCE
from discretion.office.imports.run import Importer, Outcome, Sender
from discretion.office.imports.writing import derived_id
from discretion.office.sql import queries
from discretion.wire.upkeep import UpkeepHatch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from discretion.office.imports.drafts import Draft, StayRow

__all__ = ["ATTRIBUTION", "CODE", "NAME_EN", "NAME_ZH", "PRESENCE_BY", "TIME_ZONE", "Demo", "Member", "load", "refresh"]

CODE: Final = "west-lake"
NAME_ZH: Final = "西湖示例酒店"
NAME_EN: Final = "West Lake Sample Hotel"
TIME_ZONE: Final = "Asia/Shanghai"
PRESENCE_BY: Final = "badge_desk"
SEED: Final = "west-lake-1"
COUNTRY: Final = "CHN"

MISSION_LINE: Final = LINE
"""The booking of Ms Zhang, by its line in the packaged file: two adults and a child, seven nights, booked directly."""
MISSION_ROOM: Final = "1208"

_SQL: Final = queries("demo.sql")
_OPTIONS: Final = "-c search_path=pg_catalog -c jit=off -c timezone=UTC"
_NIGHT_AUDIT_HOURS: Final = 4
_ARRIVED_ALREADY: Final = 3
_LEFT_ALREADY: Final = 2
_WITHOUT_ROOM: Final = 2
_OTHERS_FROM: Final = time(14, 30)
_COURSE: Final = ("privacy", "2026.1")


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works at the demo hotel. `is_in`: has badged in; a colleague waits to be attested."""

    number: str
    name: str
    duty: str
    has_shift: bool = True
    is_in: bool = True


STAFF: Final = (
    Member("1001", "王小禾", "front_desk"),
    Member("1002", "陈立群", "duty_manager"),
    Member("1003", "刘秀兰", "housekeeping"),
    Member("1004", "周文博", "it_admin", has_shift=False),
    Member("1005", "赵景行", "concierge", is_in=False),
    Member("1006", "孙可欣", "front_desk", has_shift=False, is_in=False),
    Member("1007", "钱慎之", "auditor", has_shift=False, is_in=False),
    Member("1008", "黄立诚", "security"),
    Member("1009", "吴静安", "privacy", has_shift=False),
    Member("1010", "郑怀远", "general_manager", has_shift=False),
)
"""The personas, one a duty, and between them colleagues, one of whom is on shift and not yet badged in."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What was loaded. `staff` is staff number to staff id; the guest of the mission is due today and not yet here."""

    property_id: bytes
    today: date
    staff: dict[str, bytes]
    mission_guest_id: bytes
    mission_stay_id: bytes
    mission_number: str
    bookings: int
    guests: int


def load(
    conninfo: str,
    upkeep_socket: str,
    property_id: bytes,
    now: datetime,
    *,
    told: Callable[[int], None] = lambda _: None,
) -> Demo:
    """Fill the demo's property, which the starter has founded; return after everything is sealed, written and entered.

    Shapes: `conninfo` is the office's; `now` has a time zone; `told` hears how many bookings are in.
    Errors: `run.ImportStoppedError`, `wire.frame.HatchClosedError`, `psycopg.OperationalError`. Cost: under 2 s.
    """
    today = _business_date(now)
    drafts = _drafts(today, now)
    raw = files(__package__).joinpath(demo_bookings.FILE).read_bytes()
    sender = Sender("demo", SOURCE, hashlib.sha256(raw).digest())
    with psycopg.connect(conninfo, autocommit=True, options=_OPTIONS, context=id_adapters()) as connection:
        connection.execute(_SQL["set_property"], {"property_id": property_id, "today": today})
        _add_rooms(connection, property_id, drafts, today)
        staff = _add_staff(connection, property_id, now)
        keeper = UpkeepHatch(upkeep_socket)
        try:
            outcome = Importer(connection, keeper, sender, lambda _hotel: property_id, told=told).run(drafts)
        finally:
            keeper.close()
        _add_segments(connection, property_id, drafts)
        demo = _loaded(connection, property_id, today, staff, drafts, outcome)
        add_context(connection, property_id, now, staff, demo.mission_stay_id)
        return demo


def refresh(conninfo: str, property_id: bytes, now: datetime) -> None:
    """Put the demo's staff on shift and in the house again, for a demo that is kept and opened another day."""
    with psycopg.connect(conninfo, autocommit=True, options=_OPTIONS, context=id_adapters()) as connection:
        _add_staff(connection, property_id, now)


def _business_date(now: datetime) -> date:
    """Return the hotel's day: it turns at night audit, not at midnight."""
    return (now.astimezone(ZoneInfo(TIME_ZONE)) - timedelta(hours=_NIGHT_AUDIT_HOURS)).date()


def _drafts(today: date, now: datetime) -> list[Draft]:
    """Return the bookings with rooms, times and people, as they stand this moment."""
    stood = demo_bookings.bookings_as_of_chosen_day()
    wishes = [wish for wish in map(demo_bookings.wish, stood) if wish is not None]
    given = named_so(allocate(wishes), MISSION_LINE, MISSION_ROOM)
    types = {room.number: room.type for room in rooms()}
    cast = Cast(SEED, COUNTRY, today=today)
    moved = [
        demo_bookings.moved(draft, today, given.get(draft.line), types.get(given.get(draft.line, ""), ""))
        for draft in stood
    ]
    settled = _settled(moved, today, now)
    return [
        demo_guest.starred(cast.fill(draft)) if draft.line == MISSION_LINE else cast.fill(draft) for draft in settled
    ]


def _row(draft: Draft) -> StayRow:
    return draft.stays[0].row


def _with(draft: Draft, **values: Any) -> Draft:  # noqa: ANN401 - a column's value
    """Return the draft with columns of its stay changed."""
    (stay,) = draft.stays
    return draft._replace(stays=(stay._replace(row=stay.row._replace(**values)),))


def _settled(drafts: Sequence[Draft], today: date, now: datetime) -> list[Draft]:
    """Return the bookings with what has happened today, and when each guest came and went."""
    due_in = [each.line for each in drafts if _row(each).state == "confirmed" and _row(each).arrival <= today]
    due_out = [each.line for each in drafts if _row(each).state == "in_house" and _row(each).departure <= today]
    others = [line for line in due_in if line != MISSION_LINE]
    arrived, roomless = set(others[:_ARRIVED_ALREADY]), set(others[-_WITHOUT_ROOM:])
    left = set(due_out[:_LEFT_ALREADY])
    found = []
    for draft in drafts:
        changes = _changes(draft, today)
        if draft.line in arrived:
            changes = {"state": "in_house", "expected_time": None}
        elif draft.line in roomless:
            changes |= {"room_number": None, "room_type_assigned": ""}
        elif draft.line in left:
            changes = {"state": "checked_out", "left_on": today}
        this_moment = _with(draft, **changes)
        found.append(_timed(_with(this_moment, **_balance(this_moment, today, due_out)), now))
    return found


def _changes(draft: Draft, today: date) -> dict[str, Any]:
    """Return when a guest of today is expected: Ms Zhang first, all others later."""
    row = _row(draft)
    if draft.line == MISSION_LINE:
        return {"expected_time": time(14)}
    if row.arrival == today and row.expected_time is not None and row.expected_time < _OTHERS_FROM:
        return {"expected_time": _OTHERS_FROM}
    return {}


def _balance(draft: Draft, today: date, due_out: list[int]) -> dict[str, Any]:
    """Return what is open on the folio: nothing paid through a platform, nothing on leaving but one."""
    row, reservation = _row(draft), draft.reservation
    nights = (today - row.arrival).days
    if row.state != "in_house" or row.rate is None or reservation is None:
        return {"balance": 0}
    if draft.line in due_out:
        return {"balance": row.rate if draft.line == due_out[-1] else 0}
    return {"balance": 0 if reservation.market_segment == "Online TA" else row.rate * nights}


def _timed(draft: Draft, now: datetime) -> Draft:
    """Return the booking with the moments of coming and going; none lies ahead of now."""
    row = _row(draft)
    if row.state not in {"in_house", "checked_out"}:
        return draft
    zone = ZoneInfo(TIME_ZONE)
    minutes = draft.line * 7 % 240
    came = datetime.combine(row.arrival, time(14), zone) + timedelta(minutes=minutes)
    came = min(came, now - timedelta(hours=2, minutes=minutes // 4))
    if row.state == "in_house" or row.left_on is None:
        return _with(draft, checked_in_on=row.arrival, actual_in_at=came)
    went = datetime.combine(row.left_on, time(9), zone) + timedelta(minutes=minutes // 2)
    went = max(min(went, now - timedelta(minutes=10 + minutes // 8)), came + timedelta(minutes=30))
    return _with(draft, checked_in_on=row.arrival, actual_in_at=came, actual_out_at=went)


def _add_rooms(connection: psycopg.Connection[Any], property_id: bytes, drafts: Sequence[Draft], today: date) -> None:
    """Add the rooms: occupied ones half cleaned, those left today or yesterday dirty, the mission's inspected."""
    taken = {_row(each).room_number: each.line for each in drafts if _row(each).state == "in_house"}
    dirty = {
        _row(each).room_number
        for each in drafts
        if _row(each).state == "checked_out" and (_row(each).left_on or today) >= today - timedelta(1)
    }
    states = []
    for position, room in enumerate(rooms()):
        if room.number in CLOSED:
            state = CLOSED[room.number]
        elif room.number in taken:
            state = "OC" if taken[room.number] % 3 == 0 else "OD"
        elif room.number == MISSION_ROOM:
            state = "VI"
        else:
            state = "VD" if room.number in dirty else ("VI" if position % 5 == 0 else "VC")
        states.append(state)
    connection.execute(
        _SQL["add_rooms"],
        {
            "property_id": property_id, "numbers": [room.number for room in rooms()],
            "floors": [room.floor for room in rooms()], "types": [room.type for room in rooms()], "states": states,
        },
    )  # fmt: skip


def _add_staff(connection: psycopg.Connection[Any], property_id: bytes, now: datetime) -> dict[str, bytes]:
    """Add the staff with their roles, badges, training, a shift around now, and their presence; return their ids."""
    ids = {member.number: derived_id(property_id, "staff", "demo", member.number) for member in STAFF}
    today = _business_date(now)
    place = {"property_id": property_id, "ids": list(ids.values()), "now": now}
    on_shift = [member for member in STAFF if member.has_shift]
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("add_staff", {"numbers": list(ids), "names": [member.name for member in STAFF]}),
        ("add_roles", {"roles": [member.duty for member in STAFF], "from_on": today - timedelta(200)}),
        ("add_badges", {"numbers": [f"B{number}" for number in ids]}),
        ("add_trainings", {
            "course": _COURSE[0], "version": _COURSE[1], "completed_on": today - timedelta(90),
            "valid_until": today + timedelta(275),
        }),
        ("add_shifts", {
            "ids": [ids[member.number] for member in on_shift], "duties": [member.duty for member in on_shift],
            "starts_at": now - timedelta(hours=2), "ends_at": now + timedelta(hours=21),
        }),
        ("add_presence", {
            "ids": [ids[member.number] for member in STAFF if member.is_in], "at": now - timedelta(minutes=30),
        }),
    )  # fmt: skip
    with connection.transaction():
        for query, params in steps:
            connection.execute(_SQL[query], {**place, **params})
    return ids


def _add_segments(connection: psycopg.Connection[Any], property_id: bytes, drafts: Sequence[Draft]) -> None:
    """Add the room of everybody who is or was in the house."""
    slept = [each for each in drafts if _row(each).actual_in_at is not None and _row(each).room_number is not None]
    connection.execute(
        _SQL["add_segments"],
        {
            "property_id": property_id, "ids": [_stay_id(property_id, each) for each in slept],
            "rooms": [_row(each).room_number for each in slept], "from_at": [_row(each).actual_in_at for each in slept],
            "until_at": [_row(each).actual_out_at for each in slept],
        },
    )  # fmt: skip


def _stay_id(property_id: bytes, draft: Draft) -> bytes:
    source_id = draft.reservation.source_id if draft.reservation is not None else ""
    return derived_id(property_id, "stay", SOURCE, f"{source_id}#1")


def _loaded(
    connection: psycopg.Connection[Any],
    property_id: bytes,
    today: date,
    staff: dict[str, bytes],
    drafts: Sequence[Draft],
    outcome: Outcome,
) -> Demo:
    """Return what was loaded, with the guest of the mission."""
    mission = next(each for each in drafts if each.line == MISSION_LINE)
    stay_id = _stay_id(property_id, mission)
    row = connection.execute(_SQL["primary_guest"], {"property_id": property_id, "stay_id": stay_id}).fetchone()
    if row is None or mission.reservation is None or outcome.bad_rows_count:
        raise RuntimeError("the demo's own file was not loaded whole")
    return Demo(
        property_id, today, staff, row[0], stay_id, mission.reservation.number, outcome.read, outcome.counts["guests"]
    )
