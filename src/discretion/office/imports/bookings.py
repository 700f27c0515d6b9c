"""hotel_bookings.csv: 32 columns, two hotels, no identities. docs/importing.md says what is kept.

Rules:
* Every row with values of the right type becomes a reservation with one stay, also one without a person or a night.
* A row is known by its hotel and line, because equal rows are group bookings and not errors.
* What follows from other columns is compared with them and not kept: `is_canceled` and the week number.

Left to others: people for the rows (`identities`), which property a hotel is (`job`). Source: hotel.md section 7.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from discretion.hotel.source_state import UnknownStateError, state_from
from discretion.office.imports.drafts import (
    BadRow,
    BadRowError,
    Draft,
    FileRefusedError,
    Place,
    ReservationRow,
    StayDraft,
    StayRow,
    Tally,
)
from discretion.office.imports.given import (
    NOT_GIVEN,
    DateOrder,
    amount,
    country,
    day,
    is_given,
    proved_order,
    whole,
    word,
)
from discretion.office.imports.lines import header, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE: Final = "hotel_bookings"
_COLUMN_NAMES: Final = (
    "hotel is_canceled lead_time arrival_date_year arrival_date_month arrival_date_week_number "
    "arrival_date_day_of_month stays_in_weekend_nights stays_in_week_nights adults children babies meal country "
    "market_segment distribution_channel is_repeated_guest previous_cancellations previous_bookings_not_canceled "
    "reserved_room_type assigned_room_type booking_changes deposit_type agent company days_in_waiting_list "
    "customer_type adr required_car_parking_spaces total_of_special_requests reservation_status "
    "reservation_status_date"
)
COLUMNS: Final = _COLUMN_NAMES.split()

_MONTH_NAMES: Final = "January February March April May June July August September October November December"
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES.split(), 1)}
_GROUPED: Final = frozenset({"Transient-Party", "Contract", "Group"})
_CURRENCY: Final = "EUR"
_PEOPLE_MAX: Final = 200
_NIGHTS_MAX: Final = 1000
_YEARS: Final = range(1990, 2101)
_COUNT_MAX: Final = 100_000
_COLUMN_AT: Final = {name: position for position, name in enumerate(COLUMNS)}


class _Shape(NamedTuple):
    """How this file is laid out: where each of the 32 columns is, how many there are, how dates are written."""

    positions: tuple[int, ...]
    width: int
    dates: DateOrder


def read(file: BinaryIO, tally: Tally, *, encoding: str, date_order: DateOrder | None) -> Iterator[Draft | BadRow]:
    """Yield a draft or a bad row for each row of the file, in its order.

    Shapes: `file` can be read twice (the first pass proves the order of dates). Errors: `FileRefusedError`.
    """
    shape = _shape(file, encoding, date_order)
    file.seek(0)
    raw_rows = rows(file, encoding=encoding)
    columns = next(raw_rows)
    if not isinstance(columns, BadRow):
        _count_dropped(columns[1], tally)
    is_in_order = shape.positions == tuple(range(len(COLUMNS)))
    for raw in raw_rows:
        if isinstance(raw, BadRow):
            yield raw
            continue
        line, cells = raw
        if len(cells) != shape.width:
            yield BadRow(line, "", "columns")
            continue
        try:
            yield _draft(line, cells if is_in_order else [cells[at] for at in shape.positions], shape.dates, tally)
        except BadRowError as bad:
            yield BadRow(line, bad.field, bad.rule)


def hotels(file: BinaryIO, *, encoding: str) -> Counter[str]:
    """Return the hotels that the file names, with how many rows each; nothing else of a row is read.

    Errors: `FileRefusedError`.
    """
    raw_rows = rows(file, encoding=encoding)
    positions, width = _columns(next(raw_rows, None))
    at = positions[_COLUMN_AT["hotel"]]
    named = Counter(raw[1][at] for raw in raw_rows if not isinstance(raw, BadRow) and len(raw[1]) == width)
    found = Counter[str]()
    for text, count in named.items():
        with suppress(BadRowError):  # `read` says which rows these are
            found[word(text, "hotel", 80)] += count
    del found[""]
    return found


def _shape(file: BinaryIO, encoding: str, stated: DateOrder | None) -> _Shape:
    """Return the file's layout. Errors: `FileRefusedError`: a column is missing, dates are written in two orders."""
    raw_rows = rows(file, encoding=encoding)
    positions, width = _columns(next(raw_rows, None))
    at = positions[_COLUMN_AT["reservation_status_date"]]
    dates = ((raw[0], raw[1][at]) for raw in raw_rows if not isinstance(raw, BadRow) and len(raw[1]) == width)
    order = proved_order(dates, stated, "mdy", "reservation_status_date")
    return _Shape(positions, width, order)


