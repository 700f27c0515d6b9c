"""Rounds: whatever queued while a property's previous commit ran is answered together. No timer.

Rules:
* One sequencer a property: for speed. The head's compare-and-swap is what keeps two keepers correct.
* An ask with writes of its own runs in a round of its own, so that a write that fails is nobody else's trouble.
* When a commit's outcome is unknown, everyone in the round is told so, and nobody is shown anything.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING

from discretion.keeper.answer import answer
from discretion.keeper.store.database import LostRaceError, StoreAwayError, StoreError, WriteRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from discretion.keeper.answer import Room
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

    __slots__ = ("asks", "done")

    def __init__(self, asks: Sequence[Ask], done: Callable[[list[Reply] | RoundError], None]) -> None:
        self.asks = asks
        self.done = done


class Rounds:
    """The queue of one property and the task that answers it."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self._waiting: deque[_Group] = deque()
        self._count = 0
        self._wake = asyncio.Event()
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
        """Answer rounds until cancelled. A quiet property still enters captured changes of facts, once a second."""
        while True:
            try:
                async with asyncio.timeout(CHANGES_EVERY_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            await self._round(self._take())

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
        if not self._waiting:
            self._wake.clear()
        return groups

    async def _round(self, groups: list[_Group]) -> None:
        asks = [ask for group in groups for ask in group.asks]
        try:
            replies = await self._answered(asks)
        except Exception as error:  # whatever went wrong, every asker of the round must hear of it
            code = "conflict" if isinstance(error, WriteRefusedError) else "unavailable"
            if not isinstance(error, StoreError):
                _log.exception("a round failed")
            elif asks or not isinstance(error, StoreAwayError):
                _log.warning("a round failed: %s", type(error).__name__)
            for group in groups:
                group.done(RoundError(code))
            return
        self.rounds_count += 1
        self.asks_count += len(asks)
        start = 0
        for group in groups:
            group.done(replies[start:start + len(group.asks)])
            start += len(group.asks)

    async def _answered(self, asks: list[Ask]) -> list[Reply]:
        for _ in range(RACES_MAX):
            try:
                return await answer(asks, self.room)
            except LostRaceError:
                continue  # another keeper was first; nothing of ours is entered
        raise StoreAwayError("the head was lost too many times in a row")
