"""An import from the operator's point of view: plan it, then run it. Opens the connections and closes them.

Rules:
* A plan reads the whole file and changes nothing. Its id holds the file's bytes, how it is read, and what is here
  already; a run by the id of another plan is refused.
* Generated people never stand beside real ones: a property that has guests of its own takes none.
* One import at a time in an installation.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import psycopg

from discretion.office.database import id_adapters
from discretion.office.imports.drafts import BadRow, BadRowError, Draft, FileRefusedError, Tally
from discretion.office.imports.lines import opened, sha256
from discretion.office.imports.run import BAD_ROWS_KEPT_MAX, Importer, Outcome, Sender
from discretion.office.imports.writing import derived_id
from discretion.office.sql import queries
from discretion.wire.upkeep import UpkeepHatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from discretion.office.imports.formats import Layout

_SQL: Final = queries("imports/imports.sql")
_OPTIONS: Final = "-c search_path=pg_catalog -c statement_timeout=300s -c lock_timeout=30s -c jit=off -c timezone=UTC"
_IDS_AT_ONCE: Final = 1000
_PLAN_ID_CHARACTERS: Final = 16


class ImportRefusedError(Exception):
    """The import does not begin: `code` is `another_import`, `generated_beside_real` or `database_away`."""

    def __init__(self, code: str) -> None:
        """Name the reason."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported, and where to.

    Shapes: `properties` is hotel as the file names it to property id; the empty name is for files of one hotel.
    `complete` makes people for drafts that have none (`identities`), and is part of the plan by its `label`.
    """

    path: Path
    layout: Layout
    properties: Mapping[str, bytes]
    label: str = ""
    complete: Callable[[Draft], Draft] | None = None

    def property_of(self, hotel: str) -> bytes:
        """Return the property of a hotel. Errors: `BadRowError` with `property_unknown`."""
        found = self.properties.get(hotel)
        if found is None:
            raise BadRowError("hotel", "property_unknown")
        return found

    def drafts(self, tally: Tally) -> Iterator[Draft | BadRow]:
        """Yield the file's drafts, with people where they are made up. Errors: `FileRefusedError`."""
        with opened(self.path) as file:
            for draft in self.layout.read(file, tally):
                if self.complete is not None and isinstance(draft, Draft):
                    yield self.complete(draft)
                else:
                    yield draft


@dataclass(slots=True)
class Plan:
    """What a run would do. `read` counts rows that became drafts; `new`, `changed`, `unchanged` are reservations."""

    id: str = ""
    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    guests: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)
    bad_rows_count: int = 0
    hotels: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)


def hotels_in(path: Path, layout: Layout) -> Counter[str]:
    """Return the hotels that a file names, with how many rows each. Errors: `FileRefusedError`."""
    with opened(path) as file:
        return layout.hotels(file)


