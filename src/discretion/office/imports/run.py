"""The run of an import: read, seal, write, in that order for each batch, with three batches under way at once.

Rules:
* A batch is sealed before a row of it is written. Killed in between, a second run finds the same guest ids, leaves
  what is sealed untouched and writes what is missing.
* Memory is bounded: a batch has at most `BOOKINGS_IN_BATCH_MAX` drafts, and at most `BATCHES_UNDER_WAY_MAX` wait.
* At the end each property's ledger gets an entry: who, which file by its hash, how many.

Trust: an import brings records in; nothing sealed comes back but counts. Left to others: reading (the readers).
"""

from __future__ import annotations

import os
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from discretion.office.imports.drafts import BadRow, BadRowError, Draft
from discretion.office.imports.writing import write_batch
from discretion.wire.upkeep import (
    GUESTS_IN_BATCH_MAX,
    Done,
    EnterChanges,
    EnterImport,
    GuestIds,
    Ids,
    SealBatch,
    SealedGuest,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    import psycopg

    from discretion.office.imports.drafts import Person
    from discretion.office.imports.writing import Written
    from discretion.wire.upkeep import UpkeepAnswer, UpkeepHatch

BOOKINGS_IN_BATCH_MAX: Final = 1000
BATCHES_UNDER_WAY_MAX: Final = 3
BAD_ROWS_KEPT_MAX: Final = 1000
_SEALED_SIZE_BYTES_MAX: Final = 8 * 1024 * 1024
_SEALED_GUESTS_MAX: Final = min(2000, GUESTS_IN_BATCH_MAX)
_Kind = TypeVar("_Kind")


class ImportStoppedError(Exception):
    """The keeper did not take a batch: `code` is its own. What is in stays; the same import goes on there."""

    def __init__(self, code: str) -> None:
        """Name the keeper's reason."""
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Outcome:
    """What became of the file. `read` = rows that became drafts; `counts` are of what was written."""

    read: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    bad_rows: list[BadRow] = field(default_factory=list)
    bad_rows_count: int = 0
    by_property: dict[bytes, Counter[str]] = field(default_factory=dict)
    entries: dict[bytes, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who runs the import, and of which file."""

    by: str
    source: str
    file_sha256: bytes


class Importer:
    """Brings drafts in over one connection to the database and one to the keeper.

    `property_of` gives the id of the property that a hotel of the file is; it may raise `BadRowError`. `bad_row` is
    called for each row left out, `told` after each batch with the number of drafts written so far.
    """

    def __init__(
        self,
        office: psycopg.Connection[Any],
        keeper: UpkeepHatch,
        sender: Sender,
        property_of: Callable[[str], bytes],
        *,
        bad_row: Callable[[BadRow], None] = lambda _: None,
        told: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._office = office
        self._keeper = keeper
        self._sender = sender
        self._property_of = property_of
        self._bad_row = bad_row
        self._told = told

    def run(self, drafts: Iterable[Draft | BadRow]) -> Outcome:
        """Return after everything is written and entered.

        Errors: `ImportStoppedError`, `FileRefusedError` from the reader, `HatchClosedError` when the keeper is away,
        `psycopg.OperationalError` when the database is. What was written before stays.
        """
        outcome = Outcome()
        under_way: deque[tuple[bytes, int, Future[Written]]] = deque()
        # One thread each: batches are sealed in order and written in order, while the next ones are read here.
        with ThreadPoolExecutor(1, "sealing") as sealing, ThreadPoolExecutor(1, "writing") as writing:
            try:
                for property_id, batch in self._batches(drafts, outcome):
                    sealed = sealing.submit(self._seal, property_id, batch)
                    written = writing.submit(self._write, property_id, batch, sealed)
                    under_way.append((property_id, len(batch), written))
                    if len(under_way) >= BATCHES_UNDER_WAY_MAX:
                        self._settle(under_way, outcome)
                while under_way:
                    self._settle(under_way, outcome)
            except BaseException:
                sealing.shutdown(wait=True, cancel_futures=True)
                writing.shutdown(wait=True, cancel_futures=True)
                raise
        self._enter(outcome)
        return outcome

    def _batches(self, drafts: Iterable[Draft | BadRow], outcome: Outcome) -> Iterator[tuple[bytes, list[Draft]]]:
        """Yield batches of one property each."""
        waiting: dict[bytes, list[Draft]] = {}
        sizes: Counter[bytes] = Counter()
        for draft in drafts:
            if isinstance(draft, BadRow):
                self._refuse(draft, outcome)
                continue
            try:
                property_id = self._property_of(draft.hotel)
            except BadRowError as bad:
                self._refuse(BadRow(draft.line, bad.field, bad.rule), outcome)
                continue
            outcome.read += 1
            batch = waiting.setdefault(property_id, [])
            batch.append(draft)
            sizes[property_id] += _weight(draft)
            if len(batch) >= BOOKINGS_IN_BATCH_MAX or sizes[property_id] > _SEALED_SIZE_BYTES_MAX:
                del waiting[property_id], sizes[property_id]
                yield property_id, batch
        yield from waiting.items()

    def _refuse(self, bad_row: BadRow, outcome: Outcome) -> None:
        outcome.bad_rows_count += 1
        if len(outcome.bad_rows) < BAD_ROWS_KEPT_MAX:
            outcome.bad_rows.append(bad_row)
        self._bad_row(bad_row)

    def _settle(self, under_way: deque[tuple[bytes, int, Future[Written]]], outcome: Outcome) -> None:
        """Wait for the oldest batch and count what became of it."""
        property_id, _, future = under_way.popleft()
        written = future.result()
        for bad_row in written.bad_rows:
            outcome.read -= 1
            self._refuse(bad_row, outcome)
        outcome.counts += written.counts
        outcome.by_property[property_id] = outcome.by_property.get(property_id, Counter()) + written.counts
        self._told(outcome.read)

    def _seal(self, property_id: bytes, batch: list[Draft]) -> dict[str, bytes]:
        """Return the guest ids of the people in `batch`, after all of them are sealed."""
        people: dict[str, Person] = {}
        for draft in batch:
            for person in draft.everyone():
                # Somebody with two reservations is sealed as first read, in one batch as across batches.
                people.setdefault(person.source_id, person)
        if not people:
            return {}
        source_ids = list(people)
        answer = self._keeper.ask(GuestIds(property_id=property_id, source=self._sender.source, source_ids=source_ids))
        ids = dict(zip(source_ids, _checked(answer, Ids).guest_ids, strict=True))
        chunk: list[SealedGuest] = []
        size = 0
        for source_id, person in people.items():
            chunk.append(SealedGuest(ids[source_id], person.groups))
            size += sum(map(len, person.groups.values()))
            if len(chunk) >= _SEALED_GUESTS_MAX or size > _SEALED_SIZE_BYTES_MAX:
                _checked(self._keeper.ask(SealBatch(property_id=property_id, guests=chunk)), Done)
                chunk, size = [], 0
        if chunk:
            _checked(self._keeper.ask(SealBatch(property_id=property_id, guests=chunk)), Done)
        return ids

    def _write(self, property_id: bytes, batch: list[Draft], sealed: Future[dict[str, bytes]]) -> Written:
        """Write a batch once its people are sealed; a batch that was not sealed is not written."""
        return write_batch(self._office, property_id, self._sender.source, batch, sealed.result())

    def _enter(self, outcome: Outcome) -> None:
        """Enter the import, and the changes of facts it made, in the ledger of each property it touched."""
        for property_id, counts in outcome.by_property.items():
            message = EnterImport(
                property_id=property_id,
                request_id=os.urandom(16),
                by=self._sender.by[:80],
                source=self._sender.source,
                file_sha256=self._sender.file_sha256,
                counts={name: count for name, count in sorted(counts.items()) if count},
            )
            outcome.entries[property_id] = _checked(self._keeper.ask(message), Done).entry
            _checked(self._keeper.ask(EnterChanges(property_id=property_id)), Done)


def _weight(draft: Draft) -> int:
    """Return about how many bytes a draft holds in memory and on the hatch; a named person counts 2 KiB at least."""
    named = draft.everyone()
    places = sum(len(stay.places) for stay in draft.stays)
    return sum(max(2048, sum(map(len, person.groups.values()))) for person in named) + 100 * places


def _checked(answer: UpkeepAnswer, kind: type[_Kind]) -> _Kind:
    """Return the answer if it is of the kind expected. Errors: `ImportStoppedError` for a refusal of the keeper."""
    if isinstance(answer, kind):
        return answer
    raise ImportStoppedError(getattr(answer, "code", "unexpected"))
