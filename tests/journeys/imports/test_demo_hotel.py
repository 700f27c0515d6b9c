"""The demo hotel, loaded as `discretion demo` does: a plausible today, nobody in two rooms, a guest to check in."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from discretion.office import demo
from discretion.wire.settings import Settings
from tests.data.make_demo_bookings import made
from tests.keeper_program import KeeperProgram

NOW = datetime(2026, 11, 23, 7, 2, tzinfo=UTC)


def load(settings: Settings, now: datetime = NOW) -> demo.Demo:
    """Load it as the starter does."""
    return demo.load(settings.conninfo("office"), str(settings.upkeep_socket), settings.properties[0].property_id, now)


@pytest.fixture
def loaded(installation: Settings, keeper: KeeperProgram) -> demo.Demo:
    """The demo hotel in the first property of an installation."""
    return load(installation)


def rows(settings: Settings, query: str, **params: object) -> list[dict[str, Any]]:
    """Return what the office's role reads of the demo's property."""
    with psycopg.connect(settings.conninfo("office"), row_factory=dict_row) as office:
        return office.execute(query, {"p": settings.properties[0].id, **params}).fetchall()  # type: ignore[call-overload,no-any-return]


def test_it_loads_fast_and_today_is_plausible(installation: Settings, keeper: KeeperProgram) -> None:
    begun = time.perf_counter()
    load(installation)
    assert time.perf_counter() - begun < 5  # the budget is 2 s; this machine is shared with other tests
    (day,) = rows(installation, """
        select count(*) filter (where state = 'confirmed' and arrival = business_date) as due_in,
               count(*) filter (where state = 'confirmed' and arrival < business_date) as overdue,
               count(*) filter (where checked_in_on = business_date) as arrived,
               count(*) filter (where state = 'in_house') as in_house,
               count(*) filter (where state = 'in_house' and departure = business_date) as due_out,
               count(*) filter (where state = 'in_house' and departure < business_date) as overstayed,
               count(*) filter (where state = 'checked_out' and left_on = business_date) as left,
               count(*) filter (where state = 'in_house' and room_number is null) as roomless,
               count(*) filter (where state = 'confirmed' and arrival = business_date and room_number is null) as to_assign,
               count(*) filter (where actual_in_at > %(now)s or actual_out_at > %(now)s) as ahead_of_time,
               count(*) filter (where state = 'in_house' and departure = business_date and balance > 0) as owing
          from hotel.stay join hotel.property using (property_id) where property_id = %(p)s""", now=NOW)  # fmt: skip
    assert day == {
        "due_in": 9, "overdue": 0, "arrived": 3, "in_house": 43, "due_out": 5, "overstayed": 0, "left": 2, "roomless": 0,
        "to_assign": 2, "ahead_of_time": 0, "owing": 1,
    }  # fmt: skip


def test_nobody_shares_a_room_with_strangers(installation: Settings, loaded: demo.Demo) -> None:
    clashes = rows(installation, """
        select a.room_number from hotel.stay a join hotel.stay b on a.property_id = b.property_id
           and a.room_number = b.room_number and a.stay_id < b.stay_id
           and a.state in ('in_house', 'confirmed') and b.state in ('in_house', 'confirmed')
           and a.arrival < greatest(b.departure, b.arrival + 1) and b.arrival < greatest(a.departure, a.arrival + 1)
         where a.property_id = %(p)s""")  # fmt: skip
    assert clashes == []
    states = rows(installation, """
        select r.state, exists (select 1 from hotel.stay s where s.property_id = r.property_id and s.room_number = r.number
                                 and s.state = 'in_house') as taken, count(*) from hotel.room r where property_id = %(p)s
         group by 1, 2""")  # fmt: skip
    assert sum(each["count"] for each in states) == 60
    assert all(each["taken"] == (each["state"] in {"OC", "OD"}) for each in states)
    assert {"OC", "OD", "VC", "VD", "VI", "OOO", "OOS"} == {each["state"] for each in states}


def test_ms_zhang_arrives_today_and_her_room_is_ready(installation: Settings, loaded: demo.Demo) -> None:
    (stay,) = rows(installation, """
        select s.state, s.room_number, r.state as room_state, v.number, s.adults, s.children,
               (select min(t.expected_time) from hotel.stay t where t.property_id = s.property_id and t.state = 'confirmed'
                   and t.arrival = s.arrival) = s.expected_time as first
          from hotel.stay s join hotel.reservation v using (property_id, reservation_id)
          join hotel.room r on r.property_id = s.property_id and r.number = s.room_number
         where s.property_id = %(p)s and s.stay_id = %(stay)s""", stay=loaded.mission_stay_id.hex())  # fmt: skip
    assert stay == {
        "state": "confirmed", "room_number": "1208", "room_state": "VI", "number": loaded.mission_number, "adults": 2,
        "children": 1, "first": True,
    }  # fmt: skip
    (guest,) = rows(
        installation, "select generated from hotel.guest where property_id = %(p)s and guest_id = %(guest)s",
        guest=loaded.mission_guest_id.hex(),
    )  # fmt: skip
    assert guest == {"generated": True}


def test_the_personas_are_on_shift_present_and_trained(installation: Settings, loaded: demo.Demo) -> None:
    people = rows(installation, """
        select t.number, t.name, (select array_agg(r.role order by r.role) from hotel.staff_role r where r.staff_id = t.staff_id) as roles,
               exists (select 1 from hotel.shift h where h.staff_id = t.staff_id and h.starts_at <= %(now)s
                          and h.ends_at > %(now)s + interval '12 hours') as on_shift,
               exists (select 1 from hotel.presence e where e.staff_id = t.staff_id and e.direction = 'in') as present,
               exists (select 1 from hotel.training g where g.staff_id = t.staff_id and g.valid_until > %(now)s) as trained
          from hotel.staff t where t.property_id = %(p)s order by t.number""", now=NOW)  # fmt: skip
    told = {each["name"]: (each["roles"], each["on_shift"], each["present"], each["trained"]) for each in people}
    assert told["王小禾"] == (["front_desk"], True, True, True)
    assert told["陈立群"] == (["duty_manager"], True, True, True)
    assert told["刘秀兰"] == (["housekeeping"], True, True, True)
    assert told["周文博"] == (["it_admin"], False, True, True)
    assert told["赵景行"] == (["concierge"], True, False, True)


def test_loading_twice_changes_nothing_and_another_day_only_the_roster(installation: Settings, loaded: demo.Demo) -> None:
    counts = """select (select count(*) from hotel.stay) as stays, (select count(*) from hotel.guest) as guests,
        (select count(*) from hotel.occupant) as places, (select count(*) from hotel.room_segment) as segments,
        (select count(*) from hotel.staff) as staff, (select count(*) from hotel.shift) as shifts,
        (select count(*) from hotel.presence) as presence"""
    before = rows(installation, counts)
    again = load(installation)
    assert again.mission_guest_id == loaded.mission_guest_id
    assert rows(installation, counts) == before
    demo.refresh(installation.conninfo("office"), installation.properties[0].property_id, NOW + timedelta(days=1))
    after = rows(installation, counts)[0]
    assert after["shifts"] == before[0]["shifts"] * 2 == 2 * sum(member.has_shift for member in demo.STAFF)
    assert after["presence"] == before[0]["presence"] * 2 == 2 * sum(member.is_in for member in demo.STAFF)
    assert after["stays"] == before[0]["stays"]


def test_the_hotels_day_turns_at_night_audit(installation: Settings, keeper: KeeperProgram) -> None:
    late = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # 02:30 on the 24th in Hangzhou
    assert load(installation, late).today.isoformat() == "2026-11-23"


def test_the_packaged_file_is_made_from_the_real_one_and_says_so() -> None:
    package = files("discretion.office")
    packaged = package.joinpath("demo_bookings.csv.gz").read_bytes()
    assert packaged == made()
    assert len(packaged) < 100_000
    notice = " ".join(package.joinpath("demo_bookings.NOTICE.txt").read_text("utf-8").split())
    assert demo.ATTRIBUTION in notice
    assert "creativecommons.org/licenses/by/4.0" in notice
