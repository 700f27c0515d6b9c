"""Two hotels that differ in hidden numbers alone publish the same, byte for byte: no sum and no second file gives them back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from discretion.faces.portal.transparency_files import renderer
from discretion.insight.statement import Quarter
from discretion.insight.transparency import Transparency, folder_of
from tests.cast import Stage, new_id
from tests.conftest import HARBOUR, HILLTOP
from tests.stages import FirstStage, copied_stage

QUARTER = Quarter.of(Quarter.of(datetime.now(UTC).date()).first - timedelta(days=1))
WORLDS = {  # the same but for what is hidden
    HARBOUR: {"check_in": 4000, "check_out": 10, "complaint": 3, "marketing": 1, "emergency": 9, "audit": 0},
    HILLTOP: {"check_in": 4000, "check_out": 10, "complaint": 8, "marketing": 9, "emergency": 1, "audit": 0},
}
EMERGENCIES = {HARBOUR: 1, HILLTOP: 7}


def prepared(stage: Stage) -> None:
    for hotel, counts in WORLDS.items():
        for position, (purpose, count) in enumerate(counts.items()):
            stage.superuser.execute(
                "insert into hotel.lookup_day (property_id, day, purpose, count) values (%s, %s, %s, %s)",
                (hotel.id, QUARTER.first + timedelta(days=position), purpose, count),
            )
        stage.superuser.execute("alter table hotel.emergency disable trigger user")
        for _ in range(EMERGENCIES[hotel]):
            who, guest = new_id().hex(), new_id().hex()
            stage.superuser.execute("insert into hotel.staff (property_id, staff_id, number, name) values (%s, %s, %s, 'x')", (hotel.id, who, who[:12]))
            stage.superuser.execute("insert into hotel.guest (property_id, guest_id, source_id) values (%s, %s, %s)", (hotel.id, guest, guest))
            _emergency(stage, hotel.id, who, guest)


def _emergency(stage: Stage, place: str, who: str, guest: str) -> None:
    columns = [row[0] for row in stage.superuser.execute(
        "select column_name from information_schema.columns where table_schema = 'hotel' and table_name = 'emergency' and is_nullable = 'NO'"
        " and column_default is null and is_generated = 'NEVER'",
    ).fetchall()]
    at = datetime(QUARTER.first.year, QUARTER.first.month, 20, 4, tzinfo=UTC)
    known = {
        "property_id": place, "staff_id": who, "guest_id": guest, "emergency_id": new_id().hex(), "session_id": new_id().hex(), "begun_at": at,
        "until_at": at + timedelta(minutes=15), "duty": "duty_manager", "situation": "life", "groups": 2, "sentence": "smoke on the floor", "words": "smoke on the floor",
        "request_id": new_id().hex(), "entry_idx": 1,
    }
    given = {name: known[name] for name in {*columns, "begun_at"}}
    names, places = ", ".join(given), ", ".join(f"%({name})s" for name in given)
    stage.superuser.execute(f"insert into hotel.emergency ({names}) values ({places})", given)


def everything_public(folder: Path, name: str) -> dict[str, str]:
    """Return every file of a folder that is about the quarter, without the hotel's name and its ledger."""
    found = {}
    for path in sorted(folder.glob(f"{QUARTER.name}*")):
        text = path.read_text("utf-8").replace(name, "")
        start, end = text.find('<section aria-labelledby="ledger">'), text.rfind("</main>")
        found[path.name] = text if start < 0 else text[:start] + text[end:]
    return found


def test_hidden_numbers_leave_no_trace_in_anything_that_is_public(first_stage: FirstStage, run_directory: Path) -> None:
    with copied_stage(first_stage, run_directory / "small-numbers") as stage:
        prepared(stage)
        pages = Transparency(stage.settings, renderer("zh_Hans"))
        seen = {}
        for hotel in stage.settings.properties:
            pages.publish_one(hotel, is_forced=True)
            folder = folder_of(stage.settings, hotel.code)
            seen[hotel.code] = {name: text.replace(hotel.name_en, "").replace(hotel.name_zh, "") for name, text in everything_public(folder, hotel.name_zh).items()}
        assert len(seen["harbour"]) == 4, "two pages, JSON and CSV"
        assert seen["harbour"] == seen["hilltop"]
        assert '"more_than": 4010' in seen["harbour"][f"{QUARTER.name}.json"]
