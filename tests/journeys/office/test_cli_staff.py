"""Staff, roster and training from the command line, in both languages and every form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest

from discretion.faces.cli.frame import run
from tests.conftest import HARBOUR, HILLTOP

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from discretion.wire.settings import Settings
    from tests.conftest import DatabaseUnderTest


@pytest.fixture
def command(
    installation: Settings, database: DatabaseUnderTest, capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Run one command on an installation of two properties; give its exit code, result and messages."""
    with psycopg.connect(database.conninfo("office"), autocommit=True) as connection:
        for each in (HARBOUR, HILLTOP):
            connection.execute(
                "insert into hotel.property"
                " (property_id, code, name_zh, name_en, time_zone, business_date, presence_by) values (%s::uuid, %s, %s, %s, %s, '2026-11-23', %s)",
                (each.id, each.code, each.name_zh, each.name_en, each.time_zone, each.presence),
            )

    def do(*words: str) -> tuple[int, str, str]:
        status = run(["--settings", str(installation.path), "--lang", "en", "--no-input", *words])
        said = capsys.readouterr()
        return status, said.out, said.err

    return do


def test_somebody_is_added_listed_and_disabled(command: Callable[..., tuple[int, str, str]]) -> None:
    at = ("--property", "harbour")
    ada = ("--number", "007", "--name", "Ada 王", "--role", "front_desk")
    assert command("staff", "add", *at, *ada, "--dry-run")[0] == 0
    assert json.loads(command("--json", "staff", "list", *at)[1]) == {"items": [], "next": None}
    status, out, err = command("staff", "add", *at, *ada)
    assert (status, out.strip()) == (0, "007  Ada 王")
    assert "passkey" in err
    assert command("staff", "add", *at, "--number", "007", "--name", "Mallory")[0] == 6
    assert command("staff", "add", *at, "--number", "0 7", "--name", "Mallory")[0] == 2
    listed = json.loads(command("--json", "staff", "list", *at)[1])["items"]
    assert [(each["number"], each["roles"], each["present"], each["on_shift"]) for each in listed] == [
        ("007", "front_desk", False, ""),
    ]
    assert command("--plain", "staff", "roles", "007", *at, "--give", "concierge")[1].count("\n") == 2
    assert command("staff", "roles", "007", *at, "--end", "finance")[0] == 2
    assert command("staff", "badge", "AB-1001", *at, "--to", "007")[0] == 0
    assert command("staff", "badge", "AB-1001", *at)[0] == 2
    assert command("staff", "mail", "007", "ada@hotel.example", *at)[1].strip() == "007  ada@hotel.example"
    assert command("staff", "mail", "007", "ada", *at)[0] == 2
    assert command("staff", "mail", "007", *at)[0] == 0
    assert command("staff", "mail", "999", "ada@hotel.example", *at)[0] == 4
    assert command("staff", "disable", "007", *at)[0] == 0
    assert command("staff", "disable", "008", *at)[0] == 4
    assert json.loads(command("--json", "staff", "list", *at)[1])["items"][0]["active"] is False


