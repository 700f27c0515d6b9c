"""Named queries: the one reader of the `.sql` files that lie beside the modules which use them.

Rules:
* A query begins with `-- name: <name>`; the comment lines after it say what it is for and are not sent: the driver
  would take a parameter named in one for a parameter of the query.
* `{name}` inside a query stands for the text of another block of the same file, so that columns which several lists
  share are written once. Braces around anything else are left alone.

Left to others: connections, parameters, and which part may use which file (each has a module `sql` of its own).
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAME = re.compile(r"^-- name: ([a-z_]+)$", re.MULTILINE)
_COMMENT = re.compile(r"^--.*\n?", re.MULTILINE)
_PART = re.compile(r"\{([a-z_]+)\}")


@cache
def read_queries(package: str, file_name: str) -> Mapping[str, str]:
    """Return the queries of one file of a package by name.

    Errors: `ValueError` when a name stands twice: a later query would silently replace an earlier one.
    """
    parts = _NAME.split(files(package).joinpath(file_name).read_text("utf-8"))
    named = dict(zip(parts[1::2], (_COMMENT.sub("", text).strip() for text in parts[2::2]), strict=True))
    if len(named) != len(parts) // 2:
        raise ValueError(f"a query name stands twice in {file_name}")
    return MappingProxyType({
        name: _PART.sub(lambda found: named.get(found[1], found[0]), text) for name, text in named.items()
    })
