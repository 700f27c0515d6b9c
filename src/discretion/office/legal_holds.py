"""Legal holds: what a dispute or an authority needs is not deleted while it lasts.

Rules:
* One person proposes, another seconds; before that nothing is held. The database refuses everything else.
* A hold is about one guest, about whom a case names, or about everybody who stayed in some days; it names the field
  groups, a reason, and an end. It widens nobody's view of anything.
* A hold ends by its day or with a reason, and stays in the history.

Left to others: that nothing is erased under a hold (the keeper and the plans ask `hotel.held_groups`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from discretion.hotel import number as numbers
from discretion.hotel.retention import WHOLE
from discretion.office.free_words import fault_of, one_line
from discretion.office.outcome import ActRefusal, RefusedError
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from datetime import date

    from discretion.office.database import Office, Statements

_SQL: Final = queries("legal_holds.sql")
_NUMBER_TRIES: Final = 5
EVERY_GROUP: Final = WHOLE
PREFIX: Final = "H"
REASON_CHARACTERS_MIN: Final = 3
REFERENCE_CHARACTERS_MAX: Final = 80
LASTS_MAX: Final = timedelta(days=731)
DAYS_MAX: Final = 92


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to be proposed: about a guest, the guests of a case, or everybody who stayed from one day to another."""

    hold_id: bytes
    groups: int
    reason: str
    until_at: datetime
    reference: str = ""
    guest_id: bytes | None = None
    case_number: str = ""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as it stands."""

    hold_id: bytes
    number: str
    guest_id: bytes | None
    case_number: str
    first_day: date | None
    last_day: date | None
    groups: int
    reason: str
    reference: str
    proposed_by: bytes
    proposed_by_name: str
    proposed_at: datetime
    seconded_by: bytes | None
    seconded_by_name: str
    seconded_at: datetime | None
    until_at: datetime
    ended_at: datetime | None
    ended_by_name: str
    end_reason: str
    now_at: datetime

    @property
    def state(self) -> str:
        """`proposed`, `in_force`, `expired` or `ended`."""
        if self.ended_at is not None:
            return "ended"
        if self.until_at <= self.now_at:
            return "expired"
        return "proposed" if self.seconded_at is None else "in_force"


@dataclass(frozen=True, slots=True)
class HoldDone:
    """The hold after an act. `is_repeat`: it was so before."""

    hold_id: bytes
    number: str
    is_repeat: bool


async def holds(office: Office, property_id: bytes) -> tuple[Hold, ...]:
    """Return what waits or holds, then what has ended, at most 200."""
    async with office.reading() as now:
        return await now.rows(Hold, _SQL["holds"], {"property_id": property_id})


async def guests_held(office: Office, property_id: bytes) -> int:
    """Return of how many guests something is held now."""
    async with office.reading() as now:
        (row,) = await now.dicts(_SQL["guests"], {"property_id": property_id})
        return int(row["guests"])


async def propose(office: Office, property_id: bytes, staff_id: bytes, new: NewHold) -> HoldDone | ActRefusal:
    """Propose a hold; it holds nothing yet. The same id twice is one hold.

    Refusals: `hold_scope` (not exactly one of guest, case and days, or more than 92 of these), `groups`,
    `hold_reference`, `until` (past, or over two years ahead), `words`, `words_number`, `not_found` (guest or case),
    `hold_role`.
    """
    if wrong := _fault(new, datetime.now(UTC)):
        return ActRefusal(wrong)
    params: dict[str, object] = {
        "property_id": property_id, "hold_id": new.hold_id, "staff_id": staff_id, "guest_id": new.guest_id,
        "first_day": new.first_day, "last_day": new.last_day, "groups": new.groups, "reason": one_line(new.reason),
        "reference": new.reference.strip(), "until_at": new.until_at,
    }
    try:
        async with office.changing() as now:
            await _may(now, property_id, staff_id)
            params["case_id"] = await _subject(now, property_id, new)
            for _ in range(_NUMBER_TRIES):
                number = numbers.make(PREFIX, secrets.token_bytes(16))
                if await now.run(_SQL["propose"], {**params, "number": number}):
                    return HoldDone(new.hold_id, number, is_repeat=False)
                if known := await now.dicts(_SQL["known"], params):
                    return HoldDone(new.hold_id, known[0]["number"], is_repeat=True)
            raise RefusedError("act_id_used")
    except RefusedError as refused:
        return refused.refusal


async def second(office: Office, property_id: bytes, staff_id: bytes, number: str) -> HoldDone | ActRefusal:
    """Second a hold, so that it holds from now on.

    Refusals: `not_found`, `hold_ended`, `own_hold` (whoever proposed it), `hold_role`.
    """
    try:
        async with office.changing() as now:
            await _may(now, property_id, staff_id)
            hold = await _hold(now, property_id, number)
            if hold.state in {"ended", "expired"}:
                raise RefusedError("hold_ended")
            if hold.proposed_by == staff_id:
                raise RefusedError("own_hold")
            params = {"property_id": property_id, "hold_id": hold.hold_id, "staff_id": staff_id}
            return HoldDone(hold.hold_id, hold.number, is_repeat=not await now.run(_SQL["second"], params))
    except RefusedError as refused:
        return refused.refusal


async def end(office: Office, property_id: bytes, staff_id: bytes, number: str, reason: str) -> HoldDone | ActRefusal:
    """End a hold, or turn its proposal down. Refusals: `not_found`, `words`, `words_number`, `hold_role`."""
    if wrong := fault_of(reason, at_least=REASON_CHARACTERS_MIN):
        return ActRefusal(wrong)
    try:
        async with office.changing() as now:
            await _may(now, property_id, staff_id)
            hold = await _hold(now, property_id, number)
            ended = await now.run(_SQL["end"], {
                "property_id": property_id, "hold_id": hold.hold_id, "staff_id": staff_id, "reason": one_line(reason),
            })
            return HoldDone(hold.hold_id, hold.number, is_repeat=not ended)
    except RefusedError as refused:
        return refused.refusal


async def _may(now: Statements, property_id: bytes, staff_id: bytes) -> None:
    (row,) = await now.dicts(_SQL["may"], {"property_id": property_id, "staff_id": staff_id})
    if not row["may"]:
        raise RefusedError("hold_role")


async def _hold(now: Statements, property_id: bytes, number: str) -> Hold:
    found = await now.row(Hold, _SQL["by_number"], {"property_id": property_id, "number": numbers.read(number) or ""})
    if found is None:
        raise RefusedError("not_found")
    return found


async def _subject(now: Statements, property_id: bytes, new: NewHold) -> bytes | None:
    """Return the case's id where a case is meant, having looked whether there is such a guest or case."""
    if new.guest_id is not None:
        if not await now.dicts(_SQL["guest"], {"property_id": property_id, "guest_id": new.guest_id}):
            raise RefusedError("not_found")
        return None
    if not new.case_number:
        return None
    found = await now.dicts(_SQL["case"], {
        "property_id": property_id, "case_number": numbers.read(new.case_number) or "",
    })
    if not found:
        raise RefusedError("not_found")
    case_id: bytes = found[0]["case_id"]
    return case_id


def _fault(new: NewHold, now_at: datetime) -> str:
    """Return the code of what is wrong with a hold, "" when nothing is."""
    if not _is_one_subject(new):
        return "hold_scope"
    if not 0 < new.groups <= WHOLE:
        return "groups"
    if not timedelta() < new.until_at - now_at <= LASTS_MAX:
        return "until"
    if not is_plain(new.reference, REFERENCE_CHARACTERS_MAX, at_least=0):
        return "hold_reference"
    return fault_of(new.reason, at_least=REASON_CHARACTERS_MIN)


def _is_one_subject(new: NewHold) -> bool:
    """Whether it is about exactly one of guest, case and days."""
    given = [new.guest_id is not None, bool(new.case_number), new.first_day is not None or new.last_day is not None]
    if given.count(True) != 1 or not given[2]:
        return given.count(True) == 1
    if new.first_day is None or new.last_day is None:
        return False
    return 0 <= (new.last_day - new.first_day).days <= DAYS_MAX
