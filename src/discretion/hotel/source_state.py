"""What other systems call the states of a stay, and which of ours they mean.

Rules:
* A word that is not in its source's table stops the row with an error that names it. It is never guessed, not even by
  case.
* Words marked "to verify" in hotel.md section 3 are in the tables and marked here.

Left to others: reading the files (the importers), a property's own status codes in OPERA report files (a table per
property).
Source: hotel.md section 3.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from discretion.hotel.stay_state import Act, StayState

_WORD_LENGTH_MAX: Final = 40

SOURCE_STATES: Final = MappingProxyType(
    {
        "plain": MappingProxyType({state.value: state for state in StayState}),
        "opera": MappingProxyType(
            {
                "Reserved": StayState.CONFIRMED,  # to verify
                "DueIn": StayState.CONFIRMED,  # to verify
                "Walkin": StayState.CONFIRMED,  # to verify
                "Requested": StayState.INQUIRED,
                "Waitlisted": StayState.WAITLISTED,
                "InHouse": StayState.IN_HOUSE,
                "DueOut": StayState.IN_HOUSE,
                "PendingCheckout": StayState.IN_HOUSE,
                "CheckedOut": StayState.CHECKED_OUT,
                "Cancelled": StayState.CANCELLED,
                "NoShow": StayState.NO_SHOW,
            }
        ),
        "mews": MappingProxyType(
            {
                "Inquired": StayState.INQUIRED,
                "Requested": StayState.WAITLISTED,
                "Optional": StayState.TENTATIVE,
                "Confirmed": StayState.CONFIRMED,
                "Started": StayState.IN_HOUSE,
                "Processed": StayState.CHECKED_OUT,
                "Canceled": StayState.CANCELLED,
            }
        ),
        "cloudbeds": MappingProxyType(
            {
                "not_confirmed": StayState.TENTATIVE,
                "confirmed": StayState.CONFIRMED,
                "checked_in": StayState.IN_HOUSE,
                "checked_out": StayState.CHECKED_OUT,
                "canceled": StayState.CANCELLED,
                "no_show": StayState.NO_SHOW,
            }
        ),
        "cloudbeds_room": MappingProxyType(
            {
                "not_checked_in": StayState.CONFIRMED,
                "in_house": StayState.IN_HOUSE,
                "checked_out": StayState.CHECKED_OUT,
                "cancelled": StayState.CANCELLED,
            }
        ),
        "apaleo": MappingProxyType(
            {
                "Confirmed": StayState.CONFIRMED,
                "InHouse": StayState.IN_HOUSE,
                "CheckedOut": StayState.CHECKED_OUT,  # to verify
                "Canceled": StayState.CANCELLED,  # to verify
                "NoShow": StayState.NO_SHOW,  # to verify
            }
        ),
        "ota": MappingProxyType(
            {
                "Commit": StayState.CONFIRMED,
                "Book": StayState.CONFIRMED,
                "Reserved": StayState.CONFIRMED,
                "Cancel": StayState.CANCELLED,
            }
        ),
        "hotel_bookings": MappingProxyType(
            {
                "Check-Out": StayState.CHECKED_OUT,
                "Canceled": StayState.CANCELLED,
                "No-Show": StayState.NO_SHOW,
            }
        ),
        "haip": MappingProxyType(
            {
                "pending": StayState.TENTATIVE,
                "confirmed": StayState.CONFIRMED,
                "assigned": StayState.CONFIRMED,
                "checked_in": StayState.IN_HOUSE,
                "stayover": StayState.IN_HOUSE,
                "due_out": StayState.IN_HOUSE,
                "checked_out": StayState.CHECKED_OUT,
                "no_show": StayState.NO_SHOW,
                "cancelled": StayState.CANCELLED,
            }
        ),
        "oca": MappingProxyType(
            {
                "draft": StayState.TENTATIVE,
                "confirm": StayState.CONFIRMED,
                "arrival_delayed": StayState.CONFIRMED,
                "onboard": StayState.IN_HOUSE,
                "departure_delayed": StayState.IN_HOUSE,
                "done": StayState.CHECKED_OUT,
                "cancel": StayState.CANCELLED,
            }
        ),
    }
)
"""Source to its words to our states. `plain` is a file in our own words."""

OTA_ACTS: Final = MappingProxyType(
    {"Commit": Act.BOOK, "Book": Act.BOOK, "Reserved": Act.BOOK, "Modify": Act.AMEND, "Cancel": Act.CANCEL}
)
"""`ResStatus` of an OTA message to the act it asks for. `Modify` is an act and no state."""

# Cancelled by the source's word, but the reason given beside it says that nobody came.
_NO_SHOW_REASONS: Final = MappingProxyType({"mews": "NoShow", "oca": "noshow"})


class UnknownStateError(Exception):
    """A source used a word for a state that its table does not have. The word is no guest's, so it is named."""

    def __init__(self, source: str, word: str) -> None:
        """Name source and word."""
        self.source = source
        self.word = word[:_WORD_LENGTH_MAX]
        super().__init__(f"{source}: unknown state {self.word!r}")


def state_from(source: str, word: str, reason: str = "") -> StayState:
    """Return the state that `word` means in files of `source`.

    Shapes: `reason` is Mews' `CancellationReason` or OCA's reason of cancellation, empty if there is none.
    Errors: `UnknownStateError` for a word, or a source, that is not in the tables.
    """
    state = SOURCE_STATES.get(source, MappingProxyType[str, StayState]({})).get(word)
    if state is None:
        raise UnknownStateError(source, word)
    if state is StayState.CANCELLED and reason and _NO_SHOW_REASONS.get(source) == reason:
        return StayState.NO_SHOW
    return state
