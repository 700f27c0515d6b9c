"""What the house keeps for guests' own pages: their stays and choices, and what it knows beside the ledger of entries.

Rules:
* Everything is of one guest, named by the visit's own id and by nothing that a page sends.
* A question to an entry is a case; at most ten of one guest are open.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date, datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Final, Literal

from discretion.hotel import number as numbers
from discretion.office.free_words import fault_of, one_line
from discretion.office.outcome import ActRefusal
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.office.database import Office

_SQL = queries("guest_door.sql")
QUESTIONS_OPEN_MAX: Final = 10
QUESTION_CHARACTERS_MIN: Final = 5
Tells = Literal["exceptions", "nothing"]


@dataclass(frozen=True, slots=True)
class Known:
    """One thing known beside the ledger: a review, an approval, a case with others or withheld, a question, a closing.

    Shapes: `entry_idx` in `ledger` (the number of a closed one, 0 for the one in use) or `ref` say what it belongs to;
    of a closing, `ledger` was closed at `at`. `code` is a verdict, a fact, a purpose or a case's number; `zh` and `en`
    are sentences for the guest.
    """

    what: str
    entry_idx: int | None
    ledger: int
    ref: bytes | None
    state: str
    code: str
    zh: str
    en: str
    roles: Sequence[str]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnStay:
    """A stay of the guest's."""

    stay_id: bytes
    number: str
    state: str
    arrival: date
    departure: date
    room_number: str | None


@dataclass(frozen=True, slots=True)
class _Tells:
    tells: Tells


@dataclass(frozen=True, slots=True)
class _Count:
    count: int


async def known_of(office: Office, property_id: bytes, guest_id: bytes, today: date) -> tuple[Known, ...]:
    """Return what is known beside the ledger of entries about one guest."""
    async with office.reading() as now:
        return await now.rows(Known, _SQL["looked"], {
            "property_id": property_id, "guest_id": guest_id, "today": today,
        })


async def stays_of(office: Office, property_id: bytes, guest_id: bytes) -> tuple[OwnStay, ...]:
    """Return a guest's stays, newest first, without those taken off."""
    async with office.reading() as now:
        return await now.rows(OwnStay, _SQL["stays"], {"property_id": property_id, "guest_id": guest_id})


async def hidden_count(office: Office, property_id: bytes, guest_id: bytes) -> int:
    """Return how many stays a guest has taken off their pages."""
    async with office.reading() as now:
        found = await now.row(_Count, _SQL["hidden_count"], {"property_id": property_id, "guest_id": guest_id})
    return found.count if found else 0


async def tells_of(office: Office, property_id: bytes, guest_id: bytes) -> Tells:
    """Return what a guest wants to be told unasked."""
    async with office.reading() as now:
        found = await now.row(_Tells, _SQL["tells"], {"property_id": property_id, "guest_id": guest_id})
    return found.tells if found else "exceptions"


async def set_tells(office: Office, property_id: bytes, guest_id: bytes, tells: Tells) -> None:
    """Keep what a guest wants to be told."""
    async with office.changing() as now:
        await now.run(_SQL["set_tells"], {"property_id": property_id, "guest_id": guest_id, "tells": tells})


async def hide_stay(office: Office, property_id: bytes, guest_id: bytes, stay_id: bytes) -> None:
    """Take a stay of the guest's own off their pages; of another's nothing happens. Put back only at the desk."""
    async with office.changing() as now:
        await now.run(_SQL["hide_stay"], {"property_id": property_id, "guest_id": guest_id, "stay_id": stay_id})


async def show_stays(office: Office, property_id: bytes, guest_id: bytes) -> int:
    """Put every stay back; return how many."""
    async with office.changing() as now:
        return await now.run(_SQL["show_stays"], {"property_id": property_id, "guest_id": guest_id})


async def ask_about(
    office: Office, property_id: bytes, guest_id: bytes, entry: tuple[int, int], words: str,
) -> str | ActRefusal:
    """Open a case out of a guest's question to an entry; return its number.

    Shapes: `entry` is the number of the closed ledger it stands in, 0 for the one in use, and its index there.

    Refusals: `question_words`, `question_many`, `words`, `words_number`.

    Not checked: that the entry is about this guest; whoever calls has read it under the guest's own ticket.
    """
    words = one_line(words)
    if len(words) < QUESTION_CHARACTERS_MIN:
        return ActRefusal("question_words")
    if fault := fault_of(words):
        return ActRefusal(fault)
    place, case_id = {"property_id": property_id, "guest_id": guest_id}, os.urandom(16)
    number = numbers.make("R", os.urandom(16))
    async with office.changing() as now:
        found = await now.row(_Count, _SQL["questions_open"], place)
        if found and found.count >= QUESTIONS_OPEN_MAX:
            return ActRefusal("question_many")
        ledger, entry_idx = entry
        case = {
            **place, "case_id": case_id, "number": number, "words": words, "ledger": ledger, "entry_idx": entry_idx,
        }
        await now.run(_SQL["open_question"], case)
        await now.run(_SQL["name_guest"], case)
        await now.run(_SQL["opened"], {**case, "act_id": os.urandom(16)})
        await now.run(_SQL["bind_question"], case)
        await now.run(_SQL["tell_of_question"], {**case, "notice_id": os.urandom(16)})
    return number
