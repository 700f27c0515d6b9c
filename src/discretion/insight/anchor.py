"""The anchor: the newest checkpoint of a ledger that may stand on a public page, with who has vouched for it.

Rules:
* It is checked here before it is shown: the log's signature, and each line of a witness that the settings name.
* Cosigned is said only when so many witnesses as the settings ask for have seen exactly this checkpoint. Who asks for
  none gets a signed one, and the page says that nobody outside has vouched for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg

from discretion.insight.counting import SQL
from discretion.ledger.checkpoint import Verifier, open_checkpoint
from discretion.ledger.cosignature import cosignatures
from discretion.ledger.trust import NONE

if TYPE_CHECKING:
    from discretion.ledger.trust import Trust

_OPTIONS = "-c search_path=pg_catalog -c statement_timeout=30s -c default_transaction_read_only=on -c jit=off"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint that was checked: its exact text, the log's key, size and root, and who cosigned it when.

    `is_cosigned`: enough witnesses have seen it. `seen_at` is when the last of them did.
    """

    note: str
    vkey: str
    origin: str
    size: int
    root: bytes
    witnesses: tuple[str, ...] = ()
    seen_at: datetime | None = None
    is_cosigned: bool = False


def anchor_of(conninfo: str, property_id: bytes, trust: Trust | None) -> Anchor | None:
    """Return the anchor of a property, read under the auditor's role; None before anything was signed.

    Errors: `LedgerError` when what the database holds does not verify; `psycopg.OperationalError`.
    """
    with psycopg.connect(conninfo, options=_OPTIONS) as connection:
        row = connection.execute(SQL["newest"], {"p": property_id.hex()}).fetchone()
    return None if row is None else checked(bytes(row[0]).decode(), row[1], trust)


def checked(note: str, vkey: str, trust: Trust | None) -> Anchor:
    """Return the anchor that a checkpoint makes. Errors: `LedgerError` when it does not verify."""
    log = Verifier.parse(vkey)
    head = open_checkpoint(note, log)
    named = () if trust is None else trust.witnesses.values()
    seen = cosignatures(note, named)
    is_cosigned = trust is not None and trust.quorum != NONE and bool(seen) and trust.is_enough(seen.keys())
    return Anchor(
        note, vkey, log.name, head.size, head.root, tuple(sorted(witness.name for witness in seen)),
        datetime.fromtimestamp(max(seen.values()), UTC) if seen else None, is_cosigned,
    )
