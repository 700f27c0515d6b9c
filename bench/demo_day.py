"""A day of the demo hotel, worked through its keeper, and snooping put into it: what the explainer makes of that log.

The hotel is the demo's own: real bookings, generated people, ten staff. A day of work is done on it in the hotel's own
ways, each look-up an ask to a running keeper and each act a call of the office: lists, arrivals with their check-ins,
requests, cleaning, complaints with their cases, departures. Into the same day go looks that no work explains, by a stated
model, decided by the same keeper. The log is then read and explained as the worker does it. The day takes half a minute
of this machine's time, so looks, acts and requests are moved to the hours they stand for; nothing else is changed.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

import psycopg

from discretion.hotel.purpose import FieldGroup
from discretion.office import cases, demo, service_requests, stays
from discretion.office.changes import CheckIn, CheckOut
from discretion.office.database import Office
from discretion.office.outcome import ActRefusal, Doing, OnDuty, SeenStay
from discretion.starter import data_directory, founding
from discretion.watch.explainer import Earlier, LookUp, Span, Surroundings, explain
from discretion.watch.surroundings import surroundings_of
from discretion.wire import lookup
from discretion.wire.settings import DEMO_MARKER
from discretion.wire.upkeep import LookUpsRead, ReadLookUps, UpkeepHatch

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from discretion.starter.cluster import Postgres
    from discretion.wire.settings import Settings

ZONE = ZoneInfo(demo.TIME_ZONE)
ALL = 255
LISTED = FieldGroup.IDENTITY.bit | FieldGroup.CONTACT.bit | FieldGroup.DOCUMENT.bit
CLERK, MANAGER, CLEANER, CONCIERGE, COLLEAGUE = "1001", "1002", "1003", "1005", "1006"
DUTY = {CLERK: "front_desk", MANAGER: "duty_manager", CLEANER: "housekeeping", CONCIERGE: "concierge", COLLEAGUE: "front_desk"}
SLACK = timedelta(seconds=2)  # `surroundings` widens every span by it
FACTS = ("emergencies", "approvals", "requests", "acts")
MODEL = {
    "celebrity": "a guest with a mark (VIP), looked at in passing",
    "colleague": "somebody of the house who stays here as a guest, looked at once",
    "former guest": "somebody who left more than three days ago",
    "neighbour": "the guest of the room beside the one whose guest asked for something",
    "again and again": "one guest in the house, seven times in a shift",
    "off shift": "a colleague whose shift does not run",
}


@dataclass(frozen=True)
class Guest:
    """A guest as the tables know them."""

    guest_id: bytes
    stay_id: bytes
    state: str
    room: str
    arrival: Any
    departure: Any
    left_days: int


class Day:
    """One day's plan, done in the order of its hours; `looks` is what each entry was and when it stands for."""

    def __init__(self, settings: Settings, hotel: demo.Demo, tickets: dict[str, bytes], office: Office, seed: int) -> None:
        self.dice = random.Random(seed)
        self.hotel, self.tickets, self.office = hotel, tickets, office
        self.hatch = lookup.Hatch(str(settings.keeper_socket))
        self.begins = datetime.combine(hotel.today, time(7), ZONE)
        self.plan: list[tuple[datetime, Callable[[datetime], Awaitable[None]]]] = []
        self.looks: dict[int, tuple[datetime, str]] = {}
        self.steps: list[tuple[datetime, datetime]] = []  # this machine's time, and the hour it stands for
        self.refused: Counter[str] = Counter()
        self.injected: Counter[str] = Counter()

    def hour(self, first: float, last: float) -> datetime:
        return self.begins + timedelta(hours=self.dice.uniform(first - 7, last - 7))

    def at(self, when: datetime, do: Callable[[datetime], Awaitable[None]]) -> None:
        self.plan.append((when, do))

    async def run(self) -> None:
        for when, do in sorted(self.plan, key=lambda each: each[0]):
            self.steps.append((datetime.now(UTC), when))
            await do(when)
        await self.hatch.close()

    def look(self, when: datetime, number: str, guest: Guest, purpose: str, kind: str = "work") -> None:
        async def do(at: datetime) -> None:
            self._note(at, kind, await self.hatch.ask(lookup.LookUp(
                ticket=self.tickets[number], request_id=os.urandom(16), guest_id=guest.guest_id, purpose=purpose, clear=ALL, masked=0,
            )))

        if kind != "work":
            self.injected[kind] += 1
        self.at(when, do)

    def names(self, when: datetime, number: str, guests: list[Guest], purpose: str) -> None:
        async def do(at: datetime) -> None:
            answers = await self.hatch.ask(lookup.LookUpMany(
                ticket=self.tickets[number], request_id=os.urandom(16), guest_ids=[guest.guest_id for guest in guests], purpose=purpose,
                masked=LISTED, context="list",
            ))
            assert isinstance(answers, lookup.Answers), answers
            for answer in answers.items:
                self._note(at, "work", answer)

        self.at(when, do)

    def _note(self, at: datetime, kind: str, answer: Any) -> None:
        if isinstance(answer, lookup.Disclosure):
            self.looks[answer.entry] = (at, kind)
        elif isinstance(answer, lookup.Refusal):
            self.refused[kind] += 1
        else:
            raise TypeError(answer)

    def act(self, when: datetime, number: str, guest: Guest, change: CheckIn | CheckOut) -> None:
        async def do(_: datetime) -> None:
            async with self.office.reading() as now:
                (row,) = await now.dicts(b"select version from hotel.stay where property_id = %(p)s and stay_id = %(s)s", {"p": self.hotel.property_id, "s": guest.stay_id})
            doing = Doing(self.hotel.property_id, os.urandom(16), self.hotel.staff[number])
            seen = SeenStay(guest.stay_id, row["version"])
            if isinstance(change, CheckOut):
                done = await stays.settle(self.office, doing, seen, Decimal(0))
                assert not isinstance(done, ActRefusal), done
                doing, seen = replace(doing, act_id=os.urandom(16)), SeenStay(guest.stay_id, row["version"] + 1)
            await stays.change(self.office, doing, seen, change)  # a dirty room, say, refuses: then the look stands alone

        self.at(when, do)

    def request(self, when: datetime, guest: Guest, kind: str, to: str) -> None:
        who, opened = OnDuty(self.hotel.property_id, self.hotel.staff[CLERK], "front_desk"), []

        async def do(_: datetime) -> None:
            new = service_requests.NewRequest(os.urandom(16), guest.guest_id, kind, "desk", "两条浴巾", assigned_to=self.hotel.staff[to])
            done = await service_requests.open_request(self.office, who, new)
            assert not isinstance(done, ActRefusal), done
            opened.append(done.number)

        async def close(_: datetime) -> None:
            await service_requests.close_request(self.office, who, opened[0], "done")

        self.at(when, do)
        self.at(when + timedelta(minutes=40), close)

    def case(self, when: datetime, guest: Guest) -> None:
        async def do(_: datetime) -> None:
            who = OnDuty(self.hotel.property_id, self.hotel.staff[MANAGER], "duty_manager")
            done = await cases.open_case(self.office, who, cases.NewCase(os.urandom(16), "complaint", "夜间噪声", guest_id=guest.guest_id))
            assert not isinstance(done, ActRefusal), done

        self.at(when, do)

    # --- the work of a day

    def work(self, guests: list[Guest]) -> None:
        today = self.hotel.today
        arriving = [each for each in guests if each.state == "confirmed" and each.arrival == today and each.room]
        in_house = [each for each in guests if each.state == "in_house"]
        leaving = [each for each in in_house if each.departure <= today]
        for hour in (7.5, 11.0, 15.0, 18.0):
            self.names(self.hour(hour, hour + 0.3), CLERK, arriving, "check_in")
        self.names(self.hour(7.6, 7.9), CLERK, leaving, "check_out")
        for guest in arriving:
            self._arrival(guest)
        for guest in in_house:
            self._in_house(guest)
        for guest in leaving:
            at = self.hour(8, 12)
            self.look(at, CLERK, guest, "check_out")
            if self.dice.random() < 0.97:
                self.act(at + timedelta(minutes=4), CLERK, guest, CheckOut())

    def _arrival(self, guest: Guest) -> None:
        if self.dice.random() < 0.3:
            self.look(self.hour(9, 13), CLERK, guest, "check_in")
        at = self.hour(14, 21)
        for minute in range(self.dice.randint(1, 3)):
            self.look(at + timedelta(minutes=minute), CLERK, guest, "check_in")
        if self.dice.random() < 0.97:
            self.act(at + timedelta(minutes=self.dice.uniform(4, 12)), CLERK, guest, CheckIn())

    def _in_house(self, guest: Guest) -> None:
        dice = self.dice
        if dice.random() < 0.8:
            self.look(self.hour(9, 15), CLEANER, guest, "housekeeping")
        if dice.random() < 0.4:
            at, to = self.hour(8, 20), dice.choice((CLERK, CONCIERGE))
            if dice.random() < 0.5:  # half of what guests want is written down
                self.request(at - timedelta(minutes=4), guest, "front_desk" if to == CLERK else "concierge", to)
            self.look(at, to, guest, "guest_request")
        if dice.random() < 0.04:
            at = self.hour(9, 19)
            self.case(at - timedelta(minutes=30), guest)
            self.look(at, MANAGER, guest, "complaint")

    # --- what no work explains

    def snoop(self, guests: list[Guest], marked: list[Guest]) -> None:
        dice, today = self.dice, self.hotel.today
        in_house = [each for each in guests if each.state == "in_house" and each not in marked and each.departure > today]
        gone = [each for each in guests if each.state == "checked_out" and each.left_days > 3]
        rooms = sorted(in_house, key=lambda each: each.room)
        for _ in range(20):
            self.look(self.hour(8, 20), dice.choice((CLERK, CONCIERGE)), dice.choice(marked), "guest_request", "celebrity")
            self.look(self.hour(8, 20), CLERK, dice.choice(gone), dice.choice(("guest_request", "check_out", "complaint")), "former guest")
            self.look(self.hour(8, 20), COLLEAGUE, dice.choice(in_house), "guest_request", "off shift")
        for guest in dice.sample(in_house, min(10, len(in_house))):
            self.look(self.hour(8, 20), CLERK, guest, "guest_request", "colleague")
        for place in dice.sample(range(len(rooms) - 1), min(10, len(rooms) - 1)):
            at = self.hour(8, 20)
            self.look(at, CONCIERGE, rooms[place], "guest_request")
            self.request(at - timedelta(minutes=3), rooms[place], "concierge", CONCIERGE)
            self.look(at + timedelta(minutes=1), CONCIERGE, rooms[place + 1], "guest_request", "neighbour")
        for guest in dice.sample(in_house, 2):
            for visit in range(7):
                self.look(self.begins + timedelta(hours=1.2 + 1.3 * visit), CLERK, guest, "guest_request", "again and again")

    def moved(self, at: datetime) -> datetime:
        """The hour that a moment of this machine's time stands for; what was before the day stays as far before it."""
        place = bisect_right(self.steps, at, key=lambda step: step[0]) - 1
        real, stands_for = self.steps[max(place, 0)]
        return stands_for + (at - real)


