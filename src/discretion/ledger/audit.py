"""Audit: a whole log from its published form: every entry, every tile, and the signed root over them.

Rules:
* Everything is read; nothing is believed but the key that the auditor brought.
* The first entry that is wrong is named. Entries are read once, in order, 256 at a time.

Left to others: where the log is read from; what an entry means (`leaf`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.ledger.errors import LedgerError, ShapeError
from discretion.ledger.tile import TILE_HEIGHT, TILE_WIDTH, Tile, bundles_of, decode_bundle, tile_root
from discretion.ledger.tree import HASH_SIZE_BYTES, Frontier, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from discretion.ledger.tree import TreeHead


class AuditError(LedgerError):
    """A published log does not hold what its checkpoint says. `index` is the first entry it shows at."""

    def __init__(self, what: str, index: int) -> None:
        super().__init__(f"{what} at entry {index}")
        self.what = what
        self.index = index


def audit(head: TreeHead, read: Callable[[Tile], bytes]) -> Iterator[int]:
    """Read the log under `head`, yielding after each bundle how many entries have been read; done means it agrees.

    Shapes: `read` returns the bytes of a tile or bundle, and raises `ShapeError` when there is none.
    Errors: `AuditError`, naming the first entry that is wrong. Not checked: the signature on `head`.
    """
    frontier = Frontier.empty()
    roots: list[bytes] = []
    for bundle in bundles_of(head.size):
        try:
            hashes = [leaf_hash(entry) for entry in decode_bundle(read(bundle), bundle.width)]
        except ShapeError as error:
            raise AuditError("bundle", frontier.size) from error
        _compare(read, Tile(0, bundle.n, bundle.width), hashes)
        frontier = frontier.append(hashes)
        if bundle.width == TILE_WIDTH:
            roots.append(tile_root(hashes))
        yield frontier.size
    _check_above(read, roots)
    if frontier.root() != head.root:
        raise AuditError("root", head.size)


def _check_above(read: Callable[[Tile], bytes], roots: list[bytes]) -> None:
    """Return only if every tile above the leaves holds the roots of the full tiles below it. Errors: `AuditError`."""
    level = 1
    while roots:
        rows = [roots[at:at + TILE_WIDTH] for at in range(0, len(roots), TILE_WIDTH)]
        for n, row in enumerate(rows):
            _compare(read, Tile(level, n, len(row)), row)
        roots = [tile_root(row) for row in rows if len(row) == TILE_WIDTH]
        level += 1


def _compare(read: Callable[[Tile], bytes], tile: Tile, hashes: list[bytes]) -> None:
    try:
        kept = read(tile)
    except ShapeError:
        kept = b""
    made = b"".join(hashes)
    if kept != made:
        parts = (kept[at:at + HASH_SIZE_BYTES] for at in range(0, len(made), HASH_SIZE_BYTES))
        at = next((at for at, part in enumerate(parts) if part != hashes[at]), len(hashes) - 1)
        raise AuditError("tile", (tile.n * TILE_WIDTH + at) << TILE_HEIGHT * tile.level)
