"""Named queries: one place each, and each names its property first."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import discretion.office
from discretion.office.sql import queries

FILES = sorted(path.name for path in Path(discretion.office.__file__).parent.glob("*.sql"))
# About every property: the list of them, the worker's clocks, the code of a machine that knows no hotel yet.
ABOUT_ALL = {
    ("properties.sql", "properties"), ("worker.sql", "clocks"), ("terminals.sql", "use_code"), ("demo_star.sql", "star"), ("erasures.sql", "to_do"),
    ("guest_door.sql", "posts_waiting"),
}
FRAGMENTS = {
    ("properties.sql", "property"), ("lists.sql", "line"), ("lists.sql", "who"), ("lists.sql", "of_reservation"),
    ("lists.sql", "not_hidden"), ("lists.sql", "today"), ("staff.sql", "member"), ("rooms.sql", "hidden"),
    ("cases.sql", "columns"), ("cases.sql", "seen"), ("service_requests.sql", "columns"), ("service_requests.sql", "seen"),
    ("reviews.sql", "line"), ("reviews.sql", "fits"),
    ("processors.sql", "columns"),
    ("roster.sql", "line"), ("merges.sql", "link"), ("rights.sql", "columns"), ("rights_map.sql", "count_of"), ("rights_map.sql", "rows_of"), ("retention.sql", "columns"), ("legal_holds.sql", "columns"),
}


@pytest.mark.parametrize("file_name", FILES)
def test_every_query_says_what_it_is_for_and_names_its_property(file_name: str) -> None:
    text = (Path(discretion.office.__file__).parent / file_name).read_text("utf-8")
    assert len(re.findall(r"^-- name: [a-z_]+\n-- [A-Z]", text, re.MULTILINE)) == len(queries(file_name))
    for name, query in queries(file_name).items():
        if (file_name, name) in ABOUT_ALL | FRAGMENTS:
            continue
        assert b"%(property_id)s" in query, name
        assert not re.search(rb"\{[a-z_]+\}", query), "a block that the file does not have"
        for where in re.findall(rb"(?<!filter \()\bwhere\s+(\S+)", query.split(b"on conflict")[0]):
            assert where in {b"property_id", b"not", b"n.room_number", b"%(seen)s::int"} or where.endswith(b".property_id"), (name, where)


def test_a_name_that_stands_twice_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "twice.sql").write_text("-- name: a\nselect 1\n-- name: a\nselect 2\n")
    monkeypatch.setattr("discretion.wire.queries.files", lambda _package: tmp_path)
    with pytest.raises(ValueError, match="twice"):
        queries("twice.sql")
