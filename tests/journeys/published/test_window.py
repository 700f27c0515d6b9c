"""An outsider with a reader's key takes the ledger from the house, and finds what an export has."""

from __future__ import annotations

import base64
from pathlib import Path

from discretion.ledger.tile import decode_bundle
from tests.journeys.ledger.publishing import run
from tests.windows import Opened


def test_every_file_of_an_export_is_at_its_address(opened: Opened, tmp_path: Path) -> None:
    exported = tmp_path / "log"
    assert run(opened.house.stage, "export", str(exported), "--property", "harbour")[0] == 0
    for path in sorted(path for path in exported.rglob("*") if path.is_file()):
        name = path.relative_to(exported).as_posix()
        answered = opened.get(name)
        assert (answered.status, answered.body) == (200, path.read_bytes()), name


def test_a_tile_may_be_kept_and_the_checkpoint_is_asked_for_again(opened: Opened) -> None:
    for path, kind, keeping in (
        ("checkpoint", "text/plain; charset=utf-8", "private, no-cache"),
        ("tile/0/000", "application/octet-stream", "private, max-age=31536000, immutable"),
        ("tile/0/000.p/7", "application/octet-stream", "private, max-age=31536000, immutable"),
        ("tile/1/000.p/2", "application/octet-stream", "private, max-age=31536000, immutable"),
        ("tile/entries/001", "application/octet-stream", "private, max-age=31536000, immutable"),
        ("tile/entries/001.p/255", "application/octet-stream", "private, max-age=31536000, immutable"),
    ):
        answered = opened.get(path)
        assert (answered.status, answered.headers["content-type"], answered.headers["cache-control"]) == (200, kind, keeping), path
        head = opened.get(path, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        assert {**head.headers, "date": ""} == {**answered.headers, "date": ""}


def test_a_tile_of_any_width_is_the_beginning_of_the_full_one(opened: Opened) -> None:
    whole, entries = opened.get("tile/0/001").body, decode_bundle(opened.get("tile/entries/001").body, 256)
    for width in (1, 2, 100, 255):
        assert opened.get(f"tile/0/001.p/{width}").body == whole[:32 * width]
        assert decode_bundle(opened.get(f"tile/entries/001.p/{width}").body, width) == entries[:width]
    assert opened.get("tile/1/000.p/1").body == opened.get("tile/1/000.p/2").body[:32]


def test_a_tool_that_knows_only_passwords_reads_too(opened: Opened) -> None:
    basic = base64.b64encode(f"anyone:{opened.key}".encode()).decode()
    assert opened.get("checkpoint", authorization=f"Basic {basic}").status == 200


def test_giving_and_ending_a_key_are_entries_of_the_ledger(opened: Opened) -> None:
    stage = opened.house.stage
    code, told, said = run(stage, "reader", "add", "Egon", "--property", "harbour")
    assert code == 0, said
    assert opened.get("checkpoint", key=told["key"]).status == 200
    assert run(stage, "reader", "add", "Egon", "--property", "harbour")[0] == 6
    assert run(stage, "reader", "remove", "Egon", "--property", "harbour")[0] == 0
    assert opened.get("checkpoint", key=told["key"]).status == 401
    assert run(stage, "reader", "remove", "Egon", "--property", "harbour")[0] == 4
    stage.size()  # every captured change is entered
    changes = stage.superuser.execute(
        "select op, by_role, entry_idx is not null, rows -> 0 ->> 'name', (rows -> 0 ->> 'ended_at') is not null from ledger.fact_change"
        " where fact = 'ledger_reader' and rows -> 0 ->> 'name' = 'Egon' order by at",
    ).fetchall()
    assert changes == [("insert", "discretion_office", True, "Egon", False), ("update", "discretion_office", True, "Egon", True)]
    code, listed, _ = run(stage, "reader", "list", "--property", "harbour")
    assert code == 0
    assert [bool(each["until"]) for each in listed["items"] if each["name"] == "Egon"] == [True]
    ended = [bool(each["until"]) for each in listed["items"]]
    assert ended == sorted(ended), "those who still read stand on top"


def test_a_name_may_be_given_again_and_must_be_one(opened: Opened) -> None:
    stage = opened.house.stage
    for _ in range(2):
        assert run(stage, "reader", "add", "市审计局", "--property", "harbour")[0] == 0
        assert run(stage, "reader", "remove", "市审计局", "--property", "harbour")[0] == 0
    assert run(stage, "reader", "add", "x" * 81, "--property", "harbour")[0] == 2
