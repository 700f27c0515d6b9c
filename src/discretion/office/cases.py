"""Cases: why a guest's record is needed outside the running stay, for one purpose, naming its guests.

Rules:
* An open case that names a guest is the fact `case_open`, for look-ups of the case's purpose alone.
* Every act on a case is kept in words and never changed: opened, guest added, owner or due date changed, noted, closed.
* Whose duty has nothing to do with cases of a purpose does not see them.
* What is closed stays closed. Closing ends the approvals that rest on it (a trigger of the database).

Left to others: who the guests are (the keeper), whether a page may be used (the faces), what a case opens (the policy).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from discretion.hotel import number as numbers
from discretion.hotel.purpose import Purpose
from discretion.office.case_kinds import CASE_KINDS, purposes_worked_by
from discretion.office.free_words import fault_of, one_line
from discretion.office.outcome import ActRefusal, RefusedError
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import date

    from discretion.office.database import Office, Statements
    from discretion.office.outcome import OnDuty

_SQL: Final = queries("cases.sql")
_NUMBER_TRIES: Final = 5
REFERENCE_CHARACTERS_MAX: Final = 80
REFERENCE_CHARACTERS_MIN: Final = 3
SUMMARY_CHARACTERS_MIN: Final = 3
GUESTS_MAX: Final = 50
DUE_MAX: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened. The first guest comes by id, or by the exact number of a reservation: its primary guest."""

    case_id: bytes
    purpose: str
    summary: str
    reference: str = ""
    guest_id: bytes | None = None
    reservation_number: str = ""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list. `is_right`: a request for rights, which has a clock, lines and an answer of its own."""

    case_id: bytes
    number: str
    purpose: str
    summary: str
    reference: str
    opened_at: datetime
    opened_by_name: str
    owner_id: bytes | None
    owner_name: str
    due_at: datetime | None
    withheld_until: date | None
    closed_at: datetime | None
    closed_by_name: str
    outcome: str
    guests: int
    now_at: datetime
    is_right: bool

    @property
    def is_open(self) -> bool:
        """Whether look-ups may still rest on it."""
        return self.closed_at is None

    @property
    def is_overdue(self) -> bool:
        """Whether it is open beyond its due date."""
        return self.is_open and self.due_at is not None and self.due_at < self.now_at


@dataclass(frozen=True, slots=True)
class CaseGuest:
    """Whom a case names. `is_protected`: incognito or sealed, so that no stay is listed."""

    guest_id: bytes
    added_by_name: str
    added_at: datetime
    is_protected: bool


@dataclass(frozen=True, slots=True)
class CaseStay:
    """A stay of one of a case's guests: pseudonymous."""

    guest_id: bytes
    stay_id: bytes
    number: str
    state: str
    room_number: str
    arrival: date
    departure: date


@dataclass(frozen=True, slots=True)
class CaseAct:
    """Something done to a case; `subject_name` is the new owner's."""

    act: str
    staff_name: str
    subject_name: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A case's page."""

    line: CaseLine
    guests: tuple[CaseGuest, ...]
    stays: tuple[CaseStay, ...]
    acts: tuple[CaseAct, ...]


@dataclass(frozen=True, slots=True)
class CaseOwner:
    """Somebody a case may be given to."""

    staff_id: bytes
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class CaseDone:
    """The case after an act. `is_repeat`: it was so before, and nothing changed now."""

    case_id: bytes
    number: str
    is_repeat: bool


async def cases(office: Office, who: OnDuty, which: Literal["open", "closed"] = "open") -> tuple[CaseLine, ...]:
    """Return the cases this person sees: open ones, what is due first; or those closed in the last 90 days."""
    async with office.reading() as now:
        return await now.rows(CaseLine, _SQL["cases"], {**_viewer(who), "which": which})


async def case_by_number(office: Office, who: OnDuty, number: str) -> Case | None:
    """Return the case that a number means, None for one that does not exist or is not for this person."""
    wanted = numbers.read(number)
    if wanted is None:
        return None
    params = {**_viewer(who), "number": wanted}
    async with office.reading() as now:
        line = await now.row(CaseLine, _SQL["by_number"], params)
        if line is None:
            return None
        place = {"property_id": who.property_id, "case_id": line.case_id}
        return Case(
            line,
            await now.rows(CaseGuest, _SQL["guests"], place),
            await now.rows(CaseStay, _SQL["stays"], place),
            await now.rows(CaseAct, _SQL["acts"], place),
        )


async def cases_of_guest(office: Office, who: OnDuty, guest_id: bytes) -> tuple[CaseLine, ...]:
    """Return the open cases that name a guest and that this person sees."""
    async with office.reading() as now:
        return await now.rows(CaseLine, _SQL["of_guest"], {**_viewer(who), "guest_id": guest_id})


