"""A hotel of its own for each test, on one database a module: five rooms, three people on shift."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest

from discretion.office.changes import Booking, Change, Person
from discretion.office.database import Office
from discretion.office.outcome import ActRefusal, Changed, Doing, SeenStay
from discretion.office.properties import Property, add_property
from discretion.office.rooms import NewRoom, add_rooms
from discretion.office.roster import NewShift, add_shift
from discretion.office.staff import NewStaff, add_staff
from discretion.office.stays import book, change

if TYPE_CHECKING:
    from tests.conftest import DatabaseUnderTest

TODAY = date(2026, 11, 23)
TOMORROW = TODAY + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hotel:
    """One property with its people; ids are 16 bytes."""

    office: Office
    database: DatabaseUnderTest
    property_id: bytes
    ada: bytes  # front desk, on shift
    ben: bytes  # duty manager, on shift
    cleo: bytes  # off duty

    def doing(self, act_id: bytes | None = None) -> Doing:
        """One doing of Ada's."""
        return Doing(self.property_id, act_id or secrets.token_bytes(16), self.ada)

    async def book(self, **wanted: object) -> Changed:
        """A booking from today until tomorrow for one adult, unless said otherwise."""
        values = {"arrival": TODAY, "departure": TOMORROW, "adults": 1} | wanted
        made = await book(self.office, self.doing(), Booking(**values))  # type: ignore[arg-type]
        assert isinstance(made, Changed), made
        return made

    async def do(self, stay: Changed, what: Change, *, act_id: bytes | None = None) -> Changed | ActRefusal:
        """One act on a stay as it was last seen."""
        return await change(self.office, self.doing(act_id), SeenStay(stay.stay_id, stay.version), what)

    async def must(self, stay: Changed, what: Change) -> Changed:
        """One act that has to happen."""
        done = await self.do(stay, what)
        assert isinstance(done, Changed), done
        return done

    async def turn_date(self, days: int = 1) -> None:
        """Let the business date turn, as the owner of the schema could; the office's own way asks the calendar."""
        async with await psycopg.AsyncConnection.connect(self.database.superuser, autocommit=True) as connection:
            await connection.execute(
                "update hotel.property set business_date = business_date + %s where property_id = %s::uuid",
                (days, self.property_id.hex()),
            )

    async def attested(self, staff_id: bytes, by_id: bytes, direction: str = "in") -> None:
        """Have it said as the keeper says it, after a passkey, that somebody is here or has gone."""
        async with await psycopg.AsyncConnection.connect(self.database.conninfo("keeper"), autocommit=True) as connection:
            await connection.execute(
                "insert into hotel.presence (property_id, event_id, staff_id, direction, how, attested_by) values (%s, %s, %s, %s, 'attested', %s)",
                (self.property_id.hex(), new_id().hex(), staff_id.hex(), direction, by_id.hex()),
            )

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """What the superuser reads of this property: `query` has one place for its id."""
        async with await psycopg.AsyncConnection.connect(self.database.superuser, autocommit=True) as connection:
            return await (await connection.execute(query, (self.property_id.hex(),))).fetchall()


def new_id() -> bytes:
    """A random id."""
    return secrets.token_bytes(16)


def guest(**more: object) -> Person:
    """Somebody new."""
    return Person(new_id(), **more)  # type: ignore[arg-type]


@pytest.fixture
async def office(module_database: DatabaseUnderTest) -> AsyncIterator[Office]:
    """The office of the module's database."""
    async with Office(module_database.conninfo("office"), connections_max=6) as opened:
        yield opened


@pytest.fixture
async def hotel(office: Office, module_database: DatabaseUnderTest) -> Hotel:
    """A hotel nobody else uses."""
    property_id = new_id()
    await add_property(office, Property(
        property_id, f"h{property_id.hex()[:12]}", "海港酒店", "Harbour Hotel", "Asia/Shanghai", TODAY, time(4),
        "badge_desk", generated=False,
    ))
    await add_rooms(office, property_id, [
        NewRoom("101", "1", "TWN"), NewRoom("102", "1", "TWN"), NewRoom("103", "1", "DBL", "VD"),
        NewRoom("104", "1", "DBL", "OOO"), NewRoom("1001", "10", "STE"),
    ])
    now_at = datetime.now(UTC)
    people = {"ada": ("front_desk",), "ben": ("duty_manager",), "cleo": ("housekeeping",)}
    ids = {}
    for number, (name, roles) in enumerate(people.items(), start=1):
        ids[name] = new_id()
        await add_staff(office, property_id, NewStaff(ids[name], f"{number:03d}", name.title(), "en", roles))
        if name != "cleo":
            shift = NewShift(new_id(), ids[name], roles[0], now_at - timedelta(hours=1), now_at + timedelta(hours=7))
            await add_shift(office, property_id, shift)
    return Hotel(office, module_database, property_id, **ids)
