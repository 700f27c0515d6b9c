"""The log: one JSON object a line, and nothing that somebody typed."""

from __future__ import annotations

import json
import logging
import sys

from discretion.wire.journal import JsonLine


def line(name: str, message: str, *args: object, **fields: object) -> dict[str, object]:
    record = logging.LogRecord(name, logging.INFO, __file__, 1, message, args, None)
    record.fields = fields
    return json.loads(JsonLine("house").format(record))


def test_our_own_record_says_its_event_and_fields() -> None:
    found = line("discretion.office", "imported %d", 7, rows=7)
    assert (found["event"], found["rows"], found["program"]) == ("imported 7", 7, "house")


def test_a_librarys_record_keeps_its_text_but_no_value() -> None:
    found = line("psycopg.pool", "error connecting %r", "Zhang San 13800138000", guest="Zhang San")
    assert "Zhang" not in json.dumps(found)
    assert found["event"] == "error connecting %r"


def test_an_error_is_its_kind_and_place_without_its_message() -> None:
    try:
        int("E12345678")
    except ValueError:
        record = logging.LogRecord("discretion", logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    text = JsonLine("house").format(record)
    assert "E12345678" not in text
    assert json.loads(text)["error"] == "builtins.ValueError"
    assert json.loads(text)["lines"][-1].startswith("test_journal.py:")