def _columns(first: tuple[int, list[str]] | BadRow | None) -> tuple[tuple[int, ...], int]:
    """Return where each of the 32 columns is, and how many there are. Errors: `FileRefusedError`: one is missing."""
    if first is None:
        raise FileRefusedError("empty")
    if isinstance(first, BadRow):
        raise FileRefusedError("header", "", 1)
    names = header(first[1])
    for name in COLUMNS:
        if name not in names:
            raise FileRefusedError("column_missing", name, 1)
    return tuple(names.index(name) for name in COLUMNS), len(names)


def _count_dropped(names: list[str], tally: Tally) -> None:
    """Count the columns that are none of the 32: nothing keeps them."""
    for name in header(names):
        if name not in _COLUMN_AT:
            tally.dropped[name[:80]] += 1


def _draft(line: int, cells: list[str], order: DateOrder, tally: Tally) -> Draft:
    """Return the reservation and stay of one row. Errors: `BadRowError`."""
    (
        hotel, is_canceled, lead, year, month, week, month_day, weekend, weekdays, adults, children, babies, meal,
        given_country, segment, channel, repeated, cancellations, kept, reserved, assigned, changes, deposit, agent,
        company, waiting, customer, rate, parking, requests, status, status_date,
    ) = cells  # fmt: skip
    hotel = word(hotel, "hotel", 80)
    if not hotel:
        raise BadRowError("hotel", "missing")
    try:
        state = state_from(SOURCE, status.strip()).value
    except UnknownStateError as error:
        raise BadRowError("reservation_status", "state_unknown") from error
    _require_agreement(is_canceled, state)
    arrival = _arrival(year, month, month_day)
    _compare_week(week, arrival, tally)
    nights = whole(weekend, "stays_in_weekend_nights", _NIGHTS_MAX) + whole(
        weekdays, "stays_in_week_nights", _NIGHTS_MAX
    )
    lead_days = whole(lead, "lead_time", _COUNT_MAX)
    status_on = day(status_date, "reservation_status_date", order)
    customer = word(customer, "customer_type")
    digest = blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    reservation = ReservationRow(
        number=f"HB-{line}",
        source=SOURCE,
        source_id=f"{hotel}:{line}",
        source_version=digest,
        booked_on=arrival - timedelta(lead_days),
        status_on=status_on,
        lead_days=lead_days,
        changes=whole(changes, "booking_changes", _COUNT_MAX),
        waiting_days=whole(waiting, "days_in_waiting_list", _COUNT_MAX),
        market_segment=_kept_word(segment, "market_segment", tally),
        distribution_channel=_kept_word(channel, "distribution_channel", tally),
        agent=_kept_word(agent, "agent", tally),
        company=_kept_word(company, "company", tally),
        customer_type=customer,
        deposit_type=_kept_word(deposit, "deposit_type", tally),
        country=_country(given_country, tally),
        country_as_given=_kept_word(given_country, "country", tally),
        repeated_guest=whole(repeated, "is_repeated_guest", 1) == 1,
        previous_cancellations=whole(cancellations, "previous_cancellations", _COUNT_MAX),
        previous_kept=whole(kept, "previous_bookings_not_canceled", _COUNT_MAX),
        parking_spaces=whole(parking, "required_car_parking_spaces", _COUNT_MAX),
        special_requests=whole(requests, "total_of_special_requests", _COUNT_MAX),
        group_code=f"G-{digest}" if customer in _GROUPED else "",
    )
    stay = StayRow(
        state=state,
        arrival=arrival,
        departure=arrival + timedelta(nights),
        left_on=status_on if state == "checked_out" else None,
        room_type_reserved=_kept_word(reserved, "reserved_room_type", tally),
        room_type_assigned=_kept_word(assigned, "assigned_room_type", tally),
        adults=_people(adults, "adults", tally),
        children=_people(children, "children", tally),
        babies=_people(babies, "babies", tally),
        meal=_kept_word(meal, "meal", tally),
        rate=amount(rate, "adr"),
        currency=_CURRENCY,
    )
    _notice(stay, status_on, tally)
    places = _places(stay.adults, stay.children, stay.babies)
    return Draft(line, hotel, reservation, (StayDraft("1", stay, places),))


