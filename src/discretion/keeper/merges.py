"""Merges: records of one person, joined by a link that can be undone.

Rules:
* A step is judged for both records and entered on both; only where both allow it is anything written.
* Two people join: one asks, another joins. Parting needs one, for it only takes away.
* What is in the way is told to whoever may see both records, and to nobody else.
* Nothing sealed is touched: which record shows which field group is a fact of the link.

Left to others: judging (`judge`), what the link does to facts (`store.reads`), who may be the same (`search`).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from discretion.keeper.judge import MERGING_DUTIES
from discretion.keeper.papers import Ask, AskKind, Opened
from discretion.keeper.reply import entered, told
from discretion.keeper.search import derived_id
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.wire.lookup import Entered, Failed
from discretion.wire.merging import AskMerge, JoinRecords

if TYPE_CHECKING:
    import asyncio

    from discretion.keeper.rounds import Rounds
    from discretion.keeper.store.database import Database
    from discretion.wire.lookup import Answer
    from discretion.wire.merging import PartRecords

IDENTITY = 1  # who joins or parts records may see at least who each is of
_SQL = queries("merges.sql")
_PARTED = frozenset({"other_person", "asked", "mistaken"})


class _Step:
    """One step on a link: between which records, what it writes, and what is in its way."""

    def __init__(
        self, kind: AskKind, does: str, merge_id: bytes, between: tuple[bytes, bytes], fault: str,
        writes: tuple[tuple[str, dict[str, object]], ...],
    ) -> None:
        self.kind = kind
        self.details = (("does", does), *((("fault", fault),) if fault else ()), ("merge", merge_id.hex()))
        self.merge_id = merge_id
        self.survivor_id, self.absorbed_id = between
        self.fault = fault
        self.writes = writes


async def answer(
    message: AskMerge | JoinRecords | PartRecords, who: tuple[bytes, bytes], rounds: Rounds, database: Database,
    lock: asyncio.Lock,
) -> Answer:
    """Do one step of joining or parting; `who` is the session and the person behind it."""
    async with lock:
        step = await (
            _asked(message, who, rounds, database) if isinstance(message, AskMerge)
            else _ended(message, who, rounds, database)
        )
    if step is None:
        return Failed(code="not_found")
    first = Ask(
        step.kind, derived_id(message.request_id, step.absorbed_id), who[0], guest_id=step.absorbed_id,
        purpose=message.absorbed_purpose, masked=IDENTITY, details=step.details,
    )
    (reply,) = await rounds.ask([first])
    if not isinstance(reply, Opened):
        return told(reply, first, rounds.room.policy)
    second = Ask(
        step.kind, message.request_id, who[0], guest_id=step.survivor_id, purpose=message.purpose,
        masked=IDENTITY, details=step.details, writes=() if step.fault else step.writes,
    )
    done = await entered(second, rounds, step.merge_id)
    return Failed(code=step.fault) if step.fault and isinstance(done, Entered) else done


async def _asked(message: AskMerge, who: tuple[bytes, bytes], rounds: Rounds, database: Database) -> _Step:
    merge_id = os.urandom(16)
    between = {"survivor": Uid(message.survivor_id), "absorbed": Uid(message.absorbed_id)}
    write: tuple[str, dict[str, object]] = (_SQL["ask_merge"], {
        **between, "merge": Uid(merge_id), "groups": message.absorbed_groups, "why": message.why,
        "words": message.words, "staff": Uid(who[1]),
    })
    notices: list[tuple[str, dict[str, object]]] = [
        (_SQL["tell_seconds"], {"role": role, "merge": Uid(merge_id)}) for role in sorted(MERGING_DUTIES)
    ]
    fault = await _fault(rounds, database, {**between, "but": None})
    return _Step(
        AskKind.MERGE, "ask", merge_id, (message.survivor_id, message.absorbed_id), fault, (write, *notices),
    )


async def _ended(
    message: JoinRecords | PartRecords, who: tuple[bytes, bytes], rounds: Rounds, database: Database,
) -> _Step | None:
    """Return the step that joins, or that ends the link; None where there is no such link."""
    place, merge = Uid(rounds.room.property_id), Uid(message.merge_id)
    rows = await database.rows(_SQL["merge"], {"p": place, "merge": merge})
    if not rows:
        return None
    ((survivor, absorbed, asked_by, is_joined),) = rows
    is_own = asked_by == who[1]
    values: dict[str, object] = {"merge": merge, "staff": Uid(who[1])}
    if isinstance(message, JoinRecords):
        fault = "too_late" if is_joined else "own_merge" if is_own else await _fault(
            rounds, database, {"survivor": Uid(survivor), "absorbed": Uid(absorbed), "but": merge},
        )
        return _Step(
            AskKind.MERGE, "join", message.merge_id, (survivor, absorbed), fault, ((_SQL["join_records"], values),),
        )
    why = message.why if is_joined else "withdrawn" if is_own else "refused"
    fault = "malformed" if is_joined and why not in _PARTED else ""
    write: tuple[str, dict[str, object]] = (_SQL["part_records"], {**values, "why": why})
    return _Step(AskKind.UNMERGE, "part" if fault else why, message.merge_id, (survivor, absorbed), fault, (write,))


async def _fault(rounds: Rounds, database: Database, between: dict[str, object]) -> str:
    ((fault,),) = await database.rows(_SQL["merge_fault"], {"p": Uid(rounds.room.property_id), **between})
    return str(fault)
