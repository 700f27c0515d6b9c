"""Inscribe: what is typed at the desk or imported is sealed here, on its way in.

Rules:
* A group is decoded strictly before it is sealed: what is in a box is always a record.
* Every record has as many exact-match tokens as any other, up to the next multiple of four.
* A writer names the version seen; a record changed meanwhile is a conflict, and nothing is written.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Any

from discretion.hotel import record
from discretion.hotel.age import minor_until
from discretion.hotel.exact import forms_of
from discretion.keeper.papers import Ask, AskKind, GuestFacts
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.box import GROUP_NAMES, seal_boxes
from discretion.keeper.vault.keyring import TOKEN_SIZE_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from discretion.keeper.store.database import Database
    from discretion.keeper.vault.keyring import Keyring
    from discretion.wire.lookup import Inscribe
    from discretion.wire.upkeep import SealedGuest

TOKENS_STEP = 4
_PART = 800  # records that are written while as many are sealed
_SEALED_AT_A_TURN = 16
_COPIED = {  # table: columns, and their types
    "keys.guest_key": ("property_id, guest_id, key_id, wrapped", "uuid", "uuid", "uuid", "bytea"),
    "vault.record": (
        "property_id, guest_id, boxes, versions, age, minor_until", "uuid", "uuid", "bytea[]", "int4[]", "text", "date",
    ),
    "vault.token": ("property_id, token, guest_id", "uuid", "bytea", "uuid"),
    "ledger.sequence": ("property_id, guest_id, tag_epoch, seq", "uuid", "uuid", "int4", "int8"),
}
_SQL = queries("records.sql")
Write = tuple[str, dict[str, object]]
Row = tuple[object, ...]


async def inscribe_ask(message: Inscribe, session_id: bytes, keyring: Keyring, database: Database) -> Ask:
    """Return the ask that enters a writing and carries its sealed rows.

    Errors: `record.RecordError` naming group, field and rule; `StoreAwayError`.
    """
    values = {name: record.decode(name, raw) for name, raw in message.groups.items()}
    if message.is_new:
        writes, founds = _founding(message.guest_id, values, message.groups, keyring)
    else:
        writes, founds = await _replacing(message.guest_id, values, message.groups, keyring, database), None
    groups = 0
    for name in values:
        groups |= 1 << GROUP_NAMES.index(name)
    return Ask(
        AskKind.INSCRIBE, message.request_id, session_id=session_id, guest_id=message.guest_id, purpose=message.purpose,
        masked=groups, details=(("groups", sorted(values)),), writes=tuple(writes), founds=founds,
    )


def _founding(
    guest_id: bytes, values: Mapping[str, Any], raws: Mapping[str, bytes], keyring: Keyring,
) -> tuple[list[Write], GuestFacts]:
    key_id, key, wrapped = keyring.new_guest_key(guest_id)
    sealed = sealed_record(guest_id, key_id, key, values, raws, keyring)
    guest = Uid(guest_id)
    writes: list[Write] = [
        (_SQL["add_guest_key"], {"guest": guest, "key_id": Uid(key_id), "wrapped": wrapped}),
        (_SQL["add_sequence"], {"guest": guest}),
        (
            _SQL["add_record"],
            {
                "guest": guest,
                "boxes": sealed.boxes,
                "versions": sealed.versions,
                "age": sealed.age,
                "minor_until": sealed.minor_until,
            },
        ),
        (_SQL["add_tokens"], {"guest": guest, "tokens": sealed.tokens}),
    ]
    founds = GuestFacts(
        key_id,
        wrapped,
        1,
        0,
        -1,
        "none",
        -1,
        sealed.age != "adult",
        is_sealed=False,
        is_restricted=False,
        is_held=False,
        is_locked=False,
        version=1,
    )
    return writes, founds


async def _replacing(
    guest_id: bytes, values: Mapping[str, Any], raws: Mapping[str, bytes], keyring: Keyring, database: Database,
) -> list[Write]:
    rows = await database.rows(_SQL["guest_key"], {"p": Uid(keyring.property_id), "guest": Uid(guest_id)})
    if not rows:
        return []  # no such record: the decision, not this, tells the asker
    key_id, wrapped, version, versions = rows[0][0].bytes, rows[0][1], rows[0][2], rows[0][3]
    key = keyring.guest_key(guest_id, key_id, wrapped)
    new_versions = [number + (name in raws) for number, name in zip(versions, GROUP_NAMES, strict=True)]
    sealed = {name: (raw, new_versions[GROUP_NAMES.index(name)]) for name, raw in raws.items()}
    age, until = age_of(values["identity"]) if "identity" in values else (None, None)
    guest = Uid(guest_id)
    writes: list[Write] = [(_SQL["replace_boxes"], {
        "guest": guest, "seen_version": version, "versions": new_versions, "age": age, "minor_until": until,
        "boxes": seal_boxes(keyring.property_id, guest_id, key_id, key, sealed),
    })]
    tokens = [keyring.token(kind, form) for name, value in values.items() for kind, form in forms_of(name, value)]
    if tokens:
        writes.append((_SQL["add_tokens"], {"guest": guest, "tokens": padded(tokens)}))
    return writes


class SealedRecord:
    """The rows of one new record."""

    __slots__ = ("age", "boxes", "minor_until", "tokens", "versions")

    def __init__(
        self, boxes: list[bytes | None], versions: list[int], tokens: list[bytes], age: str, until: date | None
    ) -> None:
        self.boxes = boxes
        self.versions = versions
        self.tokens = tokens
        self.age = age
        self.minor_until = until


def sealed_record(
    guest_id: bytes, key_id: bytes, key: bytes, values: Mapping[str, Any], raws: Mapping[str, bytes], keyring: Keyring,
) -> SealedRecord:
    """Return the sealed rows of a new record, every group at version 1."""
    boxes = seal_boxes(keyring.property_id, guest_id, key_id, key, {name: (raw, 1) for name, raw in raws.items()})
    tokens = [keyring.token(kind, form) for name, value in values.items() for kind, form in forms_of(name, value)]
    age, until = age_of(values["identity"]) if "identity" in values else ("unknown", None)
    return SealedRecord(boxes, [1 if name in raws else 0 for name in GROUP_NAMES], padded(tokens), age, until)


def age_of(identity: record.Identity) -> tuple[str, date | None]:
    """Return adult, minor or unknown, and the day a minor comes of age. What is not known counts as a minor."""
    if identity.birth is not None:
        return "minor", minor_until(identity.birth)  # an adult is a minor whose day has passed
    if identity.age_category == "adult":
        return "adult", None
    return ("minor", None) if identity.age_category in ("child", "infant") else ("unknown", None)


def padded(tokens: list[bytes]) -> list[bytes]:
    """Return the tokens with random ones added, to the next multiple of `TOKENS_STEP`: their number tells nothing."""
    missing = -len(tokens) % TOKENS_STEP if tokens else TOKENS_STEP
    noise = os.urandom(missing * TOKEN_SIZE_BYTES)
    return [*tokens, *(noise[i:i + TOKEN_SIZE_BYTES] for i in range(0, len(noise), TOKEN_SIZE_BYTES))]


async def seal_batch(guests: list[SealedGuest], keyring: Keyring, database: Database) -> tuple[int, int]:
    """Seal and write records that do not exist yet, in one transaction; return how many, and how many existed.

    While one part is written the next is sealed, and look-ups get their turns in between.
    Errors: `record.RecordError`, naming group, field and rule, when anything is no record: then nothing is written.
    """
    groups = {Uid(guest.guest_id): guest.groups for guest in reversed(guests)}  # of one brought twice, the first
    params = {"p": Uid(keyring.property_id), "guests": list(groups)}
    async with database.transaction():
        known = {row[0] for row in await database.rows(_SQL["known_guests"], params)}
        new = sorted(groups.keys() - known)  # in the order of the indexes they go into: a little less work there
        writing: asyncio.Future[None] = asyncio.ensure_future(asyncio.sleep(0))
        try:
            for at in range(0, len(new), _PART):
                rows = await _sealed_rows({guest_id: groups[guest_id] for guest_id in new[at:at + _PART]}, keyring)
                await writing
                writing = asyncio.ensure_future(_copy(rows, database))
        finally:
            await asyncio.wait([writing])
        writing.result()
    return len(new), len(guests) - len(new)


async def _copy(rows: Mapping[str, list[Row]], database: Database) -> None:
    for table, made in rows.items():
        columns, *types = _COPIED[table]
        await database.copy_rows(f"copy {table} ({columns}) from stdin (format binary)", types, made)


async def _sealed_rows(guests: Mapping[Uid, Mapping[str, bytes]], keyring: Keyring) -> dict[str, list[Row]]:
    """Return the rows of new records, by table."""
    place = Uid(keyring.property_id)
    rows: dict[str, list[Row]] = {table: [] for table in _COPIED}
    keys, records, tokens, sequences = rows.values()
    for number, (guest_id, groups) in enumerate(guests.items()):
        if number % _SEALED_AT_A_TURN == 0:
            await asyncio.sleep(0)
        values = {name: record.decode(name, raw) for name, raw in groups.items()}
        key_id, key, wrapped = keyring.new_guest_key(guest_id)
        sealed = sealed_record(guest_id, key_id, key, values, groups, keyring)
        keys.append((place, guest_id, Uid(key_id), wrapped))
        records.append((place, guest_id, sealed.boxes, sealed.versions, sealed.age, sealed.minor_until))
        tokens.extend((place, token, guest_id) for token in sealed.tokens)
        sequences.append((place, guest_id, 1, 0))
    tokens.sort()
    return rows
