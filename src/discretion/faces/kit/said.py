"""What a page says after a form did its work: a code in the address, a sentence from this table on the page."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.words import marked as _

if TYPE_CHECKING:
    from babel.support import Translations

_SENTENCES: Final = MappingProxyType({
    "approval_asked": _("Asked. Whoever may approve has been told."),
    "approval_ended": _("Ended. It opens nothing any more."),
    "attested": _("Presence attested."),
    "badge_assigned": _("Badge assigned."),
    "badge_withdrawn": _("Badge withdrawn."),
    "badged_in": _("Badge read: present."),
    "badged_out": _("Badge read: gone."),
    "booked": _("Reservation made."),
    "cancel": _("Stay cancelled."),
    "check_in": _("Checked in. A sealed copy of each record was kept."),
    "check_out": _("Checked out."),
    "case_closed": _("Case closed. Approvals that rested on it have ended."),
    "case_due": _("Due date changed."),
    "case_guest_added": _("The case names one more guest."),
    "case_noted": _("Note added."),
    "case_withheld": _("Kept. Guests are told of these look-ups from that day on."),
    "case_opened": _("Case opened. Look-ups for its purpose can rest on it now."),
    "case_owner": _("The case has another owner."),
    "confirm": _("Confirmed."),
    "deputy_accepted": _("Accepted. You can vote in this role now."),
    "deputy_ended": _("Ended."),
    "deputy_offered": _("Offered. It counts once your deputy accepts."),
    "my_consent_given": _("You said yes. You can take it back at any time, here or at the front desk."),
    "my_consent_withdrawn": _("You took it back. It counts from now on."),
    "my_consent_unchanged": _("Nothing was changed."),
    "consent_given": _("Consent recorded. It counts from the next look-up on."),
    "consent_withdrawn": _("Withdrawal recorded. It counts from the next look-up on."),
    "consent_words": _("In force from now on. Earlier consents stand for the words they were given to."),
    "consent_unchanged": _("Nothing was recorded: it is as it was."),
    "course_need": _("Changed: who needs this course. It counts from the next look-up on."),
    "correct": _("Corrected."),
    "disabled": _("This person can no longer sign in."),
    "display": _("Kept for this browser."),
    "emergency_ended": _("The emergency viewing has ended. Please add what happened."),
    "guest_asked": _("Received. It is in the hotel's list now."),
    "guest_kept": _("Kept."),
    "emergency_noted": _("Added. Thank you; the reviewers see it."),
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
    "request_assigned": _("Request given on."),
    "request_closed": _("Request closed. No look-up can rest on it any more."),
    "request_opened": _("Request opened."),
    "request_returned": _("Request given back. It stands in the queue again."),
    "request_taken": _("The request is yours."),
    "address_kept": _("Kept: notices are sent there as well."),
    "address_dropped": _("Kept: notices stand in the console alone."),
    "notices_read": _("Marked as read."),
    "person_locked": _("Locked. Nothing is shown to this person any more."),
    "review_asked": _("Asked. The person has a notice with a form to answer."),
    "review_closed": _("Verdict given. It stands in the ledger."),
    "review_said": _("Sent to the reviewer."),
    "role_ended": _("Role ended."),
    "role_given": _("Role given."),
    "room": _("Room state changed."),
    "settle": _("Balance recorded."),
    "shift_added": _("Shift added."),
    "shift_begun": _("Shift begun."),
    "shift_ended": _("Shift ended now."),
    "shift_resumed": _("On duty again."),
    "staff_added": _("Added. Make a link, so that this person can enrol a passkey."),
    "terminal_ended": _("Removed: this machine is no longer a shared terminal."),
    "swap_accepted": _("Taken. Where the duty manager decides, it waits until then."),
    "swap_done": _("The shift has changed hands."),
    "swap_offered": _("Offered. Until somebody takes it, the shift stays as it is."),
    "swap_refused": _("Refused. The shift stays as it is."),
    "swap_withdrawn": _("Taken back. The shift stays as it is."),
    "training_added": _("Training recorded."),
    "undo_check_in": _("Check-in undone. The sealed copy is kept, marked as undone."),
    "undo_check_out": _("Check-out undone."),
    "voted": _("Your vote is entered."),
    "walk_in": _("Checked in without a reservation."),
})  # fmt: skip


def sentence(words: Translations, code: str) -> str:
    """Return what to say for `code`; nothing for a code nobody gave."""
    found = _SENTENCES.get(code)
    return "" if found is None else words.gettext(found)
