"""Closing a ledger that no longer agrees with what was signed, and opening its successor; explicitly, while all rests.

Rules:
* What the closed ledger was stays in tables of its own, openings included: it is evidence.
* The successor has a key and an origin of its own, and its first entry commits to the closed one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from discretion.starter import programs
from discretion.starter.database import administrator
from discretion.starter.sql import query

if TYPE_CHECKING:
    from discretion.wire.settings import Property, Settings

_FILE = "closing.sql"


def close_ledger(settings: Settings, hotel: Property, because: str) -> dict[str, object]:
    """Close a hotel's ledger and return what its successor begins with: its origin, its key, and what was closed.

    Can be run again after it was interrupted between the two steps. Errors: `StarterError`.
    """
    with administrator(settings) as connection:
        connection.execute(query("migrations.sql", "become_owner"))
        found = connection.execute(query(_FILE, "is_waiting"), {"property_id": hotel.id}).fetchone()
        if found is None or not found[0]:
            told = json.loads(programs.ask_keeper(settings, "recover", "--property", hotel.id, "--how", "successor"))
            with connection.transaction():
                connection.execute(query(_FILE, "close"), {
                    "property_id": hotel.id, "origin": told["origin"], "vkey": told["vkey"],
                    "wrapped": bytes.fromhex(told["wrapped"]),
                })
    begun = programs.ask_keeper(
        settings, "recover", "--property", hotel.id, "--how", "succeed", "--because", because,
    )
    done: dict[str, object] = json.loads(begun)
    return done
