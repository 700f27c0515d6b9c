"""Recover: the honest ways back when the database is behind what was signed, or the signer's memory is lost.

Rules:
* Entries come back only when they lead, hash by hash, from the database's own head to a checkpoint this ledger's key
  has signed, and that covers all the signer remembers. Whoever brought them need not be trusted.
* Their openings do not come back: an entry says so, and names them. Nothing else may lack an opening.
* A guest's counter moves past every tag that came back, so that no tag is given twice.
* Every recovery is an entry of its own.

Left to others: reading an export (the command line, which pipes it in).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from discretion.keeper.papers import Ask, AskKind
from discretion.keeper.rescan import rescan
from discretion.keeper.rounds import Rounds
from discretion.keeper.start import StartError, check_database, keys_of, memory_of, policy_of, room_of, root_key_of
from discretion.keeper.store.database import Database, Uid
from discretion.keeper.store.memory import Memory
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.keyring import SealError, subkey
from discretion.ledger.checkpoint import NOTE_SIZE_MAX, open_checkpoint
from discretion.ledger.errors import LedgerError
from discretion.ledger.leaf import LEAF_SIZE_BYTES, decode_leaf, tag
from discretion.ledger.tree import Frontier, leaf_hash

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from discretion.keeper.vault.keyring import Keyring
    from discretion.ledger.checkpoint import Verifier
    from discretion.ledger.tree import TreeHead
    from discretion.wire.settings import Settings

_AT_ONCE = 2048
_RECORDS, _ROUND = queries("records.sql"), queries("round.sql")


async def recover(settings: Settings, given: argparse.Namespace) -> int:
    """Recover one property's ledger and print what was done as a JSON line. Nothing else may run meanwhile.

    `given.how` is `restore`: standard input brings a checkpoint, behind its length in 4 bytes, and every leaf under it;
    or `memory`: the signer's memory begins again at the head that the database has.
    Errors: `StartError` `recover_checkpoint` (not signed by this ledger), `recover_short` (it covers less than was
    signed), `recover_misfit` (it does not extend what is here), `recover_nothing`, `ledger_disagrees`.
    """
    property_id = bytes.fromhex(given.property)
    database = Database(settings.conninfo("keeper"))
    await check_database(database)
    rows = {row[0]: row for row in await database.rows(_RECORDS["properties"], {})}
    if property_id not in rows:
        raise StartError("property_not_founded")
    keyring, signer = keys_of(rows[property_id], root_key_of(settings))
    if signer.verifier.vkey != rows[property_id][4]:
        raise StartError("root_key_wrong")
    if given.how == "restore":
        memory = memory_of(settings, property_id)
        first, size = await _put_back(database, keyring, signer.verifier, memory)
    else:
        first, size = -1, await _checked_size(database, keyring, signer.verifier, [])
        memory = await _begun_again(database, settings, property_id)
    await database.close()
    rounds = Rounds(room_of(settings, keyring, signer, memory, policy_of(settings)))
    running = asyncio.create_task(rounds.run())
    details = (("end", size), ("first", first), ("how", given.how))
    await rounds.ask([Ask(AskKind.RECOVER, os.urandom(16), details=details)])
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    memory.close()
    print(json.dumps({"how": given.how, "first": first, "end": size}))
    return 0


async def _put_back(
    database: Database, keyring: Keyring, verifier: Verifier, memory: Memory,
) -> tuple[int, int]:
    """Put back what standard input brings; return the first entry without an opening at the end, and the size."""
    note, leaves = await asyncio.to_thread(_brought, sys.stdin.buffer)
    try:
        head = open_checkpoint(note, verifier)
    except LedgerError as error:
        raise StartError("recover_checkpoint") from error
    await _restore(database, keyring, memory, head, leaves)
    ((first,),) = await database.rows(_RECORDS["restored_from"], {"p": Uid(keyring.property_id)})
    size = await _checked_size(database, keyring, verifier, [memory.frontier.head()])
    if first == size:
        raise StartError("recover_nothing")
    return first, size


async def _begun_again(database: Database, settings: Settings, property_id: bytes) -> Memory:
    ((_, _, size, _, stack),) = await database.rows(_ROUND["head"], {"p": Uid(property_id)})
    return Memory.begin(settings.signer_memory_file(property_id), Frontier.from_bytes(size, stack), is_new=False)


async def _checked_size(
    database: Database, keyring: Keyring, verifier: Verifier, signed: Sequence[TreeHead],
) -> int:
    """Return the ledger's size, once all of it has been read again. Errors: `StartError`."""
    verdict = await rescan(
        database, keyring, verifier, lambda _done, _size: None, signed=signed, with_openings=False,
    )
    if verdict.problem:
        raise StartError("ledger_disagrees")
    return verdict.size


