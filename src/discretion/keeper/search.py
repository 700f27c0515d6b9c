"""Search: by name inside the present house, elsewhere only by an exact value.

Rules:
* The search is an ask and has its entry before anything is compared. Each hit shown is an ask of its own, masked.
* Names are compared after decryption and are indexed nowhere. Incognito and sealed records are never found by name.
* Too many hits: only that there are too many. None and none for you read the same.
* Who may be the same person is asked of one record, by the exact values that it holds, and never by a name.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from discretion.hotel import record
from discretion.hotel.exact import forms_of, normal_form
from discretion.hotel.name import NameQuery, search_keys
from discretion.hotel.purpose import FieldGroup
from discretion.keeper.papers import Ask, AskKind, Opened, Refused
from discretion.keeper.reply import told
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.keyring import SealError
from discretion.wire.lookup import (
    HITS_SHOWN_MAX,
    Disclosure,
    Failed,
    FindByName,
    FindExact,
    Found,
    Hit,
    Refusal,
)

if TYPE_CHECKING:
    import asyncio

    from discretion.keeper.papers import Reply
    from discretion.keeper.rounds import Rounds
    from discretion.keeper.store.database import Database
    from discretion.keeper.store.reads import PresentPerson, Reads
    from discretion.wire.lookup import Answer
    from discretion.wire.merging import FindDuplicates

EXACT_HITS_MAX = 16
_MATCHING = ("document", "email", "phone")  # best first; a reservation is shared by those who travel together
_SQL = queries("merges.sql")
_SHOWN = 1 << FieldGroup.IDENTITY | 1 << FieldGroup.CONTACT
_COMPARED = 1 << FieldGroup.CONTACT | 1 << FieldGroup.DOCUMENT


async def find(
    message: FindByName | FindExact, session_id: bytes, rounds: Rounds, reads: Reads, reading: asyncio.Lock,
) -> Answer:
    """Enter the search, compare, and show each hit masked, under an entry of its own."""
    by_name = isinstance(message, FindByName)
    criteria = criteria_of(message) if isinstance(message, FindByName) else [message.kind]
    if by_name and len(criteria) < 2 and criteria != ["room"]:  # noqa: PLR2004 - "two criteria at least"
        return Failed(code="malformed", field="$.criteria")
    ask = search_ask(message, session_id, criteria)
    (reply,) = await rounds.ask([ask])
    if not isinstance(reply, Opened):
        return told(reply, ask, rounds.room.policy)
    async with reading:
        hits = await (
            present_hits(message, rounds, reads)
            if isinstance(message, FindByName) else exact_hits(message, rounds, reads)
        )
    entry = reply.receipt.committed.draft.index
    if is_too_many(message, len(hits)):
        return Found(entry=entry, hits=len(hits), items=[], is_too_many=True)
    asks = hit_asks(message, session_id, [guest for guest, _ in hits])
    replies = await rounds.ask(asks) if asks else []
    told_hits = []
    for (guest, stay), reply in shown_hits(replies, hits):
        told_hit = told(reply, ask, rounds.room.policy)
        if isinstance(told_hit, (Disclosure, Refusal)):
            told_hits.append(Hit(guest_id=guest, stay_id=stay, answer=told_hit))
    return Found(entry=entry, hits=len(told_hits), items=told_hits, is_too_many=False)


async def find_duplicates(
    message: FindDuplicates, session_id: bytes, rounds: Rounds, database: Database, reading: asyncio.Lock,
) -> Answer:
    """Enter the search on its guest, and show who shares an exact value, best first, each under an entry of their own.

    Only those come back of whom the asker may see something.
    """
    ask = Ask(
        AskKind.DUPLICATES, message.request_id, session_id, guest_id=message.guest_id, purpose=message.purpose,
        masked=_SHOWN,
    )
    (reply,) = await rounds.ask([ask])
    if not isinstance(reply, Opened):
        return told(reply, ask, rounds.room.policy)
    async with reading:
        found = await _sharers(message, rounds, database)
    entry = reply.receipt.committed.draft.index
    if len(found) > EXACT_HITS_MAX:
        return Found(entry=entry, hits=len(found), items=[], is_too_many=True)
    asks = [
        Ask(
            AskKind.LIST, derived_id(message.request_id, guest), session_id=session_id, guest_id=guest,
            purpose=message.shown_for or message.purpose, masked=_SHOWN, details=(("context", "duplicates"),),
        )
        for guest in found
    ]
    items = []
    for one, shown in zip(asks, await rounds.ask(asks) if asks else [], strict=True):
        told_one = told(shown, one, rounds.room.policy)
        if isinstance(told_one, Disclosure):
            items.append(Hit(guest_id=one.guest_id, stay_id=b"", answer=told_one, by=found[one.guest_id]))
    return Found(entry=entry, hits=len(items), items=items, is_too_many=False)


async def _sharers(message: FindDuplicates, rounds: Rounds, database: Database) -> dict[bytes, str]:
    """Return who shares a value with the guest, by the best value they share, best first.

    The record is opened only where there is somebody, to tell which of its values it is; aliases have no token.
    """
    room, under = rounds.room, {"request": Uid(message.request_id), "guest": Uid(message.guest_id)}
    shared = await database.rows(_SQL["sharers"], {"p": Uid(room.property_id), **under})
    rows = await database.rows(_SQL["to_compare"], {"p": Uid(room.property_id), **under}) if shared else []
    best: dict[bytes, str] = {}
    for contact, contact_version, document, document_version, key_id, wrapped in rows:
        try:
            key = room.keyring.guest_key(message.guest_id, key_id, wrapped)
            room.vault.boxes.compared += 1  # the search's own entry allows to compare this one record
            fields = room.vault.boxes.open_boxes(
                message.guest_id, key_id, key, [None, contact, document, *[None] * 5],
                [0, contact_version, document_version, *[0] * 5], _COMPARED, 0,
            )
            kinds = {
                room.keyring.token(kind, form): kind for name, raw in fields.items()
                for kind, form in forms_of(name, record.decode(name, raw))
            }
        except (SealError, record.RecordError):
            continue  # its own look-up says that it does not open
        for kind in _MATCHING:
            for token, guest in shared:
                if kinds.get(token) == kind:
                    best.setdefault(guest, kind)
    return best


def criteria_of(message: FindByName) -> list[str]:
    """Return which criteria a search by name names, in a fixed order. What they say stays out of the ledger."""
    given = {
        "arrival": message.arrival,
        "name": message.name.strip(),
        "phone_end": message.phone_end,
        "room": message.room,
    }
    return [name for name, value in given.items() if value]


def search_ask(message: FindByName | FindExact, session_id: bytes, criteria: list[str]) -> Ask:
    """Return the ask that enters the search itself."""
    return Ask(
        AskKind.FIND,
        message.request_id,
        session_id=session_id,
        purpose=message.purpose,
        details=(("criteria", criteria),),
    )


async def present_hits(message: FindByName, rounds: Rounds, reads: Reads) -> list[tuple[bytes, bytes]]:
    """Return (guest id, stay id) of everyone in the present house whom the criteria fit.

    The search is in the ledger already.
    """
    people = await reads.present_house(message.request_id)
    query = NameQuery(message.name) if message.name.strip() else None
    return [(p.guest_id, p.stay_id) for p in people if not p.is_hidden and _is_hit(p, message, query, rounds)]


async def exact_hits(message: FindExact, rounds: Rounds, reads: Reads) -> list[tuple[bytes, bytes]]:
    """Return (guest id, stay id) of up to 17 holders of the exact value; the stay id is empty where there is none.

    Errors: `record.RecordError` when the value has no normal form.
    """
    form = normal_form(message.kind, message.value, message.country)
    if form is None:
        raise record.RecordError("find", "value", "form")
    token = rounds.room.keyring.token(message.kind, form)
    guests = await reads.holders(message.request_id, token)
    near = await reads.near_stays(guests) if guests else {}
    return [(guest, near.get(guest, b"")) for guest in guests]


def hit_asks(message: FindByName | FindExact, session_id: bytes, guests: list[bytes]) -> list[Ask]:
    """Return one masked ask for each hit, with a request id derived from the search's."""
    return [
        Ask(
            AskKind.LIST, derived_id(message.request_id, guest), session_id=session_id, guest_id=guest,
            purpose=message.purpose, masked=_SHOWN, details=(("context", "find"),),
        )
        for guest in guests
    ]


