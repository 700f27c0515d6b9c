"""Members of staff, their roles and badges, and the facts about them that guards read.

Nobody is deleted: who looked must stay known. A person who leaves is disabled, and a role ends on a day.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from discretion.hotel.purpose import Role
from discretion.office.outcome import ActRefusal, Done, RefusedError
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.database import Office, Statements

_SQL = queries("staff.sql")
_NUMBER = re.compile(r"[A-Za-z0-9-]{1,20}")
_BADGE = re.compile(r"[A-Za-z0-9-]{4,40}")
NAME_CHARACTERS_MAX = 120
LANGUAGES = ("", "zh", "en")
PRESENT_HOURS_MAX = 14
PRESENT_AFTER_SHIFT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class StaffRole:
    """A role from one day until another, both included; `until_on` None = until further notice."""

    role: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class NewStaff:
    """Somebody to be added, with the roles that begin today."""

    staff_id: bytes
    number: str
    name: str
    language: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person who works here, with every role ever held and the badges in use."""

    staff_id: bytes
    number: str
    name: str
    language: str
    active: bool
    roles: tuple[StaffRole, ...]
    badges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunningShift:
    """A shift that runs now."""

    shift_id: bytes
    duty: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class StaffFacts:
    """What the guards would find for this person now. `present_how` is "" when nothing was ever seen of the person."""

    member: StaffMember
    on_shift: tuple[RunningShift, ...]
    present: bool
    present_since_at: datetime | None
    present_how: str
    trained_until_on: date | None
    locked: bool


async def staff_list(office: Office, property_id: bytes) -> tuple[StaffMember, ...]:
    """Return everyone who works or worked here, at most 2000."""
    async with office.reading() as now:
        return tuple(_member(row) for row in await now.dicts(_SQL["all_staff"], {"property_id": property_id}))


async def staff_member(office: Office, property_id: bytes, staff_id: bytes) -> StaffMember | None:
    """Return one member of staff, None for an unknown one."""
    return await _one(office, "one", {"property_id": property_id, "staff_id": staff_id})


async def staff_by_number(office: Office, property_id: bytes, number: str) -> StaffMember | None:
    """Return the member of staff with this number, None for an unknown one."""
    return await _one(office, "by_number", {"property_id": property_id, "number": number})


async def facts_of_staff(office: Office, property_id: bytes) -> tuple[StaffFacts, ...]:
    """Return everyone with the facts that hold now: on shift, present, trained, locked. At most 2000.

    Source: policy.md, section 7. The keeper reads the same tables itself; nothing here is asked in a decision.
    """
    async with office.reading() as now:
        return tuple(_facts(row) for row in await now.dicts(_SQL["facts"], {"property_id": property_id}))


async def add_staff(office: Office, property_id: bytes, new: NewStaff) -> Done | ActRefusal:
    """Add somebody. Refusals: `number`, `name`, `language`, `role`, `number_taken`.

    Somebody of the same id and number is left as they are, and the roles given are added.
    """
    if not _NUMBER.fullmatch(new.number):
        return ActRefusal("number")
    if not is_plain(new.name, NAME_CHARACTERS_MAX):
        return ActRefusal("name")
    if new.language not in LANGUAGES:
        return ActRefusal("language")
    if unknown := [role for role in new.roles if not is_role(role)]:
        return ActRefusal("role", {"role": unknown[0]})
    params = {"property_id": property_id, "number": new.number}
    try:
        async with office.changing() as now:
            added = await now.run(_SQL["add"], {**params, "staff_id": new.staff_id, "name": new.name.strip(),
                                                "language": new.language})
            found = await now.dicts(_SQL["by_number"], params)
            if not found or found[0]["staff_id"] != new.staff_id:
                raise RefusedError("number_taken")
            today = await _today(now, property_id)
            for role in new.roles:
                added += await now.run(_SQL["give_role"], {
                    **params, "staff_id": new.staff_id, **asdict(StaffRole(role, today, None)),
                })
    except RefusedError as refused:
        return refused.refusal
    return Done(new.staff_id, is_repeat=not added)


async def disable_staff(office: Office, property_id: bytes, staff_id: bytes) -> Done | ActRefusal:
    """Let somebody in no more; the keeper ends their sign-ins with the next ask. Refusals: `not_found`."""
    return await _set_active(office, property_id, staff_id, active=False)


async def enable_staff(office: Office, property_id: bytes, staff_id: bytes) -> Done | ActRefusal:
    """Let somebody in again. Refusals: `not_found`."""
    return await _set_active(office, property_id, staff_id, active=True)


