"""The words for a stay, its acts, and the people in it.

Rules:
* Eight states are stored. What the business date adds (due in, overdue …) is derived when it is asked for, never
  stored.
* The business date is the property's and turns at night audit: it is always passed in.

Left to others: which act leads from where to where (`stay`), words of other systems (`source_state`).
Source: hotel.md sections 2 and 3.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class StayState(StrEnum):
    """Stored states of a stay, in the order of its life."""

    INQUIRED = "inquired"
    WAITLISTED = "waitlisted"
    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    IN_HOUSE = "in_house"
    CHECKED_OUT = "checked_out"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class DerivedState(StrEnum):
    """What a state means on a business date."""

    DUE_IN = "due_in"
    ARRIVAL_OVERDUE = "arrival_overdue"
    DUE_OUT = "due_out"
    DEPARTURE_OVERDUE = "departure_overdue"


class Act(StrEnum):
    """What can be done to a stay."""

    BOOK = "book"
    CONFIRM = "confirm"
    AMEND = "amend"
    SPLIT = "split"
    CANCEL = "cancel"
    MARK_NO_SHOW = "mark_no_show"
    REINSTATE = "reinstate"
    CHECK_IN = "check_in"
    WALK_IN = "walk_in"
    UNDO_CHECK_IN = "undo_check_in"
    JOIN = "join"
    LEAVE = "leave"
    MOVE_ROOM = "move_room"
    EXTEND = "extend"
    CHECK_OUT = "check_out"
    UNDO_CHECK_OUT = "undo_check_out"
    CORRECT = "correct"


class CancelReason(StrEnum):
    """Why a stay was cancelled."""

    IN_TIME = "in_time"
    LATE = "late"
    MODIFIED = "modified"
    OTHER = "other"


class OccupantState(StrEnum):
    """States of one person in one stay."""

    UNKNOWN = "unknown"
    INCOMPLETE = "incomplete"
    EXPECTED = "expected"
    ON_BOARD = "on_board"
    DEPARTED = "departed"
    CANCELLED = "cancelled"


class OccupantRole(StrEnum):
    """Whose stay it is, and who comes along."""

    PRIMARY = "primary"
    ACCOMPANYING = "accompanying"


class Kinship(StrEnum):
    """Relation of an accompanying occupant to the primary one, or of an adult to a minor, in Spain's codes."""

    AB = "AB"
    BA = "BA"
    BN = "BN"
    CD = "CD"
    CY = "CY"
    HJ = "HJ"
    HR = "HR"
    NI = "NI"
    PM = "PM"
    SB = "SB"
    SG = "SG"
    TI = "TI"
    YN = "YN"
    TU = "TU"
    OT = "OT"

    @property
    def zh(self) -> str:
        """Return the Chinese name."""
        return _KINSHIP_NAMES[self][0]

    @property
    def en(self) -> str:
        """Return the English name."""
        return _KINSHIP_NAMES[self][1]


_KINSHIP_NAMES: Final = MappingProxyType(
    {
        Kinship.AB: ("祖父母或外祖父母", "grandparent"),
        Kinship.BA: ("曾祖父母", "great-grandparent"),
        Kinship.BN: ("曾孙子女", "great-grandchild"),
        Kinship.CD: ("配偶的兄弟姐妹或兄弟姐妹的配偶", "sibling-in-law"),
        Kinship.CY: ("配偶", "spouse"),
        Kinship.HJ: ("子女", "child"),
        Kinship.HR: ("兄弟姐妹", "sibling"),
        Kinship.NI: ("孙子女或外孙子女", "grandchild"),
        Kinship.PM: ("父母", "parent"),
        Kinship.SB: ("侄子女或外甥", "nephew or niece"),
        Kinship.SG: ("配偶的父母", "parent-in-law"),
        Kinship.TI: ("叔伯姑舅姨", "uncle or aunt"),
        Kinship.YN: ("女婿或儿媳", "child-in-law"),
        Kinship.TU: ("监护人", "guardian"),
        Kinship.OT: ("其他", "other"),
    }
)

_OCCUPANT_STEPS: Final = (
    OccupantState.UNKNOWN,
    OccupantState.INCOMPLETE,
    OccupantState.EXPECTED,
    OccupantState.ON_BOARD,
    OccupantState.DEPARTED,
)


def occupant_back(state: OccupantState) -> OccupantState | None:
    """Return the state one step back, where undo leads; None from `unknown`, and from `cancelled`."""
    if state not in _OCCUPANT_STEPS or state is OccupantState.UNKNOWN:
        return None
    return _OCCUPANT_STEPS[_OCCUPANT_STEPS.index(state) - 1]


def occupant_before_arrival(*, is_named: bool, is_complete: bool) -> OccupantState:
    """Return the state of somebody who has not arrived: a place in the count, a person with gaps, or one expected."""
    if not is_named:
        return OccupantState.UNKNOWN
    return OccupantState.EXPECTED if is_complete else OccupantState.INCOMPLETE
