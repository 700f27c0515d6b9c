"""The demo hotel's bookings: real ones around a chosen day, as they stood on that day, moved to today.

The rows come from the file beside this module (see its NOTICE). What the demo changes, and nothing else:

* Dates move by the same number of days, so that the chosen day becomes the business date.
* A booking is in the state it had on the chosen day: what happened later has not happened yet.
* The hotel stands in Hangzhou: its home market PRT becomes CHN, the neighbour ESP becomes HKG; other countries stay.
* Rates are in yuan, eight for a euro, whole. Reservation numbers, expected times and rooms are the demo's.
* People are generated (`identities`).
"""

from __future__ import annotations

import gzip
import io
from datetime import date, time, timedelta
from decimal import Decimal
from hashlib import blake2b
from importlib.resources import files
from typing import Final

from discretion.hotel import number
from discretion.office.demo_rooms import Wish, night_end
from discretion.office.imports import bookings
from discretion.office.imports.drafts import Draft, FileRefusedError, Tally

CHOSEN_DAY: Final = date(2015, 8, 18)
WINDOW_DAYS: Final = 45
ATTRIBUTION: Final = (
    "Hotel booking demand datasets, Antonio, Almeida & Nunes 2019, doi:10.1016/j.dib.2018.11.126, CC BY 4.0; "
    "subset, dates as in the source copy."
)
"""To be printed wherever the demo's bookings are shown."""

FILE: Final = "demo_bookings.csv.gz"
COUNTRIES: Final = {"PRT": "CHN", "ESP": "HKG"}
_YUAN_FOR_EURO: Final = 8
_OPEN: Final = ("confirmed", "in_house")
_ARRIVE_FROM: Final = 14
_ARRIVE_HOURS: Final = 9


def bookings_as_of_chosen_day() -> list[Draft]:
    """Return the bookings as they stood on the chosen day, at their own dates, by line. Source: the packaged file."""
    raw = gzip.decompress(files(__package__).joinpath(FILE).read_bytes())
    found = []
    for draft in bookings.read(io.BytesIO(raw), Tally(), encoding="utf-8", date_order="mdy"):
        if not isinstance(draft, Draft):
            raise FileRefusedError("demo_file", draft.field, draft.line)
        stood = as_of(draft)
        if stood is not None:
            found.append(stood)
    return found


def as_of(draft: Draft) -> Draft | None:
    """Return a booking in the state it had in the morning of the chosen day, None if nobody had made it yet."""
    reservation, (stay,) = draft.reservation, draft.stays
    if reservation is None or reservation.booked_on is None or reservation.booked_on > CHOSEN_DAY:
        return None
    row, status_on = stay.row, reservation.status_on or CHOSEN_DAY
    state = row.state
    if state == "checked_out" and status_on >= CHOSEN_DAY:
        state = "in_house" if row.arrival < CHOSEN_DAY else "confirmed"
        row = row._replace(left_on=None)
    elif state == "cancelled" and status_on > CHOSEN_DAY:
        if row.arrival < CHOSEN_DAY:
            return None
        state = "confirmed"
    elif state == "no_show" and row.arrival >= CHOSEN_DAY:
        state = "confirmed"
    if state in _OPEN and night_end(row.arrival, row.departure) < CHOSEN_DAY:
        return None
    return draft._replace(stays=(stay._replace(row=row._replace(state=state)),))


def wish(draft: Draft) -> Wish | None:
    """Return what room a booking needs, None for one that is cancelled or to which nobody came."""
    stood = as_of(draft)
    if stood is None:
        return None
    row = stood.stays[0].row
    if row.state in {"cancelled", "no_show"}:
        return None
    return Wish(draft.line, row.arrival, night_end(row.arrival, row.left_on or row.departure), row.room_type_reserved)


def moved(draft: Draft, today: date, room: str | None, room_type: str) -> Draft:
    """Return a booking of the chosen day at the demo hotel's dates, rates, countries and room."""
    reservation, (stay,) = draft.reservation, draft.stays
    if reservation is None or reservation.booked_on is None or reservation.status_on is None:
        raise FileRefusedError("demo_file", "", draft.line)
    shift = today - CHOSEN_DAY
    row = stay.row
    digest = blake2b(reservation.source_id.encode(), digest_size=16).digest()
    is_due = row.state == "confirmed"
    country = COUNTRIES.get(reservation.country, reservation.country)
    hour, quarter = divmod(digest[0] % (_ARRIVE_HOURS * 4), 4)
    new_row = row._replace(
        arrival=row.arrival + shift,
        departure=row.departure + shift,
        left_on=row.left_on + shift if row.left_on is not None else None,
        room_number=room,
        room_type_assigned=room_type if room else "",
        rate=(row.rate * _YUAN_FOR_EURO).quantize(Decimal(1)) if row.rate is not None else None,
        currency="CNY",
        expected_time=time(_ARRIVE_FROM + hour, quarter * 15) if is_due else None,
    )
    new_reservation = reservation._replace(
        number=number.make("R", digest),
        booked_on=reservation.booked_on + shift,
        status_on=min(reservation.status_on + shift, today),
        country=country,
        country_as_given=country,
    )
    return draft._replace(hotel="", reservation=new_reservation, stays=(stay._replace(row=new_row),))


def days_from(today: date) -> tuple[date, date]:
    """Return the first and last arrival of the demo's window."""
    return today - timedelta(WINDOW_DAYS), today + timedelta(WINDOW_DAYS)
