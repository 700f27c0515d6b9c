"""Processors and recipients: companies beside the hotel that hold something about its guests, and how they are reached.

Rules:
* The privacy officer keeps the list. Nothing in it is deleted: a company that handles nothing any more is ended, and
  what was said of it before stands in the captured changes.
* How one is reached is an address of the company. No person stands in the list, neither a guest nor one of theirs.

Left to others: whom a request for rights concerns, and that they are told (`rights_told`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Final

from discretion.office.outcome import ActRefusal, Done, RefusedError
from discretion.office.plain_text import is_plain
from discretion.office.rights_kinds import WHOLE
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.database import Office, Statements
    from discretion.office.outcome import OnDuty

_SQL: Final = queries("processors.sql")
KINDS: Final = ("processor", "recipient")
KEEPERS: Final = frozenset({"privacy"})
NAME_CHARACTERS_MIN: Final = 2
NAME_CHARACTERS_MAX: Final = 120
REACHED_CHARACTERS_MIN: Final = 3
REACHED_CHARACTERS_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class SaidOf:
    """What is said of one: its name, kind, the field groups it holds as a mask, and how it is reached."""

    name: str
    kind: str
    groups: int
    reached: str


@dataclass(frozen=True, slots=True)
class Processor:
    """A processor or recipient as it stands in the list."""

    processor_id: bytes
    name: str
    kind: str
    groups: int
    reached: str
    added_by_name: str
    added_at: datetime
    ended_by_name: str
    ended_at: datetime | None

    @property
    def is_active(self) -> bool:
        """Whether it handles something now."""
        return self.ended_at is None


async def listed(office: Office, property_id: bytes) -> tuple[Processor, ...]:
    """Return the list: who is active by name, then who has ended."""
    async with office.reading() as now:
        return await now.rows(Processor, _SQL["all"], {"property_id": property_id})


async def active(office: Office, property_id: bytes) -> tuple[Processor, ...]:
    """Return who handles something now."""
    return tuple(each for each in await listed(office, property_id) if each.is_active)


async def processor(office: Office, property_id: bytes, processor_id: bytes) -> Processor | None:
    """Return one of the list, None where there is none here."""
    async with office.reading() as now:
        return await now.row(Processor, _SQL["one"], {"property_id": property_id, "processor_id": processor_id})


async def add(office: Office, who: OnDuty, processor_id: bytes, said: SaidOf) -> Done | ActRefusal:
    """Put one more on the list; the same id twice is one.

    Refusals: `not_yours`, `processor_name`, `processor_kind`, `groups`, `processor_reached`, `processor_there` for a
    name that an active one has.
    """
    if wrong := _fault(who, said):
        return ActRefusal(wrong)
    params = _params(who, processor_id, said)
    async with office.changing() as now:
        if await now.run(_SQL["add"], params):
            return Done(processor_id, is_repeat=False)
        if await now.dicts(_SQL["named"], params):
            return ActRefusal("processor_there")
        return Done(processor_id, is_repeat=True)


async def change(office: Office, who: OnDuty, processor_id: bytes, said: SaidOf) -> Done | ActRefusal:
    """Say something else of one. Refusals: those of `add`, `not_found`, `processor_ended`."""
    if wrong := _fault(who, said):
        return ActRefusal(wrong)
    params = _params(who, processor_id, said)
    try:
        async with office.changing() as now:
            if not await _is_active(now, params):
                raise RefusedError("processor_ended")
            if await now.dicts(_SQL["named"], params):
                raise RefusedError("processor_there")
            return Done(processor_id, is_repeat=not await now.run(_SQL["change"], params))
    except RefusedError as refused:
        return refused.refusal


async def end(office: Office, who: OnDuty, processor_id: bytes) -> Done | ActRefusal:
    """Say that one handles nothing any more; whom it was told of before stays. Refusals: `not_yours`, `not_found`."""
    if who.duty not in KEEPERS:
        return ActRefusal("not_yours")
    params = {"property_id": who.property_id, "processor_id": processor_id, "staff_id": who.staff_id}
    try:
        async with office.changing() as now:
            await _is_active(now, params)
            return Done(processor_id, is_repeat=not await now.run(_SQL["end"], params))
    except RefusedError as refused:
        return refused.refusal


async def _is_active(now: Statements, params: Mapping[str, object]) -> bool:
    found = await now.dicts(_SQL["lock"], params)
    if not found:
        raise RefusedError("not_found")
    return found[0]["ended_at"] is None


def _params(who: OnDuty, processor_id: bytes, said: SaidOf) -> dict[str, object]:
    return {
        "property_id": who.property_id, "processor_id": processor_id, "staff_id": who.staff_id,
        "name": said.name.strip(), "kind": said.kind, "groups": said.groups, "reached": said.reached.strip(),
    }


def _fault(who: OnDuty, said: SaidOf) -> str:
    """Return the code of what is wrong, "" when nothing is."""
    if who.duty not in KEEPERS:
        return "not_yours"
    if not is_plain(said.name, NAME_CHARACTERS_MAX, at_least=NAME_CHARACTERS_MIN):
        return "processor_name"
    if said.kind not in KINDS:
        return "processor_kind"
    if not 0 < said.groups <= WHOLE:
        return "groups"
    if not is_plain(said.reached, REACHED_CHARACTERS_MAX, at_least=REACHED_CHARACTERS_MIN):
        return "processor_reached"
    return ""
