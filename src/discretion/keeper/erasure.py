"""Erasure: an order of the office's is carried out in the transaction of its entry; the guest's key goes with it.

Rules:
* The entry commits to whose key is destroyed, for which field groups and why, and to the tags of all entries under it:
  `rescan` takes an opening that no longer opens only where a later entry of this kind names it.
* Nobody is told before the erased list outside the database has the line on disk. A start carries out again what the
  list says and the database does not, before it serves.
* A person needs the privacy officer's duty, a passkey verified for exactly these orders, and behind each an open case
  of the guest's rights. The worker carries out plans, the operator an order for such a case, over their hatch.

Left to others: what goes and what stays (`hotel.erase` in the database), orders (the office), what stops one.
"""

from __future__ import annotations

import asyncio
import base64
import os
import time
from typing import TYPE_CHECKING, Any

from discretion.keeper.answer import enter, prepare_first
from discretion.keeper.judge import ERASING_DUTIES
from discretion.keeper.papers import Ask, AskKind, Opened, Receipt
from discretion.keeper.reply import told
from discretion.keeper.rounds import RoundError
from discretion.keeper.store.database import Uid
from discretion.keeper.store.erased import ErasedLine
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.keyring import SealError, tag_key
from discretion.ledger.leaf import decode_leaf, tag
from discretion.wire.erasure import ErasuresDone
from discretion.wire.lookup import Failed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from discretion.keeper.answer import Room
    from discretion.keeper.rounds import Rounds
    from discretion.keeper.store.database import Database
    from discretion.keeper.tickets import Live
    from discretion.keeper.vault.keyring import Keyring
    from discretion.wire.lookup import Answer

    Rows = Callable[[str, Mapping[str, object]], Awaitable[list[tuple[Any, ...]]]]

WHOLE = 255
STEPS_MAX = 100  # of 100 links each, in one message
TRIES_MAX = 5  # a guest may have another entry while an erasure is prepared
TAG_SIZE_BYTES = 8  # of each tag, in the entry that names it
FULL_VACUUM_VERSION_MIN = 170_000  # from here on a right of its own allows it
_SQL = queries("erasure.sql")


class _Order:
    """An order as the database has it now."""

    def __init__(self, order_id: bytes, row: Sequence[Any]) -> None:
        self.order_id = order_id
        (self.guest_id, self.groups, self.why, self.entry, self.done_at, stopped, stops, self.has_case, self.key_id,
         self.wrapped, self.epoch, self.seq) = row
        self.is_done = self.entry >= 0
        self.stopped = stopped or ("" if self.is_done else stops)


