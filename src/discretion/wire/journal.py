"""The programs' logs: one JSON object a line on standard error, and never personal data.

Rules:
* Our own records (loggers below `discretion`) say an event and fields given in `extra={"fields": {…}}`: codes, counts,
  ids of programs and properties. Nobody passes names, numbers of documents, or what somebody typed.
* Of a library's record only the text as written in its source is kept, without the values put into it.
* Of an error its kind and the lines it passed are kept, not its message: messages quote what they choke on.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from types import TracebackType

OURS: Final = "discretion"
_LINES_MAX = 12
_TEXT_CHARACTERS_MAX = 300


class JsonLine(logging.Formatter):
    """A record as one line of JSON."""

    def __init__(self, program: str) -> None:
        super().__init__()
        self._program = program

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(), "program": self._program, "logger": record.name,
            # A library's text stays as it stands in its source: the values in it are not ours to judge.
            "event": str(record.msg)[:_TEXT_CHARACTERS_MAX],
        }
        if record.name.partition(".")[0] == OURS:
            line["event"] = record.getMessage()[:_TEXT_CHARACTERS_MAX]
            fields = getattr(record, "fields", None)
            if isinstance(fields, dict):
                line |= fields
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = f"{record.exc_info[0].__module__}.{record.exc_info[0].__qualname__}"
            line["lines"] = _lines(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def write_journal(program: str, *, level: int = logging.INFO) -> None:
    """Send this process's log to standard error in this form. Libraries are heard from WARNING up."""
    written = logging.StreamHandler(sys.stderr)
    written.setFormatter(JsonLine(program))
    root = logging.getLogger()
    root.handlers = [written]
    root.setLevel(logging.WARNING)
    logging.getLogger(OURS).setLevel(level)
    logging.captureWarnings(capture=True)


def _lines(trace: TracebackType | None) -> list[str]:
    passed: list[str] = []
    while trace is not None:
        code = trace.tb_frame.f_code
        passed.append(f"{PurePath(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return passed[-_LINES_MAX:]
