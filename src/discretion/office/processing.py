"""The records of processing activities: what the policy, the register of personal data and the hotel say, put together.

Rules:
* Who sees what is computed from the policy in force; nothing is kept beside it that could differ.
* What the system cannot know stands in the hotel's own words or is marked as missing. It is never filled with a guess.
* Legal bases are suggestions, and are called so.

Left to others: words for roles and field groups, pages and files (the faces).
Source: GDPR art. 30, PIPL art. 55 and 56.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec
from msgspec import Meta

from discretion.hotel import data_register
from discretion.hotel.purpose import FieldGroup
from discretion.office.outcome import ActRefusal, Done
from discretion.office.plain_text import is_plain
from discretion.office.processors import active
from discretion.office.releases import most
from discretion.office.retention import rules_in_force
from discretion.office.sql import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from discretion.office.database import Office
    from discretion.policy.table import Policy

_SQL: Final = queries("privacy.sql")
TEXT_CHARACTERS_MAX: Final = 2000
Text = Annotated[str, Meta(max_length=TEXT_CHARACTERS_MAX)]
MAY_STAY_EMPTY: Final = frozenset({"representative", "note"})


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in both languages."""

    zh: str
    en: str


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of an activity beside the policy."""

    basis: Annotated[list[str], Meta(min_length=1)]
    people: Annotated[list[str], Meta(min_length=1)]
    zh: str
    en: str


class Processing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file beside this module."""

    basis: dict[str, Said]
    people: dict[str, Said]
    activity: dict[str, Kind]
    staff: Kind
    measure: list[Said]


class Controller(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who the hotel is in law, and what only it can say: each in its own words, empty where nobody has said it."""

    legal_name: Text = ""
    address: Text = ""
    representative: Text = ""
    privacy_officer: Text = ""
    privacy_contact: Text = ""
    processors: Text = ""
    recipients: Text = ""
    transfers: Text = ""
    retention: Text = ""
    bases_confirmed: Text = ""
    note: Text = ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that nobody has filled and that a record needs."""
        return tuple(
            name for name in self.__struct_fields__ if name not in MAY_STAY_EMPTY and not getattr(self, name).strip()
        )


@dataclass(frozen=True, slots=True)
class Stated:
    """The controller's own words in their newest version; version 0 where there are none."""

    controller: Controller
    version: int = 0
    by_name: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity. `clear` and `masked` are masks of field groups, the most that any role may come to see.

    `roles` has for each role the two masks; `columns` is how many places of the register hold each group.
    """

    purpose: str
    kind: Kind
    clear: int
    masked: int
    roles: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class _Row:
    version: int
    body: str
    by_name: str
    at: datetime


@cache
def packaged() -> Processing:
    """Return what came with this version. Errors: `msgspec.ValidationError`."""
    return msgspec.convert(tomllib.loads(files(__package__).joinpath("processing.toml").read_text("utf-8")), Processing)


@cache
def register() -> data_register.Register:
    """Return the register of personal data that came with this version."""
    return data_register.parse_register(files(data_register.__package__).joinpath(data_register.FILE).read_bytes())


def places_by_what() -> dict[str, int]:
    """Return how many columns of the database hold something about guests, by what they hold."""
    found: dict[str, int] = {}
    for table in register().values():
        for column in table.guest:
            found[column.what.value] = found.get(column.what.value, 0) + 1
    return dict(sorted(found.items()))


def activities(policy: Policy) -> tuple[Activity, ...]:
    """Return every purpose of the policy as an activity, in its order; those that show nothing stand there too."""
    seen = most(policy)
    return tuple(_activities(policy.rules.purposes, policy.rules.roles, seen))


def _activities(
    purposes: Iterable[str], roles: tuple[str, ...], seen: Any,  # noqa: ANN401 - as `releases.most` gives it
) -> Iterator[Activity]:
    for purpose in purposes:
        kind = packaged().activity[purpose]
        rows = []
        for role in roles:
            now_clear, now_masked, later_clear, later_masked = seen.get((purpose, role), (0, 0, 0, 0))
            clear = now_clear | later_clear
            masked = (now_masked | later_masked) & ~clear
            if clear or masked:
                rows.append((role, clear, masked))
        clear = _union(row[1] for row in rows)
        yield Activity(purpose, kind, clear, _union(row[2] for row in rows) & ~clear, tuple(rows))


def groups_of(mask: int) -> tuple[str, ...]:
    """Return the names of the field groups in a mask."""
    return tuple(group.word for group in FieldGroup if mask & group.bit)


async def stated(office: Office, property_id: bytes) -> Stated:
    """Return the controller's own words."""
    async with office.reading() as now:
        row = await now.row(_Row, _SQL["controller"], {"property_id": property_id})
    if row is None:
        return Stated(Controller())
    return Stated(msgspec.json.decode(row.body, type=Controller), row.version, row.by_name, row.at)


async def missing(office: Office, property_id: bytes, known: Stated) -> tuple[str, ...]:
    """Return what nobody has said yet.

    How long it is kept is said where retention rules are in force; who processes and who receives, where the list names
    one.
    """
    said = {f"{each.kind}s" for each in await active(office, property_id)}
    if await rules_in_force(office, property_id):
        said.add("retention")
    return tuple(name for name in known.controller.missing if name not in said)


async def state(
    office: Office, property_id: bytes, by_id: bytes, new: Controller, seen_version: int,
) -> Done | ActRefusal:
    """Keep new words as the next version. Refusals: `text` naming the field, `conflict` when somebody was faster."""
    for name in new.__struct_fields__:
        if not is_text(getattr(new, name)):
            return ActRefusal("text", {"field": name})
    params = {
        "property_id": property_id, "seen": seen_version, "body": msgspec.json.encode(new).decode(), "by_id": by_id,
    }
    async with office.changing() as now:
        if not await now.run(_SQL["state"], params):
            return ActRefusal("conflict")
    return Done(by_id, is_repeat=False)


def is_text(text: str, at_most: int = TEXT_CHARACTERS_MAX) -> bool:
    """Whether a text of several lines has nothing but plain characters, and not too many."""
    return len(text) <= at_most and all(is_plain(line, at_most, at_least=0) for line in text.splitlines())


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
