"""Erasures on the worker's clock: plans are carried out, and at night what they left is swept.

Rules:
* The keeper decides and does it; this only says that it is time. What could not be done now is asked for again.
* Files of tables are written anew in the hour before the night audit, and only where something was erased.
"""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING

from discretion.office import erasures
from discretion.office.sql import queries
from discretion.wire.erasure import CarryOutErasures, ErasuresDone, SweepErased
from discretion.wire.frame import FrameError, HatchClosedError
from discretion.wire.upkeep import UpkeepHatch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, time

    from discretion.office.database import Office
    from discretion.wire.settings import Settings
    from discretion.wire.upkeep import UpkeepAnswer

_KEEPER_SECONDS_MAX = 600.0  # a sweep writes tables anew
_SQL = queries("worker.sql")
_log = logging.getLogger("discretion.worker")


class ErasureClock:
    """What of erasures is due, for every property."""

    def __init__(self, settings: Settings, office: Office) -> None:
        self._settings = settings
        self._office = office

    async def carry_out(self) -> int:
        """Return how many orders of plans are carried out now; links left of guests with many stays are severed too."""
        messages = [
            CarryOutErasures(property_id=each.property_id, request_id=os.urandom(16), plan_id=plan)
            for each in await erasures.to_do(self._office)
            for plan in [*each.plans, *([None] if each.has_links else [])]
        ]
        answers = await asyncio.to_thread(self._asked, messages)
        return sum(answer.done for answer in answers if isinstance(answer, ErasuresDone))

    async def sweep(self) -> int:
        """Return at how many properties the files were swept; asked for every hour, done in the quiet one."""
        async with self._office.reading() as now:
            quiet = {
                row["property_id"] for row in await now.dicts(_SQL["clocks"], {})
                if is_quiet(row["local_now"], row["night_audit_at"])
            }
        due = [each.property_id for each in await erasures.to_do(self._office) if each.is_unswept]
        messages = [SweepErased(property_id=property_id) for property_id in due if property_id in quiet]
        return len(await asyncio.to_thread(self._asked, messages))

    def _asked(self, messages: Sequence[CarryOutErasures | SweepErased]) -> list[UpkeepAnswer]:
        if not messages:
            return []
        try:
            hatch = UpkeepHatch(str(self._settings.upkeep_socket), within_seconds=_KEEPER_SECONDS_MAX)
        except HatchClosedError:
            return []  # the next time
        try:
            return [hatch.ask(message) for message in messages]
        except (HatchClosedError, FrameError):
            _log.warning("the keeper did not answer; erasures are asked for again")
            return []
        finally:
            hatch.close()


def is_quiet(local_now: datetime, night_audit_at: time) -> bool:
    """Whether this is the hour before the night audit."""
    return (local_now.hour + 1) % 24 == night_audit_at.hour
