"""Orders of erasure: what is to be erased of one guest, and how it went. The keeper carries them out, nobody else can.

Rules:
* An order names field groups by a bit mask; 255 is the whole record with its key and its links.
* What a person orders rests on an open case of the guest's rights; what a plan orders names the plan.
* What stops an order (a hold, a stay that is not over) is said when it is asked for, and found again by the keeper.

Left to others: which groups may go and when (rights, retention), what an erasure does (the database, decision 0030).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from discretion.office.outcome import ActRefusal, Done
from discretion.office.sql import queries

if TYPE_CHECKING:
    from datetime import datetime

    from discretion.office.database import Office, Statements

_SQL = queries("erasures.sql")
WHOLE = 255


@dataclass(frozen=True, slots=True)
class NewErasure:
    """What is to be erased, for an open case of the guest's rights."""

    order_id: bytes
    guest_id: bytes
    groups: int
    case_id: bytes
    ordered_by: bytes
    seconded_by: bytes | None = None


@dataclass(frozen=True, slots=True)
class Erasure:
    """An order as it stands: waiting, done under the entry `entry_idx`, or `stopped` for a reason."""

    order_id: bytes
    guest_id: bytes
    groups: int
    why: str
    ordered_at: datetime
    done_at: datetime | None
    entry_idx: int | None
    stopped: str | None
    counts: dict[str, int]
    swept_at: datetime | None


@dataclass(frozen=True, slots=True)
class ToDo:
    """What one property's worker has the keeper do."""

    property_id: bytes
    plans: list[bytes]
    has_links: bool
    is_unswept: bool


async def order(now: Statements, property_id: bytes, new: NewErasure) -> Done | ActRefusal:
    """Order an erasure, inside an open transaction of the office's. The same id twice is one order.

    Refusals: `not_found`, `groups`, `case` (no open case of the guest's rights names them), `ordered` (it is
    ordered already), `held`, `open_stay`, `unknown` (there is no record any more).
    """
    params: dict[str, Any] = {"property_id": property_id, **asdict(new)}
    if await now.dicts(_SQL["order_by_id"], params):
        return Done(new.order_id, is_repeat=True)
    if why := await _fault(now, new, params):
        return ActRefusal(why)
    return Done(new.order_id, is_repeat=not await now.run(_SQL["order"], params))


async def _fault(now: Statements, new: NewErasure, params: dict[str, Any]) -> str:
    """Return the code of why something may not be ordered, "" when it may."""
    if not 0 < new.groups <= WHOLE:
        return "groups"
    found = await now.dicts(_SQL["guest"], params)
    if not found:
        return "not_found"
    if not await now.dicts(_SQL["is_case"], params):
        return "case"
    if not new.groups & ~found[0]["waiting"]:
        return "ordered"
    return str((await now.dicts(_SQL["stopped"], params))[0]["why"])


async def stopped(office: Office, property_id: bytes, guest_id: bytes, groups: int) -> str:
    """Return what stops the erasure of these groups now: `held`, `open_stay`, `unknown`; "" for nothing."""
    async with office.reading() as now:
        params = {"property_id": property_id, "guest_id": guest_id, "groups": groups}
        return str((await now.dicts(_SQL["stopped"], params))[0]["why"])


async def of_guest(office: Office, property_id: bytes, guest_id: bytes) -> tuple[Erasure, ...]:
    """Return the orders about a guest, newest first, at most 200."""
    async with office.reading() as now:
        return await now.rows(Erasure, _SQL["orders"], {"property_id": property_id, "guest_id": guest_id})


async def by_id(office: Office, property_id: bytes, order_id: bytes) -> Erasure | None:
    """Return one order."""
    async with office.reading() as now:
        return await now.row(Erasure, _SQL["order_by_id"], {"property_id": property_id, "order_id": order_id})


async def is_done(now: Statements, property_id: bytes, order_id: bytes | None) -> bool:
    """Return whether there is such an order, and it was carried out."""
    if order_id is None:
        return False
    found = await now.row(Erasure, _SQL["order_by_id"], {"property_id": property_id, "order_id": order_id})
    return found is not None and found.done_at is not None


async def to_do(office: Office) -> tuple[ToDo, ...]:
    """Return what each property's worker has the keeper do."""
    async with office.reading() as now:
        return await now.rows(ToDo, _SQL["to_do"], {})
