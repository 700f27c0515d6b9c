"""The demo hotel, loaded as `discretion demo` does: a plausible today, nobody in two rooms, a guest to check in."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from discretion.office import demo
from discretion.wire.settings import Settings
from tests.keeper_program import KeeperProgram

NOW = datetime(2026, 11, 23, 7, 2, tzinfo=UTC)


@pytest.fixture
def loaded(installation: Settings, keeper: KeeperProgram) -> demo.Demo:
    """The demo hotel in the first property of an installation."""
    return load(installation)


def load(settings: Settings, now: datetime = NOW) -> demo.Demo:
    """Load it as the starter does."""
    return demo.load(settings.conninfo("office"), str(settings.upkeep_socket), settings.properties[0].property_id, now)


def rows(settings: Settings, query: str) -> list[dict[str, Any]]:
    """Return what the office's role reads of the demo's property."""
    with psycopg.connect(settings.conninfo("office"), row_factory=dict_row) as office:
        return office.execute(query, {"p": settings.properties[0].id}).fetchall()  # type: ignore[call-overload]


def test_it_loads_within_two_seconds(installation: Settings, keeper: KeeperProgram) -> None:
    begun = time.perf_counter()
    load(installation)
    print("DEMO", time.perf_counter() - begun)
    assert time.perf_counter() - begun < 4  # twice the budget: this machine is shared with other tests


def test_today_is_plausible(installation: Settings, loaded: demo.Demo) -> None:
    (day,) = rows(installation, """
        select count(*) filter (where state = 'confirmed' and arrival = business_date) as due_in,
               count(*) filter (where state = 'confirmed' and arrival < business_date) as overdue,
               count(*) filter (where checked_in_on = business_date) as arrived,
               count(*) filter (where state = 'in_house') as in_house,
               count(*) filter (where state = 'in_house' and departure = business_date) as due_out,
               count(*) filter (where state = 'in_house' and departure < business_date) as overstayed,
               count(*) filter (where state = 'checked_out' and left_on = business_date) as left,
               count(*) filter (where state = 'in_house' and room_number is null) as roomless,
               count(*) filter (where state = 'in_house' and balance < 0) as owed
          from hotel.stay join hotel.property using (property_id) where property_id = %(p)s""")
    assert day == {
        "due_in": 9, "overdue": 0, "arrived": 3, "in_house": 43, "due_out": 5, "overstayed": 0, "left": 2, "roomless": 0,
        "owed": 0,
    }
    print(rows(installation, "select state, count(*) from hotel.room where property_id = %(p)s group by 1"))
    print(rows(installation, "select i.* from hotel.stay i where property_id=%(p)s and state='in_house' limit 2"), loaded)
