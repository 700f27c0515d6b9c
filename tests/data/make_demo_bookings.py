"""Make src/discretion/office/demo_bookings.csv.gz from the real file: one hotel, 45 days on each side of one day.

Kept are rows as they stand, byte for byte, of bookings that had been made by that day and for which the demo hotel's rooms
suffice. A test compares the packaged file with what this makes. Run: python tests/data/make_demo_bookings.py
"""

from __future__ import annotations

import gzip
import io
from pathlib import Path

from discretion.office.demo_bookings import CHOSEN_DAY, WINDOW_DAYS, as_of, wish
from discretion.office.demo_rooms import allocate
from discretion.office.imports import bookings
from discretion.office.imports.drafts import Draft, Tally

HERE = Path(__file__).parent
HOTEL = "Resort Hotel"


def made() -> bytes:
    """Return the packaged file."""
    raw = gzip.decompress((HERE / "hotel_bookings.csv.gz").read_bytes())
    lines = raw.split(b"\r\n")
    near: list[Draft] = []
    for draft in bookings.read(io.BytesIO(raw), Tally(), encoding="utf-8", date_order=None):
        assert isinstance(draft, Draft)
        if draft.hotel != HOTEL or abs((draft.stays[0].row.arrival - CHOSEN_DAY).days) > WINDOW_DAYS:
            continue
        if as_of(draft) is not None:
            near.append(draft)
    wishes = {draft.line: wish(draft) for draft in near}
    rooms = allocate([each for each in wishes.values() if each is not None])
    kept = [draft.line for draft in near if wishes[draft.line] is None or draft.line in rooms]
    text = b"\r\n".join([lines[0], *(lines[line - 1] for line in kept)]) + b"\r\n"
    return gzip.compress(text, 9, mtime=0)


if __name__ == "__main__":
    target = HERE.parents[1] / "src/discretion/office/demo_bookings.csv.gz"
    target.write_bytes(made())
