"""Words of the watchroom: ready filters, what each key of a query means, what is wrong with a query."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.faces.kit.nouns import noun
from discretion.faces.kit.reasons import reasons
from discretion.faces.kit.words import marked as _
from discretion.faces.watchroom.query import CODES, KEYS, Days, Term

if TYPE_CHECKING:
    from datetime import date

    from babel.support import Translations

    from discretion.wire.entries import EntryLine

ERRORS: Final = MappingProxyType({
    "bare": _("There is no free text here. Write one of the keys %(keys)s and its value right behind."),
    "key": _("No key has this name. Use one of %(keys)s instead."),
    "value": _("This value does not belong to the key %(key)s. Its values are listed below."),
    "empty": _("A value is missing after the colon or a comma."),
    "day": _("A day is written as 2026-08-25; a span as 2026-08-25..2026-09-01, >=2026-08-25 or <=2026-08-25."),
    "days": _("This span ends before it begins."),
    "twice": _("This stands twice."),
    "terms": _("These are too many conditions for one query."),
    "length": _("This query is too long."),
    "staff": _("Nobody here has this staff number."),
})  # fmt: skip
"""What is wrong with a query, by `QueryError.code`."""

KEY_WORDS: Final = MappingProxyType({
    "actor": _("who: a duty, or a staff number"),
    "action": _("what was done"),
    "purpose": _("for which purpose"),
    "field": _("which part of a record was asked for"),
    "signal": _("what stands out"),
    "created": _("when: a day, a span, or from or until a day"),
    "guest": _("which guest: the opaque id as entries show it"),
    "decision": _("what was decided"),
})  # fmt: skip
_NOUN: Final = MappingProxyType({"actor": "role", "field": "group"})

PROBLEMS: Final = MappingProxyType({
    "unproved": _("Hashes of the tree are missing from the database, so nothing can be proved. Tell the operator."),
    "signature": _("The signature on the checkpoint is not by the ledger's key."),
    "proof": _("The way from this entry ends in another root: what is stored is not what was signed."),
})  # fmt: skip
"""What came of a check that failed, by `Checked.problem`."""

_READY: Final = (
    (_("Refused"), Term("decision", ("denied",))),
    (_("Shown in full"), Term("signal", ("in_full",))),
    (_("Single values revealed"), Term("action", ("reveal",))),
    (_("After departure"), Term("signal", ("after_departure",))),
    (_("Without a stay here"), Term("signal", ("no_stay",))),
    (_("Off shift"), Term("signal", ("not_on_shift",))),
    (_("Emergency viewing"), Term("purpose", ("emergency",))),
    (_("Records only"), Term("action", ("find", "inscribe", "list", "look_up"))),
    (_("Alarms and recoveries"), Term("action", ("alarm", "recover", "succeed"))),
    (_("Without this watchroom"), Term("action", ("read_entries",), is_not=True)),
    (_("Does not match its leaf"), Term("signal", ("damaged",))),
)


def ready_filters(words: Translations, today: date) -> list[tuple[str, Term]]:
    """Return the ready filters as words and term, in the reader's language."""
    first = (words.gettext(_("Today")), Term("created", days=(Days(today, today),)))
    return [first, *((words.gettext(text), term) for text, term in _READY)]


def key_help(words: Translations) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return each key with its meaning and the codes it takes: kind of word and code."""
    return [
        (key, words.gettext(KEY_WORDS[key]), [(_NOUN.get(key, key), code) for code in CODES.get(key, ())])
        for key in KEYS
    ]


def error_sentence(words: Translations, code: str, key: str) -> str:
    """Return what is wrong with a query, in the reader's language."""
    sentence: str = words.gettext(ERRORS[code]) % {"keys": " ".join(f"{each}:" for each in KEYS), "key": f"{key}:"}
    return sentence


def about(words: Translations, line: EntryLine) -> str:
    """Return what an entry is about where that is not its guest: facts, criteria, a reason, or the query it read."""
    if line.kind == "read_entries":
        return line.about
    kind = {"alarm": "alarm", "change": "fact", "find": "criterion"}.get(line.kind)
    if kind:
        return " · ".join(noun(words, kind, code) for code in line.about.split())
    return next((text for code, text in reasons(words, line.purpose) if code == line.about), "")
