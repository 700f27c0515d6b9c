"""Posts to guests: that something waits on their pages. Codes here; the words name neither hotel nor matter."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from discretion.office.sql import queries

if TYPE_CHECKING:
    from discretion.office.database import Statements

_SQL = queries("guest_door.sql")


async def tell(now: Statements, property_id: bytes, guest_id: bytes, code: Literal["answer", "request"]) -> None:
    """Have a guest told that something waits, in the transaction it waits from; not twice, nor who wants no posts."""
    await now.run(_SQL["tell_guest"], {
        "property_id": property_id, "post_id": os.urandom(16), "guest_id": guest_id, "code": code,
    })
