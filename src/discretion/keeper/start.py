"""The start: what must hold before anything is served, and the rooms that come of it.

Rules:
* Root key and database password come from files that only this account may read.
* A database that may lose what it acknowledged, a ledger that disagrees with itself, or one that does not extend what
  this keeper has signed: nothing is served.
"""

from __future__ import annotations

import logging
import stat
import time
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from discretion.keeper.answer import Room, limited_by, read_by_consent
from discretion.keeper.erasure import carry_out_again
from discretion.keeper.release import ReleaseError, Releases
from discretion.keeper.rescan import rescan
from discretion.keeper.store.appends import Appends
from discretion.keeper.store.database import Database, Uid, WriteRefusedError
from discretion.keeper.store.erased import ErasedListError
from discretion.keeper.store.memory import Memory, MemoryFileError
from discretion.keeper.store.reads import Reads
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.keyring import Keyring, RootKeyError, parse_root_key
from discretion.keeper.vault.unseal import Vault
from discretion.keeper.witness import Witnessing
from discretion.ledger.checkpoint import Signer, open_checkpoint
from discretion.ledger.errors import LedgerError
from discretion.policy.load import load_policy
from discretion.wire.witnesses import trust_of

if TYPE_CHECKING:
    import asyncio

    from discretion.keeper.release import InForce
    from discretion.ledger.checkpoint import Verifier
    from discretion.ledger.tree import TreeHead
    from discretion.policy.table import Policy
    from discretion.wire.settings import Settings

POSTGRES_VERSION_MIN = 150_000
CLOCK_BEHIND_SECONDS_MAX = 120  # between this machine and a witness that is right
# What a rescan finds that has a word of its own at the start; everything else is `ledger_disagrees`.
_WORDS = {"behind_signed": "ledger_behind", "signed": "ledger_forked"}
_RECORDS = queries("records.sql")
_log = logging.getLogger("discretion.keeper.start")


