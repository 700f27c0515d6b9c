"""One batch of drafts into the tables of the hotel: all of it in one transaction, or row by row around a bad one.

Rules:
* What is here already in the same version of its source is left untouched, so that an import can be repeated.
* Another version changes the reservation, and the stay as long as nobody at the desk has acted on it.
* Rows go in by COPY, one statement a table, so that the triggers capture one change a batch.
* A row that the database refuses (a number taken, a room occupied twice) is a bad row; the others are kept.

Left to others: sealing, which comes first (`run`). Ids are 16 raw bytes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import msgspec
import psycopg

from discretion.office.imports.drafts import BadRow, ReservationRow, occupant_state
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from discretion.office.imports.drafts import Draft, Person, Place, StayDraft

_SQL: Final = queries("imports/imports.sql")
_GUEST_TYPES: Final = ["uuid", "uuid", "bool", "text", "text"]
_RESERVATION_TYPES: Final = [
    "uuid", "uuid", "text", "text", "text", "text", "date", "date", "int4", "int4", "int4", "text", "text", "text",
    "text", "text", "text", "text", "text", "bool", "int4", "int4", "int4", "int4", "text",
]  # fmt: skip
_STAY_TYPES: Final = [
    "uuid", "uuid", "uuid", "text", "date", "date", "timestamptz", "timestamptz", "date", "date", "text", "text",
    "text", "int4", "int4", "int4", "text", "numeric", "text", "time", "numeric",
]  # fmt: skip
_OCCUPANT_TYPES: Final = ["uuid", "uuid", "int2", "uuid", "text", "bool", "text", "bool", "text"]
_OCCUPANT_WORDS: Final = "stay_id position guest_id state is_primary relation guardian_reached age_category"
_OCCUPANT_COLUMNS: Final = _OCCUPANT_WORDS.split()
_ENCODER: Final = msgspec.json.Encoder(decimal_format="string")

# Constraints that a file can break though each row is right by itself; the field and rule that say so.
_CONSTRAINTS: Final = {
    "stay_one_in_room": ("room", "occupied"),
    "reservation_property_id_number_key": ("number", "taken"),
}


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one batch."""

    counts: Counter[str]
    bad_rows: tuple[BadRow, ...]


def derived_id(property_id: bytes, kind: str, source: str, source_id: str) -> bytes:
    """Return the id of a reservation or stay of a source: the same each time. Not secret, unlike guest ids."""
    name = f"{kind}\x00{source}\x00{source_id}".encode()
    raw = bytearray(blake2b(name, key=property_id, digest_size=16).digest())
    raw[6] = raw[6] & 0x0F | 0x80  # RFC 9562, version 8: a uuid of our own making
    raw[8] = raw[8] & 0x3F | 0x80
    return bytes(raw)


def write_batch(
    connection: psycopg.Connection[Any],
    property_id: bytes,
    source: str,
    drafts: Sequence[Draft],
    ids: Mapping[str, bytes],
) -> Written:
    """Write `drafts` of one property; `ids` are the guest ids by source id, sealed already.

    Returns after COMMIT. Errors: `psycopg.OperationalError` when the database goes away; then nothing of the batch, or
    the whole of it, is kept, and the same batch again completes it.
    """
    try:
        with connection.transaction():
            return Written(_Batch(connection, property_id, source, ids).write(drafts), ())
    except (psycopg.IntegrityError, psycopg.DataError) as error:
        if len(drafts) == 1:
            field, rule = _CONSTRAINTS.get(error.diag.constraint_name or "", ("", "refused"))
            return Written(Counter(), (BadRow(drafts[0].line, field, rule),))
    # The batch is undone; its halves are tried, down to the row that the database refuses.
    half = len(drafts) // 2
    first = write_batch(connection, property_id, source, drafts[:half], ids)
    second = write_batch(connection, property_id, source, drafts[half:], ids)
    return Written(first.counts + second.counts, first.bad_rows + second.bad_rows)


