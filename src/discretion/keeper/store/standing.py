"""What the keeper remembers of a property between rounds, and when it must forget it.

Rules:
* Everything here was read from tables, and is good only while the head is the one our own rounds left and no captured
  change of facts waits: each round's read says both. Otherwise it is dropped and read again.
* It is also dropped after half a minute, at the property's midnight, after a round with writes, and after any failure.
* Rounds move it forward before their commit has returned, so that the next can be prepared meanwhile; when a commit
  fails, the whole standing is bad, and with it every round prepared on it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from discretion.keeper.papers import Claim, Draft, StaffFacts, Usage
    from discretion.ledger.tree import Frontier

KEPT_SECONDS = 30.0
SEALED, RESTRICTED, HELD = 1, 2, 4


class Standing:
    """One property as the last round left it."""

    def __init__(
        self, frontier: Frontier, day: date, midnight_at: int, marks: Mapping[bytes, int], locked: frozenset[bytes],
        claims: dict[bytes, tuple[Claim, ...]],
        release_id: bytes = b"", joined: Mapping[bytes, tuple[bytes, ...]] | None = None,
    ) -> None:
        self.frontier = frontier
        self.day = day
        self.midnight_at = midnight_at
        self.marks = marks
        self.locked = locked
        self.claims = claims  # by guest; with the consents of those in `consulted`
        self.consulted: set[bytes] = set()
        self.joined = joined or {}  # by record: the others of the same person
        self.release_id = release_id  # of the policy in force by the database; none where the settings name it
        self.staff: dict[bytes, StaffFacts] = {}
        self.seen: dict[tuple[bytes, int], dict[bytes, int]] = {}  # (person, limited purpose) → guest → level
        self._counts: dict[tuple[bytes, int], tuple[int, int]] = {}
        self.is_bad = False
        self._last: tuple[dict[bytes, tuple[int, int]], dict[bytes, tuple[int, int]]] = ({}, {})
        self._sizes = (frontier.size, frontier.size, frontier.size)
        self._read_at = time.monotonic()

    def is_good(self, size: int, now_at: int) -> bool:
        """Whether this still stands for a read that found the head at `size`, at `now_at` UTC seconds."""
        return (
            not self.is_bad and size in self._sizes and now_at < self.midnight_at
            and time.monotonic() - self._read_at < KEPT_SECONDS
        )

    def latest(self, guest_id: bytes) -> tuple[int, int]:
        """Return (seq, index) of a guest's entry in the last two rounds, or (0, -1): a read may not show it yet."""
        newer, older = self._last
        return newer.get(guest_id) or older.get(guest_id) or (0, -1)

    def counted(self, staff_id: bytes, limited: int) -> tuple[int, int]:
        """Return how many distinct guests a person has seen clear, and only masked, today."""
        found = self._counts.get((staff_id, limited))
        if found is None:
            levels = self.seen.get((staff_id, limited), {}).values()
            clear = sum(level == 2 for level in levels)  # noqa: PLR2004 - clear
            found = self._counts[staff_id, limited] = (clear, len(levels) - clear)
        return found

    def move(self, after: Frontier, drafts: Sequence[Draft], usage: Usage) -> None:
        """Stand where a round that is being entered will leave the property."""
        self.frontier = after
        self._sizes = (after.size, *self._sizes[:2])
        self._last = (
            {d.judged.facts.ask.guest_id: (d.seq, d.index) for d in drafts if d.seq}, self._last[0],
        )
        for seen in usage.seen:
            self.seen.setdefault((seen.staff_id, seen.limited), {})[seen.guest_id] = seen.level
        for count in usage.counts:
            self._counts[count.staff_id, count.limited] = (count.clear, count.masked)
