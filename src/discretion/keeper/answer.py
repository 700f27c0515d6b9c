"""Answer: one round, in one straight line: gather → judge → record → open.

Rules:
* Nothing is opened before the whole round is in the ledger.
* One asker's trouble is not the round's; a lost race for the head runs the round again from its facts.
* An ask that already has an entry is told its index and opens nothing: an entry opens at most once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import structs

from discretion.keeper.facts import fact_bits, staff_bits, until_at
from discretion.keeper.papers import Allowed, AlreadyEntered, Ask, AskKind, Denied, Facts, Receipt, Reply
from discretion.keeper.policy.decide import decide
from discretion.keeper.record import record, spend
from discretion.keeper.vault.entry import draft_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from discretion.keeper.papers import House, Judged
    from discretion.keeper.policy.table import Policy
    from discretion.keeper.store.appends import Appends
    from discretion.keeper.store.reads import Reads, WaitingChange
    from discretion.keeper.vault.keyring import Keyring
    from discretion.keeper.vault.unseal import Vault
    from discretion.ledger.checkpoint import Signer

CHANGES_IN_ROUND_MAX = 256
PEOPLE_DUTIES = frozenset({"it_admin"})
RECOVERY_DUTIES = frozenset({"duty_manager", "privacy"})
_RELATIONS = ("arriving", "in_house", "departed", "none")


@dataclass(frozen=True, slots=True)
class Room:
    """What one property's rounds need."""

    property_id: bytes
    reads: Reads
    appends: Appends
    keyring: Keyring
    vault: Vault
    signer: Signer
    policy: Policy
    limited: dict[str, int]  # purposes with a daily number of their own, numbered from 1


async def answer(asks: Sequence[Ask], room: Room) -> list[Reply]:
    """Answer one round, in the order asked. `answer([], room)` enters waiting changes of facts alone.

    Errors: those of `Appends.append`; then nobody of the round is answered.
    """
    house, known = await room.reads.gather(asks, room.limited)
    changes = await _waiting(house, room)
    if len(changes) == CHANGES_IN_ROUND_MAX and asks:
        await answer([], room)  # more wait than fit: a fact is in the ledger no later than a decision resting on it
        return await answer(asks, room)
    fresh = [facts for facts in known if facts.entered_idx < 0]
    judged, usage = spend(
        [*changes, *(judge(facts, room.policy) for facts in fresh)],
        room.policy.budget.per_day, room.policy.budget.masked_per_day, room.policy.budget.purposes,
    )
    if not judged:
        return [AlreadyEntered(facts.entered_idx) for facts in known]
    papers = await record(draft_all(judged, house.size, room.keyring), house, usage, room.appends, room.signer)
    replies = iter([room.vault.unseal(p) if isinstance(p, Receipt) else p for p in papers[len(changes):]])
    return [AlreadyEntered(facts.entered_idx) if facts.entered_idx >= 0 else next(replies) for facts in known]


def judge(facts: Facts, policy: Policy) -> Judged:
    """Return what may be done of one ask: by the policy where a guest's record is concerned, by duty elsewhere."""
    ask, staff = facts.ask, facts.staff
    if ask.session_id and (staff is None or staff.is_over or staff.session_until_at <= facts.now_at):
        return Denied(facts, None, 0, "ticket")
    if ask.kind in (AskKind.LOOK_UP, AskKind.LIST):
        return _judge_look_up(facts, policy)
    if ask.kind in (AskKind.FIND, AskKind.SNAPSHOT):
        return _judge_purpose(facts, policy)
    if ask.kind is AskKind.INSCRIBE:
        return _judge_founding(facts, policy) if ask.founds else _judge_inscribe(facts, policy)
    if ask.kind is AskKind.INVITE:
        duties = PEOPLE_DUTIES if dict(ask.details).get("invitation") == "enrolment" else RECOVERY_DUTIES
        if staff is not None and (staff.duty not in duties or staff.is_locked):
            return Denied(facts, None, 0, "not_allowed")
    return Allowed(facts, None, 0, 0, 0, 0)


