"""Laws of loading and deciding that hold for anything that may arrive."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from discretion.hotel.purpose import Purpose, Relation, Role
from discretion.policy.decide import decide
from discretion.policy.decision import Decision
from discretion.policy.load import PolicyError, load_policy
from discretion.policy.table import Policy, compile_rules

RAW = (files("discretion.policy") / "policy.toml").read_bytes()


@cache
def policy() -> Policy:
    return load_policy(RAW)


BITS = st.sampled_from([1 << at for at in range(20)])
GOOD = sum(bit for name, bit in policy().fact_bit.items() if policy().rules.facts[name].kind in ("support", "step"))
NEAR = st.builds(lambda flips: GOOD ^ sum(flips), st.sets(BITS, max_size=6))
FACTS = st.one_of(NEAR, st.integers(0, (1 << 20) - 1))
CELLS = st.one_of(
    st.sampled_from([(purpose, *cell) for purpose, rows in policy().rows.items() for cell in rows.cells]),
    st.tuples(st.sampled_from(list(Purpose)), st.sampled_from(list(Role)), st.sampled_from(list(Relation))),
)


def levels(decision: Decision) -> int:
    return decision.shown | decision.clear << len(policy().groups)


@given(CELLS, FACTS)
@settings(max_examples=400, deadline=None)
def test_an_offer_is_what_deciding_again_with_the_lacking_facts_would_add(
    cell: tuple[str, str, str], facts: int
) -> None:
    now = decide(policy(), *cell, facts)
    for offer in now.offers:
        lacking = sum(policy().fact_bit[name] for name in offer.lacking)
        assert lacking
        then = decide(policy(), *cell, facts | lacking)
        assert offer.clear & offer.masked == 0
        if offer.rule in now.guards:
            assert offer.rule not in then.guards
        else:
            assert levels(now) | offer.clear | offer.masked | offer.clear << 8 == levels(then)
            assert levels(then) != levels(now)


@given(CELLS, FACTS)
@settings(max_examples=400, deadline=None)
def test_a_decision_is_whole(cell: tuple[str, str, str], facts: int) -> None:
    decision = decide(policy(), *cell, facts)
    assert decision.clear & decision.masked == 0
    assert bool(decision.shown) == bool(decision.rules)
    assert bool(decision.rules) == ("record" in decision.obligations)
    if decision.guards:
        assert (decision.shown, decision.caps, decision.nearest) == (0, (), "")
    elif not decision.shown and not decision.caps:
        assert decision.nearest in {view.id for view in policy().rules.views if view.purpose == cell[0]}
        assert decision.nearest_lacks
    assert decision.reads & ~policy().rows[cell[0]].reads == 0


@given(CELLS, FACTS)
@settings(max_examples=200, deadline=None)
def test_what_is_implied_need_not_be_said(cell: tuple[str, str, str], facts: int) -> None:
    said = facts
    for bit, implied in policy().closures:
        said |= implied if facts & bit else 0
    assert decide(policy(), *cell, facts) == decide(policy(), *cell, said)


@given(CELLS, FACTS, st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_of_the_rules_means_nothing(cell: tuple[str, str, str], facts: int, dice: Any) -> None:
    rules = policy().rules
    guards, caps, views = list(rules.guards), list(rules.caps), list(rules.views)
    for one in (guards, caps, views):
        dice.shuffle(one)
    other = compile_rules(replace(rules, guards=tuple(guards), caps=tuple(caps), views=tuple(views)), policy().hash)
    assert _unordered(decide(other, *cell, facts)) == _unordered(decide(policy(), *cell, facts))


def _unordered(decision: Decision) -> dict[str, object]:
    return {
        key: frozenset(value) if key in ("rules", "guards", "caps", "offers") else value
        for key, value in msgspec.structs.asdict(decision).items()
    }


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.integers())
def test_no_words_and_no_bits_raise(purpose: str, role: str, relation: str, facts: int) -> None:
    assert decide(policy(), purpose, role, relation, facts).shown == 0
    decide(policy(), "check_in", "front_desk", "arriving", facts)


@given(st.binary(max_size=200))
def test_bytes_load_whole_or_are_refused(raw: bytes) -> None:
    _loads_or_refuses(raw)


JUNK = st.recursive(
    st.one_of(st.booleans(), st.integers(-9, 9), st.floats(0, 1), st.text("ab\n中 ", max_size=4)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text("ab", min_size=1), inner, max_size=3)),
    max_leaves=4,
)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_a_value_of_any_shape_in_any_place_loads_whole_or_is_refused(data: st.DataObject) -> None:
    document: Any = tomllib.loads(RAW.decode())
    place: Any = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 3)) == 0:
            break
        place = inner
    place[key] = data.draw(JUNK)
    _loads_or_refuses("\n".join(f"{key} = {_inline(value)}" for key, value in document.items()).encode())


def test_the_policy_written_another_way_is_the_same_policy_under_another_hash() -> None:
    document = tomllib.loads(RAW.decode())
    other = load_policy("\n".join(f"{key} = {_inline(value)}" for key, value in document.items()).encode())
    assert other.rules == policy().rules
    assert other.hash != policy().hash


def _loads_or_refuses(raw: bytes) -> None:
    try:
        loaded = load_policy(raw)
    except PolicyError as error:
        findings = error.findings
    else:
        assert loaded.hash == hashlib.sha256(raw).digest()
        return
    assert findings
    assert all(one.where and one.zh and one.en for one in findings)


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {_inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_inline(one) for one in value) + "]"
    return json.dumps(value)