def plan(
    order: Order,
    conninfo: str,
    *,
    bad_row: Callable[[BadRow], None] = lambda _: None,
    told: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Return what a run would do. Errors: `FileRefusedError`, `ImportRefusedError`."""
    made = Plan()
    digest = sha256(order.path)
    with _connected(conninfo) as connection:
        for batch in _chunks(_planned(order, made, bad_row), _IDS_AT_ONCE):
            _compare(connection, order, batch, made)
            told(made.read)
        _require_no_real_guests(connection, order, made.hotels)
    parts = {
        "file": digest.hex(), "format": order.layout.format, "people": order.label, "encoding": order.layout.encoding,
        "dates": order.layout.date_order, "properties": {name: key.hex() for name, key in order.properties.items()},
        "new": made.new, "changed": made.changed, "unchanged": made.unchanged, "read": made.read,
    }  # fmt: skip
    made.id = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:_PLAN_ID_CHARACTERS]
    return made


def run(
    order: Order,
    conninfo: str,
    upkeep_socket: str,
    by: str,
    *,
    bad_row: Callable[[BadRow], None] = lambda _: None,
    told: Callable[[int], None] = lambda _: None,
) -> tuple[Outcome, Tally]:
    """Import, and return what became of the file.

    Errors: `FileRefusedError`, `ImportRefusedError`, `run.ImportStoppedError`, `wire.frame.HatchClosedError`: what was
    written before stays, and the same import goes on there.
    """
    tally = Tally()
    sender = Sender(by, order.layout.source, sha256(order.path))
    with _connected(conninfo) as connection:
        _require_no_real_guests(connection, order, order.properties)
        keeper = UpkeepHatch(upkeep_socket)
        try:
            importer = Importer(connection, keeper, sender, order.property_of, bad_row=bad_row, told=told)
            return importer.run(order.drafts(tally)), tally
        except psycopg.OperationalError as error:
            raise ImportRefusedError("database_away") from error
        finally:
            keeper.close()


@contextmanager
def _connected(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """Give a connection that holds the right to import. Errors: `ImportRefusedError`."""
    try:
        connection = psycopg.connect(conninfo, autocommit=True, options=_OPTIONS, context=id_adapters())
    except psycopg.OperationalError as error:
        raise ImportRefusedError("database_away") from error
    with connection:
        row = connection.execute(_SQL["only_import"]).fetchone()
        if row is None or not row[0]:
            raise ImportRefusedError("another_import")
        yield connection


def _planned(order: Order, made: Plan, bad_row: Callable[[BadRow], None]) -> Iterator[tuple[bytes, Draft]]:
    """Yield the drafts with their property, and count the rest."""
    for draft in order.drafts(made.tally):
        try:
            found = draft if isinstance(draft, BadRow) else (order.property_of(draft.hotel), draft)
        except BadRowError as bad:
            found = BadRow(draft.line, bad.field, bad.rule)
        if isinstance(found, BadRow):
            made.bad_rows_count += 1
            if len(made.bad_rows) < BAD_ROWS_KEPT_MAX:
                made.bad_rows.append(found)
            bad_row(found)
            continue
        made.read += 1
        made.hotels[found[1].hotel] += 1
        made.guests += len(found[1].everyone())
        yield found


def _chunks(drafts: Iterable[tuple[bytes, Draft]], size: int) -> Iterator[list[tuple[bytes, Draft]]]:
    """Yield lists of at most `size`."""
    chunk: list[tuple[bytes, Draft]] = []
    for each in drafts:
        chunk.append(each)
        if len(chunk) == size:
            yield chunk
            chunk = []
    yield chunk


def _compare(connection: psycopg.Connection[Any], order: Order, batch: list[tuple[bytes, Draft]], made: Plan) -> None:
    """Count which reservations are new, changed and unchanged."""
    versions: dict[bytes, dict[bytes, str]] = {}
    for property_id, draft in batch:
        if draft.reservation is not None:
            key = derived_id(property_id, "reservation", order.layout.source, draft.reservation.source_id)
            versions.setdefault(property_id, {})[key] = draft.reservation.source_version
    for property_id, wanted in versions.items():
        with connection.cursor(binary=True) as cursor:
            cursor.execute(_SQL["known_reservations"], {"property_id": property_id, "ids": list(wanted)})
            known = dict(cursor.fetchall())
        for key, version in wanted.items():
            if key not in known:
                made.new += 1
            elif known[key] == version:
                made.unchanged += 1
            else:
                made.changed += 1


def _require_no_real_guests(connection: psycopg.Connection[Any], order: Order, hotels: Iterable[str]) -> None:
    """Refuse to make people up where there are real ones. Errors: `ImportRefusedError` `generated_beside_real`."""
    if order.complete is None:
        return
    ids = [order.properties[hotel] for hotel in hotels if hotel in order.properties]
    row = connection.execute(_SQL["real_guests"], {"ids": ids}).fetchone()
    if row is not None and row[0]:
        raise ImportRefusedError("generated_beside_real")


__all__ = ["FileRefusedError", "ImportRefusedError", "Order", "Plan", "hotels_in", "plan", "run"]
