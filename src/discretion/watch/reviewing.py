"""Reviewing: every look-up is read once, explained where the facts hold an explanation, and else left to a reviewer.

Rules:
* Cursor and rows are one transaction: each entry is taken exactly once, whoever breaks off where.
* Kept is only what somebody has to look at; of the rest there are counts. Who looked at whom stands in no table
  because it was explained.
* What nothing explains waits half an hour before it goes to a reviewer: the act that explains it may follow it.
  What has to be told at once is told at once.
* Which ordinary look-ups are drawn is random, and nobody can know beforehand.

Left to others: what explains (`explainer`), clocks of reviews (the office), verdicts (people).
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import psycopg

from discretion.hotel import number
from discretion.watch.explainer import LIST_KIND, Earlier, Explanation, LookUp, Reason, explain
from discretion.watch.surroundings import SQL, surroundings_of
from discretion.wire.frame import FrameError
from discretion.wire.upkeep import LookUpsRead, ReadLookUps, asked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from discretion.wire.settings import Property, Settings
    from discretion.wire.upkeep import LookUpLine

PAGES_MAX = 5  # 2,500 entries a run: reading them again takes three hundredths of the keeper's time at most
SETTLE = timedelta(minutes=35)
SAMPLED_PER_MILLE = 20
APPROVALS_SAMPLED_PER_MILLE = 50
DUE_HOURS = 72
OTHER_DUE_HOURS = 24
EMERGENCY_DUE_HOURS = 24
GUEST_DUE_HOURS = 72
UNEXPLAINED = "unexplained"
REFUSED = "refused"
_REMEMBERED_ENTRIES = 4000
_KEEPER_SECONDS_MAX = 30.0
_OPTIONS = "-c search_path=pg_catalog -c statement_timeout=30s -c lock_timeout=10s -c jit=off -c timezone=UTC"
_log = logging.getLogger("discretion.watch")


def drawn(per_mille: int) -> bool:
    """Return true so often in a thousand, unforeseeably."""
    return secrets.randbelow(1000) < per_mille


@dataclass(slots=True)
class _Batch:
    """What came of some look-ups: rows to keep, people to tell, counts by day and reason."""

    reviews: list[dict[str, Any]]
    notices: list[dict[str, Any]]
    counts: Counter[tuple[str, str]]
    purposes: Counter[tuple[str, str]] = field(default_factory=Counter)  # every look-up, by day and purpose


class Reviewing:
    """Reads the look-ups of an installation's properties; `review` waits for the last one to end."""

    def __init__(self, settings: Settings, dice: Callable[[int], bool] = drawn, settle: timedelta = SETTLE) -> None:
        """Shapes: `settle` is how long what nothing explains waits. Errors: `SettingsError`."""
        self._settle = settle
        self._settings = settings
        self._conninfo = settings.conninfo("worker")
        self._dice = dice
        self._earlier: dict[bytes, Earlier] = {}
        self._is_quiet = False
        self._lock = asyncio.Lock()

    async def review(self) -> int:
        """Return how many entries were read. The keeper or the database being away is no end: next time, then."""
        async with self._lock:
            try:
                done = [await asyncio.to_thread(self._review, hotel) for hotel in self._settings.properties]
            except (FrameError, psycopg.OperationalError) as error:
                if not self._is_quiet:
                    _log.warning("look-ups are not read meanwhile: %s", type(error).__name__)
                self._is_quiet = True
                return 0
            self._is_quiet = False
        return sum(done)

    def _review(self, hotel: Property) -> int:
        read = 0
        with psycopg.connect(self._conninfo, options=_OPTIONS, autocommit=True) as connection:
            reader = _Reader(connection, hotel, self._ask, self._dice)
            if not reader.is_known:
                return 0
            earlier = self._earlier.get(hotel.property_id)
            if earlier is None:
                earlier = self._earlier[hotel.property_id] = reader.remembered()
            reader.keep_emergencies()
            for _ in range(PAGES_MAX):
                if not (count := reader.page(earlier)):
                    break
                read += count
            reader.settle(earlier, self._settle)
            earlier.forget_old()
        return read

    def _ask(self, message: ReadLookUps) -> LookUpsRead:
        answer = asked(str(self._settings.upkeep_socket), message, within_seconds=_KEEPER_SECONDS_MAX)
        if not isinstance(answer, LookUpsRead):
            raise FrameError(getattr(answer, "code", "another answer"))
        return answer


