"""The policy as values: the rules as the file states them, and the integers they are compiled to.

Rules:
* A fact, a field group and an obligation are each one bit; the bit is the position in the file.
* Levels are thermometer codes in one integer: bit g "something of group g is shown", bit g + n "group g is clear",
  for n groups. Hidden 00, masked 01, clear 11: views combine by OR, caps by AND, and order means nothing.
* Compiling cannot fail and checks nothing.

Left to others: whether the rules are sound (`load`, `soundness`), what follows from them (`decide`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial, reduce
from operator import or_
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import msgspec

from discretion.policy.decision import Decision


def shape(zh: str, en: str, **limits: Any) -> msgspec.Meta:  # noqa: ANN401 - whatever Meta takes
    """Limits of a value in the file, and in words what it should be."""
    return msgspec.Meta(extra={"zh": zh, "en": en}, **limits)


WITNESS_FIRST = "witness"  # the obligation to have outside witnesses cosign the entry before anything is opened
_ONE_LINE = r"^\S[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z"

Name = Annotated[str, shape("名称", "a name")]
Names = Annotated[tuple[str, ...], shape("不为空的名称列表", "a list of names, not empty", min_length=1)]
Count = Annotated[int, shape("1 至 1000000 的整数", "a whole number from 1 to 1000000", ge=1, le=1_000_000)]
Counts = Annotated[dict[str, Count], shape("用途及其数目", "purposes with a whole number from 1 each")]
Sentence = Annotated[str, shape("一行之内的一句话", "a sentence on one line", pattern=_ONE_LINE, max_length=300)]
RuleId = Annotated[str, shape("形如 SI-2 的编号", "an id such as SI-2", pattern=r"^[A-Z][A-Z0-9]{0,7}(-[0-9]{1,4})?\Z")]
Quorum = Annotated[int, shape("1 至 3 的整数", "a whole number from 1 to 3", ge=1, le=3)]
Uses = Annotated[int, shape("1 至 20 的整数", "a whole number from 1 to 20", ge=1, le=20)]
DayMinutes = Annotated[int, shape("1 至 1440 分钟的整数", "a whole number of minutes from 1 to 1440", ge=1, le=1440)]
_KINDS = "support, restriction, step, approval"
Kind = Annotated[Literal["support", "restriction", "step", "approval"], shape(f" {_KINDS} 之一", f"one of {_KINDS}")]
Outcome = Annotated[Literal["step_up"] | None, shape(" step_up", "step_up")]
Levels = Annotated[
    dict[str, Literal["masked", "hidden"]],
    shape("数据组及其上限 masked 或 hidden", "field groups with masked or hidden, not empty", min_length=1),
]


_Mask = Callable[[Iterable[str]], int]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A table of the file; `must` are its keys that may not be left out.

    Every field has a default all the same, so that a broken entry can still be checked against the others.
    """

    must: ClassVar[frozenset[str]] = frozenset()


class Stated(Entry, frozen=True, kw_only=True):
    """An entry with its sentence in both languages."""

    must: ClassVar[frozenset[str]] = frozenset({"zh", "en"})
    zh: Sentence = ""
    en: Sentence = ""


class Fact(Stated, frozen=True, kw_only=True):
    """A named yes or no; of an approval, who may give it (`by`) and on which terms.

    Shapes: `quorum` is how many must say yes, `ask_minutes` how long they have, `grant_minutes` how long the approval
    then stands, `uses` how often it opens. They say nothing of other kinds.
    """

    must: ClassVar[frozenset[str]] = Stated.must | {"kind"}
    kind: Kind = "restriction"
    implies: Names = ()
    by: Names = ()
    quorum: Quorum = 1
    ask_minutes: DayMinutes = 15
    grant_minutes: DayMinutes = 30
    uses: Uses = 1


class Rule(Stated, frozen=True, kw_only=True):
    """What guards, caps and views have in common."""

    must: ClassVar[frozenset[str]] = Stated.must | {"id"}
    id: RuleId = ""


class Wide(Rule, frozen=True, kw_only=True):
    """A rule for some purposes, for all but some, or for all."""

    purposes: Names = ()
    except_purposes: Names = ()

    def acts_on(self, purpose: str) -> bool:
        """Whether decisions for this purpose read the rule."""
        return purpose in self.purposes if self.purposes else purpose not in self.except_purposes