def test_a_roster_file_is_read_row_by_row(command: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    at = ("--property", "hilltop")
    command("staff", "add", *at, "--number", "1", "--name", "Ben", "--role", "duty_manager")
    path = tmp_path / "roster.csv"
    path.write_text(
        "staff number,duty,starts,ends\n"
        "1,duty_manager,2026-12-01 22:00,2026-12-02 06:00\n"
        "2,duty_manager,2026-12-01 22:00,2026-12-02 06:00\n",
    )
    status, out, err = command("roster", "load", str(path), *at, "--dry-run")
    assert (status, out.strip()) == (3, "Rows: 2. New: 1, changed: 0, as before: 0, to mend: 1.")
    assert "Line 3, staff number: nothing is known by this value" in err
    assert command("roster", "load", str(path), *at)[0] == 3
    shifts = json.loads(command("--json", "roster", "list", *at, "--from", "2026-12-01")[1])["items"]
    assert [(shift["number"], shift["starts"]) for shift in shifts] == [("1", "2026-12-01T22:00+08:00")]
    assert command("roster", "add", *at, "--number", "1", "--duty", "security", "--starts", "2026-12-03 07:00",
                   "--ends", "2026-12-03 15:00")[0] == 0
    assert command("roster", "end", "00" * 16, *at)[0] == 4
    path.write_text("who,when\n")
    status, _, err = command("roster", "load", str(path), *at)
    assert (status, "staff number,duty,starts,ends" in err) == (2, True)


def test_training_is_recorded_and_listed(command: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    at = ("--property", "harbour")
    command("staff", "add", *at, "--number", "1", "--name", "Ben")
    day = ("--completed", "2026-01-10", "--valid-until", "2027-01-10")
    course = ("--course", "privacy", "--course-version", "1")
    assert command("training", "add", *at, "--number", "1", *course, *day)[0] == 0
    path = tmp_path / "training.csv"
    path.write_text("staff number,course,version,completed,valid until\n1,privacy,1,2026-01-10,2027-01-10\n")
    status, out, _ = command("training", "load", str(path), *at)
    assert (status, out.strip()) == (0, "Rows: 1. New: 0, changed: 0, as before: 1, to mend: 0.")
    assert command("--plain", "training", "list", *at)[1] == "1\tBen\tprivacy\t1\t2026-01-10\t2027-01-10\trecorded\n"


def test_it_names_the_properties_when_none_is_chosen(command: Callable[..., tuple[int, str, str]]) -> None:
    status, _, err = command("staff", "list")
    assert (status, "--property harbour|hilltop" in err) == (2, True)
    assert command("staff", "list", "--property", "nowhere")[0] == 4


def test_it_speaks_chinese(command: Callable[..., tuple[int, str, str]]) -> None:
    status, _, err = command("--lang", "zh", "staff", "disable", "999", "--property", "harbour")
    assert (status, "没有此工号的员工" in err) == (4, True)


def test_a_calendar_is_read_like_any_roster(command: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    at = ("--property", "hilltop")
    command("staff", "add", *at, "--number", "1", "--name", "Ben", "--role", "duty_manager")
    path = tmp_path / "roster.ics"
    day = "DTSTART:20261201T220000\nDURATION:PT8H\nSUMMARY:1 duty_manager\n"
    path.write_text(
        f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n{day}END:VEVENT\nBEGIN:VEVENT\nUID:b\n{day}RRULE:FREQ=DAILY\nEND:VEVENT\nEND:VCALENDAR\n",
    )
    status, out, err = command("roster", "load", str(path), *at)
    assert (status, out.strip()) == (3, "Rows: 2. New: 1, changed: 0, as before: 0, to mend: 1.")
    assert "Line 8, RRULE: recurs by a rule: have each shift exported as an event of its own" in err
    assert "这是重复事件" in command("--lang", "zh", "roster", "load", str(path), *at)[2]
    path.write_text("BEGIN:VCALENDAR\n")
    assert command("roster", "load", str(path), *at)[0] == 2


def test_courses_are_installed_needed_and_reported(command: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    at = ("--property", "harbour")
    command("staff", "add", *at, "--number", "1", "--name", "=Ben", "--role", "front_desk")
    assert command("training", "course", "install", *at, "--role", "front_desk", "--dry-run")[0] == 0
    assert json.loads(command("--json", "training", "course", "list", *at)[1])["items"] == []
    assert command("training", "course", "install", *at, "--role", "front_desk")[0] == 0
    (course,) = json.loads(command("--json", "training", "course", "list", *at)[1])["items"]
    assert (course["course"], course["version"], course["roles"]) == ("privacy", "2026.1", "front_desk")
    assert command("training", "course", "require", "privacy", "concierge", *at)[0] == 0
    assert command("training", "course", "require", "privacy", "concierge", *at, "--not")[0] == 0
    assert command("training", "course", "require", "privacy", "concierge", *at, "--not")[0] == 4
    path = tmp_path / "course.toml"
    path.write_text("course = 1\n")
    assert command("training", "course", "install", str(path), *at)[0] == 2
    (line,) = json.loads(command("--json", "training", "report", *at)[1])["items"]
    assert (line["number"], line["state"], line["required"]) == ("1", "missing", True)
    assert "1,'=Ben,front_desk,privacy,yes,missing" in command("training", "report", *at, "--csv")[1]
    assert "课程" in command("--lang", "zh", "training", "course", "--help")[1]


def test_somebody_is_locked_and_released_by_somebody_else(command: Callable[..., tuple[int, str, str]]) -> None:
    at = ("--property", "harbour")
    for number in ("1", "2"):
        command("staff", "add", *at, "--number", number, "--name", f"N{number}", "--role", "security")
    why = ("--reason", "badge found", "--by", "2")
    assert command("lock", "add", "1", *at, *why, "--dry-run")[0] == 0
    assert command("lock", "add", "2", *at, *why)[0] == 5
    assert command("lock", "add", "9", *at, *why)[0] == 4
    assert command("lock", "add", "zz", "--kind", "guest", *at, *why)[0] == 2
    assert command("lock", "add", "1", *at, *why, "--until", "2020-01-01 07:00")[0] == 2
    status, lock, err = command("lock", "add", "1", *at, *why)
    assert status == 0 and "next look-up" in err
    (line,) = json.loads(command("--json", "lock", "list", *at)[1])["items"]
    assert (line["lock_id"], line["target"], line["by"], line["reason"]) == (lock.strip(), "1", "N2", "badge found")
    assert command("lock", "release", lock.strip(), *at, "--by", "1")[0] == 5
    assert "已解除" in command("--lang", "zh", "lock", "release", lock.strip(), *at, "--by", "2")[2]
    assert json.loads(command("--json", "lock", "list", *at)[1])["items"] == []