@dataclass
class Counts:
    """What came of some days: by kind of look and whether something explained it, what explained work, what was refused."""

    found: Counter[tuple[str, bool]] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    injected: Counter[str] = field(default_factory=Counter)


def measure(days: int = 3) -> dict[str, Any]:
    """Return the shares on so many days of the demo hotel, each worked and snooped in anew, by kind of injected look too."""
    counts = Counts()
    for seed in range(1, days + 1):
        with _opened() as (settings, hotel):
            asyncio.run(_measured(settings, hotel, seed, counts))
    found, refused, injected = counts.found, counts.refused, counts.injected
    work, opened = found["work", True] + found["work", False], sum(found[kind, was] for kind in MODEL for was in (True, False))
    left, stopped = sum(found[kind, False] for kind in MODEL), sum(refused[kind] for kind in MODEL)
    return {
        "days": days, "look_ups": work, "explained_share": round(found["work", True] / work, 4), "refused_work": refused["work"],
        "by_reason": {reason: round(count / work, 4) for reason, count in sorted(counts.reasons.items())},
        "injected": sum(injected.values()), "injected_opened": opened, "injected_refused": stopped,
        "left_to_reviewers_share": round(left / opened, 4), "stopped_or_left_share": round((left + stopped) / sum(injected.values()), 4),
        "by_kind": {
            kind: {"injected": injected[kind], "refused": refused[kind], "left": found[kind, False], "missed": found[kind, True]} for kind in MODEL
        },
    }


