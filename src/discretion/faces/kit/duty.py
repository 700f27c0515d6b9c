"""Who sits here, as services of the office take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discretion.office.outcome import OnDuty

if TYPE_CHECKING:
    from discretion.faces.kit.seat import Seat


def on_duty(seat: Seat) -> OnDuty:
    """Return who sits here, as services of the office take it."""
    return OnDuty(seat.property_id, seat.person.staff_id, seat.person.duty)
