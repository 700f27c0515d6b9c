"""What an erasure costs, from the worker's message to the answer, by how many stays the guest has: whole record, and one field group.

Each stay was booked, begun and ended in statements of its own, as at a desk, and has a sealed copy of the record: so many rows captured, so
many to sever. `python -m bench.erasure` prints a table; the machine is quiet or the figures are not worth reading.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

import psycopg

from bench.hotel import PROPERTY, PROPERTY_ID, Hotel, hotel
from discretion.wire.erasure import CarryOutErasures, ErasuresDone
from discretion.wire.upkeep import EnterChanges, asked

if TYPE_CHECKING:
    from collections.abc import Callable

STAYS = (1, 10, 200, 1000)
GUESTS = {1: 100, 10: 100, 200: 20, 1000: 8}
OTHERS = 5_000
NOTES = 128
_STAYS = """
do $$
declare r uuid; s uuid;
begin
  for i in 1 .. {stays} loop
    r := gen_random_uuid(); s := gen_random_uuid();
    insert into hotel.reservation (property_id, reservation_id, number, source_id) values ('{p}', r, r::text, r::text);
    insert into hotel.stay (property_id, stay_id, reservation_id, state, arrival, departure) values ('{p}', s, r, 'confirmed', current_date - i - 1, current_date - i);
    insert into hotel.occupant (property_id, stay_id, position, guest_id, is_primary) values ('{p}', s, 0, '{g}', true);
    update hotel.occupant set state = 'departed' where property_id = '{p}' and stay_id = s;
    update hotel.stay set state = 'checked_out', left_on = departure where property_id = '{p}' and stay_id = s;
    insert into hotel.stay_act (property_id, act_id, stay_id, act, to_state, business_date, details)
    values ('{p}', gen_random_uuid(), s, 'check_out', 'checked_out', current_date, '{{"room": "101"}}');
    insert into hotel.service_request (property_id, request_id, number, guest_id, stay_id, kind, channel, words, closed_at, outcome)
    select '{p}', gen_random_uuid(), substr(s::text, 1, 18), '{g}', s, 'concierge', 'portal', 'two towels', now(), 'done' where i % 5 = 0;
    perform vault.take_snapshot('{p}', s, array['{g}']::uuid[]);
  end loop;
end $$
"""


def measure(say: Callable[[str], None]) -> dict[str, Any]:
    """Return p50 and p99 in ms by number of stays, for the whole record and for one group."""
    result: dict[str, Any] = {}
    with hotel() as made:
        made.found()
        guests = made.fill(OTHERS + sum(GUESTS.values()) * 2)[OTHERS:]
        with psycopg.connect(made.superuser(), autocommit=True) as connection:  # nobody is in the house any more
            connection.execute("update hotel.occupant set state = 'departed'")
            connection.execute("update hotel.stay set state = 'checked_out', left_on = departure, room_number = null")
        for stays in STAYS:
            mine, guests = guests[:2 * GUESTS[stays]], guests[2 * GUESTS[stays]:]
            say(f"{len(mine)} guests with {stays} stays each")
            make_stays(made, mine, stays)
            result[str(stays)] = {
                "group": figures([erased(made, guest, NOTES) for guest in mine[:GUESTS[stays]]]),
                "whole": figures([erased(made, guest, 255) for guest in mine[GUESTS[stays]:]]),
            }
    return result


def figures(seconds: list[float]) -> dict[str, float]:
    """Return count, p50 and p99 in ms."""
    ordered = sorted(seconds)
    return {
        "count": len(ordered), "p50_ms": round(statistics.median(ordered) * 1000, 1),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))] * 1000, 1),
    }


def make_stays(made: Hotel, guests: list[bytes], stays: int) -> None:
    """Give each guest so many past stays, with what hangs on them."""
    with psycopg.connect(made.superuser(), autocommit=True) as connection:
        for guest in guests:
            connection.execute(_STAYS.format(p=PROPERTY.id, g=guest.hex(), stays=stays))  # type: ignore[call-overload]
        with connection.transaction():  # as if years had entered them; the keeper waits
            connection.execute("lock table ledger.fact_change in share row exclusive mode")
            connection.execute("update ledger.fact_change set entry_idx = 0 where entry_idx is null")
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def erased(made: Hotel, guest: bytes, groups: int) -> float:
    """Return the seconds from the worker's message to the answer."""
    plan = os.urandom(16)
    with psycopg.connect(made.superuser(), autocommit=True) as connection:  # a plan's orders are the database's own
        connection.execute(
            "insert into hotel.erasure_order (property_id, order_id, guest_id, groups, why, plan_id) values (%s, %s, %s, %s, 'retention', %s)",
            (PROPERTY.id, plan.hex(), guest.hex(), groups, plan.hex()),
        )
    asked(str(made.settings.upkeep_socket), EnterChanges(property_id=PROPERTY_ID))
    started = time.perf_counter()
    done = asked(str(made.settings.upkeep_socket), CarryOutErasures(property_id=PROPERTY_ID, request_id=os.urandom(16), plan_id=plan))
    took = time.perf_counter() - started
    asked(str(made.settings.upkeep_socket), CarryOutErasures(property_id=PROPERTY_ID, request_id=os.urandom(16)))  # the links that are left of many stays
    if not isinstance(done, ErasuresDone) or done.done != 1:
        raise RuntimeError(f"an erasure was not carried out: {done}")
    return took


if __name__ == "__main__":
    print(json.dumps(measure(lambda text: print(text, file=sys.stderr)), indent=1))