async def _measured(settings: Settings, hotel: demo.Demo, seed: int, counts: Counts) -> None:
    async with Office(settings.conninfo("office"), connections_max=2) as office:
        with psycopg.connect(settings.conninfo("office"), autocommit=True) as connection:
            connection.execute(
                "insert into hotel.presence (property_id, event_id, staff_id, direction, how) values (%s, gen_random_uuid(), %s, 'in', 'badge_desk')",
                (hotel.property_id.hex(), hotel.staff[CONCIERGE].hex()),
            )
            connection.execute("update hotel.room set state = 'inspected' where property_id = %s and state in ('clean', 'dirty')", (hotel.property_id.hex(),))
            guests = [Guest(bytes(row[0]), bytes(row[1]), *row[2:]) for row in connection.execute(_GUESTS, {"p": hotel.property_id.hex()})]
            marked = [each for each in guests if each.state == "in_house" and each.departure > hotel.today][:3]
            for guest in marked:
                connection.execute(
                    "insert into hotel.mark (property_id, mark_id, guest_id, kind, reason_code, author_id) values (%s, gen_random_uuid(), %s, 'vip', 'bench', %s)",
                    (hotel.property_id.hex(), guest.guest_id.hex(), hotel.staff[MANAGER].hex()),
                )
        day = Day(settings, hotel, await _signed_in(settings, hotel), office, seed)
        day.work(guests)
        day.snoop(guests, marked)
        await day.run()
    _explained(settings, hotel, day, counts)


