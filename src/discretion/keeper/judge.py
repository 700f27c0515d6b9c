"""Judge: what may be done of one ask, by the policy where a guest's record is concerned, by duty elsewhere.

Rules:
* Pure: everything it rests on was read before, and nothing is believed of the ask but what it wants.
* An approval grants nothing by itself: the ask is decided again with the approval as a fact, and uses it up only where
  less would be shown without it.
* A guest who is not there, and one out of the asker's reach, are refused with the same code.
* Whoever came back at a shared terminal with four digits reads no entries, invites nobody and previews nothing.
* An ask for the purpose `emergency` is judged by the policy, and needs an open emergency viewing besides.

Left to others: the facts and their ends (`facts`), the daily number (`record`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from discretion.hotel.purpose import FREE_ROLES
from discretion.keeper.facts import EMERGENCY, fact_bits, reached_claims, staff_bits, until_at
from discretion.keeper.papers import Allowed, AskKind, Denied
from discretion.policy.decide import decide

if TYPE_CHECKING:
    from discretion.keeper.papers import Ask, Facts, Judged
    from discretion.policy.decision import Decision
    from discretion.policy.table import Policy

PEOPLE_DUTIES = frozenset({"it_admin"})
ERASING_DUTIES = frozenset({"privacy"})
READING_DUTIES = frozenset({"auditor", "privacy"})  # who may read entries; nobody else, whatever a page offers
MERGING_DUTIES = frozenset({"duty_manager", "privacy"})
ATTESTING_DUTIES = frozenset({"duty_manager"})
RECOVERY_DUTIES = frozenset({"duty_manager", "privacy"})
LOCKING_DUTIES = frozenset({"duty_manager", "it_admin", "privacy", "security"})
SIGNING_DUTIES = frozenset({"general_manager", "legal", "privacy"})
WRITING_PURPOSES = frozenset({"check_in", "dsr"})  # to look is not to write: an auditor sees masks, changes nothing
_DUTIES_OF = {
    AskKind.ATTEST: ATTESTING_DUTIES, AskKind.READ_ENTRIES: READING_DUTIES, AskKind.READ_SIGN_INS: LOCKING_DUTIES,
    AskKind.RELEASE_SIGN: SIGNING_DUTIES,
}
_RELATIONS = ("arriving", "in_house", "departed", "none")


def judge(facts: Facts, policy: Policy) -> Judged:
    """Return what may be done of one ask: by the policy where a guest's record is concerned, by duty elsewhere."""
    ask, staff = facts.ask, facts.staff
    if ask.session_id and (staff is None or staff.is_over or staff.session_until_at <= facts.now_at):
        return Denied(facts, None, 0, "ticket")
    by_policy = _BY_POLICY.get(ask.kind)
    if by_policy is not None:
        return by_policy(facts, policy)
    duties = _duties_for(ask)
    if duties and (staff is None or staff.duty not in duties or staff.is_locked or staff.by_digits):
        return Denied(facts, None, 0, "not_allowed")
    return Allowed(facts, None, 0, 0, 0, 0)


def _duties_for(ask: Ask) -> frozenset[str]:
    """Return the duties that an ask without a record is kept for; none where it rests on something else."""
    if ask.kind is AskKind.ERASE and ask.session_id:
        return ERASING_DUTIES
    if ask.kind is AskKind.INVITE:
        return PEOPLE_DUTIES if dict(ask.details).get("invitation") == "enrolment" else RECOVERY_DUTIES
    return _DUTIES_OF.get(ask.kind, frozenset())


def _judge_look_up(facts: Facts, policy: Policy) -> Judged:
    ask = facts.ask
    if facts.claims:
        facts = structs.replace(facts, claims=reached_claims(facts, policy))
    bits = fact_bits(facts, policy.fact_bit)
    decision = decide(policy, ask.purpose, _duty(facts), _relation(facts), bits)
    clear, masked = _opened(ask, decision)
    if not clear | masked or facts.guest is None:
        return Denied(facts, decision, bits, _reason(facts, policy, bool(decision.guards), bool(decision.offers)))
    if ask.purpose == EMERGENCY and not any(claim.fact == EMERGENCY for claim in facts.claims):
        return Denied(facts, decision, bits, "no_emergency")
    ends = until_at(facts, decision.reads, bits, policy.fact_bit)
    return Allowed(facts, decision, bits, clear, masked, ends, _uses(facts, policy, (clear, masked)))


