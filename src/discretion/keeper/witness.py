"""Witnesses: which heads of one ledger enough outsiders have cosigned, and how long the newest entries have waited.

Rules:
* A line counts only once it is verified here, against a checkpoint of ours, by a witness of the settings.
* The wait begins when a head is published, and ends when a quorum has cosigned that head or a later one.
* A ledger that somebody outside found inconsistent stops: nothing is entered, nothing is opened, the evidence is kept.

Left to others: reaching witnesses (the worker), which have to see a checkpoint before something is opened (the policy).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections import deque
from typing import TYPE_CHECKING

from discretion.keeper.store.sql import queries
from discretion.ledger.checkpoint import read_note
from discretion.ledger.cosignature import cosignatures
from discretion.ledger.errors import CheckpointError, LedgerError

if TYPE_CHECKING:
    from pathlib import Path

    from discretion.keeper.store.database import Database, Uid
    from discretion.ledger.trust import Trust
    from discretion.wire.settings import Witnesses

COVERED_SECONDS_MAX = 12.0  # below what the house waits for an answer
_SQL = queries("publish.sql")
_log = logging.getLogger("discretion.keeper.witness")


class Witnessing:
    """What one ledger's witnesses have cosigned, as verified by this keeper."""

    def __init__(
        self, settings: Witnesses, trust: Trust | None, stopped_file: Path, wanted: asyncio.Event,
    ) -> None:
        """Shapes: without `trust` there are no witnesses, and nothing ever waits for one.

        `wanted` is set when somebody waits for a cosignature before anything is opened; all properties share it.
        """
        self._settings = settings
        self._trust = trust
        self._stopped_file = stopped_file
        self._published: deque[tuple[int, float]] = deque()  # heads that no quorum has seen, with when they went out
        self._names = {key: name for name, key in trust.witnesses.items()} if trust is not None else {}
        self.seen: dict[str, tuple[int, int]] = dict.fromkeys(self._names.values(), (0, 0))  # newest size, and when
        self.cosigned_size = 0
        self.is_alarmed = False
        self.is_stopped = False  # whether somebody outside has found this ledger inconsistent
        self._wanted = wanted
        self._moved = asyncio.Event()

    def newest_at(self) -> int:
        """Return when a witness saw something last, in POSIX seconds by its own clock; 0 when none has."""
        return max((at for _, at in self.seen.values()), default=0)

    def publish(self, size: int) -> None:
        """Note that the head of `size` has been published now."""
        if self._trust is not None and size > max(self.cosigned_size, self._published[-1][0] if self._published else 0):
            self._published.append((size, time.monotonic()))

    def lag_seconds(self) -> float:
        """Return how long the oldest published head that no quorum has seen has waited; 0 when there is none."""
        return time.monotonic() - self._published[0][1] if self._published else 0.0

    def is_closed(self) -> bool:
        """Whether nothing may be opened until witnesses have caught up."""
        return 0 < self._settings.close_after_seconds <= self.lag_seconds()

    def take_alarm(self) -> bool:
        """Return whether the lag has become an alarm since the last time."""
        was, self.is_alarmed = self.is_alarmed, self.lag_seconds() >= self._settings.alarm_after_seconds
        return self.is_alarmed and not was

    async def covered(self, size: int) -> None:
        """Return once a quorum has cosigned a head of at least `size`. Errors: `TimeoutError` after a while."""
        self._wanted.set()
        async with asyncio.timeout(COVERED_SECONDS_MAX):
            while self.cosigned_size < size:
                await self._moved.wait()

    async def load(self, place: Uid, database: Database) -> None:
        """Read what was cosigned before. Errors: as `Database.rows`."""
        for size, note in await database.rows(_SQL["cosigned"], {"p": place}):
            self._take(size, note)

    async def add(self, place: Uid, size: int, lines: str, database: Database) -> int:
        """Keep the lines of `lines` that verify over the checkpoint of `size`, and return how many are new.

        Errors: `LedgerError` for lines that are malformed or by a known witness and wrong; as `Database.rows`.
        """
        rows = await database.rows(_SQL["checkpoint"], {"p": place, "size": size})
        if self._trust is None or not rows:
            return 0
        checkpoint = bytes(rows[0][0]).decode()
        note = checkpoint + lines
        if read_note(note)[0] != read_note(checkpoint)[0]:
            raise CheckpointError("lines that change the text they stand under")
        times = cosignatures(note, self._names)
        new = [(self._names[key], at, _line_of(lines, key.name)) for key, at in times.items()]
        added = await database.rows(_SQL["add_cosignatures"], {
            "p": place, "size": size, "witnesses": [each[0] for each in new], "at": [each[1] for each in new],
            "lines": [each[2] for each in new],
        })
        for row in await database.rows(_SQL["cosigned_at"], {"p": place, "size": size}):
            self._take(*row)
        return len(added)

    def stop(self, why: str, who: str, evidence: str) -> None:
        """Stop this ledger, with the evidence in a file. The first reason stays. Errors: `OSError`."""
        _log.error("the ledger is stopped: %s", why)
        if self.is_stopped:
            return
        self.is_stopped = True
        number = os.open(self._stopped_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump({"at": int(time.time()), "why": why, "who": who, "evidence": evidence}, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())

    def _take(self, size: int, note: str) -> None:
        """Count a checkpoint with every line that is kept of it."""
        if self._trust is None:
            return
        try:
            times = cosignatures(note, self._names)
        except LedgerError:
            _log.exception("a kept cosignature does not verify")
            return
        for key, at in times.items():
            if size >= self.seen[self._names[key]][0]:
                self.seen[self._names[key]] = (size, at)
        if size > self.cosigned_size and self._trust.is_enough(times.keys()):
            self.cosigned_size = size
            while self._published and self._published[0][0] <= size:
                self._published.popleft()
            self._moved.set()
            self._moved = asyncio.Event()


def _line_of(lines: str, name: str) -> str:
    """Return the signature line of one key's name."""
    return next(line for line in lines.split("\n") if line.split(" ")[1:2] == [name])