class Erasing:
    """Carrying out orders of one property; `rows` reads for it."""

    def __init__(self, rounds: Rounds, rows: Rows) -> None:
        self._rounds = rounds
        self._rows = rows

    async def by_person(self, order_ids: Sequence[bytes], live: Live, writes: tuple[Any, ...]) -> Answer:
        """Carry out orders for a person, whose verified passkey `writes` burn. Errors: `RoundError`; `StoreError`."""
        wanted = list(dict.fromkeys(order_ids))
        orders = [await self._order(order_id) for order_id in wanted]
        if any(order is None or not (order.has_case or order.is_done) for order in orders):
            return Failed(code="not_found")
        if live.duty not in ERASING_DUTIES and all(order.is_done for order in orders if order):
            return Failed(code="not_allowed")  # else the judge says so, in an entry
        done = ErasuresDone(done=0, stopped={}, entry=-1)
        for order_id in wanted:
            carried = await self._carry_out(order_id, live.session_id, writes)
            if not isinstance(carried, (str, int)):
                return carried
            writes = () if isinstance(carried, int) else writes
            done = _counted(done, carried)
        return done

    async def by_upkeep(self, plan_id: bytes | None, order_id: bytes | None) -> ErasuresDone | Failed:
        """Carry out one order for a case, or a plan's; with neither sever what is left of guests with many stays.

        What stops an order is counted. Errors: `RoundError`; `StoreError`.
        """
        order = await self._order(order_id) if order_id else None
        if order_id and not (order and (order.has_case or order.is_done)):
            return Failed(code="not_found")
        rows = await self._rows(_SQL["of_plan"], {"plan": Uid(plan_id)}) if plan_id else []
        done = ErasuresDone(done=0, stopped={}, entry=-1)
        for wanted in [order_id] if order_id else [row[0] for row in rows]:
            carried = await self._carry_out(wanted)
            if isinstance(carried, (str, int)):
                done = _counted(done, carried)
        for _ in range(0 if plan_id or order_id else STEPS_MAX):
            if await self._rows(_SQL["rest"], {}) == [(0,)]:
                break
        return done

    async def _order(self, order_id: bytes) -> _Order | None:
        rows = await self._rows(_SQL["order"], {"order": Uid(order_id)})
        return _Order(order_id, rows[0]) if rows else None

    async def _carry_out(
        self, order_id: bytes, session_id: bytes = b"", writes: tuple[Any, ...] = (),
    ) -> int | str | Answer:
        """Return the entry of the erasure, or the code of what stops it, or the refusal of whoever may not."""
        room = self._rounds.room
        for left in range(TRIES_MAX, 0, -1):
            order = await self._order(order_id)
            if order is None:
                return "unknown"
            if order.is_done:
                await self._listed(order, order.done_at, order.entry)
                return int(order.entry)
            if order.stopped:
                await self._rows(_SQL["stop"], {"order": Uid(order_id), "why": order.stopped})
                return order.stopped
            ask = _ask(order, room.keyring, session_id, writes)
            try:
                (reply,) = await self._rounds.ask([ask])
            except RoundError as error:
                if error.code != "conflict" or left == 1:
                    raise
                continue  # another entry of the guest, or a hold, was first: read again
            if isinstance(reply, Opened):
                entry = reply.receipt.committed.draft.index
                await self._listed(order, int(time.time()), entry)
                return entry
            return told(reply, ask, room.policy)
        raise RoundError("conflict")

    async def _listed(self, order: _Order, at: int, entry: int) -> None:
        """Return once the erased list has this erasure on disk; what was done and not listed is told to nobody."""
        line = ErasedLine(order.guest_id, order.groups, at, entry)
        await asyncio.to_thread(self._rounds.room.memory.erased.add, line)


def _counted(done: ErasuresDone, carried: str | int) -> ErasuresDone:
    if isinstance(carried, int):
        return ErasuresDone(done=done.done + 1, stopped=done.stopped, entry=max(done.entry, carried))
    stopped = {**done.stopped, carried: done.stopped.get(carried, 0) + 1}
    return ErasuresDone(done=done.done, stopped=stopped, entry=done.entry)


def _ask(
    order: _Order, keyring: Keyring, session_id: bytes, writes: tuple[Any, ...] = (), *, is_again: bool = False,
    there: Sequence[bytes] = (),
) -> Ask:
    """Return the ask that enters an erasure and carries it out; it names the guest, and is under no guest's key."""
    tags, wrapped = "", None
    if order.key_id:
        try:
            tags, wrapped = _named(order, keyring)
        except SealError:  # a damaged key opens nothing and has no tags; it goes all the same
            tags, wrapped = _as_text(there), None
    details = (
        ("by", "person" if session_id else "again" if is_again else "worker"),
        ("erased", order.guest_id.hex()), ("erased_key", (order.key_id or b"").hex()), ("groups", order.groups),
        ("order", order.order_id.hex()), ("tags", tags), ("why", order.why),
    )
    erase = (_SQL["erase"], {
        "order": Uid(order.order_id), "seq": order.seq, "wrapped": wrapped, "again": is_again,
    })
    return Ask(AskKind.ERASE, os.urandom(16), session_id, details=details, writes=(*writes, erase))


