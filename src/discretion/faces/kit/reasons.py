"""Coded reasons for a reveal: one plain choice under the purpose. The guest sees purpose and duty, not the reference.

Rules:
* Nothing is chosen beforehand. "Other" needs a reference, such as a task or case number; it is a reason, never a
  purpose.

Source: experience.md, P3 and P4.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.words import marked as _
from discretion.hotel.purpose import Purpose

if TYPE_CHECKING:
    from babel.support import Translations

OTHER: Final = "other"

_SENTENCES: Final = MappingProxyType({
    "registration": _("Registration of the stay (a legal duty)"),
    "comparison": _("Comparing with the document in hand"),
    "correction": _("The guest asks for a correction in person"),
    "call_back": _("Calling or writing to the guest"),
    "delivery": _("Bringing something to the guest"),
    "invoice": _("Writing a fapiao (invoice)"),
    "bill": _("Explaining the bill"),
    "lost_found": _("Returning something lost"),
    "case": _("Working on the open case"),
    OTHER: _("Other: name a task or case below"),
})  # fmt: skip
_UNDER: Final = MappingProxyType({
    Purpose.CHECK_IN: ("registration", "comparison", "correction", OTHER),
    Purpose.CHECK_OUT: ("bill", "invoice", "correction", OTHER),
    Purpose.GUEST_REQUEST: ("call_back", "delivery", "correction", "lost_found", OTHER),
    Purpose.HOUSEKEEPING: ("delivery", "lost_found", OTHER),
})  # fmt: skip
_ELSEWHERE: Final = ("case", OTHER)


def codes_under(purpose: str) -> tuple[str, ...]:
    """Return the reasons that may be given under `purpose`."""
    return _UNDER.get(purpose, _ELSEWHERE)  # type: ignore[call-overload,no-any-return]


def reasons(words: Translations, purpose: str) -> list[tuple[str, str]]:
    """Return code and sentence of each reason under `purpose`, in the reader's language."""
    return [(code, words.gettext(_SENTENCES[code])) for code in codes_under(purpose)]
