"""Whoever else holds what a request for rights is about is told, and confirms: GDPR art. 19, PIPL art. 21 and 47.

Rules:
* Whom a request concerns is what the list of processors and recipients says when it is carried out, and stays so,
  whatever the list says later. The database writes it.
* Each is told before the guest is answered, on a day and in a way that are kept. Before a deletion is the better time:
  afterwards nobody here knows any more whom it was about.
* A confirmation may come at any time, after the answer and after the case is closed too. Until then it waits on the
  privacy officer's desk.

Left to others: the list (`processors`), the letter (the faces).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Final

from discretion.office.free_words import fault_of, one_line
from discretion.office.outcome import ActRefusal, RefusedError
from discretion.office.rights import WORKERS, RightsDone, acted, asked_of, noted
from discretion.office.rights_kinds import WAYS_TO_TELL
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discretion.office.database import Office, Statements
    from discretion.office.outcome import OnDuty
    from discretion.office.processors import Processor
    from discretion.office.rights import Concerned, RightsCase

_SQL: Final = queries("rights_told.sql")
REFERENCE_CHARACTERS_MAX: Final = 80
CONFIRMED_WITHIN_DAYS: Final = 30
"""After how many days a confirmation that has not come is overdue; the query `waiting` of the desk says the same."""


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Somebody who was told in a request and has not confirmed; `days` since then."""

    number: str
    name: str
    kind: str
    told_on: date
    how: str
    days: int

    @property
    def is_overdue(self) -> bool:
        """Whether it is time to ask them again."""
        return self.days > CONFIRMED_WITHIN_DAYS


def to_be_concerned(case: RightsCase, known: Iterable[Processor]) -> tuple[Processor, ...]:
    """Return who of the list would have to be told, were the lines carried out as they are decided now."""
    return tuple(each for each in known if each.is_active and asked_of(case.lines, each.groups))


async def tell(
    office: Office, who: OnDuty, number: str, act_id: bytes, processor_id: bytes, on_day: date, how: str,
) -> RightsDone | ActRefusal:
    """Say that one was told of what is deleted, corrected or only stored.

    Refusals: `not_yours`, `not_found` also for one whom the request does not concern, `rights_state` after the
    answer, once it was told, and where nothing is left to tell; `told_how`; `told_day` before that day or ahead.
    """
    if how not in WAYS_TO_TELL:
        return ActRefusal("told_how")

    async def do(now: Statements, case: RightsCase) -> None:
        one = _concerned(case, processor_id)
        if case.request.state != "in_work" or one not in case.untold:
            raise RefusedError("rights_state")
        await _said(now, who, case, one, act_id, "told", on_day, "tell", how=how)

    return await acted(office, who, WORKERS, number, act_id, do)


async def confirm(
    office: Office, who: OnDuty, number: str, act_id: bytes, processor_id: bytes, on_day: date, reference: str,
) -> RightsDone | ActRefusal:
    """Say that one confirmed what it was told, whenever that is.

    Refusals: `not_yours`, `not_found`, `rights_state` before it was told and once it confirmed, `told_day` before it
    was told or ahead, `words`, `words_number` for a reference with a number of somebody.
    """
    if reference and (wrong := fault_of(reference, at_most=REFERENCE_CHARACTERS_MAX)):
        return ActRefusal(wrong)

    async def do(now: Statements, case: RightsCase) -> None:
        one = _concerned(case, processor_id)
        if one.told_on is None or one.confirmed_on is not None:
            raise RefusedError("rights_state")
        if on_day < one.told_on:
            raise RefusedError("told_day")
        await _said(now, who, case, one, act_id, "confirmed", on_day, "confirm", reference=one_line(reference))

    return await acted(office, who, WORKERS, number, act_id, do)


async def unconfirmed(office: Office, property_id: bytes) -> tuple[Unconfirmed, ...]:
    """Return who was told and has not confirmed, the longest wait first, at most 100."""
    async with office.reading() as now:
        return await now.rows(Unconfirmed, _SQL["unconfirmed"], {"property_id": property_id})


def _concerned(case: RightsCase, processor_id: bytes) -> Concerned:
    for each in case.concerned:
        if each.processor_id == processor_id:
            return each
    raise RefusedError("not_found")


async def _said(
    now: Statements, who: OnDuty, case: RightsCase, one: Concerned, act_id: bytes, act: str, on_day: date, query: str,
    **more: object,
) -> None:
    """Keep one act, and in the request's own list that it was done."""
    (row,) = await now.dicts(_SQL["today"], {"property_id": who.property_id})
    if on_day > row["day"] or on_day < one.first_day:
        raise RefusedError("told_day")
    place = {"property_id": who.property_id, "case_id": case.request.case_id, "processor_id": one.processor_id}
    await now.run(_SQL[query], {**place, "staff_id": who.staff_id, "on_day": on_day, **more})
    await noted(now, who.property_id, case.request.case_id, act, who.staff_id, act_id, one.name)