def _named(order: _Order, keyring: Keyring) -> tuple[str, bytes | None]:
    """Return the tags of all entries under a key that goes, as text; or the key wrapped without the erased groups."""
    if order.groups != WHOLE:
        return "", keyring.without_groups(order.guest_id, order.key_id, order.wrapped, order.groups)
    secret = tag_key(keyring.guest_key(order.guest_id, order.key_id, order.wrapped), order.epoch)
    return _as_text([tag(secret, seq) for seq in range(1, order.seq + 1)]), None


def _as_text(tags: Sequence[bytes]) -> str:
    return base64.b64encode(b"".join(each[:TAG_SIZE_BYTES] for each in tags)).decode()


async def carry_out_again(room: Room, database: Database) -> int:
    """Make the erased list and the database agree, before anything is served; return how many were carried out again.

    Errors: `ErasedListError`; `StoreError`; `OSError`.
    """
    place, listed = {"p": Uid(room.property_id)}, room.memory.erased.lines()
    known = await database.rows(_SQL["done"], place)
    names, done = {line[:2] for line in listed}, {(guest_id, groups) for guest_id, groups, _, _ in known}
    for line in known:
        if line[:2] not in names:
            room.memory.erased.add(ErasedLine(*line))  # a crash came between
    params = {**place, "guests": [Uid(guest_id) for guest_id in {line.guest_id for line in listed}]}
    keyed = {row[0]: row for row in await database.rows(_SQL["keyed"], params)}
    count = 0
    # Whole records first: where the key is gone already, a part of it cannot be forgotten.
    for guest_id, groups in sorted(dict.fromkeys(line[:2] for line in listed), key=lambda line: line[1] != WHOLE):
        if guest_id not in keyed or (groups != WHOLE and (guest_id, groups) in done):
            continue
        order_id = os.urandom(16)
        order = _Order(order_id, (guest_id, groups, "request", -1, 0, "", "", False, *keyed[guest_id][1:]))
        adding = (_SQL["add_order"], {"order": Uid(order_id), "guest": Uid(guest_id), "groups": groups})
        # A backup's key part from after the erasure: without the key, the entries under it say which tags they have.
        leaves = [] if order.wrapped else await database.rows(_SQL["under"], {**place, "key": Uid(order.key_id)})
        there = [decode_leaf(leaf).tag for (leaf,) in leaves]
        ask = _ask(order, room.keyring, b"", (adding,), is_again=True, there=there)
        (paper,) = await enter(await prepare_first(ask, room), room)
        entry = paper.committed.draft.index if isinstance(paper, Receipt) else -1
        room.memory.erased.add(ErasedLine(guest_id, groups, int(time.time()), entry))
        if groups == WHOLE:
            del keyed[guest_id]
        else:
            keyed = {row[0]: row for row in await database.rows(_SQL["keyed"], params)}
        count += 1
    return count


async def sweep(room: Room, database: Database) -> dict[str, int]:
    """Take what is left of erasures out of large captures and out of the tables' files; return counts.

    Before PostgreSQL 17 the files are the administrator's to write anew: then `is_for_administrator` is 1.
    Errors: `StoreError`; nothing is then said to be swept.
    """
    place = {"p": Uid(room.property_id)}
    ((before, version),) = await database.rows(_SQL["moment"], {})
    ((changes,),) = await database.rows(_SQL["sweep"], place)
    if version < FULL_VACUUM_VERSION_MIN:
        return {"changes": changes, "swept": 0, "is_for_administrator": 1}
    await database.rows("set statement_timeout = 0", {})
    await database.rows("set lock_timeout = '1s'", {})
    try:
        for (table,) in await database.rows(_SQL["tables"], {}):
            await database.rows(f"vacuum (full) {table}", {})
        ((swept,),) = await database.rows(_SQL["swept"], {**place, "before": before})
    finally:
        await database.close()  # the next connection has the usual limits
    return {"changes": changes, "swept": swept}
