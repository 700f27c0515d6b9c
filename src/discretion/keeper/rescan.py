"""Rescan: read a whole ledger again and say whether head, leaves, openings, tiles and signatures agree.

Rules:
* It reads what is stored, rebuilds what follows, and believes neither head nor checkpoint.
* It names the first index that is wrong. It opens openings, never a record.

Left to others: proofs for outsiders (the ledger's own issue).
"""

from __future__ import annotations

import base64
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from discretion.keeper.erasure import TAG_SIZE_BYTES
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.opening import PartState, key_ids_of, open_parts, opening_keys
from discretion.ledger.checkpoint import open_checkpoint
from discretion.ledger.errors import CheckpointError
from discretion.ledger.leaf import MAGIC, decode_leaf
from discretion.ledger.tile import TILE_WIDTH, tile_root
from discretion.ledger.tree import Frontier, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from discretion.keeper.store.database import Database
    from discretion.keeper.vault.keyring import Keyring
    from discretion.ledger.checkpoint import Verifier
    from discretion.ledger.tree import TreeHead

BATCH = 4096
_ROUND, _SQL, _PUBLISH = queries("round.sql"), queries("records.sql"), queries("publish.sql")


class _Context(msgspec.Struct):
    kind: str
    given: tuple[int, int] = (0, 0)
    first: int = -1
    end: int = -1
    erased_key: str = ""
    tags: str = ""