def _judge_look_up(facts: Facts, policy: Policy) -> Judged:
    ask = facts.ask
    bits = fact_bits(facts, policy.fact_bit)
    relation = facts.guest.relation if facts.guest else "none"
    decision = decide(policy, ask.purpose, _duty(facts), relation, bits)
    clear = ask.clear & decision.clear
    masked = (ask.clear | ask.masked) & (decision.clear | decision.masked) & ~clear
    if clear | masked and facts.guest is not None:
        return Allowed(facts, decision, bits, clear, masked, until_at(facts, decision.reads, bits, policy.fact_bit))
    return Denied(facts, decision, bits, _reason(facts, policy, bool(decision.guards), bool(decision.offers)))


def _reason(facts: Facts, policy: Policy, has_guards: bool, has_offers: bool) -> str:  # noqa: FBT001
    """Return the refusal's code; a guest who is not there, and one out of this person's reach, give the same one."""
    guest = facts.guest
    if guest is None or (guest.relation in ("none", "departed") and not has_offers):
        return "guard" if guards_of_staff(facts, policy) else "not_found"
    return "guard" if has_guards else "policy"


def guards_of_staff(facts: Facts, policy: Policy) -> tuple[str, ...]:
    """Return the guards that would fire whoever the guest were: what a refusal may name without telling who exists."""
    bits = staff_bits(facts, policy.fact_bit) | policy.fact_bit["same_property"]
    return decide(policy, facts.ask.purpose, _duty(facts), "none", bits).guards


def _judge_purpose(facts: Facts, policy: Policy) -> Judged:
    """Judge what concerns no record yet: the asker's guards hold, and the purpose is one of the duty's own."""
    bits = staff_bits(facts, policy.fact_bit) | policy.fact_bit["same_property"]
    duty = _duty(facts)
    decisions = [decide(policy, facts.ask.purpose, duty, relation, bits) for relation in _RELATIONS]
    if decisions[0].guards:
        return Denied(facts, decisions[0], bits, "guard")
    useful = next((d for d in decisions if d.clear | d.masked or d.offers), None)
    if useful is None:
        return Denied(facts, decisions[0], bits, "policy")
    return Allowed(facts, useful, bits, 0, 0, until_at(facts, useful.reads, bits, policy.fact_bit))


def _judge_founding(facts: Facts, policy: Policy) -> Judged:
    """Judge a new record: as a purpose, and the entry is the new guest's first. One that exists is never founded again."""
    if facts.guest is not None:
        return Denied(facts, None, 0, "conflict")
    judged = _judge_purpose(facts, policy)
    return structs.replace(judged, facts=structs.replace(facts, guest=facts.ask.founds)) if isinstance(judged, Allowed) else judged


def _judge_inscribe(facts: Facts, policy: Policy) -> Judged:
    """Judge a change of a record that exists: only groups may be replaced of which the asker may see something."""
    ask = facts.ask
    bits = fact_bits(facts, policy.fact_bit)
    relation = facts.guest.relation if facts.guest else "none"
    decision = decide(policy, ask.purpose, _duty(facts), relation, bits)
    if decision.guards:
        return Denied(facts, decision, bits, "guard")
    if ask.masked & ~(decision.clear | decision.masked):
        return Denied(facts, decision, bits, "policy")
    return Allowed(facts, decision, bits, 0, 0, until_at(facts, decision.reads, bits, policy.fact_bit))


def _duty(facts: Facts) -> str:
    return facts.staff.duty if facts.staff else ""


async def _waiting(house: House, room: Room) -> list[Judged]:
    """Return the captured changes that stand first in this round, at most `CHANGES_IN_ROUND_MAX`."""
    if not house.changes_wait:
        return []
    changes = await room.reads.waiting_changes()
    return [_change(change, house) for change in changes]


def _change(change: WaitingChange, house: House) -> Judged:
    details = (
        ("by", change.by_role), ("changed_at", change.at), ("digest", change.digest.hex()),
        ("fact", change.fact), ("op", change.op), ("row_count", change.row_count),
    )
    ask = Ask(AskKind.CHANGE, change.change_id, details=details, change_id=change.change_id)
    return Allowed(Facts(ask, None, None, -1, house.now_at, 0, house.day, 0), None, 0, 0, 0, 0)