def _brought(stream: BinaryIO) -> tuple[str, bytes]:
    """Return the checkpoint and the leaves that standard input brings, behind the checkpoint's length in 4 bytes."""
    length = int.from_bytes(stream.read(4), "big")
    note = stream.read(min(length, NOTE_SIZE_MAX)).decode("utf-8", errors="replace")
    return note, stream.read()


async def _restore(database: Database, keyring: Keyring, memory: Memory, signed: TreeHead, leaves: bytes) -> None:
    """Append the leaves that the database lacks, once they are known to lead to `signed`.

    Errors: `StartError`; `StoreError`.
    """
    ((_, _, size, _, stack),) = await database.rows(_ROUND["head"], {"p": Uid(keyring.property_id)})
    known = memory.frontier
    if signed.size < max(size, known.size) or len(leaves) != signed.size * LEAF_SIZE_BYTES:
        raise StartError("recover_short")
    missing = [leaves[at:at + LEAF_SIZE_BYTES] for at in range(size * LEAF_SIZE_BYTES, len(leaves), LEAF_SIZE_BYTES)]
    hashes = [leaf_hash(leaf) for leaf in missing]
    frontier = Frontier.from_bytes(size, stack)
    is_remembered = known.size < size or frontier.append(hashes[:known.size - size]) == known  # else the rescan says it
    if not is_remembered or frontier.append(hashes).head() != signed:
        raise StartError("recover_misfit")
    counters = await _counters(database, keyring, missing, size)
    for at in range(0, len(missing), _AT_ONCE):
        part = hashes[at:at + _AT_ONCE]
        after = frontier.append(part)
        is_last = after.size == signed.size
        await database.rows(_RECORDS["restore_entries"], {
            "p": Uid(keyring.property_id), "old_size": frontier.size, "old_root": frontier.root(), "size": after.size,
            "root": after.root(), "stack": after.to_bytes(), "leaves": missing[at:at + _AT_ONCE], "hashes": part,
            "requests": [Uid(os.urandom(16)) for _ in part], "count": len(part),
            "guests": [Uid(each[0]) for each in counters] if is_last else [],
            **{name: [each[place] for each in counters] if is_last else []
               for place, name in enumerate(("epochs", "seqs", "last"), 1)},
        })
        frontier = after


async def _counters(
    database: Database, keyring: Keyring, leaves: Sequence[bytes], first: int,
) -> list[tuple[bytes, int, int, int]]:
    """Return (guest, tag epoch, seq, index) of each guest's last entry among `leaves`, found by the tags alone."""
    places = {decode_leaf(leaf).tag: index for index, leaf in enumerate(leaves, first)}
    found = []
    after = bytes(16)
    while rows := await database.rows(_RECORDS["counters"], {
        "p": Uid(keyring.property_id), "after": Uid(after), "count": _AT_ONCE,
    }):
        for guest_id, key_id, wrapped, epoch, seq in rows:
            with suppress(SealError):  # a damaged key has no tags
                key = subkey(keyring.guest_key(guest_id, key_id, wrapped), b"tag" + epoch.to_bytes(4, "big"))
                known = list(_followed(key, seq, places))
                if known:
                    found.append((guest_id, epoch, seq + len(known), known[-1]))
        after = rows[-1][0]
    return found


def _followed(key: bytes, seq: int, places: dict[bytes, int]) -> Iterator[int]:
    """Yield the index of each further entry of one guest."""
    while (index := places.get(tag(key, seq := seq + 1))) is not None:
        yield index
