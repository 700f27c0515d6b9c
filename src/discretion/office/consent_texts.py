"""The words of consents: what comes with the product, and what a hotel wrote itself.

Rules:
* A version is never changed and never removed: a consent points at the exact words. Other words are another version.
* A hotel that wrote words of its own for a consent keeps them; until then those that came with the product hold.
* A consent without words is not offered.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
from msgspec import Meta

from discretion.hotel.consent import SEPARATE, ConsentKind
from discretion.office.outcome import ActRefusal, Done
from discretion.office.plain_text import is_plain
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.database import Office, Statements

_SQL: Final = queries("consents.sql")
FILE_SIZE_BYTES_MAX: Final = 64 * 1024
LANGUAGES: Final = {"zh": "zh_Hans", "en": "en"}
_LIMITS: Final = {"title": 80, "words": 2000, "effect": 400}


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One language of a text: its name, the words agreed to, and what happens once they are withdrawn."""

    title: str
    words: str
    effect: str


class Version(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of the words of a consent, in both languages."""

    kind: ConsentKind
    version: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9.-]{0,19}$")]
    zh: Said
    en: Said


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[tuple[Version, ...], Meta(min_length=1, max_length=50)]


@dataclass(frozen=True, slots=True)
class Words:
    """A text as it is shown: one version in one language. `basis` is `consent` or `separate_consent`."""

    kind: str
    version: str
    language: str
    basis: Literal["consent", "separate_consent"]
    title: str
    words: str
    effect: str


@cache
def packaged() -> tuple[Version, ...]:
    """Return the texts that come with the product."""
    return read_texts(files(__package__ or "").joinpath("consent_texts.toml").read_bytes())


def read_texts(raw: bytes) -> tuple[Version, ...]:
    """Return the texts of a TOML file. Errors: `ValueError` naming what is wrong, without quoting it."""
    if len(raw) > FILE_SIZE_BYTES_MAX:
        raise ValueError("the file is too large")
    try:
        found = msgspec.toml.decode(raw, type=_File).text
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from None
    for each in found:
        if field := fault_of(each):
            raise ValueError(f"{each.kind} {each.version}: {field} is empty, too long or more than one line")
    if len({(each.kind, each.version) for each in found}) < len(found):
        raise ValueError("the same version stands twice")
    return found


def fault_of(version: Version) -> str:
    """Return which part of a version is no line of the length it may have, such as `zh_title`; "" when none is."""
    return next(
        (
            f"{short}_{part}"
            for short, said in (("zh", version.zh), ("en", version.en))
            for part, limit in _LIMITS.items() if not is_plain(getattr(said, part), limit)
        ),
        "",
    )


async def in_force(now: Statements, property_id: bytes) -> Mapping[tuple[str, str], Words]:
    """Return the words that hold at a property, by kind and language."""
    rows = await now.rows(Words, _SQL["own_texts"], {"property_id": property_id})
    own = {(row.kind, row.language): row for row in rows}
    shipped = {(row.kind, row.language): row for version in packaged() for row in _both(version)}
    return shipped | own


async def write_packaged(now: Statements, property_id: bytes, kind: str) -> None:
    """Write down the product's words for a consent, once, where the hotel has none of its own: a consent needs them."""
    for version in packaged():
        if version.kind == kind:
            await now.run(_SQL["write_packaged"], _row(property_id, version))


async def add_version(
    office: Office, property_id: bytes, version: Version, made_by: bytes,
) -> Done | ActRefusal:
    """Write down a hotel's own words; they are in force from now on.

    Refusals: `text_line`, with the `field`; `text_version` for one there is.
    """
    if field := fault_of(version):
        return ActRefusal("text_line", {"field": field})
    async with office.changing() as now:
        if not await now.run(_SQL["write_own"], {**_row(property_id, version), "made_by": made_by}):
            return ActRefusal("text_version")
        return Done(property_id, is_repeat=False)


def _both(version: Version) -> tuple[Words, Words]:
    basis: Literal["consent", "separate_consent"] = "separate_consent" if version.kind in SEPARATE else "consent"
    return tuple(  # type: ignore[return-value]  # one for each of two languages
        Words(version.kind, version.version, language, basis, said.title, said.words, said.effect)
        for language, said in (("zh_Hans", version.zh), ("en", version.en))
    )


def _row(property_id: bytes, version: Version) -> Mapping[str, object]:
    both = _both(version)
    return {
        "property_id": property_id, "kind": str(version.kind), "version": version.version, "basis": both[0].basis,
        "languages": [each.language for each in both], "titles": [each.title for each in both],
        "words": [each.words for each in both], "effects": [each.effect for each in both],
    }
