"""The privacy officer's desk: what waits, with how many and how overdue; and what authorities were answered.

Rules:
* Everything here is a count or a number of a case. No guest is named, and nothing of a record is read.
* What an authority was given is said once for each closed request: the public page counts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Final

from discretion.office.outcome import ActRefusal, Done
from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office

_SQL: Final = queries("privacy.sql")
ANSWERS: Final = ("given", "partly", "refused")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of matter: how many are open, how many overdue, and when the next is due."""

    matter: str
    count: int
    overdue: int
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A closed request of an authority of which nobody has said what was given."""

    case_id: bytes
    number: str
    reference: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class Public:
    """A quarter whose statement is public."""

    quarter: str
    made_at: datetime


async def waiting(office: Office, property_id: bytes) -> dict[str, Waiting]:
    """Return what waits, by matter."""
    async with office.reading() as now:
        rows = await now.rows(Waiting, _SQL["waiting"], {"property_id": property_id})
    return {row.matter: row for row in rows}


async def unanswered(office: Office, property_id: bytes) -> tuple[Unanswered, ...]:
    """Return the closed requests of authorities without an answer, oldest first, at most 50."""
    async with office.reading() as now:
        return await now.rows(Unanswered, _SQL["unanswered"], {"property_id": property_id})


async def answer(office: Office, property_id: bytes, by_id: bytes, case_id: bytes, said: str) -> Done | ActRefusal:
    """Keep what an authority was given; what was said once stays. Refusals: `choice`."""
    if said not in ANSWERS:
        return ActRefusal("choice")
    params = {"property_id": property_id, "case_id": case_id, "answer": said, "by_id": by_id}
    async with office.changing() as now:
        done = await now.run(_SQL["answer"], params)
    return Done(case_id, is_repeat=not done)


async def statements(office: Office, property_id: bytes) -> tuple[Public, ...]:
    """Return the quarters whose statements are public, newest first."""
    async with office.reading() as now:
        return await now.rows(Public, _SQL["statements"], {"property_id": property_id})
