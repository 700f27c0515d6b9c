"""The side menu: every page that a duty may open, in a few parts, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.words import marked as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from babel.support import Translations

# Each item: address, text, icon, and the permissions of which one is enough (none: open to everyone signed in).
_PARTS: Final = (
    (_("Today"), (
        ("/desk", _("Arrivals, in house, departures"), "bed-double", (Permission.STAY_LIST,)),
        ("/find", _("Find a guest"), "search", (Permission.GUEST_FIND,)),
        ("/rooms", _("Room status"), "door-closed", (Permission.ROOM_CHANGE,)),
        ("/approvals", _("Approvals"), "gavel", (Permission.GUEST_FIND, Permission.CASE_WORK)),
        ("/emergency", _("Emergency viewing"), "siren", (Permission.EMERGENCY_BEGIN,)),
        ("/requests", _("Service requests"), "hand", (Permission.REQUEST_WORK,)),
        ("/cases", _("Cases"), "briefcase", (Permission.CASE_WORK,)),
        ("/merges", _("Records to join"), "link", (Permission.RECORD_JOIN,)),
    )),
    (_("New"), (
        ("/walk-in", _("Walk-in guest"), "log-in", (Permission.STAY_CHANGE,)),
        ("/reservations/new", _("New reservation"), "calendar", (Permission.BOOKING_CHANGE,)),
    )),
    (_("Watchroom"), (
        ("/watch", _("Who looked: the ledger"), "clipboard-list", (Permission.ENTRY_READ,)),
        ("/reviews", _("Look-up review"), "gavel", (Permission.REVIEW_READ,)),
        ("/rights", _("Rights requests"), "clipboard-check", (Permission.RIGHTS_JUDGE,)),
        ("/rights/new", _("New rights request"), "plus", (Permission.RIGHTS_TAKE,)),
        ("/watch/policy", _("Releases of the policy"), "scale", (Permission.POLICY_READ,)),
        ("/watch/consents", _("Words of consents"), "file-text", (Permission.CONSENT_WORDS,)),
        ("/retention", _("Retention"), "hourglass", (Permission.RETENTION_READ,)),
        ("/holds", _("Legal holds"), "shield", (Permission.HOLD_WORK, Permission.RETENTION_READ)),
    )),
    (_("Privacy"), (
        ("/privacy", _("Privacy officer's desk"), "scale", (Permission.PRIVACY_READ,)),
        ("/privacy/records", _("Records of processing"), "file-text", (Permission.PRIVACY_READ,)),
        ("/privacy/processors", _("Processors and recipients"), "building-2", (Permission.PRIVACY_READ,)),
        ("/privacy/assessment", _("Impact assessment"), "clipboard-check", (Permission.PRIVACY_READ,)),
    )),
    (_("My work"), (
        ("/my-shifts", _("My shifts"), "clock", ()),
        ("/handover", _("Shift handover"), "arrow-right", ()),
        ("/my-training", _("My training"), "clipboard-check", ()),
        ("/digits", _("Four digits"), "key-round", ()),
    )),
    (_("Staff"), (
        ("/presence", _("Presence"), "user-check", (Permission.PRESENCE_ATTEST,)),
        ("/roster", _("Roster"), "calendar-days", (Permission.ROSTER_CHANGE,)),
        ("/training", _("Training"), "clipboard-check", (Permission.TRAINING_CHANGE,)),
        ("/training/report", _("Training report"), "table-2", (Permission.TRAINING_READ,)),
        ("/locks", _("Locks"), "lock", (Permission.LOCK_CHANGE,)),
        ("/staff", _("Staff members"), "users", (Permission.STAFF_CHANGE,)),
        ("/deputies", _("Deputies"), "users", (Permission.DEPUTY_NAME,)),
        ("/terminals", _("Shared terminals"), "id-card", (Permission.TERMINAL_CHANGE,)),
        ("/recovery", _("Lost passkeys"), "key-round", (Permission.STAFF_RECOVER,)),
    )),
    (_("For me"), (
        ("/notices", _("Notices"), "bell", ()),
        ("/my-look-ups", _("My look-ups"), "history", ()),
    )),
    (_("This screen"), (("/display", _("Display and keys"), "settings", ()),)),
)  # fmt: skip


def menu(words: Translations, may: Callable[[str], bool]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Return the parts of the menu as heading and items of address, text and icon, in the reader's language."""
    parts = []
    for title, items in _PARTS:
        shown = [
            (href, words.gettext(text), sign)
            for href, text, sign, needs in items
            if not needs or any(may(permission) for permission in needs)
        ]
        if shown:
            parts.append((words.gettext(title), shown))
    return parts