class Guard(Wide, frozen=True, kw_only=True):
    """Closes every group when a `need` is missing or a `deny` is true."""

    need: Names = ()
    deny: Names = ()
    outcome: Outcome = None


class Cap(Wide, frozen=True, kw_only=True):
    """Lowers groups to `at_most` when all of `when` hold and none of `unless`."""

    must: ClassVar[frozenset[str]] = Rule.must | {"when", "at_most"}
    when: Names = ()
    unless: Names = ()
    at_most: Levels = msgspec.field(default_factory=dict)


class View(Rule, frozen=True, kw_only=True):
    """Shows groups `clear` or `masked` when all of `need` and `after` hold; `after` can still be obtained."""

    must: ClassVar[frozenset[str]] = Rule.must | {"purpose", "who", "guest"}
    purpose: Name = ""
    who: Names = ()
    guest: Names = ()
    need: Names = ()
    after: Names = ()
    clear: Names = ()
    masked: Names = ()
    do: Names = ("record",)


class Budget(Entry, frozen=True, kw_only=True):
    """Distinct guests a person may open in a day; no rule of the table, the keeper counts it in the round."""

    must: ClassVar[frozenset[str]] = frozenset({"per_day", "masked_per_day"})
    per_day: Count = 0
    masked_per_day: Count = 0
    purposes: Counts = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One policy file, as it stands, in file order."""

    groups: tuple[str, ...]
    purposes: tuple[str, ...]
    roles: tuple[str, ...]
    relations: tuple[str, ...]
    facts: Mapping[str, Fact]
    guards: tuple[Guard, ...]
    caps: tuple[Cap, ...]
    views: tuple[View, ...]
    budget: Budget


class GuardRow(NamedTuple):
    """A guard in bits."""

    rule: str
    need: int
    deny: int
    step_up: bool


class CapRow(NamedTuple):
    """A cap in bits; `lifts` are the single bits of `unless`, `keep` has a 0 for every level bit it takes away."""

    rule: str
    when: int
    unless: int
    lifts: tuple[int, ...]
    keep: int


class ViewRow(NamedTuple):
    """A view in bits; `wants` is `need | after`, `do` is over `Policy.obligations`."""

    rule: str
    need: int
    after: int
    wants: int
    bits: int
    do: int
    view: View


@dataclass(frozen=True, slots=True)
class Rows:
    """All that a decision for one purpose reads. `need` and `deny` are those of all its guards, `reads` every fact."""

    guards: tuple[GuardRow, ...]
    need: int
    deny: int
    caps: tuple[CapRow, ...]
    views: tuple[ViewRow, ...]
    cells: Mapping[tuple[str, str], tuple[ViewRow, ...]]
    reads: int


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that was loaded whole. Its `memo` is bounded by `decide` and belongs to one thread.

    Shapes: `hash` is the SHA-256 of the exact bytes of the file. `fact_bit` has all facts the keeper computes, with 0
    for one that this policy does not declare: it cannot change a decision. `restrictions` are the bits to set when a
    fact is not known; every other unknown fact stays 0. `closures` pairs a fact with all it implies and itself.
    """

    hash: bytes
    rules: Rules
    facts: tuple[str, ...]
    fact_bit: Mapping[str, int]
    group_bit: Mapping[str, int]
    restrictions: int
    closures: tuple[tuple[int, int], ...]
    rows: Mapping[str, Rows]
    obligations: tuple[str, ...]
    nothing: Decision
    has_witness_first: bool  # whether some view waits for outside witnesses before it opens
    memo: dict[tuple[str, str, str, int], Decision] = field(default_factory=dict, repr=False, compare=False)

    @property
    def groups(self) -> tuple[str, ...]:
        """Names of the field groups; the index is the bit position."""
        return self.rules.groups

    @property
    def budget(self) -> Budget:
        """How many distinct guests a person may open in a day."""
        return self.rules.budget

    def rule_text(self, rule: str, lang: str) -> str:
        """The sentence of a guard, cap or view in `zh` or `en`. Errors: `KeyError` for a rule the policy lacks."""
        for one in (*self.rules.guards, *self.rules.caps, *self.rules.views):
            if one.id == rule:
                return {"zh": one.zh, "en": one.en}[lang]
        raise KeyError(rule)

    def fact_text(self, name: str, lang: str) -> str:
        """The sentence of a fact in `zh` or `en`. Errors: `KeyError` for a fact the policy lacks."""
        return {"zh": self.rules.facts[name].zh, "en": self.rules.facts[name].en}[lang]


