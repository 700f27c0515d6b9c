"""Named queries of the keeper, read from the `.sql` files beside this module.

A query begins with `-- name: <name>`; the comment lines after it say what it is for.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_COMMENT = re.compile(r"^--.*\n", re.MULTILINE)
_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)


@cache
def queries(file_name: str) -> dict[str, str]:
    """Return the queries of one file by name.

    Errors: `ValueError` when a name stands twice: a later query would silently replace an earlier one.
    """
    parts = _NAME.split(files(__package__).joinpath(file_name).read_text("utf-8"))
    # Comments stay here: the driver would take a parameter named in one for a parameter of the query.
    named = dict(zip(parts[1::2], (_COMMENT.sub("", text).strip() for text in parts[2::2]), strict=True))
    if len(named) != len(parts) // 2:
        raise ValueError(f"a query name stands twice in {file_name}")
    return named
