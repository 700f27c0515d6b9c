"""After an erasure nothing of the guest stands anywhere: not in a row, not in a file of a table or an index, not in the log that PostgreSQL
writes ahead, not in a log or a file of the installation. What remains is counted, and can be checked (ledger.md §8, row 19).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from discretion.wire import erasure, lookup
from tests.canaries import CANARY, kept, marked, marked_guest, plant, to_be_marked
from tests.cast import Stage, groups
from tests.erasing import carry_out, case_of, officer, order


def found_in(files: list[Path], signs: list[bytes]) -> list[tuple[str, bytes]]:
    """Return which files hold which of these bytes."""
    found = []
    for path in files:
        raw = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        found += [(path.name, sign) for sign in signs if sign in raw]
    return found


def everything(directory: Path) -> list[Path]:
    return [Path(place) / name for place, _, names in os.walk(directory) for name in names]


def number(stage: Stage, query: str) -> Any:
    row = stage.superuser.execute(query).fetchone()  # type: ignore[arg-type]
    return row and row[0]


TOTALS = """select (select count(*) from hotel.stay)::text || ' ' || (select count(*) from hotel.occupant) || ' ' || (select count(*) from hotel.reservation)
  || ' ' || (select count(*) from hotel.service_request) || ' ' || (select count(*) from hotel.lookup_review) || ' ' || (select count(*) from hotel.emergency)
  || ' ' || (select count(*) from hotel.access_request) || ' ' || (select sum(balance) from hotel.stay)"""


def test_no_byte_of_an_erased_guest_is_left(own_stage: Stage, run_directory: Path) -> None:
    stage = own_stage
    guest = marked_guest(stage)
    for _ in range(2):
        stage.ada.look_up(guest, "complaint", masked=groups("identity", "contact"))
    stage.ada.ask(lookup.FindExact, purpose="check_in", kind="email", value=f"{CANARY}@example.org")
    plant(stage, guest)
    case_id = case_of(stage, guest)
    order_id = order(stage, guest, case_id=case_id)
    missing = to_be_marked(stage) - marked(stage, guest)
    assert not missing, f"the register says that erasure takes these: plant a mark in them in tests/canaries.py: {sorted(missing)}"

    key, boxes = stage.superuser.execute(
        "select k.wrapped, r.boxes from keys.guest_key k join vault.record r using (property_id, guest_id) where k.guest_id = %s", (guest.guest_id.hex(),),
    ).fetchone() or (b"", [])
    tokens = [row[0] for row in stage.superuser.execute("select token from vault.token where guest_id = %s", (guest.guest_id.hex(),)).fetchall()]
    signs = [CANARY.encode(), key[:40], key[-40:], *(box[17:57] for box in boxes if box), *tokens]
    stage.superuser.execute("checkpoint")
    server = run_directory / "postgres"
    tables = server / "base" / str(number(stage, "select oid from pg_database where datname = current_database()"))
    assert {sign for _, sign in found_in(everything(tables), signs)} == set(signs), "the search finds what is there"
    totals = number(stage, TOTALS)

    done = carry_out(officer(stage), order_id)
    assert isinstance(done, erasure.ErasuresDone) and done.done == 1, done
    assert marked(stage, guest) - kept() == set()
    swept = stage.upkeep(erasure.SweepErased(property_id=guest.property_id))
    assert swept.counts["swept"] == 1, swept
    stage.superuser.execute("checkpoint")
    assert found_in(everything(tables), signs) == []
    for _ in range(2 * len(everything(server / "pg_wal")) + 2):  # what was written ahead is overwritten when its file comes round again
        stage.superuser.execute("select pg_logical_emit_message(true, 'turn', 'over')")
        stage.superuser.execute("select pg_switch_wal()")
        stage.superuser.execute("checkpoint")
    assert found_in(everything(server / "pg_wal"), signs) == []
    assert found_in(everything(stage.settings.directory), [CANARY.encode()]) == []
    assert found_in([run_directory / "postgres.log"], [CANARY.encode()]) == []

    assert number(stage, TOTALS) == totals
    status, verdict = stage.verify()
    assert (status, verdict["problem"]) == (0, ""), verdict
