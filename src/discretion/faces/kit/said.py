"""What a page says after a form did its work: a code in the address, a sentence from this table on the page."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.words import marked as _

if TYPE_CHECKING:
    from babel.support import Translations

_SENTENCES: Final = MappingProxyType({
    "attested": _("Presence attested."),
    "badge_assigned": _("Badge assigned."),
    "badge_withdrawn": _("Badge withdrawn."),
    "badged_in": _("Badge read: present."),
    "badged_out": _("Badge read: gone."),
    "booked": _("Reservation made."),
    "cancel": _("Stay cancelled."),
    "check_in": _("Checked in. A sealed copy of each record was kept."),
    "check_out": _("Checked out."),
    "confirm": _("Confirmed."),
    "course_need": _("Changed: who needs this course. It counts from the next look-up on."),
    "correct": _("Corrected."),
    "disabled": _("This person can no longer sign in."),
    "display": _("Kept for this browser."),
    "enabled": _("This person can sign in again."),
    "amend": _("Booking changed."),
    "extend": _("Extended."),
    "handed_over": _("Handed over."),
    "handed_over_ended": _("Handed over. The shift has ended."),
    "join": _("Added to the stay."),
    "leave": _("Left the stay."),
    "lock_released": _("Released."),
    "locked": _("Locked from now on."),
    "mark_no_show": _("Marked as no-show."),
    "move_room": _("Moved. The keys of the old room are void."),
    "reinstate": _("Reinstated."),
    "repeat": _("This was already done before; nothing changed now."),
    "role_ended": _("Role ended."),
    "role_given": _("Role given."),
    "room": _("Room state changed."),
    "settle": _("Balance recorded."),
    "shift_added": _("Shift added."),
    "shift_begun": _("Shift begun."),
    "shift_ended": _("Shift ended now."),
    "shift_resumed": _("On duty again."),
    "staff_added": _("Added. Make a link, so that this person can enrol a passkey."),
    "swap_accepted": _("Taken. Where the duty manager decides, it waits until then."),
    "swap_done": _("The shift has changed hands."),
    "swap_offered": _("Offered. Until somebody takes it, the shift stays as it is."),
    "swap_refused": _("Refused. The shift stays as it is."),
    "swap_withdrawn": _("Taken back. The shift stays as it is."),
    "training_added": _("Training recorded."),
    "undo_check_in": _("Check-in undone. The sealed copy is kept, marked as undone."),
    "undo_check_out": _("Check-out undone."),
    "walk_in": _("Checked in without a reservation."),
})  # fmt: skip


def sentence(words: Translations, code: str) -> str:
    """Return what to say for `code`; nothing for a code nobody gave."""
    found = _SENTENCES.get(code)
    return "" if found is None else words.gettext(found)