def _require_agreement(is_canceled: str, state: str) -> None:
    """Refuse a row whose two statements about being cancelled disagree: `is_canceled` holds for no-shows too."""
    if (whole(is_canceled, "is_canceled", 1) == 1) != (state != "checked_out"):
        raise BadRowError("is_canceled", "contradiction")


def _arrival(year: str, month: str, month_day: str) -> date:
    """Return the arrival date from its three columns."""
    number = _MONTHS.get(month.strip())
    if number is None:
        raise BadRowError("arrival_date_month", "month_unknown")
    full_year = whole(year, "arrival_date_year", _YEARS.stop)
    if full_year not in _YEARS:
        raise BadRowError("arrival_date_year", "range")
    try:
        return date(full_year, number, whole(month_day, "arrival_date_day_of_month", 31))
    except ValueError as error:
        raise BadRowError("arrival_date_day_of_month", "range") from error


def _compare_week(week: str, arrival: date, tally: Tally) -> None:
    """Count a week number that is not the arrival's: weeks begin on Sunday, 1 January is in week 1. The date stands."""
    first = date(arrival.year, 1, 1)
    expected = ((arrival - first).days + (first.weekday() + 1) % 7) // 7 + 1
    if whole(week, "arrival_date_week_number", 54) != expected:
        tally.noticed["other_week_number"] += 1


def _people(text: str, field: str, tally: Tally) -> int:
    """Return a number of people; one that is not given counts as none, and is counted."""
    if not is_given(text):
        tally.not_given[field] += 1
        return 0
    return whole(text, field, _PEOPLE_MAX)


def _kept_word(text: str, field: str, tally: Tally) -> str:
    """Return a code as the file gives it, empty and counted when it is not given."""
    if text in NOT_GIVEN:
        tally.not_given[field] += 1
        return ""
    return word(text, field)


def _country(text: str, tally: Tally) -> str:
    """Return the alpha-3 code.

    A code that is no alpha-3 code (`CN` beside `CHN` in a file without `CAN`) stays unmapped, and is counted: alpha-2
    codes are not used in this column, so nobody can say which country was meant.
    """
    bare = text.strip()
    if bare in NOT_GIVEN:
        return ""
    code = country(bare) if len(bare) == 3 else ""  # noqa: PLR2004 - alpha-3
    if not code:
        tally.unmapped["country"] += 1
    return code


def _notice(stay: StayRow, status_on: date, tally: Tally) -> None:
    """Count facts that are strange and true; the row is imported with them."""
    if stay.arrival == stay.departure:
        tally.noticed["day_use"] += 1
    if not stay.adults + stay.children + stay.babies:
        tally.noticed["nobody"] += 1
    elif not stay.adults:
        tally.noticed["no_adult"] += 1
    if stay.state == "checked_out" and status_on < stay.departure:
        tally.noticed["early_departure"] += 1
    if stay.state == "no_show" and status_on < stay.arrival:
        tally.noticed["no_show_before_arrival"] += 1
    if stay.room_type_assigned != stay.room_type_reserved:
        tally.noticed["other_room_type"] += 1


@lru_cache(maxsize=512)
def _places(adults: int, children: int, babies: int) -> tuple[Place, ...]:
    """Return a place for each person in the count, the first adult first."""
    kinds = ["adult"] * adults + ["child"] * children + ["infant"] * babies
    return tuple(Place(kind, is_primary=not position) for position, kind in enumerate(kinds))
