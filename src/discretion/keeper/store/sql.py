"""Named queries of the keeper, from the `.sql` files beside this module; see `wire.queries`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.wire.queries import read_queries

if TYPE_CHECKING:
    from collections.abc import Mapping


def queries(file_name: str) -> Mapping[str, str]:
    """Return the queries of one file by name. Errors: as `read_queries`."""
    return read_queries(__package__, file_name)