def derived_id(request_id: bytes, guest_id: bytes) -> bytes:
    """Return the request id of one guest's part of a wider ask: the same each time."""
    return hashlib.sha256(b"part" + request_id + guest_id).digest()[:16]


def shown_hits(replies: list[Reply], hits: list[tuple[bytes, bytes]]) -> list[tuple[tuple[bytes, bytes], Reply]]:
    """Return the hits of which something may be seen; the others are not told apart from none."""
    return [(hit, reply) for hit, reply in zip(hits, replies, strict=True) if not isinstance(reply, Refused)]


def is_too_many(message: FindByName | FindExact, count: int) -> bool:
    """Whether so many hits are only counted."""
    return count > (HITS_SHOWN_MAX if isinstance(message, FindByName) else EXACT_HITS_MAX)


def _is_hit(person: PresentPerson, message: FindByName, query: NameQuery | None, rounds: Rounds) -> bool:
    try:
        return _fits(person, message, query, rounds)
    except (SealError, record.RecordError):
        return False  # one damaged record closes the search to nobody; its own look-up says that it does not open


def _fits(person: PresentPerson, message: FindByName, query: NameQuery | None, rounds: Rounds) -> bool:
    if message.room and person.room != message.room:
        return False
    if message.arrival and person.arrival != message.arrival:
        return False
    if query is None and not message.phone_end:
        return True
    key = rounds.room.keyring.guest_key(person.guest_id, person.key_id, person.wrapped_key)
    opener = rounds.room.vault.boxes
    opener.compared += 1  # the search's own entry allows to compare everybody who is present
    fields = opener.open_boxes(
        person.guest_id, person.key_id, key, [person.identity, person.contact, *[None] * 6],
        [person.identity_version, person.contact_version, *[0] * 6], _SHOWN, 0,
    )
    if query is not None:
        identity = record.decode("identity", fields.get("identity", b"{}"))
        if not isinstance(identity, record.Identity) or not query.matches(search_keys(identity)):
            return False
    if message.phone_end:
        contact = record.decode("contact", fields.get("contact", b"{}"))
        return isinstance(contact, record.Contact) and any(p.e164.endswith(message.phone_end) for p in contact.phones)
    return True
