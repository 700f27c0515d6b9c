"""Own: what a guest sees of their own record, who looked at it, and proofs of that; and where to write to them.

Rules:
* Each is an ask of the guest's own with its entry, and stands in the list it shows.
* Of staff the duty is told and nobody's name or number; of an opening the guest's and the context part.
* Entries are found by the guest's key. Their numbers run from 1 without a gap, so what is missing is seen.
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
from discretion.keeper.proofs import prove
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.opening import key_ids_of, opening_keys, salted_parts
from discretion.ledger.errors import LeafError
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
        return await _record(message, visit, rounds)
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


def _ask(kind: AskKind, request_id: bytes, visit: GuestVisit, clear: int = 0) -> Ask:
    details = (("visit", visit.session_id.hex()),)
    return Ask(kind, request_id, guest_id=visit.guest_id, clear=clear, details=details)


def _index(reply: Opened) -> int:
    return reply.receipt.committed.draft.index


async def _record(message: OwnRecord, visit: GuestVisit, rounds: Rounds) -> OwnRecordShown | Failed:
    (reply,) = await rounds.ask([_ask(AskKind.GUEST_VIEW, message.request_id, visit, message.groups)])
    if not isinstance(reply, Opened):
        return Failed(code=_why(reply))
    guest = reply.receipt.committed.draft.judged.facts.guest
    return OwnRecordShown(entry=_index(reply), fields=dict(reply.fields), version=guest.version if guest else 0)


def _why(reply: Reply) -> str:
    return reply.judged.reason if isinstance(reply, Refused) else "conflict"


async def _entries(
    message: OwnEntries, guest_id: bytes, entry: int, rounds: Rounds, database: Database,
) -> OwnEntriesShown | Failed:
    key = await _key(guest_id, database, rounds)
    if key is None:
        return Failed(code="not_found")
    key_id, last = key
    rows, opening = await _rows([key_id], message.before, message.count, rounds, database)
    lines = []
    for at, row in enumerate(rows):
        if at % 8 == 0:
            await asyncio.sleep(0)  # the look-ups of others go first
        lines.append(_line(row, opening, rounds))
    seqs = {line.seq for line in lines}
    is_end = len(rows) < message.count
    floor = 1 if is_end else min((seq for seq in seqs if seq), default=last)
    ceiling = last if message.before >= 2**62 else max(seqs, default=0)
    return OwnEntriesShown(
        entry=entry, lines=lines, last_seq=last, next_before=0 if is_end else lines[-1].index,
        missing=sum(seq not in seqs for seq in range(floor, ceiling + 1)),
    )


async def _key(guest_id: bytes, database: Database, rounds: Rounds) -> tuple[bytes, int] | None:
    """Return the id of a guest's key and how many entries were made under it; None when it is gone."""
    rows = await database.rows(_RECORDS["counter"], {"p": Uid(rounds.room.property_id), "guest": Uid(guest_id)})
    if not rows:
        return None
    ((key_id, _, _, last),) = rows
    return key_id, last


async def _rows(
    keys: Sequence[bytes], before: int, count: int, rounds: Rounds, database: Database,
) -> tuple[list[tuple[Any, ...]], dict[object, bytes]]:
    """Return entries under these keys, newest first, and what opens them."""
    place = Uid(rounds.room.property_id)
    rows = await database.rows(_SQL["entries_of"], {
        "p": place, "keys": [Uid(key) for key in keys], "before": before, "count": count,
    })
    found = await database.rows(_RECORDS["opening_keys"], {"p": place, "keys": key_ids_of(rows)})
    return rows, opening_keys(rounds.room.keyring, found)


def _line(row: Sequence[Any], opening: Mapping[object, bytes], rounds: Rounds) -> OwnEntry:
    try:
        parts = [plain[SALT_SIZE_BYTES:] for _, plain in salted_parts(rounds.room.keyring, row, opening)]
    except LeafError:
        parts = [b"", b"", b""]
    guest, staff = _decode_guest(parts[0] or b"{}"), _decode_staff(parts[1] or b"{}")
    said = _decode_context(parts[2] or b"{}")
    return OwnEntry(
        index=row[0], seq=guest.seq, is_told=bool(parts[2]), at=said.at, kind=said.kind, duty=staff.duty,
        purpose=said.purpose, decision=said.decision, reason=said.reason, given=said.given, relation=said.relation,
        context=said.context, reason_given=said.reason_given,
        claims=[(fact, bytes.fromhex(ref)) for fact, ref in said.claims],
        uses=[bytes.fromhex(use) for use in said.uses], emergency=bytes.fromhex(said.emergency),
    )


async def _proofs(
    message: OwnProofs, visit: GuestVisit, rounds: Rounds, database: Database,
) -> OwnProofsShown | Failed:
    """Prove those of the entries asked for that stand under the guest's own key; of others nothing is told."""
    key = await _key(visit.guest_id, database, rounds)
    if key is None:
        return Failed(code="not_found")
    key_id, _ = key
    wanted = set(message.indexes)
    place = Uid(rounds.room.property_id)
    rows = [
        row for row in await database.rows(_SQL["entries_at"], {"p": place, "indexes": sorted(wanted)})
        if row[4] is not None and row[4].bytes == key_id
    ]
    found = await database.rows(_RECORDS["opening_keys"], {"p": place, "keys": key_ids_of(rows)})
    opening = opening_keys(rounds.room.keyring, found)
    proofs = {each.index: each for each in (await prove([row[0] for row in rows], rounds.room, database)).items}
    items = []
    for row in rows:
        proof = proofs.get(row[0])
        if proof is None:
            continue
        guest, _, context = (plain for _, plain in salted_parts(rounds.room.keyring, row, opening))
        items.append(OwnProof(
            index=row[0], leaf=proof.leaf, proof=proof.proof, guest_part=guest, context_part=context,
        ))
    return OwnProofsShown(items=items, vkey=rounds.room.signer.verifier.vkey)


def _letters(contact: record.Contact, what: str) -> list[GuestLetter]:
    """Return one letter: to the first e-mail of the guest's own, else to the first phone. An alias is a platform's."""
    for email in contact.emails:
        if email.kind != "alias":
            return [GuestLetter(kind="email", address=email.address, language="", what=what)]
    return [GuestLetter(kind="phone", address=phone.e164, language="", what=what) for phone in contact.phones[:1]]
