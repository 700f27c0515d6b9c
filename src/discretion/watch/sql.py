"""Named queries of the watch, read from the `.sql` file beside this module; comments are not sent."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)
_COMMENT = re.compile(r"^--.*\n", re.MULTILINE)


@cache
def queries(file_name: str) -> dict[str, bytes]:
    """Return the queries of one file by name, ready for the driver."""
    parts = _NAME.split(files(__package__).joinpath(file_name).read_text("utf-8"))
    return {
        name: _COMMENT.sub("", text).strip().encode() for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }
