"""Named queries of the starter, read from the `.sql` files beside this module.

A query begins with `-- name: <name>`; the comment lines after it say what it is for.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


@cache
def query(file_name: str, name: str) -> bytes:
    """Return one query of one file, ready for the driver.

    Errors: `KeyError` for a name the file does not have.
    """
    parts: list[str] = _NAME.split(files(__package__).joinpath(file_name).read_text("utf-8"))
    return dict(zip(parts[1::2], (text.strip() for text in parts[2::2]), strict=True))[name].encode()