class _Reader:
    """One property's look-ups on one connection."""

    def __init__(
        self, connection: psycopg.Connection[Any], hotel: Property, ask: Callable[[ReadLookUps], LookUpsRead],
        dice: Callable[[int], bool],
    ) -> None:
        self._connection, self._ask, self._dice = connection, ask, dice
        self._id, self._place = hotel.property_id, {"p": hotel.property_id.hex()}
        found = connection.execute(SQL["where"], self._place).fetchone()
        self.is_known = found is not None
        self._next, self._origin = 0, ""
        if found is not None:
            self._zone = ZoneInfo(found[1])
            self._next, self._origin = found[0] or 0, found[2] or ""
            if found[0] is None:
                connection.execute(SQL["begin"], self._place)

    def remembered(self) -> Earlier:
        """Return what people looked at lately, read again from the entries before the cursor."""
        earlier, first = Earlier(), max(0, self._next - _REMEMBERED_ENTRIES)
        while first < self._next:
            answer = self._ask(ReadLookUps(property_id=self._id, first=first, limit=min(500, self._next - first)))
            if answer.next == first:
                break
            for line in answer.items:
                earlier.note(_lookup(line))
            first = answer.next
        return earlier

    def page(self, earlier: Earlier) -> int:
        """Take one page of entries; return how many. Nothing when another worker took it meanwhile."""
        answer = self._read()
        if answer.next == self._next:
            return 0
        batch = self._explained(answer.items, earlier)
        if answer.refused:
            batch.counts[datetime.now(UTC).astimezone(self._zone).date().isoformat(), REFUSED] += answer.refused
        with self._connection.transaction():
            moved = self._connection.execute(
                SQL["move"], {**self._place, "next": answer.next, "seen": self._next, "origin": self._origin},
            ).rowcount
            if not moved:
                return 0
            self._keep(batch)
        count, self._next = answer.next - self._next, answer.next
        return count

    def _read(self) -> LookUpsRead:
        """Return the next page; from the beginning when another ledger stands here than the one read before."""
        answer = self._ask(ReadLookUps(property_id=self._id, first=self._next))
        if answer.origin == self._origin:
            return answer
        self._connection.execute(SQL["anew"], {**self._place, "origin": answer.origin, "seen": self._origin})
        if self._next:
            answer = self._ask(ReadLookUps(property_id=self._id, first=0))
        self._next, self._origin = 0, answer.origin
        return answer

    def keep_emergencies(self) -> None:
        """Have a review stand for every emergency, due a day after it began; its guest is told within three."""
        rows = self._connection.execute(SQL["emergencies_without"], self._place).fetchall()
        reviews = [
            {
                **_empty(), "emergency_id": bytes(emergency_id).hex(), "at": begun_at.isoformat(),
                "staff_id": bytes(staff_id).hex(), "duty": duty, "session_id": bytes(session_id).hex(),
                "guest_id": bytes(guest_id).hex(), "kind": "emergency", "purpose": "emergency", "clear": groups,
                "reason_given": situation, "explained": Reason.EMERGENCY, "subject_id": bytes(emergency_id).hex(),
                "why": "emergency", "due_at": _after(begun_at, EMERGENCY_DUE_HOURS),
                "guest_due_at": _after(begun_at, GUEST_DUE_HOURS),
            }
            for emergency_id, begun_at, staff_id, duty, session_id, guest_id, groups, situation in rows
        ]
        if reviews:
            self._keep(_Batch(reviews, [], Counter()))

    def settle(self, earlier: Earlier, after: timedelta) -> None:
        """Ask once more what explains look-ups that nothing did, and leave the rest to reviewers."""
        rows = self._connection.execute(SQL["settling"], {**self._place, "settle": after}).fetchall()
        if not rows:
            return
        lookups = [
            LookUp(index or 0, at, bytes(staff_id), duty, bytes(guest_id), kind, purpose, relation, clear, masked)
            for index, at, staff_id, duty, guest_id, kind, purpose, relation, clear, masked, _ in rows
        ]
        around = surroundings_of(self._connection, self._id, self._zone, lookups)
        counts: Counter[tuple[str, str]] = Counter()
        ids: dict[bool, list[str]] = {True: [], False: []}
        for lookup, row in zip(lookups, rows, strict=True):
            explanation = explain(lookup, around, earlier)
            counts[self._day(lookup), explanation.reason if explanation else UNEXPLAINED] += 1
            ids[explanation is not None].append(bytes(row[-1]).hex())
        with self._connection.transaction():
            self._connection.execute(SQL["dropped"], {**self._place, "ids": ids[True]})
            self._connection.execute(SQL["settled"], {**self._place, "ids": ids[False]})
            self._count(counts)

    def _explained(self, lines: Sequence[LookUpLine], earlier: Earlier) -> _Batch:
        batch = _Batch([], [], Counter())
        if not lines:
            return batch
        lookups = [_lookup(line) for line in lines]
        around = surroundings_of(self._connection, self._id, self._zone, lookups)
        for line, lookup in zip(lines, lookups, strict=True):
            explanation = explain(lookup, around, earlier)
            earlier.note(lookup)
            batch.purposes[self._day(lookup), lookup.purpose] += 1
            why, hours = self._why(line, explanation)
            if why != UNEXPLAINED:  # that is counted once it is settled
                batch.counts[self._day(lookup), explanation.reason if explanation else UNEXPLAINED] += 1
            if why:
                review = {**_review_of(line, explanation, why, hours), "origin": self._origin}
                batch.reviews.append(review)
                batch.notices += _alerts(line, review["review_id"])
        return batch

    def _why(self, line: LookUpLine, explanation: Explanation | None) -> tuple[str, int]:
        """Return why somebody has to look at a look-up, and within how many hours; an empty word when nobody has to."""
        reason = explanation.reason if explanation else None
        if reason is Reason.EMERGENCY:
            return "", 0  # its emergency has a review of its own
        hours = _hours(line.obligations, "review")
        found = (
            ("obligation" if hours else "", hours),
            ("other" if line.reason_given == "other" else "", OTHER_DUE_HOURS),
            (UNEXPLAINED if reason is None else "", DUE_HOURS),
            (self._drawn("approval_sampled", APPROVALS_SAMPLED_PER_MILLE, reason is Reason.APPROVAL), DUE_HOURS),
            (self._drawn("sampled", SAMPLED_PER_MILLE, line.kind != LIST_KIND), DUE_HOURS),
        )
        return next(((why, until) for why, until in found if why), ("", 0))

    def _drawn(self, why: str, per_mille: int, is_of_these: bool) -> str:  # noqa: FBT001 - read at its one use
        return why if is_of_these and self._dice(per_mille) else ""

    def _keep(self, batch: _Batch) -> None:
        for name, rows in (("keep", batch.reviews), ("tell", batch.notices)):
            if rows:
                self._connection.execute(SQL[name], {**self._place, "rows": msgspec.json.encode(rows).decode()})
        self._count(batch.counts)
        self._count(batch.purposes, "count_purposes", "purpose")

    def _count(self, counts: Counter[tuple[str, str]], query: str = "count", name: str = "reason") -> None:
        rows = [{"day": day, name: code, "count": count} for (day, code), count in sorted(counts.items())]
        if rows:
            self._connection.execute(SQL[query], {**self._place, "rows": msgspec.json.encode(rows).decode()})

    def _day(self, lookup: LookUp) -> str:
        return lookup.at.astimezone(self._zone).date().isoformat()