_decode_context = msgspec.json.Decoder(_Context).decode


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rescan found. `problem` is a stable code, "" when all agrees; `index` the first bad one, -1 for none."""

    size: int
    root: bytes
    openings: int
    erased: int
    checkpoints: int
    allowed: int  # how many entries allow to open something
    problem: str = ""
    index: int = -1


@dataclass(slots=True)
class _Tally:
    openings: int = 0
    erased: int = 0
    checkpoints: int = 0
    allowed: int = 0
    unexplained: set[int] = field(default_factory=set)  # entries without any opening that no later one names yet
    keyless: dict[tuple[str, bytes], _BadError] = field(default_factory=dict)  # by key and tag: no erasure names it yet

    def take(self, context: bytes) -> None:
        """Count what an entry allows; take off what one about a recovery or an erasure names."""
        told = _decode_context(context)
        self.allowed += any(told.given)
        if told.kind == "recover":
            named = self.unexplained & set(range(told.first, told.end))
            self.unexplained -= named
            self.erased += len(named)
        if told.kind == "erase":
            tags = base64.b64decode(told.tags)
            for at in range(0, len(tags), TAG_SIZE_BYTES):
                named_here = self.keyless.pop((told.erased_key, tags[at:at + TAG_SIZE_BYTES]), None)
                self.erased += named_here is not None


class _Heads:
    """What was signed of this ledger: the checkpoints kept beside it, and heads known from elsewhere."""

    def __init__(
        self, notes: Mapping[int, bytes], signed: Sequence[TreeHead], verifier: Verifier, tally: _Tally,
    ) -> None:
        self._notes, self._signed, self._verifier, self._tally = notes, signed, verifier, tally
        self._sizes = sorted({*notes, *(head.size for head in signed)})

    def inside(self, first: int, end: int) -> list[int]:
        """Return how far from `first` each signed head before `end` is."""
        at, until = bisect_right(self._sizes, first), bisect_left(self._sizes, end)
        return [size - first for size in self._sizes[at:until]]

    def check(self, frontier: Frontier) -> None:
        """Return only if everything signed at this size is this tree. Errors: `_BadError`."""
        size = frontier.size
        if any(head.size == size and head.root != frontier.root() for head in self._signed):
            raise _BadError("signed", size)
        note = self._notes.get(size)
        if note is None:
            return
        try:
            head = open_checkpoint(note.decode(), self._verifier)
        except (CheckpointError, UnicodeDecodeError) as error:
            raise _BadError("signature", size) from error
        if head != frontier.head():
            raise _BadError("checkpoint", size)
        self._tally.checkpoints += 1


class _BadError(Exception):
    def __init__(self, problem: str, index: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.index = index


async def rescan(
    database: Database,
    keyring: Keyring,
    verifier: Verifier,
    progress: Callable[[int, int], None],
    *,
    signed: Sequence[TreeHead] = (),
    with_openings: bool = True,
) -> Verdict:
    """Return the verdict on one property's ledger, calling `progress` with entries read and the head's size.

    Shapes: `signed` are heads known from outside the database, which the ledger must extend.
    Errors: `StoreAwayError`.
    """
    place = Uid(keyring.property_id)
    ((_, _, size, root, stack),) = await database.rows(_ROUND["head"], {"p": place})
    notes = dict(await database.rows(_SQL["checkpoints"], {"p": place}))
    tally = _Tally()
    heads = _Heads(notes, signed, verifier, tally)
    try:
        frontier = await _read_all(database, keyring, size, heads, tally, progress, with_openings)
        if (frontier.root(), frontier.to_bytes()) != (root, stack):
            raise _BadError("head", size)
        ((count, head_size),) = await database.rows(_SQL["entry_count"], {"p": place})
        if count != head_size:  # of one moment: a ledger may grow while it is read
            raise _BadError("missing" if count < head_size else "head", min(count, head_size))
        if any(kept > size for kept in notes):
            raise _BadError("behind_checkpoint", size)
        if any(head.size > size for head in signed):
            raise _BadError("behind_signed", size)
        if tally.unexplained:
            raise _BadError("opening", min(tally.unexplained))
        if tally.keyless:
            raise min(tally.keyless.values(), key=lambda bad: bad.index)
    except _BadError as bad:
        problem, index = bad.problem, bad.index
    else:
        problem, index = "", -1
    return Verdict(size, root, tally.openings, tally.erased, tally.checkpoints, tally.allowed, problem, index)


async def _read_all(
    database: Database, keyring: Keyring, size: int, heads: _Heads, tally: _Tally,
    progress: Callable[[int, int], None], with_openings: bool,  # noqa: FBT001
) -> Frontier:
    frontier = Frontier.empty()
    roots: list[bytes] = []  # of the full tiles of leaf hashes
    heads.check(frontier)
    while frontier.size < size:
        rows = await database.rows(
            _SQL["entries"],
            {"p": Uid(keyring.property_id), "first": frontier.size, "count": min(BATCH, size - frontier.size)},
        )
        if not rows:
            raise _BadError("missing", frontier.size)
        for expected, row in enumerate(rows, frontier.size):
            if row[0] != expected:
                raise _BadError("missing", expected)
            if leaf_hash(row[1]) != row[2] or not row[1].startswith(MAGIC):
                raise _BadError("leaf", expected)
        if with_openings:
            await _check_openings(database, keyring, rows, tally)
        roots += await _check_tiles(database, keyring, 0, [row[2] for row in rows], len(roots))
        start = 0
        for stop in heads.inside(frontier.size, frontier.size + len(rows)):
            frontier = frontier.append([row[2] for row in rows[start:stop]])
            heads.check(frontier)
            start = stop
        frontier = frontier.append([row[2] for row in rows[start:]])
        heads.check(frontier)
        progress(frontier.size, size)
    level = 1
    while len(roots) >= TILE_WIDTH:
        roots = await _check_tiles(database, keyring, level, roots, 0)
        level += 1
    return frontier


async def _check_tiles(
    database: Database, keyring: Keyring, level: int, hashes: list[bytes], first: int,
) -> list[bytes]:
    """Return the roots of the full tiles that `hashes` make, from tile `first` of the level on.

    Those beyond the last one kept are not kept yet; all others must be what the entries make.
    """
    place = Uid(keyring.property_id)
    made = [hashes[at:at + TILE_WIDTH] for at in range(0, len(hashes) - TILE_WIDTH + 1, TILE_WIDTH)]
    ((kept_count,),) = await database.rows(_PUBLISH["tiles_kept"], {"p": place, "level": level})
    params = {"p": place, "level": level, "first": first, "end": first + len(made)}
    kept = {n: (root, data) for n, root, data in await database.rows(_PUBLISH["tiles"], params)}
    roots = [tile_root(tile) for tile in made]
    for n, (root, tile) in enumerate(zip(roots, made, strict=True), first):
        if n < kept_count and kept.get(n) != (root, b"".join(tile)):
            raise _BadError("tile", n * TILE_WIDTH ** (level + 1))
    return roots


async def _check_openings(database: Database, keyring: Keyring, rows: list[tuple[Any, ...]], tally: _Tally) -> None:
    params = {"p": Uid(keyring.property_id), "keys": key_ids_of(rows)}
    keys = opening_keys(keyring, await database.rows(_SQL["opening_keys"], params))
    for row in rows:
        if not any(row[4:9]):
            tally.unexplained.add(row[0])  # put back after a loss; a later entry must say so
            continue
        parts = open_parts(keyring, row, keys)
        for (state, _), sealed, owner in zip(parts, row[6:9], (row[4], None, row[4]), strict=True):
            if state is PartState.MATCHES:
                tally.openings += 1
                continue
            is_keyless = sealed is not None and state is not PartState.DAMAGED
            bad = _BadError("key" if is_keyless else "opening", row[0])
            if owner is None or state is PartState.DAMAGED:
                raise bad
            tally.keyless[owner.hex, decode_leaf(row[1]).tag[:TAG_SIZE_BYTES]] = bad  # a later erasure must name it
        if parts[-1][1]:
            tally.take(parts[-1][1])
