"""One property as the door serves it: its rounds, the connections of its slower asks, and how a message fails.

Rules:
* A round has a connection of its own; whatever takes longer uses the other, one at a time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from discretion.keeper.store.reads import Reads

if TYPE_CHECKING:
    from discretion.keeper.rounds import Rounds
    from discretion.keeper.store.database import Database


class Desk:
    """One property's rounds, and the connections that its slower asks use."""

    def __init__(self, rounds: Rounds, database: Database) -> None:
        self.rounds = rounds
        self.database = database
        self.reads = Reads(database, rounds.room.property_id)
        self.lock = asyncio.Lock()
        self.reading = asyncio.Lock()  # one reading of entries at a time: each takes a tenth of a second


class FailError(Exception):
    """A message that is answered with a code and goes no further."""

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.field = field
