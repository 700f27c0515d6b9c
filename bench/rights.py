"""What a guest's rights cost in a hotel that has had many guests: an erasure, a copy of 200 stays, the page of who looked.

`python -m bench.rights GUESTS` fills a hotel with so many, and prints the three. Run with 10,000 and with 1,000,000: nothing of it may grow with
the hotel. The copy is everything but the look-up that opens the record (a look-up like others): rows of every table of the register, the copy
for machines, the readable one, and its PDF.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psycopg

from bench.__main__ import running_house
from bench.erasure import erased, figures, make_stays
from bench.guests import LOOKS, TURNS, look, page_ms, spread, visits_of
from bench.hotel import PROPERTY_ID, Hotel, hotel
from discretion.faces.kit.guest_copy import as_json, as_pdf, guest_copy, sections
from discretion.office.database import Office
from discretion.office.properties import property_and_locks
from discretion.office.rights_map import rows_of

if TYPE_CHECKING:
    from discretion.office.properties import Property
    from discretion.office.rights_map import HeldRows

ERASED, STAYS, COPIED_STAYS, COPIES, LOOKED_AT = 100, 10, 200, 10, 20


def measure(guests: int) -> dict[str, Any]:
    """Return the three figures in a hotel of so many guests."""
    with hotel() as made:
        made.found()
        ids = made.fill(guests)
        with psycopg.connect(made.superuser(), autocommit=True) as connection:  # nobody is in the house any more, but those looked at
            connection.execute("create temporary table kept as select unnest(%s::uuid[]) as guest_id", ([each.hex() for each in ids[:LOOKED_AT]],))
            for statement in (
                "alter table hotel.stay disable trigger capture_update", "alter table hotel.occupant disable trigger capture_update",
                "update hotel.occupant set state = 'departed' where guest_id not in (select guest_id from kept)",
                ("update hotel.stay s set state = 'checked_out', left_on = departure, room_number = null where not exists"
                 " (select 1 from hotel.occupant o where o.property_id = s.property_id and o.stay_id = s.stay_id and o.state <> 'departed')"),
                "alter table hotel.stay enable always trigger capture_update", "alter table hotel.occupant enable always trigger capture_update",
                "vacuum analyze",
            ):
                connection.execute(statement)
        make_stays(made, ids[-ERASED:], STAYS)
        make_stays(made, ids[-ERASED - 1:-ERASED], COPIED_STAYS)
        look(made, made.clerks(1)[0], ids[:LOOKED_AT])
        tickets = visits_of(made, ids[:LOOKED_AT])
        with running_house(made):
            pages = [page_ms(made, ticket)[0] for _ in range(TURNS) for ticket in tickets]
        return {
            "guests": guests, "erasure": figures([erased(made, guest, 255) for guest in ids[-ERASED:]]),
            "copy_of_200_stays": asyncio.run(_copied(made, ids[-ERASED - 1])), "who_looked_page_ms": {"entries_of_the_guest": LOOKS, **spread(pages)},
        }


async def _copied(made: Hotel, guest_id: bytes) -> dict[str, Any]:
    times, sizes = [], {}
    gc.collect()
    gc.freeze()  # the list of a million guests is this program's, and no house's
    async with Office(made.settings.conninfo("office"), connections_max=1) as office:
        found = await property_and_locks(office, PROPERTY_ID)
        if found is None:
            raise RuntimeError("the hotel is not there")
        for _ in range(COPIES):
            began = time.perf_counter()
            async with office.reading() as now:
                rows = await rows_of(now, PROPERTY_ID, guest_id)
            sizes = _written(guest_id, rows, found[0])
            times.append(time.perf_counter() - began)
    return {**figures(times), "bytes": sizes}


def _written(guest_id: bytes, rows: tuple[HeldRows, ...], house: Property) -> dict[str, int]:
    copy = guest_copy(house, guest_id, datetime.now(UTC), 1, {}, rows)
    readable = sections(copy, rows, house, "zh_Hans")
    return {"json": len(as_json(copy)), "pdf": len(as_pdf(copy, readable, house, "zh_Hans"))}


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000), indent=1))
