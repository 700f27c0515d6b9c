"""Named queries of the office, read from the `.sql` files beside this module.

A query begins with `-- name: <name>`; the comment lines after it say what it is for and are not sent. `{name}` inside a
query stands for the text of another block of the same file, so that columns which several lists share are written once.
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
_PURPOSE = re.compile(r"\A(?:--[^\n]*\n)+")
_PART = re.compile(r"\{([a-z_]+)\}")


@cache
def queries(file_name: str) -> Mapping[str, bytes]:
    """Return the queries of one file by name, ready for the driver.

    Errors: `ValueError` when a name stands twice, `KeyError` when a block is named that the file does not have.
    """
    parts = _NAME.split(files(__package__).joinpath(file_name).read_text("utf-8"))
    named = dict(zip(parts[1::2], (_PURPOSE.sub("", text.strip()) for text in parts[2::2]), strict=True))
    if len(named) != len(parts) // 2:
        raise ValueError(f"a query name stands twice in {file_name}")
    whole = {name: _PART.sub(lambda found: named[found[1]], text) for name, text in named.items()}
    return MappingProxyType({name: text.encode() for name, text in whole.items()})
