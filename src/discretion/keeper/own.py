"""Own: what a guest sees of their own record, who looked at it, and proofs of that; and where to write to them.

Rules:
* Each is an ask of the guest's own with its entry, and stands in the list it shows.
* Of staff the duty is told and nobody's name or number; of an opening the guest's and the context part.
* Entries are found by the guest's key, in closed ledgers too. Their numbers run from 1 without a gap, so what is
  missing is seen.
* Of joined records a guest sees what each shows, and the entries of all; parted, each guest sees their own again.
* An address is opened only for a post that waits, once, under an entry; the worker brings it there.

Left to others: sentences for people, what is withheld by law (the portal), who the guest is (`guests`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec

from discretion.hotel import record
from discretion.hotel.purpose import FieldGroup
from discretion.keeper.papers import Ask, AskKind, Opened, Refused
from discretion.keeper.proofs import prove, prove_closed
from discretion.keeper.search import derived_id
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.opening import key_ids_of, opening_keys, plain_parts
from discretion.ledger.leaf import SALT_SIZE_BYTES
from discretion.wire.guests import (
    AddressPost,
    GuestLetter,
    Letters,
    OwnEntries,
    OwnEntriesShown,
    OwnEntry,
    OwnProof,
    OwnProofs,
    OwnProofsShown,
    OwnRecord,
    OwnRecordShown,
)
from discretion.wire.lookup import Failed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.keeper.papers import Reply
    from discretion.keeper.rounds import Rounds
    from discretion.keeper.store.database import Database
    from discretion.wire.guests import GuestAnswer, GuestVisit

INDEXED_AT_ONCE = 20_000
_CONTACT = 1 << FieldGroup.CONTACT
_RECORDS, _SQL = queries("records.sql"), queries("guests.sql")


class _GuestText(msgspec.Struct):
    seq: int = 0


class _ContextText(msgspec.Struct):
    at: int = 0
    kind: str = ""
    purpose: str = ""
    decision: str = ""
    reason: str = ""
    given: tuple[int, int] = (0, 0)
    relation: str = ""
    context: str = ""
    reason_given: str = ""
    claims: list[tuple[str, str]] = []
    uses: list[str] = []
    emergency: str = ""


class _StaffText(msgspec.Struct):
    duty: str = ""


_decode_guest = msgspec.json.Decoder(_GuestText).decode
_decode_staff = msgspec.json.Decoder(_StaffText).decode
_decode_context = msgspec.json.Decoder(_ContextText).decode


async def answer(
    message: OwnRecord | OwnEntries | OwnProofs, visit: GuestVisit, rounds: Rounds, database: Database,
    lock: asyncio.Lock,
) -> GuestAnswer | Failed:
    """Do what a guest's ask asks for. Errors: `RoundError`, and as `Database.rows`."""
    if isinstance(message, OwnRecord):
        async with lock:
            sides = await database.rows(_SQL["sides_of"], {
                "p": Uid(rounds.room.property_id), "guest": Uid(visit.guest_id),
            })
        return await _record(message, visit, sides, rounds)
    if isinstance(message, OwnProofs):
        async with lock:
            return await _proofs(message, visit, rounds, database)
    entry = -1
    if not message.is_quiet:
        ask = _ask(AskKind.GUEST_READ, message.request_id, visit)
        (reply,) = await rounds.ask([ask])
        if not isinstance(reply, Opened):
            return Failed(code="not_found")
        entry = _index(reply)
    async with lock:
        return await _entries(message, visit.guest_id, entry, rounds, database)


async def address(message: AddressPost, rounds: Rounds) -> Letters | Failed:
    """Return where a post goes, under an entry of its guest; no letter where the record holds no address of theirs."""
    write = (_SQL["address_post"], {"post": Uid(message.post_id), "guest": Uid(message.guest_id)})
    ask = Ask(
        AskKind.GUEST_POST, message.request_id, guest_id=message.guest_id, clear=_CONTACT,
        details=(("post", message.post_id.hex()), ("what", message.what)), writes=(write,),
    )
    (reply,) = await rounds.ask([ask])
    if not isinstance(reply, Opened):
        return Failed(code="not_found")
    contact = record.decode("contact", reply.fields.get("contact", b"{}"))
    return Letters(items=_letters(contact, message.what) if isinstance(contact, record.Contact) else [])


async def carry_on_index(rounds: Rounds, database: Database) -> int:
    """Return how many entries the index of entries by guest was carried on by. Errors: as `Database.rows`."""
    params = {"p": Uid(rounds.room.property_id), "most": INDEXED_AT_ONCE}
    ((count,),) = await database.rows(_SQL["index_guests"], params)
    return int(count)


def _ask(kind: AskKind, request_id: bytes, visit: GuestVisit, clear: int = 0, record_id: bytes = b"") -> Ask:
    details = (("visit", visit.session_id.hex()),)
    return Ask(kind, request_id, guest_id=record_id or visit.guest_id, clear=clear, details=details)


def _index(reply: Opened) -> int:
    return reply.receipt.committed.draft.index


async def _record(
    message: OwnRecord, visit: GuestVisit, sides: Sequence[tuple[bytes, int]], rounds: Rounds,
) -> OwnRecordShown | Failed:
    """Open each group in the record that shows it; the guest's own record is asked first, and always."""
    wanted = {visit.guest_id: 0, **{record_id: message.groups & groups for record_id, groups in sides}}
    replies = await rounds.ask([
        _ask(AskKind.GUEST_VIEW, derived_id(message.request_id, one) if place else message.request_id, visit, bits, one)
        for place, (one, bits) in enumerate(wanted.items()) if bits or not place
    ])
    for reply in replies:
        if not isinstance(reply, Opened):
            return Failed(code=_why(reply))
    opened = [reply for reply in replies if isinstance(reply, Opened)]
    guest = opened[0].receipt.committed.draft.judged.facts.guest
    return OwnRecordShown(
        entry=_index(opened[0]), fields={name: raw for each in opened for name, raw in each.fields.items()},
        version=guest.version if guest else 0,
    )