async def owners_for(office: Office, property_id: bytes, purpose: str) -> tuple[CaseOwner, ...]:
    """Return who may own a case of this purpose: everyone whose roles work on such cases, by number."""
    roles = sorted(CASE_KINDS[purpose].works)
    async with office.reading() as now:
        return await now.rows(CaseOwner, _SQL["owners"], {"property_id": property_id, "roles": roles})


async def open_case(office: Office, who: OnDuty, new: NewCase) -> CaseDone | ActRefusal:
    """Open a case with its first guest, owned by whoever opens it. The same id twice is one case.

    Refusals: `case_purpose` for a purpose without cases or not of this duty, `summary`, `words_number`, `reference`
    where an authority's document number is needed, `not_found` for no such guest, `reservation_unknown`.
    """
    if wrong := _fault(who, new):
        return ActRefusal(wrong)
    kind = CASE_KINDS[new.purpose]
    params: dict[str, object] = {
        "property_id": who.property_id, "case_id": new.case_id, "staff_id": who.staff_id, "purpose": new.purpose,
        "summary": one_line(new.summary), "reference": new.reference.strip(), "due_within": kind.due_within,
    }
    try:
        async with office.changing() as now:
            guest_id = await _guest(now, who, new.guest_id, new.reservation_number)
            for _ in range(_NUMBER_TRIES):
                number = numbers.make(kind.prefix, secrets.token_bytes(16))
                if await now.run(_SQL["open"], {**params, "number": number}):
                    await _add(now, who, new.case_id, guest_id)
                    await _noted(now, who, new.case_id, "opened", new.case_id)
                    return CaseDone(new.case_id, number, is_repeat=False)
                known = await now.dicts(_SQL["known"], params)
                if known:
                    return CaseDone(new.case_id, known[0]["number"], is_repeat=True)
            raise RefusedError("act_id_used")
    except RefusedError as refused:
        return refused.refusal


async def add_guest(
    office: Office, who: OnDuty, number: str, act_id: bytes, *, guest_id: bytes | None = None,
    reservation_number: str = "",
) -> CaseDone | ActRefusal:
    """Name one more guest. Refusals: `not_found`, `case_closed`, `reservation_unknown`, `case_full`."""

    async def do(now: Statements, line: CaseLine) -> None:
        if line.guests >= GUESTS_MAX:
            raise RefusedError("case_full")
        found = await _guest(now, who, guest_id, reservation_number)
        if await _add(now, who, line.case_id, found):
            await _noted(now, who, line.case_id, "guest_added", act_id, subject_id=found)

    return await _acted(office, who, number, act_id, do)


async def change_owner(
    office: Office, who: OnDuty, number: str, act_id: bytes, owner_id: bytes,
) -> CaseDone | ActRefusal:
    """Give the case to somebody whose role works on such cases. Refusals: `not_found`, `case_closed`, `owner`."""

    async def do(now: Statements, line: CaseLine) -> None:
        roles = sorted(CASE_KINDS[line.purpose].works)
        able = await now.rows(CaseOwner, _SQL["owners"], {"property_id": who.property_id, "roles": roles})
        if owner_id not in {each.staff_id for each in able}:
            raise RefusedError("owner")
        if line.owner_id != owner_id:
            await _changed(now, who, line, "set_owner", owner_id=owner_id)
            await _noted(now, who, line.case_id, "owner_changed", act_id, subject_id=owner_id)

    return await _acted(office, who, number, act_id, do)


async def change_due(
    office: Office, who: OnDuty, number: str, act_id: bytes, due_at: datetime,
) -> CaseDone | ActRefusal:
    """Set another due date. Refusals: `until` for one past or over a year ahead, `rights_due` where a clock runs."""
    if not timedelta() < due_at - datetime.now(UTC) <= DUE_MAX:
        return ActRefusal("until")

    async def do(now: Statements, line: CaseLine) -> None:
        if line.is_right:
            raise RefusedError("rights_due")
        if line.due_at != due_at:
            await _changed(now, who, line, "set_due", due_at=due_at)
            await _noted(now, who, line.case_id, "due_changed", act_id, due_at.isoformat(timespec="minutes"))

    return await _acted(office, who, number, act_id, do)


async def withhold(
    office: Office, who: OnDuty, number: str, act_id: bytes, until_on: date,
) -> CaseDone | ActRefusal:
    """Keep the look-ups for a lawful request from their guests until a day; a day of today or before ends that.

    Refusals: `not_found`, `case_closed`, `until` for one over a year ahead, `not_yours` for another kind of case.
    """
    if until_on > datetime.now(UTC).date() + DUE_MAX:
        return ActRefusal("until")

    async def do(now: Statements, line: CaseLine) -> None:
        if line.purpose != Purpose.LAWFUL_REQUEST or who.duty not in CASE_KINDS[line.purpose].closes:
            raise RefusedError("not_yours")
        if line.withheld_until != until_on:
            await _changed(now, who, line, "set_withheld", until_on=until_on)
            await _noted(now, who, line.case_id, "withheld", act_id, until_on.isoformat())

    return await _acted(office, who, number, act_id, do)


