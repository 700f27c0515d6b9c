"""Named situations: one file per purpose, in the words of whoever answers for them, and whether a policy keeps them.

A file holds `purpose`, the facts `usual` in a working day, and situations: `says`, `role`, `guest`, facts `with` and
`without`, then the outcome (`allowed`, `refused`, or `step_up`: sign in with a passkey first), levels, rules and the
rest; what is left out is expected to be empty. Decisions have no clock: what time does is in the facts.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Literal

import msgspec

from discretion.hotel.purpose import Purpose  # noqa: TC001 - msgspec reads the annotation
from discretion.policy.decide import decide
from discretion.policy.situations import mask_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from discretion.policy.decision import Decision
    from discretion.policy.table import Policy


class Situation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"plus": "with", "minus": "without"}):
    """One situation and all that is expected of it."""

    says: str
    role: str
    guest: str
    outcome: Literal["allowed", "refused", "step_up"]
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    caps: tuple[str, ...] = ()
    do: tuple[str, ...] = ()
    offers: dict[str, tuple[str, ...]] = {}
    nearest: str = ""


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file."""

    purpose: Purpose
    usual: tuple[str, ...]
    situation: tuple[Situation, ...]


class NamedError(Exception):
    """The text is no file of named situations; says where."""


def read_named(text: str) -> Named:
    """The situations of one file. Errors: `NamedError`."""
    try:
        return msgspec.convert(tomllib.loads(text), Named)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise NamedError(str(error)) from error


def find_unkept(policy: Policy, files: Iterable[Named]) -> list[tuple[Purpose, str]]:
    """The situations that this policy decides otherwise: purpose, and what the situation says."""
    return [
        (named.purpose, one.says) for named in files for one in named.situation
        if differences(policy, named, one)
    ]


def differences(policy: Policy, named: Named, one: Situation) -> list[str]:
    """What of a situation is decided otherwise, by its key in the file; empty when all is as written."""
    holds = ({*named.usual} - set(one.minus)) | set(one.plus)
    decision = decide(policy, named.purpose, one.role, one.guest, mask_of(policy, holds))
    found = {
        "without": set(one.minus) <= set(named.usual),
        "clear": _groups(policy, decision.clear) == set(one.clear),
        "masked": _groups(policy, decision.masked) == set(one.masked),
        "outcome": outcome_of(decision) == one.outcome,
        "rules": set(decision.rules) == set(one.rules),
        "guards": set(decision.guards) == set(one.guards),
        "caps": set(decision.caps) == set(one.caps),
        "do": decision.obligations == one.do,
        "offers": {offer.rule: offer.lacking for offer in decision.offers} == one.offers,
        "nearest": decision.nearest == one.nearest,
    }
    return [key for key, is_as_written in found.items() if not is_as_written]


def outcome_of(decision: Decision) -> str:
    """`allowed`, `refused`, or `step_up` when only the sign-in passkey stands in the way."""
    if decision.shown:
        return "allowed"
    return "step_up" if any(offer.rule in decision.guards for offer in decision.offers) else "refused"


def _groups(policy: Policy, mask: int) -> set[str]:
    return {name for name, bit in policy.group_bit.items() if mask & bit}
