"""Records of one person, joined by a link: what is joined with what, and in which record each field group lies.

Rules:
* The office reads links and makes none: joining and parting are the keeper's, under entries of both records.
* Every record stays itself. What is said here holds at the moment of the reading.

Left to others: joining and parting (the keeper), who may see which record (the policy).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Final

from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Office, Statements

_SQL: Final = queries("merges.sql")
WHYS: Final = ("document", "email", "phone", "guest_said", "imported")
WHYS_PARTED: Final = ("other_person", "asked", "mistaken")


@dataclass(frozen=True, slots=True)
class Side:
    """A record, and the field groups (as bits) that it shows of the person."""

    record_id: bytes
    groups: int


@dataclass(frozen=True, slots=True)
class Merge:
    """A link between two records, asked for, joined or ended."""

    merge_id: bytes
    survivor_id: bytes
    absorbed_id: bytes
    absorbed_groups: int
    why: str
    words: str
    asked_by: bytes
    asked_at: datetime
    joined_at: datetime | None
    asked_by_name: str
    joined_by_name: str
    ended_at: datetime | None
    why_ended: str
    ended_by_name: str

    @property
    def is_joined(self) -> bool:
        """Whether the two show as one now."""
        return self.joined_at is not None and self.ended_at is None

    @property
    def waits(self) -> bool:
        """Whether a second person is waited for."""
        return self.joined_at is None and self.ended_at is None


async def linked(now: Statements, property_id: bytes, guest_id: bytes) -> tuple[bytes, ...]:
    """Return this record's id and those of every record joined with it at the moment."""
    rows = await now.dicts(_SQL["linked"], {"property_id": property_id, "guest_id": guest_id})
    return tuple(row["guest_id"] for row in rows)


async def sides(office: Office, property_id: bytes, guest_id: bytes) -> tuple[Side, ...]:
    """Return in which records the groups of a person lie; one that is joined with none has them all."""
    async with office.reading() as now:
        return await now.rows(Side, _SQL["sides"], {"property_id": property_id, "guest_id": guest_id})


async def merge(office: Office, property_id: bytes, merge_id: bytes) -> Merge | None:
    """Return one link, None for an unknown one."""
    async with office.reading() as now:
        return await now.row(Merge, _SQL["merge"], {"property_id": property_id, "merge_id": merge_id})


async def merges_of(office: Office, property_id: bytes, guest_id: bytes) -> tuple[Merge, ...]:
    """Return the links that name a record now, oldest first."""
    async with office.reading() as now:
        return await now.rows(Merge, _SQL["of_guest"], {"property_id": property_id, "guest_id": guest_id})


async def waiting(office: Office, property_id: bytes) -> tuple[Merge, ...]:
    """Return the links that wait for a second person, oldest first."""
    async with office.reading() as now:
        return await now.rows(Merge, _SQL["waiting"], {"property_id": property_id})
