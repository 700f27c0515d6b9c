"""The public page: look-ups of a quarter are counted, stated once, laid out as files, and served to everybody."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from discretion.faces.cli.frame import run
from discretion.faces.portal.transparency_files import renderer
from discretion.insight.statement import Quarter
from discretion.insight.transparency import INDEX, Transparency, folder_of
from discretion.wire import upkeep
from tests.cast import Stage, new_id
from tests.conftest import HARBOUR
from tests.reviewing import read_all, worker
from tests.stages import FirstStage, copied_stage

TODAY = datetime.now(UTC).date()
BEFORE = Quarter.of(Quarter.of(TODAY).first - timedelta(days=1))  # the quarter that ended last
EARLIER = Quarter.of(BEFORE.first - timedelta(days=1))


@pytest.fixture(scope="module")
def stage(first_stage: FirstStage, run_directory: Path) -> Iterator[Stage]:
    with copied_stage(first_stage, run_directory / "transparency") as made:
        yield made


def transparency(stage: Stage) -> Transparency:
    return Transparency(stage.settings, renderer("zh_Hans"))


def folder(stage: Stage) -> Path:
    return folder_of(stage.settings, HARBOUR.code)


def published(stage: Stage) -> None:
    transparency(stage).publish_one(stage.settings.properties[0], is_forced=True)


def text_of(stage: Stage, name: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", folder(stage).joinpath(name).read_text("utf-8")))


def counted(stage: Stage, day: date, **purposes: int) -> None:
    stage.superuser.cursor().executemany(
        "insert into hotel.lookup_day (property_id, day, purpose, count) values (%s, %s, %s, %s)",
        [(HARBOUR.id, day, purpose, count) for purpose, count in purposes.items()],
    )


def day_counts(stage: Stage) -> dict[str, int]:
    rows = stage.superuser.execute("select purpose, sum(count)::int from hotel.lookup_day where property_id = %s group by 1", (HARBOUR.id,)).fetchall()
    return dict(rows)


def test_look_ups_are_counted_and_nothing_is_published_while_the_quarter_runs(first_stage: FirstStage, run_directory: Path) -> None:
    with copied_stage(first_stage, run_directory / "transparency-begins") as stage:
        ada = stage.ada.sign_in()
        for _ in range(3):
            ada.look_up(stage.dora, clear=1)
        ada.look_up(stage.dora, "marketing", clear=1)  # refused: nobody saw anything
        read_all(worker(stage))
        read_all(worker(stage))
        assert day_counts(stage) == {"check_in": 3}
        stage.upkeep(upkeep.PublishCheckpoint(property_id=stage.ada.property_id))
        published(stage)
        assert {path.name for path in folder(stage).iterdir()} == {"index.html", "index.en.html", INDEX, "checkpoint.txt", "transparency.css"}
        assert "还没有公布任何内容" in text_of(stage, "index.html")
        assert "Nothing is published yet" in text_of(stage, "index.en.html")
        assert "No outside witness has vouched for it." in text_of(stage, "index.en.html")
        assert folder(stage).joinpath("checkpoint.txt").read_text("utf-8").splitlines()[0].endswith(f"/ledger/{HARBOUR.code}")
        assert asyncio.run(transparency(stage).publish()) == 1, "the other hotel's"
        assert asyncio.run(transparency(stage).publish()) == 0, "once a day"


def test_a_quarter_is_stated_once_with_small_numbers_hidden(stage: Stage) -> None:
    counted(stage, EARLIER.last, check_in=40)
    counted(stage, BEFORE.first, check_in=1200, check_out=300, complaint=7)
    counted(stage, BEFORE.last, check_in=34, complaint=1, marketing=3)
    published(stage)
    statement = json.loads(folder(stage).joinpath(f"{BEFORE.name}.json").read_text("utf-8"))
    assert statement["look_ups"] == {"more_than": 1534}
    assert {purpose: count for purpose, count in statement["look_ups_by_purpose"].items() if count} == {
        "check_in": 1234, "check_out": 300, "complaint": "<10", "marketing": "<10",
    }
    assert "more than 1,534" in text_of(stage, f"{BEFORE.name}.en.html")
    assert "多于1,534次" in text_of(stage, f"{BEFORE.name}.html")
    assert "&lt;10" in folder(stage).joinpath(f"{BEFORE.name}.html").read_text("utf-8")
    assert f"{BEFORE.name},look_ups_by_purpose,complaint,<10\r\n".encode() in folder(stage).joinpath(f"{BEFORE.name}.csv").read_bytes()
    first = folder(stage).joinpath(f"{BEFORE.name}.json").read_bytes()
    counted(stage, BEFORE.first + timedelta(days=1), complaint=500)
    published(stage)
    assert folder(stage).joinpath(f"{BEFORE.name}.json").read_bytes() == first
    assert f"Counting began on {EARLIER.last.day}" in text_of(stage, f"{EARLIER.name}.en.html")
    change = stage.superuser.execute(
        "select rows -> 0 ->> 'quarter' from ledger.fact_change where fact = 'transparency_statement' order by at desc limit 1",
    ).fetchone()
    assert change is not None
    for statement in ("update hotel.transparency_statement set quarter = quarter", "delete from hotel.transparency_statement"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stage.superuser.execute(statement)  # type: ignore[arg-type]


def test_reviews_rights_and_authorities_are_counted_by_what_was_over_in_the_quarter(stage: Stage) -> None:
    after = BEFORE.next
    counted(stage, after.first, check_in=1)
    at = datetime(after.first.year, after.first.month, 2, 4, tzinfo=UTC)
    _closed_cases(stage, "dsr", 12, at, days=4)
    lawful = _closed_cases(stage, "lawful_request", 11, at, days=1)
    for case_id in lawful:
        stage.office.execute(
            "insert into hotel.authority_answer (property_id, case_id, answer, by_id) values (%s, %s, 'given', %s)",
            (HARBOUR.id, case_id, stage.ben.staff_id.hex()),
        )
    found = transparency(stage).draft(stage.settings.properties[0], after)
    assert found is not None
    assert (found.rights_received, found.rights_answered_in_time, found.rights_answered_late, found.rights_days_median) == (12, 12, 0, 4.0)
    assert (found.authority_received, found.authority_given, found.authority_refused) == (11, 11, 0)
    number = stage.case(stage.dora, "lawful_request")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):  # it is not closed yet
        stage.office.execute(
            "insert into hotel.authority_answer (property_id, case_id, answer, by_id) select property_id, case_id, 'given', opened_by"
            " from hotel.case_file where number = %s", (number,),
        )


def _closed_cases(stage: Stage, purpose: str, count: int, at: datetime, days: int) -> list[str]:
    rows: list[Any] = []
    by = stage.ben.staff_id.hex()
    for position in range(count):
        case_id = new_id().hex()
        rows.append(case_id)
        stage.superuser.execute(
            "insert into hotel.case_file (property_id, case_id, number, purpose, summary, reference, opened_by, opened_at, due_at, closed_at, closed_by, outcome)"
            " values (%s, %s, %s, %s, 'a case', '2026-1', %s, %s, %s, %s, %s, 'done')",
            (HARBOUR.id, case_id, f"T-{purpose}-{position}", purpose, by, at, at + timedelta(days=15), at + timedelta(days=days), by),
        )
    return rows


def test_the_operator_makes_the_page_and_reads_a_statement_at_the_command_line(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    where = ["--settings", str(stage.settings.path), "--lang", "en", "--no-input", "--json", "report"]
    assert run([*where, "transparency", "--property", HARBOUR.code]) == 0
    assert json.loads(capsys.readouterr().out)["directory"] == str(folder(stage))
    assert run([*where, "statement", "--property", HARBOUR.code, "--quarter", "2001-Q1"]) == 4
    assert "Nothing was counted in 2001-Q1" in capsys.readouterr().err
    counted(stage, TODAY, check_out=12)
    assert run([*where, "statement", "--property", HARBOUR.code]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["quarter"] == Quarter.of(TODAY).name
    assert "A draft: the quarter still runs." in told.err
    assert run([*where, "statement", "--property", HARBOUR.code, "--quarter", "2026"]) == 2