def implied_by(facts: Mapping[str, Fact]) -> dict[str, frozenset[str]]:
    """For each fact, all that hold when it holds, itself included; circles end, unknown names stay as leaves."""
    closed: dict[str, frozenset[str]] = {}
    for name in facts:
        found, ahead = {name}, list(facts[name].implies)
        while ahead:
            step = ahead.pop()
            if step not in found:
                found.add(step)
                ahead.extend(facts[step].implies if step in facts else ())
        closed[name] = frozenset(found)
    return closed


def compile_rules(rules: Rules, policy_hash: bytes, computed: Iterable[str] = ()) -> Policy:
    """The policy that decides by these rules; `computed` facts which they do not declare get the bit 0.

    Not checked: whether the rules are sound; files go through `load_policy`.
    """
    fact_bit = dict.fromkeys(computed, 0) | {name: 1 << at for at, name in enumerate(rules.facts)}
    group_bit = {group: 1 << at for at, group in enumerate(rules.groups)}
    obligations = tuple(sorted({one for view in rules.views for one in view.do}, key=_rank))
    fact, group = partial(_mask, fact_bit), partial(_mask, group_bit)
    duty = partial(_mask, {one: 1 << at for at, one in enumerate(obligations)})
    size = len(group_bit)
    guards = [(one, GuardRow(one.id, fact(one.need), fact(one.deny), one.outcome == "step_up")) for one in rules.guards]
    caps = [(one, _cap_row(one, fact, group, size)) for one in rules.caps]
    views = [
        ViewRow(
            rule=one.id,
            need=fact(one.need),
            after=fact(one.after),
            wants=fact((*one.need, *one.after)),
            bits=group((*one.clear, *one.masked)) | group(one.clear) << size,
            do=duty(one.do),
            view=one,
        )
        for one in rules.views
    ]
    implied = implied_by(rules.facts)
    return Policy(
        hash=policy_hash,
        rules=rules,
        facts=tuple(rules.facts),
        fact_bit=fact_bit,
        group_bit=group_bit,
        restrictions=fact(name for name, stated in rules.facts.items() if stated.kind == "restriction"),
        closures=tuple((fact_bit[name], fact(closed)) for name, closed in implied.items() if len(closed) > 1),
        rows={
            purpose: _rows(
                tuple(row for guard, row in guards if guard.acts_on(purpose)),
                tuple(row for cap, row in caps if cap.acts_on(purpose)),
                tuple(row for row in views if row.view.purpose == purpose),
            )
            for purpose in rules.purposes
        },
        obligations=obligations,
        nothing=Decision(0, 0, (), (), (), (), (), "", (), 0, policy_hash),
        has_witness_first=WITNESS_FIRST in obligations,
    )


def _rows(guards: tuple[GuardRow, ...], caps: tuple[CapRow, ...], views: tuple[ViewRow, ...]) -> Rows:
    need = reduce(or_, (guard.need for guard in guards), 0)
    deny = reduce(or_, (guard.deny for guard in guards), 0)
    reads = reduce(or_, (*(cap.when | cap.unless for cap in caps), *(row.wants for row in views)), need | deny)
    cells = {
        (role, relation): tuple(row for row in views if role in row.view.who and relation in row.view.guest)
        for view in views
        for role in view.view.who
        for relation in view.view.guest
    }
    return Rows(guards, need, deny, caps, views, cells, reads)


def _cap_row(cap: Cap, fact: _Mask, group: _Mask, size: int) -> CapRow:
    hidden = [name for name, level in cap.at_most.items() if level == "hidden"]
    keep = ~(group(hidden) | group(cap.at_most) << size)
    return CapRow(cap.id, fact(cap.when), fact(cap.unless), tuple(fact((one,)) for one in cap.unless), keep)


def _mask(bits: Mapping[str, int], names: Iterable[str]) -> int:
    return reduce(or_, (bits[name] for name in names), 0)


def _rank(obligation: str) -> tuple[int, int, str]:
    """Order of obligations in a decision: recording first, then by kind, shorter terms before longer ones."""
    kind, _, term = obligation.partition(":")
    return ("record", "witness", "review", "notify", "alert").index(kind), int(term) if term.isdigit() else 0, term
