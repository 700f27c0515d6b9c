"""Words of the review: what the guest reads for each verdict, and what the reviewer's queries may ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.nouns import noun
from discretion.faces.kit.words import marked as _
from discretion.faces.kit.words import translator
from discretion.faces.watchroom.asking import wire_terms
from discretion.faces.watchroom.query import Days, Query, QueryError, Term
from discretion.hotel.purpose import FieldGroup
from discretion.office.reviews import EXPLAIN, VERDICTS, Filter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from babel.support import Translations

PRESETS: Final = MappingProxyType({
    "justified": _("We have looked into this: it was needed for your stay or for somebody's safety, and nothing more was seen than was needed."),
    "too_broad": _("We have looked into this: there was a reason for it, but more was seen than was needed. We have spoken with the person."),
    "unjustified": _("We have looked into this and found no reason for it. We are sorry. The matter is followed up, and you can ask us about it at any time."),
})  # fmt: skip
"""What the guest reads, by verdict, where the reviewer writes nothing else."""

KEYS: Final = ("actor", "purpose", "field", "signal", "created", "guest")
_ID_LENGTH: Final = 32
_SECOND_MAX: Final = 2**33  # PostgreSQL and Python have no moment at the keeper's last second
SIGNALS: Final = ("after_departure", "no_stay", "in_full")
READY: Final = (
    (_("Emergency viewing"), Term("purpose", ("emergency",))),
    (_("Shown in full"), Term("signal", ("in_full",))),
    (_("After departure"), Term("signal", ("after_departure",))),
    (_("Without a stay here"), Term("signal", ("no_stay",))),
)


def preset(language: str, verdict: str) -> str:
    """Return what the guest reads for a verdict, in the guest's language."""
    return translator(language, "ui").gettext(PRESETS[verdict])


def verdict_choices(words: Translations) -> list[tuple[str, str]]:
    """Return each verdict with what it brings, as choices of a form take them."""
    follows = {
        EXPLAIN: _("the person gets a notice and a form to answer"),
        "unjustified": _("a security case is opened that names the guest"),
    }
    return [
        (code, noun(words, "verdict", code) + (f" → {words.gettext(follows[code])}" if code in follows else ""))
        for code in VERDICTS
    ]


def ready(words: Translations, today: date) -> list[tuple[str, Term]]:
    """Return the ready filters as words and term, in the reader's language."""
    first = (words.gettext(_("Today")), Term("created", days=(Days(today, today),)))
    return [first, *((words.gettext(text), term) for text, term in READY)]


def filter_of(query: Query, zone: str, staff: Mapping[str, bytes]) -> Filter:
    """Return the query as the queue takes it; each key once, and once turned round.

    Errors: `QueryError` for a key or signal that look-ups under review do not have, for a staff number nobody has.
    """
    seen: set[tuple[str, bool]] = set()
    for term in query:
        if term.key not in KEYS:
            raise QueryError("key", term.start, term.end, term.key)
        if term.key == "signal" and not set(term.values) <= set(SIGNALS):
            raise QueryError("value", term.start, term.end, term.key)
        if (term.key, term.is_not) in seen or (term.key == "created" and term.is_not):
            raise QueryError("twice", term.start, term.end)
        seen.add((term.key, term.is_not))
    parts: dict[str, object] = {}
    for each in wire_terms(query, zone, staff):
        turned = "not_" if each.is_not else ""
        if each.key == "actor":
            parts[f"{turned}staff"] = [bytes.fromhex(value) for value in each.values if len(value) == _ID_LENGTH]
            parts[f"{turned}duties"] = [value for value in each.values if len(value) != _ID_LENGTH]
        elif each.key == "created":
            parts["from_at"] = [_moment(span.from_at) for span in each.spans]
            parts["until_at"] = [_moment(span.until_at) for span in each.spans]
        elif each.key == "field":
            parts[f"{turned}groups"] = sum({FieldGroup[value.upper()].bit for value in each.values})
        elif each.key == "guest":
            parts[f"{turned}guests"] = [bytes.fromhex(value) for value in each.values]
        else:
            parts[f"{turned}{each.key}s"] = list(each.values)
    return replace(Filter(), **parts)  # type: ignore[arg-type]


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(min(second, _SECOND_MAX), UTC)
