"""Consents: what a guest may decide about their record, and which of it asks for a separate consent.

Rules:
* Nothing is given until somebody said yes to the exact words; what is never said is no.
* A minor's record is never used for marketing or analytics, whoever consents. A child's guardian decides for the rest.

Left to others: the words (the office), whether a consent may be recorded (the database), what it opens (the policy).
Source: PIPL art. 14, 15, 23, 29, 31, 39; hotel.md section 2.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class ConsentKind(StrEnum):
    """One purpose that rests on nothing but the guest's consent. In the order in which pages show them."""

    LOYALTY = "loyalty"
    MARKETING = "marketing"
    ANALYTICS = "analytics"
    FACE_CHECK_IN = "face_check_in"
    SHARING = "sharing"
    CROSS_BORDER = "cross_border"


class Channel(StrEnum):
    """Through what somebody said it."""

    DESK_PAPER = "desk_paper"
    DESK_TABLET = "desk_tablet"
    PORTAL = "portal"


SEPARATE: Final = frozenset({ConsentKind.FACE_CHECK_IN, ConsentKind.SHARING, ConsentKind.CROSS_BORDER})
"""Those for which the law asks for a separate consent."""

NOT_FOR_MINORS: Final = frozenset({ConsentKind.MARKETING, ConsentKind.ANALYTICS})
