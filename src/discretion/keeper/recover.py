"""Recover: the honest ways back when the database is behind what was signed, or the signer's memory is lost.

Rules:
* Entries come back only when they lead, hash by hash, from the database's own head to a checkpoint this ledger's key
  has signed, and that covers all the signer remembers. Whoever brought them need not be trusted.
* Their openings do not come back: an entry says so, and names them. Nothing else may lack an opening.
* A guest's counter moves past every tag that came back, so that no tag is given twice.
* Every recovery is an entry of its own. A successor's first entry commits to the ledger that was closed.

Left to others: reading an export (the command line, which pipes it in).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

from discretion.keeper.answer import enter, prepare_first
from discretion.keeper.papers import Ask, AskKind
from discretion.keeper.rescan import rescan
from discretion.keeper.start import (
    StartError,
    check_database,
    keys_of,
    memory_of,
    policy_of,
    room_of,
    root_key_of,
    seen_of,
)
from discretion.keeper.store.database import Database, Uid
from discretion.keeper.store.memory import Memory
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.keyring import SealError, new_property_key, tag_key
from discretion.ledger.checkpoint import NOTE_SIZE_MAX, Signer, open_checkpoint
from discretion.ledger.errors import LedgerError
from discretion.ledger.leaf import LEAF_SIZE_BYTES, decode_leaf, tag
from discretion.ledger.tree import Frontier, TreeHead, leaf_hash

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from discretion.keeper.vault.keyring import Keyring
    from discretion.ledger.checkpoint import Verifier
    from discretion.wire.settings import Settings

HOW = ("restore", "restore_anew", "memory", "go_on", "successor", "succeed")
_AT_ONCE = 2048
_RECORDS, _ROUND = queries("records.sql"), queries("round.sql")


async def recover(settings: Settings, given: argparse.Namespace) -> int:
    """Recover one property's ledger and print what was done as a JSON line. Nothing else may run meanwhile.

    `given.how` is `restore`: standard input brings a checkpoint, behind its length in 4 bytes, and every leaf under it;
    `restore_anew`: the same where the signer's memory is lost as well: it begins again at what was brought;
    `memory`: the signer's memory begins again at the head that the database has;
    `go_on`: a ledger that was stopped is served again;
    `successor`: prints origin, key and wrapped key for a ledger that shall take this one's place; changes nothing;
    `succeed`: that ledger stands, and gets its first entry, which commits to the one that was closed.
    Errors: `StartError` `recover_checkpoint` (not signed by this ledger), `recover_short` (it covers less than was
    signed), `recover_misfit` (it does not extend what is here), `recover_nothing`,
    `recover_not_stopped`, `ledger_disagrees`.
    """
    property_id = bytes.fromhex(given.property)
    database = Database(settings.conninfo("keeper"))
    await check_database(database)
    rows = {row[0]: row for row in await database.rows(_RECORDS["properties"], {})}
    if property_id not in rows:
        raise StartError("property_not_founded")
    root_key = root_key_of(settings)
    keyring, signer = keys_of(rows[property_id], root_key)
    if signer.verifier.vkey != rows[property_id][4]:
        raise StartError("root_key_wrong")
    if given.how == "successor":
        print(json.dumps(_successor(root_key, keyring, signer)))
        return 0
    memory, told = await _HOW[given.how](database, settings, keyring, signer.verifier)
    await database.close()
    room = room_of(settings, keyring, signer, memory, policy_of(settings), asyncio.Event())
    kind = AskKind.SUCCEED if given.how == "succeed" else AskKind.RECOVER
    details = tuple(sorted({"how": given.how, "because": given.because, **told}.items()))
    await enter(await prepare_first(Ask(kind, os.urandom(16), details=details), room), room)
    memory.close()
    print(json.dumps({"how": given.how, **told}))
    return 0


def _successor(root_key: bytes, keyring: Keyring, signer: Signer) -> dict[str, str]:
    """Return what a successor of this ledger is called, and its key, wrapped."""
    base, _, number = signer.verifier.name.rpartition("/")
    is_first = not number.isdigit() or not base.rpartition("/")[0].endswith("/ledger")
    origin = f"{signer.verifier.name}/2" if is_first else f"{base}/{int(number) + 1}"
    seed, wrapped = new_property_key(root_key, keyring.property_id, "ledger")
    return {"origin": origin, "vkey": Signer(origin, seed).verifier.vkey, "wrapped": wrapped.hex()}


async def _restored(
    database: Database, settings: Settings, keyring: Keyring, verifier: Verifier,
) -> tuple[Memory, dict[str, str | int]]:
    memory = memory_of(settings, keyring.property_id)
    first, size = await _put_back(database, keyring, verifier, memory.frontier)
    return memory, {"first": first, "end": size}


async def _restored_anew(
    database: Database, settings: Settings, keyring: Keyring, verifier: Verifier,
) -> tuple[Memory, dict[str, str | int]]:
    first, size = await _put_back(database, keyring, verifier, Frontier.empty())
    memory, _ = await _begun_again(database, settings, keyring, verifier)  # only now: a memory alone would be served
    return memory, {"first": first, "end": size}


async def _begun_again(
    database: Database, settings: Settings, keyring: Keyring, verifier: Verifier,
) -> tuple[Memory, dict[str, str | int]]:
    await _checked_size(database, keyring, verifier, seen_of(settings, keyring.property_id, verifier))
    ((_, _, size, _, stack),) = await database.rows(_ROUND["head"], {"p": Uid(keyring.property_id)})
    path = settings.signer_memory_file(keyring.property_id)
    return Memory.begin(path, Frontier.from_bytes(size, stack), is_new=False), {"size": size}


async def _gone_on(
    database: Database, settings: Settings, keyring: Keyring, verifier: Verifier,
) -> tuple[Memory, dict[str, str | int]]:
    stopped = settings.stopped_file(keyring.property_id)
    if not stopped.exists():
        raise StartError("recover_not_stopped")
    memory = memory_of(settings, keyring.property_id)
    size = await _checked_size(database, keyring, verifier, [memory.frontier.head()])
    told = json.loads(stopped.read_text("utf-8"))
    stopped.rename(stopped.with_name(f"{stopped.name}.{int(told['at'])}"))
    return memory, {"size": size, "stopped": told["why"], "stopped_at": told["at"]}


async def _succeeded(
    database: Database, settings: Settings, keyring: Keyring, verifier: Verifier,  # noqa: ARG001 - as the others
) -> tuple[Memory, dict[str, str | int]]:
    ((number, origin, size, root, note),) = await database.rows(_RECORDS["closed"], {"p": Uid(keyring.property_id)})
    path = settings.signer_memory_file(keyring.property_id)
    signed = TreeHead(size, root)
    if path.exists():
        before = Memory(path)
        signed = max(signed, before.frontier.head(), key=lambda head: head.size)
        before.close()
    for left in (path, settings.stopped_file(keyring.property_id), settings.seen_directory(keyring.property_id)):
        if left.exists():
            left.rename(left.with_name(f"{left.name}.closed-{number}"))
    memory = Memory.begin(path, Frontier.empty(), is_new=True)
    return memory, {
        "closed": origin, "closed_size": size, "closed_root": root.hex(), "signed_size": signed.size,
        "signed_root": signed.root.hex(), "checkpoint": bytes(note).decode(),
    }


async def _put_back(
    database: Database, keyring: Keyring, verifier: Verifier, known: Frontier,
) -> tuple[int, int]:
    """Put back what standard input brings; return the first entry without an opening at the end, and the size."""
    note, leaves = await asyncio.to_thread(_brought, sys.stdin.buffer)
    try:
        head = open_checkpoint(note, verifier)
    except LedgerError as error:
        raise StartError("recover_checkpoint") from error
    await _restore(database, keyring, known, head, leaves)
    ((first,),) = await database.rows(_RECORDS["restored_from"], {"p": Uid(keyring.property_id)})
    size = await _checked_size(database, keyring, verifier, [known.head()])
    if first == size:
        raise StartError("recover_nothing")
    return first, size


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


async def _restore(database: Database, keyring: Keyring, known: Frontier, signed: TreeHead, leaves: bytes) -> None:
    """Append the leaves that the database lacks, once they are known to lead to `signed`.

    Errors: `StartError`; `StoreError`.
    """
    ((_, _, size, _, stack),) = await database.rows(_ROUND["head"], {"p": Uid(keyring.property_id)})
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
                key = tag_key(keyring.guest_key(guest_id, key_id, wrapped), epoch)
                known = list(_followed(key, seq, places))
                if known:
                    found.append((guest_id, epoch, seq + len(known), known[-1]))
        after = rows[-1][0]
    return found


def _followed(key: bytes, seq: int, places: dict[bytes, int]) -> Iterator[int]:
    """Yield the index of each further entry of one guest."""
    while (index := places.get(tag(key, seq := seq + 1))) is not None:
        yield index


_HOW = {
    "restore": _restored, "restore_anew": _restored_anew, "memory": _begun_again, "go_on": _gone_on,
    "succeed": _succeeded,
}
