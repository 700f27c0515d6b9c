"""/watch/consents: the words of consents in force, and new ones of the hotel's own, for the privacy officer.

Rules:
* A version is never changed: other words are another version, and guests are asked anew.
* Both languages are written together; where the law wants the recipient named, nothing is offered until they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Meta

from discretion.faces.kit.permissions import Permission
from discretion.faces.kit.refusals import act_sentence, field_errors
from discretion.faces.kit.seat import Seat
from discretion.hotel.consent import SEPARATE, ConsentKind
from discretion.office import consent_texts
from discretion.office.consent_texts import LANGUAGES, Said, Version
from discretion.office.outcome import ActRefusal

if TYPE_CHECKING:
    from collections.abc import Mapping

Title = Annotated[str, Meta(min_length=1, max_length=80)]
Words = Annotated[str, Meta(min_length=1, max_length=2000)]
Effect = Annotated[str, Meta(min_length=1, max_length=400)]


class WordsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version in both languages."""

    version: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9.-]{0,19}$")]
    zh_title: Title
    zh_words: Words
    zh_effect: Effect
    en_title: Title
    en_words: Words
    en_effect: Effect


@get("/watch/consents")
async def words_page(seat: NamedDependency[Seat]) -> Response[bytes]:
    """Show the words in force."""
    seat.require(Permission.CONSENT_WORDS)
    async with seat.office.reading() as now:
        found = await consent_texts.in_force(now, seat.property_id)
    lines = [(kind, [found.get((kind, language)) for language in LANGUAGES.values()]) for kind in ConsentKind]
    return seat.page("consent_words.html", lines=lines, separate=SEPARATE, here="/watch/consents")


@get("/watch/consents/{kind:str}")
async def new_words_page(seat: NamedDependency[Seat], kind: FromPath[str]) -> Response[bytes]:
    """Show the form for a new version, filled with the words in force."""
    seat.require(Permission.CONSENT_WORDS)
    found = _kind(kind)
    async with seat.office.reading() as now:
        words = await consent_texts.in_force(now, seat.property_id)
    raw = {
        f"{short}_{part}": getattr(words.get((found, language)), part, "")
        for short, language in LANGUAGES.items() for part in ("title", "words", "effect")
    }
    return _form(seat, found, raw, {})


@post("/watch/consents/{kind:str}")
async def add_words(seat: NamedDependency[Seat], kind: FromPath[str]) -> Response[bytes]:
    """Write down a new version; it is in force from now on."""
    seat.require(Permission.CONSENT_WORDS)
    found = _kind(kind)
    form = await seat.form(WordsForm)
    new = form.value
    if new is None:
        errors = field_errors(seat.words, form.errors)
        return _form(seat, found, form.raw, errors, status=422)
    outcome = await consent_texts.add_version(
        seat.office, seat.property_id,
        Version(
            found, new.version, Said(new.zh_title, new.zh_words, new.zh_effect),
            Said(new.en_title, new.en_words, new.en_effect),
        ),
        seat.person.staff_id,
    )
    if isinstance(outcome, ActRefusal):
        sentence = act_sentence(seat.words, outcome.code, outcome.params)
        field = outcome.params.get("field", "version")
        return _form(seat, found, form.raw, {field: sentence}, status=409)
    return seat.onward("/watch/consents?said=consent_words")


def _kind(kind: str) -> ConsentKind:
    try:
        return ConsentKind(kind)
    except ValueError:
        raise NotFoundException from None


def _form(
    seat: Seat, kind: ConsentKind, raw: Mapping[str, Any], errors: Mapping[str, str], *, status: int = 200,
) -> Response[bytes]:
    return seat.page(
        "consent_words_form.html", status=status, kind=kind, raw=raw, errors=errors, is_separate=kind in SEPARATE,
        here="/watch/consents",
    )
