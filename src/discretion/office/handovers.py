"""Shift handover 交接班: what is still open when somebody goes, who takes it on, and a note to whoever comes.

Rules:
* A note is about the work. It names rooms and numbers, never guests: it stands in clear, and is dropped after 30 days.
* Open requests go to a colleague who works here, open cases to one whose role works on such cases; approvals and
  emergency viewing end with the shift by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Any, Final

from discretion.office.case_kinds import CASE_KINDS
from discretion.office.outcome import ActRefusal, Done, RefusedError
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.database import Office, Statements

_SQL = queries("handovers.sql")
WORDS_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A service request that is this person's to do."""

    request_id: bytes
    number: str
    kind: str
    room_number: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that this person owns."""

    case_id: bytes
    number: str
    purpose: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenApproval:
    """A request for approval that is not decided, or an approval that is not used up."""

    request_id: bytes
    purpose: str
    state: str
    until_at: datetime


@dataclass(frozen=True, slots=True)
class OpenEmergency:
    """An emergency viewing whose note is missing, or that is still open."""

    emergency_id: bytes
    situation: str
    begun_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class OpenThings:
    """All that somebody would leave behind."""

    requests: tuple[OpenRequest, ...]
    cases: tuple[OpenCase, ...]
    approvals: tuple[OpenApproval, ...]
    emergencies: tuple[OpenEmergency, ...]


@dataclass(frozen=True, slots=True)
class NewHandover:
    """What somebody hands over. `words` "" is no note; `to_id` None: to whoever works next in `to_duty`."""

    handover_id: bytes
    from_id: bytes
    duty: str
    words: str
    to_duty: str
    to_id: bytes | None
    request_ids: tuple[bytes, ...]
    requests_to: bytes | None
    ends_shift: bool
    case_ids: tuple[bytes, ...] = ()
    cases_to: bytes | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A note from the shift before."""

    handover_id: bytes
    from_name: str
    duty: str
    words: str
    at: datetime
    is_read: bool


async def open_things(office: Office, property_id: bytes, staff_id: bytes) -> OpenThings:
    """Return what this person would leave behind."""
    params = {"property_id": property_id, "staff_id": staff_id}
    async with office.reading() as now:
        return OpenThings(
            await now.rows(OpenRequest, _SQL["requests"], params),
            await now.rows(OpenCase, _SQL["cases"], params),
            await now.rows(OpenApproval, _SQL["approvals"], params),
            await now.rows(OpenEmergency, _SQL["emergencies"], params),
        )


async def next_people(office: Office, property_id: bytes, staff_id: bytes) -> tuple[tuple[bytes, str], ...]:
    """Return who is on shift now or within the next hours, as id and number with name; never the person."""
    async with office.reading() as now:
        rows = await now.dicts(_SQL["next_people"], {"property_id": property_id, "staff_id": staff_id})
    return tuple((row["staff_id"], f"{row['number']} · {row['name']}") for row in rows)


async def hand_over(office: Office, property_id: bytes, new: NewHandover) -> Done | ActRefusal:
    """Leave the note, give requests and cases to colleagues and end the shift: all of it, or nothing.

    The same id twice is one handover. Refusals: `words`, `recipient` for nobody who works here, for oneself, or for no
    recipient of a note, of requests or of cases; `requests_gone` when one of the requests is no longer this person's;
    `cases_gone` when a case is not, or the colleague works on no such cases.
    """
    if wrong := _fault(new):
        return ActRefusal(wrong)
    works = [(purpose, role) for purpose, kind in CASE_KINDS.items() for role in sorted(kind.works)]
    params: dict[str, Any] = {
        "property_id": property_id, "handover_id": new.handover_id, "from_id": new.from_id, "duty": new.duty,
        "words": new.words.strip(), "to_duty": "" if new.to_id else new.to_duty, "to_id": new.to_id,
        "request_ids": list(new.request_ids), "requests_to": new.requests_to, "case_ids": list(new.case_ids),
        "cases_to": new.cases_to, "purposes": [purpose for purpose, _ in works], "roles": [role for _, role in works],
    }
    try:
        async with office.changing() as now:
            if await now.dicts(_SQL["known"], params):
                return Done(new.handover_id, is_repeat=True)
            for colleague in {new.to_id, new.requests_to, new.cases_to} - {None}:
                is_own = colleague == new.from_id
                if is_own or not await now.dicts(_SQL["colleague"], {**params, "staff_id": colleague}):
                    raise RefusedError("recipient")
            if params["words"]:
                await now.run(_SQL["leave_note"], params)
            await _give(now, new, params)
            if new.ends_shift:
                await now.run(_SQL["end_shift"], params)
    except RefusedError as refused:
        return refused.refusal
    return Done(new.handover_id, is_repeat=False)


def _fault(new: NewHandover) -> str:
    if len(new.words) > WORDS_MAX or "\0" in new.words:
        return "handover_words"
    if (new.words.strip() and not (new.to_duty or new.to_id)) or (new.request_ids and new.requests_to is None):
        return "recipient"
    return "cases_recipient" if new.case_ids and new.cases_to is None else ""


async def _give(now: Statements, new: NewHandover, params: Mapping[str, Any]) -> None:
    """Give requests and cases; all that were named, or none."""
    if new.request_ids and await now.run(_SQL["give_requests"], params) != len(set(new.request_ids)):
        raise RefusedError("requests_gone")
    if new.case_ids and await now.run(_SQL["give_cases"], params) != len(set(new.case_ids)):
        raise RefusedError("cases_gone")


async def notes_for(
    office: Office, property_id: bytes, staff_id: bytes, duty: str, *, unread_only: bool = False,
) -> tuple[Note, ...]:
    """Return the notes to this person and to this duty of the last three days, unread ones first."""
    params = {"property_id": property_id, "staff_id": staff_id, "duty": duty, "unread_only": unread_only}
    async with office.reading() as now:
        return await now.rows(Note, _SQL["notes"], params)


async def mark_read(
    office: Office, property_id: bytes, handover_id: bytes, staff_id: bytes, duty: str,
) -> Done | ActRefusal:
    """Note that this person has read a note. Refusals: `not_found` for one that is not to them."""
    params = {"property_id": property_id, "handover_id": handover_id, "staff_id": staff_id, "duty": duty}
    async with office.changing() as now:
        touched = await now.run(_SQL["read"], params)
        if not touched and not await now.dicts(_SQL["mine"], params):
            return ActRefusal("not_found")
    return Done(handover_id, is_repeat=not touched)
