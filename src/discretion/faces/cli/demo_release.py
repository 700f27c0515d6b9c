"""A proposal for the demo: a release of the policy that shows the desk less, so that there is one to read and sign."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.policy_words import as_report
from discretion.office import releases
from discretion.office.database import Office
from discretion.policy.release import REGULAR

if TYPE_CHECKING:
    from discretion.office.demo import Demo
    from discretion.wire.settings import Settings

_WIDE: Final = b'clear=["identity","contact","booking","preferences"]'
_NARROW: Final = b'clear=["identity","booking"]'
_NOTE: Final = (
    "办理入住前，前台不需要看到宾客的联系方式和偏好 / "
    "Contact and preferences are not needed to prepare an arrival"
)
_AUTHOR: Final = "1002"
_DAYS: Final = 2


def propose_sample(settings: Settings, demo: Demo) -> None:
    """Propose it, in the name of the demo's duty manager; nothing where the starting text is another one."""
    zero = releases.starting_text(None)
    body = zero.replace(_WIDE, _NARROW, 1)
    if body == zero:
        return
    at = (datetime.now(UTC) + timedelta(days=_DAYS)).replace(microsecond=0)
    report = json.dumps({"difference": as_report(releases.difference(zero, body))}, ensure_ascii=False)
    new = releases.NewRelease(os.urandom(16), body, demo.staff[_AUTHOR], REGULAR, "demo", at, _NOTE, report)

    async def do() -> None:
        async with Office(settings.conninfo("office"), connections_max=1) as office:
            before = await releases.in_force(office, demo.property_id, zero)
            await releases.propose(office, demo.property_id, new, before)

    asyncio.run(do())