def _opened(ask: Ask, decision: Decision) -> tuple[int, int]:
    clear = ask.clear & decision.clear
    return clear, (ask.clear | ask.masked) & (decision.clear | decision.masked) & ~clear


def _uses(facts: Facts, policy: Policy, opened: tuple[int, int]) -> tuple[bytes, ...]:
    """Return the approvals that this look-up rests on: without any one of them it would open less."""
    kept = facts.claims
    for claim in kept:
        if not claim.policy:
            continue
        rest = tuple(other for other in kept if other is not claim)
        bits = fact_bits(structs.replace(facts, claims=rest), policy.fact_bit)
        decision = decide(policy, facts.ask.purpose, _duty(facts), _relation(facts), bits)
        if _opened(facts.ask, decision) == opened:
            kept = rest
    return tuple(claim.ref for claim in kept if claim.policy)


def _judge_request(facts: Facts, policy: Policy) -> Judged:
    """Judge a request for approval: there is an offer by that rule which lacks that fact and would add those groups."""
    ask = facts.ask
    said = dict(ask.details)
    facts = structs.replace(facts, claims=reached_claims(facts, policy))
    bits = fact_bits(facts, policy.fact_bit)
    decision = decide(policy, ask.purpose, _duty(facts), _relation(facts), bits)
    for offer in decision.offers:
        adds = offer.clear | offer.masked
        if offer.rule == said["rule"] and said["fact"] in offer.lacking and not ask.masked & ~adds:
            return Allowed(facts, decision, bits, 0, 0, 0)
    return Denied(facts, decision, bits, _reason(facts, policy, bool(decision.guards), bool(decision.offers)))


def _judge_emergency(facts: Facts, policy: Policy) -> Judged:
    """Judge the beginning of an emergency viewing; the passkey has been verified over this very one."""
    ask = facts.ask
    bits = fact_bits(facts, policy.fact_bit) | policy.fact_bit["fresh_passkey"]
    decision = decide(policy, EMERGENCY, _duty(facts), _relation(facts), bits)
    if facts.guest is None or ask.masked & ~decision.shown:
        return Denied(facts, decision, bits, _reason(facts, policy, bool(decision.guards), bool(decision.offers)))
    return Allowed(facts, decision, bits, 0, 0, 0)


def _judge_merge(facts: Facts, policy: Policy) -> Judged:
    """Judge a step of joining or parting two records, for one of them: its asker may see of it what `masked` names.

    Nothing is opened, so the passkey of the sign-in does where the policy has one verified anew before showing.
    """
    if facts.staff is None or facts.staff.duty not in MERGING_DUTIES or facts.staff.by_digits:
        return Denied(facts, None, 0, "not_allowed")
    facts = structs.replace(facts, claims=reached_claims(facts, policy))
    bits = fact_bits(facts, policy.fact_bit) | policy.fact_bit["fresh_passkey"]
    decision = decide(policy, facts.ask.purpose, _duty(facts), _relation(facts), bits)
    if facts.guest is None or facts.ask.masked & ~decision.shown:
        return Denied(facts, decision, bits, _reason(facts, policy, bool(decision.guards), bool(decision.offers)))
    return Allowed(facts, decision, bits, 0, 0, 0)


def _judge_duplicates(facts: Facts, policy: Policy) -> Judged:
    """Judge a search for records that share a value with this one: as a look-up, though nothing of it is shown."""
    judged = _judge_look_up(facts, policy)
    return structs.replace(judged, clear=0, masked=0, uses=()) if isinstance(judged, Allowed) else judged