def _why(reply: Reply) -> str:
    return reply.judged.reason if isinstance(reply, Refused) else "conflict"


async def _entries(
    message: OwnEntries, guest_id: bytes, entry: int, rounds: Rounds, database: Database,
) -> OwnEntriesShown | Failed:
    keys = await _keys(guest_id, database, rounds)
    if not keys:
        return Failed(code="not_found")
    rows, opening = await _rows(list(keys), message, rounds, database)
    lines = []
    for at, row in enumerate(rows):
        if at % 8 == 0:
            await asyncio.sleep(0)  # the look-ups of others go first
        lines.append(_line(row, opening, rounds))
    is_end, is_newest = len(rows) < message.count, not message.ledger and message.before >= 2**62
    missing = 0
    for key_id, last in keys.items():
        seqs = {line.seq for line, row in zip(lines, rows, strict=True) if row[4].bytes == key_id}
        if not seqs and not is_end:
            continue  # all of this record's entries are older
        floor = 1 if is_end else min((seq for seq in seqs if seq), default=last)
        ceiling = last if is_newest else max(seqs, default=0)
        missing += sum(seq not in seqs for seq in range(floor, ceiling + 1))
    return OwnEntriesShown(
        entry=entry, lines=lines, last_seq=sum(keys.values()), next_before=0 if is_end else lines[-1].index,
        next_ledger=0 if is_end else lines[-1].ledger, missing=missing,
    )


async def _keys(guest_id: bytes, database: Database, rounds: Rounds) -> dict[bytes, int]:
    """Return the ids of the keys of a guest's record and of those joined with it, and how many entries each has."""
    params = {"p": Uid(rounds.room.property_id), "guest": Uid(guest_id)}
    return dict(await database.rows(_SQL["counters_of"], params))


async def _rows(
    keys: Sequence[bytes], message: OwnEntries, rounds: Rounds, database: Database,
) -> tuple[list[tuple[Any, ...]], dict[object, bytes]]:
    """Return entries under these keys, newest first, and what opens them."""
    place = Uid(rounds.room.property_id)
    rows = await database.rows(_SQL["entries_of"], {
        "p": place, "keys": [Uid(key) for key in keys], "before": message.before, "count": message.count,
        "ledger": message.ledger,
    })
    found = await database.rows(_RECORDS["opening_keys"], {"p": place, "keys": key_ids_of(rows)})
    return rows, opening_keys(rounds.room.keyring, found)


def _line(row: Sequence[Any], opening: Mapping[object, bytes], rounds: Rounds) -> OwnEntry:
    parts = [plain[SALT_SIZE_BYTES:] for plain in plain_parts(rounds.room.keyring, row, opening)]
    guest, staff = _decode_guest(parts[0] or b"{}"), _decode_staff(parts[1] or b"{}")
    said = _decode_context(parts[2] or b"{}")
    return OwnEntry(
        index=row[0], seq=guest.seq, ledger=row[9] or 0, is_told=bool(parts[2]), at=said.at, kind=said.kind,
        duty=staff.duty, purpose=said.purpose, decision=said.decision, reason=said.reason, given=said.given,
        relation=said.relation, context=said.context, reason_given=said.reason_given,
        claims=[(fact, bytes.fromhex(ref)) for fact, ref in said.claims],
        uses=[bytes.fromhex(use) for use in said.uses], emergency=bytes.fromhex(said.emergency),
    )


async def _proofs(
    message: OwnProofs, visit: GuestVisit, rounds: Rounds, database: Database,
) -> OwnProofsShown | Failed:
    """Prove those of the entries asked for that stand under the guest's own keys; of others nothing is told."""
    keys = await _keys(visit.guest_id, database, rounds)
    if not keys:
        return Failed(code="not_found")
    room, place = rounds.room, Uid(rounds.room.property_id)
    asked = {"p": place, "indexes": sorted(set(message.indexes)), "ledger": message.ledger}
    rows = [
        row for row in await database.rows(_SQL["entries_at"], asked) if row[4] is not None and row[4].bytes in keys
    ]
    found = await database.rows(_RECORDS["opening_keys"], {"p": place, "keys": key_ids_of(rows)})
    opening = opening_keys(room.keyring, found)
    parts = {row[0]: plain_parts(room.keyring, row, opening) for row in rows}
    if message.ledger and rows:
        proved = await prove_closed(message.ledger, {row[0]: row[1] for row in rows}, room, database)
    else:
        proved = await prove([row[0] for row in rows], room, database)
    return OwnProofsShown(vkey=proved.vkey, items=[
        OwnProof(
            index=each.index, leaf=each.leaf, proof=each.proof, guest_part=parts[each.index][0],
            context_part=parts[each.index][2],
        )
        for each in proved.items
    ])


def _letters(contact: record.Contact, what: str) -> list[GuestLetter]:
    """Return one letter: to the first e-mail of the guest's own, else to the first phone. An alias is a platform's."""
    for email in contact.emails:
        if email.kind != "alias":
            return [GuestLetter(kind="email", address=email.address, language="", what=what)]
    return [GuestLetter(kind="phone", address=phone.e164, language="", what=what) for phone in contact.phones[:1]]