async def note(office: Office, who: OnDuty, number: str, act_id: bytes, words: str) -> CaseDone | ActRefusal:
    """Add a note. Refusals: `not_found`, `case_closed`, `words`, `words_number`."""
    if wrong := fault_of(words):
        return ActRefusal(wrong)

    async def do(now: Statements, line: CaseLine) -> None:
        await _noted(now, who, line.case_id, "noted", act_id, one_line(words))

    return await _acted(office, who, number, act_id, do)


async def close_case(office: Office, who: OnDuty, number: str, act_id: bytes, outcome: str) -> CaseDone | ActRefusal:
    """Close the case with what came of it; approvals that rest on it end.

    Refusals: `not_found`, `case_closed`, `words`, `words_number`, `not_yours` unless the duty closes such cases,
    `rights_open_case` for a request for rights: it ends by its answer (`rights_work.close`).
    """
    if wrong := fault_of(outcome, at_least=SUMMARY_CHARACTERS_MIN):
        return ActRefusal(wrong)

    async def do(now: Statements, line: CaseLine) -> None:
        if who.duty not in CASE_KINDS[line.purpose].closes:
            raise RefusedError("not_yours")
        if line.is_right:
            raise RefusedError("rights_open_case")
        await _changed(now, who, line, "close", outcome=one_line(outcome))
        await _noted(now, who, line.case_id, "closed", act_id, one_line(outcome))

    return await _acted(office, who, number, act_id, do)


async def _acted(
    office: Office, who: OnDuty, number: str, act_id: bytes, do: Callable[[Statements, CaseLine], Awaitable[None]],
) -> CaseDone | ActRefusal:
    """Do something once to an open case that this person sees, while nobody else does."""
    params = {**_viewer(who), "number": numbers.read(number) or "", "act_id": act_id}
    try:
        async with office.changing() as now:
            if not await now.dicts(_SQL["lock"], params):
                raise RefusedError("not_found")
            line = await now.row(CaseLine, _SQL["by_number"], params)
            if line is None:
                raise RefusedError("not_found")
            done = await now.dicts(_SQL["done"], params)
            if done and done[0]["case_id"] != line.case_id:
                raise RefusedError("act_id_used")
            if not done and not line.is_open:
                raise RefusedError("case_closed")
            if not done:
                await do(now, line)
            return CaseDone(line.case_id, line.number, is_repeat=bool(done))
    except RefusedError as refused:
        return refused.refusal


async def _guest(now: Statements, who: OnDuty, guest_id: bytes | None, reservation_number: str) -> bytes:
    """Return the guest meant by id or by the number of a reservation, as written or as heard."""
    if guest_id is not None:
        if not await now.dicts(_SQL["guest"], {"property_id": who.property_id, "guest_id": guest_id}):
            raise RefusedError("not_found")
        return guest_id
    wanted = reservation_number.strip()
    found = await now.dicts(_SQL["primary_guest"], {
        "property_id": who.property_id, "numbers": [wanted, numbers.read(wanted) or wanted],
    })
    if not found:
        raise RefusedError("reservation_unknown")
    primary: bytes = found[0]["guest_id"]
    return primary


async def _add(now: Statements, who: OnDuty, case_id: bytes, guest_id: bytes) -> int:
    return await now.run(_SQL["add_guest"], {
        "property_id": who.property_id, "case_id": case_id, "guest_id": guest_id, "staff_id": who.staff_id,
    })


async def _changed(now: Statements, who: OnDuty, line: CaseLine, query: str, **values: object) -> None:
    await now.run(_SQL[query], {
        "property_id": who.property_id, "case_id": line.case_id, "staff_id": who.staff_id, **values,
    })


async def _noted(
    now: Statements, who: OnDuty, case_id: bytes, act: str, act_id: bytes, words: str = "",
    subject_id: bytes | None = None,
) -> None:
    await now.run(_SQL["note"], {
        "property_id": who.property_id, "act_id": act_id, "case_id": case_id, "act": act, "staff_id": who.staff_id,
        "subject_id": subject_id, "words": words,
    })


def _fault(who: OnDuty, new: NewCase) -> str:
    """Return the code of what is wrong with a new case, "" when nothing is."""
    kind = CASE_KINDS.get(new.purpose)
    if kind is None or who.duty not in kind.opens:
        return "case_purpose"
    if wrong := fault_of(new.summary, at_least=SUMMARY_CHARACTERS_MIN):
        return "summary" if wrong == "words" else wrong
    at_least = REFERENCE_CHARACTERS_MIN if kind.needs_reference else 0
    return "" if is_plain(new.reference, REFERENCE_CHARACTERS_MAX, at_least=at_least) else "reference"


def _viewer(who: OnDuty) -> Mapping[str, object]:
    return {
        "property_id": who.property_id, "staff_id": who.staff_id, "purposes": list(purposes_worked_by(who.duty)),
    }
