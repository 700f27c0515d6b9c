"""Surroundings: what stood around some look-ups, read from the hotel's facts with one query a table.

What stands around one of joined records stands around each: they are one person.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from discretion.watch.explainer import ACT_NEAR, LookUp, Span, Stay, Surroundings
from discretion.watch.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

SQL = queries("reviewing.sql")
_SECOND_SLACK = timedelta(seconds=2)  # entries are stamped in whole seconds


def surroundings_of(
    connection: psycopg.Connection[Any], property_id: bytes, zone: tzinfo, lookups: Sequence[LookUp],
) -> Surroundings:
    """Return what stood around `lookups`; at least one of them."""
    times = [lookup.at for lookup in lookups]
    params = {
        "p": property_id.hex(), "first": min(times) - ACT_NEAR, "last": max(times) + ACT_NEAR,
        "guests": sorted({lookup.guest_id.hex() for lookup in lookups}),
        "staff": sorted({lookup.staff_id.hex() for lookup in lookups}),
    }

    def rows(name: str) -> list[tuple[Any, ...]]:
        return connection.execute(SQL[name], params).fetchall()

    alike: dict[bytes, list[bytes]] = defaultdict(list)
    for guest_id, record_id in rows("joined"):
        alike[bytes(record_id)].append(bytes(guest_id))
    params["guests"] = sorted(record.hex() for record in alike)

    def of_guests(name: str, *places: int) -> list[tuple[Any, ...]]:
        """Return the rows once for each guest looked at whom they concern; their guest stands in `places`."""
        return [
            tuple(guest if at in places else value for at, value in enumerate(row))
            for row in rows(name) for guest in alike[bytes(row[places[0]])]
        ]  # fmt: skip

    stays: dict[bytes, list[Stay]] = defaultdict(list)
    for guest_id, *stay in of_guests("stays", 0):
        stays[bytes(guest_id)].append(Stay(bytes(stay[0]), *stay[1:]))
    shifts: dict[tuple[bytes, str], list[Span]] = defaultdict(list)
    for staff_id, duty, shift_id, from_at, until_at in rows("shifts"):
        shifts[bytes(staff_id), duty].append(Span(bytes(shift_id), _whole(from_at), until_at))
    cases = {guest_id: spans for (guest_id, _), spans in _spans(of_guests("cases", 0, 1)).items()}
    return Surroundings(
        zone, stays, frozenset(row[0] for row in of_guests("standing_out", 0)), shifts,
        emergencies=_spans(of_guests("emergencies", 1)), approvals=_spans(of_guests("approvals", 1)),
        requests=_spans(of_guests("requests", 1)), acts=_spans(of_guests("acts", 1)), cases=cases,
    )


def _spans(rows: Sequence[Sequence[Any]]) -> Mapping[tuple[bytes, bytes], list[Span]]:
    found: dict[tuple[bytes, bytes], list[Span]] = defaultdict(list)
    for first, second, subject, from_at, until_at, purpose, groups in rows:
        until = None if until_at is None else until_at + _SECOND_SLACK
        found[bytes(first), bytes(second)].append(Span(bytes(subject), _whole(from_at), until, purpose, groups))
    return found


def _whole(at: datetime) -> datetime:
    return at - _SECOND_SLACK
