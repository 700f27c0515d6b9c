"""Door controllers and the report on presence from the command line, in both languages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from tests.conftest import HARBOUR, HILLTOP
from tests.controllers import command

if TYPE_CHECKING:
    from discretion.wire.settings import Settings
    from tests.conftest import DatabaseUnderTest


@pytest.fixture
def two_hotels(installation: Settings, database: DatabaseUnderTest) -> Settings:
    """An installation of two properties."""
    with psycopg.connect(database.conninfo("office"), autocommit=True) as connection:
        for each in (HARBOUR, HILLTOP):
            connection.execute(
                "insert into hotel.property"
                " (property_id, code, name_zh, name_en, time_zone, business_date, presence_by) values (%s::uuid, %s, %s, %s, %s, '2026-11-23', %s)",
                (each.id, each.code, each.name_zh, each.name_en, each.time_zone, each.presence),
            )
    return installation


def test_a_source_is_added_listed_changed_and_removed(two_hotels: Settings, database: DatabaseUnderTest) -> None:
    def do(*words: str) -> tuple[int, Any]:
        return command(two_hotels, "door", "source", *words, "--property", "harbour")

    code, made = do("add", "gate", "--format", "kisi", "--door", "12=in", "--door", "a=b=out")
    assert (code, len(made["secret"])) == (0, 43)
    directory = two_hotels.secrets / "doors"
    (file,) = directory.iterdir()
    assert made["address"].endswith(f"/api/presence/{file.stem}")
    assert do("add", "gate")[0] == 6, "the name is taken"
    assert list(directory.iterdir()) == [file], "nothing is left of a source that was refused"
    assert (do("add", "Gate")[0], do("add", "other", "--door", "12=up")[0], do("add", "other", "--format", "x")[0]) == (2, 2, 2)
    (listed,) = do("list")[1]["items"]
    assert (listed["name"], listed["format"], listed["doors"], listed["events"], listed["until"]) == ("gate", "kisi", "12=in a=b=out", 0, "")
    code, changed = do("rotate", "gate")
    assert (code, json.loads(file.read_text())["secrets"]) == (0, [changed["secret"], made["secret"]])
    assert do("rotate", "gate", "--drop-old")[0] == 0
    assert json.loads(file.read_text())["secrets"] == [changed["secret"]]
    assert do("remove", "gate")[0] == 0
    assert (do("remove", "gate")[0], do("rotate", "gate")[0], list(directory.iterdir())) == (4, 4, [])
    assert do("list")[1]["items"][0]["until"] != ""
    with psycopg.connect(database.superuser) as connection:
        captured = connection.execute("select op from ledger.fact_change where fact = 'door_source' order by at").fetchall()
    assert captured == [("insert",), ("update",)]


def test_travel_is_said_for_both_ways(two_hotels: Settings, database: DatabaseUnderTest) -> None:
    assert command(two_hotels, "door", "travel", "45", "--property", "harbour", "--to", "hilltop")[0] == 0
    with psycopg.connect(database.superuser) as connection:
        assert connection.execute("select minutes from hotel.travel_time").fetchall() == [(45,), (45,)]
    assert command(two_hotels, "door", "travel", "0", "--property", "harbour", "--to", "hilltop")[0] == 2
    assert command(two_hotels, "door", "travel", "45", "--property", "harbour", "--to", "harbour")[0] == 2


def test_the_report_lists_what_people_vouched_for(two_hotels: Settings, database: DatabaseUnderTest) -> None:
    assert command(two_hotels, "presence", "report", "--property", "harbour")[1]["items"] == []
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        for n, name in enumerate(("Ada", "Ben"), start=1):
            connection.execute(
                "insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, %s, %s)", (HARBOUR.id, f"{n:032x}", str(n), name),
            )
        for how, by in (("attested", f"{2:032x}"), ("door", None)):
            connection.execute(
                "insert into hotel.presence (property_id, event_id, staff_id, direction, how, attested_by) values (%s, gen_random_uuid(), %s, 'in', %s, %s)",
                (HARBOUR.id, f"{1:032x}", how, by),
            )
    (line,) = command(two_hotels, "presence", "report", "--property", "harbour")[1]["items"]
    assert (line["name"], line["what"], line["by_name"]) == ("Ada", "attested in", "Ben")
    assert command(two_hotels, "presence", "report", "--property", "harbour", "--until", "2020-01-01")[1]["items"] == []
