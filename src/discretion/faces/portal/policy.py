"""/policy: who may see which part of a guest's record, and why. For everybody, without signing in.

Rules:
* It shows the text in force, never a summary kept beside it, and answers "what if" by asking that text.
* Nothing on it is about anybody: purposes, roles and facts are choices of a list, and stand in the address as such.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Meta

from discretion.faces.kit import forms
from discretion.faces.kit.formats import Formats
from discretion.faces.kit.nouns import group_words
from discretion.faces.kit.policy_words import PROMISES, as_report, difference_lines, duty_words
from discretion.faces.kit.seat import Caller
from discretion.hotel.purpose import FieldGroup, Purpose, Relation, Role
from discretion.office import releases
from discretion.office.properties import property_of
from discretion.policy.load import PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.support import Translations

    from discretion.office.properties import Property
    from discretion.office.releases import Coming
    from discretion.policy.table import Policy

USUAL = ("on_shift", "badged_in", "trained", "same_property", "passkey")
_FACTS_MAX = 40


class WhatIf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question to the policy: for which purpose, in which role, which guest, and what holds. `at` is the hotel."""

    at: Annotated[str, Meta(max_length=40)] = ""
    purpose: Purpose = Purpose.CHECK_IN
    role: Role = Role.FRONT_DESK
    relation: Relation = Relation.ARRIVING
    fact: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=_FACTS_MAX)] = []
    ask: Annotated[str, Meta(max_length=1)] = ""


@dataclass(frozen=True, slots=True)
class Level:
    """One cell of a table: `clear`, `masked` or `hidden` at once, and whether more can be had on request."""

    level: str
    on_request: str


@dataclass(frozen=True, slots=True)
class PurposePart:
    """One purpose: the roles that see anything, with a level for each field group, and the rules behind it."""

    purpose: str
    rows: tuple[tuple[str, tuple[Level, ...]], ...]
    rules: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What the policy answers: the groups at each level, its sentences, the duties that come with it."""

    clear: str
    masked: str
    hidden: str
    lines: tuple[str, ...]
    duties: tuple[str, ...]


@get("/policy")
async def policy_page(caller: NamedDependency[Caller]) -> Response[bytes]:
    """Show the policy in force, and answer a question to it."""
    asked = forms.filled(forms.fields_of(caller.request.scope["query_string"]), WhatIf)
    if asked.value is None:
        raise forms.MalformedFormError("what if")
    question, hotels = asked.value, caller.settings.properties
    property_id = hotels.get(question.at) if question.at else next(iter(hotels.values()), None)
    house = await property_of(caller.means.office, property_id) if property_id else None
    if house is None:
        raise forms.MalformedFormError("at")
    found = await releases.in_force(caller.means.office, house.property_id, caller.settings.starting_policy)
    try:
        policy = releases.loaded(found.body)
    except PolicyError:
        return caller.page(
            "error.html", status=503, code=503, title=caller.words.gettext("The policy cannot be shown now"),
            advice=caller.words.gettext("The keeper of the records goes by it all the same. Please try again later."),
        )
    lang = "zh" if caller.language == "zh_Hans" else "en"
    coming = await releases.coming(caller.means.office, house.property_id)
    held = tuple(question.fact) if question.ask else USUAL
    return caller.page(
        "policy.html", here="/policy", found=found, policy_hash=found.hash.hex(), house=house,
        coming=coming, changes=await _changes(caller, coming, found.body),
        f=Formats(caller.language, house.time_zone), hotels=await _hotels(caller),
        asked=question, held=held, said=_answered(caller.words, policy, question, lang) if question.ask else None,
        facts=[(name, policy.fact_text(name, lang)) for name in policy.facts],
        purposes=list(policy.rules.purposes), roles=list(policy.rules.roles), relations=list(policy.rules.relations),
        overview=_overview(policy), parts=tuple(_parts(policy, lang)), groups=[group.word for group in FieldGroup],
        promises=[caller.words.gettext(sentence) for sentence in PROMISES.values()], budget=policy.budget,
    )


async def _changes(caller: Caller, coming: Coming | None, before: bytes) -> list[str]:
    """Return in words what the release that is announced changes; nothing where there is none, or it does not load."""
    if coming is None:
        return []
    try:
        # On a thread of its own: other pages go on meanwhile. Computed once for two texts.
        found = as_report(await asyncio.to_thread(releases.difference, before, coming.body))
        return difference_lines(caller.words, caller.language, found, releases.loaded(coming.body))
    except PolicyError:
        return []


async def _hotels(caller: Caller) -> list[Property]:
    """Return the hotels to choose from; none where there is one only."""
    if len(caller.settings.properties) == 1:
        return []
    found = [await property_of(caller.means.office, each) for each in caller.settings.properties.values()]
    return [each for each in found if each is not None]


def _answered(words: Translations, policy: Policy, asked: WhatIf, lang: str) -> Said:
    cell = (asked.purpose.value, asked.role.value, asked.relation.value)
    answer = releases.answer(policy, cell, asked.fact, lang)
    clear, masked = answer.decision.clear, answer.decision.masked
    every = (1 << len(FieldGroup)) - 1
    return Said(
        group_words(words, clear), group_words(words, masked), group_words(words, every & ~clear & ~masked),
        answer.lines, tuple(duty_words(words, duty) for duty in answer.decision.obligations),
    )


def _overview(policy: Policy) -> list[tuple[str, list[Level]]]:
    """Return for each purpose the highest level of any field group, role by role."""
    most = releases.most(policy)
    return [
        (purpose, [_highest(most.get((purpose, role), (0, 0, 0, 0))) for role in policy.rules.roles])
        for purpose in policy.rules.purposes
    ]


def _highest(most: tuple[int, int, int, int]) -> Level:
    now, later = _level(most[0], most[1]), _level(most[2], most[3])
    return Level(now, later if later != now else "")


def _level(clear: int, masked: int) -> str:
    return "clear" if clear else "masked" if masked else "hidden"


def _parts(policy: Policy, lang: str) -> Iterator[PurposePart]:
    most = releases.most(policy)
    rules = policy.rules
    for purpose in rules.purposes:
        rows = tuple(
            (role, tuple(_highest(_bit(most[purpose, role], group.bit)) for group in FieldGroup))
            for role in rules.roles if (purpose, role) in most
        )
        named: list[Any] = [one for one in (*rules.guards, *rules.caps) if one.acts_on(purpose)]
        named = [*(view for view in rules.views if view.purpose == purpose), *named]
        yield PurposePart(purpose, rows, tuple((one.id, one.zh if lang == "zh" else one.en) for one in named))


def _bit(most: tuple[int, int, int, int], bit: int) -> tuple[int, int, int, int]:
    return most[0] & bit, most[1] & bit, most[2] & bit, most[3] & bit
