"""How much of a hotel's ordinary work the explainer explains, and how much injected snooping it leaves to a reviewer.

A generated week of a hotel with 120 rooms: people, stays, shifts, acts, requests, cases and approvals as they fall, with
the untidiness of real desks (overtime, requests nobody wrote down, guests who keep coming back). Into it are put looks
that no work explains. Nothing here is tuned on a real hotel's log: there is none that is public.
"""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from discretion.watch.explainer import Earlier, LookUp, Span, Stay, Surroundings, explain

ZONE = ZoneInfo("Asia/Shanghai")
FIRST = datetime(2026, 11, 16, tzinfo=ZONE)
ROOMS = 120
DUTIES = {"front_desk": 6, "concierge": 2, "housekeeping": 6, "duty_manager": 2, "finance": 1, "reservations": 1}


class Week:
    """Facts of a week and the look-ups in it, each with whether it is work."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.stays: dict[bytes, list[Stay]] = {}
        self.shifts: dict[tuple[bytes, str], list[Span]] = defaultdict(list)
        self.facts: dict[str, dict[Any, list[Span]]] = {name: defaultdict(list) for name in ("approvals", "requests", "acts", "cases")}
        self.standing_out: set[bytes] = set()
        self.looks: list[tuple[LookUp, str]] = []  # and what it is: "work", or a kind of snooping
        self.on_duty: dict[tuple[int, str], list[bytes]] = defaultdict(list)
        self._roster()

    def id(self) -> bytes:
        return self.dice.randbytes(16)

    def _roster(self) -> None:
        for duty, count in DUTIES.items():
            people = [self.id() for _ in range(count)]
            for day in range(-1, 8):
                for number, person in enumerate(people):
                    begins = FIRST + timedelta(days=day, hours=(7, 15, 23)[number % 3] if count > 2 else 8)
                    self.shifts[person, duty].append(Span(self.id(), begins, begins + timedelta(hours=8.5 if count > 2 else 14)))
                    self.on_duty[day, duty].append(person)

    def who(self, at: datetime, duty: str) -> bytes | None:
        """Somebody whose shift runs; one time in two hundred somebody whose shift has just ended."""
        present = [
            person for (person, held), spans in self.shifts.items() if held == duty and any(span.covers(at) for span in spans)
        ]
        if self.dice.random() < 0.005:
            present = [person for (person, held) in self.shifts if held == duty and person not in present]
        return self.dice.choice(present) if present else None

    def look(self, at: datetime, duty: str, guest: bytes, purpose: str, relation: str, *, kind: str = "work", by: bytes | None = None, **more: Any) -> bytes | None:
        by = by or self.who(at, duty)
        if by is not None:
            made = LookUp(len(self.looks), at.astimezone(UTC), by, duty, guest, more.pop("what", "look_up"), purpose, relation, clear=1, masked=2)
            self.looks.append((made, kind))
        return by

    def at(self, day: int, first: float, last: float) -> datetime:
        return FIRST + timedelta(days=day, hours=self.dice.uniform(first, last))

    def note(self, table: str, key: Any, from_at: datetime, until_at: datetime | None = None, purpose: str = "") -> None:
        self.facts[table][key].append(Span(self.id(), from_at.astimezone(UTC), until_at and until_at.astimezone(UTC), purpose))

    # --- ordinary work

    def work(self) -> None:
        for _ in range(ROOMS * 3):
            self._stay()

    def _stay(self) -> None:
        dice, arrival = self.dice, self.dice.randint(-3, 6)
        nights, guest = dice.choice((1, 1, 2, 2, 3, 4)), self.id()
        if dice.random() < 0.05:
            self.standing_out.add(guest)
        first = (FIRST + timedelta(days=arrival)).date()
        leaves = arrival + nights
        is_gone = leaves <= 6
        self.stays[guest] = [Stay(
            self.id(), "checked_out" if is_gone else "in_house", first, first + timedelta(days=nights),
            (FIRST + timedelta(days=leaves)).date() if is_gone else None,
        )]
        if arrival >= 0:
            self._arrival(guest, arrival)
        for day in range(max(arrival, 0), min(leaves, 7)):
            self._in_house(guest, day)
        if 0 <= leaves <= 6:
            self._departure(guest, leaves)

    def _arrival(self, guest: bytes, day: int) -> None:
        for _ in range(self.dice.randint(1, 4)):
            self.look(self.at(day, 8, 15), "front_desk", guest, "check_in", "arriving", what="list")
        if self.dice.random() < 0.3:
            self.look(self.at(day, 9, 13), "reservations", guest, "check_in", "arriving")
        at = self.at(day, 14, 21)
        by = self.look(at, "front_desk", guest, "check_in", "arriving")
        if by:
            for minute in range(self.dice.randint(0, 3)):
                self.look(at + timedelta(minutes=1 + minute), "front_desk", guest, "check_in", "arriving", by=by)
            if self.dice.random() < 0.97:
                self.note("acts", (by, guest), at + timedelta(minutes=self.dice.uniform(3, 12)))

    def _in_house(self, guest: bytes, day: int) -> None:
        dice = self.dice
        if dice.random() < 0.8:
            self.look(self.at(day, 9, 15), "housekeeping", guest, "housekeeping", "in_house")
        troubled = 5 if dice.random() < 0.01 else 1
        for _ in range(troubled):
            if dice.random() < 0.3 or troubled > 1:
                at = self.at(day, 7, 23)
                by = self.look(at, dice.choice(("front_desk", "front_desk", "concierge")), guest, "guest_request", "in_house")
                written = 0.95 if guest in self.standing_out else 0.5
                if by and dice.random() < written:
                    self.note("requests", (by, guest), at - timedelta(minutes=5), at + timedelta(minutes=40))
        if dice.random() < 0.01:
            at = self.at(day, 9, 20)
            self.note("cases", guest, at - timedelta(hours=1), None, "complaint")
            self.look(at, "duty_manager", guest, "complaint", "in_house")

    def _departure(self, guest: bytes, day: int) -> None:
        at = self.at(day, 7, 12)
        by = self.look(at, "front_desk", guest, "check_out", "in_house")
        if by and self.dice.random() < 0.97:
            self.note("acts", (by, guest), at + timedelta(minutes=4))
        if self.dice.random() < 0.04 and day + 2 <= 6:
            later = self.at(day + 2, 9, 17)
            by = self.look(later, "front_desk", guest, "check_out", "departed")
            if by:
                self.note("approvals", (by, guest), later - timedelta(minutes=5), later + timedelta(minutes=25), "check_out")

    # --- what no work explains

    def snoop(self) -> None:
        guests = list(self.stays)
        stars = [guest for guest in guests if guest in self.standing_out and self._is_in(guest, 3)]
        plain = [guest for guest in guests if guest not in self.standing_out and self._is_in(guest, 3)]
        gone = [guest for guest in guests if (left := self.stays[guest][0].left_on) and left < (FIRST + timedelta(days=1)).date()]
        for _ in range(40):
            if stars:  # people whom everybody would like to see
                self.look(self.at(3, 8, 22), "front_desk", self.dice.choice(stars), "guest_request", "in_house", kind="celebrity")
            self.look(self.at(6, 8, 22), "front_desk", self.dice.choice(gone), "guest_request", "departed", kind="long gone")
            self.look(self.at(4, 8, 22), "front_desk", self.id(), "guest_request", "none", kind="never here")
            self.look(self.at(3, 8, 22), "front_desk", self.dice.choice(plain), "guest_request", "in_house", kind="a single look in passing")
            self.look(self.at(3, 8, 22), "front_desk", self.dice.choice(plain), "complaint", "in_house", kind="pretext")
        for _ in range(5):  # an ex-partner is in the house: every hour and a half of one shift
            guest, by = self.dice.choice(plain), self.who(self.at(3, 8, 14), "front_desk")
            for visit in range(7):
                at = FIRST + timedelta(days=3, hours=7.2 + 1.2 * visit)
                if by:
                    self.look(at, "front_desk", guest, "guest_request", "in_house", kind="again and again", by=by)
        by, at = self.who(self.at(3, 8, 14), "front_desk"), self.at(3, 9, 13)
        for number, guest in enumerate(plain[:80]):
            if by:
                self.look(at + timedelta(seconds=20 * number), "front_desk", guest, "guest_request", "in_house", kind="through the whole house", by=by)
        for _ in range(20):  # after the shift, from somewhere
            person = self.dice.choice([person for (person, duty) in self.shifts if duty == "front_desk"])
            spans = self.shifts[person, "front_desk"]
            at = next(span.until_at for span in spans if span.until_at and span.until_at > FIRST + timedelta(days=3)) + timedelta(hours=2)
            self.look(at, "front_desk", self.dice.choice(plain), "guest_request", "in_house", kind="off shift", by=person)

    def _is_in(self, guest: bytes, day: int) -> bool:
        stay, today = self.stays[guest][0], (FIRST + timedelta(days=day)).date()
        return stay.arrival < today < stay.departure

    def stays_on(self, day: date) -> dict[bytes, list[Stay]]:
        """The stays as a worker finds them on that day: nobody has left who leaves later."""
        return {
            guest: [replace(stay, left_on=None, state="in_house") if stay.left_on and stay.left_on > day else stay for stay in stays]
            for guest, stays in self.stays.items()
        }


def measure(seed: int = 1) -> dict[str, Any]:
    """Return the shares, by kind too, and what explaining one look-up costs."""
    week = Week(seed)
    week.work()
    week.snoop()
    looks = sorted(week.looks, key=lambda pair: pair[0].at)
    earlier, found, spent = Earlier(), Counter[tuple[str, bool]](), 0.0
    reasons: Counter[str] = Counter()
    around: dict[date, Surroundings] = {}
    for look, kind in looks:
        day = look.at.astimezone(ZONE).date()
        if day not in around:
            earlier.forget_old()
            around[day] = Surroundings(ZONE, week.stays_on(day), frozenset(week.standing_out), week.shifts, **week.facts)
        begun = time.perf_counter()
        explanation = explain(look, around[day], earlier)
        earlier.note(look)
        spent += time.perf_counter() - begun
        found[kind, explanation is not None] += 1
        if kind == "work":
            reasons[explanation.reason if explanation else "unexplained"] += 1
    work = found["work", True] + found["work", False]
    snooping = {kind for kind, _ in found} - {"work"}
    caught = sum(found[kind, False] for kind in snooping)
    total = sum(found[kind, was] for kind in snooping for was in (True, False))
    return {
        "explained_share": round(found["work", True] / work, 4),
        "snooping_unexplained_share": round(caught / total, 4),
        "look_ups": work, "snooping": total, "us": round(spent / len(looks) * 1e6, 1),
        "by_reason": {str(reason): round(count / work, 4) for reason, count in sorted(reasons.items())},
        "unexplained_by_kind": {
            kind: round(found[kind, False] / (found[kind, False] + found[kind, True]), 3) for kind in sorted(snooping)
        },
    }


if __name__ == "__main__":
    import json

    print(json.dumps(measure(), indent=2))
