"""Copies: what the records of a stay's people said, kept sealed at check-in, check-out and each correction.

Rules:
* A copy is made without opening anything, and never changes; a correction is a new version beside it, with its reason.
* A copy is opened under an entry like any look-up of that guest's record, judged by the same facts.

Left to others: judging (`judge`), which copies there are (the office), opening (`vault.unseal`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from discretion.keeper.papers import Ask, AskKind, Opened
from discretion.keeper.reply import entered, told
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.wire.lookup import Snapshot

if TYPE_CHECKING:
    import asyncio

    from discretion.keeper.rounds import Rounds
    from discretion.keeper.store.database import Database
    from discretion.wire.lookup import Answer
    from discretion.wire.merging import LookUpCopy

_SQL = queries("records.sql")


async def answer(
    message: Snapshot | LookUpCopy, who: tuple[bytes, bytes], rounds: Rounds, database: Database, lock: asyncio.Lock,
) -> Answer:
    """Do what a message asks for; `who` is the session and the person behind it."""
    if isinstance(message, Snapshot):
        return await _keep(message, who, rounds)
    return await _look_up(message, who, rounds, database, lock)


async def _keep(message: Snapshot, who: tuple[bytes, bytes], rounds: Rounds) -> Answer:
    """Keep the copies of these records as they stand now."""
    guests = sorted(set(message.guest_ids))
    write = (_SQL["keep_copies"], {
        "stay": Uid(message.stay_id), "guests": [Uid(guest) for guest in guests], "occasion": message.occasion,
        "reason": message.reason, "staff": Uid(who[1]),
    })
    ask = Ask(
        AskKind.SNAPSHOT, message.request_id, session_id=who[0],
        purpose="check_out" if message.occasion == "check_out" else "check_in",
        details=(
            ("guests", [guest.hex() for guest in guests]), ("occasion", message.occasion),
            ("reason_given", message.reason), ("stay", message.stay_id.hex()),
        ),
        writes=(write,),
    )
    return await entered(ask, rounds)


async def _look_up(
    message: LookUpCopy, who: tuple[bytes, bytes], rounds: Rounds, database: Database, lock: asyncio.Lock,
) -> Answer:
    """Enter the look-up, then open the copy against its receipt; where there is no such copy, nothing."""
    ask = Ask(
        AskKind.LOOK_UP, message.request_id, who[0], guest_id=message.guest_id, purpose=message.purpose,
        clear=message.clear, masked=message.masked & ~message.clear,
        details=(
            ("context", message.context), ("copy", message.version), ("reason_given", message.reason),
            ("reference", message.reference), ("stay", message.stay_id.hex()),
        ),
        is_of_copy=True,
    )
    (reply,) = await rounds.ask([ask])
    if isinstance(reply, Opened):
        room = rounds.room
        async with lock:
            rows = await database.rows(_SQL["copy_boxes"], {
                "p": Uid(room.property_id), "request": Uid(message.request_id), "stay": Uid(message.stay_id),
                "guest": Uid(message.guest_id), "version": message.version,
            })
        for boxes, versions in rows:
            committed = structs.replace(reply.receipt.committed, boxes=boxes, versions=versions)
            room.vault.boxes.allowed += 1
            room.memory.allowed += 1
            reply = room.vault.unseal(structs.replace(reply.receipt, committed=committed))
    return told(reply, ask, rounds.room.policy)