class _Batch:
    """The rows of one transaction."""

    def __init__(
        self, connection: psycopg.Connection[Any], property_id: bytes, source: str, ids: Mapping[str, bytes]
    ) -> None:
        self._connection = connection
        self._property_id = property_id
        self._source = source
        self._ids = ids
        self._counts: Counter[str] = Counter()

    def write(self, drafts: Sequence[Draft]) -> Counter[str]:
        """Write guests, rooms, reservations, stays and places, in the order in which they refer to each other."""
        self._connection.execute(_SQL["forget_plans"])
        self._write_guests(person for draft in drafts for person in draft.everyone())
        reserved = [(self._id_of(draft), draft, draft.reservation) for draft in drafts if draft.reservation is not None]
        known = self._versions([key for key, _, _ in reserved])
        new, changed, seen = [], [], set[bytes]()
        for key, draft, row in reserved:
            version = known.get(key)
            if key in seen:
                self._counts["repeated"] += 1
            elif version is None:
                new.append((key, draft, row))
            elif version != row.source_version:
                changed.append((key, draft, row))
            else:
                self._counts["unchanged"] += 1
            seen.add(key)
        self._add_rooms(draft for _, draft, _ in (*new, *changed))
        self._add(new)
        if changed:
            self._change(changed)
        return self._counts

    def _id_of(self, draft: Draft) -> bytes:
        source_id = draft.reservation.source_id if draft.reservation is not None else ""
        return derived_id(self._property_id, "reservation", self._source, source_id)

    def _stay_id(self, row: ReservationRow, stay: StayDraft) -> bytes:
        return derived_id(self._property_id, "stay", self._source, f"{row.source_id}#{stay.key}")

    def _known(self, query: str, ids: list[bytes]) -> set[bytes]:
        if not ids:
            return set()
        with self._connection.cursor(binary=True) as cursor:
            cursor.execute(_SQL[query], {"property_id": self._property_id, "ids": ids})
            return {row[0] for row in cursor}

    def _versions(self, ids: list[bytes]) -> dict[bytes, str]:
        if not ids:
            return {}
        with self._connection.cursor(binary=True) as cursor:
            cursor.execute(_SQL["known_reservations"], {"property_id": self._property_id, "ids": ids})
            return dict(cursor.fetchall())

    def _write_guests(self, people: Iterable[Person]) -> None:
        new = {self._ids[person.source_id]: person for person in people}
        known = self._known("known_guests", list(new))
        place, source = self._property_id, self._source
        rows = [
            (place, key, person.generated, source, person.source_id) for key, person in new.items() if key not in known
        ]
        self._copy("copy_guests", _GUEST_TYPES, rows)
        self._counts["guests"] += len(rows)

    def _add_rooms(self, drafts: Iterable[Draft]) -> None:
        numbers = {stay.row.room_number for draft in drafts for stay in draft.stays} - {None}
        if numbers:
            params = {"property_id": self._property_id, "numbers": sorted(numbers)}  # type: ignore[type-var]  # None is out
            self._counts["rooms"] += self._connection.execute(_SQL["add_rooms"], params).rowcount

    def _add(self, new: Sequence[tuple[bytes, Draft, ReservationRow]]) -> None:
        place = self._property_id
        self._copy("copy_reservations", _RESERVATION_TYPES, [(place, key, *row) for key, _, row in new])
        self._counts["reservations"] += len(new)
        stays = [(self._stay_id(row, stay), key, stay) for key, draft, row in new for stay in draft.stays]
        self._add_stays(stays)

    def _add_stays(self, stays: Sequence[tuple[bytes, bytes, StayDraft]]) -> None:
        place = self._property_id
        self._copy("copy_stays", _STAY_TYPES, [(place, stay_id, key, *stay.row) for stay_id, key, stay in stays])
        self._counts["stays"] += len(stays)
        places = [
            (place, *self._occupant(stay_id, position, stay.row.state, occupant))
            for stay_id, _, stay in stays
            for position, occupant in enumerate(stay.places)
        ]
        self._copy("copy_occupants", _OCCUPANT_TYPES, places)
        self._counts["places"] += len(places)

    def _occupant(self, stay_id: bytes, position: int, stay_state: str, occupant: Place) -> tuple[object, ...]:
        person = occupant.person
        guest_id = self._ids[person.source_id] if person is not None else None
        return (
            stay_id, position, guest_id, occupant_state(stay_state, person), occupant.is_primary, occupant.relation,
            occupant.guardian_reached, occupant.age_category,
        )  # fmt: skip

    def _change(self, changed: Sequence[tuple[bytes, Draft, ReservationRow]]) -> None:
        """Follow another version of the source, but for stays that the desk has acted on."""
        rows = [{"reservation_id": key.hex(), **row._asdict()} for key, _, row in changed]
        self._run("update_reservations", rows)
        self._counts["changed"] += len(rows)
        stays = {self._stay_id(row, stay): (key, stay) for key, draft, row in changed for stay in draft.stays}
        known = self._known("known_stays", list(stays))
        self._add_stays([(stay_id, key, stay) for stay_id, (key, stay) in stays.items() if stay_id not in known])
        untouched = self._known("untouched", sorted(known))
        self._counts["kept_as_acted_on"] += len(known) - len(untouched)
        following = [(stay_id, stay) for stay_id, (_, stay) in stays.items() if stay_id in untouched]
        self._run("update_stays", [{"stay_id": stay_id.hex(), **stay.row._asdict()} for stay_id, stay in following])
        places = [
            _named(self._occupant(stay_id, position, stay.row.state, occupant))
            for stay_id, stay in following
            for position, occupant in enumerate(stay.places)
        ]
        self._run("put_occupants", places)

    def _run(self, query: str, rows: list[dict[str, Any]]) -> None:
        if rows:
            params = {"property_id": self._property_id, "rows": _ENCODER.encode(rows).decode()}
            self._connection.execute(_SQL[query], params)

    def _copy(self, query: str, types: list[str], rows: Sequence[Sequence[object]]) -> None:
        if not rows:
            return
        with self._connection.cursor() as cursor, cursor.copy(_SQL[query]) as copy:
            copy.set_types(types)
            for row in rows:
                copy.write_row(row)


def _named(occupant: tuple[object, ...]) -> dict[str, object]:
    """Return a place by column, its ids as text."""
    return {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in zip(_OCCUPANT_COLUMNS, occupant, strict=True)
    }
