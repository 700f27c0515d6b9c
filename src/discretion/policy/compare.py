"""Compare: what one policy shows that another does not, cell by cell, decided by enumerating every situation.

Rules:
* Levels are compared, not texts: two files that say the same in other words have no difference here.
* Cells whose rules are the same are not enumerated: the same rules decide the same. All others are, whole.
* "Only narrower" means: nothing is gained in any situation, no duty is lost where something is still shown, nobody new
  may approve, and no daily number grows. Whatever else of a fact changes is never narrower.

Left to others: words for people (the faces); who may release what (`release`). Source: policy.md, sections 5 and 6.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec import structs

from discretion.policy.decide import decide
from discretion.policy.situations import Cell, filled_cells, mask_of, names_of, reads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from discretion.policy.table import Policy, Rows

_TEXTS = frozenset({"zh", "en"})


@dataclass(frozen=True, slots=True)
class Levels:
    """What of the field groups is newly shown (or no longer): bit masks. `clear` where it is clear on the one side."""

    clear: int = 0
    masked: int = 0

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.clear | self.masked)


@dataclass(frozen=True, slots=True)
class Side:
    """What a cell gains, or loses: levels, in how many situations, and the one of them in which the fewest facts hold.

    `levels` are those over all situations together.
    """

    levels: Levels
    situations: int
    witness: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that shows something else. `gained` and `lost` are None where there is nothing of the kind."""

    cell: Cell
    situations: int
    gained: Side | None
    lost: Side | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference of two policies.

    Shapes: `situations` is how many were asked, in all cells whose rules differ; `duties_lost` names the obligations
    that some situation keeps showing something without; `approvers` are (fact, role) that may newly approve; `facts`
    name those of which anything else but a text changed; `budget` is whether a daily number grew.
    """

    changes: tuple[Change, ...]
    situations: int
    duties_lost: tuple[str, ...]
    approvers: tuple[tuple[str, str], ...]
    facts: tuple[str, ...]
    budget: bool

    @property
    def is_narrower(self) -> bool:
        """Whether the new policy shows nothing more and binds nobody less, anywhere."""
        is_wider = any(change.gained for change in self.changes)
        return not (is_wider or self.duties_lost or self.approvers or self.facts or self.budget)

    @property
    def is_same(self) -> bool:
        """Whether nothing that decisions rest on differs, budget and approvers apart from being lowered."""
        return not self.changes and self.is_narrower


@dataclass(slots=True)
class _Tally:
    """One direction of one cell while it is being asked."""

    clear: int = 0
    masked: int = 0
    situations: int = 0
    witness: int = 0
    facts: int = -1

    def take(self, clear: int, masked: int, facts: int) -> None:
        self.clear |= clear
        self.masked |= masked
        self.situations += 1
        if self.facts < 0 or facts.bit_count() < self.witness:
            self.facts, self.witness = facts, facts.bit_count()

    def side(self, policy: Policy) -> Side | None:
        if not self.situations:
            return None
        return Side(Levels(self.clear, self.masked & ~self.clear), self.situations, names_of(policy, self.facts))


@dataclass(slots=True)
class _Found:
    changes: list[Change] = field(default_factory=list)
    situations: int = 0
    duties: set[str] = field(default_factory=set)


def compare(old: Policy, new: Policy) -> Comparison:
    """What `new` shows that `old` does not, and the other way round.

    Cost: under a second for policies of the starting one's size, however much differs.
    """
    found = _Found()
    closures = _named_closures(old) != _named_closures(new)
    for cell in dict.fromkeys((*filled_cells(old), *filled_cells(new))):
        if closures or _rules_of(old, cell) != _rules_of(new, cell):
            _compare_cell(old, new, cell, found)
    return Comparison(
        changes=tuple(found.changes), situations=found.situations, duties_lost=tuple(sorted(found.duties)),
        approvers=tuple(sorted(_new_approvers(old, new))), facts=tuple(_changed_facts(old, new)),
        budget=_budget_grew(old, new),
    )


def _compare_cell(old: Policy, new: Policy, cell: Cell, found: _Found) -> None:
    names = dict.fromkeys((*names_of(old, reads(old, cell)), *names_of(new, reads(new, cell))))
    gained, lost = _Tally(), _Tally()
    count = 0
    for before, after in _pairs(old, new, tuple(names)):
        count += 1
        was, now = decide(old, *cell, before), decide(new, *cell, after)
        if (was.clear, was.masked) != (now.clear, now.masked):
            if now.clear & ~was.clear or now.shown & ~was.shown:
                gained.take(now.clear & ~was.clear, now.shown & ~was.shown, after)
            if was.clear & ~now.clear or was.shown & ~now.shown:
                lost.take(was.clear & ~now.clear, was.shown & ~now.shown, before)
        if was.shown & now.shown and was.obligations != now.obligations:
            found.duties.update(set(was.obligations) - set(now.obligations))
    found.situations += count
    if gained.situations or lost.situations:
        found.changes.append(Change(cell, count, gained.side(new), lost.side(old)))


def _pairs(old: Policy, new: Policy, names: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Every set of these facts, as bits of the one and of the other policy."""
    pairs = [(0, 0)]
    for name in names:
        before, after = old.fact_bit.get(name, 0), new.fact_bit.get(name, 0)
        pairs += [(one | before, other | after) for one, other in pairs]
    return iter(pairs)


def _rules_of(policy: Policy, cell: Cell) -> object:
    """All that decisions of a cell rest on, but for the closures: in names, without ids and texts."""
    rows: Rows | None = policy.rows.get(cell[0])
    if rows is None:
        return None

    def named(mask: int) -> frozenset[str]:
        return frozenset(names_of(policy, mask))

    guards = frozenset((named(row.need), named(row.deny)) for row in rows.guards)
    caps = frozenset((named(row.when), named(row.unless), row.keep) for row in rows.caps)
    views = frozenset(
        (named(row.need), named(row.after), row.bits, frozenset(row.view.do)) for row in rows.cells.get(cell[1:], ())
    )
    return guards, caps, views


def _named_closures(policy: Policy) -> frozenset[tuple[str, tuple[str, ...]]]:
    return frozenset((names_of(policy, bit)[0], names_of(policy, mask)) for bit, mask in policy.closures)


def _new_approvers(old: Policy, new: Policy) -> Iterator[tuple[str, str]]:
    for name, fact in new.rules.facts.items():
        before = old.rules.facts[name].by if name in old.rules.facts else ()
        yield from ((name, role) for role in fact.by if role not in before)


def _changed_facts(old: Policy, new: Policy) -> Iterator[str]:
    """Facts of which something but texts, approvers and implications differs: what an approval is good for, say."""
    apart = _TEXTS | {"by", "implies"}
    for name, fact in new.rules.facts.items():
        if name in old.rules.facts:
            before = structs.asdict(old.rules.facts[name])
            if any(value != before[key] for key, value in structs.asdict(fact).items() if key not in apart):
                yield name


def _budget_grew(old: Policy, new: Policy) -> bool:
    before, after = old.budget, new.budget
    return (
        after.per_day > before.per_day
        or after.masked_per_day > before.masked_per_day
        or any(purpose not in after.purposes or after.purposes[purpose] > most for purpose, most in
               before.purposes.items())
    )


def same_facts(old: Policy, facts: int, new: Policy) -> int:
    """The bits of `new` for facts recorded under `old`; what was not asked then is unknown now: true to restrict."""
    unknown = new.restrictions & ~mask_of(new, old.facts)
    return mask_of(new, names_of(old, facts)) | unknown
