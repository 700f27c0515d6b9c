"""The sealed copies of a stay: what its people's records said at check-in, at check-out and after each correction.

Rules:
* Copies are added and never changed. Which one counts follows from what was done to the stay, and is stored nowhere.
* The office knows that there is a copy, when and why it was made; what it says is the keeper's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING, Final

from discretion.office.merges import Side
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discretion.office.database import Office

_SQL: Final = queries("stay_copies.sql")
REASONS: Final = ("misread", "guest_said", "missing")


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of one person; of joined records several hold a part each.

    Shapes: the three lists go together: a record, the version of its copy, and the field groups that count of it.
    """

    guest_id: bytes
    version: int
    occasion: str
    reason: str
    at: datetime
    by_name: str
    position: int
    is_undone: bool
    record_ids: list[bytes]
    record_versions: list[int]
    record_groups: list[int]

    @property
    def is_of_registration(self) -> bool:
        """Whether it says what was registered, as against what was invoiced."""
        return self.occasion != "check_out"

    @property
    def parts(self) -> tuple[tuple[Side, int], ...]:
        """Return each record with what counts of it, and the version of its copy."""
        return tuple(
            (Side(record, groups), version)
            for record, version, groups in zip(self.record_ids, self.record_versions, self.record_groups, strict=True)
        )


async def copies(office: Office, property_id: bytes, stay_id: bytes) -> tuple[Copy, ...]:
    """Return the copies of a stay's people, each person's newest first."""
    async with office.reading() as now:
        return await now.rows(Copy, _SQL["copies"], {"property_id": property_id, "stay_id": stay_id})


def counting(found: Iterable[Copy], *, of_registration: bool = True) -> tuple[Copy, ...]:
    """Return of each person the newest copy that was not undone, of the registration or of the invoice."""
    newest: dict[bytes, Copy] = {}
    for copy in found:
        if copy.is_of_registration is of_registration and not copy.is_undone:
            newest.setdefault(copy.guest_id, copy)
    return tuple(newest.values())
