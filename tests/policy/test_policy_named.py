"""Named situations, one file per purpose, in the words of whoever answers for them.

A file holds `purpose`, the facts `usual` in a working day, and situations: `says`, `role`, `guest`, facts `with` and
`without`, then the outcome (`allowed`, `refused`, or `step_up`: sign in with a passkey first), levels, rules and the
rest; what is left out is expected to be empty. Decisions have no clock: what time does is in the facts.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from discretion.hotel.purpose import Purpose
from discretion.policy.decide import decide
from discretion.policy.decision import Decision
from discretion.policy.table import Policy

from .situations import starting_policy

FILES = sorted((Path(__file__).parent / "named").glob("*.toml"))


class Situation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"plus": "with", "minus": "without"}):
    """One situation and all that is expected of it."""

    says: str
    role: str
    guest: str
    outcome: str
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


def _cases() -> list[object]:
    read = [msgspec.convert(tomllib.loads(path.read_text("utf-8")), Named) for path in FILES]
    return [pytest.param(named, one, id=f"{named.purpose}: {one.says}") for named in read for one in named.situation]


def _groups(policy: Policy, mask: int) -> set[str]:
    return {name for name, bit in policy.group_bit.items() if mask & bit}


def _outcome(decision: Decision) -> str:
    if decision.shown:
        return "allowed"
    return "step_up" if any(offer.rule in decision.guards for offer in decision.offers) else "refused"


@pytest.mark.parametrize(("named", "case"), _cases())
def test_a_named_situation_is_decided_as_written(named: Named, case: Situation) -> None:
    policy = starting_policy()
    assert set(case.minus) <= set(named.usual)
    holds = ({*named.usual} - set(case.minus)) | set(case.plus)
    decision = decide(policy, named.purpose, case.role, case.guest, sum(policy.fact_bit[name] for name in holds))
    assert _groups(policy, decision.clear) == set(case.clear)
    assert _groups(policy, decision.masked) == set(case.masked)
    assert _outcome(decision) == case.outcome
    assert set(decision.rules) == set(case.rules)
    assert set(decision.guards) == set(case.guards)
    assert set(decision.caps) == set(case.caps)
    assert decision.obligations == case.do
    assert {offer.rule: offer.lacking for offer in decision.offers} == case.offers
    assert decision.nearest == case.nearest


def test_every_purpose_has_its_file_with_an_allowed_and_a_refused_situation() -> None:
    read = [msgspec.convert(tomllib.loads(path.read_text("utf-8")), Named) for path in FILES]
    assert [path.stem for path in FILES] == sorted(named.purpose.value for named in read) == sorted(Purpose)
    for named in read:
        assert {"allowed", "refused"} <= {one.outcome for one in named.situation}


def test_the_named_situations_meet_every_view_and_cap_and_guard() -> None:
    met: set[str] = set()
    for path in FILES:
        for one in msgspec.convert(tomllib.loads(path.read_text("utf-8")), Named).situation:
            met |= {*one.rules, *one.guards, *one.caps}
    rules = starting_policy().rules
    assert met == {rule.id for rule in (*rules.guards, *rules.caps, *rules.views)}