def _lookup(line: LookUpLine) -> LookUp:
    return LookUp(
        line.index, datetime.fromtimestamp(line.at, UTC), line.staff_id, line.duty, line.guest_id, line.kind,
        line.purpose, line.relation, line.clear, line.masked, line.context,
    )


def _empty() -> dict[str, Any]:
    """Return a review as far as all have it."""
    return {
        "review_id": os.urandom(16).hex(), "number": number.make("V", os.urandom(8)), "origin": "", "masked": 0,
        "relation": "",
        "rules": [], "obligations": [], "reason_given": "", "reference": "", "has_reference": False, "state": "open",
    }


def _review_of(line: LookUpLine, explanation: Explanation | None, why: str, hours: int) -> dict[str, Any]:
    at = datetime.fromtimestamp(line.at, UTC)
    subject = explanation.subject_id.hex() if explanation and explanation.subject_id else None
    guest_hours = _hours(line.obligations, "notify")
    return {
        **_empty(), "entry_idx": line.index, "at": at.isoformat(), "staff_id": line.staff_id.hex(), "duty": line.duty,
        "session_id": line.session_id.hex() or None, "guest_id": line.guest_id.hex(), "kind": line.kind,
        "purpose": line.purpose, "clear": line.clear, "masked": line.masked, "relation": line.relation,
        "rules": line.rules, "obligations": line.obligations, "reason_given": line.reason_given,
        "reference": line.reference, "has_reference": line.has_reference,
        "explained": explanation.reason if explanation else "", "subject_id": subject,
        "request_id": subject if explanation and explanation.reason is Reason.APPROVAL else None,
        "why": why, "due_at": _after(at, hours), "guest_due_at": _after(at, guest_hours) if guest_hours else None,
        "state": "settling" if why == UNEXPLAINED else "open",
    }


def _alerts(line: LookUpLine, review_id: str) -> list[dict[str, Any]]:
    """Return who is told of a look-up at once, because its rule says so."""
    return [
        {"role": word.partition(":")[2], "kind": "look_up_alert", "subject_id": review_id,
         "details": {"purpose": line.purpose, "duty": line.duty}}
        for word in line.obligations if word.startswith("alert:")
    ]  # fmt: skip


def _hours(obligations: Sequence[str], name: str) -> int:
    """Return the hours of an obligation such as `review:24`, the shortest where there are several, 0 where none is."""
    found = [word.partition(":")[2] for word in obligations if word.startswith(f"{name}:")]
    return min((int(hours) for hours in found if hours.isdigit()), default=0)


def _after(at: datetime, hours: int) -> str:
    return (at + timedelta(hours=hours)).isoformat()