_GUESTS = """
select uuid_send(o.guest_id), uuid_send(s.stay_id), s.state, coalesce(s.room_number, ''), s.arrival, s.departure, coalesce(p.business_date - s.left_on, 0)
  from hotel.stay s join hotel.property p on p.property_id = s.property_id
  join hotel.occupant o on o.property_id = s.property_id and o.stay_id = s.stay_id and o.is_primary and o.guest_id is not null
 where s.property_id = %(p)s order by s.stay_id
"""


async def _signed_in(settings: Settings, hotel: demo.Demo) -> dict[str, bytes]:
    hatch, tickets = lookup.Hatch(str(settings.keeper_socket)), {}
    for number, duty in DUTY.items():
        answer = await hatch.ask(lookup.DemoSignIn(property_id=hotel.property_id, staff_id=hotel.staff[number], duty=duty))
        assert isinstance(answer, lookup.SignedIn), answer
        tickets[number] = answer.ticket
    await hatch.close()
    return tickets


def _explained(settings: Settings, hotel: demo.Demo, day: Day, counts: Counts) -> None:
    """Read the log as the worker does, move it to its hours, explain it, and count."""
    read = _read(settings, hotel.property_id)
    assert {each.index for each in read} == set(day.looks), "the log holds what was opened, and nothing else"
    with psycopg.connect(settings.conninfo("worker"), autocommit=True) as connection:
        around = _moved(surroundings_of(connection, hotel.property_id, ZONE, read), day)
    looks = sorted((replace(each, at=day.looks[each.index][0].astimezone(UTC)) for each in read), key=lambda each: (each.at, each.index))
    earlier = Earlier()
    for look in looks:
        explanation, kind = explain(look, around, earlier), day.looks[look.index][1]
        earlier.note(look)
        counts.found[kind, explanation is not None] += 1
        if kind == "work":
            counts.reasons[str(explanation.reason) if explanation else "unexplained"] += 1
    counts.refused += day.refused
    counts.injected += day.injected