def _judge_vote(facts: Facts, policy: Policy) -> Judged:
    """Judge what an approver does. That their role may give this approval was found by `approvals`, and stands in SQL.

    A preview shows, masked, what the approval would show: the requester's facts, with today's restrictions.
    """
    staff, ask = facts.staff, facts.ask
    if staff is None or staff.is_locked or (staff.duty not in FREE_ROLES and staff.shift_until_at <= facts.now_at):
        return Denied(facts, None, 0, "not_allowed")
    if ask.seen_as is None:
        return Allowed(facts, None, 0, 0, 0, 0)
    if staff.by_digits:
        return Denied(facts, None, 0, "not_allowed")
    duty, held = ask.seen_as
    bits = held & ~policy.restrictions | fact_bits(facts, policy.fact_bit) & policy.restrictions
    decision = decide(policy, ask.purpose, duty, _relation(facts), bits)
    masked = ask.masked & decision.shown
    if facts.guest is None or not masked:
        return Denied(facts, decision, bits, "policy")
    return Allowed(facts, decision, bits, 0, masked, staff.session_until_at)


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
    """Judge what concerns no record yet: the asker's guards hold, and the purpose is one of the duty's own.

    In an emergency one record is viewed, and nobody is searched for.
    """
    if facts.ask.purpose == EMERGENCY:
        return Denied(facts, None, 0, "no_emergency")
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
    """Judge a new record: as a purpose, and the entry is the new guest's first.

    One that exists is never founded again.
    """
    if facts.ask.purpose not in WRITING_PURPOSES:
        return Denied(facts, None, 0, "not_allowed")
    if facts.guest is not None:
        return Denied(facts, None, 0, "conflict")
    judged = _judge_purpose(facts, policy)
    return (
        structs.replace(judged, facts=structs.replace(facts, guest=facts.ask.founds))
        if isinstance(judged, Allowed)
        else judged
    )


def _judge_inscribe(facts: Facts, policy: Policy) -> Judged:
    """Judge a change of a record that exists: only groups may be replaced of which the asker may see something."""
    ask = facts.ask
    if ask.founds:
        return _judge_founding(facts, policy)
    if ask.purpose not in WRITING_PURPOSES:
        return Denied(facts, None, 0, "not_allowed")
    facts = structs.replace(facts, claims=reached_claims(facts, policy)) if facts.claims else facts
    bits = fact_bits(facts, policy.fact_bit)
    decision = decide(policy, ask.purpose, _duty(facts), _relation(facts), bits)
    if decision.guards or ask.masked & ~(decision.clear | decision.masked):
        return Denied(facts, decision, bits, _reason(facts, policy, bool(decision.guards), False))
    return Allowed(facts, decision, bits, 0, 0, until_at(facts, decision.reads, bits, policy.fact_bit))


def _judge_own(facts: Facts, _policy: Policy) -> Judged:
    """Judge what a guest asks of their own record, or what is posted to them: it is theirs, unless it is locked."""
    if facts.guest is None or facts.guest.is_locked:
        return Denied(facts, None, 0, "locked" if facts.guest else "not_found")
    return Allowed(facts, None, 0, facts.ask.clear, 0, facts.now_at)


def _duty(facts: Facts) -> str:
    return facts.staff.duty if facts.staff else ""


def _relation(facts: Facts) -> str:
    return facts.guest.relation if facts.guest else "none"


_BY_POLICY = {
    AskKind.DUPLICATES: _judge_duplicates, AskKind.EMERGENCY_BEGIN: _judge_emergency, AskKind.FIND: _judge_purpose,
    AskKind.GUEST_POST: _judge_own, AskKind.GUEST_READ: _judge_own, AskKind.GUEST_SIGN_IN: _judge_own,
    AskKind.GUEST_VIEW: _judge_own, AskKind.INSCRIBE: _judge_inscribe, AskKind.LIST: _judge_look_up,
    AskKind.LOOK_UP: _judge_look_up, AskKind.MERGE: _judge_merge, AskKind.PREVIEW: _judge_vote,
    AskKind.REQUEST_OPEN: _judge_request, AskKind.SNAPSHOT: _judge_purpose, AskKind.UNMERGE: _judge_merge,
    AskKind.VOTE: _judge_vote,
}
