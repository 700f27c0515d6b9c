"""The clocks of reviews, for the worker: what is overdue goes up, own look-ups are told at night, pairs monthly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - the rows are built from these annotations
from typing import TYPE_CHECKING

from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.database import Office, Statements

_SQL = queries("reviews.sql")
_CLOCKS = queries("worker.sql")["clocks"]


@dataclass(frozen=True, slots=True)
class _Month:
    from_at: datetime
    until_at: datetime


async def run_clocks(office: Office) -> int:
    """Return how many notices were made. Each is made in the transaction that remembers it, so none is made twice."""
    async with office.reading() as now:
        properties = await now.dicts(_CLOCKS, {})
    told = 0
    for each in properties:
        params = {"property_id": each["property_id"]}
        async with office.changing() as now:
            told += await now.run(_SQL["escalate"], params)
        async with office.changing() as now:
            told += await now.run(_SQL["tell_own"], params)
        async with office.changing() as now:
            told += await _report(now, params)
    return told


async def _report(now: Statements, params: Mapping[str, object]) -> int:
    """Tell of last month's pairs and quick votes, where there are any."""
    month = await now.row(_Month, _SQL["report_due"], params)
    if month is None:
        return 0
    span = {**params, "from_at": month.from_at, "until_at": month.until_at}
    pairs, quick = await now.dicts(_SQL["pairs"], span), await now.dicts(_SQL["quick"], span)
    if not pairs and not quick:
        return 0
    return await now.run(_SQL["report"], {**params, "pairs": len(pairs), "quick": len(quick)})
