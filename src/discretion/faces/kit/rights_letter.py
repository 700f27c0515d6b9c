"""The answer to a request for rights, in both languages, made of its lines as they were done.

Rules:
* A line that is not done has no sentence here, so the answer cannot promise it; the office and the database refuse it
  besides.
* No name and no value of the record stands in it: it is kept in clear. What the officer adds is set apart and signed by
  the office, not mixed with what the system knows.
* Whoever else was told is named with what they were told of, and whether they confirmed; nobody whom it does not concern.
* It says what stays, until when and by which law, in the same breath as what went; and whom to turn to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from discretion.faces.kit.formats import Formats
from discretion.faces.kit.nouns import group_words, noun
from discretion.faces.kit.words import marked as _
from discretion.faces.kit.words import translator
from discretion.office.rights import asked_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from babel.support import Translations

    from discretion.office.properties import Property
    from discretion.office.rights import Concerned, RightsLine
    from discretion.office.rights_work import LetterFacts

_HEADS: Final = {
    "copy": _("We have given you a copy of:"),
    "correct": _("We have corrected or supplemented:"),
    "delete": _("We have deleted, and destroyed what could bring it back:"),
    "explain": _("The explanation you asked for is about:"),
    "stop": _("We only store the following from now on, and use it for nothing else:"),
    "keep": _("We keep the following:"),
    "refuse": _("We could not do what you asked for with:"),
}
_MEANS: Final = ("backup", "key")  # what a deletion destroys besides; whether anything else is done to them tells nobody a thing
_ORDER: Final = ("delete", "correct", "copy", "explain", "stop", "keep", "refuse")
_BACKUPS: Final = _("Copies in backups cannot be opened any more: the key that would open them was destroyed.")
_ANONYMOUS: Final = _("What remains are counts, such as nights and rooms, that cannot be connected with you.")
_PROOF: Final = _("The ledger proves that this was done. You have the certificate of deletion on our guest pages, with the number of this request and its code, or from us; you can verify it yourself.")
_TOLD: Final = _("We have told those who hold the same for us, or received it from us:")
_EXPLAINED: Final = _("Every look at your record needs a purpose and has an entry in the ledger. Who looked, and why, stands on your own pages; who may see what of it stands on the hotel's public page of rules.")
_COMPLAINT: Final = _("If you do not agree, write to our privacy officer. You may also turn to the supervising authority.")


def composed(facts: LetterFacts, house: Property) -> tuple[str, str]:
    """Return the letter in Chinese and in English."""
    return _letter(facts, house, "zh_Hans"), _letter(facts, house, "en")


def what_is(words: Translations, what: str) -> str:
    """Return in words what a line of a request is about."""
    kind, _dot, name = what.partition(".")
    if kind == "group":
        return noun(words, "group", name)
    return noun(words, "held", name or kind)


def _letter(facts: LetterFacts, house: Property, language: str) -> str:
    words, formats = translator(language, "ui"), Formats(language, house.time_zone)
    request = facts.request
    name = house.name_zh if language == "zh_Hans" else house.name_en
    parts = [
        words.gettext("Dear guest,"),
        words.gettext("On %(day)s we received your request %(number)s: %(right)s. This is our answer.") % {
            "day": formats.date(formats.local(request.received_at).date()), "number": request.number,
            "right": noun(words, "right", request.kind),
        },
        *_done(words, formats, facts.lines),
    ]
    deleted = [line for line in facts.lines if line.disposition == "delete"]
    if any(line.what == "backup" for line in deleted):
        parts += [words.gettext(_BACKUPS), words.gettext(_ANONYMOUS)]
    if deleted:
        parts.append(words.gettext(_PROOF))
    told = [_told(words, formats, one, what) for one in facts.told if (what := asked_of(facts.lines, one.groups))]
    if told:
        parts.append("\n".join([words.gettext(_TOLD), *told]))
    if request.kind == "explain":
        parts.append(words.gettext(_EXPLAINED))
    if request.kind == "transfer" and request.receiver:
        parts.append(words.gettext("The file is for: %(receiver)s.") % {"receiver": request.receiver})
    if facts.words:
        parts.append(words.gettext("The privacy officer adds: %(words)s") % {"words": facts.words})
    parts += [words.gettext(_COMPLAINT), f"{name}\n{formats.date(formats.local(request.now_at).date())}"]
    return "\n\n".join(parts)


def _done(words: Translations, formats: Formats, lines: tuple[RightsLine, ...]) -> Iterator[str]:
    for disposition in _ORDER:
        of_kind = [
            line for line in lines
            if line.disposition == disposition and (disposition == "delete" or line.what not in _MEANS)
        ]
        if of_kind:
            items = [f"· {_item(words, formats, line)}" for line in of_kind]
            yield "\n".join([words.gettext(_HEADS[disposition]), *items])


def _item(words: Translations, formats: Formats, line: RightsLine) -> str:
    what = what_is(words, line.what)
    if line.disposition in ("copy", "delete", "explain"):
        return what
    basis = line.basis_zh if formats.language == "zh_Hans" else line.basis_en
    if line.reason == "asked" and not basis and not line.until_on:
        return what
    why = basis or noun(words, "rights_reason", line.reason)
    if line.until_on:
        return words.gettext("%(what)s (%(why)s), until %(day)s") % {
            "what": what, "why": why, "day": formats.date(line.until_on),
        }
    return words.gettext("%(what)s (%(why)s)") % {"what": what, "why": why}


def what_to_do(words: Translations, asked: Mapping[str, int]) -> str:
    """Return in words what whoever else holds the same must do, each with its field groups."""
    return words.gettext("; ").join(
        words.gettext("%(do)s: %(groups)s") % {"do": noun(words, "disposition", do), "groups": group_words(words, mask)}
        for do, mask in asked.items()
    )


def _told(words: Translations, formats: Formats, one: Concerned, asked: Mapping[str, int]) -> str:
    said = {
        "name": one.name, "kind": noun(words, "processor_kind", one.kind), "what": what_to_do(words, asked),
        "day": formats.date(one.told_on) if one.told_on else "",
        "confirmed": formats.date(one.confirmed_on) if one.confirmed_on else "",
    }
    if one.confirmed_on:
        return words.gettext("· %(name)s (%(kind)s) – %(what)s. Told on %(day)s, confirmed on %(confirmed)s.") % said
    return words.gettext("· %(name)s (%(kind)s) – %(what)s. Told on %(day)s, not confirmed yet.") % said
