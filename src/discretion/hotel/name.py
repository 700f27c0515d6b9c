"""Names of people: how they are shown, where they may be split, and what finds them.

Rules:
* A name is shown as on the document. Only when it came in parts it is put together: surname first for Chinese,
  Japanese, Korean and Hungarian names, given name first for all others.
* A split is a proposal that a clerk confirms. It is never stored by itself.
* Search is by surname or full name: a surname may be begun, a full name must be whole, a given name alone finds nobody.
  It folds case and accents, and takes characters, pinyin in all readings, initials, and the machine-readable spelling.
* Keys live in the memory of the keeper, for the present house only (design.md section 2): never at rest, never in a
  log.

Left to others: masks (`mask`), readings of characters (`reading`), who may search (the policy).
Source: experience.md section 6.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from discretion.hotel.reading import initials, readings, surname_readings
from discretion.hotel.surname import COMPOUND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from discretion.hotel.record import Identity

MIDDLE_DOTS: Final = "·•‧・･"
"""What stands between the parts of names from Uyghur, Tibetan and the like, and of foreign names in Chinese or kana."""

SURNAME_FIRST: Final = frozenset({"CHN", "TWN", "HKG", "MAC", "JPN", "KOR", "PRK", "HUN"})
"""Nationalities whose names have the surname first."""

QUERY_LENGTH_MAX: Final = 200
"""Longest query that is looked at, in characters."""

_PREFIX_LETTERS_MIN: Final = 2
_CHARACTERS_OF_COMPOUND: Final = 2
_PARTICLE_WORDS: Final = (
    "af al bin bint da das de degli dei del della den der di do dos du el ibn la las le los of ten ter van vom von "
    "y zu zum zur"
)
_TITLE_WORDS: Final = "mr mrs ms miss mx dr prof sir madam herr frau m mme mlle sr sra srta"
_PARTICLES: Final = frozenset(_PARTICLE_WORDS.split())
_TITLES: Final = frozenset(_TITLE_WORDS.split())

# Letters that lose no accent by decomposition, as people type them without one.
_PLAIN: Final = MappingProxyType(
    str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n"})
)
# The same and others as passports spell them. Source: ICAO Doc 9303 part 3, section 6.A.
_ZONE: Final = MappingProxyType(str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"}))


@dataclass(frozen=True, slots=True)
class NameProposal:
    """How a name in one line may be split. `single` is a name without second part; `title` is what was no name."""

    surname: str
    given: str
    single: bool = False
    title: str = ""


def is_cjk(text: str) -> bool:
    """Return whether the first letter is Han, kana or Hangul: names written without spaces, surname first."""
    return bool(text) and (
        "\u4e00" <= (first := text[0]) <= "\u9fff"
        or "\uac00" <= first <= "\ud7a3"
        or "\u3040" <= first <= "\u30ff"
        or "\u3400" <= first <= "\u4dbf"
        or "\U00020000" <= first <= "\U000323af"
    )


def is_han(text: str) -> bool:
    """Return whether every character is a Chinese character."""
    return bool(text) and all(
        "\u4e00" <= c <= "\u9fff" or "\u3400" <= c <= "\u4dbf" or "\U00020000" <= c <= "\U000323af" for c in text
    )


def has_middle_dot(text: str) -> bool:
    """Return whether a name has parts set apart by a middle dot."""
    return any(dot in text for dot in MIDDLE_DOTS)


def display_name(identity: Identity) -> str:
    """Return the whole name as it is shown: as written, else its parts in their order, else the Latin form."""
    if identity.name:
        return identity.name
    surnames = [part for part in (identity.surname, identity.second_surname) if part]
    givens = [part for part in (identity.given, identity.middle) if part]
    if not surnames and not givens:
        return identity.latin
    if is_cjk((surnames or givens)[0]):
        return "".join(surnames + givens)
    if SURNAME_FIRST.intersection(identity.nationalities):
        return " ".join(surnames + givens)
    return " ".join(givens + surnames)


def split_proposal(name: str) -> NameProposal:
    """Return where a name in one line may be split, for a clerk to confirm.

    Not checked: whether the split is right. Two surnames without a comma, for one, cannot be told from a middle name.
    """
    text = " ".join(unicodedata.normalize("NFC", name).split())
    if is_cjk(text):
        return _split_cjk(text)
    if "<" in text:
        surname, _, given = text.partition("<<")
        surname, given = (" ".join(part.replace("<", " ").split()) for part in (surname, given))
        return NameProposal(surname, given, single=not given)
    if "," in text:
        surname, *rest = (part.strip() for part in text.split(","))
        title = " ".join(part for part in rest if part.rstrip(".").casefold() in _TITLES)
        given = " ".join(part for part in rest if part and part.rstrip(".").casefold() not in _TITLES)
        return NameProposal(surname, given, single=not given, title=title)
    return _split_words(text.split(" "))


def _split_cjk(text: str) -> NameProposal:
    """Return the split of a name in Chinese characters, kana or Hangul."""
    if has_middle_dot(text):
        # What stands after the dot may be a father's name or a foreign surname: not ours to say.
        return NameProposal("", text, single=True)
    surname, _, given = text.partition(" ")
    if given:
        return NameProposal(surname, given.replace(" ", ""))
    length = surname_length(text)
    return NameProposal(text[:length], text[length:], single=len(text) <= length)


def _split_words(words: list[str]) -> NameProposal:
    """Return the split of a name in words: the word in capitals, else the last with its particles, is the surname."""
    title = ""
    if len(words) > 1 and words[0].rstrip(".").casefold() in _TITLES:
        title, words = words[0], words[1:]
    if len(words) == 1:
        return NameProposal(words[0], "", single=True, title=title)
    loud = [word for word in words if len(word) > 1 and word.isupper()]
    if loud and len(loud) < len(words):
        given = [word for word in words if word not in loud]
        return NameProposal(" ".join(loud), " ".join(given), title=title)
    start = len(words) - 1
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    return NameProposal(" ".join(words[start:]), " ".join(words[:start]), title=title)


def surname_length(text: str) -> int:
    """Return how many characters of a name in Chinese characters are its surname, as far as the name tells."""
    is_compound = len(text) > _CHARACTERS_OF_COMPOUND and text[:_CHARACTERS_OF_COMPOUND] in COMPOUND
    return _CHARACTERS_OF_COMPOUND if is_compound else 1


def fold(text: str) -> str:
    """Return `text` as search compares it: lower case, letters and digits only, without accents."""
    if text.isascii():
        return "".join(filter(str.isalnum, text[:QUERY_LENGTH_MAX].casefold()))
    # Decomposed before and after: some signs hide a capital, and some capitals a sign with an accent.
    plain = unicodedata.normalize("NFKD", text[:QUERY_LENGTH_MAX]).casefold()
    decomposed = unicodedata.normalize("NFKD", plain)
    # Only the accents of Latin, Greek and Cyrillic are dropped: marks of kana, Thai or Arabic make another word.
    bare = "".join(character for character in decomposed if not "\u0300" <= character <= "\u036f")
    composed = unicodedata.normalize("NFC", bare).translate(_PLAIN)
    return "".join(c for c in composed if c.isalnum() or unicodedata.category(c)[0] == "M")


def search_keys(identity: Identity) -> frozenset[str]:
    """Return every query, folded, that finds this person: whole names, and surnames from their first letters on.

    Shapes: 20 to 200 short texts for a usual name. Cost: about 60 µs once the readings of its characters are known.
    """
    surnames, wholes = set[str](), set[str]()
    for surname, given in _versions(identity):
        _add_version(surname, given, surnames, wholes)
    for spelling in (identity.second_surname, identity.birth_name):
        surnames.update(_spellings(spelling))
    wholes.update(_spellings(identity.name))
    keys = wholes | surnames
    for surname in surnames:
        shortest = 1 if is_cjk(surname) else _PREFIX_LETTERS_MIN
        keys.update(surname[:length] for length in range(shortest, len(surname)))
    keys.discard("")
    return frozenset(keys)


def matches(query: str, identity: Identity) -> bool:
    """Return whether `query` is the surname, its beginning, or the full name. For many people, make a `NameQuery`."""
    return NameQuery(query).matches(search_keys(identity))


class NameQuery:
    """A query made ready once, to be held against the `search_keys` of many people."""

    __slots__ = ("folded",)

    def __init__(self, query: str) -> None:
        """Fold the query. One longer than `QUERY_LENGTH_MAX` finds nobody."""
        self.folded = fold(query) if len(query) <= QUERY_LENGTH_MAX else ""

    def matches(self, keys: frozenset[str]) -> bool:
        """Return whether the person with these keys is found. An empty query finds nobody."""
        return self.folded in keys


def _versions(identity: Identity) -> Iterator[tuple[str, str]]:
    """Yield the pairs of surname and given names under which a person goes."""
    given = f"{identity.given} {identity.middle}".strip()
    if identity.surname:
        yield identity.surname, given
        yield identity.surname, identity.given
        if identity.second_surname:
            yield f"{identity.surname} {identity.second_surname}", given
        if identity.birth_name:
            yield identity.birth_name, given
    elif given:
        yield given, ""
    elif identity.name:
        yield _pair(split_proposal(identity.name))
    if identity.latin:
        latin = identity.latin
        if "," not in latin and "<<" not in latin:
            # Without a mark the zone's order is surname first.
            latin = latin.replace(" ", ", ", 1)
        yield _pair(split_proposal(latin))


def _pair(proposal: NameProposal) -> tuple[str, str]:
    """Return the two parts; a single name counts as a surname."""
    return (proposal.surname, proposal.given) if proposal.surname else (proposal.given, "")


def _add_version(surname: str, given: str, surnames: set[str], wholes: set[str]) -> None:
    """Add the spellings of one pair: the surname to `surnames`, both together in both orders to `wholes`."""
    if is_han(surname) and (not given or is_han(given)):
        family, own = surname_readings(surname), readings(given)
        surnames.add(surname)
        surnames.update(family)
        wholes.add(surname + given)
        if given:
            wholes.update(_both_orders(family, own))
            wholes.update(first + last for first in _surname_initials(surname) for last in initials(given))
        return
    family = _spellings(surname)
    surnames.update(family)
    surnames.update(_spellings(_without_particles(surname)))
    if given:
        wholes.update(_both_orders(family, _spellings(given)))


def _surname_initials(surname: str) -> frozenset[str]:
    """Return the first letters of a surname's characters, also as it is read as a surname."""
    letters = initials(surname)
    if len(surname) == 1:
        letters = letters.union(reading[0] for reading in surname_readings(surname))
    return letters


def _both_orders(family: Iterable[str], own: Iterable[str]) -> Iterator[str]:
    """Yield surname and given name written together, in both orders."""
    for surname in family:
        for given in own:
            yield surname + given
            yield given + surname


def _spellings(text: str) -> frozenset[str]:
    """Return a text folded, and folded as passports spell it; Chinese parts also read."""
    if not text:
        return frozenset()
    zone = unicodedata.normalize("NFC", text.casefold()).translate(_ZONE)
    spelled = {fold(text), fold(zone)}
    folded = fold(text)
    if is_han(folded):
        spelled |= readings(folded)
    spelled.discard("")
    return frozenset(spelled)


def _without_particles(surname: str) -> str:
    """Return a surname without `van`, `de la` and the like, or nothing if it has none."""
    words = re.split(r"[ ]+", surname)
    kept = [word for word in words if word.casefold() not in _PARTICLES]
    return " ".join(kept) if kept and len(kept) < len(words) else ""
