"""The tabs of a guest's own pages, in their order. A page that is not there has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from discretion.faces.kit.words import marked as _

if TYPE_CHECKING:
    from babel.support import Translations

TABS: Final = (
    ("/my", _("Who looked")),
    ("/my/record", _("My details")),
    ("/my/consents", _("My consents")),
    ("/my/requests", _("My requests")),
    ("/my/help", _("Ask for something")),
)


def tabs(words: Translations) -> tuple[tuple[str, str], ...]:
    """Return address and name of each tab, in the reader's language."""
    return tuple((address, words.gettext(name)) for address, name in TABS)