async def give_role(office: Office, property_id: bytes, staff_id: bytes, role: StaffRole) -> Done | ActRefusal:
    """Give a role for a time. Refusals: `role`, `dates`, `not_found`."""
    if not is_role(role.role):
        return ActRefusal("role", {"role": role.role})
    if role.until_on is not None and role.until_on < role.from_on:
        return ActRefusal("dates")
    return await _for_member(office, "give_role", {"property_id": property_id, "staff_id": staff_id, **asdict(role)})


async def end_role(
    office: Office, property_id: bytes, staff_id: bytes, role: str, until_on: date,
) -> Done | ActRefusal:
    """Make `until_on` the last day of a role. Refusals: `not_found`, `role` when it is not held then."""
    params = {"property_id": property_id, "staff_id": staff_id, "role": role, "until_on": until_on}
    done = await _for_member(office, "end_role", params)
    return ActRefusal("role", {"role": role}) if isinstance(done, Done) and done.is_repeat else done


async def assign_badge(office: Office, property_id: bytes, staff_id: bytes, number: str) -> Done | ActRefusal:
    """Give somebody a badge. Refusals: `badge`, `badge_taken` while somebody else uses it, `not_found`."""
    if not _BADGE.fullmatch(number):
        return ActRefusal("badge")
    params = {"property_id": property_id, "staff_id": staff_id, "number": number}
    try:
        async with office.changing() as now:
            await _must_exist(now, params)
            held = await now.dicts(_SQL["badge_holder"], params)
            if held and held[0]["active"]:
                if held[0]["staff_id"] != staff_id:
                    raise RefusedError("badge_taken")
                return Done(staff_id, is_repeat=True)
            if not await now.run(_SQL["assign_badge"], params):  # two at once: the other was first
                raise RefusedError("badge_taken")
    except RefusedError as refused:
        return refused.refusal
    return Done(staff_id, is_repeat=False)


async def withdraw_badge(office: Office, property_id: bytes, number: str) -> Done | ActRefusal:
    """Take a badge out of use. Refusals: `badge` when nobody uses it."""
    async with office.changing() as now:
        if not await now.run(_SQL["withdraw_badge"], {"property_id": property_id, "number": number}):
            return ActRefusal("badge")
    return Done(property_id, is_repeat=False)


def is_role(word: str) -> bool:
    """Whether the policy knows this role."""
    return word in Role.__members__.values()


async def _today(now: Statements, property_id: bytes) -> date:
    rows = await now.dicts(_SQL["today"], {"property_id": property_id})
    if not rows:
        raise RefusedError("not_found")
    today: date = rows[0]["today"]
    return today


async def _set_active(office: Office, property_id: bytes, staff_id: bytes, *, active: bool) -> Done | ActRefusal:
    return await _for_member(
        office, "set_active", {"property_id": property_id, "staff_id": staff_id, "active": active},
    )


async def _for_member(office: Office, name: str, params: Mapping[str, Any]) -> Done | ActRefusal:
    try:
        async with office.changing() as now:
            await _must_exist(now, params)
            return Done(params["staff_id"], is_repeat=not await now.run(_SQL[name], params))
    except RefusedError as refused:
        return refused.refusal


async def _must_exist(now: Statements, params: Mapping[str, Any]) -> None:
    if not await now.dicts(_SQL["exists"], params):
        raise RefusedError("not_found")


async def _one(office: Office, name: str, params: Mapping[str, object]) -> StaffMember | None:
    async with office.reading() as now:
        rows = await now.dicts(_SQL[name], params)
    return _member(rows[0]) if rows else None


def _member(row: Mapping[str, Any]) -> StaffMember:
    roles = tuple(
        StaffRole(role, date.fromisoformat(from_on), date.fromisoformat(until_on) if until_on else None)
        for role, from_on, until_on in row["roles"]
    )
    return StaffMember(
        row["staff_id"], row["number"], row["name"], row["language"], row["active"], roles, tuple(row["badges"]),
    )


def _facts(row: Mapping[str, Any]) -> StaffFacts:
    since = row["seen_at"]
    present = row["direction"] == "in" and row["badge_counts"]
    present = present and row["now"] < since + timedelta(hours=PRESENT_HOURS_MAX)
    if present and row["last_shift_ends_at"] is not None:
        present = row["now"] < row["last_shift_ends_at"] + PRESENT_AFTER_SHIFT
    shifts = tuple(
        RunningShift(
            bytes.fromhex(shift["shift_id"]), shift["duty"],
            datetime.fromisoformat(shift["starts_at"]), datetime.fromisoformat(shift["ends_at"]),
        )
        for shift in row["on_shift"]
    )
    return StaffFacts(
        _member(row), shifts, present, since if present else None, row["how"] or "", row["trained_until_on"],
        row["locked"],
    )