class StartError(Exception):
    """The keeper cannot serve; `code` is told to the starter, which has the words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def root_key_of(settings: Settings) -> bytes:
    """Return the root key. Errors: `StartError`."""
    path = settings.root_key_file
    try:
        found = path.stat()
        raw = path.read_bytes()
    except OSError as error:
        raise StartError("root_key_missing") from error
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise StartError("root_key_open")
    try:
        return parse_root_key(raw)
    except RootKeyError as error:
        raise StartError("root_key_bad") from error


def policy_of(settings: Settings) -> Policy:
    """Return the policy in force. Errors: `StartError` when its file is missing; `PolicyError`."""
    name = settings.keeper.policy
    source = settings.directory / name if name else files("discretion.policy").joinpath("policy.toml")
    try:
        return load_policy(source.read_bytes())
    except OSError as error:
        raise StartError("policy_missing") from error


async def check_database(database: Database) -> None:
    """Return only if the database keeps what it acknowledges. Errors: `StartError`; `StoreAwayError`."""
    ((fsync, full_page_writes, synchronous_commit, version),) = await database.rows(_RECORDS["settings"], {})
    if version < POSTGRES_VERSION_MIN:
        raise StartError("database_version")
    if (fsync, full_page_writes, synchronous_commit) != ("on", "on", "on"):
        raise StartError("database_durability")


async def rooms_of(
    settings: Settings, root_key: bytes, policy: Policy, wanted: asyncio.Event,
) -> dict[bytes, Room]:
    """Return the room of every property of the settings, by its id; each ledger has been read again.

    Errors: `StartError`; `RootKeyError`; `StoreError`.
    """
    reading = Database(settings.conninfo("keeper"))
    await check_database(reading)
    rooms = {}
    known = {each.property_id for each in settings.properties}
    for row in await reading.rows(_RECORDS["properties"], {}):
        if row[0] in known:
            keyring, signer = keys_of(row, root_key)
            if signer.verifier.vkey != row[4]:
                raise StartError("root_key_wrong")
            if settings.stopped_file(row[0]).exists():
                raise StartError("ledger_stopped")
            memory = memory_of(settings, row[0])
            verdict = await rescan(
                reading, keyring, signer.verifier, lambda _done, _size: None,
                signed=[memory.frontier.head(), *seen_of(settings, row[0], signer.verifier)], with_openings=False,
            )
            if verdict.problem:
                _log.error("ledger disagrees: %s at %d", verdict.problem, verdict.index)
                raise StartError(_WORDS.get(verdict.problem, "ledger_disagrees"))
            room = room_of(settings, keyring, signer, memory, policy, wanted)
            rooms[row[0]] = room = room.under(*await _in_force(room))
            await _erased_again(room, reading)
            if room.policy.has_witness_first and trust_of(settings) is None:
                raise StartError("witnesses_needed")
            await rooms[row[0]].witnessing.load(Uid(row[0]), reading)
            if rooms[row[0]].witnessing.newest_at() > time.time() + CLOCK_BEHIND_SECONDS_MAX:
                raise StartError("clock_behind")
    await reading.close()
    if len(rooms) != len(known):
        raise StartError("property_not_founded")
    return rooms


async def _erased_again(room: Room, database: Database) -> None:
    try:
        if count := await carry_out_again(room, database):
            _log.warning("erased again what this database had forgotten: %d", count)
    except (ErasedListError, WriteRefusedError) as error:
        raise StartError("erased_list") from error


async def _in_force(room: Room) -> InForce:
    try:
        return await room.releases.in_force()
    except ReleaseError as error:
        why = str(error)  # codes
        _log.error("no policy in force: %s", why)
        raise StartError(error.code) from error


def room_of(
    settings: Settings, keyring: Keyring, signer: Signer, memory: Memory, policy: Policy, wanted: asyncio.Event,
) -> Room:
    """Return one property's room; its connections open when they are used."""
    conninfo, property_id = settings.conninfo("keeper"), keyring.property_id
    return Room(
        property_id, Reads(Database(conninfo), property_id), Appends(Database(conninfo), property_id), keyring,
        Vault(keyring, signer.verifier), signer, memory,
        Witnessing(settings.witnesses, trust_of(settings), settings.stopped_file(property_id), wanted),
        policy, limited_by(policy), read_by_consent(policy),
        Releases(
            Database(conninfo), property_id, settings.policy_memory_file(property_id), policy,
            has_witnesses=trust_of(settings) is not None, is_demo=settings.installation.demo,
            notice_hours=settings.keeper.policy_notice_hours,
        ),
    )


def seen_of(settings: Settings, property_id: bytes, verifier: Verifier) -> list[TreeHead]:
    """Return the heads that witnesses brought back before this start; a note we did not sign says nothing about us."""
    heads = []
    for path in sorted(settings.seen_directory(property_id).glob("*.note")):
        try:
            heads.append(open_checkpoint(path.read_text("utf-8"), verifier))
        except (OSError, UnicodeDecodeError, LedgerError):
            _log.warning("a witness brought a checkpoint that is not ours")
    return heads


def keys_of(row: tuple[Any, ...], root_key: bytes) -> tuple[Keyring, Signer]:
    """Return the keys of a property's row. Errors: `StartError` when it is not founded; `RootKeyError`.

    Not checked: that the database names the same key of the ledger.
    """
    property_id, _, _, origin, _, names, wrapped = row
    if origin is None:
        raise StartError("property_not_founded")
    keyring = Keyring(root_key, property_id, dict(zip(names, wrapped, strict=True)))
    return keyring, Signer(origin, keyring.ledger_seed)


def memory_of(settings: Settings, property_id: bytes) -> Memory:
    """Return the signer's memory of a property. Errors: `StartError`."""
    try:
        return Memory(settings.signer_memory_file(property_id))
    except MemoryFileError as error:
        raise StartError(error.code) from error
