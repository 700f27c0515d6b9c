"""Rounds: whatever queued while a property's previous commit ran is answered together. No timer.

Rules:
* One sequencer a property: for speed. The head's compare-and-swap is what keeps two keepers correct.
* One commit after the other, in the order of the tree; while one commits, the next is prepared and the last is opened.
* An ask with writes of its own runs in a round of its own, so that a write that fails is nobody else's trouble.
* As many boxes are opened as entries allowed, counted once a second; one more is an alarm and an entry.
* A policy comes into force with its entry: no round is decided by the one and entered after the other.
* When a commit's outcome is unknown, everyone in the round is told so, and nobody is shown anything.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import deque
from typing import TYPE_CHECKING

from discretion.keeper.answer import enter, open_all, prepare, prepare_changes, waits_for_witness
from discretion.keeper.papers import Ask, AskKind
from discretion.keeper.release import InForce, ReleaseError, paper_ask, released
from discretion.keeper.store.database import LostRaceError, StoreError, Uid, WriteRefusedError
from discretion.keeper.store.memory import ForkError
from discretion.keeper.store.sql import queries

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from discretion.keeper.answer import Room, Round
    from discretion.keeper.papers import Facts, Receipt, Refused, Reply
    from discretion.policy.table import Policy

ASKS_IN_ROUND_MAX = 512
ASKS_WAITING_MAX = 8192
RACES_MAX = 20
CHANGES_EVERY_SECONDS = 1.0

_END_EMERGENCY = queries("exceptions.sql")["end_emergency"]
_log = logging.getLogger("discretion.keeper.rounds")


class RoundError(Exception):
    """A round was not answered. `code` is for the wire: `conflict`, `busy`, `unavailable` or `unwitnessed`."""

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
        self._coming: tuple[Ask, Policy] | None = None  # the release whose activation is being entered
        self._looking = asyncio.Lock()
        self._told: set[str] = set()  # what was wrong with releases, said once

    def submit(self, asks: Sequence[Ask], done: Callable[[list[Reply] | RoundError], None]) -> None:
        """Queue `asks`; `done` is called once, with their replies in order or with why there are none."""
        if self._count + len(asks) > ASKS_WAITING_MAX or self.room.witnessing.is_stopped:
            done(RoundError("unavailable" if self.room.witnessing.is_stopped else "busy"))
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
            room = self.room
            prepared = await self._prepared(groups, committed)
            if committed is not None:
                await committed
                committed = None
            if prepared is None or not (prepared.drafts or groups):
                continue
            if prepared.standing.is_bad or self.room is not room:
                self._again(groups)  # prepared on a round that failed or changed who may ask, or by another policy
                continue
            if prepared.standing.release_id != room.release_id:  # another keeper, or a hand in the database
                await self._look_for_policy()
                self._again(groups)
                continue
            committed = asyncio.get_running_loop().create_future()
            self._begin(self._enter(groups, prepared, committed))

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tick(self) -> None:
        """Wake the sequencer now and then, to look for captured changes where nobody asks, and count openings."""
        while True:
            await asyncio.sleep(CHANGES_EVERY_SECONDS)
            self._wake.set()
            await self._look_for_policy()
            self.room.memory.opened += self.room.vault.boxes.take_opened()
            if excess := self.room.vault.boxes.excess():
                _log.error("boxes were opened without an entry: %d", excess)
                self._alarm("opened_without_entry", excess)
            if self.room.witnessing.take_alarm():
                _log.error("no outside witness has kept up")
                self._alarm("witness_lag", int(self.room.witnessing.lag_seconds()))
            self._end_emergencies()

    def _end_emergencies(self) -> None:
        """Enter the end of emergency viewings whose time is up; the database's clock has the last word."""
        for guest_id, emergency_id in self.room.reads.emergencies_over(int(time.time())):
            write = (_END_EMERGENCY, {"emergency": Uid(emergency_id), "staff": None})
            details = (("emergency", emergency_id.hex()), ("ended", "by_time"))
            ask = Ask(
                AskKind.EMERGENCY_END, os.urandom(16), guest_id=guest_id, details=details, writes=(write,),
            )
            self.submit([ask], lambda _: None)

    def _alarm(self, what: str, count: int) -> None:
        """Enter an alarm."""
        details = (("alarm", what), ("count", count))
        self.submit([Ask(AskKind.ALARM, os.urandom(16), details=details)], lambda _: None)

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
        room = self.room  # the one it was prepared in
        try:
            papers = await enter(prepared, room) if prepared.drafts else []
            self._take_policy(papers)
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
        self.rounds_count += 1
        start, rest = 0, iter(papers)
        for group in groups:
            self.asks_count += len(group.asks)
            known = prepared.known[start:start + len(group.asks)]
            theirs = [next(rest) for facts in known if facts.entered_idx < 0]
            start += len(group.asks)
            if waits_for_witness(theirs, room):
                self._begin(self._open_cosigned(group, known, theirs, prepared.after.size))
            else:
                self._open(group, known, theirs)

    def _take_policy(self, papers: Sequence[Receipt | Refused]) -> None:
        """Go by the release that this round's entry brought into force; what was prepared meanwhile begins anew."""
        if self._coming is not None and any(paper_ask(paper) is self._coming[0] for paper in papers):
            ask, policy = self._coming
            self.room = self.room.under(*self.room.releases.adopt(policy, released(ask)))
            _log.info("another policy is in force")

    async def _look_for_policy(self) -> None:
        """Go by what another keeper has brought into force, or enter the release that is due. Never raises."""
        async with self._looking:
            if self._coming is not None:
                return
            try:
                news = await self.room.releases.news(self.room.release_id)
            except StoreError:
                return  # the rounds hear of it too
            except OSError:  # it cannot be remembered: until it is, nothing is decided by it
                _log.exception("the release in force was not remembered")
                return
            except ReleaseError as error:
                why = str(error)  # codes
                if why not in self._told:
                    self._told.add(why)
                    _log.error("a release of the policy does not hold: %s", why)
                    self._alarm(error.code, 1)
                return
            if isinstance(news, InForce):
                self.room = self.room.under(*news)
                _log.info("another policy is in force")
            elif news is not None:
                self._coming = news
                self.submit([news[0]], self._policy_entered)

    def _policy_entered(self, _outcome: list[Reply] | RoundError) -> None:
        self._coming = None  # where it failed, the next look says whether it is in force all the same

    def _open(self, group: _Group, known: Sequence[Facts], papers: Sequence[Receipt | Refused]) -> None:
        try:
            replies = open_all(known, papers, self.room)
        except Exception as error:  # noqa: BLE001 - a receipt that proves nothing: nothing of it is shown
            self._fail([group], error)
        else:
            group.done(replies)

    async def _open_cosigned(
        self, group: _Group, known: Sequence[Facts], papers: Sequence[Receipt | Refused], size: int,
    ) -> None:
        """Open once outside witnesses have cosigned the entries; entered and not opened when they take too long."""
        try:
            await self.room.witnessing.covered(size)
        except TimeoutError:
            group.done(RoundError("unwitnessed"))
        else:
            self._open(group, known, papers)

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
        if isinstance(error, ForkError):
            _log.error("the ledger of the database does not extend what was signed; nothing is entered")
        elif not isinstance(error, StoreError):
            _log.error("a round failed", exc_info=error)
        elif groups:
            _log.warning("a round failed: %s", type(error).__name__)
        code = "conflict" if isinstance(error, WriteRefusedError) else "unavailable"
        for group in groups:
            group.done(RoundError(code))
