"""Named queries of the starter, from the `.sql` files beside this module; see `wire.queries`."""

from __future__ import annotations

from discretion.wire.queries import read_queries


def query(file_name: str, name: str) -> bytes:
    """Return one query of one file, ready for the driver.

    Errors: `KeyError` for a name the file does not have; as `read_queries`.
    """
    return read_queries(__package__, file_name)[name].encode()
