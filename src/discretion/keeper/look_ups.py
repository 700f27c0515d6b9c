"""Look-ups: what the ledger says of records being opened, for the review of look-ups; oldest first, a page at a time.

Rules:
* What leaves are ids, codes and bits. Of what somebody typed only a number with its check character leaves.
* No entry is made of a reading: the worker reads every entry once, and what it brings to people is reviewed on pages
  that are themselves entered. See decision 0023.
* Two queries a page; within it the look-ups of others go first.

Left to others: what explains a look-up (the watch), what matches its leaf (`rescan`).
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from discretion.hotel import number
from discretion.keeper.papers import AskKind
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.opening import key_ids_of, open_parts, opening_keys
from discretion.ledger.errors import LeafError
from discretion.wire.upkeep import LookUpLine, LookUpsRead

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from discretion.keeper.answer import Room
    from discretion.keeper.store.database import Database
    from discretion.wire.upkeep import ReadLookUps

ENTRIES_BETWEEN_YIELDS = 2  # a tenth of a millisecond of work
OPENING_KINDS = frozenset({AskKind.LIST, AskKind.LOOK_UP})
_SQL = queries("records.sql")
_CODE = re.compile(r"[a-z0-9_]{1,40}")


class _Said(Struct):
    """What the texts of an opening say, as far as a review needs it; each part of it says some of this."""

    guest: str = ""
    staff: str = ""
    duty: str = ""
    session: str = ""
    at: int = 0
    kind: str = ""
    purpose: str = ""
    decision: str = ""
    given: tuple[int, int] = (0, 0)
    relation: str = ""
    rules: list[str] = []
    obligations: list[str] = []
    facts: int = 0
    policy: str = ""
    context: str = ""
    reason_given: str = ""
    reference: str = ""


_decode = msgspec.json.Decoder(_Said).decode


async def read_look_ups(
    message: ReadLookUps, room: Room, database: Database, lock: asyncio.Lock,
) -> LookUpsRead:
    """Return what `message.limit` entries from `message.first` on say. Errors: as `Database.rows`."""
    place = Uid(room.property_id)
    async with lock:
        rows = await database.rows(_SQL["entries"], {"p": place, "first": message.first, "count": message.limit})
        found = await database.rows(_SQL["opening_keys"], {"p": place, "keys": key_ids_of(rows)})
    keys = opening_keys(room.keyring, found)
    items: list[LookUpLine] = []
    refused = unreadable = 0
    for count, row in enumerate(rows):
        if count % ENTRIES_BETWEEN_YIELDS == 0:
            await asyncio.sleep(0)
        said = _said(room, row, keys)
        if said is None:
            unreadable += 1
            continue
        guest, staff, context = said
        if context.kind not in OPENING_KINDS:
            continue
        if context.decision != "allowed" or not any(context.given):
            refused += 1
        elif guest.guest and staff.staff:
            items.append(_line(row[0], guest, staff, context))
        else:
            unreadable += 1
    last = rows[-1][0] + 1 if rows else message.first
    origin = room.signer.verifier.name
    return LookUpsRead(origin=origin, items=items, next=last, refused=refused, unreadable=unreadable)


def _said(room: Room, row: Sequence[Any], keys: Mapping[object, bytes]) -> tuple[_Said, _Said, _Said] | None:
    """Return what guest, staff and context part say, None when the context is gone or is not this entry's."""
    try:
        parts = open_parts(room.keyring, row, keys)
    except LeafError:
        return None
    if not parts[2][1]:
        return None
    guest, staff, context = (_decode(text or b"{}") for _, text in parts)
    return guest, staff, context


def _line(index: int, guest: _Said, staff: _Said, context: _Said) -> LookUpLine:
    return LookUpLine(
        index=index, at=context.at, staff_id=bytes.fromhex(staff.staff), duty=staff.duty,
        session_id=bytes.fromhex(staff.session), guest_id=bytes.fromhex(guest.guest), kind=context.kind,
        purpose=context.purpose, clear=context.given[0], masked=context.given[1], relation=context.relation,
        rules=context.rules, obligations=context.obligations, facts=context.facts, policy=context.policy,
        context=_code(context.context), reason_given=_code(context.reason_given),
        reference=number.read(context.reference) or "", has_reference=bool(context.reference),
    )


def _code(word: str) -> str:
    """Return a code as it is; words that people typed stay in the entry."""
    return word if _CODE.fullmatch(word) else ""
