"""States of a room, and what an act at the desk does to them.

Rules:
* A room is vacant or occupied, clean, dirty or inspected; or out of order, or out of service.
* Check-out leaves a dirty room; only housekeeping makes it clean.

Left to others: who may set a state (the office). Source: glossary.md, words 73 to 75.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class RoomState(StrEnum):
    """States of a room as hotels abbreviate them."""

    VC = "VC"
    VD = "VD"
    OC = "OC"
    OD = "OD"
    VI = "VI"
    OOO = "OOO"
    OOS = "OOS"

    @property
    def zh(self) -> str:
        """Return the Chinese name."""
        return _NAMES[self][0]

    @property
    def en(self) -> str:
        """Return the English name."""
        return _NAMES[self][1]

    @property
    def is_occupied(self) -> bool:
        """Return whether somebody stays in the room."""
        return self in {RoomState.OC, RoomState.OD}

    @property
    def is_ready(self) -> bool:
        """Return whether somebody may be checked in to the room at once: vacant, and clean or inspected."""
        return self in {RoomState.VC, RoomState.VI}

    @property
    def is_sellable(self) -> bool:
        """Return whether the room counts as one the hotel can sell tonight."""
        return self in {RoomState.VC, RoomState.VD, RoomState.VI}


_NAMES: Final = MappingProxyType(
    {
        RoomState.VC: ("空净", "vacant, clean"),
        RoomState.VD: ("空脏", "vacant, dirty"),
        RoomState.OC: ("住净", "occupied, clean"),
        RoomState.OD: ("住脏", "occupied, dirty"),
        RoomState.VI: ("已查房", "vacant, inspected"),
        RoomState.OOO: ("维修房", "out of order"),
        RoomState.OOS: ("停售房", "out of service"),
    }
)


def after_arrival(state: RoomState) -> RoomState:
    """Return the state once somebody moves in: occupied, as clean as it was. A closed room stays as it is."""
    if state in {RoomState.VC, RoomState.VI}:
        return RoomState.OC
    return RoomState.OD if state is RoomState.VD else state


def after_departure(state: RoomState) -> RoomState:
    """Return the state once the last occupant has left: vacant and dirty. A closed room stays as it is."""
    return RoomState.VD if state.is_occupied else state


def after_undone_arrival(state: RoomState) -> RoomState:
    """Return the state once a check-in is undone: vacant, as clean as it was."""
    return {RoomState.OC: RoomState.VC, RoomState.OD: RoomState.VD}.get(state, state)
