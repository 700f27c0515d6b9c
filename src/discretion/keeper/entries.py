"""Entries: what the ledger says, read back for those who watch, newest first and a bounded run at a time.

Rules:
* Reading is an ask: its entry, with the whole filter, is committed before the first opening is opened.
* Every line shown was opened here and compared with its leaf. What does not match says nothing, and is counted.
* Only ids and codes leave: no record is opened, and free words of an entry (a reference, say) stay in it.
* Two queries a run; between runs and within them the look-ups of others go first.

Left to others: who may (`answer`), names of staff and words for codes (the face), proofs (`proofs`).
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from discretion.hotel.purpose import FIELD_GROUPS
from discretion.keeper.papers import Ask, AskKind, Opened
from discretion.keeper.reply import told
from discretion.keeper.store.database import Uid
from discretion.keeper.store.sql import queries
from discretion.keeper.vault.opening import PartState, key_ids_of, open_parts, opening_keys
from discretion.ledger.errors import LeafError
from discretion.ledger.tree import leaf_hash
from discretion.wire.entries import SECOND_MAX, Entries, EntryCount, EntryLine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from discretion.keeper.answer import Room
    from discretion.keeper.rounds import Rounds
    from discretion.keeper.store.database import Database
    from discretion.policy.table import Policy
    from discretion.wire.entries import ReadEntries, Term
    from discretion.wire.lookup import Answer

SCANNED_MAX = 2000
RUN = 64  # a page that nothing is filtered out of
ENTRIES_BETWEEN_YIELDS = 2  # a tenth of a millisecond of work
CLOCKS_APART_SECONDS = 600  # two keepers of a property may stamp entries that far out of order
_SQL = queries("records.sql")
_CODE = re.compile(r"[a-z0-9_]{1,40}")


class _Part(Struct):
    """What the texts of an opening say; each part of it says some of this."""

    guest: str = ""
    staff: str = ""
    duty: str = ""
    at: int = 0
    kind: str = ""
    purpose: str = ""
    decision: str = ""
    reason: str = ""
    asked: tuple[int, int] = (0, 0)
    given: tuple[int, int] = (0, 0)
    relation: str = ""
    facts: int = 0
    policy: str = ""
    context: str = ""
    reason_given: str = ""
    alarm: str = ""
    fact: str = ""
    criteria: list[str] = []
    filter: list[str] = []


_decode = msgspec.json.Decoder(_Part).decode


def reading_ask(message: ReadEntries, session_id: bytes) -> Ask:
    """Return the ask that enters a reading, with its filter and where it begins."""
    details = (("before", message.before), ("filter", [_said(term) for term in message.terms]))
    return Ask(AskKind.READ_ENTRIES, message.request_id, session_id=session_id, purpose="audit", details=details)


async def read(
    message: ReadEntries, session_id: bytes, rounds: Rounds, database: Database, lock: asyncio.Lock,
) -> Answer:
    """Enter the reading, then answer it; what is not allowed is entered and answered like any refusal.

    Errors: `RoundError`, and as `Database.rows`.
    """
    ask = reading_ask(message, session_id)
    (reply,) = await rounds.ask([ask])
    if not isinstance(reply, Opened):
        return told(reply, ask, rounds.room.policy)
    return await read_entries(message, reply.receipt.committed.draft.index, rounds.room, database, lock)


async def read_entries(
    message: ReadEntries, entry: int, room: Room, database: Database, lock: asyncio.Lock,
) -> Entries:
    """Return the entries that fit, from `message.before` down; `entry` is the index of the reading itself.

    Errors: as `Database.rows`.
    """
    before = min(message.before, entry + 1)  # the ledger as it was asked: what comes later is of a later reading
    bottom, oldest_at = max(0, before - SCANNED_MAX), _oldest_at(message.terms)
    lines: list[EntryLine] = []
    counts: Counter[tuple[str, str]] = Counter()
    scanned_from, since_at, damaged, next_before = before, 0, 0, -1
    async for line in _lines(before, bottom, room, database, lock):
        if line.at and line.at < oldest_at:
            next_before = max(next_before, 0)
            break
        scanned_from, since_at = line.index, line.at or since_at
        damaged += "damaged" in line.signals
        if not all(_fits(line, term) for term in message.terms):
            continue
        counts[line.purpose, line.decision] += 1
        if len(lines) < message.count:
            lines.append(line)
            if len(lines) == message.count:
                next_before = line.index
                if not message.with_counts:
                    break
    return Entries(
        entry=entry, lines=lines, next_before=bottom if next_before < 0 else next_before,
        scanned=before - scanned_from, scanned_from=scanned_from, since_at=since_at, damaged=damaged,
        counts=[EntryCount(*key, count) for key, count in sorted(counts.items())] if message.with_counts else [],
    )


async def _lines(
    before: int, bottom: int, room: Room, database: Database, lock: asyncio.Lock,
) -> AsyncIterator[EntryLine]:
    """Yield the lines from below `before` down to `bottom`; an entry that is gone has a line that says so."""
    place = Uid(room.property_id)
    while before > bottom:
        first = max(bottom, before - RUN)
        async with lock:
            rows = await database.rows(_SQL["entries"], {"p": place, "first": first, "count": before - first})
            found = await database.rows(_SQL["opening_keys"], {"p": place, "keys": key_ids_of(rows)})
        keys, by_index = opening_keys(room.keyring, found), {row[0]: row for row in rows}
        for index in range(before - 1, first - 1, -1):
            if index % ENTRIES_BETWEEN_YIELDS == 0:
                await asyncio.sleep(0)
            row = by_index.get(index)
            yield _gone(index) if row is None else line_of(room, row, keys)
        before = first


def _gone(index: int) -> EntryLine:
    return EntryLine(index=index, leaf_hash=b"", is_leaf=False, parts=(PartState.ERASED,) * 3, signals=["damaged"])


def line_of(room: Room, row: Sequence[Any], keys: Mapping[object, bytes]) -> EntryLine:
    """Return what one row of `entries` says."""
    try:
        parts = open_parts(room.keyring, row, keys)
    except LeafError:
        parts = [(PartState.DAMAGED, b"")] * 3
    guest, staff, context = (_decode(text or b"{}") for _, text in parts)
    states = (parts[0][0], parts[1][0], parts[2][0])
    is_leaf = leaf_hash(row[1]) == row[2]
    is_damaged = not is_leaf or PartState.DAMAGED in states or PartState.KEYLESS in states
    is_reveal = context.kind == AskKind.LOOK_UP and context.context == "reveal"
    return EntryLine(
        index=row[0], leaf_hash=row[2], is_leaf=is_leaf, parts=states, at=context.at,
        staff_id=bytes.fromhex(staff.staff), duty=staff.duty, kind=context.kind,
        action="reveal" if is_reveal else context.kind, purpose=context.purpose, asked=context.asked,
        given=context.given, decision=context.decision, reason=context.reason, guest_id=bytes.fromhex(guest.guest),
        about=_about(context), signals=_signals(context, states, room.policy) + ["damaged"] * is_damaged,
    )


def _about(context: _Part) -> str:
    """Return what an entry is about beside its guest, in codes. Words that people typed are not among them."""
    said = [context.alarm, context.fact, context.duty, *context.criteria, context.reason_given]
    return " ".join([*(word for word in said if _CODE.fullmatch(word)), *context.filter])


def _signals(context: _Part, states: Sequence[PartState], policy: Policy) -> list[str]:
    signals = []
    if context.relation == "departed":
        signals.append("after_departure")
    if context.relation == "none" and context.kind == AskKind.LOOK_UP:
        signals.append("no_stay")
    if context.policy == policy.hash.hex():  # the bits of another release's facts are not these
        signals += [f"not_{fact}" for fact in ("on_shift", "badged_in") if not context.facts & policy.fact_bit[fact]]
    if context.given[0]:
        signals.append("in_full")
    if PartState.ERASED in states:
        signals.append("erased")
    return signals


def _fits(line: EntryLine, term: Term) -> bool:
    """Return whether `term` holds of an entry. One whose time is not known fits every time: it is not to be hidden."""
    if term.key == "created":
        if not line.at:
            return True
        return any(span.from_at <= line.at < span.until_at for span in term.spans) is not term.is_not
    return any(value in _values(line, term.key) for value in term.values) is not term.is_not


def _values(line: EntryLine, key: str) -> Sequence[str]:
    if key == "action":
        return (line.kind, line.action)
    if key == "actor":
        return (line.duty, line.staff_id.hex())
    if key == "decision":
        return (line.decision,)
    if key == "field":
        mask = line.asked[0] | line.asked[1] | line.given[0] | line.given[1]
        return [name for bit, name in enumerate(FIELD_GROUPS) if mask >> bit & 1]
    if key == "guest":
        return (line.guest_id.hex(),)
    return (line.purpose,) if key == "purpose" else line.signals


def _oldest_at(terms: Iterable[Term]) -> int:
    """Return the second before which no entry can fit."""
    begins = [min(span.from_at for span in term.spans) for term in terms if term.spans and not term.is_not]
    return max(begins, default=0) - CLOCKS_APART_SECONDS


def _said(term: Term) -> str:
    """Return a term as its entry keeps it; times in UTC, to the minute, and open where a span has no end."""
    spans = [f"{_minute(span.from_at, 0)}..{_minute(span.until_at, SECOND_MAX)}" for span in term.spans]
    return f"{'-' if term.is_not else ''}{term.key}:{','.join([*term.values, *spans])}"


def _minute(at: int, open_at: int) -> str:
    return "" if at == open_at else time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(at))