def _moved(around: Surroundings, day: Day) -> Surroundings:
    def moved(span: Span) -> Span:
        until = None if span.until_at is None else day.moved(span.until_at - SLACK) + SLACK
        return replace(span, from_at=day.moved(span.from_at + SLACK) - SLACK, until_at=until)

    tables: dict[str, Any] = {name: {key: [moved(span) for span in spans] for key, spans in getattr(around, name).items()} for name in (*FACTS, "cases")}
    shifts = {key: [Span(b"", day.begins - timedelta(hours=1), day.begins + timedelta(hours=17))] for key, spans in around.shifts.items() if spans}
    return replace(around, **tables, shifts=shifts)


def _read(settings: Settings, property_id: bytes) -> list[LookUp]:
    hatch, first, found = UpkeepHatch(str(settings.upkeep_socket)), 0, []
    while True:
        answer = hatch.ask(ReadLookUps(property_id=property_id, first=first))
        assert isinstance(answer, LookUpsRead), answer
        found += [
            LookUp(line.index, datetime.fromtimestamp(line.at, UTC), line.staff_id, line.duty, line.guest_id, line.kind, line.purpose,
                   line.relation, line.clear, line.masked, line.context)
            for line in answer.items
        ]
        if answer.next == first:
            hatch.close()
            return found
        first = answer.next


class _opened:  # noqa: N801 - a context of one use
    """The demo hotel, laid out and loaded, with its keeper; removed afterwards."""

    def __enter__(self) -> tuple[Settings, demo.Demo]:
        self.directory = Path(tempfile.mkdtemp(prefix="bench-demo-"))
        self.directory.chmod(0o711 if os.geteuid() == 0 else 0o700)
        (self.directory / DEMO_MARKER).touch()
        hotel = founding.new_property(demo.CODE, demo.NAME_ZH, demo.NAME_EN, demo.TIME_ZONE, demo.PRESENCE_BY)
        settings = data_directory.make(self.directory, data_directory.NewSettings(
            name=demo.NAME_ZH, time_zone=demo.TIME_ZONE, properties=(hotel,), is_demo=True,
        ))
        data_directory.prepare_run(settings)
        self.postgres: Postgres | None = founding.lay_out(settings, is_synced=False)
        reading, writing = os.pipe()
        with (self.directory / "keeper.log").open("ab") as log:
            self.keeper = subprocess.Popen(
                [sys.executable, "-m", "discretion.keeper", "serve", "--settings", str(settings.path)],
                pass_fds=(writing,), env={**os.environ, "DISCRETION_READY_FD": str(writing)}, stderr=log,
            )
        os.close(writing)
        with os.fdopen(reading) as file:
            assert file.readline().strip() == "ready", (self.directory / "keeper.log").read_text()
        return settings, demo.load(settings.conninfo("office"), str(settings.upkeep_socket), hotel.property_id, datetime.now(UTC))

    def __exit__(self, *_: object) -> Literal[False]:
        self.keeper.terminate()
        self.keeper.wait()
        if self.postgres is not None:
            self.postgres.stop()
        shutil.rmtree(self.directory, ignore_errors=True)
        return False


if __name__ == "__main__":
    import json

    print(json.dumps(measure(), indent=2))
