"""Named queries of the counts, from the `.sql` files beside this module; see `wire.queries`."""

from __future__ import annotations

from discretion.wire.queries import read_queries


def queries(file_name: str) -> dict[str, bytes]:
    """Return the queries of one file by name, ready for the driver. Errors: as `read_queries`."""
    return {name: text.encode() for name, text in read_queries(__package__, file_name).items()}
