"""Field groups that are made from the clear columns of a reservation and a stay, whatever format they came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.hotel.record import Booking, SourceNumber

if TYPE_CHECKING:
    from discretion.office.imports.drafts import ReservationRow, StayRow


def booking(
    reservation: ReservationRow,
    stay: StayRow,
    booker: str = "",
    *,
    source_numbers: tuple[SourceNumber, ...] = (),
    rate_code: str = "",
    purpose_of_travel: str = "",
    special_requests: str = "",
) -> Booking:
    """Return what was agreed, as the primary guest's record keeps it."""
    return Booking(
        number=reservation.number,
        source_numbers=source_numbers,
        channel=reservation.distribution_channel,
        market_segment=reservation.market_segment,
        customer_type=reservation.customer_type,
        booker=booker,
        booked_on=reservation.booked_on,
        arrival=stay.arrival,
        departure=stay.departure,
        expected_at=f"{stay.expected_time:%H:%M}" if stay.expected_time is not None else "",
        room_type=stay.room_type_reserved,
        assigned_room_type=stay.room_type_assigned,
        rate_code=rate_code,
        rate=stay.rate,
        currency=stay.currency,
        meal=stay.meal,
        deposit_terms=reservation.deposit_type,
        adults=stay.adults,
        children=stay.children,
        babies=stay.babies,
        parking_spaces=reservation.parking_spaces,
        changes=reservation.changes,
        waited_days=reservation.waiting_days,
        earlier_cancelled=reservation.previous_cancellations or 0,
        earlier_kept=reservation.previous_kept or 0,
        known_before=bool(reservation.repeated_guest),
        purpose_of_travel=purpose_of_travel,
        group=reservation.group_code,
        company=reservation.company,
        agent=reservation.agent,
        special_request_count=reservation.special_requests,
        special_requests=special_requests,
    )
