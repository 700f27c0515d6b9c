"""Rounds: whatever queued while a property's previous commit ran is answered together. No timer.

Rules:
* One sequencer a property: for speed. The head's compare-and-swap is what keeps two keepers correct.
* One commit after the other, in the order of the tree; while one commits, the next is prepared and the last is opened.
* An ask with writes of its own runs in a round of its own, so that a write that fails is nobody else's trouble.
* When a commit's outcome is unknown, everyone in the round is told so, and nobody is shown anything.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING

from discretion.keeper.answer import enter, open_all, prepare, prepare_changes
from discretion.keeper.store.database import LostRaceError, StoreError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from discretion.keeper.answer import Room, Round
    from discretion.keeper.papers import Ask, Reply

ASKS_IN_ROUND_MAX = 512
ASKS_WAITING_MAX = 8192
RACES_MAX = 20
CHANGES_EVERY_SECONDS = 1.0

_log = logging.getLogger("discretion.keeper.rounds")


class RoundError(Exception):
    """A round was not answered. `code` is for the wire: `conflict`, `busy` or `unavailable`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Group:
    """Asks that were brought together and are answered together."""

    __slots__ = ("asks", "done", "races")

    def __init__(self, asks: Sequence[Ask], done: Callable[[list[Reply] | RoundError], None]) -> None:
        self.asks = asks
        self.done = done
        self.races = 0


class Rounds:
    """The queue of one property and the task that answers it."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._waiting: deque[_Group] = deque()
        self._count = 0
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_idle = True  # nobody waits, and no round is being prepared
        self.rounds_count = 0
        self.asks_count = 0

    def submit(self, asks: Sequence[Ask], done: Callable[[list[Reply] | RoundError], None]) -> None:
        """Queue `asks`; `done` is called once, with their replies in order or with why there are none."""
        if self._count + len(asks) > ASKS_WAITING_MAX:
            done(RoundError("busy"))
            return
        self._count += len(asks)
        self._waiting.append(_Group(asks, done))
        self._wake.set()

    async def ask(self, asks: Sequence[Ask]) -> list[Reply]:
        """Return the replies to `asks`, in order. Errors: `RoundError`."""
        future: asyncio.Future[list[Reply]] = asyncio.get_running_loop().create_future()

        def done(outcome: list[Reply] | RoundError) -> None:
            if future.done():
                return
            if isinstance(outcome, RoundError):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

        self.submit(asks, done)
        return await future

    async def run(self) -> None:
        """Answer rounds until cancelled; those that are being entered then are still answered.

        A quiet property enters captured changes of facts all the same, once a second.
        """
        ticking = asyncio.create_task(self._tick())
        try:
            await self._run()
        finally:
            ticking.cancel()
            if self._tasks:
                await asyncio.wait(self._tasks)

    async def _run(self) -> None:
        committed: asyncio.Future[None] | None = None  # of the round that is being entered
        while True:
            if not self._waiting:
                self._wake.clear()
                self._is_idle = True
                await self._wake.wait()
                self._is_idle = False
            groups = self._take()
            prepared = await self._prepared(groups, committed)
            if committed is not None:
                await committed
                committed = None
            if prepared is None or not (prepared.drafts or groups):
                continue
            if prepared.standing.is_bad:
                self._again(groups)  # it was prepared on a round that failed, or that changed who may ask
                continue
            committed = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(self._enter(groups, prepared, committed))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _tick(self) -> None:
        """Wake the sequencer now and then, to look for captured changes where nobody asks."""
        while True:
            await asyncio.sleep(CHANGES_EVERY_SECONDS)
            self._wake.set()

    def _take(self) -> list[_Group]:
        groups: list[_Group] = []
        size = 0
        while self._waiting:
            group = self._waiting[0]
            has_writes = any(ask.writes for ask in group.asks)
            if groups and (has_writes or size + len(group.asks) > ASKS_IN_ROUND_MAX):
                break
            groups.append(self._waiting.popleft())
            size += len(group.asks)
            if has_writes:
                break
        self._count -= size
        return groups

    async def _prepared(self, groups: list[_Group], committed: asyncio.Future[None] | None) -> Round | None:
        """Return the round of these groups; captured changes are entered before it.

        None when the groups were failed.
        """
        asks = [ask for group in groups for ask in group.asks]
        try:
            for _ in range(RACES_MAX):
                prepared = await prepare(asks, self.room)
                if prepared is not None:
                    return prepared
                if committed is not None:
                    await committed
                await self._enter_changes()
        except Exception as error:  # noqa: BLE001 - whatever went wrong, every asker of the round must hear of it
            self._fail(groups, error)
            return None
        self._fail(groups, LostRaceError("changes never stopped"))
        return None

    async def _enter_changes(self) -> None:
        try:
            prepared = await prepare_changes(self.room)
            if prepared.drafts:
                await enter(prepared, self.room)
        except LostRaceError:
            return  # another keeper entered them, or was first; what still waits is seen again
        finally:
            self.room.reads.forget()

    async def _enter(self, groups: list[_Group], prepared: Round, committed: asyncio.Future[None]) -> None:
        try:
            papers = await enter(prepared, self.room) if prepared.drafts else []
        except LostRaceError:
            self._again(groups)  # another keeper was first; nothing of ours is entered
            return
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(groups, error)
            return
        finally:
            if not committed.done():  # cancelled with the sequencer that waited for it
                committed.set_result(None)
        if not self._is_idle:
            await asyncio.sleep(0)  # let the next round go to the database before this one is opened:
            await asyncio.sleep(0)  # once for the sequencer to wake, once for its task to begin
        try:
            replies = open_all(prepared, papers, self.room)
        except Exception as error:  # noqa: BLE001 - a receipt that proves nothing: nobody is shown anything
            self._fail(groups, error)
            return
        self.rounds_count += 1
        start = 0
        for group in groups:
            self.asks_count += len(group.asks)
            group.done(replies[start:start + len(group.asks)])
            start += len(group.asks)

    def _again(self, groups: list[_Group]) -> None:
        self.room.reads.forget()
        for group in reversed(groups):
            group.races += 1
            if group.races > RACES_MAX:
                group.done(RoundError("unavailable"))
            else:
                self._waiting.appendleft(group)
                self._count += len(group.asks)
                self._wake.set()

    def _fail(self, groups: list[_Group], error: Exception) -> None:
        self.room.reads.forget()
        if not isinstance(error, StoreError):
            _log.error("a round failed", exc_info=error)
        elif groups:
            _log.warning("a round failed: %s", type(error).__name__)
        code = "conflict" if isinstance(error, WriteRefusedError) else "unavailable"
        for group in groups:
            group.done(RoundError(code))
