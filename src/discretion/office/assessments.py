"""The impact assessment: texts that people write beside facts that the system knows, in versions that are signed off.

Rules:
* A version is never changed. It keeps the facts as they stood when it was written: policy, numbers, who may see what.
* Only the newest version is signed, by the privacy officer, over a digest that the database makes itself.
* Texts hold no number by which a guest could be found.

Left to others: facts in words (the faces). Source: PIPL art. 55 and 56, GDPR art. 35.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime  # noqa: TC003 - the rows are built from these annotations
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import msgspec
import psycopg

from discretion.office.free_words import holds_a_number
from discretion.office.outcome import ActRefusal, Done
from discretion.office.processing import Said, activities, groups_of, is_text
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discretion.office.database import Office
    from discretion.office.releases import InForce
    from discretion.policy.table import Policy

_SQL: Final = queries("privacy.sql")
TEXT_CHARACTERS_MAX: Final = 4000


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part that a person writes."""

    key: str
    title: Said
    hint: Said


class Risk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A risk, what stops it, what is left of it, and the test that shows it; no test where nothing stops it."""

    zh: str
    en: str
    stops: Said
    left: Said
    test: str


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file beside this module."""

    section: list[Section]
    sensitive: list[Said]
    risk: list[Risk]


class Sight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a purpose shows at most, and to whom."""

    clear: tuple[str, ...]
    masked: tuple[str, ...]
    roles: tuple[str, ...]


class Facts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the system knows on a day: the policy's fingerprint, who may see what, numbers of the last 90 days."""

    policy: str
    release: int
    day: date
    purposes: dict[str, Sight]
    look_ups: dict[str, int]
    numbers: dict[str, int]


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version, with who signed it; `digest` of its texts and facts once signed."""

    version: int
    at: datetime
    by_name: str
    signed_at: datetime | None
    signed_by: str
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class Version:
    """What was written, by section, and the facts as they stood."""

    version: int
    texts: Mapping[str, str]
    facts: Facts


@dataclass(frozen=True, slots=True)
class _Row:
    version: int
    texts: str
    facts: str


@cache
def template() -> Template:
    """Return the template that came with this version. Errors: `msgspec.ValidationError`."""
    return msgspec.convert(tomllib.loads(files(__package__).joinpath("assessment.toml").read_text("utf-8")), Template)


async def counts(office: Office, property_id: bytes, today: date) -> tuple[dict[str, int], dict[str, int]]:
    """Return of the last ninety days the look-ups by purpose and the other numbers by name, small ones too."""
    params = {"property_id": property_id, "today": today}
    async with office.reading() as now:
        look_ups = {row["purpose"]: row["count"] for row in await now.dicts(_SQL["look_ups"], params)}
        return look_ups, (await now.dicts(_SQL["numbers"], params))[0]


async def facts(office: Office, property_id: bytes, today: date, found: InForce, policy: Policy) -> Facts:
    """Return what the system knows today."""
    look_ups, numbers = await counts(office, property_id, today)
    sights = {
        each.purpose: Sight(groups_of(each.clear), groups_of(each.masked), tuple(role for role, _, _ in each.roles))
        for each in activities(policy)
    }
    return Facts(found.hash.hex(), found.number, today, sights, look_ups, numbers)


async def versions(office: Office, property_id: bytes) -> tuple[VersionLine, ...]:
    """Return every version, newest first."""
    async with office.reading() as now:
        return await now.rows(VersionLine, _SQL["versions"], {"property_id": property_id})


async def version(office: Office, property_id: bytes, number: int) -> Version | None:
    """Return one version as it was written, None for one there is not."""
    async with office.reading() as now:
        row = await now.row(_Row, _SQL["version"], {"property_id": property_id, "version": number})
    if row is None:
        return None
    return Version(
        row.version, msgspec.json.decode(row.texts, type=dict[str, str]), msgspec.json.decode(row.facts, type=Facts)
    )


async def write(
    office: Office, property_id: bytes, by_id: bytes, texts: Mapping[str, str], known: Facts, seen_version: int,
) -> Done | ActRefusal:
    """Keep texts and facts as the next version.

    Refusals: `text` or `words_number`, naming the section; `conflict` when somebody wrote another one meanwhile.
    """
    kept = {section.key: texts.get(section.key, "").strip() for section in template().section}
    for key, text in kept.items():
        if not is_text(text, TEXT_CHARACTERS_MAX):
            return ActRefusal("text", {"field": key})
        if holds_a_number(text):
            return ActRefusal("words_number", {"field": key})
    params = {
        "property_id": property_id, "seen": seen_version, "texts": msgspec.json.encode(kept).decode(),
        "facts": msgspec.json.encode(known).decode(), "by_id": by_id,
    }
    async with office.changing() as now:
        if not await now.run(_SQL["write"], params):
            return ActRefusal("conflict")
    return Done(by_id, is_repeat=False)


async def sign(office: Office, property_id: bytes, by_id: bytes, number: int) -> Done | ActRefusal:
    """Sign the newest version off. Refusals: `conflict` for another one, `not_yours` for whom the database refuses."""
    params = {"property_id": property_id, "version": number, "by_id": by_id}
    try:
        async with office.changing() as now:
            if not await now.run(_SQL["sign"], params):
                return ActRefusal("conflict")
    except psycopg.errors.InsufficientPrivilege:
        return ActRefusal("not_yours")
    return Done(by_id, is_repeat=False)
