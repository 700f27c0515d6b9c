"""Retention and holds from the command line: what would go is said first, a shorter period takes the hotel's name, code 3 when overdue."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest

from discretion.faces.cli.frame import run
from discretion.faces.cli.init import _preset
from discretion.faces.cli.terminal import Terminal
from discretion.wire.settings import Settings
from tests.conftest import HARBOUR, DatabaseUnderTest
from tests.journeys.office.conftest import TODAY, Hotel, new_id
from tests.journeys.office.test_retention import add_guest, ago

Command = Callable[..., tuple[int, str, str]]
OLD = ("checked_out", ago(1200), ago(1198))


@pytest.fixture
def harbour(database: DatabaseUnderTest) -> Hotel:
    """Harbour with two officers and a clerk."""
    with psycopg.connect(database.superuser, autocommit=True) as connection:
        connection.execute(
            "insert into hotel.property (property_id, code, name_zh, name_en, time_zone, business_date, presence_by) values (%s, 'harbour', %s, %s, %s, %s, 'attested')",
            (HARBOUR.id, HARBOUR.name_zh, HARBOUR.name_en, HARBOUR.time_zone, TODAY),
        )
        ids = [new_id() for _ in range(3)]
        for number, (staff_id, role) in enumerate(zip(ids, ("privacy", "general_manager", "front_desk"), strict=True), start=1):
            connection.execute("insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, %s, %s)", (HARBOUR.id, staff_id.hex(), f"00{number}", role))
            connection.execute("insert into hotel.staff_role (property_id, staff_id, role, from_on) values (%s, %s, %s, '2026-01-01')", (HARBOUR.id, staff_id.hex(), role))
    return Hotel(None, database, bytes.fromhex(HARBOUR.id), *ids)  # type: ignore[arg-type]


@pytest.fixture
def command(installation: Settings, harbour: Hotel, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run one command about retention; give its exit code, result and messages."""
    def do(*words: str) -> tuple[int, str, str]:
        status = run(["--settings", str(installation.path), "--lang", "en", "--no-input", "--json", "retention", *words, "--property", "harbour"])
        said = capsys.readouterr()
        return status, said.out, said.err

    return do


def test_from_the_preset_to_a_plan_that_ran(command: Command, harbour: Hotel) -> None:
    assert command("check")[0] == 3, "a hotel without rules"
    assert command("adopt", "XX")[0] == 2
    assert command("adopt", "CN", "--dry-run")[0] == 0
    assert json.loads(command("rules")[1])["items"] == []
    assert command("adopt", "CN")[0] == 0
    assert command("adopt", "DE")[0] == 6
    rules = {each["rule"]: each for each in json.loads(command("rules")[1])["items"]}
    assert (rules["CN-register"]["keep"], rules["CN-register"]["certain"], rules["own-notes"]["gone"]) == ("3 years", False, "1 year")
    assert command("check")[0] == 0
    add_guest(harbour, OLD)
    status, out, _ = command("check")
    assert (status, json.loads(out)["overdue"]) == (3, 1)
    assert json.loads(command("plan", "--dry-run")[1])["plan"] is None
    made = json.loads(command("plan")[1])
    assert (made["records"], made["whole"]) == (1, 1)
    assert command("run", "--plan", made["plan"])[0] == 2, "without --yes somebody has to answer"
    assert command("run", "--plan", "xx", "--yes")[0] == 2
    assert command("run", "--plan", "0" * 32, "--yes")[0] == 6
    assert json.loads(command("run", "--plan", made["plan"], "--yes", "--dry-run")[1])["dry_run"] is True
    assert json.loads(command("run", "--plan", made["plan"], "--yes")[1])["ordered"] == 1
    assert command("run", "--plan", made["plan"], "--yes")[0] == 6
    assert command("check")[0] == 0


def test_a_stale_plan_is_a_conflict(command: Command, harbour: Hotel) -> None:
    command("adopt", "CN")
    add_guest(harbour, OLD)
    made = json.loads(command("plan")[1])
    add_guest(harbour, OLD)
    status, _, err = command("run", "--plan", made["plan"], "--yes")
    assert status == 6 and "Something else falls due" in err


def test_a_shorter_period_says_what_it_deletes_and_takes_the_hotels_name(command: Command, harbour: Hotel) -> None:
    command("adopt", "CN")
    for _ in range(4):
        add_guest(harbour, ("checked_out", ago(300), ago(298)))
    words = ("change", "own-notes", "--gone", "6 months", "--reason", "rarely needed", "--by", "001")
    status, _, err = command(*words)
    assert status == 2 and "4 records will fall due tonight (without this change: 0)" in err and "--confirm" in err
    assert command(*words, "--confirm", "Hilltop Hotel")[0] == 2
    assert command(*words, "--dry-run")[0] == 0
    assert command(*words, "--confirm", "Harbour Hotel")[0] == 0
    assert json.loads(command("plan", "--dry-run")[1])["records"] == 4
    assert command("change", "own-notes", "--gone", "2 years", "--reason", "complaints come late", "--by", "001")[0] == 0, "longer: no name"
    assert command("change", "own-notes", "--gone", "2 years", "--reason", "the same", "--by", "001")[0] == 6
    assert command("change", "own-notes", "--gone", "soon", "--reason", "x y z", "--by", "001")[0] == 2
    assert command("change", "own-notes", "--gone", "none", "--reason", "x y z", "--by", "001")[0] == 2
    assert command("change", "nothing", "--gone", "2 years", "--reason", "x y z", "--by", "001")[0] == 4


def test_a_hold_takes_two_people_here_too(command: Command, harbour: Hotel) -> None:
    command("adopt", "CN")
    guest_id = add_guest(harbour, OLD)
    until = (TODAY + timedelta(days=300)).isoformat()
    words = ("hold", "propose", "--guest", guest_id.hex(), "--group", "identity", "--reason", "letter of the court", "--until", until)
    assert command(*words, "--by", "003")[0] == 5
    number = json.loads(command(*words, "--by", "001")[1])["number"]
    assert command("hold", "second", number, "--by", "001")[0] == 5
    assert command("hold", "second", number, "--by", "002")[0] == 0
    (line,) = json.loads(command("hold", "list")[1])["items"]
    assert (line["state"], line["groups"], line["by"], line["second"]) == ("in_force", "identity", "privacy", "general_manager")
    assert command("hold", "end", number, "--by", "002", "--reason", "no")[0] == 2
    assert command("hold", "end", number, "--by", "002", "--reason", "decided")[0] == 0
    assert command("hold", "propose", "--reason", "of what?", "--until", until, "--by", "001")[0] == 2


def test_presets_are_shown_in_both_languages(installation: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    for language, law in (("zh", "德国《联邦登记法》"), ("en", "Bundesmeldegesetz")):
        assert run(["--settings", str(installation.path), "--lang", language, "retention", "presets", "DE"]) == 0
        said = capsys.readouterr().out
        assert law in said and "15 months" in said and "CN-register" not in said


def test_init_proposes_the_rules_of_the_time_zones_country(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _preset(Terminal(may_ask=False), "Europe/Prague") == "CZ"
    typed = iter(["atlantis", "it"])
    monkeypatch.setattr("click.prompt", lambda *_given, **_more: next(typed))
    assert _preset(Terminal(may_ask=True, language="en"), "Europe/Berlin") == "IT"
    assert "DE-registration-form" in capsys.readouterr().err, "what is proposed is shown before the question"
